package calls

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A graph holds alias sets as nodes of a union-find forest: sets that share a
// believed strong alias are one call.
type graph struct {
	sets   []AliasSet
	parent []int
	// loose marks sets that name only threads (or nothing believed).
	loose []bool
	aside map[string]string
}

func newGraph(sets []AliasSet, aside map[string]string) *graph {
	g := &graph{sets: sets, loose: make([]bool, len(sets)), aside: aside}
	g.link()
	return g
}

// believed yields the strong aliases of set i that are not set aside.
func (g *graph) believed(i int, yield func(alias string)) {
	for _, a := range g.sets[i].Aliases {
		if _, is := g.aside[a]; !is && strong(a) {
			yield(a)
		}
	}
}

func (g *graph) link() {
	g.parent = make([]int, len(g.sets))
	for i := range g.parent {
		g.parent[i] = i
	}
	first := make(map[string]int, len(g.sets))
	for i := range g.sets {
		g.loose[i] = true
		g.believed(i, func(a string) {
			g.loose[i] = false
			if at, seen := first[a]; seen {
				g.union(at, i)
			} else {
				first[a] = i
			}
		})
	}
}

func (g *graph) find(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// union keeps the smaller index as the root, so that roots do not depend on the
// order of unions.
func (g *graph) union(a, b int) {
	a, b = g.find(a), g.find(b)
	if a > b {
		a, b = b, a
	}
	g.parent[b] = a
}

// home is the root of the call that set i belongs to, or -1.
func (g *graph) home(i int) int {
	if len(g.sets[i].Aliases) == 0 {
		return -1
	}
	if g.loose[i] && !slices.ContainsFunc(g.sets[i].Aliases, func(a string) bool { return !strong(a) }) {
		return -1 // every alias it has was set aside
	}
	return g.find(i)
}

// members groups the sets with believed strong aliases by root, in set order.
func (g *graph) members() map[int][]int {
	m := map[int][]int{}
	for i := range g.sets {
		if !g.loose[i] {
			r := g.find(i)
			m[r] = append(m[r], i)
		}
	}
	return m
}

// cutBridges sets aliases aside that join distant or too many calls only
// through other ids. It looks only into components that break a limit, and at
// each alias with all others in place.
func (g *graph) cutBridges(aside map[string]string) {
	found := map[string]string{}
	for _, sets := range g.members() {
		if !g.breaks(sets) {
			continue
		}
		names := map[string][]int{}
		for _, i := range sets {
			g.believed(i, func(a string) { names[a] = append(names[a], i) })
		}
		for a := range names {
			if kindOf(a) == CorrelationID {
				continue
			}
			if reason := g.bridges(a, sets); reason != "" {
				found[a] = reason
			}
		}
	}
	if len(found) == 0 {
		return
	}
	for a, reason := range found {
		aside[a] = reason
	}
	g.link()
}

// breaks reports whether a component is beyond a limit at all.
func (g *graph) breaks(sets []int) bool {
	ids := map[string]bool{}
	for _, i := range sets {
		for _, a := range g.sets[i].Aliases {
			if kindOf(a) == CorrelationID {
				ids[a] = true
			}
		}
	}
	return len(ids) > MaxJoined || g.apart(sets)
}

func (g *graph) apart(sets []int) bool {
	timed := slices.DeleteFunc(slices.Clone(sets), func(i int) bool { return g.sets[i].First.IsZero() })
	slices.SortFunc(timed, func(x, y int) int { return g.sets[x].First.Compare(g.sets[y].First) })
	return farApart(len(timed), func(i int) (time.Time, time.Time) {
		s := g.sets[timed[i]]
		return s.First, s.Last
	})
}

// bridges tells why alias a is not to be believed, or "": without it, the
// pieces of its component that it holds together are counted and their
// distance measured.
func (g *graph) bridges(a string, sets []int) string {
	sub := &graph{aside: map[string]string{a: ""}}
	for k, v := range g.aside {
		sub.aside[k] = v
	}
	for _, i := range sets {
		sub.sets = append(sub.sets, g.sets[i])
	}
	sub.loose = make([]bool, len(sub.sets))
	sub.link()
	pieces := map[int][]int{}
	for i := range sub.sets {
		pieces[sub.find(i)] = append(pieces[sub.find(i)], i)
	}
	type span struct{ first, last time.Time }
	var spans []span
	ids := 0
	for _, p := range pieces {
		touches, named := false, false
		var sp span
		for _, i := range p {
			s := sub.sets[i]
			touches = touches || slices.Contains(s.Aliases, a)
			named = named || slices.ContainsFunc(s.Aliases, func(x string) bool { return kindOf(x) == CorrelationID })
			sp = span{earlier(sp.first, s.First), later(sp.last, s.Last)}
		}
		if !touches {
			continue
		}
		if named {
			ids++
		}
		if !sp.first.IsZero() {
			spans = append(spans, sp)
		}
	}
	slices.SortFunc(spans, func(x, y span) int { return x.first.Compare(y.first) })
	switch {
	case ids > MaxJoined:
		return ReasonJoined
	case farApart(len(spans), func(i int) (time.Time, time.Time) { return spans[i].first, spans[i].last }):
		return ReasonApart
	}
	return ""
}

// An occurrence is one call that a thread is known of.
type occurrence struct {
	root        int
	first, last time.Time
}

// joinThreads joins calls of one thread whose times overlap, and gives the sets
// that know only a thread to the occurrence whose time holds them.
func (g *graph) joinThreads() {
	spans := map[int]occurrence{}
	threads := map[string][]int{}
	for root, sets := range g.members() {
		o := occurrence{root: root}
		for _, i := range sets {
			o.first, o.last = earlier(o.first, g.sets[i].First), later(o.last, g.sets[i].Last)
			for _, a := range g.sets[i].Aliases {
				if kindOf(a) == ThreadID {
					threads[a] = append(threads[a], root)
				}
			}
		}
		spans[root] = o
	}
	for _, t := range sortedKeys(threads) {
		var occ []occurrence
		for _, r := range slices.Compact(slices.Sorted(slices.Values(threads[t]))) {
			if o := spans[r]; !o.first.IsZero() {
				occ = append(occ, o)
			}
		}
		threads[t] = nil
		for _, o := range merge(occ, func(a, b occurrence) { g.union(a.root, b.root) }) {
			threads[t] = append(threads[t], o.root)
			spans[o.root] = o
		}
	}
	g.placeLoose(threads, spans)
}

// merge unites occurrences that overlap; spans that merely touch stay apart, so
// that back-to-back occurrences do.
func merge(occ []occurrence, unite func(a, b occurrence)) []occurrence {
	slices.SortFunc(occ, func(a, b occurrence) int {
		return cmp.Or(a.first.Compare(b.first), a.last.Compare(b.last), a.root-b.root)
	})
	var out []occurrence
	for _, o := range occ {
		if n := len(out); n > 0 && (o.first.Before(out[n-1].last) || o.first.Equal(out[n-1].first)) {
			unite(out[n-1], o)
			out[n-1].last = later(out[n-1].last, o.last)
			continue
		}
		out = append(out, o)
	}
	return out
}

func (g *graph) placeLoose(threads map[string][]int, spans map[int]occurrence) {
	alone := map[string][]int{}
	for i, s := range g.sets {
		if !g.loose[i] {
			continue
		}
		for _, a := range s.Aliases {
			if strong(a) {
				continue
			}
			if root, ok := g.holder(threads[a], spans, s); ok {
				g.attach(i, root)
			} else {
				alone[a] = append(alone[a], i)
			}
			break // decoders give an event one thread at most
		}
	}
	for _, t := range sortedKeys(alone) {
		g.joinAlone(alone[t])
	}
}

// attach puts loose set i under the call of root, whose own root stays.
func (g *graph) attach(i, root int) { g.parent[g.find(i)] = g.find(root) }

// holder finds the occurrence whose time holds s.
func (g *graph) holder(roots []int, spans map[int]occurrence, s AliasSet) (int, bool) {
	if s.First.IsZero() {
		return 0, false
	}
	for _, r := range roots {
		o := spans[r]
		if !s.Last.Before(o.first.Add(-threadTolerance)) && !s.First.After(o.last.Add(threadTolerance)) {
			return r, true
		}
	}
	return 0, false
}

// joinAlone makes occurrences of sets that know a thread that no call knows:
// a pause of more than MaxApart begins another.
func (g *graph) joinAlone(sets []int) {
	slices.SortFunc(sets, func(a, b int) int {
		return cmp.Or(g.sets[a].First.Compare(g.sets[b].First), a-b)
	})
	for n := 1; n < len(sets); n++ {
		if g.sets[sets[n]].First.Sub(g.sets[sets[n-1]].Last) <= MaxApart {
			g.attach(sets[n], sets[n-1])
		}
	}
}

// callIDs names each call: its earliest correlation id, else its earliest other
// alias. Occurrences that only a thread names get their start besides, because
// the thread is shared by all of them.
func (g *graph) callIDs() map[int]string {
	type named struct {
		alias string
		time  time.Time
	}
	best := map[int]named{}
	starts := map[int]time.Time{}
	for i, s := range g.sets {
		root := g.home(i)
		if root < 0 {
			continue
		}
		starts[root] = earlier(starts[root], s.First)
		for _, a := range s.Aliases {
			if _, is := g.aside[a]; is {
				continue
			}
			b, ok := best[root]
			if !ok || better(a, s.Time, b.alias, b.time) {
				best[root] = named{a, s.Time}
			}
		}
	}
	users := map[string][]int{}
	for root, b := range best {
		users[b.alias] = append(users[b.alias], root)
	}
	ids := make(map[int]string, len(best))
	for root, b := range best {
		ids[root] = valueOf(b.alias)
		if len(users[b.alias]) > 1 {
			ids[root] = fmt.Sprintf("%s@%s", valueOf(b.alias), starts[root].UTC().Format("2006-01-02T15:04:05.000Z"))
		}
	}
	return ids
}

// better orders the aliases of a call for its id: correlation ids first, then
// other strong ids, then threads; the earliest by event time, ties by value.
func better(a string, at time.Time, b string, bt time.Time) bool {
	class := func(alias string) int {
		switch kindOf(alias) {
		case CorrelationID:
			return 0
		case ThreadID:
			return 2
		}
		return 1
	}
	order := func(t time.Time) int64 {
		if t.IsZero() {
			return 1<<63 - 1
		}
		return t.UnixMilli()
	}
	return cmp.Or(class(a)-class(b), cmp.Compare(order(at), order(bt)),
		strings.Compare(valueOf(a), valueOf(b)), strings.Compare(a, b)) < 0
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
