// Package assemble makes a Call of the events of one call. It is pure: no
// clock, no I/O. The order and the repetition of events change nothing, and an
// event dated after now is as if it had not come yet.
//
// Assembling has two steps, so that a large meeting stays cheap: NewSpine works
// out aliases, sessions and episodes from everything but receipts, and
// Spine.Call gives each session its receipts and signals.
package assemble

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// Options are the arguments of assembling that are not evidence.
type Options struct {
	// Now is the instant for which the call is assembled.
	Now time.Time
	// Quiet is how long a call may be without evidence before it is taken to
	// have ended at its last evidence.
	Quiet time.Duration
}

// Call assembles the events of one call, named id, as of opt.Now.
func Call(id string, events []schema.Event, opt Options) schema.Call {
	return NewSpine(id, events, opt).Call()
}

// A Spine is a call's aliases, sessions and episodes, before receipts are given
// to sessions.
type Spine struct {
	opt      Options
	call     schema.Call
	events   []schema.Event // current, known at Now, in a fixed order
	sessions []*session

	// Indexes of the finished sessions, made on first use.
	byParticipant map[string]*session
	byRaw         map[string][]*session
}

// NewSpine works out the spine of one call.
func NewSpine(id string, events []schema.Event, opt Options) *Spine {
	s := &Spine{opt: opt, call: schema.Call{ID: id}, events: known(events, opt.Now)}
	fullIDs(s.events)
	s.call.Aliases = aliases(s.events)
	s.call.Resource = resource(s.events)
	s.buildSessions()
	s.boundCall()
	s.closeSessions()
	s.buildEpisodes()
	return s
}

// Call gives each session its receipts and signals, decides join paths and
// returns the call.
func (s *Spine) Call() schema.Call {
	s.matchOwn()
	s.identify()
	c := s.call
	for _, x := range s.sessions {
		c.Sessions = append(c.Sessions, x.finish(c.ID))
	}
	slices.SortFunc(c.Sessions, func(a, b schema.Session) int {
		return cmp.Or(a.Joined.At.Compare(b.Joined.At), strings.Compare(a.ID, b.ID))
	})
	return c
}

// known keeps one event per id (the highest version; ties by content, so that
// order does not matter), leaves out what is dated after now, and sorts.
func known(in []schema.Event, now time.Time) []schema.Event {
	best := make(map[string]int, len(in))
	out := make([]schema.Event, 0, len(in))
	for _, e := range in {
		if !e.Time.IsZero() && e.Time.After(now) {
			continue
		}
		at, seen := best[e.ID]
		switch {
		case !seen:
			best[e.ID] = len(out)
			out = append(out, e)
		case cmp.Or(cmp.Compare(out[at].Version, e.Version), strings.Compare(out[at].Content, e.Content)) < 0:
			e.Via = vias(e.Via, out[at].Via)
			out[at] = e
		default:
			out[at].Via = vias(out[at].Via, e.Via)
		}
	}
	slices.SortFunc(out, func(a, b schema.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
	})
	return out
}

func vias(a, b []schema.Via) []schema.Via {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// aliases lists each id of the call with the first event that taught it.
func aliases(events []schema.Event) []schema.Alias {
	var out []schema.Alias
	seen := map[[2]string]bool{}
	for _, e := range events {
		for _, a := range []schema.Alias{
			{Kind: "correlation_id", Value: e.Refs.CorrelationID, Event: e.ID},
			{Kind: "server_call_id", Value: e.Refs.ServerCallID, Event: e.ID},
			{Kind: "call_connection_id", Value: e.Refs.CallConnectionID, Event: e.ID},
			{Kind: "graph_call_id", Value: e.Refs.GraphCallID, Event: e.ID},
			{Kind: "thread_id", Value: e.Refs.ThreadID, Event: e.ID},
		} {
			if key := [2]string{a.Kind, a.Value}; a.Value != "" && !seen[key] {
				seen[key] = true
				out = append(out, a)
			}
		}
	}
	slices.SortFunc(out, func(a, b schema.Alias) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value))
	})
	return out
}

// resource is the resource that most events name; ties by name.
func resource(events []schema.Event) string {
	count := map[string]int{}
	best := ""
	for _, e := range events {
		if e.Resource != "" {
			count[e.Resource]++
		}
	}
	for r, n := range count {
		if best == "" || n > count[best] || n == count[best] && r < best {
			best = r
		}
	}
	return best
}

// hash is the first 32 hex digits of SHA-256 over parts, each ended by a zero
// byte.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func sortedIDs(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
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
