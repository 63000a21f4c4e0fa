package calls

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var base = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func hour(h float64) time.Time { return base.Add(time.Duration(h * float64(time.Hour))) }

// set is an alias set whose events speak of the hours from first to last; its
// key is its aliases. "c:" stands for a correlation id and so on.
func set(first, last float64, aliases ...string) AliasSet {
	for i, a := range aliases {
		kind, value, _ := strings.Cut(a, ":")
		long := map[string]string{"c": CorrelationID, "s": ServerCallID, "k": CallConnectionID, "g": GraphCallID, "t": ThreadID, "m": ChatID}[kind]
		aliases[i] = long + ":" + value
	}
	return AliasSet{Key: fmt.Sprint(aliases, first), Aliases: aliases, First: hour(first), Last: hour(last), Time: hour(first)}
}

func own(s AliasSet) AliasSet { s.Own = true; return s }

// resolved lists the calls as "id: alias sets", and what was set aside; it
// wants the same from any order and repetition.
func resolved(t *testing.T, sets ...AliasSet) []string {
	t.Helper()
	want := Resolve(slices.Clone(sets))
	random := rand.New(rand.NewPCG(1, uint64(len(sets))))
	for range 20 {
		again := slices.Clone(sets)
		again = append(again, sets[random.IntN(len(sets))])
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		for i := range again {
			again[i].Aliases = slices.Clone(again[i].Aliases)
			random.Shuffle(len(again[i].Aliases), func(a, b int) {
				again[i].Aliases[a], again[i].Aliases[b] = again[i].Aliases[b], again[i].Aliases[a]
			})
		}
		if got := Resolve(again); !reflect.DeepEqual(got, want) {
			t.Fatalf("order changes the calls: %v, %v", want, got)
		}
	}
	members := map[string][]string{}
	for i, s := range sets {
		members[want.Calls[s.Key]] = append(members[want.Calls[s.Key]], fmt.Sprint(i))
	}
	var out []string
	for id, m := range members {
		out = append(out, id+": "+strings.Join(m, " "))
	}
	for _, a := range want.SetAside {
		out = append(out, "aside "+valueOf(a.Alias)+": "+a.Reason)
	}
	slices.Sort(out)
	return out
}

func TestResolve(t *testing.T) {
	many := func(n int, shared string) []AliasSet {
		var sets []AliasSet
		for i := range n {
			sets = append(sets, set(0, 1, fmt.Sprintf("c:%02d", i), shared))
		}
		return sets
	}
	weekly := []AliasSet{set(0, 1, "c:a", "t:T"), set(168, 169, "c:b", "t:T"), set(336, 337, "c:d", "t:T")}
	cases := map[string]struct {
		sets []AliasSet
		want []string
	}{
		"an event that names both merges two halves": {
			[]AliasSet{set(0, 1, "c:a"), set(0, 1, "s:x"), set(0.5, 0.5, "c:a", "s:x")}, []string{"a: 0 1 2"}},
		"a chain of ids learnt late": {
			[]AliasSet{set(0, 1, "c:a"), set(0, 1, "g:z"), set(0, 1, "c:a", "s:x"), set(0, 1, "s:x", "k:y"), set(0, 1, "k:y", "g:z")}, []string{"a: 0 1 2 3 4"}},
		"without the edge they are two": {
			[]AliasSet{set(0, 1, "c:a"), set(0, 1, "s:x")}, []string{"a: 0", "x: 1"}},
		"the earliest correlation id names the call": {
			[]AliasSet{set(0.5, 1, "c:b", "k:y"), set(0, 1, "c:c", "k:y"), set(0.2, 1, "c:a", "k:y")}, []string{"c: 0 1 2"}},
		"ties by value": {
			[]AliasSet{set(0, 1, "c:b", "k:y"), set(0, 1, "c:a", "k:y")}, []string{"a: 0 1"}},
		"a correlation id that comes late still names it": {
			[]AliasSet{set(0, 1, "k:y"), set(0.5, 1, "c:z", "k:y")}, []string{"z: 0 1"}},
		"else the first other alias": {
			[]AliasSet{set(0.5, 1, "k:y", "s:x"), set(0, 1, "s:x")}, []string{"x: 0 1"}},
		"a thread joins overlapping time": {
			[]AliasSet{set(0, 1, "c:a", "t:T"), set(0.9, 2, "c:b", "t:T")}, []string{"a: 0 1"}},
		"a thread joins nothing that only touches": {
			[]AliasSet{set(0, 1, "c:a", "t:T"), set(1, 2, "c:b", "t:T")}, []string{"a: 0", "b: 1"}},
		"occurrences of a meeting stay apart": {weekly, []string{"a: 0", "b: 1", "d: 2"}},
		"what knows only the thread belongs to the occurrence that holds it": {
			append(slices.Clone(weekly), set(168.5, 168.5, "t:T"), set(336.1, 336.1, "t:T")), []string{"a: 0", "b: 1 3", "d: 2 4"}},
		"also just before it": {
			append(slices.Clone(weekly), set(168-1./3600, 168-1./3600, "t:T")), []string{"a: 0", "b: 1 3", "d: 2"}},
		"back to back, a word between goes to the later one": {
			[]AliasSet{set(0, 1, "c:a", "t:T"), set(1, 2, "c:b", "t:T"), set(1, 1, "t:T")}, []string{"a: 0", "b: 1 2"}},
		"what no occurrence holds is its own": {
			append(slices.Clone(weekly), set(100, 100, "t:T")), []string{"T: 3", "a: 0", "b: 1", "d: 2"}},
		"thread-only occurrences": {
			[]AliasSet{set(0, 1, "t:T"), set(2, 2, "t:T"), set(168, 169, "t:T")},
			[]string{"T@2026-03-02T10:00:00.000Z: 0 1", "T@2026-03-09T10:00:00.000Z: 2"}},
		"one thread-only occurrence has the thread's name": {[]AliasSet{set(0, 1, "t:T")}, []string{"T: 0"}},
		"a call grown by one thread meets another by the next": {
			[]AliasSet{set(0, 1, "c:a", "t:T"), set(0.5, 3, "c:b", "t:T"), set(2, 4, "c:d", "t:S"), set(0, 0.5, "c:a", "t:S")}, []string{"a: 0 1 2 3"}},
		"an alias of calls more than 24 h apart is set aside": {
			[]AliasSet{set(0, 1, "c:a", "k:y"), set(26, 27, "c:b", "k:y")}, []string{"a: 0", "aside y: " + ReasonApart, "b: 1"}},
		"an alias of calls just 24 h apart is not": {
			[]AliasSet{set(0, 1, "c:a", "k:y"), set(25, 26, "c:b", "k:y")}, []string{"a: 0 1"}},
		"a long interval between does not hide how far they are apart": {
			[]AliasSet{set(0, 1, "c:a", "k:y"), set(0, 50, "k:y"), set(49, 50, "c:b", "k:y")}, []string{": 1", "a: 0", "aside y: " + ReasonApart, "b: 2"}},
		"a correlation id itself is never set aside": {
			[]AliasSet{set(0, 1, "c:a", "k:x"), set(100, 101, "c:a", "k:y")}, []string{"a: 0 1"}},
		"an alias of 20 calls is believed": {many(20, "k:y"), []string{"00: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"}},
		"an alias of more than 20 calls is set aside": {many(21, "k:y"), func() (want []string) {
			for i := range 21 {
				want = append(want, fmt.Sprintf("%02d: %d", i, i))
			}
			return append(want, "aside y: "+ReasonJoined)
		}()},
		"a thread that would join more than 20 calls is set aside": {many(21, "t:T"), func() (want []string) {
			for i := range 21 {
				want = append(want, fmt.Sprintf("%02d: %d", i, i))
			}
			return append(want, "aside T: "+ReasonJoined)
		}()},
		"an alias that joins distant calls through other ids is set aside": {
			[]AliasSet{set(0, 1, "c:a", "s:x"), set(0, 0.1, "s:x", "k:y"), set(48, 49, "k:y", "g:z"), set(48, 49, "g:z", "c:b")},
			[]string{"a: 0 1", "aside y: " + ReasonApart, "b: 2 3"}},
		"two runaways that always come together are both found": {
			[]AliasSet{set(0, 1, "c:a", "k:y", "s:x"), set(48, 49, "c:b", "k:y", "s:x")},
			[]string{"a: 0", "aside x: " + ReasonApart, "aside y: " + ReasonApart, "b: 1"}},
		"a client's wrong clock joins no meetings": {
			append(slices.Clone(weekly), own(set(-5000, 400, "c:a", "t:T"))), []string{"a: 0 3", "b: 1", "d: 2"}},
		"a client's wrong clock splits no call": {
			[]AliasSet{set(0, 1, "c:a", "s:x"), own(set(-5000, -5000, "s:x"))}, []string{"a: 0 1"}},
		"clients alone tell of a call": {
			[]AliasSet{own(set(0, 1, "c:a", "t:T")), own(set(0.5, 2, "c:b", "t:T"))}, []string{"a: 0 1"}},
		"a thread without a time belongs to no call": {
			[]AliasSet{set(0, 1, "c:a", "t:T"), {Key: "untimed", Aliases: []string{ThreadID + ":T"}}}, []string{": 1", "a: 0"}},
		"what is said in a meeting's chat is of the call that holds it, else of the day": {
			[]AliasSet{set(0, 1, "c:a", "t:19:meeting_T"), set(0.5, 0.5, "m:19:meeting_T"), set(3, 3, "m:19:meeting_T"), set(5, 5, "m:19:meeting_T"), set(15, 15, "m:19:meeting_T")},
			[]string{"a: 0 1", "chat:19:meeting_T@2026-03-02: 2 3", "chat:19:meeting_T@2026-03-03: 4"}},
		"a daily meeting that only the thread names": {
			[]AliasSet{set(0, 0, "t:T"), set(0.5, 0.5, "t:T"), set(24, 24, "t:T"), set(24.5, 24.5, "t:T"), set(48, 48, "t:T")},
			[]string{"T@2026-03-02T10:00:00.000Z: 0 1", "T@2026-03-03T10:00:00.000Z: 2 3", "T@2026-03-04T10:00:00.000Z: 4"}},
		"what servers say of the thread before and after a call is of it": {
			[]AliasSet{set(0, 0, "t:T"), set(0.2, 0.2, "g:z", "t:T"), set(0.5, 0.5, "t:T"), own(set(0.4, 0.4, "t:T")), own(set(0.9, 0.9, "t:T"))},
			[]string{"T: 4", "z: 0 1 2 3"}},
		"it joins no calls, but is of the nearest": {
			[]AliasSet{set(0, 0, "t:T"), set(0.2, 1, "c:a", "t:T"), set(1.4, 1.4, "t:T"), set(2, 3, "c:b", "t:T"), set(1.5, 1.5, "t:T"), set(1.6, 1.6, "t:T"), set(4, 4, "t:T")},
			[]string{"a: 0 1 2", "b: 3 4 5 6"}},
		"not where servers were silent for hours, or only clients speak": {
			[]AliasSet{set(0, 0, "t:T"), set(3, 4, "c:a", "t:T"), set(4.5, 4.5, "t:T"), own(set(2.5, 2.5, "t:T"))},
			[]string{"T: 0 2 3", "a: 1"}},
		"also of a call that only the thread names, whose name and bounds it leaves": {
			[]AliasSet{set(0, 1, "t:19:meeting_T"), set(0.5, 0.5, "m:19:meeting_T"), set(-1./3600, -1./3600, "m:19:meeting_T"), set(12, 12, "m:19:meeting_T"), set(12.5, 13, "t:19:meeting_T"), set(60, 60, "t:19:meeting_T")},
			[]string{"19:meeting_T@2026-03-02T10:00:00.000Z: 0 1 2 3 4", "19:meeting_T@2026-03-04T22:00:00.000Z: 5"}},
		"a meeting's chat joins no calls": {
			[]AliasSet{set(0, 1, "t:19:meeting_T"), set(12, 12, "m:19:meeting_T"), set(26, 27, "t:19:meeting_T")},
			[]string{"19:meeting_T@2026-03-02T10:00:00.000Z: 0", "19:meeting_T@2026-03-03T12:00:00.000Z: 2", "chat:19:meeting_T@2026-03-02: 1"}},
		"another chat is one, whatever its time, and no call": {
			[]AliasSet{set(0, 500, "m:19:T@thread.v2"), set(0, 1, "t:19:T@thread.v2"), set(0, 1, "c:a")}, []string{"19:T@thread.v2: 1", "a: 2", "chat:19:T@thread.v2: 0"}},
		"the id of a chat of two names neither": {
			[]AliasSet{set(0, 1, "m:19:ann_bob@unq.gbl.spaces")}, []string{"chat:249b3a49bdf23fb7af35f512184392e1: 0"}},
		"an id without a time does": {
			[]AliasSet{set(0, 1, "c:a"), {Key: "untimed", Aliases: []string{CorrelationID + ":a", ServerCallID + ":x"}}}, []string{"a: 0 1"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := resolved(t, c.sets...)
			want := slices.Sorted(slices.Values(c.want))
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// TestWithdrawnEdge: what was joined by an event is apart again without it.
func TestWithdrawnEdge(t *testing.T) {
	with := []AliasSet{set(0, 1, "c:a"), set(0, 1, "s:x"), set(0.5, 0.5, "c:a", "s:x")}
	if got := resolved(t, with...); len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	if got := resolved(t, with[:2]...); len(got) != 2 {
		t.Errorf("without the edge: %v", got)
	}
}

// TestRandomWorlds: whatever comes, the calls are the same in any order, every
// set that names a believed id has a call, and sets that share one share it.
func TestRandomWorlds(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 5))
		var sets []AliasSet
		for range 2 + random.IntN(30) {
			var names []string
			for _, kind := range []string{"c", "s", "k", "g", "t"} {
				if random.IntN(3) == 0 {
					names = append(names, fmt.Sprintf("%s:%d", kind, random.IntN(6)))
				}
			}
			if len(names) == 0 {
				continue
			}
			first := float64(random.IntN(100))
			s := set(first, first+float64(random.IntN(3)), names...)
			s.Own = random.IntN(4) == 0
			s.Key = fmt.Sprint(len(sets))
			sets = append(sets, s)
		}
		if len(sets) == 0 {
			continue
		}
		resolved(t, sets...)
		res := Resolve(slices.Clone(sets))
		aside := map[string]bool{}
		for _, a := range res.SetAside {
			aside[a.Alias] = true
			if kindOf(a.Alias) == CorrelationID {
				t.Fatalf("seed %d: a correlation id is set aside", seed)
			}
		}
		home := map[string]string{}
		for _, s := range sets {
			for _, a := range s.Aliases {
				if aside[a] || !strong(a) {
					continue
				}
				id, ok := res.Calls[s.Key]
				if !ok || id == "" {
					t.Fatalf("seed %d: set %v has no call", seed, s.Aliases)
				}
				if home[a] != "" && home[a] != id {
					t.Fatalf("seed %d: %s is of %s and %s", seed, a, home[a], id)
				}
				home[a] = id
			}
		}
	}
}

// TestBridgesBySearch holds the one-walk search for bridges against taking each
// alias out in turn.
func TestBridgesBySearch(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 6))
		var sets []AliasSet
		for i := range 3 + random.IntN(12) {
			names := []string{fmt.Sprintf("k:%d", random.IntN(8)), fmt.Sprintf("s:%d", random.IntN(8))}
			if random.IntN(2) == 0 {
				names = append(names, fmt.Sprintf("c:%d", random.IntN(5)))
			}
			first := float64(random.IntN(4)) * 20
			s := set(first, first+1, names...)
			s.Key = fmt.Sprint(i)
			sets = append(sets, s)
		}
		g := newGraph(distinct(sets), map[string]string{})
		for _, members := range g.members() {
			fast := map[string]string{}
			newWalk(g, members).bridges(fast)
			slow := map[string]string{}
			for _, name := range newWalk(g, members).names {
				if reason := g.withoutAlias(name, members); reason != "" && kindOf(name) != CorrelationID {
					slow[name] = reason
				}
			}
			if !reflect.DeepEqual(fast, slow) {
				t.Fatalf("seed %d: found %v, want %v", seed, fast, slow)
			}
		}
	}
}

// withoutAlias judges the pieces that a component falls into without an alias.
func (g *graph) withoutAlias(name string, members []int) string {
	sub := newGraph(nil, map[string]string{name: ""})
	for _, i := range members {
		sub.sets = append(sub.sets, g.sets[i])
	}
	sub.loose = make([]bool, len(sub.sets))
	sub.link()
	pieces := map[int]extent{}
	for i := range sub.sets {
		pieces[sub.find(i)] = pieces[sub.find(i)].with(sub.extent(i))
	}
	if len(pieces) < 2 {
		return ""
	}
	var all []extent
	for _, e := range pieces {
		all = append(all, e)
	}
	return verdict(all)
}

// TestManyCalls: the work grows with the number of sets, also in one component
// of sixty thousand that breaks a limit.
func TestManyCalls(t *testing.T) {
	var sets []AliasSet
	for i := range 30_000 {
		sets = append(sets, set(float64(i), float64(i)+0.5, "c:constant", fmt.Sprintf("k:%d", i)))
		sets = append(sets, set(float64(i), float64(i)+0.5, fmt.Sprintf("c:%d", i), fmt.Sprintf("s:%d", i), fmt.Sprintf("s:%d", i+1)))
	}
	begun := time.Now()
	res := Resolve(sets)
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	if len(res.Calls) != len(sets) {
		t.Errorf("%d of %d sets have a call", len(res.Calls), len(sets))
	}
}
