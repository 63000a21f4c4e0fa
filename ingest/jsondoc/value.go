package jsondoc

import (
	"bytes"
	"iter"
)

// Kind is what a Value is.
type Kind uint8

// The kinds. Absent is that of the zero Value: what is not there.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "bool"
	case Number:
		return "number"
	case String:
		return "string"
	case Array:
		return "array"
	case Object:
		return "object"
	}
	return "absent"
}

// Value is a part of the document that a Parser read last, and valid until
// that Parser's next Next or Reset. The zero Value is an absent one. No method
// fails on the wrong kind: what the value does not have is absent, empty or
// not ok.
type Value struct {
	p *Parser
	i uint32
}

func (v Value) node() node {
	if v.p == nil {
		return node{}
	}
	return v.p.nodes[v.i]
}

func (n node) kind() Kind { return Kind(n.meta & kindMask) }

func (n node) escaped() bool { return n.meta&escapedFlag != 0 }

// Kind returns what v is.
func (v Value) Kind() Kind { return v.node().kind() }

// Exists reports whether v is there, be it null.
func (v Value) Exists() bool { return v.p != nil }

// Raw returns the bytes of the value as they were read, without white space
// around it; nil if it is absent. They belong to the data given to Reset.
func (v Value) Raw() []byte {
	if v.p == nil {
		return nil
	}
	n := v.node()
	return v.p.doc[n.start:n.end:n.end]
}

// Span returns where Raw begins and ends in the data given to Reset.
func (v Value) Span() (start, end int) {
	if v.p == nil {
		return 0, 0
	}
	n := v.node()
	return v.p.base + int(n.start), v.p.base + int(n.end)
}

// Get returns the member of an object that has this name. If there is none,
// it is the first one whose name differs only in the case of ASCII letters.
func (v Value) Get(name string) Value {
	if v.p == nil {
		return Value{}
	}
	nodes := v.p.nodes
	n := nodes[v.i]
	if n.kind() != Object {
		return Value{}
	}
	hash := foldHash(name)
	folded := Value{}
	for i := v.i + 1; i < n.next; {
		own, value := &nodes[i], &nodes[i+1]
		if own.meta>>hashShift == hash {
			exact, fold := v.p.matches(own, name)
			if exact {
				return Value{v.p, i + 1}
			}
			if fold && folded.p == nil {
				folded = Value{v.p, i + 1}
			}
		}
		// The branch is predicted; a load of next would be waited for.
		if value.kind() < Array {
			i += 2
		} else {
			i = value.next
		}
	}
	return folded
}

// matches compares a name on the tape with one that is asked for.
func (p *Parser) matches(n *node, name string) (exact, fold bool) {
	text := p.doc[n.start+1 : n.end-1]
	if n.escaped() {
		text = appendUnescaped(nil, text)
	}
	if string(text) == name {
		return true, true
	}
	return false, equalFold(text, name)
}

// GetAny returns the member of the first of these names that the object has,
// each looked up as by Get.
func (v Value) GetAny(names ...string) Value {
	for _, name := range names {
		if m := v.Get(name); m.p != nil {
			return m
		}
	}
	return Value{}
}

// Len returns the number of elements of an array or members of an object. It
// walks over them.
func (v Value) Len() int {
	count := 0
	switch v.Kind() {
	case Array:
		for range v.Elements() {
			count++
		}
	case Object:
		for range v.Members() {
			count++
		}
	}
	return count
}

// Index returns the i-th element of an array, from 0. It walks over those
// before it; use Elements to read them all.
func (v Value) Index(i int) Value {
	for e := range v.Elements() {
		if i == 0 {
			return e
		}
		i--
	}
	return Value{}
}

// Elements yields the elements of an array in their order.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		n := v.node()
		if n.kind() != Array {
			return
		}
		for i := v.i + 1; i < n.next; i = v.p.nodes[i].next {
			if !yield(Value{v.p, i}) {
				return
			}
		}
	}
}

// Members yields the names, each a String, and values of an object in their
// order.
func (v Value) Members() iter.Seq2[Value, Value] {
	return func(yield func(name, value Value) bool) {
		n := v.node()
		if n.kind() != Object {
			return
		}
		for i := v.i + 1; i < n.next; i = v.p.nodes[i].next {
			if !yield(Value{v.p, i}, Value{v.p, i + 1}) {
				return
			}
		}
	}
}

// Str returns the text of a string.
func (v Value) Str() (s string, ok bool) {
	if v.Kind() != String {
		return "", false
	}
	return v.Text(), true
}

// Text returns the text of a string, a number as it is written, true or false,
// and nothing for all else, null included.
func (v Value) Text() string {
	return string(v.Bytes())
}

// Bytes returns the same as Text. Unless the string has escapes it belongs to
// the data given to Reset and nothing is allocated.
func (v Value) Bytes() []byte {
	n := v.node()
	switch n.kind() {
	case String:
		raw := v.p.doc[n.start+1 : n.end-1 : n.end-1]
		if n.escaped() {
			return appendUnescaped(make([]byte, 0, len(raw)), raw)
		}
		return raw
	case Number, Bool:
		return v.p.doc[n.start:n.end:n.end]
	}
	return nil
}

// AppendText appends what Text returns.
func (v Value) AppendText(dst []byte) []byte {
	if n := v.node(); n.kind() == String && n.escaped() {
		return appendUnescaped(dst, v.p.doc[n.start+1:n.end-1])
	}
	return append(dst, v.Bytes()...)
}

// Is reports whether Text would return s, without allocating it unless
// the string has escapes.
func (v Value) Is(s string) bool {
	return string(v.Bytes()) == s
}

// Int returns a whole number. It may be a number, also one such as 1e3 or 5.0,
// or a string that holds one, with or without white space around it, since
// Azure Monitor writes both. It is not ok if the value is not whole or does
// not fit.
func (v Value) Int() (i int64, ok bool) {
	text, ok := v.trimmed(Number)
	if !ok || len(text) == 0 || text[0] != '-' && text[0]-'0' > 9 {
		return 0, false
	}
	if end, bad := scanNumber(text, 0); bad != "" || end != len(text) {
		return 0, false
	}
	return splitNumber(text).integer()
}

// Bool returns true or false, also if it is written as a string, in any case
// and with white space around it.
func (v Value) Bool() (b, ok bool) {
	text, ok := v.trimmed(Bool)
	switch {
	case ok && equalFold(text, "true"):
		return true, true
	case ok && equalFold(text, "false"):
		return false, true
	}
	return false, false
}

// trimmed returns the text of a value of kind k or of a string.
func (v Value) trimmed(k Kind) (text []byte, ok bool) {
	if kind := v.Kind(); kind != k && kind != String {
		return nil, false
	}
	return bytes.TrimSpace(v.Bytes()), true
}
