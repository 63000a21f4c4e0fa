package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/reports/files"
)

// ManifestName is the file that lists a folder of reports.
const ManifestName = "manifest.json"

// maxManifest bounds a manifest, in bytes: it has a line or two for each input.
const maxManifest = 256 << 20

// A CheckedReport is what VerifyReport found.
type CheckedReport struct {
	Problems
	Version, AsOf string // as the manifest has them
	Policy        string // path of the policy as the manifest has it
	Manifest      string // SHA-256 of the manifest, hex
	Outputs       int
	// Inputs counts the inputs, the policy and the files of the price book that
	// the manifest names, and Held those of them that were there and are the same.
	Inputs, Held int
}

// IsUnpacked reports whether a folder is one that a pack was unpacked in, rather
// than one of reports.
func IsUnpacked(dir string) bool {
	_, sums := os.Lstat(filepath.Join(dir, entrySums))
	_, signature := os.Lstat(filepath.Join(dir, entrySignature))
	return sums == nil || signature == nil
}

// VerifyReport checks a folder of reports against its manifest.json: every file
// that it lists, and that there is no other. inputs, where given, is the folder
// that the paths of the inputs are relative to, which are then checked too. The
// error says that something could not be read for a reason of its own.
func VerifyReport(dir, inputs string) (*CheckedReport, error) {
	c := &CheckedReport{}
	data, err := readBounded(filepath.Join(dir, ManifestName), maxManifest)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	c.Manifest = hex.EncodeToString(sum[:])
	m, err := files.ReadManifest(data)
	if err != nil {
		c.add(ManifestName, "%v", err)
	}
	if err != nil && len(m.Outputs) == 0 {
		return c, nil // it says of nothing what it should be
	}
	c.Version, c.AsOf = m.Version, m.AsOf
	known := map[string]bool{ManifestName: true}
	for _, o := range m.Outputs {
		switch {
		case o.Path == "" || o.Path != filepath.Base(o.Path) || o.Path == "." || o.Path == ".." || strings.ContainsAny(o.Path, `/\`):
			c.add(ManifestName, "it lists %q, which is no name of a report", o.Path)
			continue
		case known[o.Path]:
			c.add(ManifestName, "it lists %s twice", o.Path)
			continue
		}
		known[o.Path] = true
		c.Outputs++
		c.hold(o.Path, filepath.Join(dir, o.Path), o.SHA256)
	}
	given := slices.Concat(m.Inputs, m.Tariff)
	if m.Policy != nil {
		given, c.Policy = append(given, *m.Policy), m.Policy.Path
	}
	c.Inputs = len(given)
	if err := c.others(dir, known, given); err != nil || inputs == "" {
		return c, err
	}
	c.Held = 0
	for _, g := range given {
		at := filepath.FromSlash(g.Path)
		if !filepath.IsAbs(at) {
			at = filepath.Join(inputs, at)
		}
		if c.hold(g.Path, at, g.SHA256) {
			c.Held++
		}
	}
	return c, nil
}

// others finds what the manifest does not list. The demo leaves its policy and
// its price book beside the reports: those are held against the manifest too.
func (c *CheckedReport) others(dir string, known map[string]bool, given []files.Digest) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		if known[e.Name()] {
			continue
		}
		i := slices.IndexFunc(given, func(g files.Digest) bool { return path.Base(filepath.ToSlash(g.Path)) == e.Name() })
		switch {
		case i < 0:
			c.add(e.Name(), "the manifest does not list it: it was added")
		case c.hold(e.Name(), filepath.Join(dir, e.Name()), given[i].SHA256):
			c.Held++
		}
	}
	return nil
}

// hold compares a file with its digest.
func (c *CheckedReport) hold(name, path, want string) bool {
	got, err := digestOf(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.add(name, "it is missing")
	case err != nil:
		c.add(name, "it can't be read: %v", err)
	case got != want:
		c.add(name, "it was changed: its SHA-256 is not the one that the manifest has")
	default:
		return true
	}
	return false
}

// digestOf is the SHA-256 of a plain file in hex.
func digestOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no plain file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
