package contract

import (
	"testing"

	"rollcall/schema"
)

// TestOneParticipantByManyIds: sources that know a participant by different ids
// speak of one session, not of two.
func TestOneParticipantByManyIds(t *testing.T) {
	const teams = "teams"
	bare := carol.raw[len("8:orgid:"):]
	other := who{raw: "4:+14255550199"}
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"participant id, raw id and endpoint": {
			[]schema.Event{summary(alice, 1, 100), added(who{pid: alice.pid, raw: alice.raw}, 1.2), joins(alice.byID(), 2), joins(alice.byRaw(), 2), leaves(alice.byEndpoint(), 101), roster(1, 3, alice)},
			`alice 1.2(event_grid) to 101(app) acs_app:external_user by raw_id`},
		"a record that names the endpoint alone, and events that name the user on it": {
			[]schema.Event{summary(who{endpoint: alice.endpoint}, 1, 100), joins(alice.byEndpoint(), 2), leaves(alice.byEndpoint(), 100.7)},
			`alice@e-alice 1(call_summary) to 100.7(app) acs_app:external_user by raw_id`},
		"a record that names the endpoint alone, after a rejoin": {
			[]schema.Event{summary(who{endpoint: alice.endpoint}, 1, 100), summary(who{endpoint: alice.endpoint}, 200, 100), joins(alice.byEndpoint(), 2), leaves(alice.byEndpoint(), 100.7),
				joins(alice.byEndpoint(), 200.5), leaves(alice.byEndpoint(), 300.2)},
			`alice@e-alice 1(call_summary) to 100.7(app) acs_app:external_user by raw_id
			 alice@e-alice 200(call_summary) to 300.2(app) acs_app:external_user by raw_id`},
		"Graph's user id and a bare object id": {
			[]schema.Event{summary(who{pid: "p-carol", raw: bare}, 1, 99), record(1, "g", seat{who: carol, id: "s1", family: teams, from: 1.1, to: 100.2})},
			`carol 1(call_summary) to 100.2(graph) teams_client:teams_user by graph_platform`},
		"Graph's roster and an app that sends a bare object id": {
			[]schema.Event{rosterChange(1, in(carol, "c")), joins(who{raw: bare}, 1.5), leaves(who{raw: bare}, 99), rosterChange(100, gone(carol, "c"))},
			`11111111-1111-1111-1111-111111111111 1(roster) to 100(roster) acs_app:teams_user by receipt`},
		"a telephone leg that the log does not name is Graph's number": {
			[]schema.Event{summary(who{pid: "p-leg"}, 10, 90, endpointType("pstn")), record(1, "g", seat{who: phone, id: "s1", from: 10.4, to: 100.2})},
			`leg 10(call_summary) to 100.2(graph) pstn by endpoint_type`},
		"a Teams user of another tenant whom the log does not name": {
			[]schema.Event{summary(alice, 1, 100), summary(who{pid: "p-foreign"}, 10, 90, participantType("Teams")), record(1, "g", seat{who: carol, id: "s1", family: teams, from: 10.4, to: 100.2})},
			`alice 1(call_summary) to 101(call_summary) acs_app:external_user by raw_id
			 foreign 10(call_summary) to 100.2(graph) teams_client:teams_user by participant_type`},
		"two telephone legs and two numbers are two sessions, though nobody knows which is which": {
			[]schema.Event{summary(who{pid: "p-leg1"}, 10, 90, endpointType("pstn")), summary(who{pid: "p-leg2"}, 12, 88, endpointType("pstn")),
				record(1, "g", seat{who: phone, id: "s1", from: 10, to: 100}, seat{who: other, id: "s2", from: 12, to: 100})},
			`leg1 10(call_summary) to 100(call_summary) pstn by endpoint_type
			 leg2 12(call_summary) to 100(call_summary) pstn by endpoint_type`},
		"one nameless leg and two numbers: none of the callers is lost": {
			[]schema.Event{summary(who{pid: "p-leg1"}, 10, 90, endpointType("pstn")),
				record(1, "g", seat{who: phone, id: "s1", from: 10, to: 100}, seat{who: other, id: "s2", from: 12, to: 100})},
			`leg1 10(call_summary) to 100(call_summary) pstn by endpoint_type
			 4:+14255550123 10(graph) to 100(graph) pstn by raw_id
			 4:+14255550199 12(graph) to 100(graph) pstn by raw_id`},
		"a row of media links participant id and endpoint": {
			[]schema.Event{added(who{pid: alice.pid, raw: alice.raw}, 1), removed(who{pid: alice.pid, raw: alice.raw}, 100), diagnosis(alice, 4000), summary(who{endpoint: alice.endpoint}, 1.2, 99)},
			`alice 1(event_grid) to 100(event_grid) acs_app:external_user by raw_id`},
		"the app's words name whom the log does not": {
			[]schema.Event{summary(who{pid: alice.pid}, 1, 100), shows(who{pid: alice.pid, raw: alice.raw}, "recording", 5), joins(alice.byRaw(), 1.5), leaves(alice.byRaw(), 101.2)},
			`alice 1(call_summary) to 101.2(app) acs_app:external_user by raw_id`},
		"a server is nobody whom a roster names": {
			[]schema.Event{summary(who{pid: "p-server"}, 10, 90, endpointType("server")), roster(1, 10, alice), roster(2, 100)},
			`server 10(call_summary) to 100(call_summary) bot by endpoint_type
			 alice 10(roster) to 100(roster) acs_app:external_user by raw_id`},
		"a client of Teams is no user of the custom app": {
			[]schema.Event{summary(who{pid: "p-x"}, 10, 90, participantType("Teams")), roster(1, 10, alice), roster(2, 100)},
			`x 10(call_summary) to 100(call_summary) teams_client:teams_user by participant_type
			 alice 10(roster) to 100(roster) acs_app:external_user by raw_id`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).sessions(c.want) })
	}
}

// TestReceiptByBareObjectId: raw ids are compared normalised, also where only
// another event of the call tells the prefix.
func TestReceiptByBareObjectId(t *testing.T) {
	events := []schema.Event{summary(carol, 0, 600, participantType("ACS as Microsoft 365 user")), recording("rec", true, 10, 10), recording("rec", false, 10, 200)}
	late := shows(who{raw: carol.raw[len("8:orgid:"):]}, "recording", 11)
	evidenceOf(t, append(events, late)...).wants(`carol recording#1 10-200 pass shown 11`)
}

// TestTwoDevicesWithoutEndpoints: one user is there with two devices, of which
// servers name no endpoint and the receipts name nothing else.
func TestTwoDevicesWithoutEndpoints(t *testing.T) {
	on := func(w who, endpoint string) who { return who{raw: w.raw, endpoint: endpoint} }
	one, two := on(alice, "e-1"), on(alice, "e-2")
	in := func(more ...schema.Event) []schema.Event {
		return append([]schema.Event{added(alice, 0), removed(alice, 600), added(tablet, 50), removed(tablet, 500),
			recording("rec", true, 100, 100), recording("rec", false, 100, 200)}, more...)
	}
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"both told theirs": {in(shows(one, "recording", 101), shows(two, "recording", 102)),
			`alice recording#1 100-200 pass shown 101
			 tablet recording#1 100-200 pass shown 102`},
		"what one said while it was alone tells which it is": {in(signal(two, "transcription", false, 5), shows(one, "recording", 101), shows(two, "recording", 102)),
			`alice recording#1 100-200 pass shown 102
			 tablet recording#1 100-200 pass shown 101`},
		"also where the other was silent": {in(signal(two, "transcription", false, 5), shows(two, "recording", 102)),
			`alice recording#1 100-200 pass shown 102
			 tablet recording#1 100-200 missed signal-unknown`},
		"one of two, and nobody knows which": {in(shows(one, "recording", 101)),
			`alice recording#1 100-200 missed signal-unknown
			 tablet recording#1 100-200 missed signal-unknown`},
		"three devices and two sessions": {in(shows(one, "recording", 101), shows(two, "recording", 102), shows(on(alice, "e-3"), "recording", 103)),
			`alice recording#1 100-200 missed signal-unknown
			 tablet recording#1 100-200 missed signal-unknown`},
		"the app's own join tells": {in(joins(two, 0.5), leaves(two, 599.5), shows(one, "recording", 101), shows(two, "recording", 102)),
			`alice recording#1 100-200 pass shown 102
			 tablet recording#1 100-200 pass shown 101`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { evidenceOf(t, c.events...).wants(c.want) })
	}
}
