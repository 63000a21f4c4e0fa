package eventgrid

import (
	"bytes"

	"rollcall/ingest/normal"
	"rollcall/schema"
)

// communication is the prefix of the events of Azure Communication Services.
const communication = "Microsoft.Communication."

// kinds maps the types that are known, in lower case, to how Event Grid spells
// them. Sources: communication-services-voice-video-events,
// communication-services-chat-events, and the namespace Microsoft.Communication
// of Azure's REST API specifications.
var kinds = index(
	"Microsoft.EventGrid.SubscriptionValidationEvent",
	"Microsoft.EventGrid.SubscriptionDeletedEvent",
	communication+"CallStarted",
	communication+"CallEnded",
	communication+"CallParticipantAdded",
	communication+"CallParticipantRemoved",
	communication+"IncomingCall",
	communication+"RecordingFileStatusUpdated",
	communication+"ChatMessageReceived",
	communication+"ChatMessageEdited",
	communication+"ChatMessageDeleted",
	communication+"ChatThreadCreatedWithUser",
	communication+"ChatThreadWithUserDeleted",
	communication+"ChatThreadPropertiesUpdatedPerUser",
	communication+"ChatParticipantAddedToThreadWithUser",
	communication+"ChatParticipantRemovedFromThreadWithUser",
	communication+"ChatThreadCreated",
	communication+"ChatThreadDeleted",
	communication+"ChatThreadParticipantAdded",
	communication+"ChatThreadParticipantRemoved",
	communication+"ChatThreadPropertiesUpdated",
	communication+"ChatMessageReceivedInThread",
	communication+"ChatMessageEditedInThread",
	communication+"ChatMessageDeletedInThread",
	communication+"ChatTypingIndicatorReceivedInThread",
	communication+"ChatAzureBotCommandReceivedInThread",
	communication+"UserDisconnected",
	communication+"SMSReceived",
	communication+"SMSDeliveryReportReceived",
	communication+"AdvancedMessageReceived",
	communication+"AdvancedMessageDeliveryStatusUpdated",
	communication+"AdvancedMessageAnalysisCompleted",
	communication+"EmailDeliveryReportReceived",
	communication+"EmailEngagementTrackingReportReceived",
)

func index(types ...string) map[string]string {
	m := make(map[string]string, len(types))
	for _, t := range types {
		m[string(normal.Fold([]byte(t)))] = t
	}
	return m
}

// Kind returns the type as Event Grid spells it, or schema.KindUnknown.
func Kind(eventType []byte) string {
	if kind, ok := kinds[string(normal.Fold(eventType))]; ok {
		return kind
	}
	return schema.KindUnknown
}

// Known reports whether a type is one that Event Grid sends.
func Known(eventType []byte) bool {
	_, ok := kinds[string(normal.Fold(bytes.TrimSpace(eventType)))]
	return ok
}
