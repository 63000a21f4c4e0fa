package simulate

// A kind is one kind of event on the wire.
type kind uint8

const (
	callStarted kind = iota
	callEnded
	participantAdded
	participantRemoved
	recordingFile
	chatInThread
	chatForUser
	otherGrid
	callConnected
	callDisconnected
	participantsUpdated
	recordingState
	transcriptionStarted
	transcriptionStopped
	callSummary
	callSummaryUpdates
	recordingSummary
	otherMonitor
	sessionJoined
	sessionLeft
	captureSignalled
	noticeShown
	noticeAcknowledged
	nameShown
	malformed
	appListing
	chatEditedInThread
	chatEditedForUser
	chatDeletedInThread
	chatDeletedForUser
	gridValidation
	chatThreadCreated
	chatThreadForUser
	incomingCall
	graphCallEvent
	graphRecord
	graphSessions
	graphChat
	graphArtifact
	graphSecret
	graphUsers
	recordingMetadata
	recordingRequest
	automationRequest
	streamingUsage
	captionsSummary
	usageRecord
	callDiagnostics
	callSurvey
	clientOperation
	chatRequest
	roomsRequest
	mediaSummary
	playCompleted
	recognizeCompleted
	consentAnswered
	participantBrought
	kinds
)

// A topic is where a family of formats arrives.
type topic uint8

const (
	gridTopic topic = iota
	callbackTopic
	monitorTopic
	appTopic
	insightsTopic
	graphTopic
	metadataTopic
	otlpTopic
	topics
)

// Topics lists the Kafka topics of a simulation.
func Topics() []string { return append([]string(nil), topicNames[:]...) }

var topicNames = [topics]string{"acs-events", "acs-callbacks", "acs-diagnostics", "app-receipts", "app-insights",
	"graph-notifications", "recording-metadata", "otel-logs"}

var sourceNames = [topics]string{"event_grid", "call_automation", "azure_monitor", "rollcall", "app_insights",
	"graph", "recording_metadata", "otlp"}

const gridPrefix = "Microsoft.Communication."

// kindNames are the kinds as the wire spells them.
var kindNames = [kinds]string{
	gridPrefix + "CallStarted", gridPrefix + "CallEnded", gridPrefix + "CallParticipantAdded",
	gridPrefix + "CallParticipantRemoved", gridPrefix + "RecordingFileStatusUpdated",
	gridPrefix + "ChatMessageReceivedInThread", gridPrefix + "ChatMessageReceived", gridPrefix + "RouterJobQueued",
	gridPrefix + "CallConnected", gridPrefix + "CallDisconnected", gridPrefix + "ParticipantsUpdated",
	gridPrefix + "RecordingStateChanged", gridPrefix + "TranscriptionStarted", gridPrefix + "TranscriptionStopped",
	"CallSummary", "CallSummaryUpdates", "CallRecordingSummary", "other",
	"rollcall.session.joined", "rollcall.session.left", "rollcall.capture.signalled", "rollcall.notice.shown",
	"rollcall.notice.acknowledged", "rollcall.name.shown", "malformed", "rollcall.app.listing",
	gridPrefix + "ChatMessageEditedInThread", gridPrefix + "ChatMessageEdited",
	gridPrefix + "ChatMessageDeletedInThread", gridPrefix + "ChatMessageDeleted", "Microsoft.EventGrid.SubscriptionValidationEvent",
	gridPrefix + "ChatThreadCreated", gridPrefix + "ChatThreadCreatedWithUser", gridPrefix + "IncomingCall",
	"callEvent", "callRecord", "callRecordSession", "chatMessage", "callRecording", "changeNotification", "user",
	"acsmetadata", "CallRecordingOperational", "CallAutomationOperational", "CallAutomationStreamingUsage",
	"CallClosedCaptionsSummary", "Usage", "CallDiagnostics", "CallSurvey", "CallClientOperations", "ChatOperational", "RoomsOperational", "CallAutomationMediaSummary",
	gridPrefix + "PlayCompleted", gridPrefix + "RecognizeCompleted",
	"rollcall.consent.answered",
	gridPrefix + "AddParticipantSucceeded",
}

// A form is the envelope of an event: how it is wrapped, and whether several
// share a message.
type form uint8

const (
	gridArray       form = iota // Event Grid schema, an array
	cloudObject                 // one CloudEvent
	cloudArray                  // an array of CloudEvents
	monitorRecords              // {"records":[…]}
	monitorLines                // blob lines: one object a line
	monitorRows                 // flat Log Analytics rows, one a line
	insightsRecords             // AppEvents rows in {"records":[…]}
	insightsBody                // the ingestion endpoint's body, one
	rawForm                     // written as it is
	gridDead                    // as Event Grid stores what it could not deliver: an array
	monitorPortal               // rows as the portal exports them, one a line
	graphNotices                // notifications with their resources, in "value"
	graphNotice                 // one, without the object around it
	otlpLogs                    // the logs of one export
	forms
)

var opening = [forms]string{gridArray: "[", cloudArray: "[", monitorRecords: `{"records":[`, insightsRecords: `{"records":[`,
	gridDead: "[", graphNotices: `{"value":[`,
	otlpLogs: `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"calling-web"}}]},"scopeLogs":[{"scope":{"name":"rollcall"},"logRecords":[`}
var between = [forms]string{gridArray: ",", cloudArray: ",", monitorRecords: ",", monitorLines: "\n", monitorRows: "\n", insightsRecords: ",",
	gridDead: ",", monitorPortal: "\n", graphNotices: ",", otlpLogs: ","}
var closing = [forms]string{gridArray: "]", cloudArray: "]", monitorRecords: "]}", monitorLines: "\n", insightsRecords: "]}",
	gridDead: "]", graphNotices: `],"validationTokens":["eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9"]}`, otlpLogs: "]}]}]}"}

// An item is an event that is to arrive at an instant.
type item struct {
	at   int64
	seq  uint64
	c    *script
	idx  int32
	aux  uint16
	kind kind
	form form
	top  topic
	copy bool // a repeat
}

// A queue is a binary heap of items, earliest first.
type queue []item

func (a *item) before(b *item) bool { return a.at < b.at || a.at == b.at && a.seq < b.seq }

func (q *queue) push(it item) {
	*q = append(*q, it)
	h := *q
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !it.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = it
}

func (q *queue) pop() item {
	h := *q
	n := len(h) - 1
	first, last := h[0], h[n]
	h[n] = item{} // lets the call go
	h = h[:n]
	*q = h
	if n == 0 {
		return first
	}
	i := 0
	for {
		l := 2*i + 1
		if l >= n {
			break
		}
		if r := l + 1; r < n && h[r].before(&h[l]) {
			l = r
		}
		if !h[l].before(&last) {
			break
		}
		h[i] = h[l]
		i = l
	}
	h[i] = last
	return first
}
