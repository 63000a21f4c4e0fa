package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicy: what the commands on policy files say, and by which exit code.
func TestPolicy(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const tests = "\ntests: [{name: not told, call: {recorded: [10s-3m], sessions: [{id: a}]}, finds: [notice.missed a], silent: ["
	good := file("good.yaml", "version: 1"+tests+"notice.late]}]\n")
	failing := file("failing.yaml", "version: 1"+tests+"notice.missed]}]\n")
	bad := file("bad.yaml", "version: 1\nnotice: {deadline: soon}\nrules: [{id: own.a, subject: call, title: T., result: call.x}]\n")
	stray := file("stray.yaml", "version: 1\nexceptions: [{id: e, owner: o, reason: r, expires: 2027-01-01, scope: {rules: [notice.mised]}}]\n")
	other := file("other.yaml", "version: 1\nnotice: {deadline: 7s}\n")
	for _, c := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{[]string{"check", good}, 0, "1 tests", ""},
		{[]string{"check", failing}, 0, "1 tests", ""},
		{[]string{"check", bad}, 1, "", "bad.yaml:2:20: key notice.deadline"},
		{[]string{"check", bad}, 1, "", "bad.yaml:3:55: key rules[0].result"},
		{[]string{"check", stray}, 1, "", "stray.yaml:2:80: key exceptions[0].scope.rules: there is no rule notice.mised"},
		{[]string{"check", filepath.Join(dir, "none.yaml")}, 1, "", "no such file"},
		{[]string{"check"}, 2, "", "accepts 1 arg"},
		{[]string{"test", good}, 0, "1 of 1 tests hold", ""},
		{[]string{"test", failing}, 3, "failing.yaml:2:10: test \"not told\": notice.missed is not silent", ""},
		{[]string{"test", bad}, 1, "", "bad.yaml"},
		{[]string{"diff", good, other}, 0, "notice.deadline: 5s -> 7s", ""},
		{[]string{"diff", good, failing}, 0, "no difference", ""},
		{[]string{"diff", good}, 2, "", "accepts 2 arg"},
		{[]string{"schema"}, 0, `"title": "Rollcall policy"`, ""},
		{[]string{"what"}, 2, "", "unknown command"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"policy"}, c.args...), &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.out) || !strings.Contains(stderr.String(), c.err) {
			t.Errorf("%v: exit code %d, want %d\n%s%s\nwithout %q %q", c.args, code, c.code, &stdout, &stderr, c.out, c.err)
		}
	}
}
