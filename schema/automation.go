package schema

// Request is Call Automation's answer to what an app asked it to do in a call:
// AddParticipant…, RemoveParticipant…, MoveParticipant…, CancelAddParticipant…,
// CallTransfer…, AnswerFailed, CreateCallFailed, ConnectFailed, HoldFailed,
// SendDtmf… and StartRecordingFailed.
type Request struct {
	// Operation is "add_participant", "remove_participant", "move_participant",
	// "cancel_add_participant", "transfer", "answer", "create_call", "connect",
	// "hold", "send_dtmf" or "start_recording".
	Operation string `json:"operation"`
	Succeeded bool   `json:"succeeded,omitempty"`
	Context   string `json:"operation_context,omitempty"`
	// RawID is whom it is about, normalised; in a transfer the target, and
	// Transferee who was transferred.
	RawID        string `json:"raw_id,omitempty"`
	Transferee   string `json:"transferee,omitempty"`
	InvitationID string `json:"invitation_id,omitempty"`
	RecordingID  string `json:"recording_id,omitempty"`
	// Code and SubCode are those of resultInformation, 0 where it is absent.
	Code    int64 `json:"code,omitempty"`
	SubCode int64 `json:"sub_code,omitempty"`
}

// Recognition is RecognizeCompleted, RecognizeFailed or RecognizeCanceled, or a
// tone of ContinuousDtmfRecognition: what a participant answered.
type Recognition struct {
	// State is "completed", "failed", "canceled" or "tone".
	State   string `json:"state"`
	Context string `json:"operation_context,omitempty"`
	Type    string `json:"type,omitempty"` // lower case: "dtmf", "speech", "choices"
	// Tones, Choice and Speech are the answer in that type; Phrase is what was
	// heard as the choice.
	Tones   []string `json:"tones,omitempty"` // lower case: "five", "pound"
	Choice  string   `json:"choice,omitempty"`
	Phrase  string   `json:"phrase,omitempty"`
	Speech  string   `json:"speech,omitempty"`
	Code    int64    `json:"code,omitempty"`
	SubCode int64    `json:"sub_code,omitempty"`
}

// MediaStreaming is MediaStreamingStarted, MediaStreamingStopped or
// MediaStreamingFailed: whether a call's audio goes to the app.
type MediaStreaming struct {
	// State is "started", "stopped" or "failed".
	State string `json:"state"`
	// Content, Status and Details are those of mediaStreamingUpdate, lower case.
	Content string `json:"content,omitempty"`
	Status  string `json:"status,omitempty"`
	Details string `json:"details,omitempty"`
	Context string `json:"operation_context,omitempty"`
}
