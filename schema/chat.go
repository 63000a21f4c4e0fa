package schema

import (
	"strconv"
	"strings"
	"time"
)

// What an event says of a chat message or thread.
const (
	ChatSent    = "sent"
	ChatEdited  = "edited"
	ChatDeleted = "deleted"
	ChatCreated = "created"
	ChatUpdated = "updated"
	ChatAdded   = "added"
	ChatRemoved = "removed"
)

// ChatMessage is one event about one message. A message is ThreadID and
// MessageID: Event Grid sends it once for the thread and once more for each
// user but the sender, Graph once more; all of these are the same message. Its
// text is not kept.
type ChatMessage struct {
	ThreadID  string `json:"thread_id,omitempty"`
	MessageID string `json:"message_id,omitempty"` // the milliseconds since 1970 at which it came to be
	Change    string `json:"change"`               // ChatSent, ChatEdited or ChatDeleted
	// Version is that of the message, as the service counts; 0 where absent.
	Version    int64  `json:"version,omitempty"`
	SenderID   string `json:"sender_id,omitempty"` // a normalised raw id
	SenderName string `json:"sender_name,omitempty"`
	Type       string `json:"type,omitempty"` // lower case: "text", "html"
	// Composed is when it was sent, Changed when it was edited or deleted.
	Composed time.Time `json:"composed,omitzero"`
	Changed  time.Time `json:"changed,omitzero"`
	// Recipient is the raw id of the user whose copy it is; empty in an event
	// about the thread.
	Recipient string `json:"recipient,omitempty"`
}

// MeetingThread begins the id of every Teams meeting's chat.
const MeetingThread = "19:meeting_"

// IsMeetingThread reports whether a thread is the chat of a Teams meeting.
func IsMeetingThread(id string) bool { return strings.HasPrefix(id, MeetingThread) }

// AnonymousThread reports whether a thread's id names nobody. That of a chat of
// two is made of their ids ("19:{id}_{id}@unq.gbl.spaces"), those of others are
// random ("19:…@thread.v2").
func AnonymousThread(id string) bool { return strings.Contains(id, "@thread.") }

// MessageTime is when a message was sent. Its id tells, the same in every
// source, so that all of its copies are of one instant; else the time at which
// a source says that it was written, which is zero where none does.
func MessageTime(id string, composed time.Time) time.Time {
	const digits, first = 13, 1_000_000_000_000 // milliseconds since 1970, from September 2001
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && len(id) == digits && n >= first {
		return time.UnixMilli(n).UTC()
	}
	return composed
}

// SendsMessage reports whether a row of a chat's operations is a request that
// sent a message. Azure publishes no list of operations: SendChatMessage is
// one, SendChatReadReceipt and SendTypingNotification are none.
func (o *Operation) SendsMessage() bool {
	name := strings.ToLower(o.Name)
	return o.ThreadID != "" && strings.HasPrefix(name, "send") && strings.HasSuffix(name, "message") &&
		(strings.HasPrefix(o.Signature, "2") || o.Signature == "" && strings.HasPrefix(o.Result, "succe"))
}

// What is known of a chat thread.
const (
	ThreadMeeting     = "meeting"      // a Teams meeting's
	ThreadTeamsMember = "teams_member" // a Teams user is, or was, in it
	ThreadACS         = "acs"          // of Azure Communication Services, and no Teams user is known of it
	ThreadUnknown     = ""             // nothing tells who is in it
)

// A CallThread is a chat thread.
type CallThread struct {
	ID   string `json:"thread_id"`
	Kind string `json:"kind,omitempty"`  // ThreadMeeting, …
	Told string `json:"event,omitempty"` // id of the event that tells the kind
}

// A CallMessage is a chat message, once for all events that tell of it.
type CallMessage struct {
	ThreadID string `json:"thread_id"`
	// MessageID is empty for one of which only the request to send it is known.
	MessageID  string    `json:"message_id,omitempty"`
	At         time.Time `json:"at,omitzero"`         // when it was sent
	SenderID   string    `json:"sender_id,omitempty"` // a normalised raw id
	SenderName string    `json:"sender_name,omitempty"`
	Type       string    `json:"type,omitempty"` // as in ChatMessage
	Edited     bool      `json:"edited,omitempty"`
	Deleted    bool      `json:"deleted,omitempty"`
	Resource   string    `json:"resource_id,omitempty"`
	// Events is the first event of each kind, sorted: a message has one for each
	// member of its thread.
	Events []string `json:"events"`
}

// ChatThread is a change of a chat thread or of who is in it.
type ChatThread struct {
	ThreadID string `json:"thread_id,omitempty"`
	// Change is ChatCreated, ChatDeleted, ChatUpdated, ChatAdded or ChatRemoved.
	Change string `json:"change"`
	// Members are those added or removed, or with whom it was created.
	Members   []ChatMember `json:"members,omitempty"`
	Actor     string       `json:"actor,omitempty"`     // raw id of who did it
	Recipient string       `json:"recipient,omitempty"` // as in ChatMessage
	Version   int64        `json:"version,omitempty"`
	At        time.Time    `json:"at,omitzero"` // when it was done, as the data states it
}

// ChatMember is a participant of a chat thread.
type ChatMember struct {
	RawID       string `json:"raw_id,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
}

// IncomingCall is Event Grid's IncomingCall: a call rings.
type IncomingCall struct {
	From       string `json:"from,omitempty"` // normalised raw ids
	To         string `json:"to,omitempty"`
	OnBehalfOf string `json:"on_behalf_of,omitempty"`
	CallerName string `json:"caller_name,omitempty"`
}

// RecordingChunk is the metadata file of one file of a recording (acsmetadata):
// who was recorded, and when it was paused.
type RecordingChunk struct {
	DocumentID string    `json:"document_id,omitempty"`
	Index      int64     `json:"index"` // -1 where absent
	Start      time.Time `json:"start,omitzero"`
	DurationMs int64     `json:"duration_ms"` // -1 where absent
	// Content, Channel and Format are as in RecordingSummary. In real files the
	// first two stand in each other's place; here they do not.
	Content  string     `json:"content,omitempty"`
	Channel  string     `json:"channel,omitempty"`
	Format   string     `json:"format,omitempty"`
	Pauses   []Pause    `json:"pauses,omitempty"`
	Recorded []Recorded `json:"recorded,omitempty"`
}

// Recorded is a participant whose voice or picture is in a recording.
type Recorded struct {
	RawID string `json:"raw_id"` // normalised
	// Channel is the audio channel of an unmixed recording, -1 where absent.
	Channel int64 `json:"channel"`
}
