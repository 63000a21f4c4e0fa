package decode

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"rollcall/ingest/jsondoc"
)

// thorough reads a message that need not be valid: each document, element of a
// list or record that is, is read; the rest is dead.
func (d *Decoder) thorough(value []byte) {
	s := salvager{d: d, value: value, budget: 8 * len(value)}
	for at := 0; at < len(value); {
		d.base = at
		d.parser.Reset(value[at:])
		var broken *jsondoc.SyntaxError
		for broken == nil {
			v, err := d.parser.Next()
			switch {
			case err == nil:
				d.parsed = true
				d.document(v)
			case errors.Is(err, io.EOF) || !errors.As(err, &broken):
				return
			}
		}
		at = s.salvage(at+broken.Document, at+broken.Offset, broken.Msg)
	}
}

// A salvager reads what it can of broken documents. Whatever the message is,
// its work is linear: a byte is passed over a bounded number of times.
type salvager struct {
	d      *Decoder
	value  []byte
	line   int // the next line that begins with a bracket, once looked for
	budget int // bytes that lists may be searched beyond their line
}

// nextLine returns the offset of the first line after offset i that begins
// with a bracket, as a line of a file of events does, or the end.
func (s *salvager) nextLine(i int) int {
	if s.line > i {
		return s.line
	}
	for s.line = i; s.line < len(s.value); {
		n := bytes.IndexByte(s.value[s.line:], '\n')
		if n < 0 {
			break
		}
		s.line += n + 1
		if s.line < len(s.value) && (s.value[s.line] == '{' || s.value[s.line] == '[') {
			return s.line
		}
	}
	s.line = len(s.value)
	return s.line
}

// salvage reads what it can of the broken document that begins at start and is
// wrong at the offset wrong. It returns where the next document may begin.
func (s *salvager) salvage(start, wrong int, msg string) (next int) {
	reason := reasonSyntax(wrong, msg)
	if end := s.list(start); end > 0 {
		return end
	}
	wrong = min(wrong, len(s.value))
	next = s.nextLine(max(start, wrong-1)) // a line that is cut is wrong where the next one begins
	text := s.value[start:next]
	if closing := containerEnd(text); closing > 0 && start+closing >= wrong {
		next = start + closing
	} else if text[0] != '{' && text[0] != '[' {
		if i := bytes.IndexAny(text[1:], "{["); i >= 0 {
			next = start + 1 + i
		}
	}
	s.d.kill(start, start+len(bytes.TrimRight(s.value[start:next], " \t\r\n")), reason)
	return next
}

// list reads the elements of a broken document that is or has a list of
// events, and returns where it ends. It returns 0, and reads nothing, if there
// is no such list or it can't be taken apart: then lines are the better guide.
func (s *salvager) list(start int) (end int) {
	text := s.value[start:s.nextLine(start)]
	list := listStart(text)
	if list < 0 {
		return 0
	}
	if s.budget -= len(s.value) - start; s.budget > 0 {
		text = s.value[start:]
	}
	spans, _, end := elements(text, list)
	if end == 0 {
		return s.cutList(start)
	}
	inRecords := text[0] == '{'
	if inRecords {
		// The members behind the list belong to the envelope.
		if closing := containerEnd(text); closing > end {
			end = closing
		}
	}
	for _, e := range spans {
		s.d.salvageElement(text[e.from:e.to], start+e.from, inRecords)
	}
	return start + end
}

// cutList reads the elements of a list that its line ends in the midst of, and
// returns where the next line begins, or 0 if no element is whole.
func (s *salvager) cutList(start int) (next int) {
	text := s.value[start:s.nextLine(start)]
	spans, rest, end := elements(text, listStart(text))
	if end > 0 || len(spans) == 0 {
		return 0
	}
	for _, e := range spans {
		s.d.salvageElement(text[e.from:e.to], start+e.from, text[0] == '{')
	}
	s.d.kill(start+rest, start+max(rest, len(bytes.TrimRight(text, " \t\r\n"))), "the list of events is cut off here")
	return start + len(text)
}

func reasonSyntax(at int, msg string) string {
	return "invalid JSON at byte " + strconv.Itoa(at) + ": " + msg
}

// listStart returns the offset behind the bracket of a broken document's list
// of events: the document itself, or its member "records" or "value". It is
// negative if there is none.
func listStart(text []byte) int {
	if len(text) == 0 || text[0] == '[' {
		return len(text[:min(1, len(text))])
	}
	if text[0] != '{' {
		return -1
	}
	for i := 1; i < len(text); {
		if i = skipBlank(text, i); i >= len(text) || text[i] != '"' {
			return -1
		}
		to := stringEnd(text, i)
		name := unquote(text[i:to])
		if i = skipBlank(text, to); i >= len(text) || text[i] != ':' {
			return -1
		}
		i = skipBlank(text, i+1)
		if i < len(text) && text[i] == '[' &&
			(bytes.EqualFold(name, []byte("records")) || bytes.EqualFold(name, []byte("value"))) {
			return i + 1
		}
		end, closed := valueEnd(text, i)
		if i = skipBlank(text, end); !closed || i >= len(text) || text[i] != ',' {
			return -1
		}
		i++
	}
	return -1
}

type span struct{ from, to int }

// elements returns the elements of a list, each as valid as it is, and the
// offset behind its closing bracket, which is 0 if the list does not end or
// its elements can't be told apart. Of a list that is cut off it returns the
// elements that are whole, and where the rest begins.
func elements(text []byte, list int) (spans []span, rest, end int) {
	for i := list; ; {
		if i = skipBlank(text, i); i >= len(text) {
			return spans, i, 0
		}
		if text[i] == ']' {
			return spans, 0, i + 1
		}
		from := i
		to, closed := valueEnd(text, i)
		if !closed {
			return spans, from, 0
		}
		spans = append(spans, span{i, to})
		if i = skipBlank(text, to); i >= len(text) {
			return spans, to, 0
		}
		if text[i] != ',' && text[i] != ']' {
			return nil, 0, 0
		}
		if text[i] == ',' {
			i++
		}
	}
}

func (d *Decoder) salvageElement(text []byte, at int, inRecords bool) {
	outer := d.base
	d.base = at
	defer func() { d.base = outer }()
	d.part.Reset(text)
	v, err := d.part.Next()
	var broken *jsondoc.SyntaxError
	switch {
	case err == nil && d.part.Offset() < len(bytes.TrimSpace(text)):
		d.kill(at, at+len(text), "an element of a list is followed by something that is not a comma")
	case err == nil:
		d.parsed = true
		if inRecords {
			d.listed(v)
		} else {
			d.element(v)
		}
	case errors.As(err, &broken):
		d.kill(at, at+len(text), reasonSyntax(at+broken.Offset, broken.Msg))
	default:
		d.kill(at, at+len(text), "an element of a list is empty")
	}
}

// listed reads an element of "records" or "value" of which the envelope around
// it could not be read.
func (d *Decoder) listed(v jsondoc.Value) {
	if d.monitor.Read(v) != "" {
		d.record(v)
		return
	}
	d.element(v)
}

// stringEnd returns the offset behind the string whose opening quote is at i.
// One that does not end on its line, which no valid string does, ends there.
func stringEnd(s []byte, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\n':
			return i
		}
	}
	return len(s)
}

func skipBlank(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// valueEnd returns the offset behind the value that begins at i, which need not
// be valid: a string, what a bracket opens, or all up to a comma, bracket or
// the end of the line. What is never closed ends with its line.
func valueEnd(s []byte, i int) (end int, closed bool) {
	if i >= len(s) {
		return len(s), false
	}
	switch s[i] {
	case '"':
		return stringEnd(s, i), true
	case '{', '[':
		if n := containerEnd(s[i:]); n > 0 {
			return i + n, true
		}
		return lineEnd(s, i), false
	}
	for i < len(s) && s[i] != ',' && s[i] != '}' && s[i] != ']' && s[i] != '\n' {
		i++
	}
	return i, true
}

func lineEnd(s []byte, i int) int {
	if n := bytes.IndexByte(s[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(s)
}

// containerEnd returns the offset behind the bracket that closes the one s
// begins with, or 0 if there is none. It keeps count, not a stack, so that no
// depth is too much.
func containerEnd(s []byte) int {
	depth := 0
	for i := 0; i < len(s); {
		switch s[i] {
		case '"':
			i = stringEnd(s, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 {
					return 0
				}
				return i + 1
			}
		}
		if i++; depth == 0 {
			return 0
		}
	}
	return 0
}
