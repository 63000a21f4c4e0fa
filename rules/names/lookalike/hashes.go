package lookalike

import (
	"math/bits"
	"math/rand/v2"
	"slices"

	"rollcall/rules/names/ucd"
)

// The hashes of one process; nothing that is kept depends on them.
var (
	inOrderSeed  = rand.Uint64()
	anyOrderSeed = rand.Uint64()
	wordSeed     = rand.Uint64()
	letterSeed   = rand.Uint64() | 1
)

// mix brings a hash one step on.
func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x*0x9e3779b97f4a7c15, letterSeed)
	return bits.RotateLeft64(hi^lo, 29)
}

// A beginning is how far a key has been spelt.
type beginning struct {
	hash    uint64
	letters int
}

// every is the number of letters after which a beginning is one that an index
// remembers.
const every = 4

// spelt adds letters to a beginning; at each that an index remembers, seen
// decides whether it goes on. A nil one goes on always.
func (b beginning) spelt(text string, seen func(uint64) bool) (beginning, bool) {
	for _, r := range text {
		b.hash = mix(b.hash, uint64(r))
		if b.letters++; seen != nil && b.letters%every == 0 && !seen(b.hash) {
			return b, false
		}
	}
	return b, true
}

// maxBeginnings bounds how many ways of reading a name are followed at once.
const maxBeginnings = 2048

// maxAnyOrder bounds the words that are tried in other orders, maxSums in how
// many readings.
const (
	maxAnyOrder = 12
	maxSums     = 256
)

// spellings lists the hashes of all that words can be read as.
func spellings(words [][]*ways, from uint64, seen func(uint64) bool) []uint64 {
	at := []beginning{{from, 0}}
	if b, ok := plainly(words, at[0], seen); ok {
		return []uint64{b.hash}
	}
	for _, w := range words {
		var next []beginning
		in := alphabetsOf(w)
		for a := range alphabets {
			if in&(1<<a) == 0 {
				continue
			}
			more := spelling(w, a, at, seen)
			if len(next) == 0 {
				next = more
				continue
			}
			next = join(next, more)
		}
		at = next
	}
	out := make([]uint64, len(at))
	for i, b := range at {
		out[i] = b.hash
	}
	return out
}

// plainly goes on with words that can be read in one way.
func plainly(words [][]*ways, b beginning, seen func(uint64) bool) (beginning, bool) {
	for _, w := range words {
		in := alphabetsOf(w)
		if bits.OnesCount8(in) != 1 {
			return b, false
		}
		a := bits.TrailingZeros8(in)
		for _, u := range w {
			if len(u.of[a]) != 1 {
				return b, false
			}
			var ok bool
			if b, ok = b.spelt(u.of[a][0], seen); !ok {
				return b, false
			}
		}
	}
	return b, true
}

// join adds the beginnings that are not there yet.
func join(to, more []beginning) []beginning {
	if len(to)+len(more) > 16 {
		have := make(map[uint64]bool, len(to)+len(more))
		for _, b := range to {
			have[b.hash] = true
		}
		more = slices.DeleteFunc(more, func(b beginning) bool { return have[b.hash] })
		return append(to, more[:max(0, min(len(more), maxBeginnings-len(to)))]...)
	}
	for _, b := range more {
		if !slices.Contains(to, b) {
			to = append(to, b)
		}
	}
	return to
}

// spelling goes on from several beginnings with a word, as one of an alphabet.
func spelling(w []*ways, a alphabet, from []beginning, seen func(uint64) bool) []beginning {
	at := slices.Clone(from)
	for _, u := range w {
		list := u.of[a]
		if len(list) == 1 {
			kept := at[:0]
			for _, b := range at {
				if b, ok := b.spelt(list[0], seen); ok {
					kept = append(kept, b)
				}
			}
			at = kept
			continue
		}
		var next []beginning
		for _, text := range list {
			more := make([]beginning, 0, len(at))
			for _, b := range at {
				if b, ok := b.spelt(text, seen); ok {
					more = append(more, b)
				}
			}
			next = join(next, more)
		}
		at = next
	}
	return at
}

// alphabetsOf are those in which a word can be read, as bits. A word of which no
// letter is of the many others is none of those.
func alphabetsOf(w []*ways) uint8 {
	in, by := uint8(1<<alphabets-1), uint8(0)
	for _, u := range w {
		in &= u.in
		by |= u.by
	}
	if by&(1<<others) == 0 {
		in &^= 1 << others
	}
	return in
}

// waysOfAll are the ways of the letters of words.
func waysOfAll(words []word) [][]*ways {
	n := 0
	for _, w := range words {
		n += len(w.units)
	}
	out, all := make([][]*ways, len(words)), make([]*ways, 0, n)
	for i, w := range words {
		for _, u := range w.units {
			all = append(all, u.ways())
		}
		out[i] = all[len(all)-len(w.units):]
	}
	return out
}

// knownKeys are what known names are found under, and the beginnings of those.
type knownKeys struct{ keys, beginnings, words []uint64 }

// put adds the keys of one way to take a known name: its words in order, with
// the last first, and in any order.
func (k *knownKeys) put(c core, skeleton uint64) {
	m := canons()
	parts := make([]string, len(c.words))
	for i, w := range c.words {
		parts[i] = w.key(m)
	}
	begin := func(h uint64) bool {
		k.beginnings = append(k.beginnings, h)
		return true
	}
	key := func(h uint64) {
		if !slices.Contains(k.keys, h) {
			k.keys = append(k.keys, h)
		}
	}
	inOrder := func(list ...string) {
		b := beginning{hash: inOrderSeed}
		for _, p := range list {
			b, _ = b.spelt(p, begin)
		}
		key(b.hash)
	}
	inOrder(parts...)
	key(skeleton)
	n := len(parts)
	if n < 2 {
		return
	}
	inOrder(append([]string{parts[n-1]}, parts[:n-1]...)...)
	sum := uint64(0)
	for _, p := range parts {
		b, _ := beginning{hash: wordSeed}.spelt(p, begin)
		k.beginnings, k.words = append(k.beginnings, b.hash), append(k.words, b.hash)
		sum += mix(b.hash, wordSeed)
	}
	key(mix(sum, anyOrderSeed))
}

// shownKeys lists the keys under which a known name may be that a name of such
// words is mistaken for.
func shownKeys(to []uint64, words [][]*ways, seen func(uint64) bool) []uint64 {
	to = append(to, spellings(words, inOrderSeed, seen)...)
	if len(words) < 2 || len(words) > maxAnyOrder {
		return to
	}
	sums := []uint64{0}
	for i := range words {
		var next []uint64
		for _, h := range spellings(words[i:i+1], wordSeed, seen) {
			if seen != nil && !seen(h) {
				continue
			}
			for _, s := range sums {
				if len(next) < maxSums {
					next = append(next, s+mix(h, wordSeed))
				}
			}
		}
		sums = next
	}
	for _, s := range sums {
		to = append(to, mix(s, anyOrderSeed))
	}
	return to
}

// ambiguous reports whether there are more ways to read words than are tried
// without asking an index which of them it knows.
func ambiguous(words [][]*ways) bool {
	all := 1
	for _, w := range words {
		sum, in := 0, alphabetsOf(w)
		for a := range alphabets {
			if in&(1<<a) == 0 {
				continue
			}
			n := 1
			for _, u := range w {
				if n *= len(u.of[a]); n > 8 {
					break
				}
			}
			sum += n
		}
		if all *= max(sum, 1); all > 8 {
			return true
		}
	}
	return false
}

// key is the key of a known word: of its letters as they look.
func (w word) key(m map[rune]string) string {
	var b []byte
	t := ucd.Load()
	for _, u := range w.units {
		b = append(b, home(t, m, u.r)...)
	}
	return string(b)
}

// skeletonKey is the key of a skeleton.
func skeletonKey(s string) uint64 {
	h := ^inOrderSeed
	for _, r := range s {
		h = mix(h, uint64(r))
	}
	return h
}
