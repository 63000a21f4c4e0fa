package output

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rollcall/cmd/internal/simulate"
)

// Files writes a file for each topic, a message a line. A message of several
// lines, such as lines of a blob, takes as many: read back, each is a message
// with the same events.
type Files struct {
	topics map[string]*part
}

// A part is a file that has its name only once it is whole.
type part struct {
	file *os.File
	w    *bufio.Writer
	name string
}

// NewFiles creates the folder and its files. Close gives the files their names,
// Abort removes them.
func NewFiles(dir string) (*Files, error) {
	f := &Files{topics: map[string]*part{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder for messages: %w", err)
	}
	for _, topic := range simulate.Topics() {
		p, err := newPart(filepath.Join(dir, topic+".ndjson"))
		if err != nil {
			return nil, errors.Join(err, f.Abort())
		}
		f.topics[topic] = p
	}
	return f, nil
}

func newPart(name string) (*part, error) {
	file, err := os.Create(name + ".part")
	if err != nil {
		return nil, err
	}
	return &part{file, bufio.NewWriterSize(file, 1<<18), name}, nil
}

// Send appends a message to its topic's file.
func (f *Files) Send(_ context.Context, m *simulate.Message) error {
	p := f.topics[m.Topic]
	if p == nil {
		return fmt.Errorf("no file for topic %s", m.Topic)
	}
	return line(p.w, m.Value)
}

// line writes a value and ends its line.
func line(w *bufio.Writer, value []byte) error {
	_, err := w.Write(bytes.TrimRight(value, "\n"))
	return errors.Join(err, w.WriteByte('\n'))
}

// Flush writes what is buffered.
func (f *Files) Flush(context.Context) error {
	var errs []error
	for _, p := range f.topics {
		errs = append(errs, p.w.Flush())
	}
	return errors.Join(errs...)
}

// Close completes the files.
func (f *Files) Close() error {
	var errs []error
	for _, p := range f.topics {
		errs = append(errs, p.finish())
	}
	return errors.Join(errs...)
}

// Abort removes the files.
func (f *Files) Abort() error {
	var errs []error
	for _, p := range f.topics {
		errs = append(errs, p.drop())
	}
	return errors.Join(errs...)
}

func (p *part) finish() error {
	err := errors.Join(p.w.Flush(), p.file.Sync(), p.file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(p.file.Name()))
	}
	return os.Rename(p.file.Name(), p.name)
}

func (p *part) drop() error { return errors.Join(p.file.Close(), os.Remove(p.file.Name())) }

// Discard is a Sink that only reads the messages, for measuring.
type Discard struct{ w *bufio.Writer }

// NewDiscard returns a Discard.
func NewDiscard() *Discard { return &Discard{bufio.NewWriterSize(io.Discard, 1<<18)} }

// Send writes a message to nowhere.
func (d *Discard) Send(_ context.Context, m *simulate.Message) error { return line(d.w, m.Value) }

// Flush does nothing more.
func (d *Discard) Flush(context.Context) error { return d.w.Flush() }
