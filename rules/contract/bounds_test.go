package contract

import (
	"testing"
	"time"

	"rollcall/schema"
)

func TestSessionBounds(t *testing.T) {
	cases := map[string]struct {
		events []schema.Event
		now    float64
		want   string
	}{
		"Event Grid ranks above the call summary": {
			[]schema.Event{summary(alice, 1, 100), added(alice, 1.25), removed(alice, 103)}, 0,
			`alice 1.25(event_grid) to 103(event_grid) acs_app:external_user by raw_id`},
		"the call summary ranks above rosters": {
			[]schema.Event{summary(alice, 1.5, 100), roster(1, 4, alice), roster(2, 105)}, 0,
			`alice 1.5(call_summary) to 101.5(call_summary) acs_app:external_user by raw_id`},
		"rosters rank above the app": {
			[]schema.Event{roster(1, 1, alice), roster(2, 100), joins(alice, 3), leaves(alice, 98)}, 0,
			`alice 1(roster) to 100(roster) acs_app:external_user by raw_id`},
		"the first roster of a connection that came later is no join": {
			[]schema.Event{joins(alice, 3), leaves(alice, 398), roster(1, 300, alice), roster(2, 400)}, 0,
			`alice 3(app) to 400(roster) acs_app:external_user by raw_id`},
		"a later roster is": {
			[]schema.Event{joins(alice, 3), leaves(alice, 398), roster(1, 100), roster(2, 300, alice), roster(3, 400)}, 0,
			`alice 300(roster) to 400(roster) acs_app:external_user by raw_id`},
		"the app ranks above Graph": {
			[]schema.Event{joins(alice, 3), leaves(alice, 98), graph(alice, false, 0), graph(alice, true, 110)}, 0,
			`alice 3(app) to 98(app) acs_app:external_user by raw_id`},
		"Graph, where nothing else speaks": {
			[]schema.Event{graph(alice, false, 0), graph(alice, true, 110)}, 0,
			`alice 0(graph) to 110(graph) acs_app:external_user by raw_id`},
		"a lower source refines within the resolution": {
			[]schema.Event{summary(alice, 1.5, 100), leaves(alice, 102.1)}, 0,
			`alice 1.5(call_summary) to 102.1(app) acs_app:external_user by raw_id`},
		"the higher of the lower sources refines": {
			[]schema.Event{summary(alice, 1.5, 100), leaves(alice, 102.1), roster(1, 2, alice), roster(2, 101.9)}, 0,
			`alice 1.5(call_summary) to 101.9(roster) acs_app:external_user by raw_id`},
		"a lower source beyond the resolution does not": {
			[]schema.Event{summary(alice, 1.5, 100), leaves(alice, 102.5)}, 0,
			`alice 1.5(call_summary) to 101.5(call_summary) acs_app:external_user by raw_id`},
		"the highest version of a summary counts": {
			[]schema.Event{summary(alice, 1, 50, version(0, "k")), summary(alice, 1, 90, version(2, "k")), summary(alice, 1, 70, version(1, "k"))}, 0,
			`alice 1(call_summary) to 91(call_summary) acs_app:external_user by raw_id`},
		"a version that comes after now does not count yet": {
			[]schema.Event{summary(alice, 1, 50, version(0, "k"), written(700)), summary(alice, 1, 90, version(2, "k"))}, 800,
			`alice 1(call_summary) to 51(call_summary) acs_app:external_user by raw_id`},
		"no known end: the next join on the same endpoint": {
			[]schema.Event{joins(alice.byEndpoint(), 5), joins(alice.byEndpoint(), 60), leaves(alice.byEndpoint(), 90)}, 0,
			`alice@e-alice 5(app) to 60(assumed:next_join) acs_app:external_user by raw_id
			 alice@e-alice 60(app) to 90(app) acs_app:external_user by raw_id`},
		"a join on another endpoint is no end": {
			[]schema.Event{joins(alice.byEndpoint(), 5), joins(tablet.byEndpoint(), 60), leaves(tablet.byEndpoint(), 90), callEnded(100)}, 0,
			`alice@e-alice 5(app) to 100(assumed:call_end) acs_app:external_user by raw_id
			 alice@e-tablet 60(app) to 90(app) acs_app:external_user by raw_id`},
		"no known end: with the call": {
			[]schema.Event{added(alice, 5), callEnded(300)}, 0,
			`alice 5(event_grid) to 300(assumed:call_end) acs_app:external_user by raw_id`},
		"no known end, and the call goes on": {
			[]schema.Event{added(alice, 5)}, 0, `alice 5(event_grid) to open(open) acs_app:external_user by raw_id`},
		"no known join: from the call's start": {
			[]schema.Event{callStarted(2), removed(alice, 50)}, 0,
			`alice 2(assumed:first_evidence) to 50(event_grid) acs_app:external_user by raw_id`},
		"no known join after another stay: from its end": {
			[]schema.Event{callStarted(2), added(alice, 3), removed(alice, 50), removed(alice2, 90)}, 0,
			`alice 3(event_grid) to 50(event_grid) acs_app:external_user by raw_id
			 alice2 50(assumed:first_evidence) to 90(event_grid) acs_app:external_user by raw_id`},
		"sources that contradict each other make no negative time": {
			[]schema.Event{added(alice, 80), leaves(alice, 50)}, 0,
			`alice 80(event_grid) to 80(app) acs_app:external_user by raw_id`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			if c.now > 0 {
				w.asOf(c.now)
			}
			w.sessions(c.want)
		})
	}
}

// graph is a session of Graph's callRecord.
func graph(w who, left bool, seconds float64) schema.Event {
	return presence(schema.SourceGraph, w, left, seconds, []change{func(e *schema.Event) { e.Kind = "callRecord" }})
}

func TestStays(t *testing.T) {
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"a two-party record without participant id joins its Event Grid session": {
			[]schema.Event{added(alice, 1), removed(alice, 61), summary(alice.byEndpoint(), 1.2, 60)},
			`alice 1(event_grid) to 61(event_grid) acs_app:external_user by raw_id`},
		"two-party records without participant ids are sessions by endpoint": {
			[]schema.Event{summary(alice.byEndpoint(), 1, 60), summary(bob.byEndpoint(), 2, 59)},
			`alice@e-alice 1(call_summary) to 61(call_summary) acs_app:external_user by raw_id
			 bob@e-bob 2(call_summary) to 61(call_summary) acs_app:external_user by raw_id`},
		"two records of a rejoin go to the nearest": {
			[]schema.Event{added(alice, 0), removed(alice, 100), added(alice2, 130), removed(alice2, 200),
				summary(alice.byEndpoint(), 0, 100), summary(alice.byEndpoint(), 130, 70)},
			`alice 0(event_grid) to 100(event_grid) acs_app:external_user by raw_id
			 alice2 130(event_grid) to 200(event_grid) acs_app:external_user by raw_id`},
		"a rejoin that only the app tells of is a session of its own": {
			[]schema.Event{added(alice, 0), removed(alice, 100), joins(alice.byRaw(), 1), leaves(alice.byRaw(), 99.5),
				joins(alice.byRaw(), 130), leaves(alice.byRaw(), 200)},
			`alice 0(event_grid) to 100(event_grid) acs_app:external_user by raw_id
			 alice 130(app) to 200(app) acs_app:external_user by raw_id`},
		"a later stay does not end one whose end is not known": {
			[]schema.Event{added(alice, 0), joins(alice.byRaw(), 200), leaves(alice.byRaw(), 300), callEnded(400)},
			`alice 0(event_grid) to 400(assumed:call_end) acs_app:external_user by raw_id
			 alice 200(app) to 300(app) acs_app:external_user by raw_id`},
		"two stays of the app in one of the server are one": {
			[]schema.Event{added(alice, 0), removed(alice, 100), joins(alice.byRaw(), 1), leaves(alice.byRaw(), 50), joins(alice.byRaw(), 51), leaves(alice.byRaw(), 99.5)},
			`alice 0(event_grid) to 100(event_grid) acs_app:external_user by raw_id`},
		"the app's leave a little after the server's is of the same session": {
			[]schema.Event{added(alice, 0), removed(alice, 100), leaves(alice.byRaw(), 101)},
			`alice 0(event_grid) to 100(event_grid) acs_app:external_user by raw_id`},
		"a stay seen by a wrong clock is the same stay": {
			[]schema.Event{added(alice, 100), removed(alice, 110), joins(alice.byRaw(), 130), leaves(alice.byRaw(), 140)},
			`alice 100(event_grid) to 110(event_grid) acs_app:external_user by raw_id`},
		"a join said twice at one instant is one session": {
			[]schema.Event{joins(alice.byRaw(), 5, id("a")), joins(alice.byRaw(), 5, id("b")), leaves(alice.byRaw(), 60)},
			`alice 5(app) to 60(app) acs_app:external_user by raw_id`},
		"a roster's run over two sessions bounds neither": {
			[]schema.Event{joins(alice, 5), joins(tablet, 60), leaves(tablet, 90), roster(1, 6, alice), roster(2, 95), callEnded(100)},
			`alice 5(app) to 100(assumed:call_end) acs_app:external_user by raw_id
			 tablet 60(app) to 90(app) acs_app:external_user by raw_id`},
		"a roster alone makes sessions": {
			[]schema.Event{roster(1, 6, alice), roster(2, 20, alice, bob), roster(3, 40, bob), roster(4, 50)},
			`alice 6(roster) to 40(roster) acs_app:external_user by raw_id
			 bob 20(roster) to 50(roster) acs_app:external_user by raw_id`},
		"rosters go by their sequence, not their time": {
			[]schema.Event{roster(1, 6, alice), roster(3, 19, alice), roster(2, 20, alice, bob)},
			`alice 6(roster) to open(open) acs_app:external_user by raw_id
			 bob 20(roster) to 20(roster) acs_app:external_user by raw_id`},
		"a telephone leg that the log does not name gets the roster's number": {
			[]schema.Event{summary(who{pid: "p-leg"}, 10, 90, endpointType("pstn")), roster(1, 10, phone), roster(2, 100)},
			`leg 10(call_summary) to 100(roster) pstn by endpoint_type`},
		"two telephone legs that the log does not name get none": {
			[]schema.Event{summary(who{pid: "p-leg1"}, 10, 90, endpointType("pstn")), summary(who{pid: "p-leg2"}, 12, 80, endpointType("pstn")),
				roster(1, 10, phone), roster(2, 12, phone, who{raw: "4:+14255550199"}), roster(3, 100)},
			`leg1 10(call_summary) to 100(call_summary) pstn by endpoint_type
			 leg2 12(call_summary) to 92(call_summary) pstn by endpoint_type`},
		"a telephone leg that two numbers could be gets neither": {
			[]schema.Event{summary(who{pid: "p-leg"}, 10, 90, endpointType("pstn")), roster(1, 10, phone, who{raw: "4:+14255550199"}), roster(2, 100)},
			`leg 10(call_summary) to 100(call_summary) pstn by endpoint_type`},
		"a more precise record of one source refines": {
			[]schema.Event{summary(alice, 10, 90, id("a")), summary(alice, 10, 89.7, id("b"))},
			`alice 10(call_summary) to 99.7(call_summary) acs_app:external_user by raw_id`},
		"a bare GUID that a roster names in full is one participant": {
			[]schema.Event{summary(who{pid: "p-carol", raw: carol.raw[len("8:orgid:"):]}, 0, 100, participantType("Teams")), roster(1, 0, carol), roster(2, 100)},
			`carol 0(call_summary) to 100(roster) teams_client:teams_user by participant_type`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).sessions(c.want) })
	}
}

func TestCallBounds(t *testing.T) {
	cases := map[string]struct {
		events []schema.Event
		now    float64
		want   string
	}{
		"CallEnded ranks above the summary":                   {[]schema.Event{summary(alice, 0, 100), callEnded(603)}, 0, "0(call_summary) to 603(event_grid)"},
		"the summary ranks above CallDisconnected":            {[]schema.Event{summary(alice, 0, 100), disconnected(603)}, 0, "0(call_summary) to 600(call_summary)"},
		"CallDisconnected, where nothing else tells":          {[]schema.Event{added(alice, 1), connected(2), disconnected(90)}, 0, "1(assumed:first_evidence) to 90(call_automation)"},
		"a connection's end is not the call's":                {[]schema.Event{added(alice, 1), disconnected(90), added(bob, 200)}, 0, "1(assumed:first_evidence) to open(open)"},
		"the last of several connections":                     {[]schema.Event{added(alice, 1), disconnected(90), disconnected(95)}, 0, "1(assumed:first_evidence) to 95(call_automation)"},
		"start plus duration of the summary":                  {[]schema.Event{summary(alice, 0, 100, callDuration(120_000))}, 0, "0(call_summary) to 120(call_summary)"},
		"without either, the last leave":                      {[]schema.Event{added(alice, 1), removed(alice, 70), added(bob, 2), removed(bob, 80)}, 0, "1(assumed:first_evidence) to 80(assumed:last_leave)"},
		"no evidence for 24 h: the last evidence":             {[]schema.Event{added(alice, 1), recording("r", true, 50, 50)}, 50 + 24*3600 + 1, "1(assumed:first_evidence) to 50(assumed:last_evidence)"},
		"no evidence for just 24 h: it goes on":               {[]schema.Event{added(alice, 1), recording("r", true, 50, 50)}, 50 + 24*3600, "1(assumed:first_evidence) to open(open)"},
		"a late log record speaks of the call, not of itself": {[]schema.Event{added(alice, 1), recorded("r", 10, 20, written(9000))}, 30 + 24*3600 + 1, "1(assumed:first_evidence) to 30(assumed:last_evidence)"},
		"what a log wrote later without a time tells of none": {[]schema.Event{added(alice, 1), recording("r", true, 50, 50), diagnosis(alice, 9000)}, 50 + 24*3600 + 1, "1(assumed:first_evidence) to 50(assumed:last_evidence)"},
		"a client's wrong clock is not the call's start":      {[]schema.Event{added(alice, 1), shows(alice, "recording", -9000), removed(bob, 5)}, 0, "1(assumed:first_evidence) to open(open)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			if c.now > 0 {
				w.asOf(c.now)
			}
			w.shuffled()
			call := w.call(w.events)
			if got := sec(call.Start.At) + "(" + string(call.Start.Source) + ") to " + sec(call.End.At) + "(" + string(call.End.Source) + ")"; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// diagnosis is a CallDiagnostics row, which tells of no time but when it was
// written.
func diagnosis(w who, seconds float64) schema.Event {
	return event(schema.SourceAzureMonitor, "CallDiagnostics", seconds, schema.Facts{Media: &schema.MediaStream{Participant: w.participant()}},
		[]change{func(e *schema.Event) { e.First, e.Last = time.Time{}, time.Time{} }})
}

func TestEpisodes(t *testing.T) {
	in := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{summary(alice, 0, 600), summary(bob, 0, 600)}, more...)
	}
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"active starts at startDateTime when that recording was not known": {in(recording("r", true, 10, 12), recording("r", false, 10, 100)),
			`recording#1 10(call_automation) to 100(call_automation)`},
		"active starts at time when it resumes": {in(recording("r", true, 10, 10), recording("r", false, 10, 50), recording("r", true, 10, 70), recording("r", false, 10, 100)),
			`recording#1 10(call_automation) to 50(call_automation)
			 recording#2 70(call_automation) to 100(call_automation)`},
		"the lost beginning is what the stop says": {in(recording("r", false, 10, 100)), `recording#1 10(call_automation) to 100(call_automation)`},
		"a repeat of active changes nothing":       {in(recording("r", true, 10, 10), recording("r", true, 10, 11), recording("r", false, 10, 100)), `recording#1 10(call_automation) to 100(call_automation)`},
		"a pause and a resume of one millisecond leave it on": {in(recording("r", true, 10, 10), recording("r", false, 10, 50), recording("r", true, 10, 50), recording("r", false, 10, 100)),
			`recording#1 10(call_automation) to 100(call_automation)`},
		"started and resumed switch on, stopped and failed off, updated nothing": {in(transcription("on", 10, connection("a")), transcription("none", 20, connection("a")), transcription("off", 30, connection("a"))),
			`transcription#1 10(call_automation) to 30(call_automation)`},
		"each connection counts for itself, the union is what users see": {in(transcription("on", 10, connection("a")), transcription("on", 20, connection("b")), transcription("off", 30, connection("a")), transcription("off", 40, connection("b"))),
			`transcription#1 10(call_automation) to 40(call_automation)`},
		"a recording of content transcription is a transcription": {in(recorded("r", 10, 50, func(e *schema.Event) { e.Facts.Recording.Content = "transcription" })),
			`transcription#1 10(recording_summary) to 60(recording_summary)`},
		"unknown end: with the call, assumed from the last evidence": {in(recording("r", true, 10, 10), recording("r", true, 10, 30)),
			`recording#1 10(call_automation) to 600(assumed:call_end) assumed from 30`},
		"a summary alone":                           {in(recorded("r", 10, 50.5)), `recording#1 10(recording_summary) to 60.5(recording_summary)`},
		"a file event alone, to the millisecond":    {in(recorded("r", 10, 50.503, file)), `recording#1 10(recording_file) to 60.503(recording_file)`},
		"a file event refines the summary's length": {in(recorded("r", 10, 50.5), recorded("r", 10, 50.503, file)), `recording#1 10(recording_summary) to 60.503(recording_summary)`},
		"the length is without pauses: with known pauses the end moves by their sum": {in(recorded("r", 10, 50, pauses([2]float64{20, 30}, [2]float64{40, 45}))),
			`recording#1 10(recording_summary) to 20(recording_summary)
			 recording#2 30(recording_summary) to 40(recording_summary)
			 recording#3 45(recording_summary) to 75(recording_summary)`},
		"pauses that two records state are the same pauses": {in(recorded("r", 10, 50, pauses([2]float64{20, 30})), recorded("r", 10, 50, file, pauses([2]float64{20, 30}))),
			`recording#1 10(recording_summary) to 20(recording_summary)
			 recording#2 30(recording_summary) to 70(recording_summary)`},
		"a lost stop is where the recorded length is used up": {in(recording("r", true, 10, 10), recording("r", false, 10, 50), recording("r", true, 10, 70), recorded("r", 10, 60)),
			`recording#1 10(call_automation) to 50(call_automation)
			 recording#2 70(call_automation) to 90(recording_summary)`},
		"a lost start is the summary's": {in(recording("r", false, 10, 50, noStart), recorded("r", 10, 40)),
			`recording#1 10(recording_summary) to 50(call_automation)`},
		"streaming usage, where Call Automation is silent": {in(span(schema.SourceAzureMonitor, "transcription", "s", 10, 50)),
			`transcription#1 10(streaming_usage) to 60(streaming_usage)`},
		"streaming usage ends what Call Automation left open": {in(transcription("on", 9, connection("a")), span(schema.SourceAzureMonitor, "transcription", "s", 10, 50)),
			`transcription#1 9(call_automation) to 60(streaming_usage)`},
		"Call Automation ranks above streaming usage": {in(transcription("on", 9, connection("a")), transcription("off", 55, connection("a")), span(schema.SourceAzureMonitor, "transcription", "s", 10, 50)),
			`transcription#1 9(call_automation) to 55(call_automation)`},
		"Teams chat, where nothing else tells": {in(span(schema.SourceGraph, "recording", "c", 10, -1), span(schema.SourceGraph, "recording", "c", 10, 80, id("later"))),
			`recording#1 10(teams_chat) to 90(teams_chat)`},
		"a streaming session that stops and starts again has two rows": {in(span(schema.SourceAzureMonitor, "transcription", "s", 10, 50), span(schema.SourceAzureMonitor, "transcription", "s", 100, 20)),
			`transcription#1 10(streaming_usage) to 60(streaming_usage)
			 transcription#2 100(streaming_usage) to 120(streaming_usage)`},
		"rows of two participants of a streaming session are one": {in(span(schema.SourceAzureMonitor, "transcription", "s", 10, 50, id("a")), span(schema.SourceAzureMonitor, "transcription", "s", 10, 30, id("b"))),
			`transcription#1 10(streaming_usage) to 60(streaming_usage)`},
		"two recordings of one call's chat": {in(span(schema.SourceGraph, "recording", "c", 10, -1), span(schema.SourceGraph, "recording", "c", 11, 50),
			span(schema.SourceGraph, "recording", "c", 100, -1), span(schema.SourceGraph, "recording", "c", 101, 90)),
			`recording#1 10(teams_chat) to 60(teams_chat)
			 recording#2 100(teams_chat) to 190(teams_chat)`},
		"a message that a recording is over comes late, and once more": {in(span(schema.SourceGraph, "recording", "c", 10, -1), span(schema.SourceGraph, "recording", "c", 11, 50), span(schema.SourceGraph, "recording", "c", 75, 50.2)),
			`recording#1 10(teams_chat) to 60.2(teams_chat)`},
		"a recording whose beginning the chat lost": {in(span(schema.SourceGraph, "recording", "c", 10, -1), span(schema.SourceGraph, "recording", "c", 11, 50), span(schema.SourceGraph, "recording", "c", 200, 90)),
			`recording#1 10(teams_chat) to 60(teams_chat)
			 recording#2 200(teams_chat) to 290(teams_chat)`},
		"one whose end the chat lost was over when the next began": {in(span(schema.SourceGraph, "recording", "c", 10, -1), span(schema.SourceGraph, "recording", "c", 100, -1), span(schema.SourceGraph, "recording", "c", 101, 90)),
			`recording#1 10(teams_chat) to 190(teams_chat)`},
		"client signals, where no server says more": {in(signal(alice, "recording", true, 20), signal(bob, "recording", true, 21), signal(alice, "recording", false, 80), signal(bob, "recording", false, 95)),
			`recording#1 20(client_signal) to 95(client_signal)`},
		"a client's signal never closes what a server opened": {in(recording("r", true, 10, 10), recording("r", false, 10, 200), signal(alice, "recording", true, 10.5), signal(alice, "recording", false, 30)),
			`recording#1 10(call_automation) to 200(call_automation)`},
		"nor one whose end is not known": {in(recording("r", true, 10, 10), signal(alice, "recording", true, 10.5), signal(alice, "recording", false, 30)),
			`recording#1 10(call_automation) to 600(assumed:call_end) assumed from 10`},
		"what only clients saw ends when all that are still there say so": {
			[]schema.Event{added(alice, 0), removed(alice, 50), added(bob, 0), removed(bob, 600), callEnded(600),
				signal(alice, "recording", true, 20), signal(bob, "recording", true, 21), signal(bob, "recording", false, 95)},
			`recording#1 20(client_signal) to 95(client_signal)`},
		"who saw it and left says nothing of its end": {
			[]schema.Event{added(alice, 0), removed(alice, 50), added(bob, 0), removed(bob, 600), callEnded(600), signal(alice, "recording", true, 20)},
			`recording#1 20(client_signal) to 600(assumed:call_end) assumed from 20`},
		"it ends when the last that has not said so leaves": {
			[]schema.Event{added(alice, 0), removed(alice, 50), added(bob, 0), removed(bob, 600), callEnded(600),
				signal(alice, "recording", true, 20), signal(bob, "recording", true, 21), signal(bob, "recording", false, 40)},
			`recording#1 20(client_signal) to 50(client_signal)`},
		"or with the call": {in(signal(alice, "recording", true, 20)), `recording#1 20(client_signal) to 600(assumed:call_end) assumed from 20`},
		"what clients saw besides, far from a server's episode, counts": {in(recording("r", true, 10, 10), recording("r", false, 10, 60), signal(alice, "recording", true, 300), signal(alice, "recording", false, 400)),
			`recording#1 10(call_automation) to 60(call_automation)
			 recording#2 300(client_signal) to 400(client_signal)`},
		"what a client's wrong clock shows of a server's episode does not": {in(recording("r", true, 10, 10), recording("r", false, 10, 60), signal(alice, "recording", true, 80), signal(alice, "recording", false, 130)),
			`recording#1 10(call_automation) to 60(call_automation)`},
		"an untimed change changes nothing": {in(recording("r", true, 10, 10, untimed)), ``},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).episodes(c.want) })
	}
}

func noStart(e *schema.Event) { e.Facts.RecordingFlip.Start = time.Time{} }

func span(source schema.Source, capture, key string, start, seconds float64, c ...change) schema.Event {
	ms := int64(seconds*1000 + 0.5)
	if seconds < 0 {
		ms = -1
	}
	return event(source, "span", 3000, schema.Facts{Span: &schema.CaptureSpan{Capture: capture, Key: key, Start: at(start), DurationMs: ms}}, c)
}

func TestAssumedTimeNeverPages(t *testing.T) {
	evidenceOf(t, summary(alice, 0, 600), summary(bob, 100, 500), recording("rec", true, 10, 10)).wants(`
		alice recording#1 10-600 missed signal-unknown assumed
		bob recording#1 100-600 missed signal-unknown assumed`)
	evidenceOf(t, summary(alice, 0, 600), summary(bob, 100, 500), recording("rec", true, 10, 10), recording("rec", true, 10, 90)).wants(`
		alice recording#1 10-600 missed signal-unknown
		bob recording#1 100-600 missed signal-unknown assumed`)
}
