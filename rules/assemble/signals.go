package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// flicker is how soon a client must take back its word that a capture is on for
// it to be a known defect of the SDK (Azure/Communication #383) and no episode.
const flicker = time.Second

// A client is one session, or a participant whose session is not known.
type client struct {
	session *session
	name    string
}

// A sighting is an interval in which one client saw that a capture was on.
type sighting struct {
	client     client
	from, to   time.Time // to is zero where the client never took it back
	event, end string
}

// signalParts works out when a capture was on by the signals that clients saw:
// from the first active signal until every client that saw it and is still in
// the call says that it ended, else with the call (design.md, section 5, fine
// print 6). Left out is what servers tell already: a sighting that lies within
// the reach of a wrong clock of one of their parts is of that part.
func (s *Spine) signalParts(capture string, server []part) []part {
	const (
		leaves = iota
		inactive
		active
	)
	type step struct {
		at     time.Time
		kind   int
		event  string
		client client
	}
	var steps []step
	left := map[*session]bool{}
	for _, g := range s.sightings(capture) {
		if g.explained(server) {
			continue
		}
		steps = append(steps, step{g.from, active, g.event, g.client})
		if !g.to.IsZero() {
			steps = append(steps, step{g.to, inactive, g.end, g.client})
		}
		if x := g.client.session; x != nil && !left[x] && !x.Left.At.IsZero() && !x.Left.Source.Assumed() {
			left[x] = true
			steps = append(steps, step{x.Left.At, leaves, x.Left.Event, g.client})
		}
	}
	slices.SortFunc(steps, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), a.kind-b.kind, strings.Compare(a.event, b.event), strings.Compare(a.client.name, b.client.name))
	})
	var parts []part
	open := false
	saw := map[client]bool{} // clients in the call that saw it; true while they see it
	seeing := 0
	for _, st := range steps {
		was, is := saw[st.client]
		if was {
			seeing--
		}
		switch {
		case st.kind == leaves:
			delete(saw, st.client)
		case st.kind == active:
			saw[st.client] = true
			seeing++
			if !open {
				open = true
				parts = append(parts, part{
					start:  schema.Bound{At: st.at, Source: schema.BoundClientSignal, Event: st.event},
					events: []string{st.event},
				})
			}
			parts[len(parts)-1].lastOn = st.at
		case is:
			saw[st.client] = false
		}
		if open && seeing == 0 && len(saw) > 0 {
			p := &parts[len(parts)-1]
			p.end = schema.Bound{At: st.at, Source: schema.BoundClientSignal, Event: st.event}
			p.events = append(p.events, st.event)
			open = false
			clear(saw)
		}
	}
	return parts
}

// explained reports whether a sighting is of a part that a server tells, or of
// none at all because the client took it back at once.
func (g sighting) explained(server []part) bool {
	if !g.to.IsZero() && g.to.Sub(g.from) < flicker {
		return true
	}
	to := g.to
	if x := g.client.session; to.IsZero() && x != nil {
		to = x.Left.At
	}
	return slices.ContainsFunc(server, func(p part) bool {
		return (p.end.At.IsZero() || !g.from.After(p.end.At.Add(skew))) && (to.IsZero() || !to.Before(p.start.At.Add(-skew)))
	})
}

// sightings pairs the signals of each client: an active one begins a sighting,
// the next inactive one ends it.
func (s *Spine) sightings(capture string) []sighting {
	var out []sighting
	open := map[client]int{}
	for _, e := range s.events { // in order of time
		g, p := e.Facts.Signal, e.Facts.Participant
		if g == nil || g.Capture != capture || e.Time.IsZero() || p == nil {
			continue
		}
		c := client{session: s.stated(*p, e.Time)}
		if c.session == nil {
			c.name = cmp.Or(p.ParticipantID, p.RawID+"\x00"+p.EndpointID)
		}
		i, is := open[c]
		switch {
		case g.Active && !is:
			open[c] = len(out)
			out = append(out, sighting{client: c, from: e.Time, event: e.ID})
		case !g.Active && is:
			out[i].to, out[i].end = e.Time, e.ID
			delete(open, c)
		}
	}
	return out
}

// stated finds the session that an own event of a client surely belongs to.
func (s *Spine) stated(p schema.Participant, at time.Time) *session {
	var found *session
	for _, x := range s.fits(p, at) {
		if !x.near(at) {
			continue
		}
		if found != nil {
			return nil
		}
		found = x
	}
	return found
}
