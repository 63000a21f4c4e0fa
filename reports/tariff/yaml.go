package tariff

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a price book. The largest real ones are some tens of kilobytes
// and three levels deep; the parser's time grows with the square of the depth.
const (
	maxBook  = 1 << 20 // bytes
	maxDepth = 50      // brackets open, or list dashes in a row
)

// tooDeep reports whether text nests deeper than a price book can. Brackets in
// quotes count too, which does no harm at this limit.
func tooDeep(data []byte) bool {
	depth, dashes := 0, 0
	for i, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		switch c {
		case '-', '?':
			// A rule of dashes in a comment is no list.
			if i+1 < len(data) && data[i+1] == ' ' {
				dashes++
			}
		case ' ':
		default:
			dashes = 0
		}
		if depth > maxDepth || dashes > maxDepth {
			return true
		}
	}
	return false
}

// reader walks a YAML tree and notes each mistake with its place. It reads the
// tree itself and not into structs, because a rate must stay the text that was
// written and every message must name key, line and column.
type reader struct {
	file string
	problems
}

// wrong notes a mistake at a node: which key, what was expected, what stands there.
func (r *reader) wrong(n ast.Node, key, format string, args ...any) {
	r.wrongAt(n.GetToken(), key, format, args...)
}

func (r *reader) wrongAt(t *token.Token, key, format string, args ...any) {
	place := r.file
	if t != nil && t.Position != nil {
		place = fmt.Sprintf("%s:%d:%d", r.file, t.Position.Line, t.Position.Column)
	}
	r.add("%s: %s: %s", place, key, fmt.Sprintf(format, args...))
}

// document parses the one document of a book.
func (r *reader) document(data []byte) *ast.MappingNode {
	if len(data) > maxBook {
		r.add("%s: %d bytes, expected at most %d", r.file, len(data), maxBook)
		return nil
	}
	if tooDeep(data) {
		r.add("%s: nested more than %d levels deep, expected a price book", r.file, maxDepth)
		return nil
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil && syntax.Token.Position != nil {
			p := syntax.Token.Position
			r.add("%s:%d:%d: not valid YAML: %s", r.file, p.Line, p.Column, syntax.Message)
		} else {
			r.add("%s: not valid YAML: %v", r.file, err)
		}
		return nil
	}
	var body ast.Node
	for _, d := range tree.Docs {
		if d.Body == nil {
			continue
		}
		if body != nil {
			r.wrong(d.Body, "document", "expected one YAML document, found another")
			return nil
		}
		body = d.Body
	}
	if body == nil {
		r.add("%s: empty, expected a price book with the key currency", r.file)
		return nil
	}
	return r.mapping(body, "price book")
}

// mapping expects a mapping with plain keys.
func (r *reader) mapping(n ast.Node, key string) *ast.MappingNode {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		if n == nil {
			r.add("%s: %s: expected a mapping", r.file, key)
			return nil
		}
		r.wrong(n, key, "expected a mapping of keys to values, found %s", found(n))
		return nil
	}
	return m
}

// each calls f for every key of a mapping and reports keys not in known.
func (r *reader) each(m *ast.MappingNode, under string, known []string, f func(key string, v ast.Node)) {
	seen := map[string]bool{}
	for _, kv := range m.Values {
		key := kv.Key.GetToken().Value
		switch {
		case !slices.Contains(known, key):
			r.wrongAt(kv.Key.GetToken(), join(under, clip(key)), "unknown key, expected one of: %s", strings.Join(known, ", "))
		case seen[key]:
			r.wrongAt(kv.Key.GetToken(), join(under, key), "stands here twice")
		default:
			seen[key] = true
			f(key, kv.Value)
		}
	}
}

// list expects a sequence.
func (r *reader) list(n ast.Node, key string) []ast.Node {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.wrong(n, key, "expected a list, found %s", found(n))
		return nil
	}
	return s.Values
}

// text expects a scalar and returns it as it is written: 0.10 stays "0.10".
func (r *reader) text(n ast.Node, key, expected string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	r.wrong(n, key, "expected %s, found %s", expected, found(n))
	return "", false
}

// choice expects one of a few words.
func choice[T ~string](r *reader, n ast.Node, key string, words ...T) (T, bool) {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	expected := "one of: " + strings.Join(names, ", ")
	s, ok := r.text(n, key, expected)
	if !ok {
		return "", false
	}
	if i := slices.Index(names, s); i >= 0 {
		return words[i], true
	}
	r.wrong(n, key, "expected %s; found %q", expected, clip(s))
	return "", false
}

// found names what stands at a node, for messages.
func found(n ast.Node) string {
	switch n.(type) {
	case *ast.NullNode:
		return "nothing"
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		return "an anchor, alias or tag, which a price book doesn't use"
	case *ast.LiteralNode:
		return "a block of text"
	}
	return fmt.Sprintf("%q", clip(n.String()))
}

func join(under, key string) string {
	if under == "" {
		return key
	}
	return under + "." + key
}
