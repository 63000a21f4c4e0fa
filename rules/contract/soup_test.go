package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/rules/calls"
	"rollcall/schema"
)

// soup is random evidence of every source on a few calls of one thread, which
// need not make sense: halves, contradictions, versions and ids of all kinds.
func soup(r *rand.Rand) []schema.Event {
	pick := func(n int) int { return r.IntN(n) }
	people := []who{alice, alice2, tablet, bob, carol, phone, alice.byRaw(), tablet.byEndpoint(), {pid: "p-foreign"}, {endpoint: "e-alice"}, {raw: carol.raw[len("8:orgid:"):], pid: "p-carol"}}
	someone := func() who { return people[pick(len(people))] }
	day := float64(pick(3)) * 20 * 3600
	when := func() float64 {
		if pick(6) == 0 {
			day = float64(pick(3)) * 20 * 3600
		}
		return day + float64(pick(600_000))/1000
	}
	names := func(e *schema.Event) {
		n := pick(3)
		e.Refs = schema.CallRefs{CorrelationID: fmt.Sprint("call-", n)}
		switch pick(8) {
		case 0:
			e.Refs = schema.CallRefs{CallConnectionID: fmt.Sprint("conn-", n)}
		case 1:
			e.Refs.CallConnectionID = fmt.Sprint("conn-", n)
		case 2:
			e.Refs.ThreadID = "19:meeting_x@thread.v2"
		case 3:
			e.Refs = schema.CallRefs{ThreadID: "19:meeting_x@thread.v2"}
		case 4:
			e.Refs.ServerCallID = fmt.Sprint("server-", pick(4))
		}
	}
	makers := []func() schema.Event{
		func() schema.Event {
			e := summary(someone(), when(), float64(pick(300)), names, written(80_000+float64(pick(90_000))),
				endpointType([]string{"voip", "voip", "pstn", "server"}[pick(4)]), participantType([]string{"", "ACS", "Teams"}[pick(3)]))
			return with(e, version(int64(pick(3)), fmt.Sprint("summary-", pick(12))))
		},
		func() schema.Event { return added(someone(), when(), names) },
		func() schema.Event { return removed(someone(), when(), names) },
		func() schema.Event { return joins(someone(), when(), names) },
		func() schema.Event { return leaves(someone(), when(), names) },
		func() schema.Event { return callStarted(when(), names) },
		func() schema.Event { return callEnded(when(), names) },
		func() schema.Event { return disconnected(when(), names) },
		func() schema.Event {
			s := when()
			return recording(fmt.Sprint("r", pick(2)), pick(2) == 0, s, s+float64(pick(60)), names)
		},
		func() schema.Event { return transcription([]string{"on", "off", "none"}[pick(3)], when(), names) },
		func() schema.Event { return recorded(fmt.Sprint("r", pick(3)), when(), float64(pick(200)), names) },
		func() schema.Event {
			return recorded(fmt.Sprint("r", pick(3)), when(), float64(pick(200)), names, file, chunks("d0", "d1"))
		},
		func() schema.Event {
			return asked([]string{"start", "pause", "resume", "stop"}[pick(4)], []string{"", "r0", "r1"}[pick(3)], when(), names)
		},
		func() schema.Event {
			s := when()
			e := metadata(fmt.Sprint("d", pick(3)), int64(pick(2)), s, float64(pick(100)), [2]float64{s + 5, s + 5 + float64(pick(20))})
			return with(with(e, names), of(someone()))
		},
		func() schema.Event {
			s := when()
			e := record(int64(pick(3)), fmt.Sprint("record-", pick(3)), seat{who: someone(), id: fmt.Sprint("s", pick(4)), family: []string{"", "teams"}[pick(2)], from: s, to: s + float64(pick(200))})
			e.Refs.GraphCallID = fmt.Sprint("g-", pick(3))
			return e
		},
		func() schema.Event {
			w := someone()
			return rosterChange(when(), []schema.Presence{in(w, "x"+w.raw), gone(w, "x"+w.raw), lobby(w, "x"+w.raw)}[pick(3)])
		},
		func() schema.Event { return roster(int64(pick(5)), when(), someone(), someone()) },
		func() schema.Event {
			s := when()
			length := int64(pick(100_000)) - 1
			return event(schema.SourceGraph, "chatMessage", s, schema.Facts{Span: &schema.CaptureSpan{Capture: schema.Recording, Key: fmt.Sprint("k", pick(2)), Start: at(s), DurationMs: length}},
				[]change{func(e *schema.Event) {
					e.Refs = schema.CallRefs{ThreadID: "19:meeting_x@thread.v2", GraphCallID: fmt.Sprint("g-", pick(3))}
				}})
		},
		func() schema.Event { return with(streamed(when(), float64(pick(100))), names) },
		func() schema.Event { return diagnosis(someone(), 90_000) },
		func() schema.Event { return signal(someone(), "recording", pick(2) == 0, when(), names) },
		func() schema.Event {
			return shows(someone(), []string{"recording", "transcription", "recording+transcription"}[pick(3)], when(), names, id(fmt.Sprint("receipt-", pick(30))))
		},
	}
	events := make([]schema.Event, 0, 60)
	for range 5 + pick(55) {
		e := makers[pick(len(makers))]()
		e.Content = contentOf(e) // ids and names were changed since
		if strings.HasPrefix(e.ID, "summary-") || strings.HasPrefix(e.ID, "record-") || strings.HasPrefix(e.ID, "receipt-") {
			e.ID = e.Kind + e.ID
		} else {
			e.ID = e.Content
		}
		events = append(events, e)
	}
	return events
}

// resolved tells all that follows from events, call by call, as the store does:
// one event an id, its calls by their ids, each judged.
func (w *world) resolved(events []schema.Event) string {
	w.t.Helper()
	best := map[string]schema.Event{}
	for _, e := range events {
		if old, seen := best[e.ID]; !seen || cmp.Or(cmp.Compare(old.Version, e.Version), strings.Compare(e.Content, old.Content)) < 0 {
			best[e.ID] = e
		}
	}
	sets := map[string]*calls.AliasSet{}
	keys := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(best)) {
		e := best[id]
		names := aliasesOf(e)
		key := strings.Join(names, " ")
		if len(names) == 1 && e.Refs.ThreadID != "" {
			key += fmt.Sprint(" ", e.First.UnixMilli(), e.Last.UnixMilli())
		}
		keys[id] = key
		s := sets[key]
		if s == nil {
			s = &calls.AliasSet{Key: key, Aliases: names, Own: true}
			sets[key] = s
		}
		one := calls.AliasSet{Key: key, Aliases: names, First: e.First, Last: e.Last, Time: e.Time, Own: e.Source == schema.SourceRollcall}
		s.Time = first(s.Time, one.Time)
		switch {
		case one.Own && !s.Own:
			continue
		case !one.Own && s.Own:
			s.First, s.Last, s.Own = one.First, one.Last, false
			continue
		}
		s.First = first(s.First, one.First)
		if one.Last.After(s.Last) {
			s.Last = one.Last
		}
	}
	var list []calls.AliasSet
	for _, s := range sets {
		list = append(list, *s)
	}
	res := calls.Resolve(list)
	of := map[string][]schema.Event{}
	for id, e := range best {
		if call, ok := res.Calls[keys[id]]; ok {
			of[call] = append(of[call], e)
		}
	}
	var out []string
	for _, call := range slices.Sorted(maps.Keys(of)) {
		out = append(out, call+" "+w.all(of[call]))
	}
	aside, err := json.Marshal(res.SetAside)
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(out, "\n") + string(aside)
}

func aliasesOf(e schema.Event) []string {
	var out []string
	for _, a := range [][2]string{{calls.CorrelationID, e.Refs.CorrelationID}, {calls.ServerCallID, e.Refs.ServerCallID}, {calls.CallConnectionID, e.Refs.CallConnectionID},
		{calls.GraphCallID, e.Refs.GraphCallID}, {calls.ThreadID, e.Refs.ThreadID}} {
		if a[1] != "" {
			out = append(out, a[0]+":"+a[1])
		}
	}
	return out
}

// TestSoup: whatever evidence there is, its order and repetition change nothing,
// and what comes out keeps the promises of section 5.
func TestSoup(t *testing.T) {
	seeds := uint64(400)
	if testing.Short() {
		seeds = 80
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 3))
		events := soup(r)
		w := evidenceOf(t, events...).asOf(float64(pickNow(r)))
		want := w.resolved(events)
		for range 3 {
			again := append(slices.Clone(events), events[r.IntN(len(events))], events[r.IntN(len(events))])
			r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
			if got := w.resolved(again); got != want {
				t.Fatalf("seed %d: order changes what comes out:\n%s\n%s", seed, want, got)
			}
		}
		w.promises(seed, w.call(events))
	}
}

func pickNow(r *rand.Rand) int { return []int{600, 40 * 3600, 100 * 3600}[r.IntN(3)] }

// promises checks what holds of any call.
func (w *world) promises(seed uint64, c schema.Call) {
	w.t.Helper()
	ids := map[string]bool{}
	for _, s := range c.Sessions {
		if ids[s.ID] {
			w.t.Fatalf("seed %d: two sessions are %s", seed, s.ID)
		}
		ids[s.ID] = true
		if s.Joined.Source == "" || s.Left.Source == "" || s.JoinPath == "" || s.PathEvidence == "" {
			w.t.Fatalf("seed %d: a bound or a path without a source: %+v", seed, s)
		}
		if !s.Left.At.IsZero() && s.Left.At.Before(s.Joined.At) {
			w.t.Fatalf("seed %d: negative time: %+v", seed, s)
		}
	}
	last := map[string]schema.Episode{}
	for _, e := range c.Episodes {
		before, seen := last[e.Capture]
		if seen && (before.End.At.IsZero() || !e.Start.At.After(before.End.At)) || e.Ordinal != before.Ordinal+1 {
			w.t.Fatalf("seed %d: episodes touch or overlap: %+v, %+v", seed, before, e)
		}
		if e.Start.Source == "" || e.End.Source == "" || !e.End.At.IsZero() && !e.Start.At.Before(e.End.At) {
			w.t.Fatalf("seed %d: %+v", seed, e)
		}
		last[e.Capture] = e
	}
	rows := w.judge(c)
	for _, o := range rows {
		if o.ExposedAt.Before(o.JoinedAt) || o.ExposedAt.Before(o.EpisodeStart) || o.Result == "" {
			w.t.Fatalf("seed %d: %+v", seed, o)
		}
	}
}

// first is the earlier of two instants that are known.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
