package assemble

import (
	"cmp"
	"slices"
	"time"

	"rollcall/schema"
)

// slack is how far a lone join or leave may lie outside the session that
// another source states and still be about it.
const slack = 5 * time.Second

// skew is how far a visit may lie from a session and still be the same, seen
// by a clock that is wrong.
const skew = 60 * time.Second

// A visit is what one source without participant ids says of one identity's
// stay: a join and the leave after it, either of which may be missing.
type visit struct {
	raw, endpoint string
	from, to      time.Time // zero: not stated
	events        []*schema.Event
}

// summaryVisits makes a visit of each call summary without participant id, as
// two-party calls have them.
func summaryVisits(events []*schema.Event) []visit {
	out := make([]visit, 0, len(events))
	for _, e := range events {
		m := e.Facts.Summary
		v := visit{raw: m.Participant.RawID, endpoint: m.Participant.EndpointID, from: m.Start, events: []*schema.Event{e}}
		if !m.Start.IsZero() && m.DurationMs >= 0 {
			v.to = m.Start.Add(milliseconds(m.DurationMs))
		}
		out = append(out, v)
	}
	return out
}

// presenceVisits pairs the joins and leaves of one source: a join opens a
// visit, the next leave closes it, a later join begins the next. An identity
// without endpoint is one endpoint; Graph tells its sessions apart.
func presenceVisits(events []*schema.Event, source schema.BoundSource) []visit {
	var out []visit
	open := map[[3]string]int{}
	for _, e := range events { // in order of time
		if presenceSource(e) != source {
			continue
		}
		p := e.Facts.Presence
		k := [...]string{p.Participant.RawID, p.Participant.EndpointID, p.SessionID}
		i, is := open[k]
		if !is || !p.Left && !out[i].from.Equal(e.Time) {
			i = len(out)
			out = append(out, visit{raw: k[0], endpoint: k[1]})
		}
		v := &out[i]
		v.events = append(v.events, e)
		if p.Left {
			v.to = e.Time
			delete(open, k)
		} else {
			v.from = e.Time
			open[k] = i
		}
	}
	return out
}

// maxChoices bounds how many sessions a visit is held against, so that one
// identity that a thousand clients share costs no million pairs.
const maxChoices = 32

// A pair is a visit and a session that it fits, by their indexes.
type pair struct {
	visit, session int
	apart          time.Duration
}

func closest(a, b pair) int {
	return cmp.Or(cmp.Compare(a.apart, b.apart), a.visit-b.visit, a.session-b.session)
}

// place matches visits to sessions one to one, the closest bounds first, and
// makes sessions of the visits that fit none.
func (s *Spine) place(visits []visit) {
	if len(visits) == 0 {
		return
	}
	var pairs []pair
	index, on := s.byIdentity(), s.byEndpoint()
	for i, v := range visits {
		first := len(pairs)
		for _, j := range v.choices(s.sessions, index, on) {
			x := s.sessions[j]
			if v.summary() && len(x.summaries) > 0 ||
				v.endpoint != "" && x.EndpointID != "" && x.EndpointID != v.endpoint {
				continue
			}
			if apart, ok := v.fits(x); ok {
				pairs = append(pairs, pair{i, j, apart})
			}
		}
		slices.SortFunc(pairs[first:], closest)
		pairs = pairs[:min(len(pairs), first+maxChoices)]
	}
	slices.SortFunc(pairs, closest)
	taken, placed := map[int][]int{}, make([]bool, len(visits))
	put := func(p pair) {
		taken[p.session], placed[p.visit] = append(taken[p.session], p.visit), true
		for _, e := range visits[p.visit].events {
			s.sessions[p.session].add(e)
		}
	}
	for _, p := range pairs {
		if len(taken[p.session]) == 0 && !placed[p.visit] {
			put(p)
		}
	}
	for _, p := range pairs {
		if !placed[p.visit] && visits[p.visit].reconnects(s.sessions[p.session], visits, taken[p.session]) {
			put(p)
		}
	}
	for i, p := range s.nameBy(visits, placed, index) {
		if p.session >= 0 {
			put(p)
		}
		placed[i] = true
	}
	for i, v := range visits {
		if placed[i] {
			continue
		}
		x := &session{}
		for _, e := range v.events {
			x.add(e)
		}
		s.sessions = append(s.sessions, x)
	}
	s.settle()
}

// reconnects reports whether a visit is one more of those that a session takes:
// it lies within what a server states as one stay, and apart from the others;
// or it is the leave of a join, or the join of a leave, that named the
// participant by other ids.
func (v visit) reconnects(x *session, visits []visit, taken []int) bool {
	if !v.summary() && v.from.IsZero() != v.to.IsZero() {
		return !slices.ContainsFunc(taken, func(i int) bool {
			return visits[i].from.IsZero() == v.from.IsZero() || visits[i].to.IsZero() == v.to.IsZero()
		})
	}
	if v.summary() || v.from.IsZero() || v.to.IsZero() || x.Joined.Source == schema.BoundApp || x.Left.At.IsZero() ||
		v.from.Before(x.Joined.At.Add(-slack)) || v.to.After(x.Left.At.Add(slack)) {
		return false
	}
	return !slices.ContainsFunc(taken, func(i int) bool {
		o := visits[i]
		return o.from.IsZero() || o.to.IsZero() || o.from.Before(v.to) && v.from.Before(o.to)
	})
}

func (v visit) summary() bool { return v.events[0].Facts.Summary != nil }

// fits says whether a visit can be what a session is of, and how far apart
// their bounds are. What does not fit is another stay, such as a rejoin of
// which no server has told yet.
func (v visit) fits(x *session) (apart time.Duration, ok bool) {
	joined, left := x.Joined.At, x.Left.At
	switch {
	case v.from.IsZero() && v.to.IsZero(), joined.IsZero() && left.IsZero():
		return 0, false
	case v.from.IsZero(): // a lone leave
		if left.IsZero() {
			return v.to.Sub(joined), !v.to.Before(joined)
		}
		return v.to.Sub(left).Abs(), v.to.After(earlier(joined, left)) && !v.to.After(left.Add(slack))
	case joined.IsZero():
		if v.to.IsZero() {
			return left.Sub(v.from), v.from.Before(left)
		}
		return v.to.Sub(left).Abs(), v.to.Sub(left).Abs() <= skew
	}
	apart = v.from.Sub(joined).Abs()
	switch {
	case left.IsZero(): // another join would have ended it
		return apart, apart <= skew
	case v.to.IsZero(): // a lone join
		return apart, !v.from.Before(joined.Add(-slack)) && (v.from.Before(left) || v.from.Equal(joined))
	}
	apart += v.to.Sub(left).Abs()
	if v.from.Before(left) && v.to.After(joined) {
		return apart, true
	}
	// They do not overlap: only the clock may differ, not the length.
	sameLength := (v.to.Sub(v.from) - left.Sub(joined)).Abs() <= 2*time.Second
	return apart, sameLength && apart <= 2*skew && !v.summary()
}

// byIdentity indexes the sessions by raw id, in their order. Sessions without
// one are left out: nothing can be said to fit them.
func (s *Spine) byIdentity() map[string][]int {
	index := make(map[string][]int, len(s.sessions))
	for j, x := range s.sessions {
		if x.RawID != "" {
			index[x.RawID] = append(index[x.RawID], j)
		}
	}
	return index
}
