package simulate

import "slices"

// surelySkewed is by how much a clock must be wrong for it to be found whatever
// the delay of signals: the policy allows ten seconds, and signals come within
// two.
const surelySkewed = 12 * second

// tellsSkew marks the sessions whose wrong clock has to be found: clients do not
// state the error, nobody else of their identity is in the call, and of what they
// say every word, and at least two, can be held against an instant that a server
// stated. Of others it is not said whether it is found.
func (w *walker) tellsSkew() {
	var starts, ends [captures][]int64
	if w.c.callbacks && !w.c.open {
		for i := range w.c.runs {
			u := &w.c.runs[i]
			if u.source == ofClients {
				continue
			}
			for j, p := range u.parts() {
				starts[u.cap] = append(starts[u.cap], p.start)
				if !u.noStop || j < len(u.pauses) {
					ends[u.cap] = append(ends[u.cap], p.end)
				}
			}
		}
	}
	for i := range w.truth.Sessions {
		t, x := &w.truth.Sessions[i], &w.c.sessions[i]
		if max(t.Skew, -t.Skew) <= surelySkewed || x.noReceipts || x.noSummary || w.c.hasTwin(i) {
			continue
		}
		words, held := 0, 0
		for k := range w.c.signals {
			s := &w.c.signals[k]
			if int(s.sess) != i || s.lost {
				continue
			}
			words++
			for e := range w.truth.Episodes {
				if ep := &w.truth.Episodes[e]; ep.Capture == captureNames[s.cap] && w.heldBy(t, ep, s, starts[s.cap], ends[s.cap]) {
					held++
					break
				}
			}
		}
		t.SkewTold = held >= 2 && held == words
	}
}

// heldBy is true where a signal came within two seconds of what it tells of, and a
// server states when that was.
func (w *walker) heldBy(t *TruthSession, e *TruthEpisode, s *signal, starts, ends []int64) bool {
	soon := func(from int64) bool { return s.at >= from && s.at < from+2*second }
	switch {
	case t.Left <= e.Start || e.End <= t.Joined:
		return false
	case s.active && e.Start < t.Joined:
		return soon(t.Joined)
	case s.active:
		return soon(e.Start) && slices.Contains(starts, e.Start)
	}
	return soon(e.End) && e.End < t.Left && slices.Contains(ends, e.End)
}
