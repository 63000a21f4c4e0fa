package jsondoc

// FoldHash returns what Value.NameHash does of a name: names that differ in the
// case of ASCII letters have the same, and others nearly never do.
func FoldHash[T string | []byte](name T) uint32 { return foldHash(name) }

// NameHash returns the hash of a name that Members yields, which the tape
// already has. Of anything else it means nothing.
func (v Value) NameHash() uint32 { return v.node().meta >> hashShift }

// foldHash is a hash of a name that does not depend on the case of ASCII
// letters, in 28 bits. It looks at the length and at most the first and last
// eight bytes: it is to rule out nearly all names of an object at the price of
// one comparison each, not to be hard to collide. Setting the case bit of
// every byte makes a few other bytes equal too, which costs as little.
func foldHash[T string | []byte](s T) uint32 {
	var a, b uint64
	switch n := len(s); {
	case n >= 8:
		a, b = load8(s, 0), load8(s, n-8)
	case n >= 4:
		a, b = load4(s, 0), load4(s, n-4)
	case n > 0:
		a = uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	const fold = 0x2020202020202020
	h := ((a|fold)*0x9e3779b97f4a7c15 ^ (b | fold) + uint64(len(s))) * 0xd6e8feb86659fd93
	return uint32(h >> 36)
}

func load8[T string | []byte](s T, i int) uint64 {
	_ = s[i+7]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

func load4[T string | []byte](s T, i int) uint64 {
	_ = s[i+3]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24
}

// equalFold compares without regard to the case of ASCII letters.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if x, y := a[i], b[i]; x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}
