package assemble

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"rollcall/schema"
)

// said is one event about a message that was sent seconds after the base.
func said(source schema.Source, id, kind, thread, sender string, seconds, seen float64) schema.Event {
	sent := at(seconds)
	e := event(id, seen, schema.Facts{Message: &schema.ChatMessage{ThreadID: thread, MessageID: millis(sent), Change: schema.ChatSent,
		SenderID: sender, Type: "text", Composed: sent}})
	e.Source, e.Kind, e.First, e.Last, e.Refs = source, kind, sent, sent, schema.CallRefs{ChatID: thread}
	e.Resource = "/subscriptions/s/acs"
	return e
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func requested(id, name, thread, message, user string, seconds float64) schema.Event {
	e := event(id, seconds, schema.Facts{Operation: &schema.Operation{Name: name, ThreadID: thread, MessageID: message, Signature: "201", By: schema.Participant{RawID: user}}})
	e.Source, e.Kind, e.Refs, e.Resource = schema.SourceAzureMonitor, "ChatOperational", schema.CallRefs{ChatID: thread}, "/subscriptions/s/sent"
	return e
}

// TestMessagesOnce: the thread's event, the users' copies, a change, Graph's
// resource and the request that sent it are one message.
func TestMessagesOnce(t *testing.T) {
	const thread = "19:meeting_x"
	edited := said(schema.SourceEventGrid, "e3", "ChatMessageEditedInThread", thread, alice, 10, 60)
	edited.Facts.Message.Change = schema.ChatEdited
	c := assembled(t,
		said(schema.SourceEventGrid, "e1", "ChatMessageReceivedInThread", thread, alice, 10, 11),
		said(schema.SourceEventGrid, "e2", "ChatMessageReceived", thread, alice, 10, 11),
		said(schema.SourceEventGrid, "e4", "ChatMessageReceived", thread, alice, 10, 12), edited,
		said(schema.SourceGraph, "e5", "chatMessage", thread, alice, 10, 10),
		requested("e6", "SendChatMessage", thread, millis(at(10)), alice, 10),
		said(schema.SourceEventGrid, "e7", "ChatMessageReceived", thread, bob, 20, 21),
		requested("e8", "SendChatMessage", thread, "", alice, 30),
		requested("e9", "SendChatReadReceipt", thread, "", alice, 31))
	want := []schema.CallMessage{
		{ThreadID: thread, MessageID: millis(at(10)), At: at(10), SenderID: alice, Type: "text", Edited: true, Resource: "/subscriptions/s/sent", Events: []string{"e1", "e2", "e3", "e5", "e6"}},
		{ThreadID: thread, MessageID: millis(at(20)), At: at(20), SenderID: bob, Type: "text", Resource: "/subscriptions/s/acs", Events: []string{"e7"}},
		{ThreadID: thread, At: at(30), SenderID: alice, Resource: "/subscriptions/s/sent", Events: []string{"e8"}},
	}
	if !reflect.DeepEqual(c.Messages, want) {
		t.Errorf("the messages are\n%+v, want\n%+v", c.Messages, want)
	}
	if len(c.Threads) != 1 || c.Threads[0] != (schema.CallThread{ID: thread, Kind: schema.ThreadMeeting}) || c.Chat {
		t.Errorf("threads %+v, a chat alone: %v", c.Threads, c.Chat)
	}
}

func TestThreads(t *testing.T) {
	const thread = "19:x"
	grid := said(schema.SourceEventGrid, "grid", "ChatMessageReceivedInThread", thread, alice, 10, 11)
	changed := func(id string, who ...string) schema.Event {
		f := &schema.ChatThread{ThreadID: thread, Change: schema.ChatCreated}
		for _, raw := range who {
			f.Members = append(f.Members, schema.ChatMember{RawID: raw})
		}
		e := event(id, 5, schema.Facts{Thread: f})
		e.Source, e.Kind = schema.SourceEventGrid, "ChatThreadCreated"
		return e
	}
	for name, c := range map[string]struct {
		events     []schema.Event
		kind, told string
	}{
		"of Azure Communication Services":        {[]schema.Event{grid, changed("made", alice)}, schema.ThreadACS, "made"},
		"with a Teams member":                    {[]schema.Event{grid, changed("made", alice, bob)}, schema.ThreadTeamsMember, "made"},
		"with a Teams sender":                    {[]schema.Event{grid, said(schema.SourceEventGrid, "his", "ChatMessageReceivedInThread", thread, bob, 20, 21)}, schema.ThreadTeamsMember, "his"},
		"that Graph knows, so that it is Teams'": {[]schema.Event{said(schema.SourceGraph, "graph", "chatMessage", thread, alice, 10, 10)}, schema.ThreadTeamsMember, "graph"},
		"of which only a request is known":       {[]schema.Event{requested("sent", "SendChatMessage", thread, "7", alice, 3)}, schema.ThreadUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := assembled(t, c.events...)
			if want := []schema.CallThread{{ID: thread, Kind: c.kind, Told: c.told}}; !slices.Equal(got.Threads, want) {
				t.Errorf("got %+v, want %+v", got.Threads, want)
			}
			if !got.Chat {
				t.Error("a chat alone is taken for a call")
			}
		})
	}
}

func TestMessagesWithoutID(t *testing.T) {
	copies := func(id string) schema.Event {
		e := said(schema.SourceEventGrid, id, "ChatMessageReceived", "19:x", alice, 10, 11)
		e.Facts.Message.MessageID = ""
		return e
	}
	bare := copies("c")
	bare.Facts.Message.SenderID, bare.Facts.Message.Composed = "", time.Time{}
	c := assembled(t, copies("a"), copies("b"), bare)
	if len(c.Messages) != 2 || !c.Messages[0].At.Equal(at(10)) || !c.Messages[1].At.Equal(at(11)) {
		t.Errorf("the messages are %+v, want one by its sender and time, and one that nothing tells from others", c.Messages)
	}
}
