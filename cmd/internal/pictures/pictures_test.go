package pictures

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/rules/policy"
)

func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range 20 {
		img.SetGray(i, i/2, color.Gray{Y: 200})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLoad: pictures are found beside the policy file; one that is not there is
// an error with its key.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "marks", "more"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"marks/a.png", "marks/more/b.png", "marks/README.md", "c.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), picture(t), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "policy.yaml")
	for references, want := range map[string]string{
		"[]":                      "none",
		"[marks, c.png]":          "some",
		"[marks/none.png, c.png]": "policy.yaml: key brand.assets.references: marks/none.png: no such file or directory",
		"[empty]":                 "key brand.assets.references: empty: no such file or directory",
	} {
		p, err := policy.Parse(file, []byte("version: 1\nbrand: {assets: {references: "+references+"}, others: [{company: Adatum, logos: [c.png]}]}"))
		if err != nil {
			t.Fatal(err)
		}
		loader := NewLoader(file)
		for range 2 { // the second time from memory
			got, err := loader.For(p)
			switch {
			case want == "none" && (got.Protected != nil || err != nil), want == "some" && (got.Protected == nil || got.Others == nil || err != nil):
				t.Errorf("%s: %v, %v", references, got, err)
			case want != "none" && want != "some" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("%s: %v, want %q", references, err, want)
			}
		}
		loader.Forget()
	}
}
