package assess

import (
	"time"

	"rollcall/schema"
)

// exposed is how long an obligation's user was in the call while the capture
// was on, up to now where both go on, and how much of it rests on a bound that
// no source states: of an assumed join or leave all, of an assumed end of the
// episode what comes after the last evidence that it was on.
func exposed(o schema.Obligation, s *schema.Session, e *schema.Episode, now time.Time) (all, assumed time.Duration) {
	end, endSource := now, schema.BoundOpen
	if !o.LeftAt.IsZero() && o.LeftAt.Before(end) {
		end, endSource = o.LeftAt, s.Left.Source
	}
	if !o.EpisodeEnd.IsZero() && o.EpisodeEnd.Before(end) {
		end, endSource = o.EpisodeEnd, e.End.Source
	}
	startSource := s.Joined.Source
	if o.ExposedAt.After(o.JoinedAt) {
		startSource = e.Start.Source
	}
	if all = end.Sub(o.ExposedAt); all < 0 {
		return 0, 0 // exposed only after now
	}
	switch {
	case startSource.Assumed() || endSource.Assumed() && e.AssumedFrom.IsZero() || s.Left.Source.Assumed() && end.Equal(o.LeftAt):
		return all, all
	case e.End.Source.Assumed() && !e.AssumedFrom.IsZero():
		return all, min(all, max(0, end.Sub(e.AssumedFrom))) // until then evidence says that it was on
	}
	return all, 0
}

// episodeOf finds the episode of an obligation.
func episodeOf(c schema.Call, o schema.Obligation) *schema.Episode {
	for i := range c.Episodes {
		if e := &c.Episodes[i]; e.Capture == o.Capture && e.Ordinal == o.Ordinal {
			return e
		}
	}
	return nil
}
