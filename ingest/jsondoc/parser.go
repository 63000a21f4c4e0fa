// Package jsondoc is the one JSON decoder of ingest. It reads a message value
// or a line of a file, which may hold several JSON documents, in a single pass
// into a reusable tape, from which the decoders of the wire formats read
// fields by name in any case.
//
// What it accepts is RFC 8259, with the choices of RFC 7493 (I-JSON) that an
// audit needs: the text is valid UTF-8, an escaped surrogate has its partner,
// and no object has the same name twice, so that a reader who takes the first
// and one who takes the last never see different evidence. DESIGN.md tells why
// it is our own code, what else was measured, and what it guarantees.
package jsondoc

import (
	"fmt"
	"hash/maphash"
	"io"
	"math"
)

// MaxDepth is how many arrays and objects may be open at once. Real messages
// of the formats read here stay below 12; a deeper document is an error.
const MaxDepth = 128

// maxDocument is the length of the longest document in bytes: the tape's
// offsets have 32 bits. A message or file may be longer.
const maxDocument = min(math.MaxUint32, math.MaxInt)

// retainedNodes is how many tape nodes (16 bytes each) a Parser keeps for the
// next document, so that one huge message does not hold its memory for ever.
const retainedNodes = 1 << 18

// node is one entry of the tape. A value is one node followed by the nodes of
// its contents; an object's contents are, for each member, a node of the name
// and then those of the value.
type node struct {
	start, end uint32 // byte range within the document, quotes and brackets included
	next       uint32 // index behind this value; of a name: behind its value
	meta       uint32 // kind in bits 0-2, escaped in bit 3; of a name: foldHash in bits 4-31
}

const (
	kindMask    = 7
	escapedFlag = 8
	hashShift   = 4
)

// frame is an array or object that is still open.
type frame struct {
	node  uint32    // index of its node
	name  uint32    // index of the name whose value is being read
	count uint32    // names so far
	seen  [4]uint64 // a bit for each name so far, by its hash
}

// Parser reads the JSON documents of one byte slice after another. The zero
// value is ready for Reset. It keeps its memory between documents, so that in
// the steady state parsing allocates nothing. It must not be used by two
// goroutines at once, and neither must the Values it hands out.
type Parser struct {
	data  []byte // all documents
	doc   []byte // data from the current document's first byte on
	base  int    // where doc begins in data
	pos   int    // where the next document is looked for, in data
	nodes []node
	err   error // repeated by Next once the stream has ended

	name  []byte              // an escaped name, unescaped
	order []memberOrder       // AppendCanonical's sorting
	seed  maphash.Seed        // of the hashes in wide
	wide  map[uint64]struct{} // names of objects with very many of them
	stack [MaxDepth]frame
}

// SyntaxError says where and why the text is not the JSON that this package
// accepts. Offsets count bytes from the start of the data given to Reset.
type SyntaxError struct {
	Document int    // offset of the first byte of the document that can't be read
	Offset   int    // offset of the byte that is wrong; the data's length if it ends early
	Msg      string // what is there and what was expected
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Msg)
}

// Reset makes p read data from its start. It keeps a reference to data, which
// must not change while p or a Value of it is in use. Values obtained earlier
// are no longer valid.
func (p *Parser) Reset(data []byte) {
	p.data, p.doc, p.pos, p.err = data, nil, 0, nil
	p.nodes = p.nodes[:0]
	if cap(p.nodes) > retainedNodes {
		p.nodes, p.order, p.name = nil, nil, nil
	}
}

// Offset is where the next document is looked for: behind the last one that
// Next returned, as a byte offset into the data given to Reset.
func (p *Parser) Offset() int { return p.pos }

// Next returns the next document. Documents may follow each other with any
// white space, byte order marks, or nothing between them; only a number or a
// literal must be set off from what follows, so that 01 is an error and not
// two numbers. The Value and all that is reached from it is valid until the
// following call of Next or Reset. At the end of the data the error is io.EOF;
// text that is not JSON gives a *SyntaxError, after which nothing further can
// be read before Reset, since where the next document begins is unknown.
func (p *Parser) Next() (Value, error) {
	p.nodes = p.nodes[:0]
	if len(p.wide) > retainedNodes {
		p.wide = nil
	} else if len(p.wide) > 0 {
		clear(p.wide)
	}
	if p.err != nil {
		return Value{}, p.err
	}
	p.pos = skipBetween(p.data, p.pos)
	if p.pos == len(p.data) {
		p.err = io.EOF
		return Value{}, p.err
	}
	p.base = p.pos
	p.doc = p.data[p.base:]
	if len(p.doc) > maxDocument {
		p.doc = p.doc[:maxDocument] // a document that reaches so far ends early
	}
	nodes, end, bad := p.parse(p.nodes)
	if bad != "" {
		p.err = p.syntaxError(end, bad)
		return Value{}, p.err
	}
	p.nodes = nodes
	p.pos += end
	return Value{p: p, i: 0}, nil
}

// syntaxError describes the byte at offset at of the current document.
func (p *Parser) syntaxError(at int, msg string) error {
	e := &SyntaxError{Document: p.base, Offset: p.base + at, Msg: msg}
	if !expectation(msg) {
		return e
	}
	switch {
	case at >= len(p.doc) && len(p.doc) == maxDocument:
		e.Msg = "the document is longer than 4 GiB"
	case at >= len(p.doc):
		e.Msg = "the text ends, expected " + msg
	case p.doc[at] >= 0x20 && p.doc[at] < 0x7f:
		e.Msg = fmt.Sprintf("found %q, expected %s", p.doc[at], msg)
	default:
		e.Msg = fmt.Sprintf("found byte 0x%02x, expected %s", p.doc[at], msg)
	}
	return e
}

// skipBetween skips what means nothing between documents: white space and
// byte order marks.
func skipBetween(data []byte, i int) int {
	for i < len(data) {
		switch c := data[i]; {
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			i++
		case c == 0xef && i+2 < len(data) && data[i+1] == 0xbb && data[i+2] == 0xbf:
			i += 3
		default:
			return i
		}
	}
	return i
}
