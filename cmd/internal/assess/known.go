package assess

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/apphour"
	"rollcall/rules/assemble"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A KnownCall is a call that was evaluated, with the evidence of it that is
// stored.
type KnownCall struct {
	ID       string
	keys     []string
	events   []schema.Event
	contents []evidence.Content
}

// knownPage is of how many alias sets the evidence is read at once.
const knownPage = 1000

// KnownCalls reads the calls that started at since or later, the earliest first,
// and with a zero since those without a start too, as they were evaluated last.
// Memory holds the evidence of two pages of calls. Nothing is written.
func KnownCalls(ctx context.Context, conn driver.Conn, since time.Time) iter.Seq2[KnownCall, error] {
	type page struct {
		calls []KnownCall
		err   error
	}
	return func(yield func(KnownCall, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		pages := make(chan page)
		go func() {
			defer close(pages)
			err := knownPages(ctx, conn, since, func(calls []KnownCall) error {
				select {
				case pages <- page{calls: calls}:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			if err != nil {
				select {
				case pages <- page{err: err}:
				case <-ctx.Done():
				}
			}
		}()
		for p := range pages {
			if p.err != nil {
				yield(KnownCall{}, p.err)
				return
			}
			for i := range p.calls {
				if !yield(p.calls[i], nil) {
					return
				}
				p.calls[i] = KnownCall{}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(KnownCall{}, err)
		}
	}
}

// knownPages hands out the calls page by page.
func knownPages(ctx context.Context, conn driver.Conn, since time.Time, hand func([]KnownCall) error) error {
	sql, args := "SELECT call_id, alias_keys FROM calls_current", []any(nil)
	if !since.IsZero() {
		sql += " WHERE start >= fromUnixTimestamp64Milli(toInt64(?))"
		args = append(args, since.UnixMilli())
	}
	var calls []KnownCall
	keys := 0
	fill := func() error {
		if len(calls) == 0 {
			return nil
		}
		err := withEvidence(ctx, conn, calls)
		if err == nil {
			err = hand(calls)
		}
		calls, keys = nil, 0
		return err
	}
	err := each(ctx, conn, "the calls", sql+" ORDER BY start, call_id", args, func(rows driver.Rows) error {
		var c KnownCall
		if err := rows.Scan(&c.ID, &c.keys); err != nil {
			return err
		}
		if keys += len(c.keys); keys > knownPage {
			if err := fill(); err != nil {
				return err
			}
			keys = len(c.keys)
		}
		calls = append(calls, c)
		return nil
	})
	if err != nil {
		return err
	}
	return fill()
}

// withEvidence gives calls their events.
func withEvidence(ctx context.Context, conn driver.Conn, calls []KnownCall) error {
	of := map[string]int{}
	var keys []string
	for i, c := range calls {
		for _, k := range c.keys {
			of[k] = i
		}
		keys = append(keys, c.keys...)
	}
	twice, err := contentConflicts(ctx, conn, keys)
	if err != nil {
		return err
	}
	return eventsOf(ctx, conn, keys, func(k keyed) error {
		c := &calls[of[k.key]]
		c.events = append(c.events, k.event)
		if version, is := twice[k.event.ID]; is && version == k.event.Version {
			c.contents = append(c.contents, evidence.Content{Event: k.event.ID, At: k.event.Time})
		}
		return nil
	})
}

// Judged is what rules say of a call, or of the hours of apps.
type Judged struct {
	Findings []schema.Finding
	Checks   map[string]rule.Population
	Hours    []apphour.Tally
}

// Twice judges a call under two sets of terms of one instant. What happens to
// its sessions is not kept but for the findings. It is pure.
func (c KnownCall) Twice(before, after Terms) (was, is Judged, err error) {
	spine := before.spine(c.ID, c.events)
	if was, err = c.judge(spine, before); err != nil {
		return was, is, err
	}
	start := spine.Outline().Start.At
	if after.inForce(start).Base().Quiet != before.inForce(start).Base().Quiet {
		spine = after.spine(c.ID, c.events)
	}
	is, err = c.judge(spine, after)
	return was, is, err
}

func (c KnownCall) judge(spine *assemble.Spine, t Terms) (Judged, error) {
	var j Judged
	r, err := Evaluate(spine, Doubts{Contents: c.contents}, t, func(_ schema.Call, p Part) error {
		j.Findings = append(j.Findings, p.Findings...)
		return nil
	})
	j.Findings = append(j.Findings, r.Findings...)
	j.Checks, j.Hours = r.Checks, r.Hours
	return j, err
}

// JudgeHours judges hours of apps, of which list has what their calls
// contribute.
func JudgeHours(list []apphour.Tally, t Terms) Judged {
	var out rule.Outcome
	for _, versions := range apphour.Apps(list) {
		out.Add(catalogue.App(versions, catalogue.Input{Policy: t.inForce(versions[0].Hour), Now: t.Now, Gaps: t.Gaps}))
	}
	return Judged{Findings: out.Findings, Checks: out.Checks}
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
