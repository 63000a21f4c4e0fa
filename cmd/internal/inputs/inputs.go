// Package inputs reads the messages that `rollcall audit` is given: files and
// folders of JSON, one message a file or one a line, plain or gzip-compressed.
//
// Nothing is lost on the way: what can't be read, or is too long for a message,
// is reported with its file, line and first bytes. Memory is bounded by the
// longest message allowed, whatever the files hold.
package inputs

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// DefaultMaxMessage is the longest message that Rollcall stores whole, in
// bytes (design.md, section 3).
const DefaultMaxMessage = 16 << 20

// keptOfBad is how much of an unreadable message is kept as evidence, in bytes.
const keptOfBad = 64 << 10

// Bounds on what a compressed file may become: beyond both it is taken for a
// decompression bomb, before it is millions of messages. Logs become ten to
// thirty times as large, the most that gzip can do is a thousand times.
const (
	bombBytes = DefaultMaxMessage
	bombRatio = 250
)

// A Message is one message of a file.
type Message struct {
	File string
	Line int // from 1; where the message begins
	// Value is the message without the line's end; valid until the next one.
	Value  []byte
	SHA256 string // of Value, hex
}

// A Problem is a file, or a part of one, that is no message.
type Problem struct {
	File   string
	Line   int
	Reason string
	Raw    []byte // its first bytes
	Length int64  // of all of it, as far as it was read
	SHA256 string // of all of it, hex; empty where it was not read to its end
}

// A File is one input file as it lies on disk.
type File struct {
	Path     string
	Bytes    int64
	SHA256   string // hex
	Messages int
	Problems int
}

// A Sink takes what is read. An error of Message ends the reading.
type Sink struct {
	Message func(Message) error
	Problem func(Problem)
	// Skip is a folder that is not read where it lies below an input: the one
	// that the reports go to. One that is an input itself is an error.
	Skip string
}

// Read reads all paths, files as named and folders through all their depths,
// in the order of the arguments and then of names. A path that does not exist
// is an error before anything is read.
func Read(paths []string, maxMessage int, sink Sink) ([]File, error) {
	list, err := list(paths, sink.Skip)
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(list))
	for _, p := range list {
		r := reader{path: filepath.ToSlash(p), max: maxMessage, sink: sink}
		if err := r.read(p); err != nil {
			return nil, err
		}
		files = append(files, r.file())
	}
	return files, nil
}

var extensions = []string{".json", ".ndjson", ".jsonl"}

func readable(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return slices.Contains(extensions, filepath.Ext(name))
}

// list finds the files. A file that is named is read whatever it is called.
// What a folder holds besides plain files is passed over.
func list(paths []string, skip string) ([]string, error) {
	reports := func(path string) bool {
		a, errA := os.Stat(path)
		b, errB := os.Stat(skip)
		return skip != "" && errA == nil && errB == nil && os.SameFile(a, b)
	}
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("input %s: %w", p, reason(err))
		}
		if !info.IsDir() {
			out = append(out, filepath.Clean(p))
			continue
		}
		if reports(p) {
			return nil, fmt.Errorf("input %s: it is the folder for the reports, which would be read as events; choose another", p)
		}
		err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return fmt.Errorf("input %s: %w", path, reason(err))
			}
			if d.IsDir() && reports(path) {
				return fs.SkipDir
			}
			if !d.IsDir() && readable(d.Name()) && !endless(path) {
				out = append(out, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no input: found no file that ends in %s or these with .gz below %s",
			strings.Join(extensions, ", "), strings.Join(paths, ", "))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// endless reports whether a file found in a folder is a pipe, a socket or a
// device: opening it may wait for ever. One that is named is read.
func endless(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// A reader reads one file.
type reader struct {
	path     string
	max      int
	sink     Sink
	digest   hash.Hash
	disk     int64 // bytes read from disk
	messages int
	problems int
}

func (r *reader) file() File {
	return File{Path: r.path, Bytes: r.disk, SHA256: hex.EncodeToString(r.digest.Sum(nil)), Messages: r.messages, Problems: r.problems}
}

func (r *reader) Write(p []byte) (int, error) {
	r.disk += int64(len(p))
	return r.digest.Write(p)
}

func (r *reader) problem(p Problem) {
	r.problems++
	p.File = r.path
	if len(p.Raw) > keptOfBad {
		p.Raw = p.Raw[:keptOfBad]
	}
	r.sink.Problem(p)
}

// read reads the file on disk; only the sink's errors are returned, all others
// are problems of this file.
func (r *reader) read(path string) error {
	r.digest = sha256.New()
	f, err := os.Open(path)
	if err != nil {
		r.problem(Problem{Line: 1, Reason: "file can't be opened: " + reason(err).Error()})
		return nil
	}
	defer f.Close()
	disk := io.TeeReader(f, r)
	// The digest is that of the whole file, whatever ends the reading of its text.
	defer func() { _, _ = io.Copy(io.Discard, disk) }()
	text := disk
	if strings.HasSuffix(strings.ToLower(path), ".gz") {
		zr, err := gzip.NewReader(bufio.NewReader(disk))
		if err != nil {
			raw, _ := os.ReadFile(path)
			r.problem(Problem{Line: 1, Reason: "no gzip: " + err.Error(), Raw: raw[:min(len(raw), keptOfBad)], Length: int64(len(raw))})
			return nil
		}
		text = &bomb{reader: zr, owner: r}
	}
	return r.split(bufio.NewReaderSize(text, 64<<10))
}

// A bomb stops a decompression that grows beyond all proportion.
type bomb struct {
	reader io.Reader
	owner  *reader
	total  int64
}

var errBomb = fmt.Errorf("a decompression bomb: more than %d MiB, and more than %d times what is in the file", bombBytes>>20, bombRatio)

func (b *bomb) Read(p []byte) (int, error) {
	n, err := b.reader.Read(p)
	b.total += int64(n)
	if b.total > bombBytes && b.total > bombRatio*b.owner.disk {
		return n, errBomb
	}
	return n, err
}

// split tells whether the file holds one message or one a line, and emits. One
// whose name ends in l or nd is read by lines; any other is one message unless
// its first line is a document by itself, or its lines are and the whole is not.
func (r *reader) split(in *bufio.Reader) error {
	s := lines{in: in, max: r.max}
	first, more := s.next()
	for first != nil && more && first.complete() && len(bytes.TrimSpace(trimBOM(first.value))) == 0 {
		first, more = s.next()
	}
	if first == nil {
		return r.broken(&s)
	}
	if r.named("l") || r.named(".ndjson") || !more || !first.complete() || json.Valid(trimBOM(first.value)) {
		return r.byLines(first, &s)
	}
	whole, over := s.rest(first)
	if !anyLineIsDocument(whole.value) || over == nil && json.Valid(trimBOM(whole.value)) {
		if over != nil {
			whole = s.swallow(whole, over)
		}
		if err := r.emit(*whole); err != nil {
			return err
		}
		return r.broken(&s)
	}
	if err := r.emitLines(whole); err != nil {
		return err
	}
	return r.byLines(over, &s)
}

// named reports whether the file's name, without .gz, ends so.
func (r *reader) named(ending string) bool {
	return strings.HasSuffix(strings.TrimSuffix(strings.ToLower(r.path), ".gz"), ending)
}

func (r *reader) byLines(l *line, s *lines) error {
	for l != nil {
		if err := r.emit(*l); err != nil {
			return err
		}
		l, _ = s.next()
	}
	return r.broken(s)
}

// anyLineIsDocument looks for a line that is a whole JSON object or array: such
// a file holds a message a line, some of which are broken.
func anyLineIsDocument(text []byte) bool {
	for l := range bytes.Lines(text) {
		l = bytes.TrimSpace(l)
		if len(l) > 1 && (l[0] == '{' || l[0] == '[') && json.Valid(l) {
			return true
		}
	}
	return false
}

func (r *reader) emitLines(whole *line) error {
	number := whole.number
	for l := range bytes.Lines(whole.value) {
		l = bytes.TrimRight(l, "\r\n")
		if err := r.emit(line{number: number, value: l, length: int64(len(l))}); err != nil {
			return err
		}
		number++
	}
	return nil
}

// broken reports why reading ended before the end of the file.
func (r *reader) broken(s *lines) error {
	if s.err != nil && !errors.Is(s.err, io.EOF) {
		r.problem(Problem{Line: s.number + 1, Reason: "the rest of the file can't be read: " + s.err.Error()})
	}
	return nil
}

func (r *reader) emit(l line) error {
	if len(bytes.TrimSpace(trimBOM(l.value))) == 0 && l.complete() {
		return nil // a blank line means nothing
	}
	if !l.complete() {
		r.problem(Problem{Line: l.number, Raw: l.value, Length: l.length, SHA256: l.sum(),
			Reason: fmt.Sprintf("message of %d bytes is longer than %d", l.length, r.max)})
		return nil
	}
	r.messages++
	return r.sink.Message(Message{File: r.path, Line: l.number, Value: l.value, SHA256: l.sum()})
}

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }
