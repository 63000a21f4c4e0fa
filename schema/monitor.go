package schema

import "time"

// UsageRecord is an Azure Monitor Usage record (table ACSBillingUsage): Azure's
// own word on what it will bill. Its id is the record's (facts of billing, 3).
type UsageRecord struct {
	RecordID string `json:"record_id,omitempty"`
	// CallID is the correlation id that links it to calls. It is no reference:
	// what Azure bills is held against calls and makes none.
	CallID string `json:"call_id,omitempty"`
	// Type is what is consumed ("audio", "pstn", "chat", …) and Unit what
	// Quantity counts ("minutes", "messages", "megabytes"), both in lower case;
	// Azure publishes no list of either.
	Type string `json:"type,omitempty"`
	Unit string `json:"unit,omitempty"`
	// Quantity is an exact plain decimal, empty where it can't be read.
	Quantity string    `json:"quantity,omitempty"`
	Start    time.Time `json:"start,omitzero"`
	End      time.Time `json:"end,omitzero"` // zero for what is instant
	// ParticipantID is that of the call's CallSummary; empty in two-party calls.
	ParticipantID string `json:"participant_id,omitempty"`
	// UserA consumes, UserB is the second where two are involved; normalised raw
	// ids, for PSTN phone numbers ("4:+1…").
	UserA string `json:"user_a,omitempty"`
	UserB string `json:"user_b,omitempty"`
}

// The modalities of streaming usage, in lower case.
const (
	StreamingAudioMixed    = "audiostreamingmixed"
	StreamingAudioUnmixed  = "audiostreamingunmixed"
	StreamingTranscription = "transcription"
)

// StreamingUsage is a row of ACSCallAutomationStreamingUsage: how long Call
// Automation streamed audio or a transcription. With modality
// StreamingTranscription the event has a Span too.
type StreamingUsage struct {
	SessionID string `json:"session_id,omitempty"`
	Modality  string `json:"modality,omitempty"` // lower case: StreamingAudioMixed, …
	// ParticipantID is empty for StreamingAudioMixed.
	ParticipantID string    `json:"participant_id,omitempty"`
	Start         time.Time `json:"start,omitzero"`
	// DurationMs is the nearest to a fractional number at the source; -1 where
	// absent.
	DurationMs int64 `json:"duration_ms"`
}

// Captions is a CallClosedCaptionsSummary: closed captions of one session.
type Captions struct {
	SessionID string    `json:"session_id,omitempty"`
	Language  string    `json:"language,omitempty"` // as spoken, lower case
	Start     time.Time `json:"start,omitzero"`
	// DurationMs is from decimal seconds at the source; -1 where absent.
	DurationMs int64  `json:"duration_ms"`
	EndReason  string `json:"end_reason,omitempty"`
	// Succeeded is false where the row states another result.
	Succeeded bool `json:"succeeded,omitempty"`
}

// MediaStream is a CallDiagnostics row: that a participant sent or received
// media. It knows neither when nor for how long.
type MediaStream struct {
	Participant  Participant `json:"participant"`
	EndpointType string      `json:"endpoint_type,omitempty"` // lower case, as in CallSummary
	MediaType    string      `json:"media_type,omitempty"`    // lower case: "audio", "video", "vbss", "appsharing"
	StreamID     string      `json:"stream_id,omitempty"`
	Direction    string      `json:"direction,omitempty"`
}

// Survey is a CallSurvey row: how a participant rated the call.
type Survey struct {
	SurveyID      string        `json:"survey_id,omitempty"`
	ParticipantID string        `json:"participant_id,omitempty"`
	Scores        []SurveyScore `json:"scores,omitempty"`
}

// SurveyScore is one rating of a survey.
type SurveyScore struct {
	Area  string `json:"area"`  // "overall", "audio", "video", "screenshare"
	Score string `json:"score"` // a plain decimal
}

// The operations that switch a recording.
const (
	RecordingStart  = "start"
	RecordingPause  = "pause"
	RecordingResume = "resume"
	RecordingStop   = "stop"
)

// RecordingOperation is a CallRecordingOperational row: an app asked the server
// to start, pause, resume or stop a recording at the event's time.
type RecordingOperation struct {
	// Change is RecordingStart, RecordingPause, RecordingResume or
	// RecordingStop; empty for an operation that changes nothing.
	Change string `json:"change,omitempty"`
	Name   string `json:"name,omitempty"` // of the operation, as logged
	// RecordingID is taken from the request's URI; that of a start has none.
	RecordingID string `json:"recording_id,omitempty"`
	// Succeeded says that the server accepted the request (HTTP 2xx).
	Succeeded bool   `json:"succeeded,omitempty"`
	Signature string `json:"signature,omitempty"` // HTTP status
}

// Operation is a row of an operational log of Azure Monitor: a request that an
// app made (CallAutomationOperational, ChatOperational, RoomsOperational), what
// became of media in a call (CallAutomationMediaSummary), or something a client
// did (CallClientOperations).
type Operation struct {
	Name string `json:"name,omitempty"` // "Play", "CreateView", as logged
	Sub  string `json:"sub,omitempty"`  // SubOperationName
	Type string `json:"type,omitempty"` // of a client's operation: "client-api-request"
	ID   string `json:"id,omitempty"`   // OperationId; media rows of one play share it
	// Result is the ResultType in lower case ("succeeded", "completed",
	// "failed"), Signature the HTTP status or what stands in its place.
	Result    string `json:"result,omitempty"`
	Signature string `json:"signature,omitempty"`
	Code      int64  `json:"code,omitempty"` // of a media row; 0 where absent
	SubCode   int64  `json:"sub_code,omitempty"`
	// DurationMs is -1 where absent.
	DurationMs int64 `json:"duration_ms"`
	// Of a media row: whether it was played to one participant, over and over,
	// and whether it was cut short.
	ToParticipant bool `json:"to_participant,omitempty"`
	InLoop        bool `json:"in_loop,omitempty"`
	Interrupted   bool `json:"interrupted,omitempty"`
	// By is whose client or, in chats, which user it was.
	By         Participant `json:"by,omitzero"`
	UserAgent  string      `json:"user_agent,omitempty"`
	ClientTime time.Time   `json:"client_time,omitzero"` // by the client's clock
	// Payload is the JSON text of a client's OperationPayload in normal form.
	Payload   string `json:"payload,omitempty"`
	ThreadID  string `json:"thread_id,omitempty"`  // of a chat
	MessageID string `json:"message_id,omitempty"` // of a chat
	RoomID    string `json:"room_id,omitempty"`
	// DialOut says whether a room's participants may dial out to telephones.
	DialOut bool `json:"dial_out,omitempty"`
}
