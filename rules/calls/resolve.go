// Package calls decides which events belong to one call. Sources name a call by
// different ids (aliases), some of which are learnt late; two halves of a call
// merge as soon as one event names ids of both.
//
// Resolve is a pure function of a set of alias sets: neither their order nor
// their repetition changes its result, and an alias set that is no longer in
// the input splits the calls again that it joined.
package calls

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Kinds of alias, as they prefix an alias ("correlation_id:…").
const (
	CorrelationID    = "correlation_id"
	ServerCallID     = "server_call_id"
	CallConnectionID = "call_connection_id"
	GraphCallID      = "graph_call_id"
	ThreadID         = "thread_id"
)

// Limits beyond which an alias is not believed to name one call (design.md, 3).
const (
	// MaxApart is how far apart calls may lie that one alias joins.
	MaxApart = 24 * time.Hour
	// MaxJoined is how many calls with correlation ids of their own one alias
	// may join.
	MaxJoined = 20
)

// threadTolerance is how far outside the known time of an occurrence an event
// may lie that knows only the thread: the receipt of the first joiner comes
// before the server writes the call's start.
const threadTolerance = 2 * time.Second

// An AliasSet says that some event names all of Aliases, and the span of time
// that events with exactly these aliases speak of.
type AliasSet struct {
	// Key identifies the set for the caller; equal sets have equal keys.
	Key string
	// Aliases are "kind:value", without placeholders. Order is free.
	Aliases []string
	// First and Last bound what the events speak of; Time is the earliest event
	// time. Zero where not known.
	First, Last, Time time.Time
}

// Reasons for setting an alias aside.
const (
	ReasonApart  = "would join calls more than 24 h apart"
	ReasonJoined = "would join more than 20 calls"
)

// SetAside is an alias that is not believed.
type SetAside struct {
	Alias  string
	Reason string
	Calls  []string // ids of the calls that name it, sorted
}

// A Resolution assigns alias sets to calls.
type Resolution struct {
	// Calls maps the Key of each alias set to its call's id. A set that belongs
	// to no call (it has no alias left) is absent.
	Calls    map[string]string
	SetAside []SetAside // by alias
}

// Resolve assigns each alias set to a call.
func Resolve(sets []AliasSet) Resolution {
	sets = distinct(sets)
	aside := runaways(sets)
	g := newGraph(sets, aside)
	g.cutBridges(aside)
	g.joinThreads()
	res := Resolution{Calls: make(map[string]string, len(sets))}
	ids := g.callIDs()
	for i, s := range g.sets {
		if root := g.home(i); root >= 0 {
			res.Calls[s.Key] = ids[root]
		}
	}
	res.SetAside = describe(sets, aside, res.Calls)
	return res
}

// distinct merges sets of one key and brings everything into a fixed order.
func distinct(in []AliasSet) []AliasSet {
	byKey := make(map[string]int, len(in))
	out := make([]AliasSet, 0, len(in))
	for _, s := range in {
		at, seen := byKey[s.Key]
		if !seen {
			byKey[s.Key] = len(out)
			s.Aliases = slices.Compact(slices.Sorted(slices.Values(s.Aliases)))
			out = append(out, s)
			continue
		}
		o := &out[at]
		o.First, o.Last, o.Time = earlier(o.First, s.First), later(o.Last, s.Last), earlier(o.Time, s.Time)
	}
	slices.SortFunc(out, func(a, b AliasSet) int {
		return cmp.Or(slices.Compare(a.Aliases, b.Aliases), strings.Compare(a.Key, b.Key))
	})
	return out
}

func kindOf(alias string) string {
	kind, _, _ := strings.Cut(alias, ":")
	return kind
}

func valueOf(alias string) string {
	_, value, _ := strings.Cut(alias, ":")
	return value
}

func strong(alias string) bool { return kindOf(alias) != ThreadID }

// runaways finds the aliases that directly join too many or too distant calls.
// It looks at each alias alone, so that two runaway aliases that always come
// together are both found.
func runaways(sets []AliasSet) map[string]string {
	type span struct{ first, last time.Time }
	whole := map[string]span{} // of each correlation id
	for _, s := range sets {
		for _, a := range s.Aliases {
			if kindOf(a) == CorrelationID {
				w := whole[a]
				whole[a] = span{earlier(w.first, s.First), later(w.last, s.Last)}
			}
		}
	}
	joined := map[string]map[string]span{} // alias -> correlation id or set key -> span
	for _, s := range sets {
		for _, a := range s.Aliases {
			if !strong(a) || kindOf(a) == CorrelationID {
				continue
			}
			m := joined[a]
			if m == nil {
				m = map[string]span{}
				joined[a] = m
			}
			named := false
			for _, c := range s.Aliases {
				if kindOf(c) == CorrelationID {
					m[c], named = whole[c], true
				}
			}
			if !named {
				m["\x00"+s.Key] = span{s.First, s.Last}
			}
		}
	}
	aside := map[string]string{}
	for a, m := range joined {
		ids := 0
		spans := make([]span, 0, len(m))
		for k, sp := range m {
			if k[0] != 0 {
				ids++
			}
			if !sp.first.IsZero() {
				spans = append(spans, sp)
			}
		}
		slices.SortFunc(spans, func(x, y span) int { return x.first.Compare(y.first) })
		switch {
		case ids > MaxJoined:
			aside[a] = ReasonJoined
		case farApart(len(spans), func(i int) (time.Time, time.Time) { return spans[i].first, spans[i].last }):
			aside[a] = ReasonApart
		}
	}
	return aside
}

// farApart reports whether spans, sorted by their start, leave a gap of more
// than MaxApart between them.
func farApart(n int, at func(int) (first, last time.Time)) bool {
	var end time.Time
	for i := range n {
		first, last := at(i)
		if i > 0 && first.Sub(end) > MaxApart {
			return true
		}
		end = later(end, last)
	}
	return false
}

// describe lists what was set aside with the calls that name it.
func describe(sets []AliasSet, aside map[string]string, calls map[string]string) []SetAside {
	byAlias := map[string][]string{}
	for _, s := range sets {
		id, ok := calls[s.Key]
		if !ok {
			continue
		}
		for _, a := range s.Aliases {
			if _, is := aside[a]; is {
				byAlias[a] = append(byAlias[a], id)
			}
		}
	}
	out := make([]SetAside, 0, len(aside))
	for a, reason := range aside {
		out = append(out, SetAside{Alias: a, Reason: reason, Calls: slices.Compact(slices.Sorted(slices.Values(byAlias[a])))})
	}
	slices.SortFunc(out, func(x, y SetAside) int { return strings.Compare(x.Alias, y.Alias) })
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.IsZero() || b.After(a) {
		return b
	}
	return a
}
