package main

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/outputs"
	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/files"
	"rollcall/reports/findings"
	"rollcall/reports/proof"
	"rollcall/schema"
	"rollcall/schema/chdb"
)

// chdir goes to a folder of the test's own, from which the embedded ClickHouse is
// still found.
func chdir(t *testing.T, dir string) {
	t.Helper()
	if path, err := chdb.Find(); err == nil {
		t.Setenv(chdb.LibraryEnv, path)
	}
	t.Chdir(dir)
}

// packed makes a pack of the finding "0af…2" of the sample.
func packed(t *testing.T, args ...string) (path, said string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pack.zip")
	code, out, errs := command(t, append([]string{"evidence", "0AF00000000000000000000000000002", "--out", path}, args...)...)
	if code != 0 {
		t.Fatalf("exit code %d, %q", code, errs)
	}
	return path, out + errs
}

// change flips a bit of a file.
func change(t *testing.T, path string, of string) {
	t.Helper()
	data := []byte(read(t, path))
	at := bytes.Index(data, []byte(of))
	if at < 0 {
		t.Fatalf("%s does not hold %q", path, of)
	}
	data[at+len(of)/2] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEvidenceFromAService(t *testing.T) {
	dir := t.TempDir()
	chdir(t, dir)
	t.Setenv("ROLLCALL_DATA_DIR", dir)
	if code, _, errs := command(t, "evidence", "0af", "--out", "x.zip"); code != 1 || !strings.Contains(errs, "--from") {
		t.Errorf("without data: exit code %d, %q", code, errs)
	}
	conn, _ := storetest.Open(t, filepath.Join(dir, "clickhouse"))
	storetest.Fill(t, conn, storetest.Sample()...)
	if err := os.WriteFile("rollcall.yaml", []byte("signing: {key_file: keys.pem}\ndata_dir: .\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, out, _ := command(t, "version", "--config", "rollcall.yaml"); !strings.Contains(out, "none yet") {
		t.Errorf("before the first pack: %q", out)
	}
	first, said := packed(t, "--config", "rollcall.yaml")
	if !strings.Contains(said, "made a signing key in") {
		t.Errorf("it said %q", said)
	}
	second, said := packed(t, "--config", "rollcall.yaml")
	if read(t, first) != read(t, second) || strings.Contains(said, "made") {
		t.Errorf("the second time the pack is another, and was said %q", said)
	}
	_, version, _ := command(t, "version", "--config", "rollcall.yaml")
	_, fingerprint, found := strings.Cut(strings.TrimSpace(version), "signing key  ")
	if !found || !strings.Contains(said, fingerprint) {
		t.Fatalf("version says %q, evidence %q", version, said)
	}
	if code, out, _ := command(t, "version"); code != 0 || strings.Contains(out, "signing key") {
		t.Errorf("version without a configuration speaks of a key that is not there: %q", out)
	}
	t.Setenv("ROLLCALL_SIGNING_KEY_FILE", "keys.pem")
	if _, out, _ := command(t, "version"); !strings.Contains(out, fingerprint) {
		t.Errorf("version without a configuration: %q", out)
	}
	for _, pin := range [][]string{nil, {"--key", fingerprint}} {
		code, out, errs := command(t, append([]string{"verify", first}, pin...)...)
		if code != 0 || !strings.Contains(out, "intact") || !strings.Contains(out, fingerprint) || strings.Contains(out, "Ask its maker") != (pin == nil) {
			t.Errorf("exit code %d, %q, %q", code, out, errs)
		}
	}
	if code, out, _ := command(t, "verify", first, "--key", strings.Repeat("0", 64)); code != 3 || !strings.Contains(out, "public_key.pem: it is "+fingerprint) {
		t.Errorf("with another's key: exit code %d, %q", code, out)
	}
	t.Run("with the policy that judged", func(t *testing.T) {
		text := "version: 1\nnotice: {deadline: 7s}\n"
		calls := storetest.Sample()[:1]
		for i := range calls[0].Findings {
			calls[0].Findings[i].PolicyVersion = proof.PolicyVersion([]byte(text))
			calls[0].Findings[i].RuleVersion = 7 // of a program that was or will be
		}
		calls[0].Version++
		storetest.Fill(t, conn, calls...)
		path, _ := packed(t, "--config", "rollcall.yaml")
		if pack := read(t, path); !strings.Contains(pack, `"version": 7,`) || !strings.Contains(pack, `"described_version": 1,`) || !strings.Contains(pack, "not the one that judged") {
			t.Error("the pack does not say which version of the rule judged")
		}
		if strings.Contains(read(t, path), text) || !strings.Contains(read(t, path), "neither the store nor the configuration has a policy") {
			t.Error("a policy that nobody has is in the pack")
		}
		err := conn.Exec(t.Context(), "INSERT INTO policy_versions (id, digest, file) VALUES (?, ?, ?)", proof.PolicyVersion([]byte(text)), "x", text)
		if err != nil {
			t.Fatal(err)
		}
		path, _ = packed(t, "--config", "rollcall.yaml")
		if !strings.Contains(read(t, path), text) {
			t.Error("the policy is not in the pack")
		}
		if code, out, _ := command(t, "verify", path); code != 0 {
			t.Errorf("exit code %d, %q", code, out)
		}
	})
	t.Run("with what was said of it", func(t *testing.T) {
		store := findings.Store{Results: export.Store{Conn: conn}, Now: storetest.AsOf}
		if _, err := store.Say(t.Context(), "0af00000000000000000000000000002", findings.Word{Action: schema.ActionNote, Note: "asked the vendor", Who: "ana"}); err != nil {
			t.Fatal(err)
		}
		path, _ := packed(t, "--config", "rollcall.yaml")
		pack := read(t, path)
		_, history, found := strings.Cut(pack, `"history": [`)
		if !found || !strings.Contains(history, `"note": "asked the vendor"`) || !strings.Contains(history, `"who": "ana"`) {
			t.Error("the pack does not hold the note")
		}
	})
	change(t, first, `"history": [`)
	if code, out, _ := command(t, "verify", first); code != 3 || !strings.Contains(out, "finding.json: it was changed") || !strings.Contains(out, "NOT intact") {
		t.Errorf("a changed pack: exit code %d, %q", code, out)
	}
	t.Run("pseudonyms", func(t *testing.T) {
		t.Setenv("ROLLCALL_PSEUDONYMS_ENABLED", "true")
		t.Setenv("ROLLCALL_PSEUDONYM_KEY", "secret")
		path, _ := packed(t, "--config", "rollcall.yaml")
		pack := read(t, path)
		for _, name := range []string{"8:acs:", "8:orgid:", "nna", "HYPERLINK", "000001.raw"} {
			if strings.Contains(pack, name) {
				t.Errorf("the pack holds %q", name)
			}
		}
		if !strings.Contains(pack, "the configuration wants pseudonyms") {
			t.Error("the pack does not say why values are not in it")
		}
		if code, out, _ := command(t, "verify", path); code != 0 {
			t.Errorf("exit code %d, %q", code, out)
		}
	})
	t.Run("no such finding", func(t *testing.T) {
		if code, _, errs := command(t, "evidence", "ffff", "--out", "x.zip", "--config", "rollcall.yaml"); code != 1 || !strings.Contains(errs, "no such finding") {
			t.Errorf("exit code %d, %q", code, errs)
		}
		if _, err := os.Stat("x.zip"); err == nil {
			t.Error("a pack was written")
		}
	})
}

// sampleReports writes the reports of the sample.
func sampleReports(t *testing.T, hide *export.Pseudonyms) string {
	t.Helper()
	conn, stop := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	dir := filepath.Join(t.TempDir(), "out")
	_, err := outputs.Write(t.Context(), outputs.Report{
		Dir: dir, AsOf: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC), Version: "test", Inputs: []outputs.InputFile{{Path: "day.ndjson", SHA256: strings.Repeat("0", 64)}},
		Policy: &files.Digest{Path: "policy.yaml", SHA256: strings.Repeat("0", 64)}, Store: export.Store{Conn: conn, Hide: hide},
	})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	return dir
}

func TestEvidenceFromReports(t *testing.T) {
	out := sampleReports(t, nil)
	t.Chdir(t.TempDir())
	code, said, errs := command(t, "verify", out)
	if code != 0 || !strings.Contains(said, "intact") || !strings.Contains(said, "Nothing in it is signed") {
		t.Fatalf("exit code %d, %q, %q", code, said, errs)
	}
	path, _ := packed(t, "--from", out)
	pack := read(t, path)
	if strings.Contains(pack, "000001.raw") || !strings.Contains(pack, `"file":"events/day.ndjson","line":5`) || !strings.Contains(pack, "it was made from reports") {
		t.Error("the pack does not say where the messages lie")
	}
	if code, said, _ := command(t, "verify", path); code != 0 || !strings.Contains(said, "messages   3, 0 of them with their value") {
		t.Errorf("exit code %d, %q", code, said)
	}
	if code, said, _ := command(t, "verify", out, "--inputs", "."); code != 3 || !strings.Contains(said, "day.ndjson: it is missing") {
		t.Errorf("with inputs that are gone: exit code %d, %q", code, said)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"evidence", "0af", "--from", out, "--out", "x.zip"}, 1, "0af may mean"},
		{[]string{"evidence", "ffff", "--from", out, "--out", "x.zip"}, 1, "no finding with the id ffff"},
		{[]string{"evidence", "0af", "--from", ".", "--out", "x.zip"}, 1, "--from names a folder that rollcall audit or demo wrote"},
		{[]string{"evidence", "0af", "--from", out}, 2, "--out is missing"},
		{[]string{"evidence", "0af", "--inputs", ".", "--out", "x.zip"}, 2, "--inputs goes with --from"},
		{[]string{"evidence", "0af", "--from", out, "--config", "x.yaml", "--out", "x.zip"}, 2, "give one of them"},
		{[]string{"evidence", " ", "--from", out, "--out", "x.zip"}, 2, "is empty"},
		{[]string{"verify", out, "--key", strings.Repeat("0", 64)}, 2, "is not signed"},
		{[]string{"verify", path, "--inputs", "."}, 2, "--inputs is about folders of reports"},
		{[]string{"verify", path, "--key", "none"}, 2, "neither a fingerprint"},
		{[]string{"verify", "missing.zip"}, 1, "missing.zip"},
		{[]string{"verify", "."}, 1, "a folder of reports has a manifest.json"},
		{[]string{"verify"}, 2, "verify --help"},
	} {
		if code, _, errs := command(t, c.args...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%q: exit code %d, %q", c.args, code, errs)
		}
	}
	change(t, filepath.Join(out, "findings.ndjson"), "No notice of recording")
	if code, said, _ := command(t, "verify", out); code != 3 || !strings.Contains(said, "findings.ndjson: it was changed") {
		t.Errorf("changed reports: exit code %d, %q", code, said)
	}
	if code, _, errs := command(t, "evidence", "0af00000000000000000000000000002", "--from", out, "--out", "x.zip"); code != 1 || !strings.Contains(errs, "nothing was signed") {
		t.Errorf("of changed reports: exit code %d, %q", code, errs)
	}
	if _, err := os.Stat("x.zip"); err == nil {
		t.Error("a pack was written in spite of an error")
	}
}

func TestEvidenceWithAuditedFiles(t *testing.T) {
	const name = "plain-group-call"
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("../internal/audit/testdata", name))); err != nil {
		t.Fatal(err)
	}
	_, stop := storetest.Open(t, "") // skips where the library is missing
	stop()
	chdir(t, dir)
	if code, _, errs := command(t, "audit", "--policy", "policy.yaml", "--out", "out", "in"); code != 3 {
		t.Fatalf("exit code %d, %q", code, errs)
	}
	_, id, _ := strings.Cut(read(t, "out/findings.ndjson"), `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	elsewhere := t.TempDir()
	t.Chdir(elsewhere)
	from := []string{"evidence", id, "--from", filepath.Join(dir, "out"), "--inputs", dir, "--out", "pack.zip"}
	if code, _, errs := command(t, from...); code != 0 {
		t.Fatalf("exit code %d, %q", code, errs)
	}
	code, out, _ := command(t, "verify", "pack.zip")
	if code != 0 || strings.Contains(out, " 0 of them with their value") {
		t.Errorf("exit code %d, %q", code, out)
	}
	z, err := zip.OpenReader("pack.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	value, err := fs.ReadFile(z, "messages/000001.raw")
	if err != nil || len(value) == 0 {
		t.Fatalf("%q, %v", value, err)
	}
	if _, err := fs.ReadFile(z, "policy.yaml"); err != nil {
		t.Error(err)
	}
	var inputs []string
	err = filepath.WalkDir(filepath.Join(dir, "in"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			inputs = append(inputs, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range inputs {
		if strings.Contains(read(t, path), string(value)) {
			change(t, path, string(value))
		}
	}
	if code, _, errs := command(t, from...); code != 1 || !strings.Contains(errs, "nothing was signed") {
		t.Errorf("of changed files: exit code %d, %q", code, errs)
	}
	if code, out, _ := command(t, "verify", filepath.Join(dir, "out"), "--inputs", dir); code != 3 || !strings.Contains(out, "in/") {
		t.Errorf("the reports of changed files: exit code %d, %q", code, out)
	}
}
