// Package apphour gathers what the sessions of an app did in a clock hour, for
// the rules whose subject is an app in a time window (design.md, section 6). It
// is pure: each session contributes, and contributions add up in any order.
package apphour

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/rules/notice"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Length is the length of the windows.
const Length = time.Hour

// A Key names a version of an app in a clock hour.
type Key struct {
	Tenant, App string
	Version     string    // empty where the client does not say
	Hour        time.Time // its beginning, UTC
}

// A Tally is what the sessions of a version of an app did in a clock hour.
type Tally struct {
	Key
	// Ended counts the obligated sessions that ended in the hour; EndedEvidence
	// are some of the events that say so.
	Ended         int
	EndedEvidence []string
	// Sent is true where the app sent any event of its own in the hour.
	Sent bool
	// Signalled counts the obligated sessions that were first signalled a
	// capture in the hour; SignalledEvidence are some of the signals.
	Signalled         int
	SignalledEvidence []string
	// Showed is true where a session that was signalled in the hour showed any
	// notice, or one was shown in the hour.
	Showed bool
	// Gap is true where evidence was lost that could hold what the app sent in the
	// sessions that ended or were signalled in the hour.
	Gap bool
}

// Of is what one session contributes: a tally for each hour that it touches,
// by hour.
func Of(s rule.Session) []Tally {
	hours := map[time.Time]*Tally{}
	in := func(at time.Time) *Tally {
		hour := at.UTC().Truncate(Length)
		t := hours[hour]
		if t == nil {
			t = &Tally{Key: Key{Tenant: s.App.Tenant, App: s.App.ID, Version: s.AppVersion, Hour: hour}}
			hours[hour] = t
		}
		return t
	}
	sent := func(at time.Time) {
		if !at.IsZero() {
			in(at).Sent = true
		}
	}
	sent(s.ReportedJoin)
	sent(s.ReportedLeave)
	for _, g := range s.Signals {
		sent(g.At)
	}
	for _, c := range s.Consents {
		sent(c.At)
	}
	for _, r := range s.Receipts {
		sent(r.At)
		in(r.At).Showed = true
	}
	if s.Reported && !s.Left.At.IsZero() {
		sent(s.Left.At)
	}
	obligated, gap := false, false
	var signal time.Time
	for _, o := range s.Rows {
		if o.Result == schema.ResultNotApplicable {
			continue
		}
		obligated = true
		gap = gap || o.Reason == notice.ReasonEvidenceGap
		if !o.SignalledAt.IsZero() && (signal.IsZero() || o.SignalledAt.Before(signal)) {
			signal = o.SignalledAt
		}
	}
	if obligated && !s.Left.At.IsZero() {
		t := in(s.Left.At)
		t.Ended, t.Gap = 1, t.Gap || gap
		t.EndedEvidence = few(rule.Evidence(s.Left.Event))
	}
	if !signal.IsZero() {
		t := in(signal)
		t.Signalled, t.Gap = 1, t.Gap || gap
		t.Showed = t.Showed || len(s.Receipts) > 0
		for _, g := range s.Signals {
			if g.At.Equal(signal) && g.Signal.Active {
				t.SignalledEvidence = few(rule.Evidence(append(t.SignalledEvidence, g.Event)...))
			}
		}
	}
	out := make([]Tally, 0, len(hours))
	for _, t := range hours {
		out = append(out, *t)
	}
	Sort(out)
	return out
}

// few keeps the first of sorted ids.
func few(ids []string) []string { return ids[:min(len(ids), rule.MaxEvidence)] }

// Merge adds up tallies of the same version of an app and hour; the result is
// sorted.
func Merge(list []Tally) []Tally {
	sums := map[Key]*Tally{}
	for _, t := range list {
		sum := sums[t.Key]
		if sum == nil {
			sums[t.Key] = &t
			continue
		}
		sum.add(t)
	}
	out := make([]Tally, 0, len(sums))
	for _, t := range sums {
		out = append(out, *t)
	}
	Sort(out)
	return out
}

func (t *Tally) add(o Tally) {
	t.Ended += o.Ended
	t.Signalled += o.Signalled
	t.Sent, t.Showed, t.Gap = t.Sent || o.Sent, t.Showed || o.Showed, t.Gap || o.Gap
	t.EndedEvidence = few(rule.Evidence(slices.Concat(t.EndedEvidence, o.EndedEvidence)...))
	t.SignalledEvidence = few(rule.Evidence(slices.Concat(t.SignalledEvidence, o.SignalledEvidence)...))
}

// Sort brings tallies into order: by tenant, app, hour and version.
func Sort(list []Tally) {
	slices.SortFunc(list, func(a, b Tally) int {
		return cmp.Or(strings.Compare(a.Tenant, b.Tenant), strings.Compare(a.App, b.App), a.Hour.Compare(b.Hour), strings.Compare(a.Version, b.Version))
	})
}

// Apps hands out the tallies of a sorted list by tenant, app and hour: those of
// all versions of an app in an hour.
func Apps(list []Tally) [][]Tally {
	var out [][]Tally
	for start, end := 0, 0; start < len(list); start = end {
		for end = start + 1; end < len(list) && same(list[start], list[end]); end++ {
		}
		out = append(out, list[start:end])
	}
	return out
}

func same(a, b Tally) bool { return a.Tenant == b.Tenant && a.App == b.App && a.Hour.Equal(b.Hour) }
