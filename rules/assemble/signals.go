package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// signalParts works out when a capture was on by the signals that clients saw:
// from the first active signal until every client that saw it and is still in
// the call says that it ended, else with the call (design.md, section 5, fine
// print 6).
func (s *Spine) signalParts(capture string) []part {
	type step struct {
		at     time.Time
		client string
		kind   int // 0 leave, 1 inactive, 2 active
		event  string
	}
	var steps []step
	left := map[string]time.Time{}
	for _, e := range s.events {
		g := e.Facts.Signal
		if g == nil || g.Capture != capture || e.Time.IsZero() || e.Facts.Participant == nil {
			continue
		}
		client := participantKey(*e.Facts.Participant)
		kind := 1
		if g.Active {
			kind = 2
		}
		steps = append(steps, step{e.Time, client, kind, e.ID})
		if x := s.stated(*e.Facts.Participant, e.Time); x != nil && !x.Left.At.IsZero() && !x.Left.Source.Assumed() {
			left[client] = later(left[client], x.Left.At)
		}
	}
	for client, at := range left {
		steps = append(steps, step{at: at, client: client})
	}
	slices.SortFunc(steps, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), a.kind-b.kind, strings.Compare(a.client, b.client), strings.Compare(a.event, b.event))
	})
	var parts []part
	var open *part
	saw := map[string]bool{} // clients in the call that saw it; true while they see it
	for _, st := range steps {
		switch st.kind {
		case 2:
			if open == nil {
				open = &part{start: schema.Bound{At: st.at, Source: schema.BoundClientSignal, Event: st.event}}
			}
			saw[st.client] = true
		case 1:
			if _, is := saw[st.client]; is {
				saw[st.client] = false
			}
		case 0:
			delete(saw, st.client)
		}
		if open == nil {
			continue
		}
		if st.event != "" {
			open.events = append(open.events, st.event)
		}
		if len(saw) > 0 && !slices.Contains(values(saw), true) {
			open.end = schema.Bound{At: st.at, Source: schema.BoundClientSignal, Event: st.event}
			parts = append(parts, *open)
			open = nil
			clear(saw)
		}
	}
	if open != nil {
		parts = append(parts, *open)
	}
	return parts
}

func values(m map[string]bool) []bool {
	out := make([]bool, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// participantKey is one client, as finely as its own events name it.
func participantKey(p schema.Participant) string {
	if p.ParticipantID != "" {
		return p.ParticipantID
	}
	return p.RawID + "\x00" + p.EndpointID
}

// stated finds the session that an own event of a client surely belongs to.
func (s *Spine) stated(p schema.Participant, at time.Time) *session {
	var found *session
	for _, x := range s.fits(p) {
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
