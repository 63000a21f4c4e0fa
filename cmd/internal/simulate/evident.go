package simulate

import "slices"

// truthSession states what evidence there is of a session's time.
func (c *script) truthSession(x *session) TruthSession {
	t := TruthSession{ParticipantID: x.pid.String(), RawID: x.who.raw, EndpointID: x.endpoint.String(),
		JoinPath: joinPaths[x.model], Joined: x.joined, Left: x.left, Meter: c.sessionMeter(x)}
	if !x.skewSaid {
		t.Skew = x.skew
	}
	switch x.model {
	case phone:
		t.RawID = ""
	case bot:
		t.RawID = x.who.monitor
	case undecided:
		if len(c.roster) == 0 && !c.src.record {
			t.RawID = x.who.monitor // nothing tells whose GUID it is
		}
	}
	later := func(at int64) int64 { return max(at, min(at+c.rosterLag, c.end)) }
	roster := c.rosterTells(x)
	if roster && x.noSummary && (!c.gridKnows(x) || x.noAdded) {
		t.Joined = later(x.joined) // the app's word ranks below
	}
	if x.open || c.gridKnows(x) && !x.noRemoved {
		return t
	}
	// A log knows whole seconds; what else there is refines it, the roster first,
	// then the app's word, then Graph's record of the call.
	exact := c.appTellsTime(x) && !x.noLeave && !x.noReceipts || c.src.record
	logged := x.joined + (x.left-x.joined)/second*second
	switch listed := later(x.left); {
	case roster && (x.noSummary || listed-logged < second):
		t.Left = listed
	case exact:
	case !x.noSummary:
		t.Left = logged
	default:
		t.Left, t.LeftAssumed = c.end, true
	}
	return t
}

// evidentFlips lists when captures went on and off as the evidence has it: by
// what servers say and, where they say nothing, by what clients saw.
func (w *walker) evidentFlips() []flip {
	var out []flip
	var server [captures][]span
	for i := range w.c.runs {
		u := &w.c.runs[i]
		parts, assumed := w.c.evidentParts(u)
		for j, p := range parts {
			out = append(out, flip{p.start, u.cap, 1, false}, flip{p.end, u.cap, -1, assumed && j == len(parts)-1})
		}
		server[u.cap] = append(server[u.cap], parts...)
	}
	for cap := range captures {
		for _, v := range w.clientsSaw(cap) {
			if !slices.ContainsFunc(server[cap], func(p span) bool { return p.start <= v.end && v.start <= p.end }) {
				out = append(out, flip{v.start, cap, 1, false}, flip{v.end, cap, -1, v.assumed})
			}
		}
	}
	return out
}

// evidentParts lists the parts of a run that a server's evidence tells, and
// whether the end is only that of the call. What only the log of requests tells
// is as early as the requests were.
func (c *script) evidentParts(u *run) (parts []span, assumed bool) {
	summary := u.summary && !u.noSummary
	changes := c.callbacks && u.source != ofClients
	logged := u.summary && (summary || u.requested) || u.streamed
	if !changes && !logged && !u.chat {
		return nil, false
	}
	parts = u.parts()
	last := &parts[len(parts)-1]
	switch {
	case changes && u.noStop && !summary && !u.streamed && !(u.requested && u.end < c.end),
		!changes && !logged && u.endless:
		last.end = c.end
		return parts, true
	case !changes && u.requested:
		for i := range parts {
			parts[i].start -= u.lead
			parts[i].end -= u.lead
		}
	}
	return parts, false
}
