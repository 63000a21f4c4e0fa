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

// signalParts works out when a capture was on by what clients saw:
// from the first active signal until every client that saw it and is still in
// the call says that it ended, else with the call (design.md, section 5, fine
// print 6). Left out is what servers tell already: a sighting that lies within
// the reach of a wrong clock of one of their parts is of that part.
func (s *Spine) signalParts(server []part, seen []sighting) []part {
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
	for _, g := range seen {
		if g.explained(server) {
			continue
		}
		steps = append(steps, step{g.from, active, g.event, g.client})
		if !g.to.IsZero() {
			steps = append(steps, step{g.to, inactive, g.end, g.client})
		}
		if x := g.client.session; x != nil && !left[x] && s.leavesBefore(x) {
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
	for i, st := range steps {
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
		if i+1 < len(steps) && steps[i+1].kind == st.kind && steps[i+1].at.Equal(st.at) {
			continue // who leaves or speaks at one instant does so together
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

// told reports whether an instant lies within a part that a server tells, or
// within the reach of a wrong clock of one. Parts are in order and apart.
func told(server []part, t time.Time) bool {
	n, _ := slices.BinarySearchFunc(server, t.Add(skew), func(p part, t time.Time) int {
		return cmp.Or(p.start.At.Compare(t), -1) // one that begins then counts
	})
	return n > 0 && (server[n-1].end.At.IsZero() || !t.After(server[n-1].end.At.Add(skew)))
}

// leavesBefore reports whether a source states that a session ended while the
// call went on.
func (s *Spine) leavesBefore(x *session) bool {
	return !x.Left.At.IsZero() && !x.Left.Source.Assumed() && (s.call.End.At.IsZero() || x.Left.At.Before(s.call.End.At))
}

// sightings pairs the signals of each client: an active one begins a sighting,
// the next inactive one ends it. A signal whose ids fit several sessions is the
// word of all of them that are in the call. An active one within the reach of
// what servers tell is of that, and begins none.
func (s *Spine) sightings(capture string, server []part) []sighting {
	var out []sighting
	open := map[client]int{}
	for _, i := range s.words.order { // in order of time
		w := s.words.at(i)
		g, p := w.signal, w.who
		if g == nil || g.Capture != capture || w.at().IsZero() ||
			g.Active && told(server, w.at()) || !g.Active && len(open) == 0 {
			continue
		}
		fits := s.fits(*p, w.at())
		named := client{name: cmp.Or(p.ParticipantID, p.RawID+"\x00"+p.EndpointID)}
		for _, c := range append(clients(fits), named) {
			if i, is := open[c]; is && !g.Active {
				out[i].to, out[i].end = w.at(), w.id()
				delete(open, c)
			}
		}
		if !g.Active {
			continue
		}
		seers := clients(inCall(fits, w.at()))
		if len(seers) == 0 {
			seers = append(seers, named)
		}
		for _, c := range seers {
			if _, is := open[c]; !is {
				open[c] = len(out)
				out = append(out, sighting{client: c, from: w.at(), event: w.id()})
			}
		}
	}
	return out
}

func clients(sessions []*session) []client {
	out := make([]client, 0, len(sessions)+1)
	for _, x := range sessions {
		out = append(out, client{session: x})
	}
	return out
}

// inCall picks the sessions that are in the call at an instant, else the one
// that is near it where only one is: its client's clock may be off.
func inCall(sessions []*session, at time.Time) []*session {
	var in, close []*session
	for _, x := range sessions {
		switch {
		case !at.Before(x.Joined.At) && (x.Left.At.IsZero() || at.Before(x.Left.At)):
			in = append(in, x)
		case x.near(at):
			close = append(close, x)
		}
	}
	if len(in) == 0 && len(close) == 1 {
		return close
	}
	return in
}
