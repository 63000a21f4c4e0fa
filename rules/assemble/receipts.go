package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// fits finds the sessions that an own event about a participant is about
// (design.md, section 5, fine print 1): a participant id names one session; an
// identity with an endpoint, its sessions on that endpoint; an identity alone,
// any session of it.
func (s *Spine) fits(p schema.Participant) []*session {
	s.buildIndex()
	if p.ParticipantID != "" {
		if x := s.byParticipant[p.ParticipantID]; x != nil {
			if p.EndpointID != "" && x.EndpointID != "" && x.EndpointID != p.EndpointID {
				return nil
			}
			return []*session{x}
		}
	}
	if p.RawID == "" {
		return nil
	}
	var exact, open []*session
	for _, x := range s.byRaw[p.RawID] {
		switch {
		case p.ParticipantID != "" && x.ParticipantID != "":
			// It names another session's participant id.
		case p.EndpointID == "" || x.EndpointID == p.EndpointID:
			exact = append(exact, x)
		case x.EndpointID == "":
			open = append(open, x)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	// No source says on which endpoint these sessions are. One that runs
	// beside another of the same identity may be another device: it gets none.
	return slices.DeleteFunc(open, func(x *session) bool {
		return slices.ContainsFunc(s.byRaw[p.RawID], func(o *session) bool {
			return o != x && x.Joined.At.Before(s.until(o)) && o.Joined.At.Before(s.until(x))
		})
	})
}

// until is the end of a session, or now while it is open.
func (s *Spine) until(x *session) time.Time {
	if x.Left.At.IsZero() {
		return s.opt.Now
	}
	return x.Left.At
}

// buildIndex indexes the finished sessions.
func (s *Spine) buildIndex() {
	if s.byParticipant != nil {
		return
	}
	s.byParticipant = make(map[string]*session, len(s.sessions))
	s.byRaw = make(map[string][]*session, len(s.sessions))
	for _, x := range s.sessions {
		if x.ParticipantID != "" {
			s.byParticipant[x.ParticipantID] = x
		}
		if x.RawID != "" {
			s.byRaw[x.RawID] = append(s.byRaw[x.RawID], x)
		}
	}
}

// matchOwn gives sessions the own events that are about them.
func (s *Spine) matchOwn() {
	for _, e := range s.events {
		p := e.Facts.Participant
		if p == nil || e.Facts.Presence != nil {
			continue
		}
		fits := s.fits(*p)
		if len(fits) == 0 && e.Facts.Notice != nil {
			s.call.Unmatched = append(s.call.Unmatched, e.ID)
		}
		sure := len(fits) == 1 && (p.ParticipantID != "" || p.EndpointID != "" || len(s.byRaw[p.RawID]) == 1)
		for _, x := range fits {
			x.give(e, sure)
		}
	}
	slices.Sort(s.call.Unmatched)
}

// give adds one own event to the session; sure says that no other session can
// be meant.
func (x *session) give(e schema.Event, sure bool) {
	if sure {
		x.own = append(x.own, e)
	}
	if e.Time.IsZero() {
		return // judges nothing that needs the time
	}
	if n := e.Facts.Notice; n != nil && !n.Acknowledged {
		x.receipts = append(x.receipts, schema.Receipt{Event: e.ID, Via: e.Via, At: e.Time, Notice: *n})
	}
	if g := e.Facts.Signal; g != nil {
		x.signals = append(x.signals, schema.SessionSignal{Event: e.ID, At: e.Time, Signal: *g})
	}
}

// finish makes the session's final form.
func (x *session) finish(callID string) schema.Session {
	out := x.Session
	joinTime := ""
	if out.ParticipantID == "" {
		joinTime = out.Joined.At.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	out.ID = hash("session", callID, cmp.Or(out.ParticipantID, out.RawID), out.EndpointID, joinTime)
	out.Events = sortedIDs(x.events)
	out.Receipts = x.receipts
	out.Signals = x.signals
	slices.SortFunc(out.Receipts, func(a, b schema.Receipt) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Event, b.Event))
	})
	slices.SortFunc(out.Signals, func(a, b schema.SessionSignal) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Event, b.Event))
	})
	out.Reported = len(x.receipts) > 0 || len(x.signals) > 0 || len(x.own) > 0 ||
		slices.ContainsFunc(x.presences, func(e schema.Event) bool { return e.Source != schema.SourceEventGrid })
	return out
}
