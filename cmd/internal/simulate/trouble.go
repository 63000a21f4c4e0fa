package simulate

// gapsOf draws when what clients send gets lost: some minutes, one time in each
// of so many equal parts of the span.
func gapsOf(o Options) []TruthGap {
	var out []TruthGap
	for i := range o.Gaps {
		r := newRng(o.Seed, 12, i)
		part := o.Span.Milliseconds() / int64(o.Gaps)
		first := o.Start.UnixMilli() + int64(i)*part + r.between(0, part/2)
		out = append(out, TruthGap{first, first + r.between(2*minute, 15*minute)})
	}
	return out
}

// fallIntoGaps loses what clients sent meanwhile, but for what alone tells that
// a session began or ended.
func (c *script) fallIntoGaps(gaps []TruthGap) {
	for _, g := range gaps {
		in := func(at int64) bool { return g.First <= at && at <= g.Last }
		for i := range c.signals {
			if in(c.signals[i].at) {
				c.signals[i].lost = true
			}
		}
		for i := range c.signals { // a flicker is lost whole
			if c.flickers(i) {
				c.signals[i].lost = c.signals[i].lost || in(c.signals[i].at+second) || in(c.signals[i].at-second)
			}
		}
		for i := range c.shows {
			if in(c.shows[i].at) {
				c.shows[i].unsent = true
			}
		}
		for i := range c.sessions {
			if x := &c.sessions[i]; in(x.left) && (!x.noSummary || c.gridKnows(x) && !x.noRemoved) {
				x.noLeave = true
			}
		}
	}
}

// trouble draws what makes a call hard to follow, each from a stream of its own.
func (p *planner) trouble(c *script, index int) {
	r := newRng(p.opt.Seed, 14, index)
	if lags, by := r.hit(p.opt.RosterLag), r.between(1, 900); lags && len(c.roster) > 0 && !c.src.roster {
		c.rosterLag = by
	}
	changes, id, length := r.hit(p.opt.IDChanges), r.guid(), c.end-c.start
	when := c.start + r.between(max(length/4, 30*second), length*3/4)
	if changes && length > minute && (c.eventGrid || c.callbacks) && !c.open { // its end tells both ids
		c.changed, c.later = when, id
	}
}
