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
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// Kinds of alias, as they prefix an alias ("correlation_id:…").
const (
	CorrelationID    = "correlation_id"
	ServerCallID     = "server_call_id"
	CallConnectionID = "call_connection_id"
	GraphCallID      = "graph_call_id"
	ThreadID         = "thread_id"
	// ChatID is a chat. What names that of a meeting is of the call whose time
	// holds it, else it is of no call but of a day of the chat. Any other chat
	// stands beside calls, and all that names it is of it, whatever its time.
	ChatID = "chat_id"
)

// Limits beyond which an alias is not believed to name one call (design.md, 3).
const (
	// MaxApart is how far apart calls may lie that one alias joins.
	MaxApart = 24 * time.Hour
	// MaxJoined is how many calls with correlation ids of their own one alias
	// may join.
	MaxJoined = 20
)

// An AliasSet says that some event names all of Aliases, and the span of time
// that events with exactly these aliases speak of.
type AliasSet struct {
	// Key identifies the set for the caller; equal sets have equal keys.
	Key string
	// Aliases are "kind:value", without placeholders. Order is free.
	Aliases []string
	// First and Last bound what the events speak of; Time is the earliest event
	// time. Zero where not known. Where servers' events are among them, First
	// and Last should be those of servers alone: the clocks of clients may be
	// wrong by years, and one such would join all occurrences of a meeting.
	First, Last, Time time.Time
	// Own is true where only an app's own events name exactly these aliases.
	// Its First and Last count only where no server knows any of the calls.
	Own bool
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
	// Alone lists, by their ids, the calls that nothing but a thread names.
	Alone map[string]Occurrence
}

// Resolve assigns each alias set to a call.
func Resolve(sets []AliasSet) Resolution {
	sets = distinct(sets)
	distrust(sets)
	aside := runaways(sets)
	g := newGraph(sets, aside)
	for g.cutBridges() {
		g.link()
	}
	g.joinThreads()
	res := Resolution{Calls: make(map[string]string, len(sets))}
	ids, alone := g.callIDs()
	res.Alone = alone
	for i, s := range g.sets {
		if root := g.home(i); root >= 0 {
			res.Calls[s.Key] = ids[root]
		}
	}
	res.SetAside = describe(sets, aside, res.Calls)
	return res
}

// distrust drops the times of clients where a server knows a call by one of the
// same ids and when it was. Sets that know only a thread keep theirs: it places
// them.
func distrust(sets []AliasSet) {
	timed := map[string]bool{} // strong aliases that a server names with a time
	for _, s := range sets {
		if s.Own || s.First.IsZero() {
			continue
		}
		for _, a := range s.Aliases {
			if strong(a) {
				timed[a] = true
			}
		}
	}
	for i, s := range sets {
		if s.Own && slices.ContainsFunc(s.Aliases, func(a string) bool { return timed[a] }) {
			sets[i].First, sets[i].Last = time.Time{}, time.Time{}
		}
	}
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
		o.Own = o.Own && s.Own
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

func strong(alias string) bool { return kindOf(alias) != ThreadID && !meetingChat(alias) }

// meetingChat reports whether an alias is the chat of a meeting.
func meetingChat(alias string) bool {
	return kindOf(alias) == ChatID && schema.IsMeetingThread(valueOf(alias))
}

// Weak reports whether an alias names a call only together with the time: the
// thread or the chat of a meeting.
func Weak(alias string) bool { return !strong(alias) }

// Counterpart returns the chat of which an alias is the thread, and the other
// way round; "" for any other alias.
func Counterpart(alias string) string {
	switch value := valueOf(alias); {
	case meetingChat(alias):
		return ThreadID + ":" + value
	case kindOf(alias) == ThreadID && schema.IsMeetingThread(value):
		return ChatID + ":" + value
	}
	return ""
}

// threadOf is the thread that calls name of whose chat an alias is.
func threadOf(alias string) string { return ThreadID + ":" + valueOf(alias) }

// A span is an interval of time, zero where nothing is known of it.
type span struct{ first, last time.Time }

func (s span) with(o span) span {
	return span{earlier(s.first, o.first), later(s.last, o.last)}
}

// An extent is the time of events, and of those among them that name a
// correlation id.
type extent struct {
	all, named span
	isNamed    bool
}

func (e extent) with(o extent) extent {
	return extent{e.all.with(o.all), e.named.with(o.named), e.isNamed || o.isNamed}
}

// verdict tells why one alias must not join calls of these extents, or "".
// Distance is measured between the calls that have correlation ids, and between
// all: a long interval without one must not hide how far apart the calls are.
func verdict(joined []extent) string {
	ids := 0
	var all, named []span
	for _, e := range joined {
		if e.isNamed {
			ids++
		}
		all, named = append(all, e.all), append(named, e.named)
	}
	switch {
	case ids > MaxJoined:
		return ReasonJoined
	case farApart(named), farApart(all):
		return ReasonApart
	}
	return ""
}

// farApart reports whether spans leave a gap of more than MaxApart between
// them.
func farApart(spans []span) bool {
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.first.IsZero() })
	slices.SortFunc(spans, func(x, y span) int { return x.first.Compare(y.first) })
	var end time.Time
	for i, s := range spans {
		if i > 0 && s.first.Sub(end) > MaxApart {
			return true
		}
		end = later(end, s.last)
	}
	return false
}

// runaways finds the aliases that directly join too many or too distant calls.
// It looks at each alias alone, so that two runaway aliases that always come
// together are both found.
func runaways(sets []AliasSet) map[string]string {
	whole := map[string]span{} // of each correlation id
	for _, s := range sets {
		for _, a := range s.Aliases {
			if kindOf(a) == CorrelationID {
				whole[a] = whole[a].with(span{s.First, s.Last})
			}
		}
	}
	joined := map[string]map[string]extent{} // alias -> correlation id or set key -> when
	for _, s := range sets {
		for _, a := range s.Aliases {
			if !strong(a) || kindOf(a) == CorrelationID {
				continue
			}
			m := joined[a]
			if m == nil {
				m = map[string]extent{}
				joined[a] = m
			}
			named := false
			for _, c := range s.Aliases {
				if kindOf(c) == CorrelationID {
					m[c], named = extent{whole[c], whole[c], true}, true
				}
			}
			if !named {
				m["\x00"+s.Key] = extent{all: span{s.First, s.Last}}
			}
		}
	}
	aside := map[string]string{}
	for a, m := range joined {
		if reason := verdict(slices.Collect(maps.Values(m))); reason != "" {
			aside[a] = reason
		}
	}
	return aside
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
