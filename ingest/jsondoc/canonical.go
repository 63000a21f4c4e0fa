package jsondoc

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"
)

// memberOrder is a member to be sorted: most names differ in their first bytes.
type memberOrder struct {
	prefix uint64 // the first eight bytes of the name, the first one highest
	name   uint32 // index of its node
}

// AppendCanonical appends the normal form of v, for hashing: two values have
// the same if and only if they mean the same. It is JSON without white space;
// the members of an object are in the order of the bytes of their names;
// strings escape only what must be, with \b \f \n \r \t or \u00xx in lower
// case; numbers are written as by their exact decimal value (1.0, 1 and 1e0
// are 1). An absent value has the empty form. Elements keep their order.
func (v Value) AppendCanonical(dst []byte) []byte {
	if v.p == nil {
		return dst
	}
	return v.p.appendCanonical(dst, v.i)
}

// appendCanonical calls itself at most MaxDepth times.
func (p *Parser) appendCanonical(dst []byte, i uint32) []byte {
	n := p.nodes[i]
	switch n.kind() {
	case String:
		return p.appendString(dst, n)
	case Number:
		return appendNumber(dst, p.doc[n.start:n.end])
	case Array:
		dst = append(dst, '[')
		for e := i + 1; e < n.next; e = p.nodes[e].next {
			if e > i+1 {
				dst = append(dst, ',')
			}
			dst = p.appendCanonical(dst, e)
		}
		return append(dst, ']')
	case Object:
		return p.appendObject(dst, i)
	}
	return append(dst, p.doc[n.start:n.end]...)
}

func (p *Parser) appendObject(dst []byte, i uint32) []byte {
	end := p.nodes[i].next
	base := len(p.order) // those below belong to the objects around this one
	for m := i + 1; m < end; m = p.nodes[m].next {
		p.order = append(p.order, memberOrder{p.namePrefix(p.nodes[m]), m})
	}
	last := len(p.order)
	slices.SortFunc(p.order[base:], p.compareMembers)
	dst = append(dst, '{')
	for m := base; m < last; m++ {
		if m > base {
			dst = append(dst, ',')
		}
		name := p.order[m].name
		dst = append(p.appendString(dst, p.nodes[name]), ':')
		dst = p.appendCanonical(dst, name+1)
	}
	p.order = p.order[:base]
	return append(dst, '}')
}

func (p *Parser) namePrefix(n node) uint64 {
	text := p.doc[n.start+1 : n.end-1]
	if n.escaped() {
		p.name = appendUnescaped(p.name[:0], text)
		text = p.name
	}
	var prefix uint64
	for i := range min(8, len(text)) {
		prefix |= uint64(text[i]) << (56 - 8*i)
	}
	return prefix
}

func (p *Parser) compareMembers(a, b memberOrder) int {
	if a.prefix != b.prefix {
		return cmp.Compare(a.prefix, b.prefix)
	}
	x, y := p.nodes[a.name], p.nodes[b.name]
	return compareText(p.doc[x.start+1:x.end-1], p.doc[y.start+1:y.end-1], x.escaped(), y.escaped())
}

func (p *Parser) appendString(dst []byte, n node) []byte {
	raw := p.doc[n.start:n.end]
	if !n.escaped() {
		return append(dst, raw...) // what need not be escaped is not: the normal form
	}
	dst = append(dst, '"')
	raw = raw[1 : len(raw)-1]
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(append(dst, raw...), '"')
		}
		dst = append(dst, raw[:i]...)
		r, size := unescape(raw[i:])
		dst = appendEscaped(dst, r)
		raw = raw[i+size:]
	}
}

func appendEscaped(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	if r < ' ' {
		return append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
	}
	return utf8.AppendRune(dst, r)
}
