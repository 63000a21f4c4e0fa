package lookalike

import "math/bits"

// A beginnings set remembers hashes, and takes a few others for remembered too:
// a Bloom filter. A nil one takes all.
type beginnings []uint64

// newBeginnings makes one of hashes.
func newBeginnings(list []uint64) beginnings {
	words := 1 << max(4, bits.Len(uint(len(list)/6))) // some ten bits for each
	b := make(beginnings, words)
	for _, h := range list {
		for _, at := range b.places(h) {
			b[at>>6] |= 1 << (at & 63)
		}
	}
	return b
}

func (b beginnings) places(h uint64) [2]uint64 {
	mask := uint64(len(b))<<6 - 1
	return [2]uint64{h & mask, h >> 32 & mask}
}

func (b beginnings) has(h uint64) bool {
	for _, at := range b.places(h) {
		if b[at>>6]&(1<<(at&63)) == 0 {
			return false
		}
	}
	return true
}
