package assemble

import (
	"cmp"
	"slices"
	"strings"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// kindCallRecord marks the presences that a call record states.
const kindCallRecord = "callRecord"

// recordPresences reads the joins and leaves of Graph's call records, each as an
// event of its own with the record's id. A session that several events tell, as
// records and pages of them do, is the one of the highest version.
func (s *Spine) recordPresences() []*schema.Event {
	type key struct {
		record, session, raw string
		left                 bool
	}
	best := map[key]*schema.Event{}
	var out []*schema.Event
	for _, e := range s.events {
		r := e.Facts.Record
		if r == nil {
			continue
		}
		for i := range r.Presences {
			p := &r.Presences[i]
			if p.At.IsZero() || p.At.After(s.opt.Now) {
				continue
			}
			c := *e
			c.Kind, c.Time, c.First, c.Last = kindCallRecord, p.At, p.At, p.At
			c.Facts = schema.Facts{Presence: p}
			if p.SessionID == "" {
				out = append(out, &c)
				continue
			}
			k := key{e.Refs.GraphCallID, p.SessionID, p.Participant.RawID, p.Left}
			if old := best[k]; old == nil || cmp.Or(cmp.Compare(old.Version, c.Version), old.Time.Compare(c.Time), strings.Compare(old.ID, c.ID)) < 0 {
				best[k] = &c
			}
		}
	}
	for _, e := range best {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *schema.Event) int {
		p, q := a.Facts.Presence, b.Facts.Presence
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID), strings.Compare(p.SessionID, q.SessionID),
			strings.Compare(p.Participant.RawID, q.Participant.RawID), boolInt(p.Left)-boolInt(q.Left),
			strings.Compare(p.ProductFamily, q.ProductFamily), strings.Compare(p.DisplayName, q.DisplayName))
	})
	return out
}

// changeRuns reads Graph's changes of a meeting's roster: an identity is in the
// call from the first change that says so to the one that says that none of its
// clients is any more. Who waits in the lobby is not in the call. One whose raw
// id no change tells can't be named, and makes none.
func (s *Spine) changeRuns() []run {
	raws := map[string]string{} // by Graph's id of the participant
	for _, e := range s.events {
		if c := e.Facts.RosterChange; c != nil {
			for _, p := range c.Presences {
				if raw := p.Participant.RawID; p.SourceID != "" && raw != "" && (raws[p.SourceID] == "" || raw < raws[p.SourceID]) {
					raws[p.SourceID] = raw
				}
			}
		}
	}
	type stay struct {
		run     run
		clients map[string]bool
	}
	open := map[string]*stay{}
	var runs []run
	for _, e := range s.events { // in order of time
		c := e.Facts.RosterChange
		if c == nil || e.Time.IsZero() {
			continue
		}
		for _, p := range c.Presences {
			raw := cmp.Or(p.Participant.RawID, raws[p.SourceID])
			if raw == "" {
				continue
			}
			o := open[raw]
			if o == nil && !p.Left && !p.InLobby {
				o = &stay{run{raw: raw, from: e.Time, event: e.ID}, map[string]bool{}}
				open[raw] = o
			}
			if o == nil {
				continue
			}
			o.run.name = cmp.Or(p.DisplayName, o.run.name)
			if !p.Left && !p.InLobby {
				o.clients[p.SourceID] = true
				continue
			}
			if delete(o.clients, p.SourceID); p.SourceID == "" || len(o.clients) == 0 {
				o.run.to, o.run.ends = e.Time, e.ID
				runs = append(runs, o.run)
				delete(open, raw)
			}
		}
	}
	for _, o := range open {
		runs = append(runs, o.run)
	}
	return runs
}

// graphTenants notes of which tenant Graph says that Teams users are, for those
// of whom no call log tells it: of other tenants' users the logs redact it.
func (s *Spine) graphTenants() {
	of := map[string]string{}
	note := func(list []schema.Presence) {
		for _, p := range list {
			if raw := p.Participant.RawID; raw != "" && p.TenantID != "" && (of[raw] == "" || p.TenantID < of[raw]) {
				of[raw] = p.TenantID
			}
		}
	}
	for _, e := range s.events {
		if r := e.Facts.Record; r != nil {
			note(r.Presences)
		}
		if c := e.Facts.RosterChange; c != nil {
			note(c.Presences)
		}
	}
	for _, x := range s.sessions {
		if rawid.Identity(x.RawID) == schema.IdentityTeamsUser {
			x.graphTenant = of[x.RawID]
		}
	}
}
