package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/assemble"
	"rollcall/rules/calls"
	"rollcall/rules/evidence"
)

// An around is what a look around touched alias sets found. Of the calls that
// it is about everything is known that decides them; of those beyond perhaps
// only a part, such as half of the receipts that know only a thread.
type around struct {
	keys       []string // alias sets
	resolution calls.Resolution
	about      map[string]bool      // ids of the calls that it is about
	stored     []storedCall         // that have any of their alias sets
	others     []string             // alias sets of occurrences that are to be named anew
	later      map[string]time.Time // of alias sets: when the next event that is dated after now will have come
}

// A storedCall is a call as it was evaluated last.
type storedCall struct {
	id   string
	keys []string
}

// lookAt finds what decides the calls that alias sets belong to, those that
// they belonged to when they were evaluated last, and what became of these. It
// looks again, wider, until nothing it is about lies beyond what it looked at:
// through threads, which all occurrences of a meeting share, only a part of the
// store is asked.
func lookAt(ctx context.Context, conn driver.Conn, touched []string, now time.Time) (a around, err error) {
	seeds, err := withCopies(ctx, conn, touched)
	if err != nil {
		return a, err
	}
	var looked window
	for {
		if a.keys, looked, err = neighbourhood(ctx, conn, slices.Sorted(maps.Keys(seeds)), looked); err != nil {
			return a, err
		}
		var sets []calls.AliasSet
		if sets, a.later, err = setsOf(ctx, conn, a.keys, now); err != nil {
			return a, err
		}
		a.resolution = calls.Resolve(sets)
		a.about = map[string]bool{}
		for key := range seeds {
			if id, ok := a.resolution.Calls[key]; ok {
				a.about[id] = true
			}
		}
		need, through := looked, false
		members := maps.Clone(seeds)
		for _, s := range sets {
			if a.about[a.resolution.Calls[s.Key]] {
				members[s.Key] = true
				need = need.with(window{s.First, s.Last})
				through = through || slices.ContainsFunc(s.Aliases, isThread)
			}
		}
		if a.stored, err = storedWith(ctx, conn, slices.Sorted(maps.Keys(members))); err != nil {
			return a, err
		}
		again := through && !looked.holds(need)
		parted, err := a.parted(ctx, conn)
		if err != nil {
			return a, err
		}
		for _, key := range parted {
			again = again || !members[key]
			seeds[key] = true
		}
		for _, c := range a.stored {
			for _, key := range c.keys {
				again = again || !members[key] // the call lost it: where it belongs now is evaluated too
				seeds[key] = true
			}
		}
		if !again {
			return a, a.nameOccurrences(ctx, conn)
		}
		looked = need
	}
}

// evidence gathers the evidence of the calls that the look around is about, as far
// as it is known at opt.Now, and the users whose names it shows.
func (a *around) evidence(ctx context.Context, conn driver.Conn, opt assemble.Options) (map[string]*gathered, users, error) {
	var keys []string
	for key, id := range a.resolution.Calls {
		if a.about[id] {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	twice, err := contentConflicts(ctx, conn, keys)
	if err != nil {
		return nil, nil, err
	}
	found, shown := map[string]*gathered{}, users{}
	return found, shown, eventsOf(ctx, conn, keys, func(k keyed) error {
		e := k.event
		if e.Time.After(opt.Now) {
			return nil
		}
		id := a.resolution.Calls[k.key]
		g := found[id]
		if g == nil {
			g = &gathered{id: id, events: assemble.NewGathering(id, opt), keys: map[string]bool{}}
			found[id] = g
		}
		g.keys[k.key] = true
		if version, is := twice[e.ID]; is && version == e.Version {
			g.contents = append(g.contents, evidence.Content{Event: e.ID, At: e.Time})
		}
		shown.add(&e)
		g.events.Add(&e)
		g.n++
		return nil
	})
}

// maxParted bounds how many calls of one alias that is not believed are looked
// at: that of more has long been set aside.
const maxParted = 1000

// parted returns the alias sets of the calls that an alias joined until it was
// set aside, together with a call that the look around is about, and that are
// not stored as they are now.
func (a *around) parted(ctx context.Context, conn driver.Conn) (keys []string, err error) {
	of := map[string][]string{} // alias sets by call
	for _, s := range a.resolution.SetAside {
		if len(s.Calls) > maxParted || !slices.ContainsFunc(s.Calls, func(id string) bool { return a.about[id] }) {
			continue
		}
		for _, id := range s.Calls {
			if !a.about[id] {
				of[id] = nil
			}
		}
	}
	if len(of) == 0 {
		return nil, nil
	}
	for key, id := range a.resolution.Calls {
		if _, is := of[id]; is {
			of[id] = append(of[id], key)
		}
	}
	for _, list := range of {
		slices.Sort(list)
		keys = append(keys, list...)
	}
	stored, err := storedWith(ctx, conn, keys)
	if err != nil {
		return nil, err
	}
	for _, c := range stored {
		slices.Sort(c.keys)
		if slices.Equal(of[c.id], c.keys) {
			delete(of, c.id)
		}
	}
	keys = nil
	for _, list := range of {
		keys = append(keys, list...)
	}
	return keys, nil
}

// withCopies returns alias sets and those that other copies of their events
// name: an event of which a later version names another call leaves the one
// that it belonged to.
func withCopies(ctx context.Context, conn driver.Conn, keys []string) (map[string]bool, error) {
	all := make(map[string]bool, len(keys))
	for _, key := range keys {
		all[key] = true
	}
	for part := range slices.Chunk(keys, maxList) {
		rows, err := conn.Query(withList(ctx, "list", part), `SELECT DISTINCT alias_key FROM events WHERE alias_key != '' AND event_id IN (
    SELECT event_id FROM events WHERE event_id != '' AND alias_key IN {list:Array(String)})`)
		if err != nil {
			return nil, fmt.Errorf("find the copies of events: %w", err)
		}
		if err := scanKeys(rows, all); err != nil {
			return nil, fmt.Errorf("find the copies of events: %w", err)
		}
	}
	return all, nil
}

func scanKeys(rows driver.Rows, to map[string]bool) error {
	defer rows.Close()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return err
		}
		to[key] = true
	}
	return rows.Err()
}

// storedWith finds the stored calls that have any of the alias sets.
func storedWith(ctx context.Context, conn driver.Conn, keys []string) (out []storedCall, err error) {
	seen := map[string]bool{}
	for part := range slices.Chunk(keys, maxList) {
		rows, err := conn.Query(withList(ctx, "list", part),
			"SELECT call_id, alias_keys FROM calls_current WHERE hasAny(alias_keys, {list:Array(String)}) ORDER BY call_id")
		if err != nil {
			return nil, fmt.Errorf("find the calls that were: %w", err)
		}
		if out, err = scanStored(rows, out, seen); err != nil {
			return nil, fmt.Errorf("find the calls that were: %w", err)
		}
	}
	return out, nil
}

func scanStored(rows driver.Rows, to []storedCall, seen map[string]bool) ([]storedCall, error) {
	defer rows.Close()
	for rows.Next() {
		var c storedCall
		if err := rows.Scan(&c.id, &c.keys); err != nil {
			return nil, err
		}
		if !seen[c.id] {
			seen[c.id] = true
			to = append(to, c)
		}
	}
	return to, rows.Err()
}

// threadPrefix is what a Teams thread begins with, unlike every other id.
const threadPrefix = "19:"

// nameOccurrences gives the calls that nothing but a thread names the ids that
// they have among all such of the thread, of which the look around saw only
// those of about the time. Where the number of these becomes one, or no longer
// is, others are to be evaluated again, which then find their names.
func (a *around) nameOccurrences(ctx context.Context, conn driver.Conn) error {
	alone := map[string][]string{} // ids by thread
	for id, o := range a.resolution.Alone {
		if a.about[id] {
			alone[o.Thread] = append(alone[o.Thread], id)
		}
	}
	mine := map[string]bool{}
	for _, c := range a.stored {
		mine[c.id] = true
		if t := calls.ThreadOf(c.id); alone[t] == nil && strings.HasPrefix(t, threadPrefix) {
			alone[t] = []string{}
		}
	}
	names := map[string]string{}
	for thread, ids := range alone {
		others, err := occurrences(ctx, conn, thread, mine)
		if err != nil {
			return err
		}
		several := len(ids)+len(others) > 1
		for _, id := range ids {
			names[id] = a.resolution.Alone[id].ID(several)
		}
		for _, c := range others {
			if several == (c.id == thread) {
				a.others = append(a.others, c.keys...)
			}
		}
	}
	for key, id := range a.resolution.Calls {
		name, is := names[id]
		switch {
		case is:
			a.resolution.Calls[key] = name
		case a.resolution.Alone[id].Thread != "":
			delete(a.resolution.Calls, key) // nobody looked for its name
		}
	}
	for id, name := range names {
		if id != name {
			delete(a.about, id)
		}
	}
	for _, name := range names {
		a.about[name] = true
	}
	return nil
}

// occurrences finds the stored calls that nothing but a thread names, besides
// some.
func occurrences(ctx context.Context, conn driver.Conn, thread string, besides map[string]bool) ([]storedCall, error) {
	rows, err := conn.Query(withList(ctx, "list", []string{thread}),
		"SELECT call_id, alias_keys FROM calls_current WHERE call_id = {list:Array(String)}[1] OR startsWith(call_id, concat({list:Array(String)}[1], '@')) ORDER BY call_id")
	if err != nil {
		return nil, fmt.Errorf("find the occurrences of a meeting: %w", err)
	}
	list, err := scanStored(rows, nil, map[string]bool{})
	if err != nil {
		return nil, fmt.Errorf("find the occurrences of a meeting: %w", err)
	}
	return slices.DeleteFunc(list, func(c storedCall) bool { return besides[c.id] || calls.ThreadOf(c.id) != thread }), nil
}

// gone lists the stored calls that no longer exist, each with the call that has
// most of its alias sets; one of which none is left has none. A call of which
// all is dated after now, as it may be after a start, stays as it was.
func (a around) gone() map[string]string {
	exists := map[string]bool{}
	for _, id := range a.resolution.Calls {
		exists[id] = true
	}
	heirOf := map[string]string{}
	for _, c := range a.stored {
		if exists[c.id] {
			continue
		}
		heirs := map[string]int{}
		for _, key := range c.keys {
			if heir, ok := a.resolution.Calls[key]; ok {
				heirs[heir]++
			}
		}
		if len(heirs) > 0 || !slices.ContainsFunc(c.keys, func(key string) bool { return !a.later[key].IsZero() }) {
			heirOf[c.id] = most(heirs)
		}
	}
	return heirOf
}

// most is the name with the highest count; ties by name.
func most(count map[string]int) string {
	best := ""
	for name, n := range count {
		if best == "" || n > count[best] || n == count[best] && name < best {
			best = name
		}
	}
	return best
}
