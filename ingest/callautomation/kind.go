package callautomation

import (
	"bytes"

	"rollcall/ingest/normal"
	"rollcall/schema"
)

// communication is the prefix of all types of callbacks.
const communication = "Microsoft.Communication."

// kinds maps the types of callbacks, in lower case, to how they are spelt.
var kinds = index(
	"CallConnected", "CallDisconnected", "CallTransferAccepted", "CallTransferFailed",
	"AnswerFailed", "CreateCallFailed", "ConnectFailed",
	"ParticipantsUpdated", "AddParticipantSucceeded", "AddParticipantFailed",
	"RemoveParticipantSucceeded", "RemoveParticipantFailed",
	"CancelAddParticipantSucceeded", "CancelAddParticipantFailed",
	"MoveParticipantSucceeded", "MoveParticipantFailed",
	"RecordingStateChanged", "StartRecordingFailed",
	"TranscriptionStarted", "TranscriptionResumed", "TranscriptionUpdated",
	"TranscriptionStopped", "TranscriptionFailed",
	"MediaStreamingStarted", "MediaStreamingStopped", "MediaStreamingFailed",
	"PlayStarted", "PlayCompleted", "PlayFailed", "PlayCanceled",
	"RecognizeCompleted", "RecognizeFailed", "RecognizeCanceled",
	"ContinuousDtmfRecognitionToneReceived", "ContinuousDtmfRecognitionToneFailed",
	"ContinuousDtmfRecognitionStopped", "SendDtmfTonesCompleted", "SendDtmfTonesFailed",
	"HoldFailed", "HoldAudioStarted", "HoldAudioPaused", "HoldAudioResumed", "HoldAudioCompleted",
)

func index(names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for _, name := range names {
		m[string(normal.Fold([]byte(communication+name)))] = communication + name
	}
	return m
}

// Kind returns the type as Call Automation spells it, or schema.KindUnknown.
func Kind(eventType []byte) string {
	if kind, ok := kinds[string(normal.Fold(eventType))]; ok {
		return kind
	}
	return schema.KindUnknown
}

// Owns reports whether an event with this source and type is a callback.
func Owns(source, eventType []byte) bool {
	if bytes.HasPrefix(normal.Fold(bytes.TrimLeft(source, "/")), []byte("calling/")) {
		return true
	}
	return !normal.IsResource(source) && Kind(eventType) != schema.KindUnknown
}
