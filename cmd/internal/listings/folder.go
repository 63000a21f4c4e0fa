package listings

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/schema"
)

// A source is a folder or an archive of which files are read, with what could not
// be read of it.
type source struct {
	name     string // of the folder or archive, as the user gave it
	files    fs.FS
	problems []Problem
	zipped   bool
}

// wrong notes a problem of a file.
func (s *source) wrong(file string, line int, format string, args ...any) {
	s.problems = append(s.problems, Problem{s.label(file), line, fmt.Sprintf(format, args...)})
}

// label is how a file within the source is called: "app.zip!manifest.json".
func (s *source) label(file string) string {
	if s.zipped {
		return s.name + "!" + file
	}
	return path.Join(s.name, file)
}

// read reads a file of at most a number of bytes; ok is false where it can't, and
// the problem is noted but where it does not exist.
func (s *source) read(file string, most int64) (data []byte, ok bool) {
	f, err := s.files.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		s.wrong(file, 0, "%v", cause(err))
		return nil, false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		s.wrong(file, 0, "expected a plain file")
		return nil, false
	}
	data, err = io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		s.wrong(file, 0, "%v", cause(err))
		return nil, false
	case int64(len(data)) > most:
		s.wrong(file, 0, "expected at most %d bytes, found more", most)
		return nil, false
	}
	return data, true
}

// cause is an error without the path that the problem names already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// text reads a text file.
func (s *source) text(file string) (string, bool) {
	data, ok := s.read(file, maxText)
	if !ok {
		return "", false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		s.wrong(file, 1+bytes.Count(data[:firstInvalid(data)], []byte("\n")), "expected UTF-8, found other bytes")
		return "", false
	}
	return string(data), true
}

// document reads a JSON file.
func (s *source) document(file string) *node {
	data, ok := s.read(file, maxDocument)
	if !ok {
		return nil
	}
	n, err := parse(data)
	if err != nil {
		s.notReadable(file, err)
		return nil
	}
	return n
}

func (s *source) notReadable(file string, err error) {
	line := 0
	if u, ok := errors.AsType[unreadable](err); ok {
		line = u.line
	}
	s.wrong(file, line, "%v", err)
}

// list lists the files and folders within a folder, in a stable order.
func (s *source) list(folder string) []fs.DirEntry {
	entries, err := fs.ReadDir(s.files, folder)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.wrong(folder, 0, "%v", cause(err))
		}
		return nil
	}
	if len(entries) > maxFiles {
		s.wrong(folder, 0, "expected at most %d files, found %d: those behind are left out", maxFiles, len(entries))
		entries = entries[:maxFiles]
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
}

func (s *source) isFolder(name string) bool {
	info, err := fs.Stat(s.files, name)
	return err == nil && info.IsDir()
}

func (s *source) isFile(name string) bool {
	info, err := fs.Stat(s.files, name)
	return err == nil && info.Mode().IsRegular()
}

// asset reads a picture or video into a listing. Of one that is too long, the
// SHA-256 alone is read, as far as what is read of a listing's pictures at most.
func (s *source) asset(l *Listing, kind, file string) {
	f, err := s.files.Open(file)
	if err != nil {
		s.wrong(file, 0, "%v", cause(err))
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		s.wrong(file, 0, "expected a plain file")
		return
	}
	left := maxHashed - l.assets
	sum := sha256.New()
	data, err := io.ReadAll(io.LimitReader(io.TeeReader(f, sum), min(maxAsset+1, left+1)))
	n := int64(len(data))
	a := schema.ListingAsset{Kind: kind, Name: s.label(file), Data: data}
	if err == nil && n > maxAsset && n <= left {
		var more int64
		more, err = io.Copy(sum, io.LimitReader(f, left-n+1))
		n += more
	}
	if err != nil {
		s.wrong(file, 0, "%v", cause(err))
		return
	}
	switch l.assets += n; {
	case n > left:
		a.Data, a.Unread = nil, fmt.Sprintf("with it the pictures of the listing have more than the %d bytes that are read", maxHashed)
	case n > maxAsset:
		a.Data, a.Unread = nil, fmt.Sprintf("it has %d bytes; pictures and videos of at most %d are looked at", n, maxAsset)
	case l.decoded+n > maxAssets:
		a.Data, a.Unread = nil, fmt.Sprintf("with it the pictures of the listing have more than the %d bytes that are looked at", maxAssets)
	default:
		l.decoded += n
	}
	if n <= left {
		a.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	l.addAsset(a, Place{File: a.Name})
}

// openZip opens an archive whose entries are within it, and of which no more is
// read than fits: what it says of sizes is not believed.
func openZip(name string, r io.ReaderAt, size int64) (*source, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxFiles {
		return nil, fmt.Errorf("expected at most %d entries, found %d", maxFiles, len(z.File))
	}
	s := &source{name: name, files: z, zipped: true}
	for _, f := range z.File {
		if p := strings.TrimSuffix(f.Name, "/"); !fs.ValidPath(p) || strings.Contains(p, `\`) {
			s.wrong(clip(strings.ToValidUTF8(f.Name, "?")), 0, "expected a path within the archive: this entry is left out")
		}
	}
	return s, nil
}
