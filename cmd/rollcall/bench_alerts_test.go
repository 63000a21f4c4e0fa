//go:build bench

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rollcall/cmd/internal/simulate"
	"rollcall/cmd/internal/simulate/output"
	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
)

// The setting: calls of about 100 s, of which Event Grid, Call Automation and
// the apps tell while they go on, and 1 in 100 sessions that is shown nothing.
// All time is real: an event is produced when it would have arrived. The grace is
// 20 s where the default is 60 s, so that the run is short; a delay is from
// due_at + grace on, whatever the grace.
const (
	benchRate  = 10_000 // events a second; $ROLLCALL_BENCH_RATE changes it
	benchGrace = 20 * time.Second
	ramp       = 100 * time.Second // until as many calls end as begin
	measured   = 60 * time.Second
	afterwards = 8 * time.Second // for what is late
	bar        = time.Second
	shown      = 5 // of what is missing or false
)

// A person in a call who is to be told of a capture.
type untold struct{ call, capture, raw string }

// An ear takes alerts as Alertmanager does and notes when it first heard of whom.
type ear struct {
	mu    sync.Mutex
	heard map[untold]time.Time
	when  map[untold]string
}

func (e *ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var list []struct{ Labels, Annotations map[string]string }
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	at := time.Now() // the answer is on its way
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range list {
		if a.Labels["rule"] != "notice.missed" {
			continue
		}
		for who := range strings.SplitSeq(a.Annotations["who"], ", ") {
			k := untold{a.Labels["call"], a.Labels["capture"], who}
			if _, is := e.heard[k]; !is {
				e.heard[k], e.when[k] = at, a.Labels["when"]
			}
		}
	}
}

// TestAlerts prints how long it takes from due_at + grace to Alertmanager's
// acceptance of the alert: a real Apache Kafka, the program as users get it with
// the embedded ClickHouse, and an endpoint that speaks Alertmanager's API v2.
func TestAlerts(t *testing.T) {
	rate := benchRate
	if n, err := strconv.Atoi(os.Getenv("ROLLCALL_BENCH_RATE")); err == nil {
		rate = n
	}
	bin := build(t)
	broker := kafkatest.StartReal(t)
	e := &ear{heard: map[untold]time.Time{}, when: map[untold]string{}}
	manager := httptest.NewServer(e)
	defer manager.Close()

	opt := simulate.Options{Seed: 11, Profile: simulate.Soak, Live: 0.01, Span: ramp + measured}
	opt.Calls = int(float64(rate) * opt.Span.Seconds() / eventsOfLive(opt))
	cfg := kafka.DefaultClientConfig()
	cfg.Brokers = broker.Brokers
	client, err := kafka.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	sink, err := output.NewKafka(t.Context(), client, 4, false)
	if err != nil {
		t.Fatal(err)
	}
	service := serveForAlerts(t, bin, broker.Brokers, manager.URL, opt)
	defer service.end()

	var expected []simulate.TruthObligation
	all := map[untold]bool{}
	opt.Start = time.Now().Add(2 * time.Second).UTC().Truncate(time.Second)
	from, to := opt.Start.Add(ramp), opt.Start.Add(ramp+measured)
	opt.OnCall = func(c *simulate.TruthCall) {
		for _, o := range c.Obligations {
			if o.Result != "missed" {
				continue
			}
			all[untold{o.CallID, o.Capture, o.RawID}] = true
			if due := time.UnixMilli(o.DueAt).Add(benchGrace); !due.Before(from) && due.Before(to) {
				expected = append(expected, o)
			}
		}
	}
	pids := []int{service.cmd.Process.Pid, broker.Pid(), os.Getpid()}
	var begun effort
	sent, evaluated, late := 0, 0.0, time.Duration(0)
	list, _ := simulate.Generate(opt)
	for m := range list {
		if !m.At.Before(to.Add(afterwards)) {
			break
		}
		if begun.at.IsZero() && !m.At.Before(from) {
			begun, sent, evaluated = effortOf(t, pids), 0, service.metric("rollcall_assess_calls_total")
		}
		if wait := time.Until(m.At); wait > 5*time.Millisecond {
			if err := sink.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		} else if !begun.at.IsZero() {
			late = max(late, -wait)
		}
		if m.At.Before(to) {
			sent += m.Events
		}
		if err := sink.Send(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
	}
	used := effortOf(t, pids).since(begun)
	calls := service.metric("rollcall_assess_calls_total")
	lag := service.metric("rollcall_assess_evidence_timestamp_seconds")
	behind := time.Since(time.UnixMilli(int64(lag * 1000)))
	time.Sleep(afterwards)
	report(t, e, expected, all, float64(sent)/measured.Seconds(), rate)
	fmt.Printf("%s; CPU of %d cores: rollcall %.2f, Kafka %.2f, generator and endpoint %.2f, the whole machine %.2f; %.0f evaluations a second; evidence judged up to %.1f s ago at the end; generator late by %.2f s at most\n",
		processor(), runtime.NumCPU(), used.cores[0], used.cores[1], used.cores[2], used.machine, (calls-evaluated)/used.took, behind.Seconds(), late.Seconds())
}

// eventsOfLive is how many events a call has while it goes on, on average.
func eventsOfLive(opt simulate.Options) float64 {
	opt.Calls, opt.Start = 500, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	opt.Span = time.Hour
	end := map[string]time.Time{}
	n := 0
	opt.OnCall = func(c *simulate.TruthCall) { end[c.CallID] = time.UnixMilli(c.End) }
	list, _ := simulate.Generate(opt)
	for m := range list {
		if m.Source != "azure_monitor" {
			n += m.Events
		}
	}
	return float64(n) / float64(opt.Calls)
}

// report prints the delays, and what was missing or should not have been.
func report(t *testing.T, e *ear, expected []simulate.TruthObligation, all map[untold]bool, rate float64, asked int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var delays []time.Duration
	missing, early := 0, 0
	for _, o := range expected {
		at, is := e.heard[untold{o.CallID, o.Capture, o.RawID}]
		if !is {
			if missing++; missing <= shown {
				t.Logf("nobody heard of %+v", o)
			}
			continue
		}
		d := at.Sub(time.UnixMilli(o.DueAt).Add(benchGrace))
		if d < 0 {
			early++
		}
		delays = append(delays, d)
	}
	slices.Sort(delays)
	wrong, live := 0, 0
	for k := range e.heard {
		if !all[k] {
			if wrong++; wrong <= shown {
				t.Logf("a false alert: %+v", k)
			}
		}
		if e.when[k] == "live" {
			live++
		}
	}
	at := func(q float64) float64 {
		if len(delays) == 0 {
			return math.NaN()
		}
		return delays[min(len(delays)-1, int(q*float64(len(delays))))].Seconds()
	}
	fmt.Printf("alerts at %.0f events a second: from due_at + grace to acceptance p50 %.2f s, p90 %.2f s, p99 %.2f s, max %.2f s (bar: p99 at most %.0f s), of %d missed notices\n",
		rate, at(0.5), at(0.9), at(0.99), at(1), bar.Seconds(), len(expected))
	fmt.Printf("missing %d, false %d, before their time %d; %d of %d live\n", missing, wrong, early, live, len(e.heard))
	if missing > 0 || wrong > 0 || early > 0 {
		t.Errorf("%d alerts are missing, %d false, %d early", missing, wrong, early)
	}
	if asked == benchRate && !(at(0.99) <= bar.Seconds()) {
		t.Errorf("the bar is not held")
	}
}

// A served is a running service.
type served struct {
	t    *testing.T
	cmd  *exec.Cmd
	http string
}

func serveForAlerts(t *testing.T, bin string, brokers []string, manager string, opt simulate.Options) *served {
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	policy := strings.Replace(string(simulate.Policy(opt)), "grace: 60s", "grace: "+benchGrace.String(), 1)
	config := fmt.Sprintf(`data_dir: data
policy: policy.yaml
kafka: {brokers: [%q]}
http: {listen: %q}
reports: {dir: reports}
alerts:
  persons: raw
  alertmanagers: [{name: am, url: %q}]
`, strings.Join(brokers, `","`), address, manager)
	for name, text := range map[string]string{"policy.yaml": policy, "rollcall.yaml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &served{t: t, http: "http://" + address, cmd: exec.Command(bin, "serve", "--config", filepath.Join(dir, "rollcall.yaml"))}
	log, err := os.Create(cmp.Or(os.Getenv("ROLLCALL_BENCH_LOG"), filepath.Join(dir, "log")))
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "ROLLCALL_") && !strings.HasPrefix(e, "ROLLCALL_LIBCHDB=")
	})
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(s.http + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return s
			}
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("serve is not ready:\n%s", text)
		}
	}
}

func (s *served) end() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	defer time.AfterFunc(30*time.Second, func() { _ = s.cmd.Process.Kill() }).Stop()
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("serve does not end cleanly on SIGTERM: %v", err)
	}
}

// metric reads a figure without labels.
func (s *served) metric(name string) float64 {
	r, err := http.Get(s.http + "/metrics")
	if err != nil {
		s.t.Error(err)
		return 0
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, is := strings.CutPrefix(line, name+" "); is {
			v, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return v
		}
	}
	return 0
}

// processor names that of the machine.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name")
	name, _, _ := strings.Cut(rest, "\n")
	return cmp.Or(strings.Trim(name, "\t: "), runtime.GOARCH)
}

// An effort is the processor time that processes have used, and the whole machine.
type effort struct {
	at      time.Time
	cores   []float64 // seconds of each process; of a difference, per second
	machine float64
	took    float64 // seconds, of a difference
}

// ticks are what Linux counts processor time in, a second.
const ticks = 100

func effortOf(t *testing.T, pids []int) effort {
	t.Helper()
	seconds := func(file string, from int, fields ...int) (sum float64) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		if i := strings.LastIndexByte(first, ')'); i >= 0 {
			first = first[i+1:]
		}
		list := strings.Fields(first)
		for _, f := range fields {
			n, err := strconv.ParseFloat(list[f-from], 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += n / ticks
		}
		return sum
	}
	u := effort{at: time.Now()}
	for _, pid := range pids {
		u.cores = append(u.cores, seconds(fmt.Sprintf("/proc/%d/stat", pid), 3, 14, 15)) // proc_pid_stat(5): utime, stime
	}
	u.machine = seconds("/proc/stat", 0, 1, 2, 3, 6, 7) // proc_stat(5): user, nice, system, irq, softirq
	return u
}

// since is the use since then, in cores.
func (u effort) since(o effort) effort {
	took := u.at.Sub(o.at).Seconds()
	for i := range u.cores {
		u.cores[i] = (u.cores[i] - o.cores[i]) / took
	}
	u.machine, u.took = (u.machine-o.machine)/took, took
	return u
}
