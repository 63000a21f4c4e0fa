package schema

import "time"

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
