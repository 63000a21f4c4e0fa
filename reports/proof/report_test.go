package proof_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/reports/files"
	"rollcall/reports/proof"
)

// reports writes a folder of two reports and one of their input.
func reports(t *testing.T) (dir, inputs string) {
	t.Helper()
	dir, inputs = t.TempDir(), t.TempDir()
	digest := func(dir, name, text string) files.Digest {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(text))
		return files.Digest{Path: name, SHA256: hex.EncodeToString(sum[:])}
	}
	policy := digest(inputs, "policy.yaml", "version: 1\n")
	m := files.Manifest{
		Version: "test", AsOf: "2026-03-02T00:00:00.000Z", Policy: &policy, Tariff: []files.Digest{},
		Inputs:  []files.Digest{digest(inputs, "day.ndjson", "{}\n")},
		Outputs: []files.Digest{digest(dir, "usage.csv", "a,b\n1,2\n"), digest(dir, "findings.ndjson", "{}\n")},
	}
	if _, err := files.Write(filepath.Join(dir, "manifest.json"), m.Write); err != nil {
		t.Fatal(err)
	}
	return dir, inputs
}

func TestReports(t *testing.T) {
	dir, inputs := reports(t)
	for _, with := range []string{"", inputs} {
		got, err := proof.VerifyReport(dir, with)
		if err != nil || got.All != 0 || got.Outputs != 2 || got.Inputs != 2 || got.Held != map[bool]int{true: 2}[with != ""] {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if proof.IsUnpacked(dir) {
		t.Error("a folder of reports is taken for a pack")
	}
	// Every byte of every file.
	for _, path := range []string{"usage.csv", "findings.ndjson", "manifest.json", "../" + filepath.Base(inputs) + "/day.ndjson"} {
		in := dir
		if strings.HasPrefix(path, "..") {
			in, path = inputs, filepath.Base(path)
		}
		data, err := os.ReadFile(filepath.Join(in, path))
		if err != nil {
			t.Fatal(err)
		}
		for i := range data {
			data[i] ^= 4
			if err := os.WriteFile(filepath.Join(in, path), data, 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := proof.VerifyReport(dir, inputs)
			if err != nil || got.All == 0 || got.List[0].Where != path {
				t.Fatalf("byte %d of %s: %+v, %v", i, path, got, err)
			}
			data[i] ^= 4
		}
		if err := os.WriteFile(filepath.Join(in, path), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHostileReports(t *testing.T) {
	manifest := func(t *testing.T, dir string, outputs ...files.Digest) {
		m := files.Manifest{Inputs: []files.Digest{}, Tariff: []files.Digest{}, Outputs: outputs}
		if _, err := files.Write(filepath.Join(dir, "manifest.json"), m.Write); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, want string
		spoil      func(t *testing.T, dir string)
	}{
		{"one more", "more.csv: the manifest does not list it", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "more.csv"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{"one hidden", ".x: the manifest does not list it", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, ".x"), 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"a policy beside them", "policy.yaml: it was changed", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte("version: 2\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{"one less", "usage.csv: it is missing", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "usage.csv")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a folder in its place", "usage.csv is no plain file", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "usage.csv")); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(dir, "usage.csv"), 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"out of the folder", `it lists "../../etc/passwd"`, func(t *testing.T, dir string) { manifest(t, dir, files.Digest{Path: "../../etc/passwd"}) }},
		{"twice", "it lists usage.csv twice", func(t *testing.T, dir string) {
			manifest(t, dir, files.Digest{Path: "usage.csv"}, files.Digest{Path: "usage.csv"})
		}},
		{"no JSON", "manifest.json: it was changed", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("{"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, _ := reports(t)
			c.spoil(t, dir)
			got, err := proof.VerifyReport(dir, "")
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, p := range got.List {
				all = append(all, p.String())
			}
			if !strings.Contains(strings.Join(all, "\n"), c.want) {
				t.Errorf("got %q, want %q", all, c.want)
			}
		})
	}
	if _, err := proof.VerifyReport(t.TempDir(), ""); err == nil {
		t.Error("a folder without a manifest was checked")
	}
}
