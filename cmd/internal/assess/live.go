package assess

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// LiveConfig says how the live assessor works.
type LiveConfig struct {
	// Debounce is how long touches of calls are gathered before they are
	// evaluated together.
	Debounce time.Duration
	// Interval is how often the frontier is looked at and deadlines are checked.
	Interval time.Duration
	// Hours is how often the hours of apps are judged.
	Hours time.Duration
	// Batch is how many alias sets are evaluated at once at most.
	Batch int
	// Poll asks the store for new evidence at every interval, where another
	// process ingests. What rebuilds have stored it is asked for always.
	Poll bool
}

// DefaultLiveConfig suits a service that evaluates as evidence comes.
func DefaultLiveConfig() LiveConfig {
	return LiveConfig{Debounce: 200 * time.Millisecond, Interval: time.Second, Hours: time.Minute, Batch: 500}
}

// LiveDependencies are what a Live works with.
type LiveDependencies struct {
	Conn     driver.Conn
	Terms    Terms // Now is set from the frontier
	Frontier *Frontier
	Clock    func() time.Time
	Logger   *slog.Logger
	Metrics  *Metrics
}

// Live evaluates calls as their evidence comes, and again when a deadline
// passes. Several may run beside each other: evaluating twice is harmless,
// because results are versions of their call and the newest counts.
type Live struct {
	cfg  LiveConfig
	deps LiveDependencies

	mu      sync.Mutex
	touched map[string]bool // alias keys
	todo    map[string]bool // those that were touched before the round began
	last    time.Time       // the frontier of the newest round that left nothing to do
	judged  time.Time       // that of the one before
	wake    chan struct{}

	deadlines deadlines
	awaited   map[string]bool // events that are dated after the last evaluation
	version   uint64
	cursor    ingest.Cursor // up to where the ledger was looked at
	gaps      gaps
	hours     hours
	directory directoryWatch
	policies  policies
}

// NewLive returns a live assessor; it does nothing until Run.
func NewLive(cfg LiveConfig, deps LiveDependencies) *Live {
	return &Live{cfg: cfg, deps: deps, touched: map[string]bool{}, todo: map[string]bool{}, awaited: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// Touch says that new evidence names these alias sets. It returns at once.
func (l *Live) Touch(aliasKeys []string) {
	l.mu.Lock()
	for _, k := range aliasKeys {
		l.touched[k] = true
	}
	l.mu.Unlock()
	l.rouse()
}

func (l *Live) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Judged is the instant up to which all evidence is stored and evaluated; zero
// until it is known. It is that of the last round but one: of what is stored
// Touch tells a moment later.
func (l *Live) Judged() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.judged
}

// completed notes that all is evaluated that was touched before a round.
func (l *Live) completed(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.judged, l.last = l.last, now
	l.deps.Metrics.frontier(l.judged)
}

// Run evaluates until ctx ends. It begins with what was stored since the last
// evaluation, and with the calls whose results are not final.
func (l *Live) Run(ctx context.Context) error {
	if err := l.resume(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	tick := time.NewTicker(l.cfg.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
			if !sleep(ctx, l.cfg.Debounce) {
				return nil
			}
		case <-tick.C:
		}
		l.round(ctx)
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// round evaluates what is touched or due. What fails is touched again, so that
// an outage of ClickHouse delays and loses nothing.
func (l *Live) round(ctx context.Context) {
	now, err := l.deps.Frontier.Now(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.deps.Logger.Warn("assess: nothing new is judged until this ends", "error", err)
		}
		return
	}
	again, err := l.judgedOtherwise(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.deps.Logger.Warn("assess: nothing new is judged until this ends", "error", err)
		}
		return
	}
	for _, keys := range again {
		l.Touch(keys)
	}
	if err := l.judgeReload(ctx, now); err != nil && ctx.Err() == nil {
		l.deps.Logger.Warn("assess: how the policy was read is no finding yet, it is tried again", "error", err)
	}
	news := ingest.TouchedByRebuild
	if l.cfg.Poll {
		news = ingest.Touched
	}
	if err := l.poll(ctx, news); err != nil {
		if ctx.Err() == nil {
			l.deps.Logger.Warn("assess: the store can't be asked for new evidence", "error", err)
		}
		return
	}
	for _, keys := range l.deadlines.due(now) {
		l.Touch(keys)
	}
	done := l.evaluateTouched(ctx, now)
	if l.judgeHours(ctx, now) && done {
		l.completed(now)
	}
}

// evaluateTouched evaluates what is touched, and tells whether all of it is that
// was touched before.
func (l *Live) evaluateTouched(ctx context.Context, now time.Time) (done bool) {
	l.gather()
	for start := l.deps.Clock(); ; {
		// Where evidence comes without end a round must: the frontier stands
		// still in it, and what is due waits.
		if l.gathered() && l.deps.Clock().Sub(start) > longestRound {
			l.rouse()
			return true
		}
		keys := l.take()
		if len(keys) == 0 || ctx.Err() != nil {
			return ctx.Err() == nil
		}
		begin := l.deps.Clock()
		n, err := l.evaluate(ctx, keys, now)
		if err != nil {
			l.Touch(keys)
			if ctx.Err() == nil {
				l.deps.Metrics.failed()
				l.deps.Logger.Warn("assess: evaluation failed, it is tried again", "calls_touched", len(keys), "error", err)
			}
			return false
		}
		l.deps.Metrics.evaluated(n, l.deps.Clock().Sub(begin))
	}
}

// judgedOtherwise returns the alias sets of the calls that were judged under
// other gaps, or with less known of the directory, than there are by now, and
// touches those that an applied policy is to judge anew.
func (l *Live) judgedOtherwise(ctx context.Context) ([][]string, error) {
	if err := l.policies.refresh(ctx, l.deps.Conn); err != nil {
		return nil, err
	}
	lost, err := l.gaps.refresh(ctx, l.deps.Conn, l.deps.Clock())
	if err != nil {
		return nil, err
	}
	named, err := l.directory.touched(ctx, l.deps.Conn)
	if err != nil {
		return nil, err
	}
	return slices.Concat(lost, named), l.judgeHistory(ctx)
}

// longestRound is how long a round goes on with what is touched after it began.
const longestRound = 5 * time.Second

// gather makes what is touched what a round has to do.
func (l *Live) gather() {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(l.todo, l.touched)
	clear(l.touched)
}

// gathered tells whether all that a round had to do is done.
func (l *Live) gathered() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.todo) == 0
}

// take removes a batch of touched alias sets, those first that were touched
// before the round began.
func (l *Live) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var keys []string
	for _, from := range []map[string]bool{l.todo, l.touched} {
		for k := range from {
			if len(keys) == l.cfg.Batch {
				break
			}
			keys = append(keys, k)
			delete(from, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// evaluate evaluates the calls that the alias sets belong to, and supersedes
// the calls that their evidence belonged to before.
func (l *Live) evaluate(ctx context.Context, keys []string, now time.Time) (int, error) {
	a, err := lookAt(ctx, l.deps.Conn, keys, now)
	if err != nil || len(a.keys) == 0 && len(a.stored) == 0 {
		return 0, err
	}
	byCall := map[string][]schema.Event{}
	callKeys := map[string]map[string]bool{}
	for _, k := range a.events {
		id, ok := a.resolution.Calls[k.key]
		if !ok || !a.about[id] {
			continue
		}
		byCall[id] = append(byCall[id], k.event)
		if callKeys[id] == nil {
			callKeys[id] = map[string]bool{}
		}
		callKeys[id][k.key] = true
	}
	before, err := hoursOf(ctx, l.deps.Conn, a.stored)
	if err != nil {
		return 0, err
	}
	w := newWriter(l.deps.Conn, l.nextVersion(), now)
	w.hold = true
	terms := l.terms(now)
	if terms.Directory, err = directoryOf(ctx, l.deps.Conn, now, byCall); err != nil {
		return 0, err
	}
	aside := asideOf(a.resolution)
	twice, err := contentConflicts(ctx, l.deps.Conn, a.keys)
	if err != nil {
		return 0, err
	}
	for _, id := range slices.Sorted(maps.Keys(byCall)) {
		own := slices.Sorted(maps.Keys(callKeys[id]))
		spine := terms.spine(id, byCall[id])
		var next time.Time // when a pending result is due
		r, err := w.evaluate(ctx, spine, Doubts{aside[id], contentsOf(byCall[id], twice)}, terms, own, func(p Part) {
			next = sooner(next, due(p.Obligations, p.Policy))
		})
		if err != nil {
			return 0, err
		}
		l.plan(r, next, own, now)
		l.hours.touch(r.Hours)
	}
	l.hours.touch(before)
	if err := w.flushTables(ctx); err != nil {
		return 0, err
	}
	if err := succeed(ctx, w, ofCalls, a.heirs()); err != nil {
		return 0, err
	}
	gone := a.gone()
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		w.supersede(id, cmp.Or(gone[id], noCall))
	}
	if err := w.flush(ctx); err != nil {
		return 0, err
	}
	l.await(a)
	if len(a.others) > 0 {
		l.Touch(a.others)
	}
	return len(byCall), nil
}

// await notes when events that are dated after now will have come: one that was
// stored while a round was under way, or of a client whose clock is ahead, must
// not wait until something else touches its call.
func (l *Live) await(a around) {
	if len(l.awaited) > 0 {
		for _, k := range a.events {
			delete(l.awaited, k.event.ID)
		}
	}
	for _, k := range a.later {
		if l.awaited[k.event.ID] {
			continue
		}
		l.awaited[k.event.ID] = true
		heap.Push(&l.deadlines, deadline{k.event.Time, []string{k.key}})
	}
}

// noCall supersedes a call of which no evidence is left.
const noCall = "-"

// nextVersion is larger than any that this process gave before.
func (l *Live) nextVersion() uint64 {
	l.version = max(l.version+1, Version(l.deps.Clock()))
	return l.version
}

// plan notes when a call is to be evaluated again though nothing new comes:
// when a pending result is due next, and when an open call has been quiet for
// too long.
func (l *Live) plan(r Results, next time.Time, keys []string, now time.Time) {
	if r.Call.End.At.IsZero() {
		next = sooner(next, now.Add(r.Policy.Base().Quiet+time.Millisecond))
	}
	if !next.IsZero() {
		heap.Push(&l.deadlines, deadline{next, keys})
	}
}

// due is the first instant at which one of some obligations stops being
// pending; zero where none is.
func due(list []schema.Obligation, p *policy.Policy) (first time.Time) {
	for _, o := range list {
		if o.Result == schema.ResultPending {
			app := p.App(schema.Session{App: o.App})
			first = sooner(first, o.DueAt.Add(p.Notice(app).Grace))
		}
	}
	return first
}

// sooner is the earlier of two instants; a zero one is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// resume touches what was stored after the newest evaluation began, and the
// calls whose results are not final.
func (l *Live) resume(ctx context.Context) error {
	var newest *time.Time
	if err := l.deps.Conn.QueryRow(ctx, "SELECT maxOrNull(stored_at) FROM calls").Scan(&newest); err != nil {
		return fmt.Errorf("find where assessing stopped: %w", err)
	}
	if newest != nil {
		l.cursor = ingest.Cursor{From: newest.Add(-resumeMargin)}
		l.directory.since = l.cursor.From
	}
	if err := l.poll(ctx, ingest.Touched); err != nil {
		return err
	}
	rows, err := l.deps.Conn.Query(ctx, `SELECT alias_keys FROM calls_current WHERE end IS NULL
OR call_id IN (SELECT call_id FROM obligations_current WHERE result = 'pending')`)
	if err != nil {
		return fmt.Errorf("find the calls that are not final: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var keys []string
		if err := rows.Scan(&keys); err != nil {
			return fmt.Errorf("find the calls that are not final: %w", err)
		}
		l.Touch(keys)
	}
	return rows.Err()
}

// poll touches what the ledger has that it was not asked for before.
func (l *Live) poll(ctx context.Context, news func(context.Context, driver.Conn, ingest.Cursor) ([]string, ingest.Cursor, bool, error)) error {
	for more := true; more; {
		var keys []string
		var err error
		keys, l.cursor, more, err = news(ctx, l.deps.Conn, l.cursor)
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			l.Touch(keys)
		}
	}
	return nil
}

// resumeMargin is how long before the newest evaluation's end a block may have
// been stored that it did not see.
const resumeMargin = 10 * time.Minute

// A deadline is an instant of evidence time at which calls are evaluated again.
type deadline struct {
	at   time.Time
	keys []string
}

// deadlines is a heap, the earliest first.
type deadlines []deadline

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *deadlines) Push(x any) { *d = append(*d, x.(deadline)) }

// Pop implements heap.Interface.
func (d *deadlines) Pop() any {
	old := *d
	last := old[len(old)-1]
	*d = old[:len(old)-1]
	return last
}

// due removes the deadlines that have come by now.
func (d *deadlines) due(now time.Time) [][]string {
	var out [][]string
	for len(*d) > 0 && !(*d)[0].at.After(now) {
		out = append(out, heap.Pop(d).(deadline).keys)
	}
	return out
}
