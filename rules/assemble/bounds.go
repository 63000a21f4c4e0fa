package assemble

import (
	"time"

	"rollcall/schema"
)

// The ranks of the sources of a call's bounds (design.md, 5): Call Automation
// ranks with the roster changes.
const (
	callByEventGrid = iota
	callBySummary
	callByLength // CallEnded's time less the length that it states
	callByConnection
	callByGraph  // meeting call events and messages of the chat
	callByRecord // callRecord
)

// refuted is how long after a connection's end a participant must be known to
// be there to show that the call went on without it.
const refuted = 2 * time.Second

// boundCall finds when the call began and ended (design.md, section 5, fine
// print 5).
func (s *Spine) boundCall() {
	var starts, ends []claim
	var seen time.Time // the last that is known of a participant
	for _, x := range s.sessions {
		seen = later(seen, later(x.Joined.At, x.Left.At))
	}
	for _, e := range s.events {
		if b := e.Facts.CallBound; b != nil && !e.Time.IsZero() {
			c := claim{at: e.Time, event: e.ID, source: schema.BoundEventGrid, rank: callByEventGrid}
			if b.Connection {
				c.source, c.rank = schema.BoundCallAutomation, callByConnection
			}
			if e.Source == schema.SourceGraph {
				c.source, c.rank = schema.BoundGraph, callByGraph
			}
			switch {
			case !b.Ended:
				starts = append(starts, c)
			case b.Connection && seen.After(e.Time.Add(refuted)):
				// One server left; the participants did not.
			default:
				ends = append(ends, c)
				if b.DurationMs >= 0 && !b.Connection {
					c.at, c.rank = e.Time.Add(-milliseconds(b.DurationMs)), max(c.rank, callByLength)
					starts = append(starts, c)
				}
			}
		}
		if r := e.Facts.Record; r != nil && r.Type != "" { // a page of sessions has none, and their bounds
			c := claim{event: e.ID, source: schema.BoundGraph, rank: callByRecord}
			if c.at = r.Start; !c.at.IsZero() {
				starts = append(starts, c)
			}
			if c.at = r.End; !c.at.IsZero() && !c.at.After(s.opt.Now) {
				ends = append(ends, c)
			}
		}
		if m := e.Facts.Summary; m != nil && !m.CallStart.IsZero() {
			c := claim{at: m.CallStart, event: e.ID, source: schema.BoundCallSummary, rank: callBySummary}
			starts = append(starts, c)
			if m.CallDurationMs >= 0 {
				c.at, c.resolution = m.CallStart.Add(milliseconds(m.CallDurationMs)), wholeSeconds(m.CallDurationMs)
				ends = append(ends, c)
			}
		}
	}
	s.call.Start, s.call.End = decide(starts, earliest), decide(ends, latest)
	if s.call.Start.At.IsZero() || s.call.Start.Source == schema.BoundCallAutomation {
		s.call.Start = s.assumedStart(s.call.Start)
	}
	if s.call.End.At.IsZero() {
		s.call.End = s.assumedEnd()
	}
}

// assumedStart is the beginning of a call that no source states: its first
// join, else its first evidence, that of servers before that of clients, whose
// clocks may be wrong. A connection's start is that of a server's leg: an
// earlier join counts.
func (s *Spine) assumedStart(connected schema.Bound) schema.Bound {
	best := connected
	for _, x := range s.sessions {
		if at := x.Joined.At; !at.IsZero() && (best.At.IsZero() || at.Before(best.At)) {
			best = x.Joined
			best.Source = schema.BoundAssumedFirstSeen
		}
	}
	if !best.At.IsZero() {
		return best
	}
	var server, client time.Time
	for _, e := range s.events {
		if e.Facts.Participant != nil {
			client = earlier(client, e.Time)
		} else {
			server = earlier(server, earlier(e.First, e.Time))
		}
	}
	for _, i := range s.words.order {
		client = earlier(client, s.words.at(i).at())
	}
	if server.IsZero() {
		server = client
	}
	return schema.Bound{At: server, Source: schema.BoundAssumedFirstSeen}
}

// assumedEnd is the end of a call that no source states: its last leave, else
// its last evidence once it has been quiet, else it goes on.
func (s *Spine) assumedEnd() schema.Bound {
	var leave schema.Bound
	all := len(s.sessions) > 0
	for _, x := range s.sessions {
		if x.Left.At.IsZero() {
			all = false
		}
		if x.Left.At.After(leave.At) {
			leave = x.Left
		}
	}
	if all {
		return schema.Bound{At: leave.At, Source: schema.BoundAssumedLastLeave, Event: leave.Event}
	}
	if last := s.lastEvidence(); s.opt.Quiet > 0 && !last.IsZero() && s.opt.Now.Sub(last) > s.opt.Quiet {
		return schema.Bound{At: last, Source: schema.BoundAssumedLastSeen}
	}
	return schema.Bound{Source: schema.BoundOpen}
}

// lastEvidence is the last instant that any evidence speaks of. A log record
// speaks of the time up to its Last, not of when it was written; that counts
// only where nothing tells more.
func (s *Spine) lastEvidence() time.Time {
	last, written := s.words.last, time.Time{}
	for _, e := range s.events {
		if !e.Last.After(s.opt.Now) {
			last = later(last, e.Last)
		}
		written = later(written, e.Time)
	}
	if last.IsZero() {
		return written
	}
	return last
}

// closeSessions gives sessions the bounds that no source states: an end at the
// next join of the same identity on the same endpoint, else with the call; a
// beginning with the identity's last leave before it, else with the call's.
func (s *Spine) closeSessions() {
	s.openings()
	next := s.nextJoins()
	for _, x := range s.sessions {
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

// openings gives the sessions of which only the leave is known a beginning.
func (s *Spine) openings() {
	index := s.byIdentity()
	for _, x := range s.sessions {
		if !x.Joined.At.IsZero() {
			continue
		}
		at := s.call.Start.At
		for _, j := range index[x.RawID] {
			o := s.sessions[j]
			if o != x && o.EndpointID == x.EndpointID && o.Left.At.Before(x.Left.At) {
				at = later(at, o.Left.At)
			}
		}
		if !x.Left.At.IsZero() && at.After(x.Left.At) {
			at = x.Left.At
		}
		x.Joined = schema.Bound{At: at, Source: schema.BoundAssumedFirstSeen}
	}
}

// nextJoins finds for each session the next one of the same identity on the
// same endpoint. Sessions whose endpoint is not known are the same endpoint
// only where the app alone reported them: two devices may be behind others.
func (s *Spine) nextJoins() map[*session]*session {
	type key struct{ raw, endpoint string }
	next := map[*session]*session{}
	newest := map[key]*session{}
	for _, x := range s.sessions { // by join; assumed joins are no joins
		if x.Joined.At.IsZero() || x.Joined.Source.Assumed() || x.RawID == "" || x.EndpointID == "" && x.Joined.Source != schema.BoundApp {
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
