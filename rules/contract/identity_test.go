package contract

import (
	"testing"

	"rollcall/schema"
)

// TestJoinPath goes through the order of evidence of section 1.
func TestJoinPath(t *testing.T) {
	guid := who{pid: "p-carol", raw: carol.raw[len("8:orgid:"):]}
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"external user":                        {[]schema.Event{summary(alice, 0, 9)}, "acs_app:external_user by raw_id"},
		"external user of GCC High":            {[]schema.Event{summary(who{pid: "p-x", raw: "8:gcch-acs:a_b"}, 0, 9)}, "acs_app:external_user by raw_id"},
		"Teams extension user":                 {[]schema.Event{summary(who{pid: "p-x", raw: "8:acs:a_b_c"}, 0, 9)}, "acs_app:teams_extension_user by raw_id"},
		"anonymous":                            {[]schema.Event{summary(who{pid: "p-x", raw: "8:teamsvisitor:a"}, 0, 9)}, "teams_client:anonymous by raw_id"},
		"phone":                                {[]schema.Event{summary(phone, 0, 9)}, "pstn by raw_id"},
		"phone without a number":               {[]schema.Event{summary(who{pid: "p-x"}, 0, 9, endpointType("pstn"))}, "pstn by endpoint_type"},
		"bot":                                  {[]schema.Event{summary(who{pid: "p-x", raw: "28:b"}, 0, 9)}, "bot by raw_id"},
		"bot by a bare GUID":                   {[]schema.Event{summary(guid, 0, 9, endpointType("bot"))}, "bot by endpoint_type"},
		"server":                               {[]schema.Event{summary(who{pid: "p-x"}, 0, 9, endpointType("server"))}, "bot by endpoint_type"},
		"Teams app":                            {[]schema.Event{summary(who{pid: "p-x", raw: "28:orgid:" + guid.raw}, 0, 9)}, "teams_app by raw_id"},
		"Teams app by its type":                {[]schema.Event{summary(guid, 0, 9, participantType("Teams Voice Apps"))}, "teams_app by participant_type"},
		"participant type Teams":               {[]schema.Event{summary(carol, 0, 9, participantType("Teams"))}, "teams_client:teams_user by participant_type"},
		"participant type ACS":                 {[]schema.Event{summary(carol, 0, 9, participantType("ACS"))}, "acs_app:teams_user by participant_type"},
		"participant type ACS as M365":         {[]schema.Event{summary(carol, 0, 9, participantType("ACS as Microsoft 365 user"))}, "acs_app:teams_user by participant_type"},
		"participant type in words":            {[]schema.Event{summary(carol, 0, 9, participantType("Azure Communication Services as Microsoft 365 user"))}, "acs_app:teams_user by participant_type"},
		"participant type, white space, case":  {[]schema.Event{summary(carol, 0, 9, participantType("  acs  AS microsoft 365 User "))}, "acs_app:teams_user by participant_type"},
		"bare GUID of type M365":               {[]schema.Event{summary(guid, 0, 9, participantType("ACS as Microsoft 365 user"))}, "acs_app:teams_user by participant_type"},
		"bare id of type external":             {[]schema.Event{summary(guid, 0, 9, participantType("ACS as Teams external user"))}, "acs_app:external_user by participant_type"},
		"the type ranks above the SDK version": {[]schema.Event{summary(carol, 0, 9, participantType("Teams"), sdk("1.19.2.2_beta"))}, "teams_client:teams_user by participant_type"},
		"SDK version":                          {[]schema.Event{summary(carol, 0, 9, sdk("1.19.2.2_beta"))}, "acs_app:teams_user by sdk_version"},
		"the version of a Teams client":        {[]schema.Event{summary(carol, 0, 9, sdk("SkypeSpaces/1415/Teams"))}, "unknown by undecided"},
		"DiagnosticOptions":                    {[]schema.Event{summary(carol, 0, 9, diagnostics("care"))}, "acs_app:teams_user by diagnostic_options"},
		"a receipt of that session":            {[]schema.Event{summary(carol, 0, 9), shows(carol, "recording", 3)}, "acs_app:teams_user by receipt"},
		"a receipt by raw id alone":            {[]schema.Event{summary(carol, 0, 9), shows(carol.byRaw(), "recording", 3)}, "acs_app:teams_user by receipt"},
		"a signal of that session":             {[]schema.Event{summary(carol, 0, 9), signal(carol, "recording", true, 3)}, "acs_app:teams_user by receipt"},
		"the app's own join":                   {[]schema.Event{summary(carol, 0, 9), joins(carol, 0)}, "acs_app:teams_user by receipt"},
		"an Event Grid participant event":      {[]schema.Event{added(carol, 0), removed(carol, 9)}, "acs_app:teams_user by event_grid"},
		"Graph: a client of Teams":             {[]schema.Event{graph(carol, false, 0), family(graph(carol, true, 9), "teams")}, "teams_client:teams_user by graph_platform"},
		"Graph: another client":                {[]schema.Event{graph(carol, false, 0), family(graph(carol, true, 9), "azurecommunicationservices")}, "unknown by undecided"},
		"a receipt ranks above Graph":          {[]schema.Event{family(graph(carol, false, 0), "teams"), graph(carol, true, 9), shows(carol, "recording", 3)}, "acs_app:teams_user by receipt"},
		"undecided":                            {[]schema.Event{summary(carol, 0, 9)}, "unknown by undecided"},
		"nothing known":                        {[]schema.Event{summary(who{pid: "p-x"}, 0, 9)}, "unknown by undecided"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			w.shuffled()
			call := w.call(w.events)
			if len(call.Sessions) != 1 {
				t.Fatalf("got %d sessions", len(call.Sessions))
			}
			if got := string(call.Sessions[0].JoinPath) + " by " + call.Sessions[0].PathEvidence; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func family(e schema.Event, f string) schema.Event {
	e.Facts.Presence.ProductFamily = f
	e.Content = contentOf(e)
	e.ID = e.Content
	return e
}

// TestReceiptOfTwoDevicesDecidesNeither: the same Teams user is there with the
// custom app and with Teams, and a receipt that names only the raw id may be of
// either.
func TestReceiptOfTwoDevicesDecidesNeither(t *testing.T) {
	other := carol
	other.pid, other.endpoint = "p-other", "e-other"
	evidenceOf(t, summary(carol, 0, 9), summary(other, 0, 9), shows(carol.byRaw(), "recording", 3)).sessions(`
		carol 0(call_summary) to 9(call_summary) unknown by undecided
		other 0(call_summary) to 9(call_summary) unknown by undecided`)
}

func TestTeamsCall(t *testing.T) {
	cases := map[string]struct {
		events []schema.Event
		want   string
	}{
		"a plain call":                       {[]schema.Event{summary(alice, 0, 9), summary(bob, 0, 9)}, ""},
		"a Teams meeting thread":             {[]schema.Event{summary(alice, 0, 9), shows(alice, "recording", 1, thread("19:meeting_x@thread.v2"))}, "thread"},
		"a thread of Azure Monitor":          {[]schema.Event{summary(alice, 0, 9, thread("19:abc@thread.v2"))}, "thread"},
		"an ACS chat thread is none":         {[]schema.Event{summary(alice, 0, 9), shows(alice, "recording", 1, thread("19:acsV1_x@thread.v2"))}, ""},
		"Graph evidence":                     {[]schema.Event{summary(alice, 0, 9), graph(alice, false, 0)}, "graph"},
		"it ever held a native Teams client": {[]schema.Event{summary(alice, 0, 9), summary(carol, 3, 1, participantType("Teams"))}, "teams_client"},
		"it ever held an anonymous one":      {[]schema.Event{summary(alice, 0, 9), summary(who{pid: "p-v", raw: "8:teamsvisitor:v"}, 3, 1)}, "teams_client"},
		"it ever held a Teams app":           {[]schema.Event{summary(alice, 0, 9), summary(who{pid: "p-q", raw: "28:orgid:q"}, 3, 1)}, "teams_app"},
		"a Teams user in a custom app":       {[]schema.Event{summary(alice, 0, 9), summary(carol, 3, 1, participantType("ACS as Microsoft 365 user"))}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			w.shuffled()
			if call := w.call(w.events); call.TeamsEvidence != c.want || call.Teams != (c.want != "") {
				t.Errorf("got %v by %q, want %q", call.Teams, call.TeamsEvidence, c.want)
			}
		})
	}
}
