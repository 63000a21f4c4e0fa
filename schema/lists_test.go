package schema

import (
	"reflect"
	"testing"
	"time"
)

func TestNamesAndPresences(t *testing.T) {
	at := time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
	ann := Presence{Participant: Participant{RawID: "8:acs:a"}, DisplayName: "Ann"}
	annAt, annLeft := ann, ann
	annAt.At = at
	annLeft.At, annLeft.Left = at.Add(time.Minute), true
	seen := []NameSeen{{RawID: "8:acs:a", DisplayName: "Ann"}}
	for _, test := range []struct {
		name      string
		facts     Facts
		names     []NameSeen
		presences []Presence
	}{
		{"nothing", Facts{CallBound: &CallBound{}}, nil, nil},
		{"joined", Facts{Presence: &ann}, seen, []Presence{annAt}},
		{"joined without a name", Facts{Presence: &Presence{}}, nil, []Presence{{At: at}}},
		{"a session, whose leave repeats its join", Facts{Record: &CallRecord{Presences: []Presence{annAt, annLeft}}}, seen, []Presence{annAt, annLeft}},
		{"one who left a roster", Facts{RosterChange: &RosterChange{Presences: []Presence{annLeft}}}, seen, []Presence{annLeft}},
		{"participants of a record", Facts{Record: &CallRecord{Names: append(seen, NameSeen{RawID: "x"})}}, seen, nil},
		{"an app's word keeps label and surface", Facts{Name: &NameSeen{RawID: "r", Label: "(External)", Surface: "teams"}}, []NameSeen{{RawID: "r", Label: "(External)", Surface: "teams"}}, nil},
		{"a call that rings", Facts{Incoming: &IncomingCall{From: "8:acs:a", CallerName: "Ann"}}, seen, nil},
		{"a message", Facts{Message: &ChatMessage{SenderID: "8:acs:a", SenderName: "Ann"}}, seen, nil},
		{"a thread", Facts{Thread: &ChatThread{Members: []ChatMember{{"8:acs:a", "Ann"}, {"8:acs:b", ""}}}}, seen, nil},
		{"a call that ended", Facts{CallBound: &CallBound{Names: seen}}, seen, nil},
	} {
		e := Event{Time: at, Facts: test.facts}
		if got := e.Names(); !reflect.DeepEqual(got, test.names) {
			t.Errorf("%s: the names are %+v, want %+v", test.name, got, test.names)
		}
		if got := e.Presences(); !reflect.DeepEqual(got, test.presences) {
			t.Errorf("%s: the presences are %+v, want %+v", test.name, got, test.presences)
		}
	}
}
