package files

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// A Written is a file that was written completely.
type Written struct {
	Name   string // as it was given
	Size   int64
	SHA256 string // 64 hex digits
}

// Write writes one file whole or not at all: an existing file of that name
// stays as it is until the new one is complete on disk. fill writes the
// content; where it fails nothing is left behind.
func Write(path string, fill func(io.Writer) error) (Written, error) {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	tmp, err := os.CreateTemp(dir, ".partial-*-"+name)
	if err != nil {
		return Written{}, fmt.Errorf("write %s: %w", path, err)
	}
	w, err := complete(tmp, fill)
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return Written{}, errors.Join(fmt.Errorf("write %s: %w", path, err), discard(os.Remove(tmp.Name())))
	}
	w.Name = path
	return w, syncDir(dir)
}

// complete fills a temporary file, makes it durable and readable by others
// like any report, and closes it.
func complete(f *os.File, fill func(io.Writer) error) (Written, error) {
	c := &counter{hash: sha256.New(), w: f}
	buffered := bufio.NewWriterSize(c, 256<<10)
	err := fill(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return Written{}, err
	}
	return Written{Size: c.size, SHA256: hex.EncodeToString(c.hash.Sum(nil))}, nil
}

// counter hashes and counts what passes through.
type counter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.hash.Write(p[:n])
	c.size += int64(n)
	return n, err
}

// discard drops the error of removing what is gone already.
func discard(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// syncDir makes renames in a folder durable. Some file systems can't sync a
// folder; the renames are then as durable as those file systems make them.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	_ = d.Sync()
	return d.Close()
}
