package assemble

import (
	"slices"
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
		case x.EndpointID == p.EndpointID, x.on == p.EndpointID:
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
	s.inferEndpoints()
}

// forever is after everything: a session that goes on overlaps all that comes.
var forever = time.Unix(1<<40, 0)

// until is the end of a session, or forever while it is open.
func (s *Spine) until(x *session) time.Time {
	if x.Left.At.IsZero() {
		return forever
	}
	return x.Left.At
}

// matchOwn gives sessions the words that are about them, once.
func (s *Spine) matchOwn() {
	s.matched = true
	s.buildIndex()
	for _, i := range s.words.order { // in order of time
		s.give(i)
	}
	slices.Sort(s.call.Unmatched)
}

// give hands a word to the sessions that it is about.
func (s *Spine) give(i int32) []*session {
	w := s.words.at(i)
	fits := s.fits(*w.who, w.at())
	if len(fits) == 0 && w.notice != nil && !s.knows(*w.who) {
		s.call.Unmatched = append(s.call.Unmatched, w.id())
	}
	// No other session can be meant.
	sure := len(fits) == 1 && (w.who.ParticipantID != "" || w.who.EndpointID != "" || len(s.byRaw[w.who.RawID]) == 1)
	if w.consent != nil {
		fits = s.asked(fits, *w.who, w.at())
	}
	for _, x := range fits {
		s.tell(x, i, sure)
	}
	return fits
}

// asked narrows the sessions that an answer to a question for consent may be
// about: it holds for one session, and who joins again is asked again. Of the
// sessions of an identity those count that were there when it was given; where
// none was, the nearest, since sources see a join and a leave a little apart.
func (s *Spine) asked(fits []*session, p schema.Participant, at time.Time) []*session {
	if len(fits) < 2 || p.ParticipantID != "" || at.IsZero() {
		return fits
	}
	var there []*session
	nearest, least := fits[0], time.Duration(1<<63-1)
	for _, x := range fits { // by their join
		away := x.Joined.At.Sub(at)
		if !x.Joined.At.After(at) {
			away = at.Sub(s.until(x))
		}
		if away < 0 {
			there = append(there, x)
		}
		if away <= least {
			nearest, least = x, away
		}
	}
	if len(there) == 0 {
		return []*session{nearest}
	}
	return there
}

// knows reports whether anything else knows a participant that a word names by
// its identity alone.
func (s *Spine) knows(p schema.Participant) bool {
	return p.ParticipantID == "" && p.EndpointID == "" && p.RawID != "" && len(s.byRaw[p.RawID]) > 0
}

// tell adds a word to a session.
func (s *Spine) tell(x *session, i int32, sure bool) {
	w := s.words.at(i)
	if sure {
		if x.ownEvent == "" {
			x.ownEvent = w.id()
		}
		p := w.who
		if p.AppID != "" && (x.ownApp == "" || p.AppID < x.ownApp) {
			x.ownApp = p.AppID
		}
		if p.SDKVersion != "" && (x.ownSDK == "" || p.SDKVersion < x.ownSDK) {
			x.ownSDK = p.SDKVersion
		}
		x.reported = true
	}
	if w.at().IsZero() {
		return // judges nothing that needs the time
	}
	shown := w.notice != nil && !w.notice.Acknowledged
	if !shown && w.signal == nil && w.consent == nil {
		return
	}
	x.reported = true
	at := len(x.words)
	if at > 0 && w.compare(s.words.at(x.words[at-1])) < 0 { // it came later
		at, _ = slices.BinarySearchFunc(x.words, w, func(j int32, w *word) int { return s.words.at(j).compare(w) })
	}
	x.words = slices.Insert(x.words, at, i)
}

// finish makes the session's final form.
func (s *Spine) finish(x *session) schema.Session {
	out := x.Session
	out.ID = x.id(s.call.ID)
	out.Events = x.evidence()
	out.Reported = x.reported
	receipts, signals := 0, 0
	for _, i := range x.words {
		receipts += boolInt(s.words.at(i).notice != nil)
		signals += boolInt(s.words.at(i).signal != nil)
	}
	if receipts > 0 {
		out.Receipts = make([]schema.Receipt, 0, receipts)
	}
	if signals > 0 {
		out.Signals = make([]schema.SessionSignal, 0, signals)
	}
	for _, i := range x.words { // in order of time
		w := s.words.at(i)
		if w.notice != nil && !w.notice.Acknowledged {
			out.Receipts = append(out.Receipts, w.receipt())
		}
		if w.signal != nil {
			shared := w.who.ParticipantID == "" && len(s.byRaw[w.who.RawID]) > 1
			out.Signals = append(out.Signals, schema.SessionSignal{Event: w.id(), At: w.at(), Signal: *w.signal, Shared: shared})
		}
		if w.consent != nil {
			out.Consents = append(out.Consents, schema.SessionConsent{Event: w.id(), At: w.at(), Consent: *w.consent})
		}
	}
	return out
}
