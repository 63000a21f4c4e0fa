package assess

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/apphour"
	"rollcall/rules/directory"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A Comparison has calls judged under two sets of terms of one instant. Nothing
// is written.
//
// The results that are stored of a call hold where it was judged by the same
// policy and rules, and time changes nothing of them any more. Then only that is
// judged in which the policies differ, and of the rest what is stored is added
// up. Other calls are judged by what was assembled of them, and those of which
// that may change with the time or the policy by their events.
type Comparison struct {
	conn          driver.Conn
	before, after Terms
	since         time.Time
	anew          bool
	steady        steady
	differences   map[*policy.Policy]difference // by which of before judges a call

	mu        sync.Mutex
	directory *directory.Directory // nil: not read yet
	known     [2]*lookalike.Index  // by before.Policy, and by after.Policy
}

// ComparisonConfig says what is compared.
type ComparisonConfig struct {
	Conn driver.Conn
	// Before are the terms by which the store's calls are judged today.
	Before Terms
	// After judges all of them instead.
	After *policy.Policy
	// Since is from when calls are judged, by their start; zero: all.
	Since time.Time
	// Anew has every call assembled of its events and judged, as if no result
	// were stored: the plain way.
	Anew bool
}

// NewComparison prepares a comparison. It may be used by several goroutines.
func NewComparison(cfg ComparisonConfig) *Comparison {
	after := cfg.Before
	after.Policy, after.Versions = cfg.After, nil
	c := &Comparison{conn: cfg.Conn, before: cfg.Before, after: after, since: cfg.Since, anew: cfg.Anew, differences: map[*policy.Policy]difference{}}
	c.steady = steady{now: cfg.Before.Now, patience: cfg.After.Patience(), lost: spansOf(cfg.Before.Gaps)}
	for _, p := range c.policies() {
		c.differences[p] = differenceOf(p, cfg.After)
		c.steady.patience = max(c.steady.patience, p.Patience())
	}
	return c
}

// policies are those that judge calls today.
func (c *Comparison) policies() []*policy.Policy {
	return append([]*policy.Policy{c.before.Policy}, c.before.Versions...)
}

// Judged is what rules say of calls, or of the hours of apps.
type Judged struct {
	Findings []schema.Finding
	// Suppressed counts findings that exceptions cover, by rule, besides Findings.
	Suppressed map[string]int
	Checks     map[string]rule.Population
	Hours      []apphour.Tally
}

// A Compared is what rules say under either terms: of a call, or of several that
// differ in nothing.
type Compared struct {
	Calls   int       // how many it adds
	CallID  string    // that findings are about; empty: none
	Start   time.Time // of the call that findings are about; zero: not known
	Was, Is Judged
}

// A way is how a call is judged.
type way int

const (
	byResults  way = iota // what is stored of it holds
	bySessions            // by what was assembled
	byEvents              // by the events
)

// A knownCall is a call as it was evaluated last.
type knownCall struct {
	id               string
	tenant, resource string
	start            time.Time
	way              way
	policy           *policy.Policy // that judges it today
	// doubtful is true where the store has doubts that are not among what was
	// assembled.
	doubtful bool
}

// terms are those by which calls are judged anew: with the directory, which is
// read when it is needed first.
func (c *Comparison) terms(ctx context.Context) (was, is Terms, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.directory == nil {
		if c.directory, err = wholeDirectory(ctx, c.conn, c.before.Now); err != nil {
			return was, is, err
		}
		c.known[0] = lookalike.New(entriesOf(c.directory, c.before.Policy))
		c.known[1] = lookalike.New(entriesOf(c.directory, c.after.Policy))
	}
	was, is = c.before, c.after
	was.Directory, is.Directory = c.directory, c.directory
	was.Known, is.Known = c.known[0], c.known[1]
	return was, is, nil
}

// Stretch judges the calls of a stretch and hands out what is found. Memory holds
// the ids of the calls and what was assembled of one; of those whose events are
// read, those of a page.
func (c *Comparison) Stretch(ctx context.Context, s Stretch, hand func(Compared) error) error {
	calls, err := c.calls(ctx, s)
	if err != nil || len(calls) == 0 {
		return err
	}
	doubts, err := c.doubts(ctx, s)
	if err != nil {
		return err
	}
	for i, k := range calls {
		_, calls[i].doubtful = doubts[k.id]
		if parts := c.differences[k.policy].parts; calls[i].doubtful && (k.way == bySessions || k.way == byResults && (parts.Conflict || parts.Apps)) {
			calls[i].way = byEvents
		}
	}
	for _, judge := range []func() error{
		func() error { return c.byResults(ctx, s, calls, hand) },
		func() error { return c.bySessions(ctx, s, calls, hand) },
		func() error { return c.byEvents(ctx, s, calls, doubts, hand) },
	} {
		if err := judge(); err != nil {
			return err
		}
	}
	return nil
}

// calls reads the calls of a stretch that started at since or later, and with a
// zero since those without a start too, by id, and says how each is judged.
func (c *Comparison) calls(ctx context.Context, s Stretch) (list []knownCall, err error) {
	var judged []judgement
	sql := s.calls("call_id, tenant, resource, start, end, as_of, policy, rules") + startedSince(c.since) + " ORDER BY call_id"
	err = c.each(ctx, "the calls", sql, func(rows driver.Rows) error {
		var k knownCall
		var j judgement
		var start, end, asOf *time.Time
		if err := rows.Scan(&k.id, &k.tenant, &k.resource, &start, &end, &asOf, &j.policy, &j.rules); err != nil {
			return err
		}
		k.start, j.end, j.asOf = deref(start), deref(end), deref(asOf)
		k.policy = c.before.inForce(k.start)
		list, judged = append(list, k), append(judged, j)
		return nil
	})
	if err != nil || c.anew {
		for i := range list {
			list[i].way = byEvents
		}
		return list, err
	}
	if err := c.sessionEnds(ctx, s, list, judged); err != nil {
		return nil, err
	}
	unsure, err := c.unsure(ctx, s)
	if err != nil {
		return nil, err
	}
	for i := range list {
		k := &list[i]
		switch {
		case judged[i].end.IsZero():
			k.way = byEvents
		case c.differences[k.policy].parts.Else, unsure[k.id], !c.steady.holds(judged[i], *k),
			c.differences[k.policy].decides() && !c.steady.settled(judged[i]):
			k.way = bySessions
		}
	}
	return list, nil
}

// each runs a query and hands each row to read. Every processor asks for other
// calls: a query needs one thread.
func (c *Comparison) each(ctx context.Context, what, sql string, read func(driver.Rows) error, settings ...string) error {
	return each(ctx, c.conn, what, sql+" SETTINGS max_threads = 1"+strings.Join(settings, ""), nil, read)
}

// TermsOfStore are the terms by which a service judges what its store has:
// without versions those of fallback. The instant is that of the newest
// evaluation; zero where there is none.
func TermsOfStore(ctx context.Context, conn driver.Conn, fallback Terms) (Terms, error) {
	t := fallback
	var newest *uint64
	if err := conn.QueryRow(ctx, "SELECT maxOrNull(version) FROM calls_current").Scan(&newest); err != nil {
		return t, fmt.Errorf("find the newest judgement: %w", err)
	}
	if newest == nil {
		return t, nil
	}
	t.Now = time.Unix(0, int64(*newest)).UTC().Truncate(time.Millisecond)
	versions, err := Policies(ctx, conn)
	if err != nil {
		return t, err
	}
	if t.Gaps, err = lost(ctx, conn); err != nil {
		return t, err
	}
	return t.under(versions), nil
}
