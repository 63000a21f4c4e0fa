package schema

import "time"

// A Result is what a rule says of one obligation (design.md, 5).
type Result string

// The results of obligations.
const (
	ResultNotApplicable Result = "not_applicable"
	ResultPass          Result = "pass"
	ResultLate          Result = "late"
	ResultTooShort      Result = "too_short"
	ResultPending       Result = "pending"
	ResultMissed        Result = "missed"
	ResultNoEvidence    Result = "no_evidence"
)

// An Obligation is one (session, episode) pair that overlaps: this user had to
// be told of this capture. It is a row of coverage.csv.
type Obligation struct {
	CallID           string
	Tenant           string
	App              string
	SessionID        string
	ParticipantID    string
	RawID            string
	EndpointID       string
	JoinPath         JoinPath
	Capture          string
	Ordinal          int // of the episode, within call and capture
	EpisodeStart     time.Time
	EpisodeEnd       time.Time // zero: still open
	EpisodeEndSource BoundSource
	JoinedAt         time.Time
	LeftAt           time.Time // zero: still in the call
	LeftSource       BoundSource
	ExposedAt        time.Time
	DueAt            time.Time
	SignalledAt      time.Time // first active signal to this client in the exposure
	ShownAt          time.Time // of the first receipt that counts
	DelayMs          int64     // ShownAt - ExposedAt; meaningful where ShownAt is set
	Result           Result
	Reason           string
	Assumed          bool      // the exposure lies only in the assumed part of the episode: never pages
	HeldFrom         time.Time // the instant from which Result held; zero for pending and not_applicable
	ReceiptID        string
	ReceiptVia       []Via
	Surface          string
	ClockBasis       string
	Evidence         []string // event ids, sorted
}

// A Severity ranks findings.
type Severity string

// The severities, lowest first.
const (
	SeverityInfo     Severity = "info"
	SeverityLow      Severity = "low"
	SeverityMedium   Severity = "medium"
	SeverityHigh     Severity = "high"
	SeverityCritical Severity = "critical"
)

// A Finding is a rule's stated violation with its evidence. It is a line of
// findings.ndjson; the JSON names are its columns.
type Finding struct {
	ID       string    `json:"id"`
	Rule     string    `json:"rule"`
	Severity Severity  `json:"severity"`
	Status   string    `json:"status"` // "new", …
	Result   string    `json:"result"` // "fail", "no_evidence"
	CallID   string    `json:"call_id"`
	Tenant   string    `json:"tenant"`
	App      string    `json:"app"`
	Subject  string    `json:"subject"` // the session's id, or another subject's
	RawID    string    `json:"raw_id"`
	Capture  string    `json:"capture"`
	FirstAt  time.Time `json:"first_at"`
	// DetectedAt is the instant from which the finding held.
	DetectedAt    time.Time `json:"detected_at"`
	Message       string    `json:"message"`
	Evidence      []string  `json:"evidence"`
	PolicyVersion string    `json:"policy_version"`
	// RuleVersion is the version of the rule that judged: it counts changes of
	// what the rule finds, from 1. 0 of a rule of the policy's own, which is as old
	// as the policy. findings.ndjson has no column for it.
	RuleVersion int `json:"-"`
	// Seen and Expected are what a person compares, of the rules on names and brand;
	// empty of others. findings.ndjson has them in the message.
	Seen     string `json:"-"`
	Expected string `json:"-"`
}

// A UsageLine is metered usage of one session or recording on one UTC day. It
// is a row of usage_lines.csv, where Rate and Cost are exact decimals.
type UsageLine struct {
	LineID        string
	Day           string // YYYY-MM-DD, UTC
	Tenant        string
	App           string
	Resource      string
	CallID        string
	SessionID     string
	ParticipantID string
	RawID         string
	Meter         string
	Unit          string // "minute", "participant_minute", "message"
	Raw           int64  // milliseconds, or a count
	Quantity      string // decimal, at most 6 places
	Rate          string // decimal; empty: unpriced
	Currency      string
	Cost          string // decimal, at most 10 places; empty: unpriced
	TariffRow     string
	TariffVersion string
	Evidence      []string // event ids, sorted
	CorrectionOf  string
	Note          string
}
