package timeline

import (
	"fmt"
	"time"
)

// layout is how all instants are written: RFC 3339, UTC, milliseconds.
const layout = "2006-01-02T15:04:05.000Z"

// An Instant is a point in time, written in UTC with milliseconds. The zero
// value is not known, and the empty string.
type Instant struct{ at time.Time }

// At makes an instant.
func At(t time.Time) Instant { return Instant{t.UTC()} }

// Time is the instant as a time, zero where it is not known.
func (i Instant) Time() time.Time { return i.at }

// Known reports whether the instant is known.
func (i Instant) Known() bool { return !i.at.IsZero() }

// String is the instant as it is written.
func (i Instant) String() string {
	if i.at.IsZero() {
		return ""
	}
	return i.at.Format(layout)
}

// MarshalText writes the instant.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what MarshalText wrote, and any other RFC 3339.
func (i *Instant) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		i.at = time.Time{}
		return nil
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("instant %q: expected one such as 2026-03-02T09:00:00.000Z", text)
	}
	i.at = at.UTC()
	return nil
}

// A Call is everything that is known of one call, and what follows from it.
// What is not known is an empty string, a null number or an empty list; members
// are always there.
type Call struct {
	CallID     string `json:"call_id"`
	Tenant     string `json:"tenant"`
	ResourceID string `json:"resource_id"`
	// Teams is true where the call counts as interop, and TeamsEvidence says why.
	Teams         bool   `json:"teams"`
	TeamsEvidence string `json:"teams_evidence"`
	Start         Bound  `json:"start"`
	// End has no instant and the source "open" while the call goes on.
	End        Bound       `json:"end"`
	Aliases    []Alias     `json:"aliases"`
	Sessions   []Session   `json:"sessions"`
	Episodes   []Episode   `json:"episodes"`
	Recordings []Recording `json:"recordings"`
	Plays      []Play      `json:"plays"`
	// Threads are the chats of which messages are known, and Messages those, each
	// once. What they say is not kept.
	Threads  []Thread  `json:"threads"`
	Messages []Message `json:"messages"`
	Names    []Name    `json:"names"`
	Disputes []Dispute `json:"disputes"`
	// UnmatchedReceipts are the events of receipts about participants that
	// nothing else knows.
	UnmatchedReceipts []string     `json:"unmatched_receipts"`
	Obligations       []Obligation `json:"obligations"`
	Findings          []Finding    `json:"findings"`
	Usage             []Usage      `json:"usage"`
	// Unmetered are sessions that Azure doesn't charge and no meter counts.
	Unmetered []Unmetered `json:"unmetered"`
	// Events are those that the document names, by id: where each of them lies
	// in the evidence.
	Events []Event `json:"events"`
}

// A Bound is one end of an interval, the source that states it (or
// "assumed:…", "open") and the event.
type Bound struct {
	At     Instant `json:"at"`
	Source string  `json:"source"`
	Event  string  `json:"event"`
}

// An Alias is an id of the call, with the first event that taught it.
type Alias struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Event string `json:"event"`
}

// A Session is one connected interval of one identity on one endpoint.
type Session struct {
	SessionID     string `json:"session_id"`
	ParticipantID string `json:"participant_id"`
	RawID         string `json:"raw_id"`
	EndpointID    string `json:"endpoint_id"`
	EndpointType  string `json:"endpoint_type"`
	Identity      string `json:"identity"`
	JoinPath      string `json:"join_path"`
	PathEvidence  string `json:"path_evidence"`
	DisplayName   string `json:"display_name"`
	// Tenant and App are those that the policy gives the session.
	Tenant       string    `json:"tenant"`
	App          string    `json:"app"`
	AppVersion   string    `json:"app_version"`
	SDKVersion   string    `json:"sdk_version"`
	ResourceID   string    `json:"resource_id"`
	PSTNCallType string    `json:"pstn_call_type"`
	Joined       Bound     `json:"joined"`
	Left         Bound     `json:"left"`
	Signals      []Signal  `json:"signals"`
	Receipts     []Receipt `json:"receipts"`
	Events       []string  `json:"events"`
}

// A Signal is the platform's signal as the session's client saw it.
type Signal struct {
	At              Instant `json:"at"`
	Capture         string  `json:"capture"`
	Active          bool    `json:"active"`
	ConsentRequired bool    `json:"consent_required"`
	Event           string  `json:"event"`
}

// A Receipt is the app's own word that it showed something to the user.
type Receipt struct {
	At           Instant  `json:"at"`
	Captures     []string `json:"captures"`
	State        string   `json:"state"`
	Surface      string   `json:"surface"`
	Text         string   `json:"text"`
	Locale       string   `json:"locale"`
	NoticeID     string   `json:"notice_id"`
	Acknowledged bool     `json:"acknowledged"`
	ClockBasis   string   `json:"clock_basis"`
	Via          []string `json:"via"`
	Event        string   `json:"event"`
}

// An Episode is an interval in which a capture was on.
type Episode struct {
	Capture string `json:"capture"`
	Ordinal int    `json:"ordinal"`
	Start   Bound  `json:"start"`
	End     Bound  `json:"end"`
	// AssumedFrom is the last instant at which evidence says that it was on,
	// where the end is assumed.
	AssumedFrom Instant  `json:"assumed_from"`
	Events      []string `json:"events"`
}

// A Recording is one recording with its recorded parts.
type Recording struct {
	RecordingID string `json:"recording_id"`
	Kind        string `json:"kind"`
	Content     string `json:"content"`
	Channel     string `json:"channel"`
	ResourceID  string `json:"resource_id"`
	// LengthMs is the length without pauses as the most precise source states
	// it, in milliseconds.
	LengthMs *int64   `json:"length_ms"`
	Parts    []Part   `json:"parts"`
	Events   []string `json:"events"`
}

// A Part is half-open; without an end it goes on.
type Part struct {
	Start   Instant `json:"start"`
	End     Instant `json:"end"`
	Assumed bool    `json:"assumed"`
}

// A Play is audio that was played into the call to its end.
type Play struct {
	At               Instant `json:"at"`
	OperationContext string  `json:"operation_context"`
	Event            string  `json:"event"`
}

// A Thread is a chat thread. Kind is "meeting", "teams_member", "acs" or, where
// nothing tells who is in it, empty; Event tells it.
type Thread struct {
	ThreadID string `json:"thread_id"`
	Kind     string `json:"kind"`
	Event    string `json:"event"`
}

// A Message is a chat message, once for all events that tell of it.
type Message struct {
	ThreadID   string   `json:"thread_id"`
	MessageID  string   `json:"message_id"`
	At         Instant  `json:"at"`
	SenderID   string   `json:"sender_id"`
	SenderName string   `json:"sender_name"`
	Type       string   `json:"type"`
	Edited     bool     `json:"edited"`
	Deleted    bool     `json:"deleted"`
	Events     []string `json:"events"`
}

// A Name is a displayed name of one identity as one source showed it on one
// surface, with what the directory said of the identity then.
type Name struct {
	RawID   string `json:"raw_id"`
	Surface string `json:"surface"`
	Source  string `json:"source"`
	Name    string `json:"name"`
	// Kinds are the kinds of event that showed it, and Labels what they showed
	// beside it, both sorted.
	Kinds   []string `json:"kinds"`
	Labels  []string `json:"labels"`
	FirstAt Instant  `json:"first_at"`
	LastAt  Instant  `json:"last_at"`
	// Event is that which showed it first.
	Event string `json:"event"`
	// DirectoryBasis says what is known of the directory, as in package schema;
	// DirectoryFrom is when it was first seen to say so, in DirectoryEvent.
	DirectoryBasis string  `json:"directory_basis"`
	DirectoryName  string  `json:"directory_name"`
	DirectoryFrom  Instant `json:"directory_from"`
	DirectoryEvent string  `json:"directory_event"`
	// Result and Reason are those of the name rules; empty where none judged.
	Result string `json:"result"`
	Reason string `json:"reason"`
}

// A Dispute is a bound on which two server sources differ; A's word counts.
type Dispute struct {
	Bound   string `json:"bound"`
	Subject string `json:"subject"`
	Capture string `json:"capture"`
	A       Bound  `json:"a"`
	B       Bound  `json:"b"`
}

// An Obligation is a session that had to be told of an episode, with the
// result. Delays are in milliseconds.
type Obligation struct {
	SessionID   string  `json:"session_id"`
	Capture     string  `json:"capture"`
	Ordinal     int     `json:"ordinal"`
	Tenant      string  `json:"tenant"`
	App         string  `json:"app"`
	JoinPath    string  `json:"join_path"`
	ExposedAt   Instant `json:"exposed_at"`
	DueAt       Instant `json:"due_at"`
	SignalledAt Instant `json:"signalled_at"`
	ShownAt     Instant `json:"shown_at"`
	// DelayMs is shown_at - exposed_at; PlatformDelayMs is its first part,
	// signalled_at - exposed_at, and AppDelayMs its second, shown_at -
	// signalled_at. Clients' clocks can make any of them negative.
	DelayMs         *int64   `json:"delay_ms"`
	PlatformDelayMs *int64   `json:"platform_delay_ms"`
	AppDelayMs      *int64   `json:"app_delay_ms"`
	Result          string   `json:"result"`
	Reason          string   `json:"reason"`
	ReceiptID       string   `json:"receipt_id"`
	ReceiptVia      []string `json:"receipt_via"`
	Surface         string   `json:"surface"`
	ClockBasis      string   `json:"clock_basis"`
	// ExposureMs is how long the user was in the call while the capture was on,
	// and AssumedMs how much of it rests on assumed bounds.
	ExposureMs int64 `json:"exposure_ms"`
	AssumedMs  int64 `json:"assumed_ms"`
	// Assumed says that the exposure lies in the assumed part of the episode.
	Assumed  bool     `json:"assumed"`
	Evidence []string `json:"evidence"`
}

// A Finding is a line of findings.ndjson.
type Finding struct {
	ID            string   `json:"id"`
	Rule          string   `json:"rule"`
	Severity      string   `json:"severity"`
	Status        string   `json:"status"`
	Result        string   `json:"result"`
	CallID        string   `json:"call_id"`
	Tenant        string   `json:"tenant"`
	App           string   `json:"app"`
	Subject       string   `json:"subject"`
	RawID         string   `json:"raw_id"`
	Capture       string   `json:"capture"`
	FirstAt       Instant  `json:"first_at"`
	DetectedAt    Instant  `json:"detected_at"`
	Message       string   `json:"message"`
	Evidence      []string `json:"evidence"`
	PolicyVersion string   `json:"policy_version"`
	// RuleVersion is the version of the rule that judged, 0 where it is not known
	// or a rule of the policy's own. findings.ndjson has no column for it.
	RuleVersion uint32 `json:"-"`
	// Seen and Expected are what a person compares; findings.ndjson has them in the
	// message.
	Seen     string `json:"-"`
	Expected string `json:"-"`
}

// Usage is a row of usage_lines.csv but for what the call says already.
// Quantity, rate and cost are decimals, empty where there is no rate.
type Usage struct {
	LineID        string   `json:"line_id"`
	Day           string   `json:"day"`
	Tenant        string   `json:"tenant"`
	App           string   `json:"app"`
	ResourceID    string   `json:"resource_id"`
	SessionID     string   `json:"session_id"`
	Meter         string   `json:"meter"`
	Unit          string   `json:"unit"`
	Raw           int64    `json:"raw"`
	Quantity      string   `json:"quantity"`
	Rate          string   `json:"rate"`
	Currency      string   `json:"currency"`
	Cost          string   `json:"cost"`
	TariffRow     string   `json:"tariff_row"`
	TariffVersion string   `json:"tariff_version"`
	CorrectionOf  string   `json:"correction_of"`
	Note          string   `json:"note"`
	Evidence      []string `json:"evidence"`
}

// An Unmetered session is free, for the reason given.
type Unmetered struct {
	SessionID string `json:"session_id"`
	Reason    string `json:"reason"`
	Ms        int64  `json:"ms"`
}

// An Event is one statement of one source, and where the message lies that
// holds it: File and Line where it was read from a file, else Topic, Partition
// and Offset; the others are left out.
type Event struct {
	ID        string  `json:"id"`
	Source    string  `json:"source"`
	Kind      string  `json:"kind"`
	Time      Instant `json:"time"`
	File      string  `json:"file,omitempty"`
	Line      int     `json:"line,omitzero"`
	Topic     string  `json:"topic,omitempty"`
	Partition *int32  `json:"partition,omitempty"`
	Offset    *int64  `json:"offset,omitempty"`
}
