package listings

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLargeAsset: a video that is too long to look at is named with its SHA-256,
// which is found where it is a protected file, and without its bytes; what stands
// beside it is read.
func TestLargeAsset(t *testing.T) {
	dir := write(t, map[string]string{"fastlane/metadata/android/en-US/title.txt": "Care Line", "fastlane/metadata/android/en-US/images/icon.png": "png"})
	film := filepath.Join(dir, "fastlane/metadata/android/en-US/images/film.mp4")
	if err := os.WriteFile(film, []byte("film"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(film, maxAsset+5); err != nil {
		t.Fatal(err)
	}
	list, problems, err := Read(dir)
	if err != nil || len(problems) > 0 || len(list) != 1 || len(list[0].Assets) != 2 {
		t.Fatalf("%v, %v, %d listings", err, problems, len(list))
	}
	f, err := os.Open(film)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		t.Fatal(err)
	}
	for _, a := range list[0].Assets {
		switch filepath.Base(a.Name) {
		case "icon.png":
			if string(a.Data) != "png" || a.Unread != "" {
				t.Errorf("%+v", a)
			}
		case "film.mp4":
			if a.Data != nil || a.SHA256 != hex.EncodeToString(sum.Sum(nil)) || !strings.Contains(a.Unread, "33554437 bytes") {
				t.Errorf("%d bytes, SHA-256 %s, %q", len(a.Data), a.SHA256, a.Unread)
			}
		default:
			t.Errorf("another asset, %s", a.Name)
		}
	}
}
