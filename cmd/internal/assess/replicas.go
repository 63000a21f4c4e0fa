package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/touched"
	"rollcall/ingest"
)

// sharing is what a Live knows of its part among several that share the calls. The
// zero value holds none.
type sharing struct {
	turn   int // of the assignment that was taken over; 0: none was
	ring   touched.Ring
	begun  bool           // deadlines were read once
	hops   map[string]int // of alias sets that were told
	taken  touched.Mark   // up to where messages were taken, in this round
	marks  []waitingMark
	gone   []string      // calls that another made part of one of its own
	heard  ingest.Cursor // up to where the ledger was looked at for kept calls
	skew   time.Duration // ClickHouse's clock less the local one
	gauged time.Time     // when gatherings were to be read anew last
	reach  map[int]int64 // how far the topic reached in the round of which all is to be judged
	at     time.Time     // the frontier of that round

	// What follows, and the ring, is guarded by the Live's mutex.
	judged map[int]time.Time // up to when others say that they have judged, by partition
	said   time.Time         // by the clock, when this one said so last
}

// A waitingMark is what was taken and evaluated, but for events that are dated
// after that: it comes again unless these were evaluated as well.
type waitingMark struct {
	touched.Mark
	until time.Time
}

// soon is how far ahead an event may be dated to be waited for before its
// message is done. What is dated later is found in the store by whoever takes over.
const soon = time.Minute

// gatheredFor is how long the findings are used that gather others' alerts.
const gatheredFor = 15 * time.Second

// maxHops is how often a message is passed on. Who gets it then evaluates: two that
// see other roots at the same time are not to pass it to and fro.
const maxHops = 3

// takeOver takes over what is held here by now, and lets go what is not. ok is
// false as long as nobody has said what is held.
func (l *Live) takeOver(ctx context.Context) (ok bool, err error) {
	if l.deps.Share == nil {
		return true, nil
	}
	if err := l.setClock(ctx); err != nil {
		return false, err
	}
	s := &l.shared
	if clock := l.deps.Clock(); clock.Sub(s.gauged) >= gatheredFor {
		s.gauged, l.gathers.known = clock, false // another may have judged an hour
	}
	ring, fresh, turn := l.deps.Share.Held()
	if turn == s.turn {
		return turn > 0, nil
	}
	gained := ring.Without(s.ring)
	if ring.Leads() && !s.ring.Leads() {
		if err := l.lead(ctx); err != nil {
			return false, err
		}
	}
	if len(fresh) > 0 {
		if err := l.catchUp(ctx, touched.Ring{Partitions: ring.Partitions, Held: fresh}); err != nil {
			return false, err
		}
	}
	if len(gained.Held) > 0 {
		if err := l.inherit(ctx, gained); err != nil {
			return false, err
		}
	}
	l.mu.Lock()
	s.ring, s.turn, s.reach = ring, turn, nil
	l.mu.Unlock()
	l.letGo()
	l.deps.Logger.Info("assess: calls taken over", "held", len(ring.Held), "of", ring.Partitions, "gained", len(gained.Held))
	return true, nil
}

// setClock measures ClickHouse's clock, by which versions are made: of two
// evaluators the one that began to read later is to count.
func (l *Live) setClock(ctx context.Context) error {
	before := l.deps.Clock()
	var nanos int64
	if err := l.deps.Conn.QueryRow(ctx, "SELECT toUnixTimestamp64Nano(now64(9))").Scan(&nanos); err != nil {
		return fmt.Errorf("ask ClickHouse for the time: %w", err)
	}
	after := l.deps.Clock()
	l.shared.skew = time.Unix(0, nanos).Sub(before.Add(after.Sub(before) / 2))
	return nil
}

// lead begins to do what is done once for all: the changes that touch calls are
// looked for as after a start, since who led before may have ended in the middle.
func (l *Live) lead(ctx context.Context) error {
	newest, err := newestEvaluation(ctx, l.deps.Conn, "1")
	if err != nil {
		return err
	}
	from := newest
	if !newest.IsZero() {
		from = newest.Add(-resumeMargin)
	}
	l.cursor = ingest.Cursor{From: from}
	l.directory = directoryWatch{since: from}
	l.alike.since, l.alike.print = from, print{}
	l.gaps = gaps{}
	l.hours.until = time.Time{}
	return nil
}

// newestEvaluation is when the calls of which a condition holds were evaluated
// last, by ClickHouse's clock; zero: never.
func newestEvaluation(ctx context.Context, conn driver.Conn, condition string) (time.Time, error) {
	var newest *time.Time
	if err := conn.QueryRow(ctx, "SELECT maxOrNull(stored_at) FROM calls WHERE "+condition).Scan(&newest); err != nil {
		return time.Time{}, fmt.Errorf("find where assessing stopped: %w", err)
	}
	return deref(newest), nil
}

// catchUp touches what was stored since the calls of some partitions were evaluated
// last: of these nobody was told, or what was told is no more.
func (l *Live) catchUp(ctx context.Context, ring touched.Ring) error {
	newest, err := newestEvaluation(ctx, l.deps.Conn, ring.Condition("call_id"))
	if err != nil {
		return err
	}
	var cursor ingest.Cursor
	if !newest.IsZero() {
		cursor.From = newest.Add(-resumeMargin)
	}
	for more := true; more; {
		var news ingest.News
		if news, cursor, more, err = ingest.Touched(ctx, l.deps.Conn, cursor); err != nil {
			return err
		}
		l.Touch(news.AliasKeys)
	}
	return nil
}

// inherit reads when the calls of some partitions are to be looked at, and touches
// those of which that is not known, and the alias sets with events that are dated
// ahead.
func (l *Live) inherit(ctx context.Context, gained touched.Ring) error {
	mine := gained.Condition("call_id")
	n := 0
	err := each(ctx, l.deps.Conn, "the deadlines of calls", "SELECT call_id, due, alias_keys FROM calls_current WHERE due IS NOT NULL AND "+mine, nil, func(rows driver.Rows) error {
		var id string
		var due *time.Time
		var keys []string
		if err := rows.Scan(&id, &due, &keys); err != nil {
			return err
		}
		n++
		l.plans.set(id, deref(due).UTC(), keys)
		return nil
	})
	if err != nil {
		return err
	}
	ask := []string{"SELECT groupUniqArray(alias_key) FROM aliases WHERE last > now64(3, 'UTC')"}
	if !l.shared.begun { // the rows of an older program have no deadlines
		ask = append(ask, `SELECT alias_keys FROM calls_current WHERE due IS NULL AND `+mine+` AND (end IS NULL
OR call_id IN (SELECT call_id FROM obligations_current WHERE result = 'pending'))`)
	}
	for _, sql := range ask {
		err := each(ctx, l.deps.Conn, "the calls that are not final", sql, nil, func(rows driver.Rows) error {
			var keys []string
			err := rows.Scan(&keys)
			l.Touch(keys)
			return err
		})
		if err != nil {
			return err
		}
	}
	l.shared.begun = true
	l.deps.Logger.Info("assess: deadlines taken over", "calls", n, "partitions", len(gained.Held))
	return nil
}

// letGo forgets the calls that are another's.
func (l *Live) letGo() {
	for _, id := range slices.Collect(maps.Keys(l.plans.of)) {
		if !l.holds(id) {
			l.plans.set(id, time.Time{}, nil)
		}
	}
	l.forget(func(k *kept) bool { return !l.holds(k.id) })
	l.hours.until = time.Time{} // some hours may have been judged by nobody
}

// holds reports whether a call is evaluated here.
func (l *Live) holds(id string) bool {
	return l.deps.Share == nil || l.shared.ring.Holds(id)
}

// leads reports whether what is there to do once is done here.
func (l *Live) leads() bool { return l.deps.Share == nil || l.shared.ring.Leads() }

// told takes what the topic says of calls that are held here.
func (l *Live) told() {
	if l.deps.Share == nil {
		return
	}
	s := &l.shared
	list, mark := l.deps.Share.Take()
	s.taken = mark
	if s.hops == nil {
		s.hops = map[string]int{}
	}
	for _, m := range list {
		if m.Gone {
			s.gone = append(s.gone, m.Root)
		}
		if m.Judged != nil {
			l.heardOf(*m.Judged)
		}
		for _, key := range m.Keys {
			s.hops[key] = max(s.hops[key], m.Hops)
		}
		if m.Anew {
			l.Touch(m.Keys)
		} else {
			l.look(m.Keys)
		}
	}
}

// evaluatedTold says that what was told before a round is evaluated.
func (l *Live) evaluatedTold(now time.Time) {
	if l.deps.Share == nil {
		return
	}
	s := &l.shared
	until := now
	for _, d := range l.deadlines {
		if d.at.After(until) && !d.at.After(now.Add(soon)) {
			until = d.at
		}
	}
	s.marks = append(s.marks, waitingMark{s.taken, until})
	for len(s.marks) > 0 && !s.marks[0].until.After(now) {
		l.deps.Share.Done(s.marks[0].Mark)
		s.marks = s.marks[1:]
	}
}

// again has calls read anew: at once, or by whoever holds them.
func (l *Live) again(ctx context.Context, lists [][]string) error {
	if l.deps.Share == nil {
		for _, keys := range lists {
			l.Touch(keys)
		}
		return nil
	}
	if !l.leads() {
		return nil // who leads looks for the same
	}
	return l.deps.Share.Anew(ctx, slices.Concat(lists...))
}

// hear gives kept calls what is stored of them. A message says that there is
// something, and not where; and what is judged as missing must not be under way in
// a message.
func (l *Live) hear(ctx context.Context) error {
	s := &l.shared
	l.mu.Lock()
	none := len(l.kept) == 0
	l.mu.Unlock()
	if none {
		s.heard = ingest.Cursor{From: l.clock().Add(-time.Minute)}
		return nil
	}
	for more := true; more; {
		var news ingest.News
		var err error
		if news, s.heard, more, err = ingest.Touched(ctx, l.deps.Conn, s.heard); err != nil {
			return err
		}
		l.mu.Lock()
		for _, k := range l.kept {
			k.touch(touch{news.AliasKeys, news.Ranges})
			for _, key := range keysIn(news.AliasKeys, k) {
				l.touched[key] = true
			}
		}
		l.mu.Unlock()
	}
	return nil
}

// clock is ClickHouse's, as far as it is known.
func (l *Live) clock() time.Time { return l.deps.Clock().Add(l.shared.skew) }

// reachOfTopic notes how far the topic reaches, in the first round of which it is
// to be found out when all of it is judged.
func (l *Live) reachOfTopic(ctx context.Context, now time.Time) error {
	if l.deps.Share == nil || l.shared.reach != nil {
		return nil
	}
	marks, err := l.deps.Share.Marks(ctx)
	l.shared.reach, l.shared.at = marks, now
	return err
}

// all tells up to which instant all is judged that this process holds, after a
// round that left nothing: zero, as long as that is not known.
func (l *Live) all(now time.Time) time.Time {
	if l.deps.Share == nil {
		return now
	}
	if l.shared.reach == nil || !l.deps.Share.Reached(l.shared.reach) {
		return time.Time{}
	}
	l.shared.reach = nil
	return l.shared.at
}
