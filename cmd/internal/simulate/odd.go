package simulate

// An oddity is what is unusual about a message that can be read all the same.
type oddity uint8

const (
	plainMessage     oddity = iota
	withBOM                 // it begins with a byte order mark
	withCRLF                // it ends with blank lines of a Windows program
	severalDocuments        // each event is in a document of its own, with nothing between
	oddities
)

// drawOddity draws what a message is like.
func (g *generator) drawOddity(f form) oddity {
	hit, which := g.o.hit(g.opt.OddForms), oddity(1+g.o.n(int(oddities)-1))
	if !hit || which == severalDocuments && opening[f] == "" {
		return plainMessage
	}
	return which
}
