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
	topics
)

// Topics lists the Kafka topics of a simulation.
func Topics() []string { return append([]string(nil), topicNames[:]...) }

var topicNames = [topics]string{"acs-events", "acs-callbacks", "acs-diagnostics", "app-receipts", "app-insights"}

var sourceNames = [topics]string{"event_grid", "call_automation", "azure_monitor", "rollcall", "app_insights"}

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
	"rollcall.notice.acknowledged", "rollcall.name.shown", "malformed",
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
	forms
)

var opening = [forms]string{"[", "", "[", `{"records":[`, "", "", `{"records":[`, "", ""}
var between = [forms]string{",", "", ",", ",", "\n", "\n", ",", "", ""}
var closing = [forms]string{"]", "", "]", "]}", "\n", "", "]}", "", ""}

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

func (q queue) less(a, b int) bool {
	return q[a].at < q[b].at || q[a].at == q[b].at && q[a].seq < q[b].seq
}

func (q *queue) push(it item) {
	*q = append(*q, it)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(i, up) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (q *queue) pop() item {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h[last] = item{} // lets the call go
	h = h[:last]
	for i := 0; ; {
		l := 2*i + 1
		if l >= last {
			break
		}
		if r := l + 1; r < last && h.less(r, l) {
			l = r
		}
		if !h.less(l, i) {
			break
		}
		h[i], h[l] = h[l], h[i]
		i = l
	}
	*q = h
	return first
}
