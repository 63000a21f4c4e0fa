package calls

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A graph holds alias sets as nodes of a union-find forest: sets that share a
// believed strong alias are one call.
type graph struct {
	sets   []AliasSet
	parent []int
	// loose marks sets that name only threads and chats of meetings (or nothing
	// believed).
	loose []bool
	aside map[string]string // aliases that are not believed, with the reason
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

// home is the root of the call that set i belongs to, or -1: every alias that
// it has was set aside, or it knows only a thread and not when.
func (g *graph) home(i int) int {
	if g.loose[i] && (g.thread(i) == "" || g.sets[i].First.IsZero()) {
		return -1
	}
	return g.find(i)
}

// thread is the believed thread of set i, or the chat of a meeting, or "":
// decoders give an event one at most.
func (g *graph) thread(i int) string {
	for _, a := range g.sets[i].Aliases {
		if _, is := g.aside[a]; !is && !strong(a) {
			return a
		}
	}
	return ""
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

// extent is when a set's events are of.
func (g *graph) extent(i int) extent {
	s := g.sets[i]
	e := extent{all: span{s.First, s.Last}}
	if slices.ContainsFunc(s.Aliases, func(a string) bool { return kindOf(a) == CorrelationID }) {
		e.named, e.isNamed = e.all, true
	}
	return e
}

// correlations counts the correlation ids of sets, up to one more than matters.
func (g *graph) correlations(sets []int, seen map[string]bool) {
	for _, i := range sets {
		for _, a := range g.sets[i].Aliases {
			if kindOf(a) == CorrelationID {
				seen[a] = true
			}
		}
		if len(seen) > MaxJoined {
			return
		}
	}
}

// breaks reports whether a component is beyond a limit at all.
func (g *graph) breaks(sets []int) bool {
	ids := map[string]bool{}
	g.correlations(sets, ids)
	if len(ids) > MaxJoined {
		return true
	}
	all, named := make([]span, len(sets)), make([]span, len(sets))
	for n, i := range sets {
		e := g.extent(i)
		all[n], named[n] = e.all, e.named
	}
	return farApart(named) || farApart(all)
}

// callIDs names each call: its earliest correlation id, else its earliest other
// alias. Occurrences that only a thread names get their start besides, because
// the thread is shared by all of them; these are listed by their ids. A chat is
// no call: its id says so, and that of a meeting's has the day.
func (g *graph) callIDs() (ids map[int]string, alone map[string]Occurrence) {
	type named struct {
		alias string
		time  time.Time
	}
	best := map[int]named{}
	starts, said := map[int]time.Time{}, map[int]time.Time{}
	for i, s := range g.sets {
		root := g.home(i)
		if root < 0 {
			continue
		}
		if meetingChat(g.thread(i)) {
			said[root] = earlier(said[root], s.First) // begins no call
		} else {
			starts[root] = earlier(starts[root], s.First)
		}
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
	ids, alone = make(map[int]string, len(best)), map[string]Occurrence{}
	for root, b := range best {
		ids[root] = valueOf(b.alias)
		switch {
		case meetingChat(b.alias):
			ids[root] = chatPrefix + ids[root] + "@" + said[root].UTC().Format(time.DateOnly)
		case kindOf(b.alias) == ChatID:
			ids[root] = chatPrefix + chatName(ids[root])
		case kindOf(b.alias) == ThreadID:
			o := Occurrence{valueOf(b.alias), starts[root]}
			ids[root] = o.ID(len(users[b.alias]) > 1)
			alone[ids[root]] = o
		}
	}
	return ids, alone
}

// chatPrefix begins the id of what is no call but a chat, so that no call has it.
const chatPrefix = "chat:"

// chatName is what a chat is called in outputs: its thread, or, where that is
// made of the ids of its two users, a hash, because an id of a call must not
// name anybody.
func chatName(thread string) string {
	if schema.AnonymousThread(thread) {
		return thread
	}
	sum := sha256.Sum256([]byte(thread))
	return hex.EncodeToString(sum[:16])
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
		case ChatID:
			return 3
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
