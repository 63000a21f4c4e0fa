package assess

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// message is Event Grid's event about a message of a user: that of the thread,
// or the copy of a member.
func message(thread, user, member string, at time.Time) string {
	kind, extra := "ChatMessageReceivedInThread", ""
	if member != "" {
		kind, extra = "ChatMessageReceived", fmt.Sprintf(`,"recipientId":%q`, acsUser(member))
	}
	return fmt.Sprintf(`[{"id":%q,"topic":"/subscriptions/5e3c1f6a-0b1d-4c57-9a3e-2f8b7c6d5e4f/resourceGroups/rg/providers/Microsoft.Communication/communicationServices/acs","subject":"thread","eventType":"Microsoft.Communication.%s","eventTime":%q,"data":{"messageId":"%d","senderId":%q,"composeTime":%q,"type":"Text","version":1,"threadId":%q%s}}]`,
		guid(kind+thread+member+stamp(at)), kind, stamp(at.Add(time.Second)), at.UnixMilli(), acsUser(user), stamp(at), thread, extra)
}

const messages = "SELECT concat(call_id, ' ', toString(day), ' ', meter, ' ', toString(raw)) FROM usage_lines_current WHERE unit = 'message'"

// asAuditOfMessages holds the lines of messages besides.
func (b *bench) asAuditOfMessages() {
	b.Helper()
	live := b.rows(messages)
	b.asAudit()
	if audit := b.rows(messages); !slices.Equal(live, audit) {
		b.Errorf("live\n\t%s\naudit\n\t%s", strings.Join(live, "\n\t"), strings.Join(audit, "\n\t"))
	}
}

// TestChatOfAMeetingLive: a message goes to the call whose time holds it as soon
// as that is known, and back to the day when it no longer does.
func TestChatOfAMeetingLive(t *testing.T) {
	b := newBench(t)
	b.sends(callTopic, day(2, "10:30:00"), message(weekly, "alice", "", day(2, "10:30:00")), message(weekly, "alice", "bob", day(2, "10:30:00")),
		message(weekly, "alice", "", day(2, "15:00:00")), message(weekly, "bob", "", day(3, "10:30:00")))
	const monday, tuesday = "chat:" + weekly + "@2026-03-02 2026-03-02 interop.chat.acs_message ", "chat:" + weekly + "@2026-03-03 2026-03-03 interop.chat.acs_message "
	b.wants(messages, monday+"2", tuesday+"1")
	b.wants("SELECT toString(countIf(NOT chat)) FROM calls_current", "0")
	b.sends(callTopic, day(2, "12:00:00"), meeting("mon", weekly, "alice", day(2, "10:00:00"))...)
	inCall := guid("mon") + " 2026-03-02 interop.chat.acs_message "
	b.wants(messages, sorted(inCall+"1", monday+"1", tuesday+"1")...)
	b.sends(callTopic, day(3, "12:00:00"), meeting("tue", weekly, "alice", day(3, "10:00:00"))...)
	b.wants(messages, sorted(inCall+"1", monday+"1", guid("tue")+" 2026-03-03 interop.chat.acs_message 1")...)
	// Monday's copy comes late; the call's log is corrected: it was over before.
	b.sends(callTopic, day(6, "10:00:00"), message(weekly, "alice", "carol", day(2, "10:30:00")))
	b.wants(messages, sorted(inCall+"1", monday+"1", guid("tue")+" 2026-03-03 interop.chat.acs_message 1")...)
	b.sends(callTopic, day(6, "11:00:00"), message(weekly, "carol", "", day(2, "10:59:30")), strings.Replace(summary("mon", weekly, "alice", day(2, "10:00:00"), 3300), `"participantType"`, `"CallUpdatesVersion":2,"participantType"`, 1))
	b.asAuditOfMessages()
}

// TestChatLive: a chat that is no meeting's is one whatever its time, and
// another chat when a Teams user turns out to be in it.
func TestChatLive(t *testing.T) {
	b := newBench(t)
	const thread = "19:5b3809e80e4a439d92c3316e273f4a2b@thread.v2"
	b.sends(callTopic, day(2, "10:00:00"), message(thread, "alice", "", day(2, "10:00:00")), message(thread, "alice", "bob", day(2, "10:00:00")))
	b.sends(callTopic, day(9, "10:00:00"), message(thread, "alice", "", day(9, "10:00:00")), summary("one", "null", "alice", day(9, "10:00:00"), 60))
	b.wants(messages, "chat:"+thread+" 2026-03-02 chat.message 1", "chat:"+thread+" 2026-03-09 chat.message 1")
	b.wants("SELECT concat(call_id, ' ', toString(chat)) FROM calls_current", sorted("chat:"+thread+" true", guid("one")+" false")...)
	added := strings.NewReplacer("ChatMessageReceivedInThread", "ChatThreadParticipantAdded", `"type":"Text"`, `"participantAdded":{"participantCommunicationIdentifier":{"rawId":"8:orgid:1fb8890f-423e-4154-8fbf-db6809bc8756"}}`).Replace(message(thread, "alice", "", day(12, "10:00:00")))
	b.sends(callTopic, day(12, "10:00:00"), added)
	b.wants(messages, "chat:"+thread+" 2026-03-02 interop.chat.acs_message 1", "chat:"+thread+" 2026-03-09 interop.chat.acs_message 1")
	b.asAuditOfMessages()
}
