package assemble

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"rollcall/schema"
)

// base is the beginning of the calls in these tests; at counts seconds from it.
var base = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time {
	return base.Add(time.Duration(seconds * float64(time.Second))).Truncate(time.Millisecond)
}

const (
	alice = "8:acs:res_alice"
	bob   = "8:orgid:11111111-1111-1111-1111-111111111111"
)

func event(id string, seconds float64, f schema.Facts) schema.Event {
	return schema.Event{ID: id, Content: id, Time: at(seconds), First: at(seconds), Last: at(seconds), Facts: f,
		Refs: schema.CallRefs{CorrelationID: "call-1", CallConnectionID: "conn-1"}}
}

func summary(id, pid, raw, endpoint string, start, seconds float64) schema.Event {
	e := event(id, 4000, schema.Facts{Summary: &schema.CallSummary{
		Participant: schema.Participant{ParticipantID: pid, RawID: raw, EndpointID: endpoint},
		CallStart:   at(0), CallDurationMs: 600_000, Start: at(start), DurationMs: int64(seconds) * 1000, EndpointType: "voip",
	}})
	e.Source, e.Kind = schema.SourceAzureMonitor, "CallSummary"
	return e
}

func presence(source schema.Source, id, pid, raw string, left bool, seconds float64) schema.Event {
	e := event(id, seconds, schema.Facts{Presence: &schema.Presence{Left: left,
		Participant: schema.Participant{ParticipantID: pid, RawID: raw}}})
	e.Source = source
	return e
}

func recordingState(id string, active bool, start, seconds float64) schema.Event {
	e := event(id, seconds, schema.Facts{RecordingFlip: &schema.RecordingState{RecordingID: "rec-1", Active: active, Start: at(start)}})
	e.Source = schema.SourceCallAutomation
	return e
}

func shown(id, pid, raw, endpoint string, seconds float64) schema.Event {
	e := event(id, seconds, schema.Facts{
		Participant: &schema.Participant{ParticipantID: pid, RawID: raw, EndpointID: endpoint},
		Notice:      &schema.Notice{Captures: []string{"recording"}, State: "started", Surface: "banner"},
	})
	e.Source, e.Via = schema.SourceRollcall, []schema.Via{schema.ViaCloudEvent}
	return e
}

func assembled(t *testing.T, events ...schema.Event) schema.Call {
	t.Helper()
	opt := Options{Now: at(5000), Quiet: 24 * time.Hour}
	want := Call("call-1", events, opt)
	wantJSON, _ := json.Marshal(want)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 { // any order and repetition of the events gives the same call
		shuffled := append(append([]schema.Event(nil), events...), events[random.IntN(len(events))])
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, _ := json.Marshal(Call("call-1", shuffled, opt))
		if string(got) != string(wantJSON) {
			t.Fatalf("order changes the call:\n%s\n%s", wantJSON, got)
		}
	}
	return want
}

func TestSessionBounds(t *testing.T) {
	cases := map[string]struct {
		events     []schema.Event
		joined     time.Time
		joinSource schema.BoundSource
		left       time.Time
		leftSource schema.BoundSource
	}{
		"event grid ranks above the call summary": {
			events: []schema.Event{
				summary("s", "p", alice, "e", 1, 100),
				presence(schema.SourceEventGrid, "j", "p", alice, false, 1.25),
				presence(schema.SourceEventGrid, "l", "p", alice, true, 103),
			},
			joined: at(1.25), joinSource: schema.BoundEventGrid, left: at(103), leftSource: schema.BoundEventGrid,
		},
		"a call summary alone": {
			events: []schema.Event{summary("s", "p", alice, "e", 1.5, 100)},
			joined: at(1.5), joinSource: schema.BoundCallSummary, left: at(101.5), leftSource: schema.BoundCallSummary,
		},
		"the app refines whole seconds": {
			events: []schema.Event{summary("s", "p", alice, "e", 1.5, 100), presence(schema.SourceRollcall, "l", "p", alice, true, 102.1)},
			joined: at(1.5), joinSource: schema.BoundCallSummary, left: at(102.1), leftSource: schema.BoundApp,
		},
		"the app does not outrank the call summary": {
			events: []schema.Event{summary("s", "p", alice, "e", 1.5, 100), presence(schema.SourceRollcall, "l", "p", alice, true, 110)},
			joined: at(1.5), joinSource: schema.BoundCallSummary, left: at(101.5), leftSource: schema.BoundCallSummary,
		},
		"no leave ends with the call": {
			events: []schema.Event{
				presence(schema.SourceEventGrid, "j", "p", alice, false, 5),
				func() schema.Event {
					e := event("end", 300, schema.Facts{CallBound: &schema.CallBound{Ended: true, DurationMs: -1}})
					e.Source = schema.SourceEventGrid
					return e
				}(),
			},
			joined: at(5), joinSource: schema.BoundEventGrid, left: at(300), leftSource: schema.BoundAssumedCallEnd,
		},
		"no leave and no end is open": {
			events: []schema.Event{presence(schema.SourceEventGrid, "j", "p", alice, false, 5)},
			joined: at(5), joinSource: schema.BoundEventGrid, leftSource: schema.BoundOpen,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			call := assembled(t, c.events...)
			if len(call.Sessions) != 1 {
				t.Fatalf("want one session, got %+v", call.Sessions)
			}
			s := call.Sessions[0]
			if !s.Joined.At.Equal(c.joined) || s.Joined.Source != c.joinSource || !s.Left.At.Equal(c.left) || s.Left.Source != c.leftSource {
				t.Errorf("got joined %v (%s), left %v (%s)", s.Joined.At, s.Joined.Source, s.Left.At, s.Left.Source)
			}
		})
	}
}

func TestRejoinIsAnotherSession(t *testing.T) {
	call := assembled(t, summary("s1", "p1", alice, "e", 0, 100), summary("s2", "p2", alice, "e", 200, 50))
	if len(call.Sessions) != 2 || call.Sessions[0].ID == call.Sessions[1].ID {
		t.Fatalf("want two sessions, got %+v", call.Sessions)
	}
}

func TestTwoPartyRecordJoinsItsEventGridSession(t *testing.T) {
	call := assembled(t,
		presence(schema.SourceEventGrid, "j", "p", alice, false, 1),
		presence(schema.SourceEventGrid, "l", "p", alice, true, 61),
		summary("s", "", alice, "e9", 1.2, 60))
	if len(call.Sessions) != 1 || call.Sessions[0].EndpointID != "e9" || call.Sessions[0].ParticipantID != "p" {
		t.Fatalf("want one session with both ids, got %+v", call.Sessions)
	}
}

func TestEpisodes(t *testing.T) {
	pause := []schema.Event{
		summary("s", "p", alice, "e", 0, 600),
		recordingState("on", true, 10, 10.4), recordingState("pause", false, 10, 60), recordingState("resume", true, 10, 90), recordingState("off", false, 10, 200),
	}
	call := assembled(t, pause...)
	if len(call.Episodes) != 2 {
		t.Fatalf("want two episodes around the pause, got %+v", call.Episodes)
	}
	if e := call.Episodes[0]; !e.Start.At.Equal(at(10)) || !e.End.At.Equal(at(60)) {
		t.Errorf("first episode %v to %v", e.Start.At, e.End.At)
	}
	if e := call.Episodes[1]; !e.Start.At.Equal(at(90)) || !e.End.At.Equal(at(200)) || e.Ordinal != 2 {
		t.Errorf("second episode %v to %v", e.Start.At, e.End.At)
	}
}

func TestClientSignalsMakeAnEpisodeWhereNoServerSpeaks(t *testing.T) {
	signal := func(id, pid string, active bool, seconds float64) schema.Event {
		e := event(id, seconds, schema.Facts{
			Participant: &schema.Participant{ParticipantID: pid},
			Signal:      &schema.Signal{Capture: "recording", Active: active},
		})
		e.Source = schema.SourceRollcall
		return e
	}
	two := []schema.Event{summary("s1", "p1", alice, "e1", 0, 600), summary("s2", "p2", bob, "e2", 0, 600)}
	call := assembled(t, append(two, signal("a1", "p1", true, 20), signal("a2", "p2", true, 21), signal("i1", "p1", false, 80), signal("i2", "p2", false, 95))...)
	if len(call.Episodes) != 1 || !call.Episodes[0].Start.At.Equal(at(20)) || !call.Episodes[0].End.At.Equal(at(95)) {
		t.Fatalf("want 20 to 95 s, got %+v", call.Episodes)
	}
	call = assembled(t, append(two, signal("a1", "p1", true, 20), signal("i1", "p1", false, 30), recordingState("on", true, 19, 19), recordingState("off", false, 19, 100))...)
	if len(call.Episodes) != 1 || !call.Episodes[0].End.At.Equal(at(100)) {
		t.Fatalf("a client must not close what a server opened: %+v", call.Episodes)
	}
}

func TestReceiptsFitTheirSession(t *testing.T) {
	call := assembled(t,
		summary("s1", "p1", alice, "e1", 0, 600), summary("s2", "p2", alice, "e2", 0, 600),
		shown("r1", "p1", "", "", 1), shown("r2", "", alice, "e2", 2), shown("r3", "", alice, "", 3), shown("r4", "", alice, "e7", 4))
	got := map[string]int{}
	for _, s := range call.Sessions {
		for _, r := range s.Receipts {
			got[s.ParticipantID+" "+r.Event]++
		}
	}
	want := map[string]int{"p1 r1": 1, "p2 r2": 1, "p1 r3": 1, "p2 r3": 1}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for k := range want {
		if got[k] != 1 {
			t.Errorf("missing %s in %v", k, got)
		}
	}
	if len(call.Unmatched) != 1 || call.Unmatched[0] != "r4" {
		t.Errorf("unmatched: %v", call.Unmatched)
	}
}

func TestBareGUIDBecomesTheIdThatOthersName(t *testing.T) {
	call := assembled(t,
		summary("s", "", bob[len("8:orgid:"):], "e", 0, 600),
		shown("r", "", bob, "e", 1))
	if len(call.Sessions) != 1 || call.Sessions[0].RawID != bob || len(call.Sessions[0].Receipts) != 1 {
		t.Fatalf("got %+v", call.Sessions)
	}
	if s := call.Sessions[0]; s.JoinPath != schema.PathACSTeamsUser || s.PathEvidence != byReceipt {
		t.Errorf("join path %s by %s", s.JoinPath, s.PathEvidence)
	}
}

func TestEvidenceAfterNowHasNotCome(t *testing.T) {
	events := []schema.Event{presence(schema.SourceEventGrid, "j", "p", alice, false, 5), presence(schema.SourceEventGrid, "l", "p", alice, true, 50)}
	call := Call("call-1", events, Options{Now: at(20), Quiet: 24 * time.Hour})
	if s := call.Sessions[0]; !s.Left.At.IsZero() {
		t.Errorf("left is known too early: %v", s.Left)
	}
}
