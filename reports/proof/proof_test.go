package proof_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/proof"
	"rollcall/reports/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

// key is a fixed one, so that packs have fixed bytes.
func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

// sample is the case of a missed notice of the sample store, and the store.
func sample(t *testing.T, hide *export.Pseudonyms) (proof.Case, export.Store) {
	t.Helper()
	conn, _ := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	store := export.Store{Conn: conn, Hide: hide}
	var f timeline.Finding
	for found, err := range store.FindingRows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if found.Rule == "notice.missed" && f.ID == "" {
			f = found
		}
	}
	call, err := store.Call(t.Context(), f.CallID)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("version: 1\n")
	return proof.Case{
		Program: "rollcall test", Finding: f, Call: call,
		Rule: proof.Rule{ID: f.Rule, Version: 3, Severity: f.Severity, Title: "The app did not report a notice.",
			Control: proof.Control{Says: "Users are told.", Document: "the document", Section: "Privacy"}, Remediation: "Show it."},
		Policy:   proof.Policy{Version: proof.PolicyVersion(text), Text: text},
		Messages: store.RawMessages(t.Context(), f.Tenant, f.Evidence),
	}, store
}

func packOf(t *testing.T, c proof.Case, k ed25519.PrivateKey) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := proof.Write(&b, c, k); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// entries are those of a pack, in its order.
func entries(t *testing.T, pack []byte) (names []string, data map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	data = map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if data[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name)
	}
	return names, data
}

func verify(t *testing.T, pack []byte, pin string) *proof.Checked {
	t.Helper()
	c, err := proof.VerifyZip(bytes.NewReader(pack), int64(len(pack)), pin)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update writes it anew); got\n%s", path, got)
	}
}

func TestAPack(t *testing.T) {
	c, store := sample(t, nil)
	pack := packOf(t, c, key(1))
	if again := packOf(t, c, key(1)); !bytes.Equal(pack, again) {
		t.Error("the same finding gives other bytes the second time")
	}
	names, data := entries(t, pack)
	t.Run("listing", func(t *testing.T) {
		var b bytes.Buffer
		for _, n := range names {
			fmt.Fprintf(&b, "%6d  %s\n", len(data[n]), n)
		}
		b.WriteString("\n")
		b.Write(data["SHA256SUMS"])
		for _, n := range []string{"README.txt", "finding.json", "pack.json", "policy.json", "rule.json", "messages/index.ndjson"} {
			fmt.Fprintf(&b, "\n=== %s\n%s", n, data[n])
		}
		golden(t, "pack.txt", b.Bytes())
	})
	t.Run("it holds what was asked for", func(t *testing.T) {
		var line bytes.Buffer
		if err := c.Call.WriteLine(&line); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data["call.json"], line.Bytes()) {
			t.Error("call.json is not what explain --json writes")
		}
		if err := xml.Unmarshal(data["timeline.svg"], new(struct{})); err != nil {
			t.Errorf("the picture: %v", err)
		}
		if string(data["messages/000001.raw"]) != "{}" || !bytes.Equal(data["policy.yaml"], c.Policy.Text) {
			t.Errorf("a value is %q, the policy %q", data["messages/000001.raw"], data["policy.yaml"])
		}
	})
	t.Run("intact", func(t *testing.T) {
		public := key(1).Public().(ed25519.PublicKey)
		got := verify(t, pack, proof.Fingerprint(public))
		if got.All != 0 || got.Finding != c.Finding.ID || got.Entries != len(names) || got.Messages != 3 || got.Commitments != 3 || got.Key != proof.Fingerprint(public) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("without the call of a finding that is about none", func(t *testing.T) {
		c := c
		c.Call, c.Finding.CallID = nil, ""
		names, data := entries(t, packOf(t, c, key(1)))
		if slices.Contains(names, "call.json") || slices.Contains(names, "timeline.svg") || strings.Contains(string(data["README.txt"]), "timeline.svg") {
			t.Errorf("it holds %v", names)
		}
	})
	t.Run("a message that was changed in the store", func(t *testing.T) {
		c := c
		c.Messages = func(yield func(export.RawMessage, error) bool) {
			for m, err := range store.RawMessages(t.Context(), c.Finding.Tenant, c.Finding.Evidence) {
				m.Value = []byte("[]")
				yield(m, err)
				return
			}
		}
		if err := proof.Write(io.Discard, c, key(1)); err == nil || !strings.Contains(err.Error(), "nothing was signed") {
			t.Errorf("it was signed: %v", err)
		}
	})
	t.Run("of several tenants", func(t *testing.T) {
		c := c
		c.Messages = store.RawMessages(t.Context(), "another", c.Finding.Evidence)
		names, data := entries(t, packOf(t, c, key(1)))
		if slices.Contains(names, "messages/000001.raw") || !strings.Contains(string(data["messages/index.ndjson"]), "another tenant") {
			t.Errorf("%v\n%s", names, data["messages/index.ndjson"])
		}
	})
}

func TestPseudonyms(t *testing.T) {
	c, _ := sample(t, export.NewPseudonyms([]byte("key")))
	c.NoValues, c.Policy.Text, c.Policy.Withheld = "they hold raw ids", nil, "it may hold raw ids"
	pack := packOf(t, c, key(1))
	for _, secret := range []string{"8:acs:", "8:orgid:", "nna", "HYPERLINK", "onerror", ".raw\""} {
		if bytes.Contains(pack, []byte(secret)) {
			t.Errorf("the pack holds %q", secret)
		}
	}
	got := verify(t, pack, "")
	if got.All != 0 || got.Messages != 3 || got.Values != 0 {
		t.Errorf("%+v", got)
	}
	if _, data := entries(t, pack); strings.Contains(string(data["messages/index.ndjson"]), `"salt"`) || !strings.Contains(string(data["messages/index.ndjson"]), `"sha256"`) {
		t.Errorf("%s", data["messages/index.ndjson"])
	}
}

// TestEveryByteCounts changes each byte of a pack, and cuts it off everywhere.
func TestEveryByteCounts(t *testing.T) {
	c, _ := sample(t, nil)
	pack := packOf(t, c, key(1))
	names, data := entries(t, pack)
	random := rand.New(rand.NewPCG(1, 2))
	changed := slices.Clone(pack)
	long := [][2]int{span(pack, data["call.json"]), span(pack, data["timeline.svg"]), span(pack, data["README.txt"])}
	for i := range pack {
		// One byte in the middle of a long entry is as another.
		if i%23 != 0 && slices.ContainsFunc(long, func(s [2]int) bool { return s[0] <= i && i < s[1] }) {
			continue
		}
		changed[i] ^= byte(1 + random.IntN(255))
		if got := verify(t, changed, ""); got.All == 0 {
			t.Fatalf("a change of byte %d of %d was not found", i, len(pack))
		}
		changed[i] = pack[i]
	}
	for n := 0; n < len(pack); n += 1 + len(pack)/300 {
		if got := verify(t, pack[:n], ""); got.All == 0 {
			t.Fatalf("cut off after %d of %d bytes it was taken for whole", n, len(pack))
		}
	}
	for _, name := range names {
		at := bytes.Index(pack, data[name])
		if len(data[name]) < 10 {
			at = bytes.Index(pack, append([]byte(name), data[name]...)) + len(name)
		}
		changed[at] ^= 1
		got := verify(t, changed, "")
		changed[at] = pack[at]
		want := strings.TrimSuffix(name, ".sig")
		if !slices.ContainsFunc(got.List, func(p proof.Problem) bool {
			return p.Where == name || p.Where == want || strings.Contains(p.What, name)
		}) {
			t.Errorf("a change of %s is told as %v", name, got.List)
		}
	}
}

// span is where some bytes lie.
func span(in, part []byte) [2]int {
	at := bytes.Index(in, part)
	return [2]int{at, at + len(part)}
}

// rezip writes entries as any zip program might.
func rezip(t *testing.T, names []string, data map[string][]byte, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: n, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data[n]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostilePacks(t *testing.T) {
	c, _ := sample(t, nil)
	pack := packOf(t, c, key(1))
	names, data := entries(t, pack)
	with := func(more string, content []byte) []byte {
		all := map[string][]byte{more: content}
		for n, d := range data {
			if n != more {
				all[n] = d
			}
		}
		return rezip(t, append(slices.Clone(names), more), all, zip.Store)
	}
	other := packOf(t, c, key(2))
	_, otherData := entries(t, other)
	bomb := map[string][]byte{"finding.json": make([]byte, 64<<20)}
	for _, test := range []struct {
		name, want string
		pack       []byte
		pin        string
	}{
		{name: "nothing", pack: nil, want: "no zip file"},
		{name: "no zip", pack: []byte("PK\x03\x04 but no more"), want: "no zip file"},
		{name: "an empty zip", pack: rezip(t, nil, nil, zip.Store), want: "SHA256SUMS: it is missing"},
		{name: "out of the folder", pack: with("../../etc/passwd", nil), want: "../../etc/passwd: no entry of a pack has such a name"},
		{name: "an absolute name", pack: with("/etc/passwd", nil), want: "no entry of a pack has such a name"},
		{name: "a name for Windows", pack: with(`..\x`, nil), want: "no entry of a pack has such a name"},
		{name: "a name for a terminal", pack: with("\x1b[2J", nil), want: `\u{001b}[2J: no entry`},
		{name: "twice", pack: with("finding.json", []byte("{}")), want: "finding.json: it is there twice"},
		{name: "one more", pack: with("extra.json", []byte("{}")), want: "extra.json: it is not in SHA256SUMS: it was added"},
		{name: "one less", pack: rezip(t, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "rule.json" }), data, zip.Store), want: "rule.json: it is missing"},
		{name: "a bomb", pack: rezip(t, []string{"finding.json"}, bomb, zip.Deflate), want: "finding.json: it is compressed"},
		{name: "entries that share their bytes", pack: overlapping(t), want: "its bytes are another entry's, too"},
		{name: "packed anew", pack: rezip(t, names, data, zip.Store), want: "in the header of README.txt, is not as rollcall writes it"},
		{name: "something before it", pack: append([]byte("#!/bin/sh\n"), pack...), want: "the zip file"},
		{name: "something after it", pack: append(slices.Clone(pack), "more"...), want: "the zip file"},
		{name: "signed by another", pack: other, pin: proof.Fingerprint(key(1).Public().(ed25519.PublicKey)), want: "not the key that was asked for"},
		{name: "another's signature", pack: rezip(t, names, mix(data, "SHA256SUMS.sig", otherData["SHA256SUMS.sig"]), zip.Store), want: "the signature in SHA256SUMS.sig does not fit"},
		{name: "another's key", pack: rezip(t, names, mix(data, "public_key.pem", otherData["public_key.pem"]), zip.Store), want: "public_key.pem: it was changed"},
		{name: "no key", pack: rezip(t, names, mix(data, "public_key.pem", []byte("none")), zip.Store), want: "public_key.pem: it was changed: no public key"},
		{name: "digests out of order", pack: rezip(t, names, mix(data, "SHA256SUMS", append([]byte(strings.Repeat("0", 64)+"  z\n"), data["SHA256SUMS"]...)), zip.Store), want: "line 2: README.txt is not sorted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := verify(t, test.pack, test.pin)
			var all []string
			for _, p := range got.List {
				all = append(all, p.String())
			}
			if got.All == 0 || !strings.Contains(strings.Join(all, "\n"), test.want) {
				t.Errorf("got %q, want %q", all, test.want)
			}
		})
	}
}

// overlapping is a zip file of 100 entries that are all the same mebibyte.
func overlapping(t *testing.T) []byte {
	t.Helper()
	one := rezip(t, []string{"a00"}, map[string][]byte{"a00": make([]byte, 1<<20)}, zip.Store)
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	start := bytes.LastIndex(one[:end], []byte("PK\x01\x02"))
	record, tail := one[start:end], slices.Clone(one[end:])
	out := slices.Clone(one[:start])
	for i := range 100 {
		out = append(out, bytes.Replace(record, []byte("a00"), fmt.Appendf(nil, "a%02d", i), 1)...)
	}
	binary.LittleEndian.PutUint16(tail[8:], 100)
	binary.LittleEndian.PutUint16(tail[10:], 100)
	binary.LittleEndian.PutUint32(tail[12:], uint32(100*len(record)))
	return append(out, tail...)
}

func mix(data map[string][]byte, name string, content []byte) map[string][]byte {
	all := map[string][]byte{}
	for n, d := range data {
		all[n] = d
	}
	all[name] = content
	return all
}

// unpack writes the entries of a pack to a folder.
func unpack(t *testing.T, pack []byte) string {
	t.Helper()
	dir := t.TempDir()
	names, data := entries(t, pack)
	for _, n := range names {
		path := filepath.Join(dir, filepath.FromSlash(n))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data[n], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAnUnpackedPack(t *testing.T) {
	c, _ := sample(t, nil)
	dir := unpack(t, packOf(t, c, key(1)))
	if !proof.IsUnpacked(dir) {
		t.Error("a pack is not known as such")
	}
	got, err := proof.Verify(dir, "")
	if err != nil || got.All != 0 || got.Commitments != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "messages", "000002.raw"), []byte("{ "), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	got, err = proof.Verify(dir, "")
	if err != nil || got.All != 2 || got.List[0].Where != "link" || got.List[1].Where != "messages/000002.raw" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if _, err := proof.ReadKey(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("without a file: %v", err)
	}
	first, made, err := proof.OpenKey(path)
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != fs.FileMode(0o600) {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
	second, made, err := proof.OpenKey(path)
	if err != nil || made || !second.Equal(first) {
		t.Errorf("the second time: made %v, %v", made, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("beside the key there is %v, %v", left, err)
	}
	for _, text := range []string{"", "none", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, made, err := proof.OpenKey(path); err == nil || made || !strings.Contains(err.Error(), "openssl genpkey") {
			t.Errorf("a file with %q: made %v, %v", text, made, err)
		}
	}
	fingerprint := proof.Fingerprint(first.Public().(ed25519.PublicKey))
	for _, text := range []string{fingerprint, strings.TrimPrefix(fingerprint, "SHA256:"), " " + strings.ToUpper(strings.TrimPrefix(fingerprint, "SHA256:"))} {
		if got, err := proof.ParsePin(text); err != nil || got != fingerprint {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	if _, err := proof.ParsePin("SHA256:12"); err == nil {
		t.Error("half a fingerprint is taken for one")
	}
	if !proof.Hidden("p_0123456789abcdef0123") || proof.Hidden("8:acs:x") || proof.Hidden("p_x") {
		t.Error("pseudonyms are not told from raw ids")
	}
	if s := (proof.Problem{Where: "a\x1b", What: timeline.Safe("b")}).String(); s != `a\u{001b}: b` {
		t.Error(s)
	}
}

// TestByHand runs the commands of README.txt.
func TestByHand(t *testing.T) {
	for _, tool := range []string{"openssl", "sha256sum", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is demanded in CI: %v", tool, err)
			}
			t.Skipf("%s is missing: the commands of README.txt can't be tried", tool)
		}
	}
	c, _ := sample(t, nil)
	dir := unpack(t, packOf(t, c, key(1)))
	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for line := range strings.Lines(string(readme)) {
		command, found := strings.CutPrefix(line, "    ")
		if !found || strings.HasPrefix(command, " ") || strings.HasPrefix(command, "rollcall ") {
			continue
		}
		run := exec.CommandContext(t.Context(), "sh", "-c", command)
		run.Dir = dir
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		said = append(said, strings.TrimSpace(string(out)))
	}
	fingerprint := strings.TrimPrefix(proof.Fingerprint(key(1).Public().(ed25519.PublicKey)), "SHA256:")
	if len(said) != 5 || said[0] != "Signature Verified Successfully" || strings.Count(said[1], ": OK") != 13 || said[2] != "15" || said[3] != "13" ||
		!strings.HasPrefix(said[4], fingerprint) {
		t.Errorf("the commands say %q", said)
	}
}
