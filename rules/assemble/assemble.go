// Package assemble makes a Call of the events of one call. It is pure: no
// clock, no I/O. The order and the repetition of events change nothing, and an
// event dated after now is as if it had not come yet.
//
// Assembling has two steps, so that a large meeting stays cheap: a Gathering's
// Spine works out aliases, sessions and episodes, and Spine.Sessions hands out
// the sessions one by one, each with its receipts and signals. A receipt that
// comes later is handed to Spine.Receive, which works out its own session only.
package assemble

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"iter"
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
	events   []*schema.Event // current, known at Now, by time, then id
	words    words
	shared   shared
	sessions []*session
	ordered  []*session // in the order of Call.Sessions, once matched

	// Indexes of the finished sessions, made on first use.
	full          map[string]string // raw ids by the GUID that they end with
	byParticipant map[string]*session
	byRaw         map[string][]*session
	matched       bool      // own events were given to sessions
	taught        []teacher // of each of call.Aliases

	// What Advance and Receive are decided by.
	ahead   time.Time          // the earliest instant after now that evidence speaks of
	latest  time.Time          // the last evidence besides words, once asked for
	clients map[string]watched // by capture
}

// NewSpine works out the spine of one call. It keeps pointers into events,
// which must not be changed while the Spine is in use.
func NewSpine(id string, events []schema.Event, opt Options) *Spine {
	g := NewGathering(id, opt)
	for _, e := range known(events, opt.Now) {
		g.Add(e)
	}
	return g.Spine()
}

// Call gives each session its receipts and signals, decides join paths and
// returns the call.
func (s *Spine) Call() schema.Call {
	c := s.Outline()
	for x := range s.Sessions() {
		c.Sessions = append(c.Sessions, x)
	}
	return c
}

// Outline returns the call without its sessions, which Sessions hands out.
func (s *Spine) Outline() schema.Call {
	s.match()
	c := s.call
	c.Teams, c.TeamsEvidence = s.teams()
	c.Sessions = make([]schema.Session, 0, len(s.sessions))
	c.Disputes, c.Compared = s.disputes()
	return c
}

// Sessions hands out the sessions of the call by join, then id. Each is made
// when it is asked for, so that the receipts and signals of one are in memory
// at a time.
func (s *Spine) Sessions() iter.Seq[schema.Session] {
	s.match()
	return func(yield func(schema.Session) bool) {
		for _, x := range s.ordered {
			if !yield(s.finish(x)) {
				return
			}
		}
	}
}

// match gives sessions what the app says of them, decides their join paths and
// puts them in their order, once.
func (s *Spine) match() {
	if s.matched {
		return
	}
	s.matchOwn()
	s.graphTenants()
	ids := make(map[*session]string, len(s.sessions))
	twins := make(map[string]int, len(s.sessions))
	for _, x := range s.sessions {
		x.identify()
		id := x.id(s.call.ID)
		if x.twin = twins[id]; x.twin > 0 {
			ids[x] = x.id(s.call.ID)
		} else {
			ids[x] = id
		}
		twins[id]++
	}
	s.ordered = slices.SortedFunc(slices.Values(s.sessions), func(a, b *session) int {
		return cmp.Or(a.Joined.At.Compare(b.Joined.At), strings.Compare(ids[a], ids[b]))
	})
}

// known keeps one event per id (the highest version; ties by content, so that
// order does not matter) and leaves out what is dated after now.
func known(in []schema.Event, now time.Time) []*schema.Event {
	best := make(map[string]int32, len(in))
	out := make([]*schema.Event, 0, len(in))
	for i := range in {
		e := &in[i]
		if !e.Time.IsZero() && e.Time.After(now) {
			continue
		}
		at, seen := best[e.ID]
		if !seen {
			best[e.ID] = int32(len(out))
			out = append(out, e)
			continue
		}
		old := out[at]
		if cmp.Or(cmp.Compare(old.Version, e.Version), strings.Compare(e.Content, old.Content)) < 0 {
			old, e = e, old
		}
		if via := vias(old.Via, e.Via); len(via) != len(old.Via) {
			c := *old // events are the caller's
			c.Via = via
			old = &c
		}
		out[at] = old
	}
	return out
}

func vias(a, b []schema.Via) []schema.Via {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// A teacher is the event that taught an alias first.
type teacher struct {
	at time.Time
	id string
}

func (t teacher) before(o teacher) bool {
	return cmp.Or(t.at.Compare(o.at), strings.Compare(t.id, o.id)) < 0
}

// aliases lists each id of the call with the first event that taught it.
func (s *Spine) aliases() (out []schema.Alias, taught []teacher) {
	first := map[[2]string]teacher{}
	learn := func(refs *schema.CallRefs, t teacher) {
		for _, a := range named(refs) {
			if a[1] == "" {
				continue
			}
			if old, ok := first[a]; !ok || t.before(old) {
				first[a] = t
			}
		}
	}
	for _, e := range s.events {
		learn(&e.Refs, teacher{e.Time, e.ID})
	}
	heard := map[*schema.CallRefs]bool{}
	for _, i := range s.words.order { // in order of time: the first of those that name the same
		if w := s.words.at(i); !heard[w.refs] {
			heard[w.refs] = true
			learn(w.refs, teacher{w.at(), w.id()})
		}
	}
	for a, t := range first {
		out = append(out, schema.Alias{Kind: a[0], Value: a[1], Event: t.id})
	}
	slices.SortFunc(out, func(a, b schema.Alias) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value))
	})
	for _, a := range out {
		taught = append(taught, first[[2]string{a.Kind, a.Value}])
	}
	return out, taught
}

// named lists the ids of a call by kind and value.
func named(refs *schema.CallRefs) [6][2]string {
	return [...][2]string{
		{"correlation_id", refs.CorrelationID},
		{"server_call_id", refs.ServerCallID},
		{"call_connection_id", refs.CallConnectionID},
		{"graph_call_id", refs.GraphCallID},
		{"thread_id", refs.ThreadID},
		{"chat_id", refs.ChatID},
	}
}

// resource is the resource that most events name; ties by name. An app's own
// events are carried by resources of another kind, and don't count.
func resource(events []*schema.Event) string {
	count := map[string]int{}
	best := ""
	for _, e := range events {
		if e.Resource != "" && e.Facts.Participant == nil {
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

// plays lists the audio that was heard to its end with an operation context,
// which the policy may know as a notice to telephone callers.
func plays(events []*schema.Event) []schema.CallPlay {
	var out []schema.CallPlay
	for _, e := range events { // in order of time
		if p := e.Facts.Play; p != nil && p.Completed && p.Context != "" && !e.Time.IsZero() {
			out = append(out, schema.CallPlay{Event: e.ID, At: e.Time, Context: p.Context})
		}
	}
	return out
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

// sortedIDs sorts ids and drops repeats and empty ones.
func sortedIDs(ids []string) []string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) > 0 && ids[0] == "" {
		ids = ids[1:]
	}
	return ids
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

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
