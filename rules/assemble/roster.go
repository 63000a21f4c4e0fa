package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A run is an unbroken series of rosters of one call connection that list one
// identity.
type run struct {
	raw         string
	from, to    time.Time // to is zero while the newest roster lists it
	event, ends string
	name        string // the newest that it was shown with
	there       bool   // it was there when the first roster was made
}

// placeRosters reads ParticipantsUpdated: each lists everyone in the call, so
// an identity is in from the first roster that lists it to the first that no
// longer does; and Graph's changes of a meeting's roster. A run that fits one session gives it a lower-ranking bound; one
// over several sessions of an identity bounds none of them; one that fits none
// makes a session, unless it may be a participant whom other evidence knows
// without naming.
func (s *Spine) placeRosters() {
	index := s.byIdentity()
	var unplaced []run
	for _, r := range mergeRuns(append(s.rosterRuns(), s.changeRuns()...)) {
		switch fits := s.during(r, index); len(fits) {
		case 0:
			unplaced = append(unplaced, r)
		case 1:
			fits[0].addRun(r)
		}
	}
	s.nameByRuns(unplaced)
}

func (x *session) addRun(r run) {
	x.runs++
	x.rosterName = cmp.Or(r.name, x.rosterName)
	x.joins = append(x.joins, claim{at: r.from, source: schema.BoundRoster, event: r.event, rank: rank(schema.BoundRoster), atMost: r.there})
	if !r.to.IsZero() {
		x.leaves = append(x.leaves, claim{at: r.to, source: schema.BoundRoster, event: r.ends, rank: rank(schema.BoundRoster)})
	}
}

// during finds the sessions of the run's identity that overlap it, else the
// one that it misses by no more than slack and that has no other run.
func (s *Spine) during(r run, index map[string][]int) []*session {
	var fits, close []*session
	for _, j := range index[r.raw] {
		switch x := s.sessions[j]; {
		case r.overlaps(x, 0):
			fits = append(fits, x)
		case x.runs == 0 && r.overlaps(x, slack):
			close = append(close, x)
		}
	}
	if len(fits) == 0 && len(close) == 1 {
		return close
	}
	return fits
}

// overlaps reports whether the run and the session have time in common, the
// session widened by some.
func (r run) overlaps(x *session, by time.Duration) bool {
	from, to := x.Joined.At, x.Left.At
	if from.IsZero() {
		from = to
	}
	return (to.IsZero() || r.from.Before(to.Add(by))) && (r.to.IsZero() || r.to.After(from.Add(-by)))
}

// nameByRuns takes the runs of identities that no session has. Azure Monitor
// writes no id for telephone legs and none for participants of other tenants,
// so a run may be of such a session: where only one can be meant the session
// gets the run's id; where several can, nobody knows which, and the run makes
// no session of its own.
func (s *Spine) nameByRuns(runs []run) {
	var nameless []*session
	for _, x := range s.sessions {
		if x.RawID == "" {
			nameless = append(nameless, x)
		}
	}
	could := make([][]*session, len(runs)) // what each run can be of
	wanted := map[*session]int{}
	for i, r := range runs {
		for _, x := range nameless {
			if x.couldBe(r.raw) && r.overlaps(x, slack) {
				could[i] = append(could[i], x)
				wanted[x]++
			}
		}
	}
	for i, r := range runs {
		switch {
		case len(could[i]) == 0:
			x := &session{}
			x.RawID = r.raw
			x.addRun(r)
			s.sessions = append(s.sessions, x)
		case len(could[i]) == 1 && wanted[could[i][0]] == 1:
			could[i][0].RawID = r.raw
			could[i][0].addRun(r)
		}
	}
}

func (s *Spine) rosterRuns() []run {
	byConnection := map[string][]*schema.Event{}
	for _, e := range s.events {
		if e.Facts.Roster != nil && !e.Time.IsZero() {
			byConnection[e.Refs.CallConnectionID] = append(byConnection[e.Refs.CallConnectionID], e)
		}
	}
	var runs []run
	for _, rosters := range byConnection {
		inSequence(rosters)
		open := map[string]*run{}
		for i, e := range rosters {
			for _, raw := range e.Facts.Roster.RawIDs {
				if open[raw] == nil {
					open[raw] = &run{raw: raw, from: e.Time, event: e.ID, there: i == 0}
				}
			}
			if len(open) == len(e.Facts.Roster.RawIDs) {
				continue // nobody is gone
			}
			for raw, r := range open {
				if _, in := slices.BinarySearch(e.Facts.Roster.RawIDs, raw); !in {
					r.to, r.ends = later(e.Time, r.from), e.ID
					runs = append(runs, *r)
					delete(open, raw)
				}
			}
		}
		for _, r := range open {
			runs = append(runs, *r)
		}
	}
	return runs
}

// inSequence sorts the rosters of one connection by their sequence numbers, or
// by time where any lacks one.
func inSequence(rosters []*schema.Event) {
	numbered := !slices.ContainsFunc(rosters, func(e *schema.Event) bool { return e.Facts.Roster.Sequence < 0 })
	slices.SortFunc(rosters, func(a, b *schema.Event) int {
		order := 0
		if numbered {
			order = cmp.Compare(a.Facts.Roster.Sequence, b.Facts.Roster.Sequence)
		}
		return cmp.Or(order, a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
}

// mergeRuns unites runs of one identity that several connections saw.
func mergeRuns(runs []run) []run {
	slices.SortFunc(runs, func(a, b run) int {
		return cmp.Or(strings.Compare(a.raw, b.raw), a.from.Compare(b.from), strings.Compare(a.event, b.event), strings.Compare(a.ends, b.ends), strings.Compare(a.name, b.name))
	})
	var out []run
	for _, r := range runs {
		n := len(out)
		if n == 0 || out[n-1].raw != r.raw || !out[n-1].to.IsZero() && r.from.After(out[n-1].to) {
			out = append(out, r)
			continue
		}
		out[n-1].name = cmp.Or(r.name, out[n-1].name)
		if r.from.Equal(out[n-1].from) {
			out[n-1].there = out[n-1].there && r.there
		}
		if o := &out[n-1]; !o.to.IsZero() && (r.to.IsZero() || r.to.After(o.to)) {
			o.to, o.ends = r.to, r.ends
		}
	}
	return out
}
