package assess

import (
	"container/heap"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest"
	"rollcall/rules/apphour"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// amend brings the kept calls up to date that alias sets belong to, and returns
// the alias sets that are left to be evaluated, with the number of calls amended.
func (l *Live) amend(ctx context.Context, keys []string, now time.Time) (rest []string, n int, err error) {
	todo, of := l.takeKept(keys)
	for _, t := range todo {
		ok := !t.new.stale
		if ok {
			begin := l.deps.Clock()
			ok, err = l.amendCall(ctx, t.kept, t.new, now)
			if err != nil {
				l.forget(func(k *kept) bool { return k == t.kept })
				return keys, n, err
			}
			if ok {
				l.deps.Metrics.amended(l.deps.Clock().Sub(begin))
			}
		}
		if ok {
			n++
			continue
		}
		l.forget(func(k *kept) bool { return k == t.kept })
		for key, k := range of {
			if k == t.kept {
				delete(of, key)
			}
		}
	}
	for _, key := range keys {
		if of[key] == nil {
			rest = append(rest, key)
		}
	}
	return rest, n, nil
}

// A task is a kept call with what there is to do.
type task struct {
	*kept
	new news
}

// takeKept lists the kept calls that alias sets belong to, and by alias set.
func (l *Live) takeKept(keys []string) (todo []task, of map[string]*kept) {
	clock := l.deps.Clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	of = map[string]*kept{}
	for _, k := range slices.Clone(l.kept) {
		mine := false
		for _, key := range keys {
			if k.keys[key] {
				of[key], mine = k, true
			}
		}
		if !mine {
			continue
		}
		todo = append(todo, task{k, k.news})
		k.news, k.used = news{}, clock
		i := slices.Index(l.kept, k)
		l.kept = append(append(l.kept[:i:i], l.kept[i+1:]...), k) // those used last are the last
	}
	return todo, of
}

func keysIn(keys []string, k *kept) (mine []string) {
	for _, key := range keys {
		if k.keys[key] {
			mine = append(mine, key)
		}
	}
	return mine
}

// amendCall gives a kept call what is new of it, and has judged again what that
// changes and what is due. With ok false it is to be evaluated anew: nothing was
// written.
func (l *Live) amendCall(ctx context.Context, k *kept, is news, now time.Time) (ok bool, err error) {
	keys := slices.Sorted(maps.Keys(is.keys))
	at := l.nextVersion() // before anything is read
	terms := l.terms(now)
	if now.Before(k.now) || terms.inForce(k.results.Call.Start.At).ID != k.results.Policy.ID {
		return false, nil
	}
	if current, err := versionOf(ctx, l.deps.Conn, k.id); err != nil || current != k.version {
		return false, err
	}
	fresh, ok, err := k.fresh(ctx, l.deps.Conn, is.ranges, keys)
	if err != nil || !ok || !k.spine.Advance(now) {
		return false, err
	}
	touched := map[int]bool{}
	for _, e := range fresh {
		if e.Time.After(now) {
			k.waiting = append(k.waiting, e)
			heap.Push(&l.deadlines, deadline{at: e.Time, keys: k.any(), kept: true})
			continue
		}
		changed, ok := k.spine.Receive(e)
		if !ok {
			return false, nil
		}
		for _, s := range changed {
			place, known := k.places[s.ID]
			if !known {
				return false, nil
			}
			touched[place] = true
		}
		k.n++
	}
	for _, place := range k.due(now) {
		touched[place] = true
	}
	k.now = now
	return l.rejudge(ctx, k, slices.Sorted(maps.Keys(touched)), terms, at)
}

// fresh reads what is new of a kept call, and what has come to pass since. With
// ok false it is more than can be told apart here.
func (k *kept) fresh(ctx context.Context, conn driver.Conn, ranges []ingest.Range, keys []string) (out []schema.Event, ok bool, err error) {
	out, k.waiting = k.waiting, nil
	read, err := eventsStored(ctx, conn, keys, ranges)
	if err != nil {
		return nil, false, err
	}
	var ids []string
	for _, e := range read {
		if old := k.others[e.ID]; old != nil {
			if old.Version != e.Version || old.Content != e.Content || len(e.Via) > 0 && !slices.Contains(old.Via, e.Via[0]) {
				return nil, false, nil
			}
			continue // it came again
		}
		out, ids = append(out, e), append(ids, e.ID)
	}
	// Of an event that another call has, or had, or that came with other content,
	// it is to be found out which copy counts.
	differ, err := otherCopies(ctx, conn, ids, keys)
	return out, !differ, err
}

// rejudge judges some sessions of a kept call again, and writes what follows in
// the place of what was.
func (l *Live) rejudge(ctx context.Context, k *kept, places []int, terms Terms, at uint64) (ok bool, err error) {
	outline := k.spine.Outline()
	var parts []Part
	var before, after int // findings
	rules := map[string]bool{}
	for _, place := range places {
		one := terms.judge(outline)
		p := one.session(k.spine.Session(place))
		if coreOf(p) != k.sessions[place].core {
			return false, nil // the call as a whole is another
		}
		parts = append(parts, p)
		before, after = before+k.sessions[place].findings, after+len(p.Findings)
		for _, checks := range []map[string]rule.Population{k.sessions[place].checks, p.Checks} {
			for id := range checks {
				rules[id] = true
			}
		}
	}
	if len(parts) == 0 {
		l.planKept(k)
		return true, nil
	}
	w := newWriter(l.deps.Conn, k.version, terms.Now)
	w.hold = true
	var rings *alarm
	if before+after > 0 {
		if rings, err = l.alarm(ctx, at, terms.Now, []string{k.id}, sessionsOf(parts)); err != nil {
			return false, err
		}
		a := amendment{w: w, call: k.id, parts: parts, rules: rules, at: l.deps.Clock(), policy: k.results.Policy.ID}
		if err := a.findings(ctx); err != nil {
			return false, err
		}
	}
	for i, p := range parts {
		if err := w.part(ctx, outline, p); err != nil {
			return false, err
		}
		rings.part(k.id, p)
		s := &k.sessions[places[i]]
		s.checks, s.hours, s.findings = p.Checks, p.Hours, len(p.Findings)
		k.await(places[i], due(outline, p, terms.Now))
	}
	r := k.results
	r.Call, r.Checks, r.Hours = outline, k.checks(), k.hours()
	r.Findings = nil // they stand
	k.results.Call = outline
	w.due = func(Results) time.Time { return k.lookAgain() }
	if err := w.end(ctx, r, slices.Sorted(maps.Keys(k.keys))); err != nil {
		return false, err
	}
	if err := rings.write(ctx, false); err != nil {
		return false, err
	}
	if err := w.flush(ctx); err != nil {
		return false, err
	}
	l.hours.touch(r.Hours)
	l.planKept(k)
	return l.stillCounts(ctx, k, at)
}

func sessionsOf(parts []Part) []string {
	ids := make([]string, len(parts))
	for i, p := range parts {
		ids[i] = p.Session.ID
	}
	return ids
}

// checks are the populations of all of the call.
func (k *kept) checks() map[string]rule.Population {
	all := rule.Outcome{}
	all.Add(rule.Outcome{Checks: k.results.Checks})
	for _, s := range k.sessions {
		all.Add(rule.Outcome{Checks: s.checks})
	}
	return all.Checks
}

// hours is what all sessions contribute to the hours of apps.
func (k *kept) hours() []apphour.Tally {
	var all []apphour.Tally
	for _, s := range k.sessions {
		all = append(all, s.hours...)
	}
	return apphour.Merge(all)
}

// planKept notes when a kept call is to be looked at though nothing new comes.
func (l *Live) planKept(k *kept) { l.plans.set(k.id, k.lookAgain(), k.any()) }

// lookAgain is when a kept call is to be looked at though nothing new comes.
func (k *kept) lookAgain() time.Time { return lookAgain(k.results, k.next(), k.now) }

// any is one of the alias sets of a kept call.
func (k *kept) any() []string {
	for key := range k.keys {
		return []string{key}
	}
	return nil
}

// versionOf is the version of a call that counts; 0 where there is none.
func versionOf(ctx context.Context, conn driver.Conn, call string) (version uint64, err error) {
	err = each(ctx, conn, "the version of a call", "SELECT version FROM calls_current WHERE call_id = ?", []any{call}, func(rows driver.Rows) error {
		return rows.Scan(&version)
	})
	return version, err
}

// rangesAtOnce bounds the text of one query.
const rangesAtOnce = 200

// eventsStored reads the events that name some alias sets, as they are stored at
// some ranges of offsets. One that is stored twice comes twice.
func eventsStored(ctx context.Context, conn driver.Conn, keys []string, ranges []ingest.Range) (out []schema.Event, err error) {
	for some := range slices.Chunk(ingest.Joined(ranges), rangesAtOnce) {
		conditions := make([]string, len(some))
		for i, r := range some {
			conditions[i] = fmt.Sprintf("(topic = {t%d:String} AND epoch = %d AND partition = %d AND offset BETWEEN %d AND %d)", i, r.Epoch, r.Partition, r.First, r.Last)
		}
		for list := range slices.Chunk(keys, maxList) {
			p := clickhouse.Parameters{"list": listOf(list)}
			for i, r := range some {
				p[fmt.Sprintf("t%d", i)] = r.Topic
			}
			rows, err := conn.Query(clickhouse.Context(ctx, clickhouse.WithParameters(p)),
				"SELECT "+eventColumns+" FROM events WHERE event_id != '' AND alias_key IN {list:Array(String)} AND ("+strings.Join(conditions, " OR ")+") ORDER BY time, event_id")
			if err != nil {
				return nil, fmt.Errorf("read what is new of a call: %w", err)
			}
			if out, err = scanEvents(rows, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func scanEvents(rows driver.Rows, to []schema.Event) ([]schema.Event, error) {
	defer rows.Close()
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return nil, err
		}
		e, err := r.decoded()
		if err != nil {
			return nil, err
		}
		to = append(to, e)
	}
	return to, rows.Err()
}

// otherCopies tells whether copies of some events name other alias sets, or say
// something else.
func otherCopies(ctx context.Context, conn driver.Conn, ids, keys []string) (bool, error) {
	for some := range slices.Chunk(ids, maxList) {
		p := clickhouse.Parameters{"ids": listOf(some), "keys": listOf(keys)}
		var n uint64
		err := conn.QueryRow(clickhouse.Context(ctx, clickhouse.WithParameters(p)),
			`SELECT count() FROM (SELECT event_id FROM events WHERE event_id IN {ids:Array(String)}
GROUP BY event_id HAVING countIf(alias_key NOT IN {keys:Array(String)}) > 0 OR uniqExact(version, content) > 1)`).Scan(&n)
		if err != nil {
			return false, fmt.Errorf("find the copies of events: %w", err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}
