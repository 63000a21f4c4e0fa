package contract

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"rollcall/rules/assemble"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// giant is a meeting of so many people with so many recordings, each of which
// every client signals and shows.
func giant(people, episodes int) []schema.Event {
	events := slices.Grow([]schema.Event(nil), people*(2*episodes+3)+2*episodes+20)
	for e := range giantly(people, episodes) {
		events = append(events, e)
	}
	return events
}

// giantly makes the events of giant one by one; the very last is a receipt.
func giantly(people, episodes int) iter.Seq[schema.Event] {
	return func(yield func(schema.Event) bool) { giantTo(people, episodes, yield) }
}

func giantTo(people, episodes int, yield func(schema.Event) bool) {
	names := slices.Grow([]string(nil), people)
	at := func(ms int) time.Time { return base.Add(time.Duration(ms) * time.Millisecond) }
	put := func(id string, source schema.Source, ms int, f schema.Facts) {
		when := at(ms)
		yield(schema.Event{ID: id, Content: id, Source: source, Time: when, First: when, Last: when,
			Refs: schema.CallRefs{CorrelationID: "call-1", CallConnectionID: "conn-1"}, Facts: f})
	}
	length := (episodes + 2) * 60_000
	for n := range episodes {
		rec, from := fmt.Sprintf("rec-%d", n), 60_000*(n+1)
		put(fmt.Sprintf("on-%028d", n), schema.SourceCallAutomation, from, schema.Facts{RecordingFlip: &schema.RecordingState{RecordingID: rec, Active: true, Start: at(from)}})
		put(fmt.Sprintf("off%029d", n), schema.SourceCallAutomation, from+40_000, schema.Facts{RecordingFlip: &schema.RecordingState{RecordingID: rec, Start: at(from)}})
	}
	for i := range people {
		names = append(names, fmt.Sprintf("8:acs:res_%06d", i))
	}
	slices.Sort(names)
	for n := range 20 { // rosters of everybody
		put(fmt.Sprintf("ros%029d", n), schema.SourceCallAutomation, n*1000+length/2, schema.Facts{Roster: &schema.Roster{RawIDs: names, Sequence: int64(n)}})
	}

	for i := range people {
		p := schema.Participant{ParticipantID: fmt.Sprintf("p-%06d", i), RawID: fmt.Sprintf("8:acs:res_%06d", i), EndpointID: fmt.Sprintf("e-%06d", i)}
		from, to := i%7*10_000, length-i%11*20_000
		put(fmt.Sprintf("sum%029d", i), schema.SourceAzureMonitor, length+i, schema.Facts{Summary: &schema.CallSummary{
			Participant: p, CallStart: at(0), CallDurationMs: int64(length), Start: at(from), DurationMs: int64(to - from), EndpointType: "voip"}})
		put(fmt.Sprintf("in-%029d", i), schema.SourceEventGrid, from, schema.Facts{Presence: &schema.Presence{Participant: p}})
		put(fmt.Sprintf("out%029d", i), schema.SourceEventGrid, to, schema.Facts{Presence: &schema.Presence{Participant: p, Left: true}})
		own := p
		own.RawID, own.EndpointID, own.AppID = "", "", "care"
		for n := range episodes {
			ms := 60_000*(n+1) + 300 + i%900
			put(fmt.Sprintf("sig%09d%020d", n, i), schema.SourceRollcall, ms, schema.Facts{Participant: &own, Signal: &schema.Signal{Capture: "recording", Active: true}})
			put(fmt.Sprintf("rcp%09d%020d", n, i), schema.SourceRollcall, ms+i%8000, schema.Facts{Participant: &own,
				Notice: &schema.Notice{Captures: recordingOnly, State: "started", Surface: "banner", Clock: schema.ClockSent}})
		}
	}
}

var recordingOnly = []string{"recording"}

func heap() uint64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestGiantMeeting: 10,000 participants, 50 episodes, a million events. They
// are assembled and judged, handed over one by one, in less than 300 MB; a
// receipt that comes later costs a fraction of that;
// and what comes out is what the plain way gives.
func TestGiantMeeting(t *testing.T) {
	people, episodes := 10_000, 50
	if testing.Short() || underRace {
		people = 500
	}
	opt := assemble.Options{Now: base.Add(1000 * time.Hour), Quiet: 24 * time.Hour}
	in := notice.Input{Policy: policy.Default(), Now: opt.Now}

	before := heap()
	begun := time.Now()
	var peak uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc-min(m.HeapAlloc, before))
			}
		}
	}()
	old := debug.SetGCPercent(20)
	gathering := assemble.NewGathering("call-1", opt)
	events := 0
	var late *schema.Event
	for e := range giantly(people, episodes) {
		if events++; late != nil {
			gathering.Add(late)
		}
		late = &e
	}
	spine := gathering.Spine()
	call := spine.Outline()
	n := 0
	for s := range spine.Sessions() {
		n += len(notice.Session(call, s, in))
	}
	judging := time.Since(begun)
	close(stop)
	<-done
	debug.SetGCPercent(old)
	if peak > 300<<20 {
		t.Errorf("assembling and judging took %d MB", peak>>20)
	}

	begun = time.Now()
	if !spine.Advance(in.Now) {
		t.Fatal("the call can't be kept")
	}
	changed, ok := spine.Receive(*late)
	if !ok || len(changed) != 1 {
		t.Fatalf("the receipt changed %d sessions, %v", len(changed), ok)
	}
	call = spine.Outline()
	rows := notice.Session(call, changed[0], in)
	receiving := time.Since(begun)
	if receiving > max(judging/5, time.Second) { // other processes may have the processor
		t.Errorf("a receipt took %v, all %v", receiving, judging)
	}

	t.Logf("%d events: assembled and %d obligations judged in %v with at most %d MB, one more receipt in %v",
		events, n, judging.Round(time.Millisecond), peak>>20, receiving)

	spine, gathering = nil, nil
	plain := assemble.Call("call-1", giant(people, episodes), opt)
	all := notice.Obligations(plain, in)
	if got := len(all); got != n {
		t.Errorf("%d obligations, %d in the plain way", n, got)
	}
	i := slices.IndexFunc(plain.Sessions, func(s schema.Session) bool { return s.ID == changed[0].ID })
	if !reflect.DeepEqual(plain.Sessions[i], changed[0]) {
		t.Error("the session is not that of the plain way")
	}
	if got := notice.Session(plain, plain.Sessions[i], in); !reflect.DeepEqual(got, rows) || len(rows) == 0 {
		t.Error("the obligations are not those of the plain way")
	}
}

// TestReceive: events handed to a spine one by one give what assembling all of
// them gives, or it says that it can't.
func TestReceive(t *testing.T) {
	took, refused, signals := 0, 0, 0
	for seed := range uint64(400) {
		s := newSample(seed)
		r := rand.New(rand.NewPCG(seed, 12))
		s.signal(r)
		w := evidenceOf(t, s.events...).under(samplePolicy).asOf(second(s.now))
		var early, late []schema.Event
		for _, e := range s.events {
			if (e.Facts.Notice != nil || e.Facts.Signal != nil) && r.IntN(2) == 0 || r.IntN(30) == 0 {
				late = append(late, e)
				if r.IntN(10) == 0 {
					late = append(late, e) // it comes twice
				}
			} else {
				early = append(early, e)
			}
		}
		spine := assemble.NewSpine("call-1", early, assemble.Options{Now: w.now, Quiet: w.policy.Base().Quiet})
		call := spine.Call()
		for _, e := range late {
			early = append(early, e)
			changed, ok := spine.Receive(e)
			signals += boolInt(ok && e.Facts.Signal != nil)
			want := w.call(early)
			if !ok {
				refused++
				spine = assemble.NewSpine("call-1", early, assemble.Options{Now: w.now, Quiet: w.policy.Base().Quiet})
				call = spine.Call()
				continue
			}
			took++
			for _, x := range changed {
				i := slices.IndexFunc(call.Sessions, func(o schema.Session) bool { return o.ID == x.ID })
				if i < 0 {
					t.Fatalf("seed %d: a session is new", seed)
				}
				call.Sessions[i] = x
			}
			again := spine.Call()
			if asText(t, again) != asText(t, want) {
				t.Fatalf("seed %d: after %s\n%s\nwant\n%s", seed, e.ID, asText(t, again), asText(t, want))
			}
			if asText(t, call.Sessions) != asText(t, want.Sessions) {
				t.Fatalf("seed %d: the changed sessions are not all", seed)
			}
		}
	}
	if took < 500 || refused == 0 || signals < 100 {
		t.Errorf("took %d events, of them %d signals, and refused %d: the worlds are too tame", took, signals, refused)
	}
}

// TestAdvance: a spine that is kept while time goes on is, at each instant, what
// assembling all that is known by then gives, or it says that it can't.
func TestAdvance(t *testing.T) {
	moved, took, refused := 0, 0, 0
	for seed := range uint64(400) {
		s := newSample(seed)
		s.signal(rand.New(rand.NewPCG(seed, 14)))
		w := evidenceOf(t, s.events...).under(samplePolicy)
		events := slices.Clone(s.events)
		slices.SortStableFunc(events, func(a, b schema.Event) int { return a.Time.Compare(b.Time) })
		r := rand.New(rand.NewPCG(seed, 13))
		n := r.IntN(len(events))
		at := func(now time.Time) assemble.Options {
			return assemble.Options{Now: now, Quiet: w.policy.Base().Quiet}
		}
		now := events[n].Time
		spine := assemble.NewSpine("call-1", events[:n+1], at(now))
		spine.Call()
		for i := n + 1; i < len(events); i++ {
			now = later(now, events[i].Time)
			want := asText(t, assemble.NewSpine("call-1", events[:i], at(now)).Call())
			ok := spine.Advance(now)
			if ok {
				moved++
				if got := asText(t, spine.Call()); got != want {
					t.Fatalf("seed %d: at %s\n%s\nwant\n%s", seed, now, got, want)
				}
				_, ok = spine.Receive(events[i])
			}
			if !ok {
				refused++
				spine = assemble.NewSpine("call-1", events[:i+1], at(now))
				spine.Call()
				continue
			}
			took++
			if got, want := asText(t, spine.Call()), asText(t, assemble.NewSpine("call-1", events[:i+1], at(now)).Call()); got != want {
				t.Fatalf("seed %d: after %s\n%s\nwant\n%s", seed, events[i].ID, got, want)
			}
		}
	}
	if moved < 500 || took < 200 || refused == 0 {
		t.Errorf("moved %d times, took %d events and refused %d: the worlds are too tame", moved, took, refused)
	}
}

// signal adds what clients saw, near the truth or not.
func (s *sample) signal(r *rand.Rand) {
	for range r.IntN(8) {
		x, ms := s.sessions[r.IntN(len(s.sessions))], r.IntN(s.length)
		capture := []string{"recording", "transcription"}[r.IntN(2)]
		active := s.on[capture][ms]
		if r.IntN(8) == 0 {
			active = !active
		}
		s.events = append(s.events, signal(x.who, capture, active, second(ms)))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func asText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func BenchmarkAssemble(b *testing.B) {
	for _, people := range []int{100, 1000} {
		events := giant(people, 20)
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				assemble.Call("call-1", events, assemble.Options{Now: base.Add(1000 * time.Hour)})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(events)), "ns/event")
		})
	}
}

func BenchmarkJudge(b *testing.B) {
	call := assemble.Call("call-1", giant(1000, 20), assemble.Options{Now: base.Add(1000 * time.Hour)})
	in := notice.Input{Policy: policy.Default(), Now: base.Add(1000 * time.Hour)}
	n := 0
	for b.Loop() {
		n = len(notice.Obligations(call, in))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/obligation")
}
