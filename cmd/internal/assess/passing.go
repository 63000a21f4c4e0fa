package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/cmd/internal/touched"
)

// A circle is a part of what a look around is about: calls that took over evidence
// from each other, which are evaluated together.
type circle struct {
	id  string   // the least of its calls, or of what they were: whoever holds it evaluates
	ids []string // all of them
}

// circles are the parts of what the look around is about.
func (a around) circles() []circle {
	parent := map[string]string{}
	find := func(id string) string {
		for parent[id] != id {
			id = parent[id]
		}
		return id
	}
	for id, heirs := range a.heirs() {
		for _, other := range append([]string{id}, heirs...) {
			if _, is := parent[other]; !is {
				parent[other] = other
			}
		}
		for _, heir := range heirs {
			parent[find(heir)] = find(id)
		}
	}
	of := map[string]*circle{}
	for id := range parent {
		c := of[find(id)]
		if c == nil {
			c = &circle{}
			of[find(id)] = c
		}
		c.ids = append(c.ids, id)
	}
	out := make([]circle, 0, len(of))
	for _, c := range of {
		slices.Sort(c.ids)
		c.id = c.ids[0]
		if i := slices.IndexFunc(c.ids, func(id string) bool { return a.about[id] }); i >= 0 {
			c.id = c.ids[i] // a call that is no more has no say
		}
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b circle) int { return strings.Compare(a.id, b.id) })
	return out
}

// handOver tells those who hold them of the calls that another evaluates, and
// leaves them out of the look around. forced are calls that are evaluated here
// though they are another's.
func (l *Live) handOver(ctx context.Context, a *around, asked []string) (forced map[string]bool, err error) {
	if l.deps.Share == nil {
		return nil, nil
	}
	forced = map[string]bool{}
	s := &l.shared
	keysOf := map[string][]string{} // by call, as it is now or was
	for key, id := range a.resolution.Calls {
		keysOf[id] = append(keysOf[id], key)
	}
	for _, c := range a.stored {
		keysOf[c.id] = append(keysOf[c.id], c.keys...)
	}
	wasAsked := map[string]bool{}
	for _, key := range asked {
		wasAsked[key] = true
	}
	var tell []touched.Message
	leave := map[string]bool{}     // calls
	leaveKeys := map[string]bool{} // alias sets
	for _, c := range a.circles() {
		m := touched.Message{Root: c.id, Anew: true}
		var keys []string
		for _, id := range c.ids {
			keys = append(keys, keysOf[id]...)
		}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		for _, key := range keys {
			if wasAsked[key] {
				m.Keys = append(m.Keys, key)
				m.Hops = max(m.Hops, s.hops[key])
			}
		}
		if l.holds(c.id) {
			continue
		}
		if m.Hops >= maxHops {
			for _, id := range c.ids {
				forced[id] = true
			}
			continue
		}
		if m.Hops++; len(m.Keys) == 0 {
			m.Keys = keys[:min(1, len(keys))]
		}
		if len(m.Keys) > 0 {
			tell = append(tell, m)
		}
		for _, id := range c.ids {
			leave[id] = true
			l.plans.set(id, time.Time{}, nil)
		}
		for _, key := range keys {
			leaveKeys[key] = true
		}
		l.deps.Share.Roots.Learn(c.id, keys)
	}
	if len(tell) > 0 {
		if err := l.deps.Share.Tell(ctx, tell); err != nil {
			return nil, fmt.Errorf("pass calls on to who holds them: %w", err)
		}
		l.deps.Metrics.passed(len(tell))
	}
	for _, key := range asked {
		delete(s.hops, key)
	}
	if len(leave) == 0 {
		return forced, nil
	}
	l.forget(func(k *kept) bool { return leave[k.id] })
	maps.DeleteFunc(a.about, func(id string, _ bool) bool { return leave[id] })
	a.stored = slices.DeleteFunc(a.stored, func(c storedCall) bool { return leave[c.id] })
	a.keys = slices.DeleteFunc(a.keys, func(key string) bool { return leaveKeys[key] })
	return forced, nil
}

// dropGone forgets the deadlines of calls that another made part of one of its own.
func (l *Live) dropGone(ctx context.Context) error {
	s := &l.shared
	for len(s.gone) > 0 {
		id := s.gone[0]
		current, err := versionOf(ctx, l.deps.Conn, id)
		if err != nil {
			return err
		}
		if current == 0 {
			l.plans.set(id, time.Time{}, nil)
			l.forget(func(k *kept) bool { return k.id == id })
		}
		s.gone = s.gone[1:]
	}
	return nil
}

// tellHolders tells those who hold calls that were evaluated here, together with
// one that is held here, or are no more: the deadlines are theirs.
func (l *Live) tellHolders(ctx context.Context, keysOf map[string][]string, gone map[string]string, forced map[string]bool) error {
	var tell []touched.Message
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		if !l.holds(id) {
			tell = append(tell, touched.Message{Root: id, Gone: true})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(keysOf)) {
		if keys := keysOf[id]; !l.holds(id) && !forced[id] && len(keys) > 0 {
			tell = append(tell, touched.Message{Root: id, Keys: keys[:1], Anew: true, Hops: maxHops})
		}
	}
	if len(tell) == 0 {
		return nil
	}
	return l.deps.Share.Tell(ctx, tell)
}
