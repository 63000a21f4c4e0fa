package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/reports/export/storetest"
)

const (
	exportTestdata   = "../../reports/export/testdata"
	timelineTestdata = "../../reports/timeline/testdata"
)

// command runs a command line and returns its exit code and outputs.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestExplainFromReports(t *testing.T) {
	calls := read(t, filepath.Join(exportTestdata, "calls.ndjson"))
	for _, c := range []struct {
		name  string
		args  []string
		code  int
		want  string // the whole output
		error string // part of it
	}{
		{name: "as a person tells it", args: []string{"0a", "--width", "110"}, want: read(t, filepath.Join(timelineTestdata, "failing.txt"))},
		{name: "by a finding", args: []string{"0bf0", "--width", "110"}, want: read(t, filepath.Join(timelineTestdata, "assumed.txt"))},
		{name: "as JSON", args: []string{storetest.CallFailing, "--json"}, want: calls[:strings.IndexByte(calls, '\n')+1]},
		{name: "by a server call id as apps log it", args: []string{"aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29tL2FwaS92Mi9jcC9jb252LzBh", "--width", "110"},
			want: read(t, filepath.Join(timelineTestdata, "failing.txt"))},
		{name: "several", args: []string{"0"}, code: 1, error: "may mean 3 calls"},
		{name: "none, but near", args: []string{storetest.CallOpen[:35] + "f"}, code: 1, error: "did you mean " + storetest.CallOpen},
		{name: "none, and nothing near", args: []string{"x"}, code: 1, error: "any alias of the call will do"},
		{name: "a chat", args: []string{"chat:19:a@thread.v2"}, code: 1, error: "is a chat outside of calls"},
		{name: "hostile", args: []string{"\x1b[2J"}, code: 1, error: `no call with the id \u{001b}[2J is in`},
		{name: "empty", args: []string{""}, code: 2, error: "is empty"},
		{name: "two places", args: []string{"0a", "--config", "x.yaml"}, code: 2, error: "give one of them"},
		{name: "no call named", code: 2, error: "explain --help"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, append([]string{"explain", "--from", exportTestdata}, c.args...)...)
			if code != c.code || out != c.want || !strings.Contains(errs, c.error) {
				t.Errorf("exit code %d, error %q, output:\n%s", code, errs, out)
			}
			if strings.Contains(errs, "\x1b") {
				t.Error("the error controls the terminal")
			}
		})
	}
	if code, _, errs := command(t, "explain", "x", "--from", t.TempDir()); code != 1 || !strings.Contains(errs, "calls.ndjson") {
		t.Errorf("an empty folder gives %d, %q", code, errs)
	}
}

func TestExplainAndReportFromAService(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ROLLCALL_DATA_DIR", dir)
	if code, _, errs := command(t, "explain", "0a"); code != 1 || !strings.Contains(errs, "--from") {
		t.Errorf("without data: exit code %d, %q", code, errs)
	}
	conn, stop := storetest.Open(t, filepath.Join(dir, "clickhouse"))
	storetest.Fill(t, conn, storetest.Sample()...)
	first := filepath.Join(t.TempDir(), "first")
	look := func(t *testing.T) {
		code, out, errs := command(t, "explain", "0ACONNECTION", "--width", "110")
		if want := read(t, filepath.Join(timelineTestdata, "failing.txt")); code != 0 || out != want {
			t.Errorf("exit code %d, error %q, output:\n%s", code, errs, out)
		}
		if code, _, errs := command(t, "explain", storetest.CallOpen[:35]+"f"); code != 1 || !strings.Contains(errs, "did you mean "+storetest.CallOpen) {
			t.Errorf("exit code %d, %q", code, errs)
		}
		to := filepath.Join(t.TempDir(), "out")
		if code, _, errs := command(t, "report", "--out", to); code != 0 {
			t.Fatalf("report: exit code %d, %q", code, errs)
		}
		for _, name := range []string{"compliance.xlsx", "compliance.html", "names.csv", "usage.xlsx", "usage.csv", "usage_lines.csv", "manifest.json"} {
			got := read(t, filepath.Join(to, name))
			if _, err := os.Stat(first); err == nil && got != read(t, filepath.Join(first, name)) {
				t.Errorf("%s differs between a service that runs and one that does not", name)
			}
		}
		if err := os.CopyFS(first, os.DirFS(to)); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
	}
	t.Run("that runs", look)
	stop()
	t.Run("that does not run", look)
	t.Run("a tenant that nobody has", func(t *testing.T) {
		to := filepath.Join(t.TempDir(), "out")
		code, _, errs := command(t, "report", "--out", to, "--tenant", "fabricam")
		if code != 1 || !strings.Contains(errs, "--tenant fabricam: no such tenant; those of the store are contoso, fabrikam") {
			t.Errorf("exit code %d, %q", code, errs)
		}
		if _, err := os.Stat(to); err == nil {
			t.Error("a report was written")
		}
	})
	t.Run("days of which nothing is known", func(t *testing.T) {
		to := filepath.Join(t.TempDir(), "out")
		if code, _, errs := command(t, "report", "--out", to, "--from", "2019-01-01", "--to", "2019-01-31"); code != 0 || !strings.Contains(errs, "the reports are empty") {
			t.Errorf("exit code %d, %q", code, errs)
		}
	})
	t.Run("files that are not there", func(t *testing.T) {
		for _, name := range []string{"dead_letters.ndjson", "findings.ndjson", "calls.ndjson"} {
			if strings.Contains(read(t, filepath.Join(first, "compliance.html")), name) {
				t.Errorf("the page names %s, which report does not write", name)
			}
		}
	})
	t.Run("a tenant and days", func(t *testing.T) {
		to := filepath.Join(t.TempDir(), "out")
		if code, _, errs := command(t, "report", "--out", to, "--tenant", "fabrikam", "--from", "2026-03-02", "--to", "2026-03-02"); code != 0 {
			t.Fatalf("exit code %d, %q", code, errs)
		}
		if page := read(t, filepath.Join(to, "compliance.html")); strings.Contains(page, "contoso") || !strings.Contains(page, "tenant fabrikam") {
			t.Error("the page of one tenant shows another")
		}
		if names := read(t, filepath.Join(to, "names.csv")); strings.Count(names, "\n") < 2 || strings.Contains(names, storetest.CallFailing) {
			t.Errorf("the names of one tenant are\n%s", names)
		}
		if code, _, errs := command(t, "report", "--out", to, "--tenant", "fabrikam", "--from", "2026-03-03"); code != 0 {
			t.Fatalf("exit code %d, %q", code, errs)
		}
		if names := read(t, filepath.Join(to, "names.csv")); strings.Count(names, "\n") != 1 {
			t.Errorf("the names of later days are\n%s", names)
		}
	})
}

func TestReportUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "--out is missing"}, {[]string{"--out", "x", "--from", "March"}, `--from "March": expected a day`},
		{[]string{"--out", "x", "--from", "2026-03-02", "--to", "2026-03-01"}, "is before"},
	} {
		if code, _, errs := command(t, append([]string{"report"}, c.args...)...); code != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%q: exit code %d, %q", c.args, code, errs)
		}
	}
}
