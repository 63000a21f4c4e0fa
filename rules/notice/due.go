package notice

import (
	"time"

	"rollcall/rules/rule"
	"rollcall/schema"
)

// Due is the first instant after now at which what this package says of a
// session may change though nothing more is heard: when a pending obligation is
// decided, or when a notice is stale. It is zero where there is none.
func Due(s rule.Session) (first time.Time) {
	terms := s.Policy.Notice(s.App)
	for _, o := range s.Rows {
		var at time.Time
		switch {
		case o.Result == schema.ResultPending:
			at = o.DueAt.Add(terms.Grace)
		case terms.Stale > 0 && !o.EpisodeEnd.IsZero() && (o.Result == schema.ResultPass || o.Result == schema.ResultLate):
			at = o.EpisodeEnd.Add(terms.Stale + terms.Grace)
		}
		if at.After(s.Now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
