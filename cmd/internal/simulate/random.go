package simulate

// A rng is SplitMix64 (Steele, Lea, Flood, 2014): small, fast, and the same on
// every platform and Go version, which the byte-identity of a seed rests on.
type rng struct{ s uint64 }

// newRng gives an independent stream for each purpose and call, so that a
// switch of delivery never moves what the script drew.
func newRng(seed uint64, purpose uint64, call int) rng {
	r := rng{s: seed ^ purpose*0x9e3779b97f4a7c15}
	r.s = r.next() ^ uint64(call)*0xd1342543de82ef95
	r.next()
	return r
}

func (r *rng) next() uint64 {
	r.s += 0x9e3779b97f4a7c15
	return mix(r.s)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n draws from [0, n).
func (r *rng) n(n int) int { return int((r.next() >> 32) * uint64(n) >> 32) }

// between draws from [lo, hi]; hi below lo gives lo.
func (r *rng) between(lo, hi int64) int64 {
	if hi <= lo {
		return lo
	}
	return lo + int64(r.next()%uint64(hi-lo+1))
}

// hit is true with probability p. It always draws, so that p does not shift
// what is drawn next.
func (r *rng) hit(p float64) bool { return float64(r.next()>>11)/(1<<53) < p }

// A guid is a 128-bit id.
type guid struct{ hi, lo uint64 }

// guid draws a random (version 4) one.
func (r *rng) guid() guid { return asV4(r.next(), r.next()) }

func asV4(hi, lo uint64) guid {
	return guid{hi&^0xf000 | 0x4000, lo&^(3<<62) | 2<<62}
}

// eventID gives an event its id: the same for every copy of it.
func eventID(c *script, k kind, idx int32, aux uint16) guid {
	h := mix(c.seed ^ uint64(k)<<56 ^ uint64(aux)<<40 ^ uint64(uint32(idx)))
	return asV4(h, mix(h+0x9e3779b97f4a7c15))
}

const hexDigits = "0123456789abcdef"

func (g guid) append(b []byte) []byte {
	for i := 15; i >= 0; i-- {
		b = append(b, hexDigits[g.hi>>(4*i)&15])
		if i == 8 || i == 4 {
			b = append(b, '-')
		}
	}
	b = append(b, '-')
	for i := 15; i >= 0; i-- {
		b = append(b, hexDigits[g.lo>>(4*i)&15])
		if i == 12 {
			b = append(b, '-')
		}
	}
	return b
}

func (g guid) String() string { return string(g.append(make([]byte, 0, 36))) }
