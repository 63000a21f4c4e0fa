package assemble

import (
	"slices"
	"time"

	"rollcall/schema"
)

// A Spine may be kept while its call goes on: Advance moves its instant, and
// Receive hands it what apps say meanwhile. Either reports when more changes
// than sessions can tell; the call is then to be gathered anew.

// Advance moves the instant for which the call is assembled to a later one. With
// ok false that changes more than sessions can tell: the call has been quiet for
// too long, or evidence speaks of what has come to pass since. Call, or Outline,
// must have been called before.
func (s *Spine) Advance(now time.Time) (ok bool) {
	if now.Before(s.opt.Now) || !s.ahead.IsZero() && !s.ahead.After(now) {
		return false
	}
	if s.call.End.At.IsZero() && s.opt.Quiet > 0 {
		if s.latest.IsZero() {
			s.latest = s.lastEvidence()
		}
		if last := later(s.latest, s.words.last); now.Sub(last) > s.opt.Quiet {
			return false
		}
	}
	s.opt.Now = now
	return true
}

// foresee notes the earliest instant after now of which an event known already
// speaks.
func (s *Spine) foresee(t time.Time) {
	if t.After(s.opt.Now) {
		s.ahead = earlier(s.ahead, t)
	}
}

// Count is the number of sessions.
func (s *Spine) Count() int { return len(s.sessions) }

// Session makes one of the sessions, by its place in the order of Sessions.
func (s *Spine) Session(i int) schema.Session {
	s.match()
	return s.finish(s.ordered[i])
}

// Receive takes one more own event, such as a receipt that came late, and
// returns the sessions that it changes. With ok false the event changes more
// than sessions can tell (a signal moves episodes, a join makes a session, a
// name or an id of the call is new): the call is then to be assembled anew, and
// the Spine not to be used any more. Call, or Outline, must have been called
// before.
func (s *Spine) Receive(e schema.Event) (changed []schema.Session, ok bool) {
	switch {
	case !e.Time.IsZero() && e.Time.After(s.opt.Now):
		return nil, true // it has not come yet
	case !s.matched || !own(&e) || e.Facts.Name != nil || !s.learn(&e),
		s.call.Start.Source.Assumed() && s.call.Start.Event == "", // rests on all evidence
		s.call.End.Source == schema.BoundAssumedLastSeen,
		bare(e.Facts.Participant.RawID), // may be another's id
		s.teachesName(*e.Facts.Participant),
		s.tellsDevices(*e.Facts.Participant): // may tell which device others are
		return nil, false
	}
	if _, again := slices.BinarySearch(s.call.Unmatched, e.ID); again {
		return nil, false
	}
	w := s.shared.word(&e)
	if g := w.signal; g != nil && !s.explains(g, w.at()) {
		return nil, false
	}
	for _, x := range s.fits(*w.who, w.at()) {
		if i := slices.IndexFunc(x.words, func(i int32) bool { return s.words.at(i).compare(&w) == 0 }); i >= 0 {
			return nil, *s.words.at(x.words[i]) == w // else another version of it, or by another way
		}
	}
	touched := s.give(s.words.add(w))
	if len(touched) == 0 {
		slices.Sort(s.call.Unmatched)
	}
	for _, x := range touched {
		before := x.JoinPath
		if x.identify(); x.JoinPath != before && before != schema.PathUnknown {
			return nil, false // it may no longer be a Teams call
		}
		changed = append(changed, s.finish(x))
	}
	return changed, true
}

// explains reports whether a signal tells nothing of its capture that is not
// known: that it is on, of a part that servers tell, or, where no client saw
// anything else, that it is off.
func (s *Spine) explains(g *schema.Signal, at time.Time) bool {
	of := s.clients[g.Capture]
	if g.Active {
		return at.IsZero() || told(of.server, at)
	}
	return !of.sighted
}

// A watched is what the signals of a capture are held against.
type watched struct {
	server  []part // what servers tell
	sighted bool   // clients saw it besides
}

// learn notes which aliases an event names earlier than others; false if it
// names a new one.
func (s *Spine) learn(e *schema.Event) bool {
	t := teacher{e.Time, e.ID}
	for _, a := range named(&e.Refs) {
		if a[1] == "" {
			continue
		}
		i := slices.IndexFunc(s.call.Aliases, func(k schema.Alias) bool { return k.Kind == a[0] && k.Value == a[1] })
		if i < 0 {
			return false
		}
		if t.before(s.taught[i]) {
			s.taught[i], s.call.Aliases[i].Event = t, e.ID
		}
	}
	return true
}
