//go:build integration

package alerting

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rollcall/rules/alerts"
)

// operate is the folder of what is shipped for those who operate Rollcall.
const operate = "../../rollcall/operate"

// tool finds a program of Alertmanager or Prometheus.
func tool(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("ROLLCALL_ALERTMANAGER")
	if dir == "" {
		dir = "../../../.cache/alertmanager/usr/bin"
	}
	for _, path := range []string{filepath.Join(dir, name), filepath.Join(dir, "prometheus-"+name)} {
		if _, err := os.Stat(path); err == nil {
			if path, err = filepath.Abs(path); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not in %s: run make alertmanager", name, dir)
	}
	t.Skipf("%s is not in %s: run make alertmanager", name, dir)
	return ""
}

// TestShippedFiles has Prometheus and Alertmanager judge what is shipped for
// them.
func TestShippedFiles(t *testing.T) {
	for _, args := range [][]string{
		{"promtool", "check", "rules", "rules.yml"},
		{"promtool", "test", "rules", "rules.test.yml"},
		{"amtool", "check-config", "alertmanager.yml"},
		{"amtool", "config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=on-call", "service=rollcall", "when=live", "severity=high", "alertname=notice.missed"},
		{"amtool", "config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=team-care", "service=rollcall", "when=live", "severity=high", "team=care", "alertname=notice.missed"},
		{"amtool", "config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=desk", "service=rollcall", "when=live", "severity=medium", "team=care", "alertname=notice.missed"},
		{"amtool", "config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=ticket", "service=rollcall", "when=after_call", "severity=critical", "alertname=notice.missed"},
		{"amtool", "config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=heartbeat", "service=rollcall", "severity=none", "alertname=RollcallHeartbeat"},
		{"amtool", "config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=platform", "service=rollcall-self", "severity=critical", "alertname=RollcallDown"},
	} {
		c := exec.CommandContext(t.Context(), tool(t, args[0]), args[1:]...)
		c.Dir = operate
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// A manager is a real Alertmanager with the shipped configuration, quicker, and
// with receivers that the test hears.
type manager struct {
	*testing.T
	url, dir, address string
	stop              func()

	mu    sync.Mutex
	heard []string // receiver, status, and how many alerts of which name
	texts string
}

func newManager(t *testing.T) *manager {
	m := &manager{T: t, dir: t.TempDir()}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var n struct {
			Status string
			Alerts []struct{ Labels, Annotations map[string]string }
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &n); err != nil {
			t.Error(err)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.heard = append(m.heard, fmt.Sprintf("%s %s %d %s %s", strings.TrimPrefix(r.URL.Path, "/"), n.Status, len(n.Alerts), n.Alerts[0].Labels["alertname"], n.Alerts[0].Labels["call"]))
		m.texts += string(body)
	}))
	t.Cleanup(server.Close)
	text, err := os.ReadFile(filepath.Join(operate, "alertmanager.yml"))
	if err != nil {
		t.Fatal(err)
	}
	// Of the receivers only the names stay: the test hears them all.
	config, _, _ := strings.Cut(string(text), "\nreceivers:\n")
	config += "\nreceivers:\n"
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(line, "  - name: "); is {
			name = strings.TrimSpace(name)
			config += fmt.Sprintf("  - name: %s\n    webhook_configs: [{url: %s/%s, send_resolved: true}]\n", name, server.URL, name)
		}
	}
	var kept strings.Builder
	for line := range strings.Lines(config) {
		if !strings.HasPrefix(line, "  smtp_") && !strings.HasPrefix(line, "  slack_") { // files that are not here
			kept.WriteString(line)
		}
	}
	config = kept.String()
	for slow, quick := range map[string]string{"group_wait: 10s": "group_wait: 500ms", "group_wait: 5m": "group_wait: 500ms", "group_interval: 1m": "group_interval: 500ms", "group_interval: 24h": "group_interval: 500ms"} {
		config = strings.ReplaceAll(config, slow, quick)
	}
	template, err := os.ReadFile(filepath.Join(operate, "rollcall.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"alertmanager.yml": config, "rollcall.tmpl": string(template)} {
		if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.address = free(t)
	m.url = "http://" + m.address
	t.Cleanup(func() { m.kill() })
	return m
}

func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts it and waits until it is ready.
func (m *manager) start() {
	m.Helper()
	c := exec.Command(tool(m.T, "alertmanager"), "--config.file="+filepath.Join(m.dir, "alertmanager.yml"), "--storage.path="+filepath.Join(m.dir, "data"),
		"--cluster.listen-address=", "--web.listen-address="+m.address)
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	defer func() {
		if m.Failed() {
			m.Logf("Alertmanager: %s", &log)
		}
	}()
	if err := c.Start(); err != nil {
		m.Fatal(err)
	}
	m.stop = func() {
		_ = c.Process.Signal(syscall.SIGTERM) // killed it would lose its silences
		_ = c.Wait()
	}
	m.until("it is ready", func() bool {
		r, err := http.Get(m.url + "/-/ready")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

func (m *manager) kill() {
	if m.stop != nil {
		m.stop()
		m.stop = nil
	}
}

func (m *manager) until(what string, is func() bool) {
	m.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(30 * time.Second); !is(); {
		select {
		case <-tick.C:
		case <-deadline:
			m.mu.Lock()
			defer m.mu.Unlock()
			m.Fatalf("never: %s; heard\n\t%s", what, strings.Join(m.heard, "\n\t"))
		}
	}
}

// hears waits for a message to a receiver.
func (m *manager) hears(want string) {
	m.Helper()
	m.until(want, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return slices.Contains(m.heard, want)
	})
}

// told reports whether any message begins so.
func (m *manager) told(prefix string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.heard, func(h string) bool { return strings.HasPrefix(h, prefix) })
}

// has lists the alerts that Alertmanager has, by call and capture.
func (m *manager) has() (all []string) {
	r, err := http.Get(m.url + "/api/v2/alerts")
	if err != nil {
		return nil
	}
	defer r.Body.Close()
	var list []struct{ Labels map[string]string }
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		m.Fatal(err)
	}
	for _, a := range list {
		if a.Labels["call"] != "" {
			all = append(all, a.Labels["call"]+" "+a.Labels["capture"])
		}
	}
	slices.Sort(all)
	return all
}

// rings puts an alert as the rules make it into the outbox.
func (s *shelf) rings(call, capture, when string, state alerts.State) {
	member := alerts.Member{Unit: call, Finding: "f" + call + capture, CallID: call, Rule: "notice.missed", Severity: "high", When: when, Tenant: "contoso", App: "care",
		Capture: capture, Episode: "0", RawID: "8:acs:alice", Since: time.Now().Add(-time.Minute).UTC().Truncate(time.Minute), State: state}
	if state == alerts.Resolved {
		member.Reason, member.Until = alerts.CaptureEnded, time.Now().UTC()
	}
	a := alerts.Wording{Person: func(string) string { return "p_1" }}.Build([]alerts.Member{member})
	text, revision, err := a.Canonical()
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[a.ID] = Item{Alert: a, Revision: revision, When: when, Text: text, At: time.Now(), Stored: time.Now()}
}

// TestAgainstAlertmanager: grouped, silenced, restarted in mid-flight, resolved.
func TestAgainstAlertmanager(t *testing.T) {
	m := newManager(t)
	m.start()
	store := &shelf{items: map[string]Item{}}
	store.rings("one", "recording", alerts.Live, alerts.Firing)
	store.rings("one", "transcription", alerts.Live, alerts.Firing)
	store.rings("two", "recording", alerts.AfterCall, alerts.Firing)
	target := &Alertmanager{Endpoint{Name: "am", URL: m.url}}
	if err := target.Connect(); err != nil {
		t.Fatal(err)
	}
	cfg := Config{Resend: 500 * time.Millisecond, Heartbeat: 500 * time.Millisecond, Look: 50 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	c := NewCourier(cfg, target, Dependencies{Store: store, Clock: time.Now, Judged: time.Now, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	go func() { done <- c.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	m.hears("on-call firing 2 notice.missed one")
	m.hears("ticket firing 1 notice.missed two")
	m.hears("heartbeat firing 1 RollcallHeartbeat ")
	for _, want := range []string{"1 user of care not told of the recording in call one", "p_1", "recording still on", "rollcall explain one"} {
		if !strings.Contains(m.texts, want) {
			t.Errorf("nothing of %q in what was heard", want)
		}
	}
	// Silenced there, nobody hears of it.
	silence := fmt.Sprintf(`{"matchers":[{"name":"call","value":"quiet","isRegex":false,"isEqual":true}],"startsAt":%q,"endsAt":%q,"createdBy":"test","comment":"test"}`,
		time.Now().UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	r, err := http.Post(m.url+"/api/v2/silences", "application/json", strings.NewReader(silence))
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(err, r)
	}
	r.Body.Close()
	store.rings("quiet", "recording", alerts.Live, alerts.Firing)
	all := []string{"one recording", "one transcription", "quiet recording", "two recording"}
	m.until("it has all", func() bool { return slices.Equal(m.has(), all) })
	// Restarted, it is told again of what fires; one that ends meanwhile is resolved.
	m.kill()
	store.rings("three", "recording", alerts.Live, alerts.Firing)
	m.start()
	m.until("it has all again", func() bool { return slices.Equal(m.has(), slices.Insert(slices.Clone(all), 3, "three recording")) })
	m.hears("on-call firing 1 notice.missed three")
	store.rings("three", "recording", alerts.Live, alerts.Resolved)
	m.hears("on-call resolved 1 notice.missed three")
	if m.told("on-call firing 1 notice.missed quiet") || m.told("on-call firing 1 notice.missed two") {
		t.Errorf("heard %q", m.heard)
	}
	if d, _ := store.Delivered(t.Context(), "am"); len(d) != 5 {
		t.Errorf("%d alerts are written down as delivered, want 5", len(d))
	}
}
