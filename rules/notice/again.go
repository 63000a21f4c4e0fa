package notice

import (
	"time"

	"rollcall/rules/policy"
	"rollcall/schema"
)

// Again judges an obligation that was judged for good under terms that differ
// from others in their deadline and grace alone: what was shown, and whether it
// counts, is the same. With ok false what the obligation says is not enough, and
// its session is to be judged anew. Its evidence stays as it is.
func Again(o schema.Obligation, terms policy.Notice) (_ schema.Obligation, ok bool) {
	o.DueAt = o.ExposedAt.Add(terms.Deadline)
	end := exposureEnd(o)
	switch o.Result {
	case schema.ResultPass, schema.ResultLate:
		if o.Result = schema.ResultPass; o.ShownAt.After(o.DueAt) {
			o.Result = schema.ResultLate
		}
	case schema.ResultMissed, schema.ResultNoEvidence, schema.ResultTooShort:
		switch {
		case !end.IsZero() && end.Before(o.DueAt):
			o.Result, o.Reason, o.HeldFrom = schema.ResultTooShort, "", end
		case o.Result == schema.ResultTooShort:
			return o, false // why it is a miss was not looked for
		default:
			o.HeldFrom = o.DueAt.Add(terms.Grace)
		}
	case schema.ResultNotApplicable:
	default:
		return o, false
	}
	return o, true
}

// exposureEnd is when an obligation's exposure ended; zero while it goes on.
func exposureEnd(o schema.Obligation) time.Time {
	if o.EpisodeEnd.IsZero() || !o.LeftAt.IsZero() && o.LeftAt.Before(o.EpisodeEnd) {
		return o.LeftAt
	}
	return o.EpisodeEnd
}
