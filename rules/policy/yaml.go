package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a policy file: what no real one comes near.
const (
	maxFile     = 1 << 20  // bytes
	maxLine     = 64 << 10 // bytes: the parser takes the square of a line's time
	maxDepth    = 64
	maxProblems = 50
)

// Problems are the mistakes of one policy file, in its order. Each names the
// place, the key and what was expected there.
type Problems []string

// Error lists the problems, one a line.
func (p Problems) Error() string { return strings.Join(p, "\n") }

// A reader walks a YAML tree and notes every mistake with its place. It reads
// the tree itself and not into structs, so that it can name several mistakes at
// once, each with line, column and key.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) say(format string, args ...any) {
	switch n := len(r.problems); {
	case n < maxProblems:
		r.problems = append(r.problems, fmt.Sprintf(format, args...))
	case n == maxProblems:
		r.problems = append(r.problems, r.file+": there are more problems than these")
	}
}

// wrong notes a mistake at a node.
func (r *reader) wrong(n ast.Node, key, format string, args ...any) {
	place := r.file
	if n != nil {
		place = r.place(n.GetToken())
	}
	r.say("%s: key %s: %s", place, key, fmt.Sprintf(format, args...))
}

func (r *reader) place(t *token.Token) string {
	if t == nil || t.Position == nil {
		return r.file
	}
	return fmt.Sprintf("%s:%d:%d", r.file, t.Position.Line, t.Position.Column)
}

// document parses the one document of a file; nil for an empty one.
func (r *reader) document(data []byte) ast.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors begin files with a byte order mark
	switch {
	case len(data) > maxFile:
		r.say("%s: expected at most %d bytes, found %d", r.file, maxFile, len(data))
		return nil
	case longestLine(data) > maxLine:
		r.say("%s: expected lines of at most %d bytes, found a longer one", r.file, maxLine)
		return nil
	case tooDeep(data):
		r.say("%s: expected at most %d levels within each other, found more", r.file, maxDepth)
		return nil
	case bytes.IndexByte(data, 0) >= 0:
		r.say("%s: expected text, found a zero byte", r.file)
		return nil
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		where, message := r.file, err.Error()
		var e yaml.Error
		if errors.As(err, &e) {
			where, message = r.place(e.GetToken()), e.GetMessage()
		}
		r.say("%s: not readable as YAML: %s", where, message)
		return nil
	}
	var body ast.Node
	for _, d := range tree.Docs {
		switch {
		case d == nil || d.Body == nil:
		case body != nil:
			r.say("%s: expected one YAML document, found a second", r.place(d.Body.GetToken()))
			return nil
		default:
			body = d.Body
		}
	}
	return body
}

func longestLine(data []byte) int {
	longest := 0
	for line := range bytes.Lines(data) {
		longest = max(longest, len(line))
	}
	return longest
}

// tooDeep reports whether a text may nest deeper than maxDepth: the parser
// follows every level on its stack. It counts brackets as if none were quoted,
// and the marks of lists and keys that stand on one line.
func tooDeep(data []byte) bool {
	depth, marks := 0, 0
	for _, c := range data {
		switch c {
		case '[', '{':
			if depth++; depth > maxDepth {
				return true
			}
		case ']', '}':
			depth = max(depth-1, 0)
		case '\n':
			marks = 0
		case '-', '?', ':':
			// Names and times have some too, but not by the thousand.
			if marks++; marks > 64*maxDepth {
				return true
			}
		}
	}
	return false
}

// each calls f for every key of a mapping, and reports keys that are not among
// those known. An absent or empty mapping has none.
func (r *reader) each(n ast.Node, under string, known []string, f func(key string, v ast.Node)) {
	for _, kv := range r.entries(n, under) {
		key := kv.Key.GetToken().Value
		if !slices.Contains(known, key) {
			r.wrong(kv.Key, join(under, clip(key)), "expected one of %s; this key is not known", strings.Join(known, ", "))
			continue
		}
		f(key, kv.Value)
	}
}

// entries lists the keys and values of a mapping, each key once.
func (r *reader) entries(n ast.Node, key string) []*ast.MappingValueNode {
	var all []*ast.MappingValueNode
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		all = n.Values
	case *ast.MappingValueNode:
		all = []*ast.MappingValueNode{n}
	default:
		r.wrong(n, cmpKey(key), "expected keys and values, found %s", found(n))
		return nil
	}
	seen := map[string]bool{}
	out := make([]*ast.MappingValueNode, 0, len(all))
	for _, kv := range all {
		if kv.Key == nil || kv.Key.GetToken() == nil || kv.Value == nil {
			continue
		}
		switch kv.Key.(type) {
		case *ast.MergeKeyNode, *ast.MappingKeyNode:
			r.wrong(kv.Key, cmpKey(key), "expected a plain key, found %s", clip(kv.Key.String()))
			continue
		}
		name := kv.Key.GetToken().Value
		if seen[name] {
			r.wrong(kv.Key, join(key, clip(name)), "stands here twice")
			continue
		}
		seen[name] = true
		out = append(out, kv)
	}
	return out
}

func cmpKey(key string) string {
	if key == "" {
		return "(the file)"
	}
	return key
}

// list returns the values of a list; ok is false where there is none.
func (r *reader) list(n ast.Node, key, of string) (values []ast.Node, ok bool) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.wrong(n, key, "expected a list of %s, found %s", of, found(n))
		return nil, false
	}
	return s.Values, true
}

// text returns a scalar as it is written: 0.10 stays "0.10".
func (r *reader) text(n ast.Node, key, expected string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		if n.Value != nil {
			return n.Value.Value, true
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	r.wrong(n, key, "expected %s, found %s", expected, found(n))
	return "", false
}

// texts returns a list of texts that are not empty, each once.
func (r *reader) texts(n ast.Node, key, of string) []string {
	values, _ := r.list(n, key, of)
	out := make([]string, 0, len(values))
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		t, ok := r.text(v, at, of)
		switch {
		case !ok:
		case strings.TrimSpace(t) == "":
			r.wrong(v, at, "expected %s, found an empty text", of)
		case slices.Contains(out, t):
			r.wrong(v, at, "%q is there twice", clip(t))
		default:
			out = append(out, t)
		}
	}
	return out
}

// found names what stands at a node.
func found(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		return "an anchor, alias or tag, which a policy does not use"
	case *ast.LiteralNode:
		return "a block of text"
	}
	return fmt.Sprintf("%q", clip(n.String()))
}

// clip bounds what a message repeats of a file.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func join(under, key string) string {
	if under == "" {
		return key
	}
	return under + "." + key
}
