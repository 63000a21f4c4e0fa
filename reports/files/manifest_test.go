package files

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestManifest(t *testing.T) {
	m := Manifest{Version: "1", AsOf: "2026-03-01T00:00:00.000Z", Inputs: []Digest{{"<in>.json", strings.Repeat("a", 64)}}, Tariff: []Digest{},
		Policy: &Digest{"policy.yaml", strings.Repeat("b", 64)}, Outputs: []Digest{{"usage.csv", strings.Repeat("c", 64)}}}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := ReadManifest(b.Bytes())
	if err != nil || got.SHA256 == "" || got.Policy == nil || *got.Policy != *m.Policy || !slices.Equal(got.Outputs, m.Outputs) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range b.Bytes() {
		for _, flip := range []byte{1, 0x20, 0x80} {
			changed := bytes.Clone(b.Bytes())
			changed[i] ^= flip
			if _, err := ReadManifest(changed); !errors.Is(err, ErrManifest) {
				t.Fatalf("a change of byte %d, %q, gives %v", i, changed[i], err)
			}
		}
	}
	for _, text := range []string{"", "{}", "null", b.String() + " ", b.String() + b.String()} {
		if _, err := ReadManifest([]byte(text)); !errors.Is(err, ErrManifest) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}
