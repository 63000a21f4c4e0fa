package schema

import "time"

// CallRecord is what Microsoft Graph's callRecord says of a call after its end.
// A record is fetched with or without its sessions and participants: each of
// these views is an event of its own, and a higher Version of a view replaces a
// lower one. A page of sessions or participants has an event for each.
type CallRecord struct {
	Type       string    `json:"type,omitempty"`       // lower case: "groupcall", "peertopeer"
	Modalities []string  `json:"modalities,omitempty"` // lower case: "audio", "video", …
	Start      time.Time `json:"start,omitzero"`
	End        time.Time `json:"end,omitzero"`
	Organizer  string    `json:"organizer,omitempty"` // a normalised raw id
	// Names are those of the organizer and the participants.
	Names []NameSeen `json:"names,omitempty"`
	// Presences are the joins and leaves of the sessions, by session; both
	// parties of a session between two persons have them.
	Presences []Presence `json:"presences,omitempty"`
	// Partial is true where the answer says that there are more pages.
	Partial bool `json:"partial,omitempty"`
}

// RosterChange is a meeting's rosterUpdated (Graph's meetingCallEvents, in any
// of its generations): each presence says that a participant is in the call, or
// its lobby, at the event's time, or no longer is. One that is in the call may
// have joined long before.
type RosterChange struct {
	Presences []Presence `json:"presences"`
}

// CaptureMessage is a system message of a Teams chat about a recording or a
// transcription.
type CaptureMessage struct {
	Capture   string `json:"capture"`
	MessageID string `json:"message_id,omitempty"`
	// Status is, of a recording, "initial", "chunkfinished", "success" or
	// "failure"; empty for a transcription.
	Status string `json:"status,omitempty"`
	// Created and Modified are the message's.
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	// DurationMs is -1 where the message states none.
	DurationMs int64  `json:"duration_ms"`
	Initiator  string `json:"initiator,omitempty"` // normalised raw ids
	Organizer  string `json:"organizer,omitempty"`
	URL        string `json:"url,omitempty"` // of the recording
}

// Artifact is Graph's callRecording or callTranscript: the file of a Teams
// recording or transcript, there after the meeting.
type Artifact struct {
	Capture   string    `json:"capture"`
	ID        string    `json:"id,omitempty"`
	MeetingID string    `json:"meeting_id,omitempty"`
	Organizer string    `json:"organizer,omitempty"` // a normalised raw id
	Created   time.Time `json:"created,omitzero"`
	End       time.Time `json:"end,omitzero"`
}

// DirectoryEntry is a user of users/delta. It states no time: it holds from
// when the page was fetched, which is the event's time where the message tells
// it, else the time of the message.
type DirectoryEntry struct {
	RawID       string `json:"raw_id"` // "8:orgid:…"
	DisplayName string `json:"display_name,omitempty"`
	Principal   string `json:"user_principal_name,omitempty"`
	// Cleared names what the page sets to null, sorted: "displayName",
	// "userPrincipalName". What is neither set nor cleared is as it was: a
	// minimal answer has only what changed.
	Cleared []string `json:"cleared,omitempty"`
	// Removed is "changed" or "deleted" for a user that is gone.
	Removed string `json:"removed,omitempty"`
}

// Notification is a change notification of Graph whose resource is not with
// it, or encrypted: something happened that can't be read here.
type Notification struct {
	Change    string `json:"change,omitempty"`    // "created", "updated", "deleted"
	Lifecycle string `json:"lifecycle,omitempty"` // "missed", "subscriptionremoved", …
	Resource  string `json:"resource,omitempty"`  // as sent
	Type      string `json:"type,omitempty"`      // of the resource, lower case: "callevent"
	Encrypted bool   `json:"encrypted,omitempty"`
}
