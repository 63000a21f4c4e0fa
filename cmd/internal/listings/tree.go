package listings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// A node is a part of a JSON or YAML document with its place.
type node struct {
	line, column int
	isText       bool
	text         string // of a text; of a number, true or false, as written
	block        bool   // a YAML text whose lines are lines of the file
	members      []member
	items        []*node
	isList       bool
}

type member struct {
	key   string
	value *node
}

// get returns a member of an object by a path of keys; nil where there is none.
func (n *node) get(path ...string) *node {
	for _, k := range path {
		if n == nil {
			return nil
		}
		var found *node
		for _, m := range n.members {
			if m.key == k {
				found = m.value
			}
		}
		n = found
	}
	return n
}

// str is a node's text; empty for nil and what is no text.
func (n *node) str() string {
	if n == nil || !n.isText {
		return ""
	}
	return n.text
}

// place is where a node's text stands.
func (n *node) place(file string) Place {
	if n == nil {
		return Place{File: file}
	}
	p := Place{File: file, Line: n.line, Column: n.column}
	if n.block {
		p.lines, p.text, p.Line, p.Column, p.margin = true, n.text, n.line+1, 1, max(n.column-1, 0)
	}
	return p
}

// An unreadable is why a document can't be read, with the line.
type unreadable struct {
	line int
	what string
}

func (u unreadable) Error() string { return u.what }

// parse reads a document: JSON where it begins with a bracket, else YAML.
func parse(data []byte) (*node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, unreadable{1 + bytes.Count(data[:firstInvalid(data)], []byte("\n")), "expected UTF-8, found other bytes"}
	}
	switch first := bytes.TrimSpace(data); {
	case len(first) == 0:
		return nil, unreadable{1, "expected a listing, found an empty file"}
	case first[0] == '{' || first[0] == '[':
		return parseJSON(data)
	}
	return parseYAML(data)
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// parseJSON reads the first document of a JSON text.
func parseJSON(data []byte) (*node, error) {
	p := &jsonParser{data: data, dec: jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))}
	for i, c := range data {
		if c == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	n, err := p.value(0)
	if err == nil {
		if _, more := p.dec.ReadToken(); !errors.Is(more, io.EOF) {
			line, _ := p.place(p.dec.InputOffset())
			return nil, unreadable{line, "expected one JSON document, found more"}
		}
		return n, nil
	}
	var u unreadable
	if errors.As(err, &u) {
		return nil, u
	}
	line, _ := p.place(p.dec.InputOffset())
	return nil, unreadable{line, fmt.Sprintf("not readable as JSON: %v", strings.TrimPrefix(err.Error(), "jsontext: "))}
}

type jsonParser struct {
	data  []byte
	dec   *jsontext.Decoder
	lines []int
}

func (p *jsonParser) place(offset int64) (line, column int) {
	i := sort.SearchInts(p.lines, int(offset)+1)
	start := 0
	if i > 0 {
		start = p.lines[i-1]
	}
	return i + 1, utf8.RuneCount(p.data[start:min(int(offset), len(p.data))]) + 1
}

func (p *jsonParser) value(depth int) (*node, error) {
	begin := int(p.dec.InputOffset())
	for begin < len(p.data) && strings.IndexByte(" \t\r\n:,", p.data[begin]) >= 0 {
		begin++
	}
	n := &node{}
	n.line, n.column = p.place(int64(begin))
	if depth > maxDepth {
		return nil, unreadable{n.line, fmt.Sprintf("expected at most %d levels within each other, found more", maxDepth)}
	}
	t, err := p.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case '"':
		n.isText, n.text = true, t.String()
	case '{':
		for p.dec.PeekKind() != '}' {
			k, err := p.dec.ReadToken()
			if err != nil {
				return nil, err
			}
			name := k.String()
			v, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{name, v})
		}
		_, err = p.dec.ReadToken()
	case '[':
		n.isList = true
		for p.dec.PeekKind() != ']' {
			v, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
		}
		_, err = p.dec.ReadToken()
	default:
		n.text = t.String()
	}
	return n, err
}

// parseYAML reads the first document of a YAML text. Aliases are not followed, so
// that a small file stays small.
func parseYAML(data []byte) (*node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		line := 0
		text := strings.TrimPrefix(err.Error(), "yaml: ")
		if n, scanErr := fmt.Sscanf(text, "line %d:", &line); n == 1 && scanErr == nil {
			_, text, _ = strings.Cut(text, ": ")
		}
		return nil, unreadable{line, "not readable as YAML: " + text}
	}
	if len(doc.Content) == 0 {
		return nil, unreadable{1, "expected a listing, found an empty file"}
	}
	return fromYAML(doc.Content[0], bytes.Split(data, []byte("\n")), 0)
}

func fromYAML(y *yaml.Node, lines [][]byte, depth int) (*node, error) {
	n := &node{line: y.Line, column: y.Column}
	if depth > maxDepth {
		return nil, unreadable{y.Line, fmt.Sprintf("expected at most %d levels within each other, found more", maxDepth)}
	}
	switch y.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			v, err := fromYAML(y.Content[i+1], lines, depth+1)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{y.Content[i].Value, v})
		}
	case yaml.SequenceNode:
		n.isList = true
		for _, c := range y.Content {
			v, err := fromYAML(c, lines, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
		}
	case yaml.ScalarNode:
		n.text = y.Value
		n.isText = y.Tag == "!!str" || y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 || y.Tag == "!!int" || y.Tag == "!!float" || y.Tag == "!!timestamp"
		n.block = y.Style&yaml.LiteralStyle != 0
		if n.block {
			n.column = 1 + margin(lines[min(y.Line, len(lines)):])
		}
	default:
		return nil, unreadable{y.Line, "expected a value, found an alias, which a listing does not use"}
	}
	return n, nil
}

// margin is how far the lines of a block of text are indented.
func margin(lines [][]byte) int {
	for _, l := range lines {
		if rest := bytes.TrimLeft(l, " "); len(bytes.TrimSpace(rest)) > 0 {
			return len(l) - len(rest)
		}
	}
	return 0
}
