package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// nearby is how far a claim without a participant id may lie outside a session
// of the same identity and still be about it: clients and servers see a join a
// little apart.
const nearby = 60 * time.Second

// A claim is what one source says of one bound of a session.
type claim struct {
	at     time.Time
	source schema.BoundSource
	event  string
	// resolution is how exactly the source knows the instant; zero: to the
	// millisecond.
	resolution time.Duration
}

// rank orders the sources of a session's bounds, the best first (design.md, 5).
func rank(s schema.BoundSource) int {
	switch s {
	case schema.BoundEventGrid:
		return 0
	case schema.BoundCallSummary:
		return 1
	case schema.BoundRoster:
		return 2
	case schema.BoundApp:
		return 3
	case schema.BoundGraph:
		return 4
	}
	return 5
}

// decide picks a bound from claims: the highest source, within whose
// resolution a lower but finer source refines it. Of one source the pick
// chooses: the first join, the last leave.
func decide(claims []claim, pick func(a, b claim) bool) schema.Bound {
	var best claim
	for _, c := range claims {
		r, b := rank(c.source), rank(best.source)
		if best.at.IsZero() || r < b || r == b && (pick(c, best) || c.at.Equal(best.at) && c.event < best.event) {
			best = c
		}
	}
	if best.at.IsZero() {
		return schema.Bound{}
	}
	refined := best
	for _, c := range claims {
		if rank(c.source) <= rank(best.source) || c.resolution >= best.resolution || c.at.Sub(best.at).Abs() >= best.resolution {
			continue
		}
		if r := rank(c.source); refined.event == best.event || r < rank(refined.source) ||
			r == rank(refined.source) && (pick(c, refined) || c.at.Equal(refined.at) && c.event < refined.event) {
			refined = c
		}
	}
	return schema.Bound{At: refined.at, Source: refined.source, Event: refined.event}
}

func earliest(a, b claim) bool { return a.at.Before(b.at) }
func latest(a, b claim) bool   { return a.at.After(b.at) }

// A session under construction.
type session struct {
	schema.Session
	joins, leaves []claim
	summaries     []schema.Event // with Facts.Summary
	presences     []schema.Event // with Facts.Presence
	events        []string
	receipts      []schema.Receipt
	signals       []schema.SessionSignal
	own           []schema.Event // own events that are surely about this session
}

func (x *session) addPresence(e schema.Event) {
	p := e.Facts.Presence
	c := claim{at: e.Time, source: presenceSource(e), event: e.ID}
	if p.Left {
		x.leaves = append(x.leaves, c)
	} else {
		x.joins = append(x.joins, c)
	}
	x.presences = append(x.presences, e)
	x.name(p.Participant)
	x.events = append(x.events, e.ID)
}

func presenceSource(e schema.Event) schema.BoundSource {
	if e.Source == schema.SourceEventGrid {
		return schema.BoundEventGrid
	}
	return schema.BoundApp
}

func (x *session) addSummary(e schema.Event) {
	m := e.Facts.Summary
	if !m.Start.IsZero() {
		x.joins = append(x.joins, claim{at: m.Start, source: schema.BoundCallSummary, event: e.ID})
		if m.DurationMs >= 0 {
			x.leaves = append(x.leaves, claim{
				at: m.Start.Add(time.Duration(m.DurationMs) * time.Millisecond), source: schema.BoundCallSummary,
				event: e.ID, resolution: wholeSeconds(m.DurationMs),
			})
		}
	}
	x.summaries = append(x.summaries, e)
	x.name(m.Participant)
	x.events = append(x.events, e.ID)
}

// wholeSeconds is the resolution of a duration that its source gives in
// seconds.
func wholeSeconds(ms int64) time.Duration {
	if ms%1000 == 0 {
		return time.Second
	}
	return 0
}

// name fills in ids that the session lacks; where sources differ the smaller
// value stays, so that order does not matter.
func (x *session) name(p schema.Participant) {
	fill := func(to *string, v string) {
		if v != "" && (*to == "" || v < *to) {
			*to = v
		}
	}
	fill(&x.ParticipantID, p.ParticipantID)
	fill(&x.RawID, p.RawID)
	fill(&x.EndpointID, p.EndpointID)
}

// settle computes the bounds from the claims.
func (x *session) settle() {
	x.Joined = decide(x.joins, earliest)
	x.Left = decide(x.leaves, latest)
	if !x.Left.At.IsZero() && x.Left.At.Before(x.Joined.At) {
		// Sources that contradict each other: the session is empty, not negative.
		x.Left.At = x.Joined.At
	}
}

// buildSessions groups the claims of all sources into sessions: first by
// participant id, which is a session of its own; then what knows only an
// identity joins the session that it fits, or makes one.
func (s *Spine) buildSessions() {
	byID := map[string]*session{}
	var summaries, presences []schema.Event
	for _, e := range s.events {
		p, ok := claimant(e)
		if !ok {
			continue
		}
		if p.ParticipantID == "" {
			if e.Facts.Summary != nil {
				summaries = append(summaries, e)
			} else {
				presences = append(presences, e)
			}
			continue
		}
		x := byID[p.ParticipantID]
		if x == nil {
			x = &session{}
			byID[p.ParticipantID] = x
			s.sessions = append(s.sessions, x)
		}
		x.add(e)
	}
	s.settle()
	s.placeSummaries(summaries)
	s.placePresences(presences)
	s.placeRosters()
	s.settle()
}

// claimant returns whom an event makes a claim about; ok is false for events
// that make none.
func claimant(e schema.Event) (p schema.Participant, ok bool) {
	switch {
	case e.Facts.Summary != nil:
		return e.Facts.Summary.Participant, true
	case e.Facts.Presence != nil && !e.Time.IsZero():
		return e.Facts.Presence.Participant, true
	}
	return schema.Participant{}, false
}

func (x *session) add(e schema.Event) {
	if e.Facts.Summary != nil {
		x.addSummary(e)
	} else {
		x.addPresence(e)
	}
}

func (s *Spine) settle() {
	for _, x := range s.sessions {
		x.settle()
	}
	slices.SortFunc(s.sessions, func(a, b *session) int {
		return cmp.Or(a.Joined.At.Compare(b.Joined.At), strings.Compare(a.key(), b.key()))
	})
}

// key names a session for ordering before it has its id.
func (x *session) key() string {
	return strings.Join([]string{x.ParticipantID, x.RawID, x.EndpointID, slices.Min(append(slices.Clone(x.events), "~"))}, "\x00")
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

// placeSummaries gives records without a participant id (two-party calls) to
// the session of the same identity that began closest, or makes a session.
func (s *Spine) placeSummaries(events []schema.Event) {
	type pair struct {
		event, session int
		apart          time.Duration
	}
	var pairs []pair
	index := s.byIdentity()
	for i, e := range events {
		m := e.Facts.Summary
		for _, j := range index[m.Participant.RawID] {
			x := s.sessions[j]
			if len(x.summaries) > 0 || m.Start.IsZero() || x.EndpointID != "" && m.Participant.EndpointID != "" && x.EndpointID != m.Participant.EndpointID {
				continue
			}
			end := m.Start.Add(time.Duration(max(m.DurationMs, 0)) * time.Millisecond)
			if x.near(m.Start) || x.near(end) || within(x.anchor(), m.Start, end) {
				pairs = append(pairs, pair{i, j, x.anchor().Sub(m.Start).Abs()})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.apart, b.apart), strings.Compare(events[a.event].ID, events[b.event].ID))
	})
	taken, placed := map[int]bool{}, map[int]bool{}
	for _, p := range pairs {
		if !taken[p.session] && !placed[p.event] {
			taken[p.session], placed[p.event] = true, true
			s.sessions[p.session].addSummary(events[p.event])
		}
	}
	for i, e := range events {
		if !placed[i] {
			x := &session{}
			x.addSummary(e)
			s.sessions = append(s.sessions, x)
		}
	}
	s.settle()
}

// anchor is an instant at which the session surely was.
func (x *session) anchor() time.Time {
	if !x.Joined.At.IsZero() {
		return x.Joined.At
	}
	return x.Left.At
}

func within(t, from, to time.Time) bool { return !t.Before(from) && !t.After(to) }

// near reports whether t lies in the session or close to it.
func (x *session) near(t time.Time) bool {
	if from := x.Joined.At; !from.IsZero() && t.Before(from.Add(-nearby)) {
		return false
	}
	to := x.Left.At
	if to.IsZero() {
		to = x.anchor()
		if !x.Joined.At.IsZero() {
			return true // no end known yet
		}
	}
	return !t.After(to.Add(nearby))
}

// placePresences gives the app's joins and leaves without a participant id to
// the sessions that they fit, and makes sessions of the rest.
func (s *Spine) placePresences(events []schema.Event) {
	var rest []schema.Event
	index := s.byIdentity()
	for _, e := range events {
		if x := s.closest(e, index); x != nil {
			x.addPresence(e)
		} else {
			rest = append(rest, e)
		}
	}
	s.pairPresences(rest)
	s.settle()
}

// closest finds the session whose bound of the same kind lies nearest.
func (s *Spine) closest(e schema.Event, index map[string][]int) *session {
	p := e.Facts.Presence
	var best *session
	var apart time.Duration
	for _, j := range index[p.Participant.RawID] {
		x := s.sessions[j]
		if !x.near(e.Time) ||
			p.Participant.EndpointID != "" && x.EndpointID != "" && x.EndpointID != p.Participant.EndpointID {
			continue
		}
		bound := x.Joined.At
		if p.Left {
			bound = x.Left.At
		}
		if bound.IsZero() {
			bound = x.anchor()
		}
		if d := e.Time.Sub(bound).Abs(); best == nil || d < apart {
			best, apart = x, d
		}
	}
	return best
}

// pairPresences makes sessions of joins and leaves that fit none: a join opens
// one, the next leave closes it, another join begins the next. Event Grid and
// the app are paired apart; an identity without endpoint is one endpoint.
func (s *Spine) pairPresences(events []schema.Event) {
	open := map[[3]string]*session{}
	for _, e := range events { // in order of time
		p := e.Facts.Presence
		k := [3]string{p.Participant.RawID, p.Participant.EndpointID, string(presenceSource(e))}
		x := open[k]
		if x == nil || !p.Left {
			x = &session{}
			s.sessions = append(s.sessions, x)
			open[k] = x
		}
		x.addPresence(e)
		if p.Left {
			delete(open, k)
		}
	}
}
