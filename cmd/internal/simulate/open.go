package simulate

import "slices"

// openSpec is a call that is still going on when it is judged.
func openSpec(r *rng, start, cut int64) spec {
	return spec{dur: cut - start + r.between(5, 30)*minute, app: r.n(3), cut: cut,
		people: [models]int{external: 3 + r.n(4)}, rec: acsRecording, trans: transWish(r.n(2)),
		runs: 1 + r.n(3), pauses: r.n(2), rejoins: r.n(2), eventGrid: true, callbacks: true}
}

// cut makes the script that of a call which goes on at that instant: what comes
// later has not happened.
func (c *script) cut(now int64) {
	c.open, c.end = true, now
	// Where a session is dropped, what refers to it by its index goes too.
	place := make([]int32, len(c.sessions))
	var kept []session
	once := 0
	for i := range c.sessions {
		x := c.sessions[i]
		place[i] = -1
		x.skew, x.skewSaid, x.versions, x.onlyUpdates = 0, false, 0, false
		x.noAdded, x.noRemoved, x.noSummary, x.noReceipts = false, false, true, false
		if x.left >= now {
			x.left, x.open = now, true
		}
		if x.joined < now {
			place[i] = int32(len(kept))
			kept = append(kept, x)
			if i < c.once {
				once++
			}
		}
	}
	c.sessions, c.once = kept, once
	known := now // what clients saw of a run that no server has spoken of yet is left out too
	c.runs = slices.DeleteFunc(c.runs, func(u run) bool {
		unknown := u.start+second > now
		if unknown {
			known = min(known, u.start)
		}
		return unknown
	})
	for i := range c.runs {
		u := &c.runs[i]
		u.noStop, u.noSummary, u.file = false, true, false
		u.pauses = slices.DeleteFunc(u.pauses, func(p span) bool { return p.start >= now })
		if n := len(u.pauses); n > 0 && u.pauses[n-1].end >= now {
			u.end, u.pauses = u.pauses[n-1].start, u.pauses[:n-1] // paused: not on
		}
		if u.end >= now {
			u.end, u.open = now, true
		}
	}
	c.signals = slices.DeleteFunc(c.signals, func(s signal) bool { return s.at >= known || place[s.sess] < 0 })
	for i := range c.signals {
		c.signals[i].sess = place[c.signals[i].sess]
	}
	c.shows = slices.DeleteFunc(c.shows, func(s show) bool { return s.at >= known || place[s.sess] < 0 })
	for i := range c.shows {
		s := &c.shows[i]
		s.sess, s.ack = place[s.sess], false
	}
	c.chat = nil
}
