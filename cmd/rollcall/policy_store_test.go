package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/reports/export/storetest"
)

// TestPolicyOverAStore: what backtest and apply say of the store of a service
// that runs, and of one that does not, and by which exit code.
func TestPolicyOverAStore(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ROLLCALL_DATA_DIR", dir)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.yaml", "version: 1\nnotice: {deadline: 9s}\n")
	failing := file("failing.yaml", "version: 1\ntests: [{name: not told, call: {recorded: [10s-3m], sessions: [{id: a}]}, silent: [notice.missed]}]\n")
	bad := file("bad.yaml", "version: 1\nnotice: {deadline: soon}\n")
	if code, _, errs := command(t, "policy", "backtest", "--policy", good); code != 1 || !strings.Contains(errs, "no service has kept data here") {
		t.Errorf("without data: exit code %d, %q", code, errs)
	}
	conn, stop := storetest.Open(t, filepath.Join(dir, "clickhouse"))
	storetest.Fill(t, conn, storetest.Sample()...)
	for _, c := range []struct {
		args string
		code int
		want string // part of the output
	}{
		{"backtest", 2, "--policy is missing"},
		{"backtest --policy " + good + " --since yesterday", 2, "yesterday"},
		{"backtest --policy " + bad, 1, "bad.yaml:2:20: key notice.deadline"},
		{"backtest --policy " + failing, 1, `test "not told"`},
		{"backtest --policy " + good, 0, "3 calls since the beginning, as of "},
		{"backtest --policy " + good + " --since 2100-01-01", 0, "0 calls since 2100-01-01T00:00:00.000Z"},
		{"backtest --json --policy " + good, 0, `"after": "`},
		{"apply " + good, 2, "--since is missing"},
		{"apply --since 2026-03-01", 2, "accepts 1 arg"},
		{"apply " + failing + " --since 2026-03-01", 1, `test "not told"`},
		{"apply " + good + " --since 2100-01-01", 0, "judges every call that started at 2100-01-01T00:00:00Z or later: the service judges 0 calls anew"},
		{"stopped", 0, ""},
		{"apply " + good + " --since 2000-01-01", 0, "or later: the service judges "},
		{"backtest --policy " + good, 0, " now, "},
	} {
		if c.args == "stopped" {
			var n uint64
			if err := conn.QueryRow(t.Context(), "SELECT count() FROM policy_versions").Scan(&n); err != nil || n != 1 {
				t.Errorf("%d versions are stored, %v", n, err)
			}
			stop()
			continue
		}
		code, out, errs := command(t, append([]string{"policy"}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("policy %s: exit code %d\n%s%s", c.args, code, out, errs)
		}
	}
}
