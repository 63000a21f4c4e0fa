package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// decoder writes YAML into a Config and remembers where each key stood. It
// goes over the parsed tree itself, so that it can list all problems of a
// file and not only the first, in the words of the configuration.
type decoder struct {
	// source is the file's name, or the variable's whose text is decoded.
	source string
	// dir is what relative paths are relative to.
	dir string
	// lines says whether positions within source mean anything to a reader.
	lines    bool
	anchors  map[string]ast.Node
	where    map[string]string
	problems Problems
}

// parse reads text as one YAML document; nil stands for an empty one.
func (d *decoder) parse(text []byte) ast.Node {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		where, message := d.source, err.Error()
		if e, ok := errors.AsType[yaml.Error](err); ok {
			message = e.GetMessage()
			if t := e.GetToken(); t != nil && t.Position != nil && d.lines {
				where = fmt.Sprintf("%s:%d:%d", d.source, t.Position.Line, t.Position.Column)
			}
		}
		d.problems.add(where, "", "not readable as YAML: %s", message)
		return nil
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc != nil && doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	if len(bodies) == 0 {
		return nil
	}
	if len(bodies) > 1 {
		d.problems.add(d.at(bodies[1]), "", "a second YAML document; expected one")
		return nil
	}
	return bodies[0]
}

// at is where a node stands.
func (d *decoder) at(node ast.Node) string {
	t := node.GetToken()
	if !d.lines || t == nil || t.Position == nil {
		return d.source
	}
	return fmt.Sprintf("%s:%d:%d", d.source, t.Position.Line, t.Position.Column)
}

// resolve follows tags, anchors and aliases to the node that they stand for.
func (d *decoder) resolve(node ast.Node) ast.Node {
	// An alias can only name an anchor before it, but a tree that says
	// otherwise must not keep us here.
	for range 16 {
		switch n := node.(type) {
		case *ast.TagNode:
			node = n.Value
		case *ast.AnchorNode:
			d.anchors[n.Name.String()] = n.Value
			node = n.Value
		case *ast.AliasNode:
			known, ok := d.anchors[n.Value.String()]
			if !ok {
				return node
			}
			node = known
		default:
			return node
		}
	}
	return node
}

// section decodes a mapping into a struct; an absent or empty one changes
// nothing.
func (d *decoder) section(node ast.Node, into reflect.Value, prefix string) {
	node = d.resolve(node)
	var entries []*ast.MappingValueNode
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		d.problems.add(d.at(node), prefix, "%s; expected keys and values", describe(node))
		return
	}
	known := fields(into, prefix)
	for _, entry := range entries {
		name := scalarText(entry.Key)
		i := slices.IndexFunc(known, func(l leaf) bool { return l.key == join(prefix, name) })
		if i < 0 {
			d.problems.add(d.at(entry.Key), join(prefix, name), "unknown key%s", suggestion(name, known))
			continue
		}
		d.where[known[i].key] = d.at(entry.Key)
		d.value(entry.Value, known[i])
	}
}

// value decodes one key's value.
func (d *decoder) value(node ast.Node, into leaf) {
	node = d.resolve(node)
	if text, ok := address(node); ok && into.value.Kind() == reflect.String {
		d.text(d.at(node), text, into)
		return
	}
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return
	case *ast.SequenceNode:
		if into.value.Kind() == reflect.Slice {
			d.list(n, into)
			return
		}
	case ast.ScalarNode:
		if into.value.Kind() != reflect.Slice && (into.value.Kind() != reflect.Struct || isScalar(into.value)) {
			d.text(d.at(node), scalarText(node), into)
			return
		}
	}
	switch {
	case into.value.Kind() == reflect.Struct && !isScalar(into.value):
		d.section(node, into.value, into.key)
	case into.value.Kind() == reflect.Slice:
		d.problems.add(d.at(node), into.key, "%s; expected a list, such as [a, b]", describe(node))
	default:
		d.problems.add(d.at(node), into.key, "%s; expected %s", describe(node), expected(into.value))
	}
}

// address is the text host:port, which the parser takes for the key host with
// the value port where it stands in a list within braces: YAML 1.2 wants a
// space after the colon of a key that is not quoted.
func address(node ast.Node) (string, bool) {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) == 1 && !m.IsFlowStyle {
		node = m.Values[0]
	}
	entry, ok := node.(*ast.MappingValueNode)
	if !ok || entry.Start == nil || entry.Key.GetToken() == nil || entry.Value.GetToken() == nil {
		return "", false
	}
	key, colon, value := entry.Key.GetToken(), entry.Start, entry.Value.GetToken()
	if key.Type != token.StringType || colon.Position.Line != value.Position.Line || colon.Position.Column+1 != value.Position.Column {
		return "", false
	}
	return key.Value + ":" + value.Value, true
}

// list replaces a list as a whole: what the default holds is not kept.
func (d *decoder) list(node *ast.SequenceNode, into leaf) {
	list := reflect.MakeSlice(into.value.Type(), len(node.Values), len(node.Values))
	for i, v := range node.Values {
		key := fmt.Sprintf("%s[%d]", into.key, i)
		d.where[key] = d.at(v)
		if _, null := d.resolve(v).(*ast.NullNode); null {
			d.problems.add(d.at(v), key, "empty; expected a value")
			continue
		}
		d.value(v, leaf{key: key, value: list.Index(i), path: into.path})
	}
	into.value.Set(list)
}

// text sets a value from its written form.
func (d *decoder) text(where, text string, into leaf) {
	ok := true
	switch v := into.value.Addr().Interface().(type) {
	case *Secret:
		*v = NewSecret(text)
	case *DSN:
		*v = NewDSN(text)
	case *Size:
		ok = set(v, text, ParseSize)
	case *time.Duration:
		ok = set(v, text, func(text string) (time.Duration, bool) {
			duration, err := time.ParseDuration(text)
			return duration, err == nil
		})
	case *bool:
		ok = set(v, text, func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" })
	case *int:
		ok = set(v, text, func(text string) (int, bool) {
			number, err := strconv.Atoi(text)
			return number, err == nil
		})
	case *string:
		if into.path && text != "" && !filepath.IsAbs(text) {
			text = filepath.Join(d.dir, text)
		}
		*v = text
	}
	if !ok {
		d.problems.add(where, into.key, "%q; expected %s", text, expected(into.value))
	}
}

// set writes what parse reads in text; what it can't read changes nothing.
func set[T any](into *T, text string, parse func(string) (T, bool)) bool {
	value, ok := parse(text)
	if ok {
		*into = value
	}
	return ok
}

// expected says how a value is written.
func expected(value reflect.Value) string {
	switch value.Interface().(type) {
	case Size:
		return "a size such as 64KiB, 16MiB or 1048576"
	case time.Duration:
		return "a duration such as 500ms, 5s or 1m30s"
	case bool:
		return "true or false"
	case int:
		return "a whole number"
	}
	return "a text"
}

// describe says what stands where something else was expected.
func describe(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AliasNode:
		return fmt.Sprintf("the alias %s of no anchor before it", n)
	}
	return "a single value"
}

// scalarText is the text of a scalar as its reader would say it.
func scalarText(node ast.Node) string {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	}
	if t := node.GetToken(); t != nil {
		return t.Value
	}
	return ""
}

// suggestion is the end of the message about an unknown key: the key that was
// meant, or the ones that there are.
func suggestion(name string, known []leaf) string {
	names := make([]string, len(known))
	for i, l := range known {
		names[i] = l.key[strings.LastIndexByte(l.key, '.')+1:]
	}
	if meant := nearest(name, names); meant != "" {
		return fmt.Sprintf("; did you mean %s?", meant)
	}
	for _, key := range Keys() {
		if strings.HasSuffix(key, "."+name) {
			return fmt.Sprintf(" here; did you mean %s?", key)
		}
	}
	return "; expected one of " + strings.Join(names, ", ")
}
