package assemble

import (
	"slices"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// learnNames gives sessions that are known by their participant id the other ids
// of the participant that events tell which bound no session: Azure Monitor's
// rows of media and of clients' operations; and where no source names the
// identity, the app's own words.
func (s *Spine) learnNames(byID map[string]*session) {
	for _, e := range s.events {
		var p schema.Participant
		switch f := &e.Facts; {
		case f.Media != nil:
			p = f.Media.Participant
		case f.Operation != nil:
			p = f.Operation.By
		}
		if x := byID[p.ParticipantID]; x != nil && p.ParticipantID != "" {
			x.name(schema.Participant{RawID: p.RawID, EndpointID: p.EndpointID})
		}
	}
	told := map[*session]string{}
	for _, p := range s.shared.who {
		x := byID[p.ParticipantID]
		if x != nil && p.ParticipantID != "" && p.RawID != "" && x.RawID == "" && (told[x] == "" || p.RawID < told[x]) {
			told[x] = p.RawID
		}
	}
	for x, raw := range told {
		x.RawID = raw
	}
}

// teachesName reports whether a word names the identity of a session of which
// no source knows it.
func (s *Spine) teachesName(p schema.Participant) bool {
	s.buildIndex()
	x := s.byParticipant[p.ParticipantID]
	return x != nil && x.RawID == "" && p.RawID != ""
}

// byEndpoint indexes the sessions by endpoint, in their order.
func (s *Spine) byEndpoint() map[string][]int {
	index := map[string][]int{}
	for j, x := range s.sessions {
		if x.EndpointID != "" {
			index[x.EndpointID] = append(index[x.EndpointID], j)
		}
	}
	return index
}

// choices lists the sessions that a visit may be of: those of its identity, and
// where a source names one of the two by the endpoint alone, those there.
func (v visit) choices(sessions []*session, byIdentity, byEndpoint map[string][]int) []int {
	choices := byIdentity[v.raw]
	for _, j := range byEndpoint[v.endpoint] {
		if x := sessions[j]; v.raw == "" || x.RawID == "" {
			choices = append(choices[:len(choices):len(choices)], j)
		}
	}
	return choices
}

// nameBy finds the visits, by their indexes, of identities that no session has
// and that may be of sessions without one. Azure Monitor writes no id for
// telephone legs and none for some participants of other tenants. A session
// that only one visit can be of, which can be of no other, is that visit's.
// Where Graph tells of no more visits than there are such sessions, these are
// they, though which is which is not known (session -1); of other sources each
// is a session of its own.
func (s *Spine) nameBy(visits []visit, placed []bool, byIdentity map[string][]int) map[int]pair {
	var nameless []int
	for j, x := range s.sessions {
		if x.RawID == "" {
			nameless = append(nameless, j)
		}
	}
	if len(nameless) == 0 {
		return nil
	}
	could, wanted := map[int][]int{}, map[int]int{}
	for i, v := range visits {
		if placed[i] || v.raw == "" || len(byIdentity[v.raw]) > 0 {
			continue
		}
		for _, j := range nameless {
			if x := s.sessions[j]; x.couldBe(v.raw) && v.close(x) {
				could[i] = append(could[i], j)
				wanted[j]++
			}
		}
	}
	named, unsure := map[int]pair{}, []int{}
	for i, list := range could {
		if len(list) == 1 && wanted[list[0]] == 1 {
			named[i] = pair{visit: i, session: list[0]}
		} else if presenceSource(visits[i].events[0]) == schema.BoundGraph {
			unsure = append(unsure, i)
		}
	}
	if len(unsure) <= len(wanted)-len(named) {
		for _, i := range unsure {
			named[i] = pair{visit: i, session: -1}
		}
	}
	return named
}

// close reports whether the bounds of a visit are those of a session, seen by a
// clock that may be wrong.
func (v visit) close(x *session) bool {
	if _, ok := v.fits(x); !ok {
		return false
	}
	return (v.from.IsZero() || x.Joined.At.IsZero() || v.from.Sub(x.Joined.At).Abs() <= skew) &&
		(v.to.IsZero() || x.Left.At.IsZero() || v.to.Sub(x.Left.At).Abs() <= skew)
}

// couldBe reports whether a session that no source names can be of an identity:
// a telephone leg is of a number, a server or bot of no person, and what the
// log says is a client of Teams is of nobody who can only use the custom app.
func (x *session) couldBe(raw string) bool {
	id := rawid.Identity(raw)
	phone := x.hasEndpointType("pstn")
	server := x.hasEndpointType("server") || x.hasEndpointType("bot")
	bot := id == schema.IdentityBot || id == schema.IdentityTeamsApp
	if phone != (id == schema.IdentityPhone) || server && !bot {
		return false
	}
	client, _ := x.client()
	acs := id == schema.IdentityExternalUser || id == schema.IdentityTeamsExtensionUser
	return !(client == clientTeams && acs) && !(client == clientACS && id == schema.IdentityAnonymous)
}

// hasEndpointType reports whether a summary says of which type the session's
// endpoint is.
func (x *session) hasEndpointType(t string) bool {
	return slices.ContainsFunc(x.summaries, func(e *schema.Event) bool { return e.Facts.Summary.EndpointType == t })
}
