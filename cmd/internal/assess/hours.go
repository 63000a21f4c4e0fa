package assess

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/apphour"
	"rollcall/rules/policy"
)

// How often the live service judges what is neither a call nor the hour of an
// app, and how far back it looks after a start for hours that ended meanwhile.
const (
	restEvery = time.Hour
	hoursBack = 48 * time.Hour
)

// hours are the hours of apps that are to be judged. The zero value is ready to
// use.
type hours struct {
	touched map[time.Time]bool
	until   time.Time // the instant up to which hours were closed
	judged  time.Time // by the clock
	rest    time.Time // by the clock, when the rest was judged
	listing listingWatch
}

// touch says that something new is known of some hours.
func (h *hours) touch(list []apphour.Tally) {
	if h.touched == nil {
		h.touched = map[time.Time]bool{}
	}
	for _, t := range list {
		h.touched[t.Hour] = true
	}
}

// take lists the hours that were touched, and those that can be judged by now
// and could not be before: an hour can be judged when it is over, and the time
// that receipts may be under way.
// Without timed these are left to another.
func (h *hours) take(now time.Time, p *policy.Policy, timed bool) []time.Time {
	from := h.until
	if from.IsZero() {
		from = now.Add(-hoursBack)
	}
	all := h.touched
	if all == nil {
		all = map[time.Time]bool{}
	}
	graces := p.Graces()
	if !timed {
		graces = nil
	}
	for _, grace := range graces {
		wait := apphour.Length + grace
		for hour := from.Add(-wait).Truncate(apphour.Length); !hour.Add(wait).After(now); hour = hour.Add(apphour.Length) {
			if hour.Add(wait).After(from) {
				all[hour.UTC()] = true
			}
		}
	}
	out := make([]time.Time, 0, len(all))
	for hour := range all {
		out = append(out, hour)
	}
	return out
}

// hoursOf lists the hours to which calls contributed at any evaluation: one that
// a call has left since must be judged again too.
func hoursOf(ctx context.Context, conn driver.Conn, list []storedCall) ([]apphour.Tally, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.id
	}
	var out []apphour.Tally
	err := each(ctx, conn, "the hours of calls", "SELECT DISTINCT hour FROM app_hours WHERE call_id IN (?)", []any{ids}, func(rows driver.Rows) error {
		var t apphour.Tally
		if err := rows.Scan(&t.Hour); err != nil {
			return err
		}
		t.Hour = t.Hour.UTC()
		out = append(out, t)
		return nil
	})
	return out, err
}

// judgeHours judges the hours of apps that are due, and at times what else is no
// call. What fails is tried again at the next round; ok tells that nothing did.
func (l *Live) judgeHours(ctx context.Context, now time.Time) (ok bool) {
	clock := l.deps.Clock()
	if ctx.Err() != nil || clock.Sub(l.hours.judged) < l.cfg.Hours {
		return ctx.Err() == nil
	}
	s := l.subjects(now, l.terms(now))
	err := l.judgeSubjects(ctx, s, now, clock)
	if err != nil && ctx.Err() == nil {
		l.deps.Metrics.failed()
		l.deps.Logger.Warn("assess: the hours of apps are not judged, it is tried again", "error", err)
	}
	return err == nil
}

func (l *Live) judgeSubjects(ctx context.Context, s *subjects, now, clock time.Time) error {
	if due := l.hours.take(now, s.in.Policy, l.leads()); len(due) > 0 {
		if err := s.hours(ctx, due); err != nil {
			return err
		}
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
	l.hours.touched, l.hours.until, l.hours.judged = nil, now, clock
	if !l.leads() {
		return nil
	}
	changed, taken, err := l.hours.listing.changed(ctx, l.deps.Conn, now, s.in.Policy.ID)
	if err != nil {
		return err
	}
	switch {
	case clock.Sub(l.hours.rest) >= restEvery:
		if err := s.rest(ctx); err != nil {
			return err
		}
		l.hours.rest = clock
	case changed:
		if err := s.listings(ctx); err != nil {
			return err
		}
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
	taken()
	return nil
}
