package assemble

import (
	"strings"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// fullIDs completes bare GUIDs, as Azure Monitor and some apps write them, where
// another event of the call names the same GUID with its prefix, so that both
// are one participant.
func (s *Spine) fullIDs() {
	found := false
	look := func(p *schema.Participant) { found = found || bare(p.RawID) }
	for _, p := range s.shared.who {
		look(p)
	}
	for _, e := range s.events {
		eachParticipant(e, look)
	}
	if !found {
		return
	}
	s.full = map[string]string{}
	for p := range s.shared.who {
		s.learnFull(p.RawID)
	}
	for _, e := range s.events {
		s.learnFullOf(e)
	}
	for _, p := range s.shared.who {
		p.RawID = s.fullID(p.RawID)
	}
	for i, e := range s.events {
		s.events[i] = s.completed(e)
	}
}

func bare(raw string) bool {
	return len(raw) == len(rawid.ZeroGUID) && rawid.IsGUID([]byte(raw))
}

// eachParticipant hands out those of whom an event that may bear a bare GUID
// makes a claim.
func eachParticipant(e *schema.Event, to func(*schema.Participant)) {
	if m := e.Facts.Summary; m != nil {
		to(&m.Participant)
	}
	if p := e.Facts.Presence; p != nil {
		to(&p.Participant)
	}
}

func (s *Spine) learnFull(raw string) {
	i := strings.LastIndexByte(raw, ':')
	if i < 0 || !bare(raw[i+1:]) {
		return
	}
	if old, ok := s.full[raw[i+1:]]; !ok || raw < old {
		s.full[raw[i+1:]] = raw
	}
}

func (s *Spine) learnFullOf(e *schema.Event) {
	eachParticipant(e, func(p *schema.Participant) { s.learnFull(p.RawID) })
	if e.Facts.Record != nil || e.Facts.RosterChange != nil {
		for _, p := range e.Presences() {
			s.learnFull(p.Participant.RawID)
		}
	}
	if r := e.Facts.Roster; r != nil {
		for _, raw := range r.RawIDs {
			s.learnFull(raw)
		}
	}
}

// fullID is a raw id with its prefix, where the call tells it.
func (s *Spine) fullID(raw string) string {
	if full, ok := s.full[raw]; ok {
		return full
	}
	return raw
}

// completed is an event with full ids; events are the caller's.
func (s *Spine) completed(e *schema.Event) *schema.Event {
	c := *e
	if m := e.Facts.Summary; m != nil && s.fullID(m.Participant.RawID) != m.Participant.RawID {
		n := *m
		n.Participant.RawID = s.fullID(n.Participant.RawID)
		c.Facts.Summary, e = &n, &c
	}
	if p := e.Facts.Presence; p != nil && s.fullID(p.Participant.RawID) != p.Participant.RawID {
		n := *p
		n.Participant.RawID = s.fullID(n.Participant.RawID)
		c.Facts.Presence, e = &n, &c
	}
	return e
}
