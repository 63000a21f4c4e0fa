package assess

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/alerting"
	"rollcall/cmd/internal/touched"
	"rollcall/ingest"
	"rollcall/rules/alerts"
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
	// Gaps is how long what is known of lost evidence is used before it is read
	// again; calls that it touches are then judged anew.
	Gaps time.Duration
	// Batch is how many alias sets are evaluated at once at most.
	Batch int
	// Large is from how many events on a call is kept in memory between its
	// evaluations, and Keep how many events the kept calls have at most: each
	// takes about 200 bytes.
	Large, Keep int
	// Poll asks the store for new evidence at every interval, where another
	// process ingests. What rebuilds have stored it is asked for always.
	Poll bool
}

// DefaultLiveConfig suits a service that evaluates as evidence comes.
func DefaultLiveConfig() LiveConfig {
	return LiveConfig{Debounce: 200 * time.Millisecond, Interval: time.Second, Hours: time.Minute, Gaps: 15 * time.Second, Batch: 500, Large: 20_000, Keep: 2_500_000}
}

// LiveDependencies are what a Live works with.
type LiveDependencies struct {
	Conn     driver.Conn
	Terms    Terms // Now is set from the frontier
	Frontier *Frontier
	Clock    func() time.Time
	Logger   *slog.Logger
	Metrics  *Metrics
	// Outbox takes what becomes of alerts by the terms of Alerts (but for Now and
	// Gatherings); nil: there are none.
	Outbox *alerting.Outbox
	Alerts alerts.Terms
	// Share says which calls are evaluated here, and tells of those that are
	// touched; nil: all are, and Touch and Stored tell.
	Share *touched.Share
}

// Live evaluates calls as their evidence comes, and again when a deadline
// passes. Several share the calls by the topic of touched calls (Share). Evaluating
// twice is harmless, because results are versions of their call and the newest
// counts.
type Live struct {
	cfg  LiveConfig
	deps LiveDependencies

	mu      sync.Mutex
	touched map[string]bool // alias keys
	todo    map[string]bool // those that were touched before the round began
	last    time.Time       // the frontier of the newest round that left nothing to do
	judged  time.Time       // that of the one before
	wake    chan struct{}
	kept    []*kept // large calls, those used last at the end
	during  []touch // what is touched while calls are evaluated; nil: none are

	deadlines deadlines            // of events that are dated after their evaluation
	plans     plans                // of calls
	awaited   map[string]time.Time // of alias sets: when the next event that is dated after their evaluation comes
	version   uint64
	cursor    ingest.Cursor // up to where the ledger was looked at
	gaps      gaps
	hours     hours
	silences  silences
	directory directoryWatch
	alike     lookalikes
	policies  policies
	gathers   gathers
	shared    sharing
	rivals    rivals
}

// NewLive returns a live assessor; it does nothing until Run.
func NewLive(cfg LiveConfig, deps LiveDependencies) *Live {
	return &Live{cfg: cfg, deps: deps, touched: map[string]bool{}, todo: map[string]bool{}, awaited: map[string]time.Time{}, wake: make(chan struct{}, 1)}
}

// A touch is that evidence names alias sets is stored at some ranges of offsets;
// without any it may be otherwise anywhere.
type touch struct {
	keys   []string
	ranges []ingest.Range
}

// Touch says that the calls of these alias sets are to be evaluated anew. It
// returns at once.
func (l *Live) Touch(aliasKeys []string) { l.touch(touch{keys: aliasKeys}) }

// Stored says that new evidence is stored, and what it names. It returns at once.
func (l *Live) Stored(st ingest.Stored) { l.touch(touch{st.AliasKeys, st.Ranges}) }

func (l *Live) touch(t touch) {
	l.mu.Lock()
	for _, k := range t.keys {
		l.touched[k] = true
	}
	for _, k := range l.kept {
		k.touch(t)
	}
	if l.during != nil {
		l.during = append(l.during, t)
	}
	l.mu.Unlock()
	l.rouse()
}

// look has calls looked at again of which nothing new is known: an obligation of
// them is due.
func (l *Live) look(keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		l.touched[k] = true
	}
}

// Rouse has a round begin soon. It returns at once.
func (l *Live) Rouse() { l.rouse() }

func (l *Live) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
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
	now, ok, err := l.begin(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.deps.Logger.Warn("assess: nothing new is judged until this ends", "error", err)
		}
		return
	}
	if !ok {
		return
	}
	if err := l.judgeReload(ctx, now); err != nil && ctx.Err() == nil {
		l.deps.Logger.Warn("assess: how the policy was read is no finding yet, it is tried again", "error", err)
	}
	news := ingest.TouchedByRebuild
	if l.cfg.Poll {
		news = ingest.Touched
	}
	err = l.poll(ctx, news)
	if err == nil && l.deps.Share != nil {
		err = l.hear(ctx)
	}
	if err != nil {
		if ctx.Err() == nil {
			l.deps.Logger.Warn("assess: the store can't be asked for new evidence", "error", err)
		}
		return
	}
	for _, d := range l.deadlines.due(now) {
		if d.kept {
			l.look(d.keys)
		} else {
			l.Touch(d.keys)
		}
	}
	for _, keys := range l.plans.due(now) {
		l.look(keys)
	}
	done := l.evaluateTouched(ctx, now)
	if done {
		l.evaluatedTold(now)
	}
	if l.judgeHours(ctx, now) && done {
		l.completed(now)
		l.sayJudged(ctx)
	}
}

// begin finds out up to when a round judges, and what it is to judge again. ok is
// false while it is not known what is held here.
func (l *Live) begin(ctx context.Context) (now time.Time, ok bool, err error) {
	if ok, err = l.takeOver(ctx); err != nil || !ok {
		return now, false, err
	}
	if now, err = l.deps.Frontier.Now(ctx); err != nil {
		return now, false, err
	}
	if err := l.reachOfTopic(ctx, now); err != nil {
		return now, false, err
	}
	l.told()
	if err := l.dropGone(ctx); err != nil {
		return now, false, err
	}
	again, err := l.judgedOtherwise(ctx)
	if err == nil {
		err = l.again(ctx, again)
	}
	if err == nil {
		err = l.conclude(ctx, now)
	}
	return now, err == nil, err
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
		n, err := l.bringUp(ctx, keys, now)
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
	lost, err := l.gaps.refresh(ctx, l.deps.Conn, l.deps.Clock(), l.cfg.Gaps)
	if err != nil {
		return nil, err
	}
	named, err := l.directory.touched(ctx, l.deps.Conn)
	if err != nil {
		return nil, err
	}
	alike, err := l.alike.refresh(ctx, l.deps.Conn, l.deps.Terms.Policy)
	if err != nil {
		return nil, err
	}
	return slices.Concat(lost, named, alike), l.judgeHistory(ctx)
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
	l.during = []touch{}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// bringUp brings the calls up to date that alias sets belong to: the kept ones by
// what is new of them, the others by all evidence.
func (l *Live) bringUp(ctx context.Context, keys []string, now time.Time) (int, error) {
	defer func() {
		l.mu.Lock()
		l.during = nil
		l.mu.Unlock()
	}()
	rest, amended, err := l.amend(ctx, keys, now)
	if err != nil || len(rest) == 0 {
		return amended, err
	}
	n, err := l.evaluate(ctx, rest, now)
	return amended + n, err
}

// evaluate evaluates the calls that the alias sets belong to, and supersedes
// the calls that their evidence belonged to before.
func (l *Live) evaluate(ctx context.Context, keys []string, now time.Time) (int, error) {
	version := l.nextVersion() // before anything is read
	a, err := lookAt(ctx, l.deps.Conn, keys, now)
	if err != nil || len(a.keys) == 0 && len(a.stored) == 0 {
		return 0, err
	}
	forced, err := l.handOver(ctx, &a, keys)
	if err != nil {
		return 0, err
	}
	if len(a.about) == 0 && len(a.stored) == 0 {
		l.await(a)
		return 0, nil
	}
	before, err := hoursOf(ctx, l.deps.Conn, a.stored)
	if err != nil {
		return 0, err
	}
	terms := l.terms(now)
	found, users, err := a.evidence(ctx, l.deps.Conn, terms.assembling())
	if err != nil {
		return 0, err
	}
	if terms.Directory, err = directoryOf(ctx, l.deps.Conn, now, users); err != nil {
		return 0, err
	}
	w := newWriter(l.deps.Conn, version, now)
	w.hold = true
	rings, err := l.alarm(ctx, w.version, now, slices.Concat(slices.Collect(maps.Keys(a.about)), idsOf(a.stored)), nil)
	if err != nil {
		return 0, err
	}
	aside := asideOf(a.resolution)
	var keep []*kept
	evaluated := map[string]bool{}
	keysOf := map[string][]string{} // of calls that are written
	for _, id := range slices.Sorted(maps.Keys(found)) {
		g := found[id]
		own := slices.Sorted(maps.Keys(g.keys))
		maps.Copy(evaluated, g.keys)
		k := l.keeper(g, w.version)
		keysOf[id] = own
		var next time.Time // when a pending result is due
		w.due = func(r Results) time.Time { return lookAgain(r, next, now) }
		spine := terms.spineOf(g.events)
		r, err := w.evaluate(ctx, spine, Doubts{aside[id], g.contents}, terms, own, func(call schema.Call, p Part) {
			d := due(call, p, now)
			next = sooner(next, d)
			k.add(p, d)
			rings.part(id, p)
		})
		if err != nil {
			return 0, err
		}
		rings.whole(id, r.Findings)
		l.plan(r, next, own, now)
		l.hours.touch(r.Hours)
		if k != nil {
			k.complete(spine, r)
			keep = append(keep, k)
		}
		delete(found, id)
	}
	l.hours.touch(before)
	if err := w.flushTables(ctx); err != nil {
		return 0, err
	}
	if err := succeed(ctx, w, ofCalls, a.heirs()); err != nil {
		return 0, err
	}
	if err := rings.write(ctx, true); err != nil {
		return 0, err
	}
	gone := a.gone()
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		w.supersede(id, cmp.Or(gone[id], noCall))
		l.plans.set(id, time.Time{}, nil)
	}
	if err := w.flush(ctx); err != nil {
		return 0, err
	}
	for _, c := range a.stored {
		if _, is := gone[c.id]; is {
			keysOf[c.id] = c.keys
		}
	}
	if err := l.yield(ctx, version, keysOf); err != nil {
		return 0, err
	}
	for id := range gone {
		delete(keysOf, id)
	}
	if err := l.tellHolders(ctx, keysOf, gone, forced); err != nil {
		return 0, err
	}
	l.await(a)
	l.keep(keep, evaluated)
	if len(a.others) > 0 {
		l.Touch(a.others)
	}
	return len(a.about), nil
}

// noCall supersedes a call of which no evidence is left.
const noCall = "-"

// nextVersion is larger than any that this process gave before.
func (l *Live) nextVersion() uint64 {
	l.version = max(l.version+1, Version(l.clock()))
	if l.deps.Share != nil {
		l.rivals.gave(l.version, l.deps.Clock())
	}
	return l.version
}
