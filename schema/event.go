package schema

import "time"

// A Source is the family of wire formats that an event came in.
type Source string

// The sources that decoders produce.
const (
	SourceAzureMonitor   Source = "azure_monitor"
	SourceEventGrid      Source = "event_grid"
	SourceCallAutomation Source = "call_automation"
	SourceRollcall       Source = "rollcall"
	SourceGraph          Source = "graph"
	SourceAppInsights    Source = "app_insights"
	SourceRecordingFile  Source = "recording_metadata"
	SourceOTLP           Source = "otlp"
	SourceUnknown        Source = "unknown"
)

// A Via says how one of Rollcall's own events was carried (design.md, 4).
type Via string

// The carriers of Rollcall's own events.
const (
	ViaCloudEvent  Via = "cloudevent"
	ViaAppInsights Via = "app_insights"
	ViaOTLP        Via = "otlp"
)

// KindUnknown is the kind of an event that has a known envelope and a kind
// that no decoder knows. It is stored and counted, never an error.
const KindUnknown = "unknown"

// A Coordinate says where an event lies in the evidence: a Kafka offset and the
// event's index within that message.
type Coordinate struct {
	Topic     string
	Epoch     uint32 // counts re-creations of the topic, from 0
	Partition int32
	Offset    int64
	Index     uint32 // of the event within the message, from 0
}

// An Event is one normalised statement of one source about a call. Decoders
// make it from a part of a message; it is what assembling reads.
//
// Two events with the same ID are the same event seen twice (a repeat, another
// envelope, a later version): the highest Version counts.
type Event struct {
	// ID is the hash of the natural key (design.md, 3): 32 hex digits.
	ID string `json:"id"`
	// Source and Kind name the format: "azure_monitor" and "CallSummary",
	// "rollcall" and "rollcall.notice.shown".
	Source Source `json:"source"`
	Kind   string `json:"kind"`
	// Via lists how an own event was carried, sorted; empty for other sources.
	Via []Via `json:"via,omitempty"`
	// Version orders the versions of one natural key; 0 where there are none
	// (a plain CallSummary), so any stated version ranks above.
	Version int64 `json:"version,omitempty"`
	// Content is the hash of the normalised content: 32 hex digits. Events of
	// the same ID and Version with another Content are in conflict.
	Content string `json:"content"`
	// Time is when the event happened or, for a log record, was written. It is
	// corrected by the client's stated offset. Zero when it can't be read, and
	// TimeReason then says why.
	Time       time.Time `json:"time,omitzero"`
	TimeReason string    `json:"time_reason,omitempty"`
	// Unread names the fields that are there but could not be read, each with
	// the reason ("participantDuration: negative"). Facts are without them.
	Unread []string `json:"unread,omitempty"`
	// First and Last bound the time that the event speaks of: a CallSummary's
	// call start to call end. Both equal Time where it speaks of an instant.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Resource is the ARM id of the ACS resource, lower case with a leading
	// slash, empty where the message names none.
	Resource string `json:"resource,omitempty"`
	// Refs names the call.
	Refs CallRefs `json:"refs,omitzero"`
	// Facts is what the event states.
	Facts Facts `json:"facts,omitzero"`
}

// CallRefs holds the ids by which a source names a call (design.md, 3).
// Placeholders ("null", "Redacted", zero GUIDs) are left empty by decoders.
type CallRefs struct {
	CorrelationID string `json:"correlation_id,omitempty"`
	// ServerCallID is the conversation part of the decoded server call id, so
	// that two copies with other query parts compare equal.
	ServerCallID     string `json:"server_call_id,omitempty"`
	CallConnectionID string `json:"call_connection_id,omitempty"`
	GraphCallID      string `json:"graph_call_id,omitempty"`
	// ThreadID is a Teams thread: shared by all occurrences of a meeting.
	ThreadID string `json:"thread_id,omitempty"`
	// ChatID is the thread of a chat message, or of who is in a chat. A meeting's
	// is of the call whose time holds it; any other is of no call.
	ChatID string `json:"chat_id,omitempty"`
}

// Facts is what an event states; exactly those members are set that its kind
// carries.
type Facts struct {
	Summary       *CallSummary        `json:"summary,omitempty"`
	Recording     *RecordingSummary   `json:"recording,omitempty"`
	RecordingFlip *RecordingState     `json:"recording_state,omitempty"`
	Transcription *TranscriptionState `json:"transcription,omitempty"`
	// Span is a capture's whole interval as a source states it afterwards.
	Span *CaptureSpan `json:"span,omitempty"`
	// Play is Call Automation's word on audio that it played into a call.
	Play      *Play      `json:"play,omitempty"`
	Roster    *Roster    `json:"roster,omitempty"`
	CallBound *CallBound `json:"call_bound,omitempty"`
	Presence  *Presence  `json:"presence,omitempty"`
	Signal    *Signal    `json:"signal,omitempty"`
	Notice    *Notice    `json:"notice,omitempty"`
	Consent   *Consent   `json:"consent,omitempty"`
	Name      *NameSeen  `json:"name,omitempty"`
	// Participant says whom an own event is about, with its app.
	Participant *Participant `json:"participant,omitempty"`
	// Listing is how an app presents itself in a store.
	Listing *Listing `json:"listing,omitempty"`

	// Azure Monitor's rows besides those of calls and recordings.
	Usage              *UsageRecord        `json:"usage,omitempty"`
	Streaming          *StreamingUsage     `json:"streaming,omitempty"`
	Captions           *Captions           `json:"captions,omitempty"`
	Media              *MediaStream        `json:"media,omitempty"`
	Survey             *Survey             `json:"survey,omitempty"`
	RecordingOperation *RecordingOperation `json:"recording_operation,omitempty"`
	Operation          *Operation          `json:"operation,omitempty"`

	// Call Automation's word on what an app asked it to do.
	Request        *Request        `json:"request,omitempty"`
	Recognition    *Recognition    `json:"recognition,omitempty"`
	MediaStreaming *MediaStreaming `json:"media_streaming,omitempty"`

	// Event Grid's events of chats and of calls that ring, and the metadata
	// file of a recording.
	Incoming *IncomingCall   `json:"incoming,omitempty"`
	Message  *ChatMessage    `json:"message,omitempty"`
	Thread   *ChatThread     `json:"thread,omitempty"`
	Chunk    *RecordingChunk `json:"chunk,omitempty"`

	// Microsoft Graph's resources.
	Record         *CallRecord     `json:"record,omitempty"`
	RosterChange   *RosterChange   `json:"roster_change,omitempty"`
	CaptureMessage *CaptureMessage `json:"capture_message,omitempty"`
	Artifact       *Artifact       `json:"artifact,omitempty"`
	Directory      *DirectoryEntry `json:"directory,omitempty"`
	Notification   *Notification   `json:"notification,omitempty"`
}

// Participant names one participant of a call as a source knows it.
type Participant struct {
	ParticipantID string `json:"participant_id,omitempty"` // the call's own GUID, lower case
	RawID         string `json:"raw_id,omitempty"`         // normalised: "8:acs:…"
	EndpointID    string `json:"endpoint_id,omitempty"`    // lower case
	AppID         string `json:"app_id,omitempty"`
	SDKVersion    string `json:"sdk_version,omitempty"`
}

// CallSummary is an Azure Monitor CallSummary or CallSummaryUpdates record: one
// participant's connected interval (facts/formats.md, 3.4).
type CallSummary struct {
	Participant      Participant `json:"participant"`
	CallStart        time.Time   `json:"call_start,omitzero"`
	CallDurationMs   int64       `json:"call_duration_ms"`        // whole seconds at the source; -1 where absent
	CallType         string      `json:"call_type,omitempty"`     // "P2P", "Group"
	Start            time.Time   `json:"start,omitzero"`          // of the participant
	DurationMs       int64       `json:"duration_ms"`             // whole seconds at the source; -1 where absent
	EndpointType     string      `json:"endpoint_type,omitempty"` // lower case: "voip", "pstn", "server", "bot"
	ParticipantType  string      `json:"participant_type,omitempty"`
	TenantID         string      `json:"tenant_id,omitempty"`
	OSVersion        string      `json:"os_version,omitempty"`
	PSTNCallType     string      `json:"pstn_call_type,omitempty"`
	EndReason        string      `json:"end_reason,omitempty"`
	AppName          string      `json:"app_name,omitempty"` // from DiagnosticOptions
	AppVersion       string      `json:"app_version,omitempty"`
	HasDiagnostics   bool        `json:"has_diagnostics,omitempty"` // DiagnosticOptions was there
	TeamsPhoneExtens string      `json:"tpe,omitempty"`
}

// RecordingSummary is what a server says of a whole recording after it ended:
// CallRecordingSummary or RecordingFileStatusUpdated.
type RecordingSummary struct {
	RecordingID string    `json:"recording_id"`
	Start       time.Time `json:"start,omitzero"`
	// LengthMs is the length without paused time; -1 where absent.
	LengthMs int64 `json:"length_ms"`
	// Content is "audio_video", "audio" or "transcription"; Channel is "mixed"
	// or "unmixed"; both empty where the record does not say.
	Content   string  `json:"content,omitempty"`
	Channel   string  `json:"channel,omitempty"`
	Format    string  `json:"format,omitempty"`
	EndReason string  `json:"end_reason,omitempty"`
	Pauses    []Pause `json:"pauses,omitempty"`
	// Chunks are the document ids of the recording's files, in their order: a
	// RecordingChunk of one of them is about this recording.
	Chunks []string `json:"chunks,omitempty"`
}

// Pause is an interval in which a recording was paused.
type Pause struct {
	Start      time.Time `json:"start"`
	DurationMs int64     `json:"duration_ms"`
}

// Kinds of recording, as Call Automation names them, in lower case.
const (
	RecordingACS             = "azurecommunicationservices"
	RecordingTeams           = "teams"
	RecordingTeamsCompliance = "teamscompliance"
)

// RecordingState is Call Automation's RecordingStateChanged.
type RecordingState struct {
	RecordingID string    `json:"recording_id,omitempty"`
	Active      bool      `json:"active"`
	Start       time.Time `json:"start,omitzero"`        // startDateTime
	RecordKind  string    `json:"record_kind,omitempty"` // lower case; RecordingACS, …
}

// TranscriptionState is one of Call Automation's Transcription events.
type TranscriptionState struct {
	// Change is "on" (started, resumed), "off" (stopped, failed) or "none"
	// (updated).
	Change string `json:"change"`
}

// CaptureSpan says that a capture was on from Start on: streaming usage of
// modality Transcription (Azure Monitor) and Teams' chat system messages (Graph).
type CaptureSpan struct {
	Capture string `json:"capture"`
	// Key tells the spans of a call apart: a streaming session's id, a
	// recording's. Spans of one source and key are one: the earliest start and
	// the longest duration count.
	Key   string    `json:"key,omitempty"`
	Start time.Time `json:"start,omitzero"`
	// DurationMs is -1 where the source does not say it (yet).
	DurationMs int64 `json:"duration_ms"`
}

// Play is PlayStarted, PlayCompleted, PlayFailed or PlayCanceled. A play that
// completed with an agreed operation context is how telephone callers are told.
type Play struct {
	Context string `json:"operation_context,omitempty"`
	// Completed says that it was heard to the end: PlayCompleted, with no other
	// result than code 200 and subcode 0.
	Completed bool `json:"completed,omitempty"`
	// State is "started", "completed", "failed" or "canceled".
	State string `json:"state,omitempty"`
	// Code and SubCode are those of resultInformation, 0 where it is absent
	// (8536: the file could not be downloaded).
	Code    int64 `json:"code,omitempty"`
	SubCode int64 `json:"sub_code,omitempty"`
}

// Roster is Call Automation's ParticipantsUpdated: everyone in the call.
type Roster struct {
	RawIDs   []string `json:"raw_ids"`            // normalised, sorted, no duplicates
	Sequence int64    `json:"sequence,omitempty"` // order within one call connection; -1 where absent
}

// CallBound states that a call began or ended: Event Grid's CallStarted and
// CallEnded, Call Automation's CallConnected and CallDisconnected, and Graph's
// meeting call events and chat messages.
type CallBound struct {
	// Ended tells the end from the beginning.
	Ended bool `json:"ended,omitempty"`
	// Connection is true where the event is about one call connection
	// (CallConnected, CallDisconnected), false where it is about the call.
	Connection bool `json:"connection,omitempty"`
	// DurationMs is the call's length where the event states it, else -1.
	DurationMs int64 `json:"duration_ms"`
	// Names are those who took part, as Graph's message about the end of a call
	// lists them; the display name is at times empty.
	Names []NameSeen `json:"names,omitempty"`
}

// Presence states that a participant joined or left: Event Grid's
// CallParticipantAdded and Removed, rollcall.session.joined and left, and, in
// the lists of CallRecord and RosterChange, Graph's sessions and roster changes.
// Presences gives them all.
type Presence struct {
	Participant Participant `json:"participant"`
	Left        bool        `json:"left,omitempty"`
	DisplayName string      `json:"display_name,omitempty"`
	UserAgent   string      `json:"user_agent,omitempty"`
	Role        string      `json:"role,omitempty"`
	// ProductFamily is what Graph says of the client: "teams",
	// "azurecommunicationservices", lower case. Platform is "windows", "ios", ….
	ProductFamily string `json:"product_family,omitempty"`
	Platform      string `json:"platform,omitempty"`
	// At is when it was, in a list of presences; elsewhere zero, and it is the
	// event's time.
	At time.Time `json:"at,omitzero"`
	// SourceID is Graph's own id of the participant in the call, and SessionID
	// that of the session in a call record. Neither is a ParticipantID.
	SourceID  string `json:"source_id,omitempty"`
	SessionID string `json:"session_id,omitempty"`
	TenantID  string `json:"tenant_id,omitempty"` // of the participant, lower case
	// InLobby is true for one who waits to be let in.
	InLobby bool `json:"in_lobby,omitempty"`
	// Reason is why a participant was removed, in the source's words.
	Reason string `json:"reason,omitempty"`
}

// The captures.
const (
	Recording     = "recording"
	Transcription = "transcription"
)

// Signal is rollcall.capture.signalled: the platform's signal as a client saw it.
type Signal struct {
	Capture         string `json:"capture"`
	Active          bool   `json:"active"`
	ConsentRequired bool   `json:"consent_required,omitempty"`
}

// Notice is rollcall.notice.shown or rollcall.notice.acknowledged.
type Notice struct {
	NoticeID     string   `json:"notice_id,omitempty"`
	Captures     []string `json:"captures"` // sorted, no duplicates
	State        string   `json:"state,omitempty"`
	Surface      string   `json:"surface,omitempty"`
	Text         string   `json:"text,omitempty"`
	Locale       string   `json:"locale,omitempty"`
	Acknowledged bool     `json:"acknowledged,omitempty"`
	// Clock says on what Event.Time rests: ClockSent or ClockOffset.
	Clock string `json:"clock,omitempty"`
}

// What a receipt's time rests on (the clock_basis column).
const (
	ClockSent     = "as_sent"  // the client's clock, as sent
	ClockOffset   = "offset"   // the client's clock, corrected by its own clockOffsetMs
	ClockEstimate = "estimate" // corrected by an offset estimated from its signals
	ClockServer   = "server"   // a server's clock
)

// Consent is rollcall.consent.answered.
type Consent struct {
	Captures []string `json:"captures"`
	Answer   string   `json:"answer"` // "granted", "declined"
}

// NameSeen is a displayed name as a source showed it.
type NameSeen struct {
	RawID       string `json:"raw_id,omitempty"`
	DisplayName string `json:"display_name"`
	Label       string `json:"label,omitempty"`
	Surface     string `json:"surface,omitempty"` // "acs_app", "teams"
}
