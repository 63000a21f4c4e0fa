// Package schedule says when reports are due: each period once, also over
// downtime and over changes of the clock. It is pure; the ledger of what was
// reported is the caller's.
//
// Cron expressions are read with robfig/cron, of which only Schedule.Next is
// used: its runner skips and repeats hours when clocks change. Here the
// expression is followed on the wall clock of its zone, and each reading of the
// wall clock is turned into an instant: one that is skipped in spring becomes
// the first instant that exists, one that comes twice in autumn its first
// occurrence.
package schedule

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// A Schedule is a cron expression in a time zone.
type Schedule struct {
	cron cron.Schedule
	zone *time.Location
}

// Parse reads an expression of five fields (minute, hour, day of month, month,
// day of week) and the IANA name of a zone; an empty name is UTC.
func Parse(expression, zone string) (Schedule, error) {
	if zone == "" {
		zone = "UTC"
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Schedule{}, fmt.Errorf("zone %q: expected an IANA name such as Europe/Berlin: %w", zone, err)
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	s, err := parser.Parse(expression)
	if err != nil {
		return Schedule{}, fmt.Errorf("cron expression %q: expected five fields (minute, hour, day of month, month, day of week): %w", expression, err)
	}
	return Schedule{cron: s, zone: location}, nil
}

// A Due is one time at which a report is due.
type Due struct {
	// At is the instant, UTC.
	At time.Time
	// Local is the reading of the zone's wall clock, as a UTC time.
	Local time.Time
}

// Between lists what is due after one instant up to and including another, the
// earliest first.
func (s Schedule) Between(after, upTo time.Time) []Due {
	var out []Due
	// A day back, so that no change of the clock hides a due time.
	wall := s.wall(after).Add(-24 * time.Hour)
	for {
		wall = s.cron.Next(wall)
		if wall.IsZero() {
			return out // the expression never matches
		}
		at := s.instant(wall)
		if at.After(upTo) {
			return out
		}
		if at.After(after) {
			out = append(out, Due{At: at.UTC(), Local: wall})
		}
	}
}

// wall is the reading of the zone's clock at an instant, written as UTC.
func (s Schedule) wall(t time.Time) time.Time {
	_, offset := t.In(s.zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant is the first instant at or after which the zone's clock reads wall.
func (s Schedule) instant(wall time.Time) time.Time {
	// Offsets lie within a day of UTC. Before every change within that window
	// the smaller candidate is tried first.
	from := wall.Add(-26 * time.Hour)
	for t := from; ; {
		_, end := t.In(s.zone).ZoneBounds()
		_, offset := t.In(s.zone).Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		if candidate.Before(t) {
			return t // the clock jumped over it
		}
		if end.IsZero() || candidate.Before(end) {
			return candidate
		}
		t = end.UTC()
	}
}

// A Period is what one report covers: whole UTC days.
type Period struct {
	// Key names the period in the ledger and in file names.
	Key string
	// From and To are the first and the last day, YYYY-MM-DD, UTC.
	From, To string
	// Start and End bound it: [Start, End).
	Start, End time.Time
	DueAt      time.Time
}

// Day is the period of a daily report that is due: the newest UTC day that had
// closed by then. Its key is the local date on which it was due.
func Day(d Due) Period {
	end := d.At.UTC().Truncate(24 * time.Hour)
	start := end.AddDate(0, 0, -1)
	day := start.Format(time.DateOnly)
	return Period{Key: d.Local.Format(time.DateOnly), From: day, To: day, Start: start, End: end, DueAt: d.At}
}
