package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// manySessions is how many sessions one identity may have before what names
// only the identity is given to those sessions alone that were there then.
const manySessions = 16

// nearby is how far outside a session an own event may lie that names only its
// identity: clients and servers see a join a little apart.
const nearby = 60 * time.Second

// fits finds the sessions that an own event about a participant is about
// (design.md, section 5, fine print 1): a participant id names one session; an
// identity with an endpoint, its sessions on that endpoint; an identity alone,
// any session of it.
func (s *Spine) fits(p schema.Participant, at time.Time) []*session {
	s.buildIndex()
	if p.ParticipantID != "" {
		if x := s.byParticipant[p.ParticipantID]; x != nil {
			if p.EndpointID != "" && x.EndpointID != "" && x.EndpointID != p.EndpointID {
				return nil
			}
			return []*session{x}
		}
	}
	all := s.byRaw[p.RawID]
	if p.ParticipantID == "" && p.EndpointID == "" && len(all) <= manySessions {
		return all
	}
	var exact, open []*session
	for _, x := range all {
		switch {
		case p.ParticipantID != "" && x.ParticipantID != "":
			// It names another session's participant id.
		case p.EndpointID == "":
			if len(all) <= manySessions || x.near(at) {
				exact = append(exact, x)
			}
		case x.EndpointID == p.EndpointID:
			exact = append(exact, x)
		case x.EndpointID == "" && !x.beside:
			open = append(open, x)
		}
	}
	// No source says on which endpoint the open ones are. It may be this one,
	// unless another session was on it at the time.
	for _, x := range open {
		if !slices.ContainsFunc(exact, func(o *session) bool {
			return x.Joined.At.Before(s.until(o)) && o.Joined.At.Before(s.until(x))
		}) {
			exact = append(exact, x)
		}
	}
	return exact
}

// near reports whether t lies in the session or close to it.
func (x *session) near(t time.Time) bool {
	return !t.Before(x.Joined.At.Add(-nearby)) && (x.Left.At.IsZero() || !t.After(x.Left.At.Add(nearby)))
}

// buildIndex indexes the finished sessions, those of one identity by their
// join, and finds those on no known endpoint that run beside another such of
// their identity: which device is which can't be told.
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
	for _, list := range s.byRaw {
		slices.SortStableFunc(list, func(a, b *session) int { return a.Joined.At.Compare(b.Joined.At) })
		var longest *session // of those before on no known endpoint, the one that ends last
		for _, x := range list {
			if x.EndpointID != "" {
				continue
			}
			if longest != nil && x.Joined.At.Before(s.until(longest)) {
				x.beside, longest.beside = true, true
			}
			if longest == nil || s.until(x).After(s.until(longest)) {
				longest = x
			}
		}
	}
}

// until is the end of a session, or now while it is open.
func (s *Spine) until(x *session) time.Time {
	if x.Left.At.IsZero() {
		return s.opt.Now
	}
	return x.Left.At
}

// matchOwn gives sessions the own events that are about them, once.
func (s *Spine) matchOwn() {
	if s.matched {
		return
	}
	s.matched = true
	s.makeRoom()
	for _, e := range s.events { // in order of time
		if own(e) {
			s.give(e)
		}
	}
	slices.Sort(s.call.Unmatched)
}

// makeRoom allots each session the receipts and signals that name it, so that a
// million of them are not copied from slice to slice.
func (s *Spine) makeRoom() {
	s.buildIndex()
	type room struct{ receipts, signals int }
	rooms := make(map[*session]room, len(s.sessions))
	for _, e := range s.events {
		if !own(e) {
			continue
		}
		if x := s.byParticipant[e.Facts.Participant.ParticipantID]; x != nil {
			r := rooms[x]
			r.receipts += boolInt(e.Facts.Notice != nil)
			r.signals += boolInt(e.Facts.Signal != nil)
			rooms[x] = r
		}
	}
	for x, r := range rooms {
		if r.receipts > 0 {
			x.receipts = make([]schema.Receipt, 0, r.receipts)
		}
		if r.signals > 0 {
			x.signals = make([]schema.SessionSignal, 0, r.signals)
		}
	}
}

// own reports whether an event is an app's word about a participant, other than
// that it came or went.
func own(e *schema.Event) bool { return e.Facts.Participant != nil && e.Facts.Presence == nil }

// give hands an own event to the sessions that it is about.
func (s *Spine) give(e *schema.Event) []*session {
	p := *e.Facts.Participant
	fits := s.fits(p, e.Time)
	if len(fits) == 0 && e.Facts.Notice != nil && !s.knows(p) {
		s.call.Unmatched = append(s.call.Unmatched, e.ID)
	}
	// No other session can be meant.
	sure := len(fits) == 1 && (p.ParticipantID != "" || p.EndpointID != "" || len(s.byRaw[p.RawID]) == 1)
	for _, x := range fits {
		x.give(e, sure)
	}
	return fits
}

// knows reports whether anything else knows a participant that an own event
// names by its identity alone.
func (s *Spine) knows(p schema.Participant) bool {
	return p.ParticipantID == "" && p.EndpointID == "" && p.RawID != "" && len(s.byRaw[p.RawID]) > 0
}

// give adds one own event to the session.
func (x *session) give(e *schema.Event, sure bool) {
	if sure {
		if x.ownEvent == "" {
			x.ownEvent = e.ID
		}
		p := e.Facts.Participant
		if p.AppID != "" && (x.ownApp == "" || p.AppID < x.ownApp) {
			x.ownApp = p.AppID
		}
		if p.SDKVersion != "" && (x.ownSDK == "" || p.SDKVersion < x.ownSDK) {
			x.ownSDK = p.SDKVersion
		}
		x.reported = true
	}
	if e.Time.IsZero() {
		return // judges nothing that needs the time
	}
	if n := e.Facts.Notice; n != nil && !n.Acknowledged {
		x.reported = true
		r := schema.Receipt{Event: e.ID, Via: e.Via, At: e.Time, Notice: *n}
		at, _ := slices.BinarySearchFunc(x.receipts, r, func(a, b schema.Receipt) int {
			return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Event, b.Event))
		})
		x.receipts = slices.Insert(x.receipts, at, r)
	}
	if g := e.Facts.Signal; g != nil {
		x.reported = true
		x.signals = append(x.signals, schema.SessionSignal{Event: e.ID, At: e.Time, Signal: *g})
	}
}

// Receive takes one more own event, such as a receipt that came late, and
// returns the sessions that it changes. With ok false the event changes more
// than sessions can tell (a signal may move episodes, a join makes a session,
// a name or an id of the call is new): the call is then to be assembled anew, and the
// Spine not to be used any more. Call must have been called before.
func (s *Spine) Receive(e schema.Event) (changed []schema.Session, ok bool) {
	switch {
	case !e.Time.IsZero() && e.Time.After(s.opt.Now):
		return nil, true // it has not come yet
	case !s.matched || !own(&e) || e.Facts.Signal != nil || e.Facts.Name != nil || !s.learn(&e),
		s.call.Start.Source.Assumed() && s.call.Start.Event == "", // rests on all evidence
		s.call.End.Source == schema.BoundAssumedLastSeen:
		return nil, false
	}
	if _, again := slices.BinarySearch(s.call.Unmatched, e.ID); again {
		return nil, false
	}
	for _, x := range s.fits(*e.Facts.Participant, e.Time) {
		if slices.ContainsFunc(x.receipts, func(r schema.Receipt) bool { return r.Event == e.ID }) {
			return nil, false // the same event again, perhaps by another way
		}
		x.receipts = slices.Clone(x.receipts) // the old ones were handed out
	}
	touched := s.give(&e)
	if len(touched) == 0 {
		slices.Sort(s.call.Unmatched)
	}
	for _, x := range touched {
		before := x.JoinPath
		if x.identify(); x.JoinPath != before && before != schema.PathUnknown {
			return nil, false // it may no longer be a Teams call
		}
		changed = append(changed, x.finish(s.call.ID))
	}
	return changed, true
}

// learn notes which aliases an event names earlier than others; false if it
// names a new one.
func (s *Spine) learn(e *schema.Event) bool {
	for _, a := range named(e) {
		if a[1] == "" {
			continue
		}
		i := slices.IndexFunc(s.call.Aliases, func(k schema.Alias) bool { return k.Kind == a[0] && k.Value == a[1] })
		if i < 0 {
			return false
		}
		if t := s.taught[i]; cmp.Or(e.Time.Compare(t.Time), strings.Compare(e.ID, t.ID)) < 0 {
			s.taught[i], s.call.Aliases[i].Event = e, e.ID
		}
	}
	return true
}
