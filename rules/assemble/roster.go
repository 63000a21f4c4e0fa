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
}

// placeRosters reads ParticipantsUpdated: each lists everyone in the call, so
// an identity is in from the first roster that lists it to the first that no
// longer does. A run that fits one session gives it a lower-ranking bound; one
// that fits none makes a session.
func (s *Spine) placeRosters() {
	index := s.byIdentity()
	for _, r := range mergeRuns(s.rosterRuns()) {
		fits := s.during(r, index)
		switch len(fits) {
		case 0:
			x := &session{}
			x.RawID = r.raw
			x.addRun(r)
			s.sessions = append(s.sessions, x)
		case 1:
			fits[0].addRun(r)
		default: // a run over several sessions of one identity bounds none of them
			for _, x := range fits {
				x.events = append(x.events, r.event)
			}
		}
	}
}

func (x *session) addRun(r run) {
	x.joins = append(x.joins, claim{at: r.from, source: schema.BoundRoster, event: r.event})
	x.events = append(x.events, r.event)
	if !r.to.IsZero() {
		x.leaves = append(x.leaves, claim{at: r.to, source: schema.BoundRoster, event: r.ends})
		x.events = append(x.events, r.ends)
	}
}

// during finds the sessions of the run's identity that overlap it.
func (s *Spine) during(r run, index map[string][]int) []*session {
	var fits []*session
	for _, j := range index[r.raw] {
		x := s.sessions[j]
		from, to := x.anchor(), x.Left.At
		if !to.IsZero() && to.Add(nearby).Before(r.from) || !r.to.IsZero() && from.Add(-nearby).After(r.to) {
			continue
		}
		fits = append(fits, x)
	}
	return fits
}

func (s *Spine) rosterRuns() []run {
	byConnection := map[string][]schema.Event{}
	for _, e := range s.events {
		if e.Facts.Roster != nil && !e.Time.IsZero() {
			byConnection[e.Refs.CallConnectionID] = append(byConnection[e.Refs.CallConnectionID], e)
		}
	}
	var runs []run
	for _, rosters := range byConnection {
		slices.SortFunc(rosters, func(a, b schema.Event) int {
			if x, y := a.Facts.Roster.Sequence, b.Facts.Roster.Sequence; x >= 0 && y >= 0 && x != y {
				return cmp.Compare(x, y)
			}
			return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
		})
		open := map[string]*run{}
		for _, e := range rosters {
			for _, raw := range e.Facts.Roster.RawIDs {
				if open[raw] == nil {
					open[raw] = &run{raw: raw, from: e.Time, event: e.ID}
				}
			}
			for raw, r := range open {
				if _, in := slices.BinarySearch(e.Facts.Roster.RawIDs, raw); !in {
					r.to, r.ends = e.Time, e.ID
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

// mergeRuns unites runs of one identity that several connections saw.
func mergeRuns(runs []run) []run {
	slices.SortFunc(runs, func(a, b run) int {
		return cmp.Or(strings.Compare(a.raw, b.raw), a.from.Compare(b.from), strings.Compare(a.event, b.event), strings.Compare(a.ends, b.ends))
	})
	var out []run
	for _, r := range runs {
		n := len(out)
		if n == 0 || out[n-1].raw != r.raw || !out[n-1].to.IsZero() && r.from.After(out[n-1].to) {
			out = append(out, r)
			continue
		}
		if o := &out[n-1]; !o.to.IsZero() && (r.to.IsZero() || r.to.After(o.to)) {
			o.to, o.ends = r.to, r.ends
		}
	}
	return out
}
