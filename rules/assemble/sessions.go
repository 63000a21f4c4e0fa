package assemble

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// A session under construction.
type session struct {
	schema.Session
	joins, leaves []claim
	summaries     []*schema.Event // with Facts.Summary
	presences     []*schema.Event // with Facts.Presence
	runs          int             // runs of rosters that bound it
	rosterName    string          // the newest name in them
	graphTenant   string          // the user's tenant as Graph has it
	beside        bool            // another session of the identity runs at the same time
	twin          int             // how many sessions before it would have its id
	on            string          // the endpoint that own events tell, where no source does

	// What own events that are surely about this session say.
	ownEvent       string // the first of them
	ownApp, ownSDK string
	reported       bool
	words          []int32 // its receipts and signals among the Spine's, by time, then id
}

// presenceSource ranks who says that a participant came or went.
func presenceSource(e *schema.Event) schema.BoundSource {
	switch {
	case e.Source == schema.SourceEventGrid:
		return schema.BoundEventGrid
	case e.Source == schema.SourceGraph && e.Kind == kindCallRecord:
		return schema.BoundGraph
	case e.Source == schema.SourceGraph:
		return schema.BoundRoster // a meeting's rosterUpdated
	}
	return schema.BoundApp
}

func (x *session) addPresence(e *schema.Event) {
	p := e.Facts.Presence
	source := presenceSource(e)
	c := claim{at: e.Time, source: source, event: e.ID, rank: rank(source)}
	if p.Left {
		x.leaves = append(x.leaves, c)
	} else {
		x.joins = append(x.joins, c)
	}
	if source == schema.BoundApp {
		x.reported = true
		if p.Left {
			x.ReportedLeave = later(x.ReportedLeave, e.Time)
		} else {
			x.ReportedJoin = earlier(x.ReportedJoin, e.Time)
		}
	}
	x.presences = append(x.presences, e)
	x.name(p.Participant)
}

func (x *session) addSummary(e *schema.Event) {
	m := e.Facts.Summary
	if !m.Start.IsZero() {
		c := claim{at: m.Start, source: schema.BoundCallSummary, event: e.ID, rank: rank(schema.BoundCallSummary)}
		x.joins = append(x.joins, c)
		if m.DurationMs >= 0 {
			c.at, c.resolution = m.Start.Add(milliseconds(m.DurationMs)), wholeSeconds(m.DurationMs)
			x.leaves = append(x.leaves, c)
		}
	}
	x.summaries = append(x.summaries, e)
	x.name(m.Participant)
}

// name fills in ids that the session lacks; where sources differ the smaller
// value stays, so that order does not matter. A raw id that tells its model
// counts above a bare GUID.
func (x *session) name(p schema.Participant) {
	fill := func(to *string, v string) {
		if v != "" && (*to == "" || v < *to) {
			*to = v
		}
	}
	fill(&x.ParticipantID, p.ParticipantID)
	fill(&x.EndpointID, p.EndpointID)
	if p.RawID == "" || p.RawID == x.RawID {
		return
	}
	tells := func(raw string) bool { return rawid.Identity(raw) != schema.IdentityUnknown }
	if now, old := tells(p.RawID), tells(x.RawID); x.RawID == "" || now && !old || now == old && p.RawID < x.RawID {
		x.RawID = p.RawID
	}
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
// identity is matched to the sessions that it fits, or makes one.
func (s *Spine) buildSessions() {
	byID := map[string]*session{}
	var summaries []*schema.Event
	presences := s.recordPresences()
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
	s.learnNames(byID)
	s.settle()
	s.place(summaryVisits(summaries))
	for _, source := range [...]schema.BoundSource{schema.BoundEventGrid, schema.BoundRoster, schema.BoundApp, schema.BoundGraph} {
		s.place(presenceVisits(presences, source))
	}
	s.placeRosters()
	s.settle()
}

// claimant returns whom an event makes a claim about; ok is false for events
// that make none.
func claimant(e *schema.Event) (p schema.Participant, ok bool) {
	switch {
	case e.Facts.Summary != nil:
		return e.Facts.Summary.Participant, true
	case e.Facts.Presence != nil && !e.Time.IsZero():
		return e.Facts.Presence.Participant, true
	}
	return schema.Participant{}, false
}

func (x *session) add(e *schema.Event) {
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
		return cmp.Or(a.Joined.At.Compare(b.Joined.At), a.Left.At.Compare(b.Left.At), strings.Compare(a.ParticipantID, b.ParticipantID),
			strings.Compare(a.RawID, b.RawID), strings.Compare(a.EndpointID, b.EndpointID), strings.Compare(a.first(), b.first()))
	})
}

// first is the smallest id of the events that make claims about the session.
func (x *session) first() string {
	id := ""
	for _, claims := range [...][]claim{x.joins, x.leaves} {
		for _, c := range claims {
			if id == "" || c.event < id {
				id = c.event
			}
		}
	}
	return id
}

// id is the session's id (design.md, 8). Of several that it would be the same
// of, such as two of which only the leave is known, the others have their number
// in it: none of them may take another's place.
func (x *session) id(callID string) string {
	joinTime := ""
	if x.ParticipantID == "" {
		joinTime = x.Joined.At.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	parts := []string{"session", callID, cmp.Or(x.ParticipantID, x.RawID), x.EndpointID, joinTime}
	if x.twin > 0 {
		parts = append(parts, strconv.Itoa(x.twin+1))
	}
	return hash(parts...)
}

// evidence lists the events that decide what the session is: those of its
// bounds, every server's record of it, and what tells its client.
func (x *session) evidence() []string {
	ids := []string{x.Joined.Event, x.Left.Event}
	for _, e := range x.summaries {
		ids = append(ids, e.ID)
	}
	for _, e := range x.presences {
		if presenceSource(e) != schema.BoundApp {
			ids = append(ids, e.ID)
		}
	}
	if x.PathEvidence == byReceipt {
		ids = append(ids, x.ownEvent)
	}
	return sortedIDs(ids)
}
