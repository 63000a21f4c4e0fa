package service

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/kafka"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// patience bounds what a test waits for, on a machine that is busy with others; a
// pass takes a fraction of it.
const patience = 3 * time.Minute

// testConfig is an embedded service in a folder of its own.
func testConfig(t *testing.T) config.Config {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	cfg := config.Default()
	cfg.DataDir = filepath.Join(dir, "data")
	cfg.Reports.Dir = filepath.Join(dir, "reports")
	cfg.Kafka.Listen = anyPort
	cfg.Kafka.Topics = simulate.Topics()
	cfg.Kafka.MaxWait = 50 * time.Millisecond
	cfg.HTTP.Listen = anyPort
	opt := simulate.DemoDay(demoDay)
	cfg.Policy = filepath.Join(dir, "policy.yaml")
	cfg.Tariff = filepath.Join(dir, "prices.yaml")
	for path, data := range map[string][]byte{cfg.Policy: simulate.Policy(opt), cfg.Tariff: simulate.PriceBook(opt)} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cfg
}

const anyPort = "127.0.0.1:0"

var demoDay = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// start runs a service and returns it with a function that stops it as SIGTERM
// does. It judges the hours of apps in every round.
func start(t *testing.T, cfg config.Config) (s *Service, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	s = newService(cfg, "test", slog.New(slog.NewTextHandler(t.Output(), nil)))
	s.live.Hours, s.live.Gaps = 0, 0
	if err := s.start(ctx); err != nil {
		cancel()
		t.Fatal(errors.Join(err, s.stop()))
	}
	go func() { done <- errors.Join(s.run(ctx), s.stop()) }()
	eventually(t, "the service is ready", func() bool {
		select {
		case err := <-done:
			done <- err
			t.Fatalf("the service ended: %v", err)
		default:
		}
		r, err := http.Get("http://" + s.listener.Addr().String() + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			return errors.New("the service does not stop")
		}
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return s, stop
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); ; {
		if is() {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// produce sends the simulated day to the service's broker. It returns once all
// of it is stored.
func produce(t *testing.T, s *Service, conn driver.Conn) *simulate.Truth {
	t.Helper()
	c := kafka.DefaultClientConfig()
	c.Brokers = s.broker.Addresses()
	client, err := kafka.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	messages, truth := simulate.Generate(simulate.DemoDay(demoDay))
	byTopic := map[string][]kafka.Message{}
	for m := range messages {
		byTopic[m.Topic] = append(byTopic[m.Topic], kafka.Message{Key: m.Key, Value: append([]byte(nil), m.Value...), Time: m.At})
	}
	produced := 0
	for topic, list := range byTopic {
		produced += len(list)
		for p := range partitions {
			var part []kafka.Message
			for i := p; i < len(list); i += partitions {
				part = append(part, list[i])
			}
			if _, err := client.Produce(t.Context(), kafka.DefaultProduceConfig(), topic, p, part); err != nil {
				t.Fatal(err)
			}
		}
	}
	eventually(t, "all messages are stored", func() bool {
		return texts(t, conn, "SELECT toString(count()) FROM messages_one") == fmt.Sprintf("%d\n", produced)
	})
	return truth
}

// judged waits until all that is stored by now is judged, as the service's
// metrics say.
func judged(t *testing.T, s *Service) {
	t.Helper()
	from := time.Now()
	eventually(t, "all is judged", func() bool {
		for line := range strings.Lines(get(t, "http://"+s.listener.Addr().String()+"/metrics")) {
			if value, ok := strings.CutPrefix(line, "rollcall_assess_evidence_timestamp_seconds "); ok {
				seconds, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
				if err != nil {
					t.Fatal(err)
				}
				return time.UnixMilli(int64(seconds * 1000)).After(from)
			}
		}
		return false
	})
}

func dial(t *testing.T, cfg config.Config) driver.Conn {
	t.Helper()
	dsn, err := chdb.Dial(filepath.Join(cfg.DataDir, "clickhouse"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tables.Open(t.Context(), dsn, tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// results counts the current obligations by result.
func results(t *testing.T, conn driver.Conn) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), "SELECT result, count() FROM obligations_current GROUP BY result ORDER BY result")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		var n uint64
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s=%d", name, n))
	}
	return strings.Join(out, " ")
}

func wanted(truth *simulate.Truth) string {
	count := map[string]int{}
	for _, o := range truth.Obligations {
		count[o.Result]++
	}
	var out []string
	for _, r := range []string{"late", "missed", "no_evidence", "not_applicable", "pass", "pending", "too_short"} {
		if count[r] > 0 {
			out = append(out, fmt.Sprintf("%s=%d", r, count[r]))
		}
	}
	return strings.Join(out, " ")
}

func TestServiceJudgesMetersAndReports(t *testing.T) {
	cfg := testConfig(t)
	s, stop := start(t, cfg)
	conn := dial(t, cfg)
	truth := produce(t, s, conn)
	want := wanted(truth)
	judged(t, s)
	if got := results(t, conn); got != want {
		t.Errorf("the results are %s, want %s", got, want)
	}

	metrics := get(t, "http://"+s.listener.Addr().String()+"/metrics")
	for _, name := range []string{"rollcall_ingest_messages_total", "rollcall_assess_calls_total", "rollcall_ingest_lag_offsets"} {
		if !strings.Contains(metrics, name) {
			t.Errorf("metric %s is missing", name)
		}
	}
	conn.Close()
	// A client that asks for nothing does not keep the service from ending well.
	idle, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	// After a restart nothing is read or judged twice, and the closed day is
	// reported once.
	s, stop = start(t, cfg)
	judged(t, s)
	report := filepath.Join(cfg.Reports.Dir, "daily-usage", "2026-03-03")
	eventually(t, "the day is reported", func() bool {
		_, err := os.Stat(filepath.Join(report, "manifest.json"))
		return err == nil
	})
	conn = dial(t, cfg)
	if got := results(t, conn); got != want {
		t.Errorf("after a restart the results are %s, not %s", got, want)
	}
	checkUsage(t, filepath.Join(report, "usage.csv"), truth)
	eventually(t, "the ledger has the period", func() bool {
		var n uint64
		if err := conn.QueryRow(t.Context(), "SELECT count() FROM periods_one WHERE period = '2026-03-03'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n == 1
	})
	// The days since have no usage: each is in the ledger and none in the folder.
	eventually(t, "the days without usage are in the ledger", func() bool {
		var n uint64
		var days int64
		err := conn.QueryRow(t.Context(), "SELECT countIf(note = 'no usage' AND empty(files)), dateDiff('day', max(start), now('UTC')) FROM periods_one WHERE period > '2026-03-04'").Scan(&n, &days)
		if err != nil {
			t.Fatal(err)
		}
		return n > 0 && days <= 2
	})
	written, err := os.ReadDir(filepath.Join(cfg.Reports.Dir, "daily-usage"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range written {
		if d.Name() > "2026-03-04" {
			t.Errorf("the folder has a report of %s, a day without usage", d.Name())
		}
	}
	conn.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// checkUsage compares a day's report with the truth.
func checkUsage(t *testing.T, path string, truth *simulate.Truth) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := map[simulate.UsageKey]string{}
	for _, r := range rows[1:] {
		got[simulate.UsageKey{Day: r[0], Resource: r[1], Meter: r[2]}] += r[4]
	}
	checked := 0
	for k, ms := range truth.Usage {
		if k.Day != "2026-03-02" || !strings.Contains(k.Meter, "voip") {
			continue
		}
		checked++
		if got[k] != fmt.Sprint(ms) {
			t.Errorf("%v: reported %s ms, true are %d", k, got[k], ms)
		}
	}
	if checked == 0 {
		t.Error("the truth has no calling minutes on that day")
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPortInUseIsNamed(t *testing.T) {
	cfg := testConfig(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg.HTTP.Listen = l.Addr().String()
	err = Run(t.Context(), cfg, "test", slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "http.listen") || !strings.Contains(err.Error(), cfg.HTTP.Listen) {
		t.Fatalf("error %v", err)
	}
}
