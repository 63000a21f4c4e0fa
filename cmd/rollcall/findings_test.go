package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rollcall/reports/export/storetest"
)

var updateFindings = flag.Bool("update", false, "write golden files")

// when are the instants that differ between runs: of the changes.
var when = regexp.MustCompile(`20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z`)

// TestFindingsCommand goes through a review as a person does it, on a service
// that runs and, for the second half, on one that does not.
func TestFindingsCommand(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ROLLCALL_DATA_DIR", dir)
	if code, _, errs := command(t, "findings", "list"); code != 1 || !strings.Contains(errs, "--config") {
		t.Errorf("without data: exit code %d, %q", code, errs)
	}
	conn, stop := storetest.Open(t, filepath.Join(dir, "clickhouse"))
	storetest.Fill(t, conn, storetest.Sample()...)
	const missed, late, other = "0af00000000000000000000000000002", "0af00000000000000000000000000001", "0bf"
	var told strings.Builder
	does := func(code int, args ...string) {
		t.Helper()
		got, out, errs := command(t, append([]string{"findings"}, args...)...)
		if got != code {
			t.Errorf("%q: exit code %d, want %d, %q", args, got, code, errs)
		}
		told.WriteString("$ rollcall findings")
		for _, a := range args {
			if strings.Trim(a, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || a == "" {
				a = strconv.Quote(a)
			}
			told.WriteString(" " + a)
		}
		told.WriteString("\n" + out + errs + "\n")
	}
	does(0, "list")
	does(0, "list", "--severity", "high", "--result", "no_evidence", "--csv")
	does(0, "assign", missed, late, "--to", "bob", "--by", "ana")
	does(0, "note", missed, "asked the vendor", "--by", "bob")
	does(0, "close", late, "--as", "false-positive", "--note", "second\x1bscreen", "--by", "bob", "--json")
	stop()
	does(0, "dispose", other, "--as", "accepted_risk", "--by", "bob")
	does(0, "reopen", other, "--by", "ana", "--note", "not so fast")
	does(1, "reopen", other, "--by", "ana")
	does(0, "assign", missed, "--to", "", "--by", "ana")
	does(0, "list", "--status", "closed", "--json")
	does(0, "list", "--tenant", "fabrikam")
	does(0, "show", late)
	does(0, "show", late, "--json")
	does(1, "show", "0a")
	does(1, "show", "ffff")
	does(0, "export", "--format", "ndjson", "--owner", "bob")
	does(0, "export", "--format", "json", "--status", "suppressed")
	does(0, "export", "--format", "ocsf", "--status", "closed")
	does(2, "list", "--status", "open")
	does(2, "list", "--rule", "notice.mised")
	does(2, "close", late, "--by", "bob")
	does(1, "list", "--tenant", "fabricam")
	does(2, "close", late, "--as", "wrong", "--by", "bob")
	does(2, "assign", late)
	does(2, "note", late)
	does(2, "export", "--format", "xml")
	got := when.ReplaceAllString(told.String(), "(instant)")
	got = regexp.MustCompile(`"modified_time":[0-9]+`).ReplaceAllString(got, `"modified_time":0`)
	got = regexp.MustCompile(`"revision":"[0-9a-f]{32}"`).ReplaceAllString(got, `"revision":"(hash)"`)
	got = regexp.MustCompile(`"id":"[0-9a-f]{32}","finding"|"finding":"0af00000000000000000000000000001","id":"[0-9a-f]{32}"`).ReplaceAllString(got, `"id":"(hash)","finding"`)
	path := filepath.Join("testdata", "findings.txt")
	if *updateFindings {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, path); got != want {
		t.Errorf("the review differs from %s (run with -update where that is meant):\n%s", path, got)
	}
	if _, out, errs := command(t, "explain", "0a", "--json"); strings.Count(out, `"status":"closed"`) != 1 {
		t.Errorf("explain does not know what was said: %s%s", out, errs)
	}
	reports := filepath.Join(t.TempDir(), "reports")
	if code, _, errs := command(t, "report", "--out", reports); code != 0 || !strings.Contains(read(t, filepath.Join(reports, "compliance.html")), "closed") {
		t.Errorf("the report does not know what was said: %s", errs)
	}
	var all []struct{ ID string }
	if _, said, _ := command(t, "findings", "export", "--format", "json"); json.Unmarshal([]byte(said), &all) != nil || len(all) != 4 {
		t.Errorf("as JSON: %s", said)
	}
	out := filepath.Join(t.TempDir(), "findings.ndjson")
	if code, said, errs := command(t, "findings", "export", "--out", out); code != 0 || !strings.Contains(said, out) || strings.Count(read(t, out), "\n") != 4 {
		t.Errorf("exit code %d, %q, %q", code, said, errs)
	}
}
