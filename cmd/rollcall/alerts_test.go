package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rollcall/ingest/kafka"
	"rollcall/rules/catalogue"
	"rollcall/schema/chdb"
)

// TestRunbooks: there is one for every rule.
func TestRunbooks(t *testing.T) {
	for _, r := range catalogue.Rules() {
		code, out, errs := command(t, "alerts", "runbook", r.ID)
		if code != 0 || !strings.Contains(out, "# "+r.ID) || !strings.Contains(out, r.Remediation) {
			t.Errorf("%s: exit %d\n%s%s", r.ID, code, out, errs)
		}
	}
	if code, _, errs := command(t, "alerts", "runbook", "notice.mised"); code != exitFailed || !strings.Contains(errs, "notice.mised") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// A desk stands in for an Alertmanager, and writes down the alerts on calls that
// it is told of.
type desk struct {
	mu    sync.Mutex
	heard []postedAlert
	tests int
}

type postedAlert struct {
	Labels, Annotations map[string]string
	StartsAt            time.Time
}

func (d *desk) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var list []postedAlert
	if json.NewDecoder(r.Body).Decode(&list) != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range list {
		switch a.Labels["alertname"] {
		case "notice.missed":
			d.heard = append(d.heard, a)
		case "RollcallTest":
			d.tests++
		}
	}
}

func (d *desk) all() []postedAlert {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]postedAlert(nil), d.heard...)
}

// TestAlertSurvivesAKill: a miss is judged while nobody can be told, Rollcall is
// killed, and the next one tells of it.
func TestAlertSurvivesAKill(t *testing.T) {
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "rollcall")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	broker, web, target := free(t), free(t), free(t)
	file := filepath.Join(dir, "rollcall.yaml")
	for path, text := range map[string]string{
		file: fmt.Sprintf("data_dir: data\npolicy: policy.yaml\nreports: {dir: reports, schedules: []}\nkafka: {listen: %q, topics: [events]}\nhttp: {listen: %q}\nalerts: {resend: 1s, alertmanagers: [{name: am, url: \"http://%s\"}]}\n",
			broker, web, target),
		filepath.Join(dir, "policy.yaml"): "version: 1\nnotice: {deadline: 1s, grace: 1s}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	serve := func() *exec.Cmd {
		c := exec.Command(bin, "serve", "--config", file)
		var log bytes.Buffer
		c.Stderr = &log
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = c.Process.Kill()
			_ = c.Wait()
			if t.Failed() {
				t.Logf("%s", &log)
			}
		})
		waits(t, "rollcall is ready", func() bool {
			r, err := http.Get("http://" + web + "/readyz")
			if err != nil {
				return false
			}
			r.Body.Close()
			return r.StatusCode == http.StatusOK
		})
		return c
	}
	first := serve()
	now := time.Now().UTC()
	const call = "3f2b6c1e-0d4f-4a53-9a55-7d1c54ad1df1"
	at := now.Format("2006-01-02T15:04:05.000Z")
	messages := []kafka.Message{
		{Time: now, Value: fmt.Appendf(nil, `{"specversion":"1.0","id":"5a5f2d0e-6a57-4ae7-9b1c-0d4f6c1e2b01","source":"/apps/care","type":"rollcall.session.joined","time":%q,"data":{"appId":"care","rawId":"8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_alice","endpointId":"e1","callId":%q}}`, at, call)},
		{Time: now, Value: fmt.Appendf(nil, `[{"id":"1","source":"calling/callConnections/c1","type":"Microsoft.Communication.RecordingStateChanged","specversion":"1.0","time":%q,"data":{"recordingId":"r1","state":"active","startDateTime":%q,"correlationId":%q}}]`, at, at, call)},
	}
	config := kafka.DefaultClientConfig()
	config.Brokers = []string{broker}
	client, err := kafka.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Produce(t.Context(), kafka.DefaultProduceConfig(), "events", 0, messages); err != nil {
		t.Fatal(err)
	}
	client.Close()
	waits(t, "an alert waits", func() bool {
		r, err := http.Get("http://" + web + "/metrics")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		return strings.Contains(string(text), `rollcall_alerts_pending{target="am"} 1`)
	})
	_, before, _ := command(t, "alerts", "list", "--config", file, "--json")
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	listener, err := net.Listen("tcp", target)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	server := &http.Server{Handler: d}
	go server.Serve(listener)
	defer server.Close()
	second := serve()
	waits(t, "it is told, and told again", func() bool { return len(d.all()) >= 2 })
	heard := d.all()
	for _, a := range heard {
		if a.Labels["call"] != call || a.Labels["when"] != "live" || !a.StartsAt.Equal(heard[0].StartsAt) || a.Annotations["who"] != "" {
			t.Errorf("%+v", a)
		}
	}
	code, after, errs := command(t, "alerts", "list", "--config", file, "--json")
	var was, is struct {
		Alert    struct{ ID string }
		Revision string
	}
	if code != 0 || json.Unmarshal([]byte(after), &is) != nil || !strings.Contains(after, `"target":"am"`) || !strings.Contains(after, `"outcome":"sent"`) {
		t.Fatalf("exit %d %s\n%s", code, errs, after)
	}
	if json.Unmarshal([]byte(before), &was) == nil && (was.Alert.ID != is.Alert.ID || was.Revision != is.Revision) {
		t.Errorf("before the kill it was %+v, then %+v", was, is)
	}
	if code, out, errs := command(t, "alerts", "list", "--config", file); code != 0 || !strings.Contains(out, "am sent") || !strings.Contains(out, "1 user of care not told of the recording") {
		t.Errorf("exit %d %s\n%s", code, errs, out)
	}
	if code, out, errs := command(t, "alerts", "resend", is.Alert.ID[:6], "--config", file); code != 0 || out != "am took it\n" {
		t.Errorf("exit %d %s\n%s", code, errs, out)
	}
	if code, out, errs := command(t, "alerts", "test", "--config", file); code != 0 || out != "am took it\n" || d.tests != 1 {
		t.Errorf("exit %d, %d tests %s\n%s", code, d.tests, errs, out)
	}
	if err := second.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// waits until something is, on a machine that is busy with others.
func waits(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(2 * time.Minute); !is(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}
