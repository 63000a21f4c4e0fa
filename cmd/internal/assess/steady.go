package assess

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/catalogue"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
)

// A judgement is how a call was judged when it was evaluated last.
type judgement struct {
	asOf          time.Time // zero: not known
	policy, rules string
	end           time.Time // of the call; zero: it goes on
	last          time.Time // of what its users were exposed to; zero: not known
}

// A steady tells which stored results are those that judging anew would have.
type steady struct {
	now      time.Time
	patience time.Duration // how long after its end a call may still be judged otherwise
	lost     []span        // when evidence was lost, in order and apart
}

// holds reports whether the results of a call hold.
func (s steady) holds(j judgement, k knownCall) bool {
	switch {
	case j.policy != k.policy.ID || j.rules != catalogue.Digest() || j.asOf.IsZero():
		return false
	case len(s.lost) == 0 && j.asOf.Equal(s.now):
		return true
	}
	return !k.start.IsZero() && !j.last.IsZero() && !s.overlaps(k.start, j.last) &&
		(j.asOf.Equal(s.now) || !j.asOf.Before(j.last.Add(s.patience)))
}

// settled reports whether time changes nothing any more of a call, by either
// policy.
func (s steady) settled(j judgement) bool {
	return !j.last.IsZero() && !s.now.Before(j.last.Add(s.patience))
}

// A span is an interval of time, both ends included.
type span struct{ from, to time.Time }

// spansOf brings gaps into order, and joins those that overlap.
func spansOf(gaps []notice.Gap) (out []span) {
	for _, g := range slices.SortedFunc(slices.Values(gaps), func(a, b notice.Gap) int { return a.First.Compare(b.First) }) {
		if n := len(out); n > 0 && !g.First.After(out[n-1].to) {
			if g.Last.After(out[n-1].to) {
				out[n-1].to = g.Last
			}
			continue
		}
		out = append(out, span{g.First, g.Last})
	}
	return out
}

// overlaps reports whether evidence was lost that may be about a time.
func (s steady) overlaps(from, to time.Time) bool {
	from, to = from.Add(-tolerance), to.Add(s.patience)
	i, _ := slices.BinarySearchFunc(s.lost, from, func(x span, at time.Time) int { return x.to.Compare(at) })
	return i < len(s.lost) && !s.lost[i].from.After(to)
}

// sessionEnds finds the end of the last session of each call, where it is needed
// to know whether results hold.
func (c *Comparison) sessionEnds(ctx context.Context, s Stretch, list []knownCall, judged []judgement) error {
	decides := slices.ContainsFunc(c.policies(), func(p *policy.Policy) bool { return c.differences[p].decides() })
	if !decides && len(c.steady.lost) == 0 && !slices.ContainsFunc(judged, func(j judgement) bool { return !j.asOf.Equal(c.steady.now) }) {
		return nil
	}
	for i, j := range judged {
		judged[i].last = j.end // of one without sessions
	}
	return c.each(ctx, "the ends of sessions", "SELECT call_id, max(left_at), countIf(left_at IS NULL) FROM sessions WHERE "+s.current(nil)+" GROUP BY call_id", func(rows driver.Rows) error {
		var id string
		var left *time.Time
		var open uint64
		if err := rows.Scan(&id, &left, &open); err != nil {
			return err
		}
		if i, ok := find(list, id); ok {
			if at := deref(left); at.After(judged[i].last) {
				judged[i].last = at
			}
			if open > 0 {
				judged[i].last = time.Time{}
			}
		}
		return nil
	})
}

// find finds a call by its id.
func find(list []knownCall, id string) (int, bool) {
	return slices.BinarySearchFunc(list, id, func(k knownCall, id string) int { return strings.Compare(k.id, id) })
}

// unsure finds the calls of which a loss of evidence withheld a judgement: it may
// have been repaired since.
func (c *Comparison) unsure(ctx context.Context, s Stretch) (map[string]bool, error) {
	out := map[string]bool{}
	err := c.each(ctx, "what could not be judged", "SELECT DISTINCT call_id FROM obligations WHERE "+s.current(nil)+" AND reason = '"+notice.ReasonEvidenceGap+`'
UNION DISTINCT SELECT call_id FROM checks WHERE `+s.current(nil)+" AND rule = '"+notice.RuleStale+"' AND no_evidence > 0", func(rows driver.Rows) error {
		var id string
		err := rows.Scan(&id)
		out[id] = true
		return err
	})
	return out, err
}
