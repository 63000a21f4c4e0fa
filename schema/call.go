package schema

import "time"

// An Identity is the model that a raw id belongs to (design.md, 1).
type Identity string

// The identity models.
const (
	IdentityExternalUser       Identity = "external_user"
	IdentityTeamsUser          Identity = "teams_user"
	IdentityTeamsExtensionUser Identity = "teams_extension_user"
	IdentityAnonymous          Identity = "anonymous"
	IdentityPhone              Identity = "phone"
	IdentityBot                Identity = "bot"
	IdentityTeamsApp           Identity = "teams_app"
	IdentityUnknown            Identity = "unknown"
)

// A JoinPath says how a session entered the call (design.md, 1).
type JoinPath string

// The join paths.
const (
	PathACSExternalUser       JoinPath = "acs_app:external_user"
	PathACSTeamsUser          JoinPath = "acs_app:teams_user"
	PathACSTeamsExtensionUser JoinPath = "acs_app:teams_extension_user"
	PathTeamsUser             JoinPath = "teams_client:teams_user"
	PathTeamsAnonymous        JoinPath = "teams_client:anonymous"
	PathPSTN                  JoinPath = "pstn"
	PathBot                   JoinPath = "bot"
	PathTeamsApp              JoinPath = "teams_app"
	PathUnknown               JoinPath = "unknown"
)

// A BoundSource names the evidence that a bound of a session, an episode or a
// call rests on (design.md, 5, "Bounds").
type BoundSource string

// The sources of bounds. A bound marked BoundAssumed is the product's own
// inference and is totalled apart.
const (
	BoundNone               BoundSource = ""
	BoundEventGrid          BoundSource = "event_grid"
	BoundCallSummary        BoundSource = "call_summary"
	BoundRoster             BoundSource = "roster"
	BoundApp                BoundSource = "app"
	BoundGraph              BoundSource = "graph"
	BoundCallAutomation     BoundSource = "call_automation"
	BoundRecordingOperation BoundSource = "recording_operation"
	BoundRecordingSummary   BoundSource = "recording_summary"
	BoundRecordingFile      BoundSource = "recording_file"
	BoundStreamingUsage     BoundSource = "streaming_usage"
	BoundTeamsChat          BoundSource = "teams_chat"
	BoundClientSignal       BoundSource = "client_signal"
	BoundAssumedNextJoin    BoundSource = "assumed:next_join"
	BoundAssumedCallEnd     BoundSource = "assumed:call_end"
	BoundAssumedLastLeave   BoundSource = "assumed:last_leave"
	BoundAssumedLastSeen    BoundSource = "assumed:last_evidence"
	BoundAssumedFirstSeen   BoundSource = "assumed:first_evidence"
	BoundOpen               BoundSource = "open" // still going on at now
)

// Assumed reports whether the bound is inferred, not stated by a source.
func (s BoundSource) Assumed() bool { return len(s) > 8 && s[:8] == "assumed:" }

// A Bound is one end of an interval: when, and on what evidence.
type Bound struct {
	At     time.Time   `json:"at,omitzero"` // zero: not known, or still open
	Source BoundSource `json:"source,omitempty"`
	Event  string      `json:"event,omitempty"` // id of the event that states it
}

// An Alias is an id of a call with the event that taught it.
type Alias struct {
	Kind  string `json:"kind"` // "correlation_id", "server_call_id", "call_connection_id", "graph_call_id", "thread_id", "chat_id"
	Value string `json:"value"`
	Event string `json:"event"`
}

// A Call is one occurrence of a call or meeting, assembled from its events as
// they were known at one instant. It is a pure function of them.
type Call struct {
	ID       string  `json:"call_id"`
	Resource string  `json:"resource_id,omitempty"`
	Aliases  []Alias `json:"aliases"`
	// Teams is true for a Teams call: the whole call then counts as interop.
	Teams bool `json:"teams"`
	// TeamsEvidence says why, with the event: "thread", "teams_client", …
	TeamsEvidence string `json:"teams_evidence,omitempty"`
	Start         Bound  `json:"start"`
	// End is zero with BoundOpen while the call goes on.
	End        Bound           `json:"end"`
	Sessions   []Session       `json:"sessions"`
	Episodes   []Episode       `json:"episodes"`
	Recordings []CallRecording `json:"recordings,omitempty"`
	// Chat is true where nothing but a chat is known: no call, but the messages
	// of a thread outside of any.
	Chat bool `json:"chat,omitempty"`
	// Threads are the chats of which messages are known, by id, and Messages
	// those, each once, by time, then thread and id.
	Threads  []CallThread  `json:"threads,omitempty"`
	Messages []CallMessage `json:"messages,omitempty"`
	// Streams is what Call Automation sent to the app or transcribed, and the
	// captions that were made, for metering, by kind, key and start.
	Streams []CallStream `json:"streams,omitempty"`
	// Names are the displayed names that sources showed, one for each name of an
	// identity in one place, by identity, name and place.
	Names []CallName `json:"names,omitempty"`
	// Plays are audio notices that were heard to the end, by time.
	Plays []CallPlay `json:"plays,omitempty"`
	// Additions are the telephones that an app brought into the call, by time.
	Additions []CallAddition `json:"additions,omitempty"`
	// Disputes are the bounds on which server sources differ by more than a
	// second. The policy says which of them are a conflict.
	Disputes []Dispute `json:"disputes,omitempty"`
	// Compared lists the kinds of bound on which at least two server sources
	// spoke of the same thing, sorted.
	Compared []string `json:"compared,omitempty"`
	// Unmatched counts receipts about participants nothing else knows.
	Unmatched []string `json:"unmatched_receipts,omitempty"`
}

// A CallName is a displayed name with whose it is, where and when it was seen.
type CallName struct {
	NameSeen
	Source Source    `json:"source"`
	Kind   string    `json:"kind"`
	First  time.Time `json:"first,omitzero"` // when it was seen, at first and at last
	Last   time.Time `json:"last,omitzero"`
	Event  string    `json:"event"` // that showed it first
}

// A CallPlay is audio that Call Automation played into the call to its end.
type CallPlay struct {
	Event   string    `json:"event"`
	At      time.Time `json:"at"` // of PlayCompleted
	Context string    `json:"operation_context"`
}

// The kinds of bound that sources can dispute.
const (
	DisputeJoined       = "session.joined"
	DisputeLeft         = "session.left"
	DisputeEpisodeStart = "episode.start"
	DisputeEpisodeEnd   = "episode.end"
)

// A Dispute is one bound as two server sources state it. The higher-ranking
// source, whose word counts, is A.
type Dispute struct {
	Bound   string `json:"bound"`             // DisputeJoined, …
	Subject string `json:"subject"`           // session id; recording id or connection
	Capture string `json:"capture,omitempty"` // of an episode
	A       Bound  `json:"a"`
	B       Bound  `json:"b"`
}

// A Session is one connected interval [Joined, Left) of one identity on one
// endpoint.
type Session struct {
	ID            string   `json:"session_id"`
	ParticipantID string   `json:"participant_id,omitempty"`
	RawID         string   `json:"raw_id,omitempty"`
	EndpointID    string   `json:"endpoint_id,omitempty"`
	EndpointType  string   `json:"endpoint_type,omitempty"`
	Identity      Identity `json:"identity"`
	JoinPath      JoinPath `json:"join_path"`
	// PathEvidence says what decided the join path: "raw_id",
	// "participant_type", "endpoint_type", "sdk_version", "diagnostic_options",
	// "receipt", "event_grid", "graph_platform", "undecided".
	PathEvidence string `json:"path_evidence"`
	DisplayName  string `json:"display_name,omitempty"`
	Joined       Bound  `json:"joined"`
	Left         Bound  `json:"left"`
	Resource     string `json:"resource_id,omitempty"`
	// App is the app the session itself names (DiagnosticOptions, receipts);
	// the policy's map is applied above it.
	App          string `json:"app,omitempty"`
	AppVersion   string `json:"app_version,omitempty"`
	SDKVersion   string `json:"sdk_version,omitempty"`
	PSTNCallType string `json:"pstn_call_type,omitempty"`
	TenantID     string `json:"tenant_id,omitempty"`
	// Reported is true where the session's client sent any event of Rollcall's
	// own: its reporting worked.
	Reported bool `json:"reported,omitempty"`
	// ReportedJoin and ReportedLeave are when the app's own events say that it
	// joined and left, by the client's clock, also where a server's word counts.
	ReportedJoin  time.Time `json:"reported_join,omitzero"`
	ReportedLeave time.Time `json:"reported_leave,omitzero"`
	// Events lists the ids of the events that the session rests on, sorted.
	Events []string `json:"events"`
	// Receipts and Signals are those that fit this session, by time, then id.
	Receipts []Receipt       `json:"receipts,omitempty"`
	Signals  []SessionSignal `json:"signals,omitempty"`
	// Consents are the answers of this session's user, by time, then id.
	Consents []SessionConsent `json:"consents,omitempty"`
}

// A Receipt is the app's own word that it showed something to a user.
type Receipt struct {
	Event  string    `json:"event"`
	Via    []Via     `json:"via"`
	At     time.Time `json:"at"`
	Notice Notice    `json:"notice"`
}

// A SessionSignal is the platform's signal as this session's client saw it.
type SessionSignal struct {
	Event  string    `json:"event"`
	At     time.Time `json:"at"`
	Signal Signal    `json:"signal"`
	// Shared is true where the client named its identity alone, and that has
	// other sessions in the call: it may have been in one of those.
	Shared bool `json:"shared,omitempty"`
}

// An Episode is a maximal interval [Start, End) in which a capture is on: the
// union over all recordings (or transcriptions), without paused time.
type Episode struct {
	Capture string `json:"capture"`
	// Ordinal counts the episodes of one capture in the call by start, from 1.
	Ordinal int   `json:"ordinal"`
	Start   Bound `json:"start"`
	End     Bound `json:"end"`
	// AssumedFrom is the last instant at which evidence says that the capture
	// was on, where the end is assumed; zero where it is stated or still open.
	AssumedFrom time.Time `json:"assumed_from,omitzero"`
	Events      []string  `json:"events"` // that state the bounds, sorted
}

// A CallRecording is one recording with its recorded parts, for metering.
type CallRecording struct {
	ID      string `json:"recording_id"`
	Kind    string `json:"kind,omitempty"` // RecordingACS, RecordingTeams, RecordingTeamsCompliance; empty: not known
	Content string `json:"content,omitempty"`
	Channel string `json:"channel,omitempty"`
	// LengthMs is the recorded length without pauses as the most precise
	// source states it; -1 where only Parts tell.
	LengthMs int64      `json:"length_ms"`
	Parts    []Interval `json:"parts"`
	// Participants are those who were recorded, by raw id, where the metadata of
	// all its files tells; empty where that is not known.
	Participants []Recorded `json:"participants,omitempty"`
	Resource     string     `json:"resource_id,omitempty"`
	Events       []string   `json:"events"` // sorted
}

// The kinds of CallStream besides the modalities of streaming usage.
const (
	// StreamingAudio is audio of which only Call Automation's events tell, which
	// don't say whether it was mixed.
	StreamingAudio = "audiostreaming"
	StreamCaptions = "captions"
)

// A CallStream is audio that was streamed, a transcription or captions.
type CallStream struct {
	// Kind is StreamingAudioMixed, StreamingAudioUnmixed, StreamingTranscription,
	// StreamingAudio, StreamCaptions or a modality that nobody knows.
	Kind string `json:"kind"`
	// Key tells the streams of one kind apart: a session's id and the start, or
	// the call connection's.
	Key           string `json:"key"`
	ParticipantID string `json:"participant_id,omitempty"`
	// LengthMs is what a usage row states; -1 where only Parts tell.
	LengthMs int64 `json:"length_ms"`
	// Parts are in order and apart; none where the start or the end is not known.
	Parts    []Interval `json:"parts"`
	Resource string     `json:"resource_id,omitempty"`
	Events   []string   `json:"events"` // sorted
}

// An Interval is half-open: [Start, End). A zero End is still open.
type Interval struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"`
	// Assumed marks an end that no source states.
	Assumed bool `json:"assumed,omitempty"`
}
