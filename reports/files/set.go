package files

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// A Set is a report of several files that appear together: they are written in
// a hidden folder inside the target and moved by Commit. Before Commit the
// target is untouched; where Commit fails the files that were there before are
// put back. A Set is not safe for concurrent use.
type Set struct {
	dir     string // target
	stage   string // hidden folder in it
	created bool   // the target was made by NewSet
	written []Written
	done    bool
}

// NewSet begins a set in dir, which it makes if need be. Call Abort when done;
// after Commit it does nothing.
func NewSet(dir string) (*Set, error) {
	_, err := os.Stat(dir)
	created := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("report folder: %w", err)
	}
	stage, err := os.MkdirTemp(dir, ".partial-")
	if err != nil {
		return nil, fmt.Errorf("report folder: %w", err)
	}
	return &Set{dir: dir, stage: stage, created: created}, nil
}

// Write adds a file. Its name is a plain file name. Where fill or the disk
// fails, nothing of the file is left, and it may be written again.
func (s *Set) Write(name string, fill func(io.Writer) error) (Written, error) {
	if s.done {
		return Written{}, fmt.Errorf("write %s: the set is closed", name)
	}
	if name != filepath.Base(name) || name == "." || name == ".." {
		return Written{}, fmt.Errorf("write %q: not a plain file name", name)
	}
	if slices.ContainsFunc(s.written, func(w Written) bool { return w.Name == name }) {
		return Written{}, fmt.Errorf("write %s: written already in this set", name)
	}
	f, err := os.OpenFile(filepath.Join(s.stage, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return Written{}, fmt.Errorf("write %s: %w", filepath.Join(s.dir, name), err)
	}
	w, err := complete(f, fill)
	if err != nil {
		err = errors.Join(err, discard(os.Remove(f.Name())))
		return Written{}, fmt.Errorf("write %s: %w", filepath.Join(s.dir, name), err)
	}
	w.Name = name
	s.written = append(s.written, w)
	return w, nil
}

// Written lists the files so far, in the order in which they were written.
func (s *Set) Written() []Written { return slices.Clone(s.written) }

// Commit moves all files into the target, in the order in which they were
// written: a manifest that is written last is there only when all else is.
func (s *Set) Commit() error {
	if s.done {
		return errors.New("commit: the set is closed")
	}
	if err := s.free(); err != nil {
		return errors.Join(err, s.Abort())
	}
	old, err := os.MkdirTemp(s.stage, "old-")
	if err != nil {
		return errors.Join(fmt.Errorf("commit %s: %w", s.dir, err), s.Abort())
	}
	for i, w := range s.written {
		if err := s.move(w.Name, old); err != nil {
			back := s.restore(s.written[:i+1], old)
			return errors.Join(fmt.Errorf("commit %s: %w", s.dir, err), back, s.Abort())
		}
	}
	s.done = true
	return errors.Join(os.RemoveAll(s.stage), syncDir(s.dir))
}

// free checks that no target is something else than a file, before anything moves.
func (s *Set) free() error {
	for _, w := range s.written {
		path := filepath.Join(s.dir, w.Name)
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			return fmt.Errorf("commit %s: a folder is in the way; remove it or choose another folder", path)
		}
	}
	return nil
}

// move replaces one file, keeping what was there in old.
func (s *Set) move(name, old string) error {
	target := filepath.Join(s.dir, name)
	if err := os.Rename(target, filepath.Join(old, name)); discard(err) != nil {
		return err
	}
	return os.Rename(filepath.Join(s.stage, name), target)
}

// restore takes moved files away again and puts the former ones back.
func (s *Set) restore(moved []Written, old string) error {
	var errs []error
	for _, w := range moved {
		target := filepath.Join(s.dir, w.Name)
		if _, err := os.Lstat(filepath.Join(s.stage, w.Name)); err != nil {
			errs = append(errs, discard(os.Remove(target))) // it had been moved
		}
		errs = append(errs, discard(os.Rename(filepath.Join(old, w.Name), target)))
	}
	return errors.Join(errs...)
}

// Abort removes everything that was not committed, and the target if NewSet
// made it and nothing else is in it. After Commit it does nothing.
func (s *Set) Abort() error {
	if s.done {
		return nil
	}
	s.done = true
	err := os.RemoveAll(s.stage)
	if s.created {
		_ = os.Remove(s.dir) // fails, rightly, where someone put something in it
	}
	return err
}
