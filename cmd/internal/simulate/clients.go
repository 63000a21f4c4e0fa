package simulate

import (
	"cmp"
	"slices"
)

// A seenSpan is when clients saw a capture on.
type seenSpan struct {
	span
	assumed bool // nobody said that it ended: it did with the call
}

// A word is what happens to those who see a capture: somebody leaves, is told
// that it is off, or that it is on.
type word struct {
	at   int64
	what wordKind
	sess int32
}

type wordKind uint8

const (
	gone wordKind = iota
	saysOff
	saysOn
)

// clientsSaw follows what clients saw of a capture: it is on from the first that
// sees it until all that saw it and are still in the call said that it ended, or
// with the call. A word that names no session is that of all it may mean and
// that are there.
func (w *walker) clientsSaw(cap capture) []seenSpan {
	var words []word
	for i := range w.c.signals {
		s := &w.c.signals[i]
		x := &w.c.sessions[s.sess]
		if s.cap != cap || x.noReceipts || s.lost || w.c.flickers(i) {
			continue
		}
		what := saysOff
		if s.active {
			what = saysOn
		}
		words = append(words, word{x.seen(s.at), what, s.sess})
	}
	if len(words) == 0 {
		return nil
	}
	for i := range w.truth.Sessions {
		if t := &w.truth.Sessions[i]; t.Left < w.c.end {
			words = append(words, word{t.Left, gone, int32(i)})
		}
	}
	slices.SortFunc(words, func(a, b word) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Or(cmp.Compare(a.what, b.what), cmp.Compare(a.sess, b.sess))
	})
	var out []seenSpan
	sees := map[int32]bool{} // of who saw it and is there: still
	on := false
	for i, v := range words {
		switch v.what {
		case gone:
			delete(sees, v.sess)
		case saysOff:
			for _, s := range w.targets(v.sess, w.c.sessions[v.sess].bind) {
				if _, saw := sees[s]; saw {
					sees[s] = false
				}
			}
		case saysOn:
			for _, s := range w.seers(v) {
				sees[s] = true
			}
			if !on {
				on = true
				out = append(out, seenSpan{span{v.at, w.c.end}, true})
			}
		}
		if i+1 < len(words) && words[i+1].at == v.at && words[i+1].what == v.what {
			continue // at one instant all speak or leave together
		}
		if on && len(sees) > 0 && !anySees(sees) {
			on = false
			out[len(out)-1] = seenSpan{span{out[len(out)-1].start, v.at}, false}
			clear(sees)
		}
	}
	return out
}

// seers lists who of those that a word may mean is there, else the one who
// comes or goes within a minute: sources see that a little apart.
func (w *walker) seers(v word) []int32 {
	var there, near []int32
	for _, s := range w.targets(v.sess, w.c.sessions[v.sess].bind) {
		switch t := &w.truth.Sessions[s]; {
		case t.Joined <= v.at && v.at < t.Left:
			there = append(there, s)
		case t.Joined-minute <= v.at && v.at <= t.Left+minute:
			near = append(near, s)
		}
	}
	if len(there) == 0 && len(near) == 1 {
		return near
	}
	return there
}

// flickers is true of a signal that its client takes back within a second, a
// known defect, and of that taking back.
func (c *script) flickers(i int) bool {
	s := &c.signals[i]
	for j := max(i-1, 0); j <= i+1 && j < len(c.signals); j++ {
		o := &c.signals[j]
		on, off := s, o
		if o.active {
			on, off = o, s
		}
		if o.sess == s.sess && o.cap == s.cap && on.active && !off.active && off.at > on.at && off.at-on.at < second {
			return true
		}
	}
	return false
}

func anySees(sees map[int32]bool) bool {
	for _, yes := range sees {
		if yes {
			return true
		}
	}
	return false
}
