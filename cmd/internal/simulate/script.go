package simulate

// Instants in a script are milliseconds since 1970, UTC.

// A capture is recording or transcription.
type capture uint8

const (
	recording capture = iota
	transcription
	captures
)

var captureNames = [captures]string{"recording", "transcription"}

// A span is half-open: [start, end).
type span struct{ start, end int64 }

// A script is one call as it really was.
type script struct {
	seed     uint64
	app      *app
	id, conn guid // correlation id, call connection id
	server   [2]string
	thread   string // of a Teams meeting or call, else empty
	adhoc    bool   // a Teams call that is no meeting
	p2p      bool
	start    int64
	end      int64
	open     bool // still going on at end, which is when it is judged

	eventGrid bool  // call events are delivered for this call
	egForm    uint8 // generation of their shape, 0 to 2
	egCloud   bool  // as CloudEvents
	callbacks bool  // Call Automation callbacks are forwarded
	newSource bool  // callbacks have the newer source form
	roster    []int64
	rosterLag int64 // how long after what it tells a roster comes, ms
	changed   int64 // when the correlation id becomes later; 0: never
	later     guid

	sessions []session
	once     int // of them, the first session of each person
	runs     []run
	signals  []signal
	consents []consent
	addition addition
	shows    []show
	noise    int
	chat     []chat
	guest    *person // a Teams user in the chat beside the call, or nil

	src      sources
	streams  []stream
	captions []caption

	listing *listing       // of what is no call but an app's listing, else nil
	page    *directoryPage // or of a page of the directory
}

// A session is one connected interval of one person on one endpoint.
type session struct {
	who      *person
	model    model
	pid      guid
	endpoint guid
	joined   int64
	left     int64
	rejoin   bool
	open     bool      // still there when the call is judged
	name     string    // by which the person is shown, as JSON text without quotes
	fault    nameFault // what is wrong with it

	reports  bool  // its client sends events of the app's own
	steady   bool  // in the call throughout, with a client that works: what only clients see rests on it
	skew     int64 // client's clock minus the server's, ms
	skewSaid bool  // the client states its skew
	via      via
	bind     binding
	acts     act // what its client does wrong, where the script wants that

	otlp otlp // what of its events comes as OpenTelemetry logs
	leg  leg  // of a telephone leg
	hush bool // Azure Monitor does not say by which client a Teams user is there

	noAdded, noRemoved bool  // Event Grid's events got lost
	noSummary, noLeave bool  // the summary, the app's leave event
	noReceipts         bool  // everything the client sent
	versions           uint8 // how many CallSummaryUpdates there are
	onlyUpdates        bool  // and no plain CallSummary
	quirk              uint8
}

// seen is when something of the client's seems to have happened, to a reader
// who corrects only the clock error that the client states.
func (s *session) seen(at int64) int64 {
	if s.skewSaid {
		return at
	}
	return at + s.skew
}

// A via says how a client's events travel.
type via uint8

const (
	viaCloudEvent via = iota
	viaInsights
	viaBoth
)

// An otlp says what of a client's events comes as OpenTelemetry logs.
type otlp uint8

const (
	noOTLP otlp = iota
	onlyOTLP
	alsoOTLP
)

// A binding says by which ids a receipt names its participant.
type binding uint8

const (
	byParticipant binding = iota
	byEndpoint            // raw id and endpoint
	byRawID               // raw id alone: any session of that identity
)

// An act is what a client does when a capture begins.
type act uint8

const (
	asLikely       act = iota // drawn by the app's habits
	inTime                    // signalled, shown
	unsignalled               // shown, since the app reads the state itself
	late                      // shown after the deadline
	notShown                  // signalled, nothing shown
	neverSignalled            // nothing signalled, so nothing shown
	silent                    // the client sends nothing at all
	tooEarly                  // shown well before
	justEarly                 // shown before, within the tolerance
	afterwards                // shown when it is over
	wrongCapture              // shown for the other capture
	spoken                    // shown on a surface that does not count
	edges                     // shown to the millisecond on a bound
	wrongText                 // shown with the text of the other capture
)

// A run is one recording or transcription of a call.
type run struct {
	cap        capture
	id         string // recording id
	start, end int64
	pauses     []span
	source     runSource
	content    content
	summary    bool // a CallRecordingSummary is published
	file       bool // a RecordingFileStatusUpdated is published
	noStop     bool // the callback that it stopped got lost
	noSummary  bool // the CallRecordingSummary got lost
	open       bool // still on when the call is judged

	chat      bool    // Teams wrote to the meeting's chat that it began,
	once      bool    // and changed that message as it ended; else it wrote another
	endless   bool    // the chat does not tell the end
	requested bool    // the log of requests has what started and stopped it
	lead      int64   // how long before the change each request came, ms
	meta      bool    // its files have metadata that came,
	split     bool    // two files with one each,
	absent    *person // whom they do not list, having said nothing
	streamed  bool    // the log of streaming tells of a transcription
}

// A runSource says who can know of a run.
type runSource uint8

const (
	ofACS     runSource = iota // ACS recording or Call Automation transcription
	ofTeams                    // Teams' own, announced by a callback
	ofClients                  // Teams' own, seen by clients only
)

// content of an ACS recording, which decides its meter.
type content uint8

const (
	mixedAV content = iota
	mixedAudio
	unmixedAudio
)

// idAt is the correlation id by which the platform names the call then.
func (c *script) idAt(at int64) guid {
	if c.changed != 0 && at >= c.changed {
		return c.later
	}
	return c.id
}

// rosterTime is when the i-th roster comes.
func (c *script) rosterTime(i int32) int64 {
	return max(c.roster[i], min(c.roster[i]+c.rosterLag, c.end))
}

// says is the bit set of captures that a notice's text names.
func (s *show) says() uint8 {
	if s.text != 0 {
		return s.text
	}
	return s.caps
}

// parts lists the run's time without its pauses.
func (u *run) parts() []span {
	out := make([]span, 0, len(u.pauses)+1)
	from := u.start
	for _, p := range u.pauses {
		out = append(out, span{from, p.start})
		from = p.end
	}
	return append(out, span{from, u.end})
}

// A signal is the platform's word to one client.
type signal struct {
	sess   int32
	cap    capture
	active bool
	lost   bool // on its way to us
	at     int64
}

// A show is a notice that a client showed.
type show struct {
	sess    int32
	caps    uint8 // bit set of captures
	text    uint8 // captures that its text names; 0: the same
	state   uint8
	surface uint8
	bind    binding
	ack     bool // and the user acknowledged it
	unsent  bool // shown, but the receipt never left or got lost
	at      int64
}

var stateNames = [...]string{"started", "resumed", "paused", "stopped"}

const (
	stateStarted uint8 = iota
	stateResumed
	statePaused
	stateStopped
)

var surfaceNames = [...]string{"banner", "dialog", "toast", "audio"}

const surfaceAudio = 3

// An addition is a telephone that the app's service brought into a Teams meeting.
type addition struct {
	who *person // nil: none
	at  int64
}

// A chat is one message in an ACS chat thread.
type chat struct {
	at         int64
	from       *person
	name       string // of the sender, as it is shown
	model      model
	recipients int
	edited     int64 // when it was edited, or deleted; 0: never
	deleted    bool
}
