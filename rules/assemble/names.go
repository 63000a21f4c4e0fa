package assemble

import (
	"cmp"
	"slices"
	"strings"

	"rollcall/schema"
)

// names lists the displayed names that the events of a call show. What a source
// says of one name again and again, as rosters do, is one row with the times of
// the first and the last.
func names(events []*schema.Event) []schema.CallName {
	type key struct {
		seen   schema.NameSeen
		source schema.Source
		kind   string
	}
	rows := map[key]*schema.CallName{}
	for _, e := range events { // in order of time
		at := e.Time
		if e.Facts.Record != nil && !e.First.IsZero() {
			at = e.First // the record is written after the call
		}
		for _, n := range e.Names() {
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
