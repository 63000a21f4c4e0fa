package decode

import (
	"bytes"
	"strings"
	"testing"

	"rollcall/schema"
)

// gridOf is an event of Event Grid.
func gridOf(name, data string) string {
	return `[{"id":"e","topic":"/subscriptions/S","subject":"thread/x","eventType":"Microsoft.Communication.` + name + `","eventTime":"2021-02-20T01:00:00.9982947Z","dataVersion":"1.0","metadataVersion":"1","data":{` + data + `}}]`
}

func TestChat(t *testing.T) {
	const ann, bob = `{"rawId":"8:acs:A_b","communicationUser":{"id":"8:acs:A_b"}}`, `{"kind":"microsoftTeamsUser","microsoftTeamsUser":{"userId":"F3CE5E01-0724-43c7-ae4d-80ca18703a96"}}`
	const message = `"messageId":"1613694358927","senderDisplayName":" Ann ","composeTime":"2021-02-20T00:59:59.5+00:00","type":"Text","threadId":"19:T@thread.v2","messageBody":"secret"`
	annID, bobID := "8:acs:a_b", "8:orgid:f3ce5e01-0724-43c7-ae4d-80ca18703a96"
	said := schema.ChatMessage{ThreadID: "19:T@thread.v2", MessageID: "1613694358927", Change: schema.ChatSent, Version: 7,
		SenderID: annID, SenderName: " Ann ", Type: "text", Composed: at(t, "2021-02-20T00:59:59.500Z")}
	with := func(change func(*schema.ChatMessage)) schema.Facts {
		m := said
		change(&m)
		return schema.Facts{Message: &m}
	}
	two := []schema.ChatMember{{RawID: annID, DisplayName: "Ann"}, {RawID: bobID, DisplayName: "Bob"}}
	members := `{"displayName":"Ann","participantCommunicationIdentifier":` + ann + `},{"displayName":"Bob","participantCommunicationIdentifier":` + bob + `}`
	for _, test := range []struct {
		name, value string
		want        schema.Facts
	}{
		{"to the thread, version as a text", gridOf("ChatMessageReceivedInThread", message+`,"version":"7","senderCommunicationIdentifier":`+ann),
			schema.Facts{Message: &said}},
		{"to a user", gridOf("ChatMessageReceived", message+`,"version":7,"senderCommunicationIdentifier":`+ann+`,"recipientCommunicationIdentifier":`+bob),
			with(func(m *schema.ChatMessage) { m.Recipient = bobID })},
		{"older, without identifiers", gridOf("ChatMessageReceived", message+`,"version":7,"senderId":"8:acs:A_b","recipientId":"8:acs:C_d"`),
			with(func(m *schema.ChatMessage) { m.Recipient = "8:acs:c_d" })},
		{"edited, to the west", gridOf("ChatMessageEditedInThread", message+`,"version":"8","editTime":"2021-02-19T16:59:10.464-08:00","senderCommunicationIdentifier":`+ann),
			with(func(m *schema.ChatMessage) {
				m.Change, m.Version, m.Changed = schema.ChatEdited, 8, at(t, "2021-02-20T00:59:10.464Z")
			})},
		{"deleted", gridOf("ChatMessageDeleted", message+`,"version":8,"deleteTime":"2021-02-20T00:59:10.46Z","senderCommunicationIdentifier":`+ann),
			with(func(m *schema.ChatMessage) {
				m.Change, m.Version, m.Changed = schema.ChatDeleted, 8, at(t, "2021-02-20T00:59:10.46Z")
			})},
		{"thread", gridOf("ChatThreadCreated", `"threadId":"19:T","version":1,"createTime":"2021-02-20T00:31:54.365+00:00","createdByCommunicationIdentifier":`+ann+`,"participants":[`+members+`]`),
			schema.Facts{Thread: &schema.ChatThread{ThreadID: "19:T", Change: schema.ChatCreated, Members: two, Actor: annID, Version: 1, At: at(t, "2021-02-20T00:31:54.365Z")}}},
		{"thread of a user, older", gridOf("ChatThreadCreatedWithUser", `"threadId":"19:T","createdBy":"8:acs:A_b","recipientId":"8:acs:C_d","members":[{"displayName":"Ann","memberId":"8:acs:A_b"}]`),
			schema.Facts{Thread: &schema.ChatThread{ThreadID: "19:T", Change: schema.ChatCreated, Members: two[:1], Actor: annID, Recipient: "8:acs:c_d"}}},
		{"added", gridOf("ChatThreadParticipantAdded", `"threadId":"19:T","time":"2021-02-20T00:54:42Z","addedByCommunicationIdentifier":`+ann+`,"participantAdded":{"displayName":"Bob","participantCommunicationIdentifier":`+bob+`}`),
			schema.Facts{Thread: &schema.ChatThread{ThreadID: "19:T", Change: schema.ChatAdded, Members: two[1:], Actor: annID, At: at(t, "2021-02-20T00:54:42Z")}}},
		{"removed from a user's copy", gridOf("ChatParticipantRemovedFromThreadWithUser", `"threadId":"19:T","time":"2021-02-20T00:54:42Z","removedByCommunicationIdentifier":`+ann+`,"participantRemoved":{"displayName":"Bob","participantCommunicationIdentifier":`+bob+`},"recipientCommunicationIdentifier":`+ann),
			schema.Facts{Thread: &schema.ChatThread{ThreadID: "19:T", Change: schema.ChatRemoved, Members: two[1:], Actor: annID, Recipient: annID, At: at(t, "2021-02-20T00:54:42Z")}}},
		{"topic", gridOf("ChatThreadPropertiesUpdated", `"threadId":"19:T","editTime":"2021-02-20T00:54:42Z","editedByCommunicationIdentifier":`+ann+`,"properties":{"topic":"x"}`),
			schema.Facts{Thread: &schema.ChatThread{ThreadID: "19:T", Change: schema.ChatUpdated, Actor: annID, At: at(t, "2021-02-20T00:54:42Z")}}},
		{"deleted thread", gridOf("ChatThreadDeleted", `"threadId":"19:T","deleteTime":"2021-02-20T00:54:42Z","deletedByCommunicationIdentifier":`+ann),
			schema.Facts{Thread: &schema.ChatThread{ThreadID: "19:T", Change: schema.ChatDeleted, Actor: annID, At: at(t, "2021-02-20T00:54:42Z")}}},
		{"typing carries nothing", gridOf("ChatTypingIndicatorReceivedInThread", `"threadId":"19:T"`), schema.Facts{}},
		{"a call that rings", gridOf("IncomingCall", `"from":{"phoneNumber":{"value":"+14255550123"}},"to":`+bob+`,"callerDisplayName":"null","incomingCallContext":"secret","customContext":{"onBehalfOfCallee":`+ann+`}`),
			schema.Facts{Incoming: &schema.IncomingCall{From: "4:+14255550123", To: bobID, OnBehalfOf: annID, CallerName: "null"}}},
		{"files of a recording", gridOf("RecordingFileStatusUpdated", `"recordingStorageInfo":{"recordingChunks":[{"documentId":"0-a","index":0},{"documentId":"0-b","index":1},{"index":2}]}`),
			schema.Facts{Recording: &schema.RecordingSummary{LengthMs: -1, Chunks: []string{"0-a", "0-b"}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newTestDecoder().Decode([]byte(test.value))
			ev := one(t, test.value)
			checkFacts(t, ev, test.want)
			if bytes.Contains(r.Value, []byte("secret")) {
				t.Errorf("content would be stored: %s", r.Value)
			}
			chat := ev.Facts.Message != nil || ev.Facts.Thread != nil
			if ev.Refs.ThreadID != "" || chat != strings.HasPrefix(ev.Refs.ChatID, "19:T") {
				t.Errorf("a chat that is no meeting's is the call %+v", ev.Refs)
			}
			again := newTestDecoder().Decode(r.Value)
			if len(again.Events) != 1 || again.Events[0].Content != ev.Content {
				t.Error("what is stored decodes to another content")
			}
		})
	}
	meeting := one(t, strings.Replace(gridOf("ChatMessageReceivedInThread", message), "19:T@", "19:meeting_T@", 1))
	if want := (schema.CallRefs{ChatID: "19:meeting_T@thread.v2"}); meeting.Refs != want {
		t.Errorf("the chat of a meeting has the refs %+v", meeting.Refs)
	}
}

// TestDeadLettersOfEventGrid demands that an event that Event Grid could not
// deliver is the event that it delivers.
func TestDeadLettersOfEventGrid(t *testing.T) {
	const grid = `"deadLetterReason":"MaxDeliveryAttemptsExceeded","deliveryAttempts":30,"lastDeliveryOutcome":"NotFound","publishTime":"2026-01-02T09:00:01Z","lastDeliveryAttemptTime":"2026-01-03T09:00:01Z",`
	const cloud = `"deadletterreason":"MaxDeliveryAttemptsExceeded","deliveryattempts":30,"lastdeliveryoutcome":"NotFound","publishtime":"2026-01-02T09:00:01Z","lastdeliveryattempttime":"2026-01-03T09:00:01Z",`
	want := one(t, gridEvent)
	for name, value := range map[string]string{
		"Event Grid":  strings.Replace(gridEvent, `"id"`, grid+`"id"`, 1),
		"a list":      "[" + strings.Replace(gridEvent, `"id"`, grid+`"id"`, 1) + "]",
		"CloudEvents": `{` + cloud + `"id":"e1","source":"/subscriptions/s","subject":"call/x","type":"Microsoft.Communication.CallStarted","time":"2026-01-02T09:00:00Z","specversion":"1.0","data":{"correlationId":"c1"}}`,
	} {
		if got := one(t, value); got.ID != want.ID || got.Content != want.Content || got.Facts.CallBound == nil {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
