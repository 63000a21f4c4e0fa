package export

import (
	"time"

	"rollcall/reports/timeline"
)

// A FindingPlace is the place of a finding in the order of findings.ndjson: by
// call, time, rule and id, those without a time behind the others of their call.
// The zero value is before all.
type FindingPlace struct {
	CallID  string    `json:"call_id,omitzero"`
	FirstAt time.Time `json:"first_at,omitzero"`
	Rule    string    `json:"rule,omitzero"`
	ID      string    `json:"id,omitzero"`
}

// PlaceOf is where a finding is.
func PlaceOf(f timeline.Finding) FindingPlace {
	return FindingPlace{CallID: f.CallID, FirstAt: f.FirstAt.Time(), Rule: f.Rule, ID: f.ID}
}

// And adds to a condition on call_id, first_at, rule and id, of which an empty one
// is none, that they come after the place.
func (p FindingPlace) And(where string, args []any) (string, []any) {
	if p == (FindingPlace{}) {
		return where, args
	}
	if where == "" {
		where = " WHERE "
	} else {
		where += " AND "
	}
	untimed, at := 0, int64(0)
	if p.FirstAt.IsZero() {
		untimed = 1
	} else {
		at = p.FirstAt.UnixMilli()
	}
	return where + `(call_id, toUInt8(isNull(first_at)), toUnixTimestamp64Milli(ifNull(first_at, fromUnixTimestamp64Milli(toInt64(0)))), rule, id) > (?, toUInt8(?), toInt64(?), ?, ?)`,
		append(args, p.CallID, untimed, at, p.Rule, p.ID)
}
