package assemble

import (
	"time"

	"rollcall/schema"
)

// boundCall finds when the call began and ended (design.md, section 5, fine
// print 5).
func (s *Spine) boundCall() {
	var starts, ends []claim
	var lastSeen, firstSeen time.Time
	for _, e := range s.events {
		firstSeen = earlier(firstSeen, earlier(e.First, e.Time))
		lastSeen = later(lastSeen, e.Time)
		if !e.Last.IsZero() && !e.Last.After(s.opt.Now) {
			lastSeen = later(lastSeen, e.Last)
		}
		if b := e.Facts.CallBound; b != nil && !e.Time.IsZero() {
			c := claim{at: e.Time, event: e.ID, source: schema.BoundEventGrid}
			if b.Connection {
				c.source = schema.BoundRoster // Call Automation ranks with the roster
			}
			if b.Ended {
				ends = append(ends, c)
				if b.DurationMs >= 0 && !b.Connection {
					starts = append(starts, claim{at: e.Time.Add(-time.Duration(b.DurationMs) * time.Millisecond),
						event: e.ID, source: schema.BoundGraph})
				}
			} else {
				starts = append(starts, c)
			}
		}
		if m := e.Facts.Summary; m != nil && !m.CallStart.IsZero() {
			starts = append(starts, claim{at: m.CallStart, event: e.ID, source: schema.BoundCallSummary})
			if m.CallDurationMs >= 0 {
				ends = append(ends, claim{at: m.CallStart.Add(time.Duration(m.CallDurationMs) * time.Millisecond),
					event: e.ID, source: schema.BoundCallSummary, resolution: wholeSeconds(m.CallDurationMs)})
			}
		}
	}
	s.call.Start = automation(decide(starts, earliest))
	s.call.End = automation(decide(ends, latest))
	if s.call.Start.At.IsZero() {
		at := firstSeen
		for _, x := range s.sessions {
			at = earlier(at, x.Joined.At)
		}
		s.call.Start = schema.Bound{At: at, Source: schema.BoundAssumedFirstSeen}
	}
	if s.call.End.At.IsZero() {
		s.call.End = s.assumedEnd(lastSeen)
	}
}

// automation names a call's bound by its real source where it was ranked with
// the roster.
func automation(b schema.Bound) schema.Bound {
	if b.Source == schema.BoundRoster {
		b.Source = schema.BoundCallAutomation
	}
	return b
}

// assumedEnd is the end of a call that no source states: its last leave, else
// its last evidence once it has been quiet, else it goes on.
func (s *Spine) assumedEnd(lastEvidence time.Time) schema.Bound {
	var leave time.Time
	all := len(s.sessions) > 0
	for _, x := range s.sessions {
		if x.Left.At.IsZero() {
			all = false
		}
		leave = later(leave, x.Left.At)
	}
	if all {
		return schema.Bound{At: leave, Source: schema.BoundAssumedLastLeave}
	}
	if s.opt.Quiet > 0 && s.opt.Now.Sub(lastEvidence) > s.opt.Quiet {
		return schema.Bound{At: lastEvidence, Source: schema.BoundAssumedLastSeen}
	}
	return schema.Bound{Source: schema.BoundOpen}
}

// closeSessions gives sessions the bounds that no source states: an end at the
// next join of the same identity on the same endpoint, else with the call; a
// beginning with the call's.
func (s *Spine) closeSessions() {
	next := s.nextJoins()
	for _, x := range s.sessions {
		if x.Joined.At.IsZero() {
			at := s.call.Start.At
			if !x.Left.At.IsZero() && at.After(x.Left.At) {
				at = x.Left.At
			}
			x.Joined = schema.Bound{At: at, Source: schema.BoundAssumedFirstSeen}
		}
		if !x.Left.At.IsZero() {
			continue
		}
		switch n, end := next[x], s.call.End; {
		case n != nil && (end.At.IsZero() || !n.Joined.At.After(end.At)):
			x.Left = schema.Bound{At: n.Joined.At, Source: schema.BoundAssumedNextJoin, Event: n.Joined.Event}
		case end.At.IsZero():
			x.Left = schema.Bound{Source: schema.BoundOpen}
		default:
			x.Left = schema.Bound{At: later(end.At, x.Joined.At), Source: schema.BoundAssumedCallEnd, Event: end.Event}
		}
	}
}

// nextJoins finds for each session the next one of the same identity on the
// same endpoint. Sessions whose endpoint is not known are the same endpoint
// only where the app alone reported them: two devices may be behind others.
func (s *Spine) nextJoins() map[*session]*session {
	type key struct{ raw, endpoint string }
	next := map[*session]*session{}
	newest := map[key]*session{}
	for _, x := range s.sessions { // by join
		if x.Joined.At.IsZero() || x.RawID == "" || x.EndpointID == "" && x.Joined.Source != schema.BoundApp {
			continue
		}
		k := key{x.RawID, x.EndpointID}
		if before := newest[k]; before != nil && before.Joined.At.Before(x.Joined.At) {
			next[before] = x
		}
		newest[k] = x
	}
	return next
}
