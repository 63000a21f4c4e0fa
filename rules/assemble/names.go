package assemble

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// names lists the displayed names that the events of a call show. What a source
// says of one name again and again, as rosters do, is one row with the times of
// the first and the last. A name of one who is known by the call's own id of the
// participant alone is that of the raw id which another event gives it.
func names(events []*schema.Event) []schema.CallName {
	type key struct {
		seen   schema.NameSeen
		source schema.Source
		kind   string
	}
	rows := map[key]*schema.CallName{}
	owners := sync.OnceValue(func() map[string]string { return rawIDs(events) })
	for _, e := range events { // in order of time
		at := e.Time
		if e.Facts.Record != nil && !e.First.IsZero() {
			at = e.First // the record is written after the call
		}
		for _, n := range e.Names() {
			if p := e.Facts.Presence; n.RawID == "" && p != nil && p.Participant.ParticipantID != "" {
				n.RawID = owners()[p.Participant.ParticipantID]
			}
			k := key{n, e.Source, e.Kind}
			row := rows[k]
			if row == nil {
				row = &schema.CallName{NameSeen: n, Source: e.Source, Kind: e.Kind, First: at, Last: at, Event: e.ID}
				rows[k] = row
				continue
			}
			if !at.IsZero() && (row.First.IsZero() || at.Before(row.First)) {
				row.First, row.Event = at, e.ID
			}
			row.Last = later(row.Last, at)
		}
	}
	out := make([]schema.CallName, 0, len(rows))
	for _, row := range rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b schema.CallName) int {
		return cmp.Or(strings.Compare(a.RawID, b.RawID), strings.Compare(a.DisplayName, b.DisplayName), strings.Compare(a.Label, b.Label),
			strings.Compare(a.Surface, b.Surface), strings.Compare(string(a.Source), string(b.Source)), strings.Compare(a.Kind, b.Kind))
	})
	if len(out) == 0 {
		return nil
	}
	return out
}

// rawIDs are the raw ids of participants by the call's own ids of them. One to
// which events give several has none; a bare GUID counts only where nothing says
// more.
func rawIDs(events []*schema.Event) map[string]string {
	const several = "\x00"
	raws := map[string]string{}
	for _, e := range events {
		p := participantOf(e)
		if m := e.Facts.Summary; m != nil {
			p = m.Participant
		}
		if p.ParticipantID == "" || p.RawID == "" {
			continue
		}
		switch before := raws[p.ParticipantID]; {
		case before == "", before != several && rawid.Identity(before) == schema.IdentityUnknown:
			raws[p.ParticipantID] = p.RawID
		case before != p.RawID && rawid.Identity(p.RawID) != schema.IdentityUnknown:
			raws[p.ParticipantID] = several
		}
	}
	maps.DeleteFunc(raws, func(_, raw string) bool { return raw == several })
	return raws
}
