package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/config"
	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
	"rollcall/rules/policy"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// replicaConfig is the variable by which the test binary becomes a service, of the
// configuration file that it names, to be killed by a test.
const replicaConfig = "TEST_REPLICA_CONFIG"

func TestMain(m *testing.M) {
	if path := os.Getenv(replicaConfig); path != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		cfg, err := config.Load(path, nil)
		if err == nil {
			err = Run(ctx, cfg, "test", slog.New(slog.NewTextHandler(os.Stderr, nil)))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// bounded has the time that a takeover takes judged: on a machine that has nothing
// else to do.
var bounded = flag.Bool("bounds", false, "fail where an alert comes later than promised")

// Limits of a takeover, from when who has gone is missed, and from SIGTERM.
const (
	session   = 6 * time.Second // the least that Kafka takes
	afterKill = 4 * time.Second
	afterTerm = 3 * time.Second
	allHeld   = 12
)

// replicas are services in processes of their own that share a Kafka and a
// ClickHouse, and the alerts that they send.
type replicas struct {
	*testing.T
	dir, dsn, alertmanager string
	brokers                []string
	client                 *kafka.Client
	conn                   driver.Conn
	policy                 []byte
	next                   int // partition to produce to

	mu    sync.Mutex
	heard map[string]time.Time         // when each call's alert came first
	beats int                          // heartbeats
	texts map[string]map[string]string // by call: what was told, without what differs between deliveries
}

// replica is one of them.
type replica struct {
	*replicas
	cmd  *exec.Cmd
	http string
	done chan struct{}
}

func newReplicas(t *testing.T, brokers []string) *replicas {
	t.Helper()
	house, err := chdb.Open(chdb.Config{Path: filepath.Join(t.TempDir(), "clickhouse"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { house.Close() })
	r := &replicas{T: t, dir: t.TempDir(), dsn: house.DSN(), brokers: brokers, heard: map[string]time.Time{}, texts: map[string]map[string]string{},
		policy: []byte("version: 1\nnotice: {deadline: 1s, grace: 4s}\n")}
	if r.conn, err = tables.Open(t.Context(), r.dsn, tables.OpenOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.conn.Close() })
	c := kafka.DefaultClientConfig()
	c.Brokers = brokers
	if r.client, err = kafka.NewClient(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.client.Close)
	if err := r.client.CreateTopics(t.Context(), kafka.TopicSpec{Name: "calls", Partitions: 4}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(r.hear))
	t.Cleanup(server.Close)
	r.alertmanager = server.URL
	if err := os.WriteFile(filepath.Join(r.dir, "policy.yaml"), r.policy, 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

// hear is an Alertmanager.
func (r *replicas) hear(_ http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the service was killed while it sent
	}
	var list []struct {
		Labels, Annotations map[string]string
		StartsAt            string
	}
	if err := json.Unmarshal(body, &list); err != nil {
		r.Errorf("%v: %s", err, body)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range list {
		call := a.Labels["call"]
		if call == "" {
			r.beats++
			continue
		}
		if r.heard[call].IsZero() {
			r.heard[call] = time.Now()
			r.texts[call] = map[string]string{}
		}
		delete(a.Annotations, "late")
		text, _ := json.Marshal(a)
		r.texts[call][string(text)] = a.Labels["alertname"]
	}
}

// start starts a service.
func (r *replicas) start() *replica {
	r.Helper()
	l, err := net.Listen("tcp", anyPort)
	if err != nil {
		r.Fatal(err)
	}
	p := &replica{replicas: r, http: l.Addr().String(), done: make(chan struct{})}
	l.Close()
	dir, err := os.MkdirTemp(r.dir, "replica")
	if err != nil {
		r.Fatal(err)
	}
	text := fmt.Sprintf(`data_dir: %[1]s/data
roles: [ingest, assess]
kafka: {brokers: [%[2]s], topics: [calls], group: g, max_wait: 50ms, session_timeout: %[3]v, heartbeat_interval: 500ms}
clickhouse: {dsn: %[4]q}
ingest: {flush_interval: 200ms}
policy: %[5]s/policy.yaml
reports: {dir: %[1]s/reports}
alerts: {heartbeat: 1s, alertmanagers: [{name: am, url: %[6]q}]}
http: {listen: %[7]q}
`, dir, strings.Join(r.brokers, ", "), session, r.dsn, r.dir, r.alertmanager, p.http)
	path := filepath.Join(dir, "rollcall.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0], "-test.run=^$")
	p.cmd.Env = append(os.Environ(), replicaConfig+"="+path)
	p.cmd.Stderr = tagged{r.Output(), filepath.Base(dir) + " "}
	if err := p.cmd.Start(); err != nil {
		r.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	r.Cleanup(func() { p.ends(syscall.SIGKILL) })
	return p
}

// tagged says which process wrote a line.
type tagged struct {
	to  io.Writer
	tag string
}

func (w tagged) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		if _, err := fmt.Fprintf(w.to, "%s%s", w.tag, line); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// ends sends a signal and waits until the process has ended.
func (p *replica) ends(sig syscall.Signal) (at time.Time) {
	at = time.Now()
	_ = p.cmd.Process.Signal(sig)
	<-p.done
	return at
}

// held is how many partitions of touched calls the process holds.
func (p *replica) held() int {
	res, err := http.Get("http://" + p.http + "/metrics")
	if err != nil {
		return -1
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(body)) {
		if value, ok := strings.CutPrefix(line, "rollcall_assess_partitions "); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(value))
			return n
		}
	}
	return -1
}

// share waits until some processes hold a like part of all partitions.
func (r *replicas) share(all ...*replica) {
	r.Helper()
	for _, p := range all {
		eventually(r.T, "each holds its part", func() bool {
			select {
			case <-p.done:
				r.Fatal("a service ended")
			default:
			}
			return p.held() == allHeld/len(all)
		})
	}
}

// sends produces messages, to one partition after the other.
func (r *replicas) sends(messages ...string) {
	r.Helper()
	for _, m := range messages {
		r.next = (r.next + 1) % 4
		if _, err := r.client.Produce(r.Context(), kafka.DefaultProduceConfig(), "calls", r.next, []kafka.Message{{Value: []byte(m)}}); err != nil {
			r.Fatal(err)
		}
	}
}

// waits waits until a query counts so many.
func (r *replicas) waits(want int, sql string) {
	r.Helper()
	eventually(r.T, fmt.Sprintf("%s is %d", sql, want), func() bool {
		var n uint64
		if err := r.conn.QueryRow(r.Context(), sql).Scan(&n); err != nil {
			r.Fatal(err)
		}
		return n == uint64(want)
	})
}

// alerted waits until an alert on each call came, and returns by how much the
// latest came after it was due, or after an instant.
func (r *replicas) alerted(after time.Time, calls []string, begun time.Time) (late time.Duration) {
	r.Helper()
	from := begun.Add(5 * time.Second) // deadline and grace
	if after.After(from) {
		from = after
	}
	for _, call := range calls {
		var at time.Time
		eventually(r.T, "the alert on call "+call+" came", func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			at = r.heard[guid(call)]
			return !at.IsZero()
		})
		late = max(late, at.Sub(from))
	}
	return late
}

func guid(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// appWord is an event of an app about its user.
func appWord(kind, id, ids string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.%s","time":%q,"data":{"appId":"care","rawId":"8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_alice",%s}}`,
		guid(id), kind, instant(at), ids)
}

// recorded says that the recording of a call connection began.
func recorded(connection, correlation string, at time.Time) string {
	return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.RecordingStateChanged","specversion":"1.0","time":%q,"data":{"recordingId":"rec-%[2]s","state":"active","startDateTime":%[3]q%[4]s}}]`,
		guid("rec"+connection), guid(connection), instant(at), correlation)
}

// checkReplicas has services beside each other judge calls that become one over
// both, kills one in the middle, and stops another.
func checkReplicas(t *testing.T, brokers []string) {
	r := newReplicas(t, brokers)
	one := r.start()
	r.share(one) // and the tables are made
	two := r.start()
	r.share(one, two)

	r.mu.Lock()
	alone := r.beats
	r.mu.Unlock()

	// Each call comes in halves that nothing ties, and is one when its app says so.
	var calls []string
	begun := time.Now()
	for i := range 6 {
		root, half := fmt.Sprint("root", i), fmt.Sprint("half", i)
		calls = append(calls, root)
		r.sends(appWord("session.joined", root, fmt.Sprintf(`"callId":%q`, guid(root)), begun), recorded(half, "", begun))
	}
	r.waits(12, "SELECT count() FROM calls_current")
	for i := range 6 {
		root, half := fmt.Sprint("root", i), fmt.Sprint("half", i)
		r.sends(appWord("capture.signalled", "tie"+root, fmt.Sprintf(`"capture":"recording","state":"started","callId":%q,"callConnectionId":%q`, guid(root), guid(half)), begun))
	}
	r.waits(6, "SELECT count() FROM obligations_current")
	eventually(t, "a heartbeat came of both", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.beats > alone
	})
	r.waits(6, "SELECT count() FROM calls_current")
	killed := one.ends(syscall.SIGKILL)
	r.reports("SIGKILL", r.alerted(killed.Add(session), calls, begun), afterKill)

	three := r.start()
	r.share(two, three)
	var more []string
	begun = time.Now()
	for i := range 6 {
		call := fmt.Sprint("more", i)
		more = append(more, call)
		r.sends(appWord("session.joined", call, fmt.Sprintf(`"callId":%q`, guid(call)), begun), recorded("c"+call, fmt.Sprintf(`,"correlationId":%q`, guid(call)), begun))
	}
	r.waits(12, "SELECT count() FROM obligations_current")
	stopped := two.ends(syscall.SIGTERM)
	r.reports("SIGTERM", r.alerted(stopped, more, begun), afterTerm)
	r.waits(12, "SELECT uniqExact(call_id) FROM findings_current WHERE rule = 'notice.missed'")
	three.ends(syscall.SIGTERM)
	r.onceEach(append(calls, more...))
	r.asAudit()
}

func (r *replicas) reports(signal string, late, limit time.Duration) {
	r.Logf("after %s the last alert came %v after it could", signal, late.Round(time.Millisecond))
	if *bounded && late > limit {
		r.Errorf("after %s the last alert came %v after it could, which is more than %v", signal, late, limit)
	}
}

// onceEach demands one alert a call, whoever sent it and however often, with one
// id and the same bytes.
func (r *replicas) onceEach(calls []string) {
	r.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.heard) != len(calls) {
		r.Errorf("alerts on %d calls came, want %d", len(r.heard), len(calls))
	}
	ids := texts(r.T, r.conn, "SELECT concat(call_id, ' ', toString(uniqExact(alert_id)), ' ', toString(uniqExact(revision)), ' ', toString(uniqExact(record))) FROM alerts WHERE state = 'firing' GROUP BY call_id ORDER BY 1")
	for _, call := range calls {
		if !strings.Contains(ids, guid(call)+" 1 1 1\n") {
			r.Errorf("call %s has other than one alert of one revision:\n%s", call, ids)
		}
		bodies := map[string]bool{}
		for text := range r.texts[guid(call)] {
			bodies[text] = true
		}
		if len(bodies) != 1 {
			r.Errorf("the alert on call %s was told in %d forms: %v", call, len(bodies), bodies)
		}
	}
}

// asAudit holds the findings against those of one evaluation of everything.
func (r *replicas) asAudit() {
	r.Helper()
	const findings = "SELECT concat(id, ' ', rule, ' ', status, ' ', call_id, ' ', subject, ' ', message) FROM findings_current WHERE rule != 'evidence.gap' ORDER BY 1"
	got := texts(r.T, r.conn, findings)
	p, err := policy.Parse("policy.yaml", r.policy)
	if err != nil {
		r.Fatal(err)
	}
	for _, table := range []string{"calls", "sessions", "obligations", "findings", "usage_lines", "free_sessions", "checks"} {
		if err := r.conn.Exec(r.Context(), "TRUNCATE TABLE "+table); err != nil {
			r.Fatal(err)
		}
	}
	if _, err := assess.All(r.Context(), r.conn, assess.Terms{Policy: p, Now: time.Now().UTC().Truncate(time.Millisecond)}, 1, nil); err != nil {
		r.Fatal(err)
	}
	if want := texts(r.T, r.conn, findings); got != want {
		r.Errorf("the services found\n%s\nan audit finds\n%s", got, want)
	}
}

// TestReplicas: services in processes of their own share the calls of a Kafka, and
// who goes, killed or asked to, leaves its deadlines to the others.
func TestReplicas(t *testing.T) {
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	checkReplicas(t, kafkatest.StartFake(t).Brokers)
}
