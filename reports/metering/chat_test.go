package metering

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

func said(id, sender, kind, when string) schema.CallMessage {
	return schema.CallMessage{ThreadID: "19:" + kind, MessageID: id, SenderID: sender, At: at(when), Type: "text", Resource: "/subscriptions/s/acs", Events: []string{"e-" + id}}
}

// TestMessagesGoToTheirMeter: one message of each kind, by thread and sender.
func TestMessagesGoToTheirMeter(t *testing.T) {
	const acs, extension, teams, visitor = "8:acs:r_u", "8:acs:r_t_u", "8:orgid:11111111-1111-1111-1111-111111111111", "8:teamsvisitor:v"
	for _, c := range []struct {
		name, thread, sender, kind, meter, note string
	}{
		{"of an ACS chat", schema.ThreadACS, acs, "text", tariff.ChatMessage, ""},
		{"in html", schema.ThreadACS, acs, "richtext/html", tariff.ChatMessage, ""},
		{"of an app in a meeting", schema.ThreadMeeting, acs, "text", tariff.InteropChatACS, ""},
		{"of an app beside a Teams user", schema.ThreadTeamsMember, acs, "text", tariff.InteropChatACS, ""},
		{"of a Teams user in a meeting", schema.ThreadMeeting, teams, "html", tariff.InteropChatM365, "sent from Teams"},
		{"of an anonymous one in a meeting", schema.ThreadMeeting, visitor, "text", tariff.InteropChatM365, "sent from Teams"},
		{"in a thread that nobody knows", schema.ThreadUnknown, acs, "text", tariff.Unmapped, "message in a thread whose members are not known"},
		{"of a sender that nobody knows", schema.ThreadMeeting, "", "text", tariff.Unmapped, "message whose sender is not known"},
		{"of a Teams extension user", schema.ThreadACS, extension, "text", tariff.Unmapped, "message of a Teams extension user"},
		{"of a bot", schema.ThreadMeeting, "28:x", "text", tariff.Unmapped, "message of a bot"},
		{"of a type that nobody knows", schema.ThreadACS, acs, "poll", tariff.Unmapped, `message of unknown type "poll"`},
		{"of the service", schema.ThreadACS, acs, "threadactivity/addmember", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := said("1", c.sender, "T", "2026-10-01 23:59:59.999")
			m.Type, m.Edited, m.Deleted = c.kind, true, true // which costs nothing more
			call := schema.Call{ID: "c", Threads: []schema.CallThread{{ID: "19:T", Kind: c.thread}}, Messages: []schema.CallMessage{m}}
			book := exampleBook + "  - {meter: interop.chat.acs_message, rate: \"0.0008\", from: 2020-01-01}\n"
			if c.meter == "" {
				if lines := Call(call, parse(t, book), Options{Now: now}); len(lines) != 0 {
					t.Errorf("what the service writes costs %+v", lines)
				}
				return
			}
			l := one(t, call, parse(t, book))
			if l.Meter != c.meter || l.Raw != 1 || l.Quantity != "1" || l.Unit != tariff.UnitMessage || l.Day != "2026-10-01" || l.RawID != c.sender ||
				l.Resource != "/subscriptions/s/acs" || !strings.HasPrefix(l.Note, c.note) || !slices.Equal(l.Evidence, []string{"e-1"}) {
				t.Errorf("%+v, want meter %s and the note %q", l, c.meter, c.note)
			}
			if c.meter == tariff.InteropChatM365 && (l.Rate != "0" || l.Cost != "0") || c.meter == tariff.InteropChatACS && l.Cost != "0.0008" {
				t.Errorf("it costs %q at %q", l.Cost, l.Rate)
			}
		})
	}
}

// TestNotesNameNobody: the thread of a chat of two is made of their ids.
func TestNotesNameNobody(t *testing.T) {
	m := said("1", "8:orgid:11111111-1111-1111-1111-111111111111", "ann_bob@unq.gbl.spaces", "2026-10-01 09:00")
	call := schema.Call{ID: "c", Threads: []schema.CallThread{{ID: m.ThreadID, Kind: schema.ThreadTeamsMember}}, Messages: []schema.CallMessage{m}}
	if l := one(t, call, nil); strings.Contains(l.Note, "ann") || l.Raw != 1 {
		t.Errorf("%+v", l)
	}
	call.Messages[0].ThreadID, call.Threads[0].ID = "19:x@thread.v2", "19:x@thread.v2"
	if l := one(t, call, nil); !strings.HasSuffix(l.Note, "; thread 19:x@thread.v2") {
		t.Errorf("%+v", l)
	}
}

// TestMessagesAreCounted: a line for each sender, thread, meter and day, in the
// same form from any order; and the bucket's messages are not its minutes.
func TestMessagesAreCounted(t *testing.T) {
	call := schema.Call{ID: "c", Threads: []schema.CallThread{{ID: "19:a", Kind: schema.ThreadACS}, {ID: "19:b", Kind: schema.ThreadMeeting}}, Messages: []schema.CallMessage{
		said("1", "8:acs:r_u", "a", "2026-10-01 23:59"), said("2", "8:acs:r_u", "a", "2026-10-01 23:59:59.999"), said("3", "8:acs:r_u", "a", "2026-10-02 00:00"),
		said("4", "8:acs:r_v", "a", "2026-10-02 00:00"), said("5", "8:acs:r_v", "b", "2026-10-02 00:00"), said("6", "", "a", "2026-10-02 00:00"),
	}, Sessions: []schema.Session{session("s", schema.PathUnknown, "2026-10-02 09:00", "2026-10-02 09:01")}}
	owner := func(s schema.Session) (app, tenant string) { return "app of " + s.RawID, "t" }
	want := Call(call, parse(t, exampleBook), Options{Now: now, Owner: owner})
	got := map[string]int64{}
	var sum Summary
	for _, l := range want {
		got[strings.Join([]string{l.Day, l.Meter, l.RawID, l.App, l.Unit}, " ")] += l.Raw
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	expect := map[string]int64{
		"2026-10-01 chat.message 8:acs:r_u app of 8:acs:r_u message":             2,
		"2026-10-02 chat.message 8:acs:r_u app of 8:acs:r_u message":             1,
		"2026-10-02 chat.message 8:acs:r_v app of 8:acs:r_v message":             1,
		"2026-10-02 interop.chat.acs_message 8:acs:r_v app of 8:acs:r_v message": 1,
		"2026-10-02 unmapped  app of  message":                                   1,
		"2026-10-02 unmapped  app of  participant_minute":                        60_000,
	}
	if !reflect.DeepEqual(got, expect) {
		t.Errorf("got %v, want %v", got, expect)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		random.Shuffle(len(call.Messages), func(i, j int) {
			call.Messages[i], call.Messages[j] = call.Messages[j], call.Messages[i]
		})
		if again := Call(call, parse(t, exampleBook), Options{Now: now, Owner: owner}); !reflect.DeepEqual(again, want) {
			t.Fatal("another order gives other lines")
		}
	}
	if totals, err := TotalsOf(sum.Rows()); err != nil || totals.Unmapped != 60_000 {
		t.Errorf("the unmapped time is %d ms (%v), want a minute without the message", totals.Unmapped, err)
	}
	if _, unpriced, err := ByMeterName(sum.Rows(), "USD"); err != nil || unpriced["unmapped"] != "1" || unpriced["unmapped.message"] != "1" {
		t.Errorf("unpriced: %v %v", unpriced, err)
	}
	if fmt.Sprint(sum.Unmapped()) == "" {
		t.Error("no causes")
	}
}
