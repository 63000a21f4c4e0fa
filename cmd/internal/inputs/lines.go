package inputs

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// A line is one line of a file, without its end. Of one that is longer than
// the limit only the beginning is kept; its length and digest are of all of it.
type line struct {
	number int // from 1
	value  []byte
	length int64
	digest hash.Hash // nil where value is the whole line
	// unsummed is set where digest is not that of all of it: the file's end
	// could not be read.
	unsummed bool
}

// complete reports whether value is the whole line.
func (l line) complete() bool { return l.digest == nil }

func (l line) sum() string {
	if l.digest != nil && l.unsummed {
		return ""
	}
	if l.digest != nil {
		return hex.EncodeToString(l.digest.Sum(nil))
	}
	sum := sha256.Sum256(l.value)
	return hex.EncodeToString(sum[:])
}

// lines reads a file line by line with bounded memory.
type lines struct {
	in     *bufio.Reader
	max    int
	number int
	buffer []byte
	err    error // why reading ended
}

// next returns the next line, nil at the end. more is false for the last line,
// which has no line end.
func (s *lines) next() (l *line, more bool) {
	if s.err != nil {
		return nil, false
	}
	s.number++
	l = &line{number: s.number}
	s.buffer = s.buffer[:0]
	for {
		chunk, err := s.in.ReadSlice('\n')
		s.take(l, chunk)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			s.err = err
			l.unsummed = !errors.Is(err, io.EOF)
			if l.length == 0 {
				s.number--
				return nil, false
			}
		}
		break
	}
	l.value = s.buffer
	if l.complete() {
		l.value = bytes.TrimRight(l.value, "\r\n")
	}
	return l, s.err == nil
}

func (s *lines) take(l *line, chunk []byte) {
	l.length += int64(len(chunk))
	if l.digest == nil && l.length > int64(s.max)+2 { // a line end is no part of it
		l.digest = sha256.New()
		l.digest.Write(s.buffer)
		s.buffer = s.buffer[:min(len(s.buffer), keptOfBad)]
		if room := keptOfBad - len(s.buffer); room > 0 {
			s.buffer = append(s.buffer, chunk[:min(room, len(chunk))]...)
		}
	}
	if l.digest != nil {
		body := chunk
		if bytes.HasSuffix(chunk, []byte("\n")) {
			body = bytes.TrimRight(chunk, "\r\n")
		}
		l.length -= int64(len(chunk) - len(body))
		l.digest.Write(body)
		return
	}
	s.buffer = append(s.buffer, chunk...)
}

// rest reads on to the end of the file, as one message that begins with first.
// Where that grows beyond the limit, over is the line that was too much: what
// came before it is in whole.
func (s *lines) rest(first *line) (whole *line, over *line) {
	whole = &line{number: first.number, value: append(append([]byte(nil), first.value...), '\n')}
	for {
		l, _ := s.next()
		if l != nil && l.complete() && len(whole.value)+len(l.value) <= s.max {
			whole.value = append(append(whole.value, l.value...), '\n')
			continue
		}
		whole.length = int64(len(whole.value))
		if l == nil {
			whole.value = bytes.TrimRight(whole.value, "\r\n")
		}
		return whole, l
	}
}

// swallow reads to the end of the file as the rest of one message that is too
// long, of which whole and over were read.
func (s *lines) swallow(whole, over *line) *line {
	whole.digest = sha256.New()
	whole.digest.Write(whole.value)
	size := &counter{}
	all := io.MultiWriter(whole.digest, size)
	// Of an overlong line only the beginning is at hand: the digest of the whole
	// can't be had, so none is stated.
	if over.complete() {
		_, _ = all.Write(append(over.value, '\n')) // neither a digest nor a counter fails
	} else {
		size.n += over.length
		whole.unsummed = true
	}
	_, err := io.Copy(all, s.in)
	if err != nil {
		s.err, whole.unsummed = err, true
	}
	whole.length += size.n
	whole.value = whole.value[:min(len(whole.value), keptOfBad)]
	return whole
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
