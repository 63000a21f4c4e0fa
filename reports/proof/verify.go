package proof

import (
	"archive/zip"
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"rollcall/reports/timeline"
)

// Bounds on what is read into memory: entries that are larger are hashed on the
// way past.
const (
	maxSmall  = 1 << 20  // the key, pack.json, the signature
	maxSums   = 64 << 20 // SHA256SUMS
	maxValue  = 32 << 20 // a value, and a line of the messages' index; a message has at most 16 MiB
	mostFound = 200      // problems that are listed
)

// A Problem is something that is not as it was signed.
type Problem struct {
	Where string // an entry or file, or what of the whole
	What  string
}

// String says both, safe for a terminal.
func (p Problem) String() string { return timeline.Safe(p.Where) + ": " + timeline.Safe(p.What) }

// Problems are those that were found: the first 200 of them, and how many there
// are.
type Problems struct {
	List []Problem
	All  int
}

func (p *Problems) add(where, format string, args ...any) {
	p.All++
	if len(p.List) < mostFound {
		p.List = append(p.List, Problem{where, fmt.Sprintf(format, args...)})
	}
}

// A Checked pack is what Verify found.
type Checked struct {
	Problems
	Finding string // whose pack it is, as it says itself
	Key     string // fingerprint of the key in it
	Entries int
	// Messages counts those of the index, Values those of them whose value is in
	// the pack and Commitments those whose commitment was computed anew.
	Messages, Values, Commitments int
}

// Verify checks a pack: a zip file, or the folder that one was unpacked in. pin,
// where given, is the fingerprint that the key must have. The error says that
// the pack could not be read for a reason that is not its own.
func Verify(path, pin string) (*Checked, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		c := &checker{pin: pin}
		if c.names, err = folder(root, &c.Problems); err != nil {
			return nil, err
		}
		c.open = func(name string) (io.ReadCloser, error) { return root.Open(filepath.FromSlash(name)) }
		c.check()
		return &c.Checked, nil
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return VerifyZip(f, info.Size(), pin)
}

// VerifyZip checks a pack that is a zip file.
func VerifyZip(file io.ReaderAt, size int64, pin string) (*Checked, error) {
	c := &checker{pin: pin}
	z, err := zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		c.add("the zip file", "it can't be read (%v): it is damaged, cut off, or no zip file", err)
		return &c.Checked, nil
	}
	byName := map[string]*zip.File{}
	left := uint64(size) // entries that share their bytes would cost without end
	for _, f := range z.File {
		left -= min(left, f.UncompressedSize64+1)
		switch {
		case !entryName.MatchString(f.Name):
			c.add(f.Name, "no entry of a pack has such a name")
		case byName[f.Name] != nil:
			c.add(f.Name, "it is there twice")
		case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64:
			c.add(f.Name, "it is compressed, which no entry of a pack is; of a pack that was packed anew verify the folder that it unpacks to")
		case left == 0:
			c.add(f.Name, "its bytes are another entry's, too: the file is too short for all its entries")
		default:
			byName[f.Name] = f
			c.names = append(c.names, f.Name)
		}
	}
	if c.All > 0 {
		return &c.Checked, nil
	}
	c.open = func(name string) (io.ReadCloser, error) { return byName[name].Open() }
	c.check()
	if c.All > 0 {
		return &c.Checked, nil
	}
	var entries []*zip.File
	for _, s := range c.sums {
		entries = append(entries, byName[s.name])
	}
	what, err := compareZip(file, size, append(entries, byName[entrySums], byName[entrySignature]))
	if what != "" {
		c.add("the zip file", "its entries are as they were signed, but %s; of a pack that was packed anew verify the folder that it unpacks to", what)
	}
	return &c.Checked, err
}

// folder lists the files of a folder that a pack was unpacked in.
func folder(root *os.Root, p *Problems) (names []string, err error) {
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			p.add(name, "it is no plain file")
		case !entryName.MatchString(name):
			p.add(name, "no entry of a pack has such a name")
		default:
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// A checker checks one pack.
type checker struct {
	Checked
	pin   string
	names []string
	open  func(name string) (io.ReadCloser, error)
	sums  []sum
}

// read reads an entry into memory.
func (c *checker) read(name string, most int64) ([]byte, error) {
	f, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, fmt.Errorf("no such entry has more than %d bytes", most)
	}
	return data, err
}

// digest is the SHA-256 of an entry in hex.
func (c *checker) digest(name string) (string, error) {
	f, err := c.open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// small reads an entry that every pack has; nil where it is missing.
func (c *checker) small(name string, most int64) []byte {
	if !slices.Contains(c.names, name) {
		c.add(name, "it is missing")
		return nil
	}
	data, err := c.read(name, most)
	if err != nil {
		c.add(name, "it is not as it was signed: %v", err)
		return nil
	}
	return data
}

// check looks at everything that the entries hold.
func (c *checker) check() {
	c.Entries = len(c.names)
	public, sums, signature := c.small(entryKey, maxSmall), c.small(entrySums, maxSums), c.small(entrySignature, maxSmall)
	c.signature(public, sums, signature)
	if sums == nil {
		return
	}
	var err error
	if c.sums, err = parseSums(sums); err != nil {
		c.add(entrySums, "%v", err)
		return
	}
	signed, intact := map[string]bool{entrySums: true, entrySignature: true}, map[string]string{}
	present := map[string]bool{}
	for _, name := range c.names {
		present[name] = true
	}
	for _, s := range c.sums {
		signed[s.name] = true
		if !present[s.name] {
			c.add(s.name, "it is missing")
			continue
		}
		if digest, err := c.digest(s.name); err != nil || digest != s.digest {
			c.add(s.name, "it was changed: its SHA-256 is not the one that SHA256SUMS has")
			continue
		}
		intact[s.name] = s.digest
	}
	for _, name := range c.names {
		if !signed[name] {
			c.add(name, "it is not in SHA256SUMS: it was added")
		}
	}
	c.about(intact)
	if intact[entryMessages] != "" {
		c.messages(intact)
	}
	for _, name := range []string{entryKey, entryAbout, entryMessages} {
		if !signed[name] {
			c.add(entrySums, "%s is not in it", name)
		}
	}
}

// signature checks the signature and the key.
func (c *checker) signature(public, sums, signature []byte) {
	if public == nil {
		return
	}
	key, err := parsePublic(public)
	if err != nil {
		c.add(entryKey, "it was changed: %v", err)
		return
	}
	c.Key = Fingerprint(key)
	if c.pin != "" && c.Key != c.pin {
		c.add(entryKey, "it is %s, not the key that was asked for, %s", c.Key, c.pin)
	}
	if sums != nil && signature != nil && !ed25519.Verify(key, sums, signature) {
		c.add(entrySums, "the signature in SHA256SUMS.sig does not fit it and public_key.pem: one of the three was changed")
	}
}

// about reads what the pack says of itself.
func (c *checker) about(intact map[string]string) {
	if intact[entryAbout] == "" {
		return
	}
	var a about
	data, err := c.read(entryAbout, maxSmall)
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil || a.Format != Format {
		c.add(entryAbout, "the pack is not of the form %s", Format)
		return
	}
	if c.Finding = a.Finding; a.Key != c.Key {
		c.add(entryAbout, "it names the key %s, but the pack holds another", a.Key)
	}
}

// messages holds the index against the values.
func (c *checker) messages(intact map[string]string) {
	f, err := c.open(entryMessages)
	if err != nil {
		c.add(entryMessages, "%v", err)
		return
	}
	defer f.Close()
	named := map[string]bool{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxValue)
	for lines.Scan() {
		c.Messages++
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			c.add(entryMessages, "line %d can't be read", c.Messages)
			continue
		}
		if l.Entry == "" {
			continue
		}
		c.Values++
		named[l.Entry] = true
		if intact[l.Entry] == "" {
			continue // said already
		}
		if intact[l.Entry] != l.SHA256 {
			c.add(l.Entry, "its SHA-256 is not the one that %s has", entryMessages)
			continue
		}
		if l.Commitment == "" {
			continue // made from reports, which have none
		}
		value, err := c.read(l.Entry, maxValue)
		if err == nil {
			err = l.check(value)
		}
		if err != nil {
			c.add(l.Entry, "%v", err)
			continue
		}
		c.Commitments++
	}
	if err := lines.Err(); err != nil {
		c.add(entryMessages, "%v", err)
	}
	for _, s := range c.sums {
		if strings.HasSuffix(s.name, ".raw") && !named[s.name] {
			c.add(s.name, "no line of %s names it", entryMessages)
		}
	}
}
