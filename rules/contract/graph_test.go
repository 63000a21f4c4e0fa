package contract

import (
	"testing"

	"rollcall/schema"
)

// A seat is one session of a call record.
type seat struct {
	who
	id, family string
	from, to   float64
	name       string
}

// record is a callRecord with its sessions, written after the call.
func record(version int64, key string, seats ...seat) schema.Event {
	r := &schema.CallRecord{Type: "groupcall", Start: at(0), End: at(600)}
	for _, s := range seats {
		p := schema.Presence{Participant: schema.Participant{RawID: s.raw}, SessionID: s.id, ProductFamily: s.family, DisplayName: s.name, At: at(s.from)}
		r.Presences = append(r.Presences, p)
		if s.to > 0 {
			p.Left, p.At = true, at(s.to)
			r.Presences = append(r.Presences, p)
		}
	}
	return event(schema.SourceGraph, "callRecord", 3000, schema.Facts{Record: r}, []change{func(e *schema.Event) {
		e.Refs = schema.CallRefs{GraphCallID: "g-1", ThreadID: "19:meeting_x@thread.v2"}
		e.First, e.Last, e.Version, e.ID = at(0), at(600), version, key
	}})
}

// page is one session of a page of them.
func page(key string, s seat) schema.Event {
	e := record(0, key, s)
	e.Facts.Record.Type, e.Facts.Record.Start, e.Facts.Record.End = "", at(s.from), at(s.to)
	return e
}

// rosterChange is a meeting's rosterUpdated.
func rosterChange(seconds float64, of ...schema.Presence) schema.Event {
	for i := range of {
		of[i].At = at(seconds)
	}
	return event(schema.SourceGraph, "callEvent", seconds, schema.Facts{RosterChange: &schema.RosterChange{Presences: of}}, []change{func(e *schema.Event) {
		e.Refs = schema.CallRefs{ThreadID: "19:meeting_x@thread.v2"}
	}})
}

func in(w who, source string) schema.Presence {
	return schema.Presence{Participant: schema.Participant{RawID: w.raw}, SourceID: source}
}
func gone(w who, source string) schema.Presence  { p := in(w, source); p.Left = true; return p }
func lobby(w who, source string) schema.Presence { p := in(w, source); p.InLobby = true; return p }

func TestGraphSessions(t *testing.T) {
	teams, acs := "teams", "azurecommunicationservices"
	const dave = "8:orgid:22222222-2222-2222-2222-222222222222"
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"a call record alone: the product tells the client": {
			[]schema.Event{record(1, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 100}, seat{who: who{raw: dave}, id: "s2", family: acs, from: 2, to: 90},
				seat{who: who{raw: "8:orgid:33333333-3333-3333-3333-333333333333"}, id: "s3", from: 3, to: 80})},
			`11111111-1111-1111-1111-111111111111 1(graph) to 100(graph) teams_client:teams_user by graph_platform
			 22222222-2222-2222-2222-222222222222 2(graph) to 90(graph) unknown by undecided
			 33333333-3333-3333-3333-333333333333 3(graph) to 80(graph) unknown by undecided`},
		"the app's word ranks above it, and its receipt says that it is no Teams client": {
			[]schema.Event{record(1, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 100}), joins(carol, 2), leaves(carol, 99)},
			`carol 2(app) to 99(app) acs_app:teams_user by receipt`},
		"a page repeats a session of the record": {
			[]schema.Event{record(3, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 100}), page("p", seat{who: carol, id: "s1", family: teams, from: 1, to: 80})},
			`11111111-1111-1111-1111-111111111111 1(graph) to 100(graph) teams_client:teams_user by graph_platform`},
		"a later version replaces an earlier one": {
			[]schema.Event{record(1, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 80}), record(2, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 100})},
			`11111111-1111-1111-1111-111111111111 1(graph) to 100(graph) teams_client:teams_user by graph_platform`},
		"two clients of one user at a time are two sessions": {
			[]schema.Event{record(1, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 100}, seat{who: carol, id: "s2", family: teams, from: 50, to: 200})},
			`11111111-1111-1111-1111-111111111111 1(graph) to 100(graph) teams_client:teams_user by graph_platform
			 11111111-1111-1111-1111-111111111111 50(graph) to 200(graph) teams_client:teams_user by graph_platform`},
		"a roster ranks above the record, and what it repeats is no join": {
			[]schema.Event{record(1, "g", seat{who: carol, id: "s1", family: teams, from: 1, to: 100}), rosterChange(2, in(carol, "c")), rosterChange(50, in(carol, "c"), in(alice, "a")),
				rosterChange(98, gone(carol, "c")), rosterChange(99, gone(alice, "a"))},
			`11111111-1111-1111-1111-111111111111 2(roster) to 98(roster) teams_client:teams_user by graph_platform
			 alice 50(roster) to 99(roster) acs_app:external_user by raw_id`},
		"the lobby is not the call": {
			[]schema.Event{rosterChange(2, lobby(alice, "a")), rosterChange(30, in(alice, "a")), rosterChange(90, gone(alice, "a"))},
			`alice 30(roster) to 90(roster) acs_app:external_user by raw_id`},
		"who is gone may be named by Graph's id alone, and by it one of two clients": {
			[]schema.Event{rosterChange(2, in(alice, "a1")), rosterChange(30, in(alice, "a2")), rosterChange(50, gone(who{}, "a1")), rosterChange(90, gone(who{}, "a2"))},
			`alice 2(roster) to 90(roster) acs_app:external_user by raw_id`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).sessions(c.want) })
	}
}

func TestGraphCallBounds(t *testing.T) {
	graphs := func(e *schema.Event) { e.Source = schema.SourceGraph }
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"Azure Monitor ranks above Graph":           {[]schema.Event{summary(alice, 0, 100), callStarted(2, graphs), callEnded(610, graphs)}, "0(call_summary) to 600(call_summary)"},
		"meeting call events rank above callRecord": {[]schema.Event{record(1, "g", seat{who: carol, id: "s1", from: 1, to: 100}), callStarted(2, graphs), callEnded(610, graphs)}, "2(graph) to 610(graph)"},
		"callRecord alone":                          {[]schema.Event{record(1, "g", seat{who: carol, id: "s1", from: 1, to: 100})}, "0(graph) to 600(graph)"},
		"a page's session does not bound the call":  {[]schema.Event{page("p", seat{who: carol, id: "s1", from: 1, to: 100}), added(alice, 0)}, "0(assumed:first_evidence) to open(open)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			w.shuffled()
			call := w.call(w.events)
			if got := sec(call.Start.At) + "(" + string(call.Start.Source) + ") to " + sec(call.End.At) + "(" + string(call.End.Source) + ")"; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNameOnTheRoster(t *testing.T) {
	shown := in(alice, "a")
	shown.DisplayName = "Alice (External)"
	w := evidenceOf(t, record(1, "g", seat{who: alice, id: "s1", from: 1, to: 100, name: "Alice of the record"}), rosterChange(2, shown))
	w.shuffled()
	if s := w.call(w.events).Sessions; len(s) != 1 || s[0].DisplayName != "Alice (External)" {
		t.Errorf("got %+v, want the roster's name above the record's", s)
	}
}
