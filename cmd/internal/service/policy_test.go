package service

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestPolicyIsReadAnew: SIGHUP has the policy read anew; one that can't be used
// or of which a test fails is said in metrics and a finding, and the one before
// goes on judging.
func TestPolicyIsReadAnew(t *testing.T) {
	cfg := testConfig(t)
	s, stop := start(t, cfg)
	conn := dial(t, cfg)
	good, err := os.ReadFile(cfg.Policy)
	if err != nil {
		t.Fatal(err)
	}
	versions := func() string {
		return texts(t, conn, "SELECT concat(ifNull(toString(toDate(effective_from)), 'always'), ' ', toString(length(file))) FROM policy_versions ORDER BY stored_at")
	}
	findings := func() string {
		return texts(t, conn, "SELECT message FROM findings_current WHERE rule = 'policy.reload-failed'")
	}
	judged := func() string {
		return texts(t, conn, "SELECT toString(tuple(pass, fail)) FROM checks_current WHERE rule = 'policy.reload-failed'")
	}
	reads := func(text string) {
		t.Helper()
		if err := os.WriteFile(cfg.Policy, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if err := self.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the policy that it starts with is judged", func() bool { return judged() == "(1,0)\n" })
	first := versions()
	if strings.Count(first, "\n") != 1 {
		t.Fatalf("after the start the versions are\n%s", first)
	}

	failing := string(good) + "\ntests: [{name: not told, call: {recorded: [10s-3m], sessions: [{id: a}]}, silent: [notice.missed]}]\n"
	for _, c := range []struct{ text, says string }{
		{"version: 1\nnotice: {deadline: soon}\n", "key notice.deadline"},
		{failing, `test "not told"`},
	} {
		reads(c.text)
		eventually(t, "a finding says "+c.says, func() bool { return strings.Contains(findings(), c.says) })
		if got := judged(); got != "(0,1)\n" {
			t.Errorf("the population is %s", got)
		}
		if m := get(t, "http://"+s.listener.Addr().String()+"/metrics"); !strings.Contains(m, "rollcall_policy_reload_failed 1") {
			t.Error("no metric says that the policy can't be used")
		}
		if got := versions(); got != first {
			t.Errorf("what can't be used became a version:\n%s", got)
		}
	}

	reads(string(good) + "effective_from: 2026-04-01\n")
	eventually(t, "the finding is gone", func() bool { return findings() == "" && judged() == "(1,0)\n" })
	if got := versions(); !strings.HasPrefix(got, first) || !strings.Contains(got[len(first):], "2026-04-01") {
		t.Errorf("after a reload the versions are\n%s", got)
	}
	conn.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	// What is stored already is not stored again.
	_, stop = start(t, cfg)
	conn = dial(t, cfg)
	if got := versions(); strings.Count(got, "\n") != 2 {
		t.Errorf("after a restart the versions are\n%s", got)
	}
	conn.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}
