package assemble

import (
	"time"

	"rollcall/schema"
)

// A claim is what one source says of one bound.
type claim struct {
	at     time.Time
	source schema.BoundSource
	event  string
	// rank orders the sources of this bound, 0 the best.
	rank int
	// resolution is how exactly the source knows the instant; zero: to the
	// millisecond.
	resolution time.Duration
	// atMost is true where the source only says that it was then or before: the
	// first roster of a connection lists who was there already.
	atMost bool
}

// sessionRanks orders the sources of a session's bounds, the best first
// (design.md, 5).
var sessionRanks = [...]schema.BoundSource{
	schema.BoundEventGrid, schema.BoundCallSummary, schema.BoundRoster, schema.BoundApp, schema.BoundGraph,
}

func rank(s schema.BoundSource) int {
	for i, r := range sessionRanks {
		if r == s {
			return i
		}
	}
	return len(sessionRanks)
}

// wholeSeconds is the resolution of a duration that its source gives in
// seconds.
func wholeSeconds(ms int64) time.Duration {
	if ms%1000 == 0 {
		return time.Second
	}
	return 0
}

// decide picks a bound from claims: the highest source, within whose
// resolution a finer one refines it. Of one source the pick
// chooses: the first join, the last leave. Where the highest says no more than
// that it was before, the highest of those that tell of more than skew before
// counts.
func decide(claims []claim, pick func(a, b claim) bool) schema.Bound {
	var best claim
	found := false
	for _, c := range claims {
		if !found || c.rank < best.rank || c.rank == best.rank && prefers(c, best, pick) {
			best, found = c, true
		}
	}
	if best.atMost {
		best = before(best, claims, pick)
	}
	refined, fine := best, false
	for _, c := range claims {
		if c.resolution >= best.resolution || c.at.Sub(best.at).Abs() >= best.resolution {
			continue
		}
		if !fine || c.rank < refined.rank || c.rank == refined.rank && prefers(c, refined, pick) {
			refined, fine = c, true
		}
	}
	return schema.Bound{At: refined.at, Source: refined.source, Event: refined.event}
}

// before is the highest of the claims that tell of more than skew before one
// that says no more than that it was then or before; else that one.
func before(limit claim, claims []claim, pick func(a, b claim) bool) claim {
	best, found := limit, false
	for _, c := range claims {
		if limit.at.Sub(c.at) > skew && (!found || c.rank < best.rank || c.rank == best.rank && prefers(c, best, pick)) {
			best, found = c, true
		}
	}
	return best
}

// prefers orders two claims of one rank; at the same instant the smaller event
// id wins, so that the order of evidence does not matter.
func prefers(a, b claim, pick func(a, b claim) bool) bool {
	if a.at.Equal(b.at) {
		return a.event < b.event
	}
	return pick(a, b)
}

func earliest(a, b claim) bool { return a.at.Before(b.at) }
func latest(a, b claim) bool   { return a.at.After(b.at) }

// leastDispute is the difference up to which two sources agree in any case: the
// coarsest of them counts in whole seconds.
const leastDispute = time.Second

// disputed compares what the server sources among claims say, each by its own
// pick, and reports each pair that differs by more than leastDispute; false
// where there is no pair.
func disputed(claims []claim, pick func(a, b claim) bool, report func(a, b schema.Bound)) (compared bool) {
	if len(claims) < 2 {
		return false
	}
	var says [len(sessionRanks) + 1]claim
	for _, c := range claims {
		if s := &says[min(c.rank, len(says)-1)]; s.at.IsZero() || prefers(c, *s, pick) {
			*s = c
		}
	}
	for i, a := range says {
		for _, b := range says[i+1:] {
			if a.at.IsZero() || b.at.IsZero() || a.source == schema.BoundApp || b.source == schema.BoundApp {
				continue
			}
			compared = true
			if a.at.Sub(b.at).Abs() > leastDispute && !(a.atMost && a.at.After(b.at)) && !(b.atMost && b.at.After(a.at)) {
				report(schema.Bound{At: a.at, Source: a.source, Event: a.event}, schema.Bound{At: b.at, Source: b.source, Event: b.event})
			}
		}
	}
	return compared
}
