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

// parts finds the session and the episode of an obligation.
func parts(c schema.Call) func(schema.Obligation) (*schema.Session, *schema.Episode) {
	type episode struct {
		capture string
		ordinal int
	}
	sessions, episodes := map[string]*schema.Session{}, map[episode]*schema.Episode{}
	for i, s := range c.Sessions {
		sessions[s.ID] = &c.Sessions[i]
	}
	for i, e := range c.Episodes {
		episodes[episode{e.Capture, e.Ordinal}] = &c.Episodes[i]
	}
	return func(o schema.Obligation) (*schema.Session, *schema.Episode) {
		return sessions[o.SessionID], episodes[episode{o.Capture, o.Ordinal}]
	}
}
