package jsondoc

import "hash/maphash"

// What may be expected at a byte; syntaxError adds what is there instead.
const (
	wantValue       = "a value"
	wantName        = "a name in double quotes"
	wantNameOrClose = "a name in double quotes or '}'"
	wantColon       = "':' after the name"
	wantMember      = "',' or '}'"
	wantElement     = "',' or ']'"
	wantDigit       = "a digit"
	wantQuote       = "the closing double quote of the string"
	wantEscape      = "one of \" \\ / b f n r t u after the backslash"
	wantHex         = "four hexadecimal digits after \\u"
	wantLiteral     = "true, false or null in full"
	wantSetOff      = "white space or a new document after the number or literal"
)

// What is wrong whatever the byte is.
const (
	badDepth     = "more than 128 arrays and objects are open at once"
	badDuplicate = "the object has this name already"
	badControl   = "a control character in a string must be escaped"
	badUTF8      = "the text is not valid UTF-8"
	badSurrogate = "an escaped surrogate without its partner is not a character"
	badZero      = "a number must not begin with a needless zero"
)

// expectation reports whether msg is one of the want constants.
func expectation(msg string) bool {
	switch msg {
	case wantValue, wantName, wantNameOrClose, wantColon, wantMember, wantElement, wantDigit,
		wantQuote, wantEscape, wantHex, wantLiteral, wantSetOff:
		return true
	}
	return false
}

// wideObject is how many names an object has before they are told apart by a
// hash table; below, a bit set and a walk over the tape are quicker.
const wideObject = 64

// parse reads one value at the start of p.doc and appends its nodes to the
// empty tape it is given. It returns the tape and the offset behind the value,
// or the offset of the wrong byte and what is wrong with it. It keeps its own
// stack: depth costs no stack of the goroutine.
func (p *Parser) parse(nodes []node) (tape []node, end int, bad string) {
	var (
		d     = p.doc
		i     = 0
		depth = 0
		top   *frame // innermost open container
		kind  Kind   // its kind
	)

value:
	if i < len(d) && d[i] <= ' ' {
		i = skipSpace(d, i)
	}
	if i >= len(d) {
		return nodes, i, wantValue
	}
	switch c := d[i]; c {
	case '"':
		to, escaped, bad := scanString(d, i+1)
		if bad != "" {
			return nodes, to, bad
		}
		nodes = append(nodes, node{uint32(i), uint32(to), uint32(len(nodes) + 1), uint32(String) | escaped})
		i = to
	case '{', '[':
		if depth == MaxDepth {
			return nodes, i, badDepth
		}
		top = &p.stack[depth]
		depth++
		top.node = uint32(len(nodes))
		if c == '[' {
			kind = Array
			nodes = append(nodes, node{start: uint32(i), meta: uint32(Array)})
			if i = skipSpace(d, i+1); i < len(d) && d[i] == ']' {
				goto closing
			}
			goto value
		}
		kind = Object
		top.count = 0
		top.seen = [4]uint64{}
		nodes = append(nodes, node{start: uint32(i), meta: uint32(Object)})
		i = skipSpace(d, i+1)
		if i >= len(d) {
			return nodes, i, wantNameOrClose
		}
		if d[i] == '}' {
			goto closing
		}
		if d[i] != '"' {
			return nodes, i, wantNameOrClose
		}
		goto name
	case 't', 'f', 'n':
		to, k := scanLiteral(d, i)
		if k == Absent {
			return nodes, to, wantLiteral
		}
		nodes = append(nodes, node{uint32(i), uint32(to), uint32(len(nodes) + 1), uint32(k)})
		i = to
	default:
		if c != '-' && c-'0' > 9 {
			return nodes, i, wantValue
		}
		to, bad := scanNumber(d, i)
		if bad != "" {
			return nodes, to, bad
		}
		nodes = append(nodes, node{uint32(i), uint32(to), uint32(len(nodes) + 1), uint32(Number)})
		i = to
	}

after:
	if depth == 0 {
		return nodes, i, p.setOff(i, nodes)
	}
	if i < len(d) && d[i] <= ' ' {
		i = skipSpace(d, i)
	}
	if kind == Array {
		if i < len(d) && d[i] == ',' {
			i++
			goto value
		}
		if i >= len(d) || d[i] != ']' {
			return nodes, i, wantElement
		}
		goto closing
	}
	nodes[top.name].next = uint32(len(nodes))
	if i < len(d) && d[i] == ',' {
		i++
		if i < len(d) && d[i] <= ' ' {
			i = skipSpace(d, i)
		}
		if i >= len(d) || d[i] != '"' {
			return nodes, i, wantName
		}
		goto name
	}
	if i >= len(d) || d[i] != '}' {
		return nodes, i, wantMember
	}
	goto closing

name:
	{
		to, escaped, bad := scanString(d, i+1)
		if bad != "" {
			return nodes, to, bad
		}
		text := d[i+1 : to-1]
		if escaped != 0 {
			p.name = appendUnescaped(p.name[:0], text)
			text = p.name
		}
		hash := foldHash(text)
		bit := uint64(1) << (hash >> 2 & 63)
		if top.count >= wideObject || top.seen[hash&3]&bit != 0 {
			if p.duplicate(nodes, top, text, hash) {
				return nodes, i, badDuplicate
			}
		}
		top.seen[hash&3] |= bit
		top.count++
		top.name = uint32(len(nodes))
		nodes = append(nodes, node{uint32(i), uint32(to), 0, uint32(String) | escaped | hash<<hashShift})
		i = to
		if i < len(d) && d[i] <= ' ' {
			i = skipSpace(d, i)
		}
		if i >= len(d) || d[i] != ':' {
			return nodes, i, wantColon
		}
		i++
		goto value
	}

closing:
	i++
	nodes[top.node].end = uint32(i)
	nodes[top.node].next = uint32(len(nodes))
	depth--
	if depth > 0 {
		top = &p.stack[depth-1]
		kind = Kind(nodes[top.node].meta & kindMask)
	}
	goto after
}

// setOff says what is wrong if the document is a number or a literal and what
// follows it could be meant as part of it.
func (p *Parser) setOff(i int, nodes []node) string {
	if Kind(nodes[0].meta&kindMask) >= String || p.base+i >= len(p.data) {
		return ""
	}
	switch p.data[p.base+i] {
	case ' ', '\n', '\r', '\t', '{', '[', '"', 0xef:
		return ""
	}
	return wantSetOff
}

// duplicate reports whether the object of f has a name with this text. It is
// called when the bit set can't rule that out, and for every name of a wide
// object, where a table of seeded hashes keeps the time linear even if someone
// chooses the names to prevent that.
func (p *Parser) duplicate(nodes []node, f *frame, text []byte, hash uint32) bool {
	if f.count >= wideObject {
		if f.count == wideObject {
			p.startWide(nodes, f)
		}
		h := p.wideHash(f, text)
		if _, there := p.wide[h]; !there {
			p.wide[h] = struct{}{}
			return false
		}
	}
	for i := f.node + 1; int(i) < len(nodes); i = nodes[i].next {
		n := nodes[i]
		if n.meta>>hashShift != hash {
			continue
		}
		raw := p.doc[n.start+1 : n.end-1]
		if n.meta&escapedFlag == 0 && string(raw) == string(text) ||
			n.meta&escapedFlag != 0 && compareText(raw, text, true, false) == 0 {
			return true
		}
	}
	return false
}

// startWide puts the names that f has so far into the table.
func (p *Parser) startWide(nodes []node, f *frame) {
	if p.wide == nil {
		p.seed = maphash.MakeSeed()
		p.wide = make(map[uint64]struct{}, 4*wideObject)
	}
	var unescaped []byte
	for i := f.node + 1; int(i) < len(nodes); i = nodes[i].next {
		n := nodes[i]
		text := p.doc[n.start+1 : n.end-1]
		if n.meta&escapedFlag != 0 {
			unescaped = appendUnescaped(unescaped[:0], text)
			text = unescaped
		}
		p.wide[p.wideHash(f, text)] = struct{}{}
	}
}

// wideHash depends on the object too, since all wide objects share one table.
// That two texts meet in one hash costs a walk, never a wrong answer.
func (p *Parser) wideHash(f *frame, text []byte) uint64 {
	return maphash.Bytes(p.seed, text) + uint64(f.node)*0x9e3779b97f4a7c15
}
