package simulate

import (
	"cmp"
	"slices"
	"time"
)

// A Truth is what is so, as far as the evidence that was sent can tell. It is
// complete once the sequence that [Generate] returned with it was read to its
// end. Instants are milliseconds since 1970, UTC.
type Truth struct {
	// AsOf is the instant to judge at: the latest event time plus the policy's
	// grace (60 s) and a millisecond, as "rollcall audit" finds it by itself.
	AsOf time.Time
	// Gaps are the intervals in which what clients sent was lost.
	Gaps []TruthGap
	// Calls and Obligations are in the order of the calls' starts.
	Calls       []TruthCall
	Obligations []TruthObligation
	Hours       []TruthHour // of apps that the rules on them judge
	Listings    []TruthListing
	Directory   []TruthDirectory   // of each tenant
	Usage       map[UsageKey]int64 // milliseconds, or a count for messages
	Tallies     Tallies
}

// A TruthGap is an interval, both ends included.
type TruthGap struct{ First, Last int64 }

// A TruthCall is one call.
type TruthCall struct {
	CallID      string // correlation id
	App         string // the policy's app by its resource
	Tenant      string
	Resource    string // lower case, with leading slash
	Thread      string // of a Teams meeting or call, else empty
	Teams       bool   // the whole call counts as interop
	Start, End  int64
	Sessions    []TruthSession
	Episodes    []TruthEpisode
	Obligations []TruthObligation
	Names       []TruthName
	Findings    []TruthFinding
	Usage       map[UsageKey]int64
	// Chat is the thread of a chat that was beside the call and is no part of it,
	// or empty, and ChatUsage what it used. A meeting's chat is part of it.
	Chat      string
	ChatUsage map[UsageKey]int64
	ChatNames []TruthName // with the thread for the call's id
}

// A TruthSession is one session. Match it by participant id or, where the
// evidence names none (a P2P call without Event Grid), by raw id and Joined.
type TruthSession struct {
	CallID        string
	ParticipantID string
	RawID         string // normalised; empty for a telephone leg, whose logs name none; a bare GUID for a bot
	EndpointID    string
	JoinPath      string
	Joined, Left  int64
	LeftAssumed   bool   // no evidence states the end: it ends with the call
	Skew          int64  // of the client's clock, where the client does not state it
	SkewTold      bool   // and what the client says is sure to tell it
	Meter         string // "unmapped" where it can't be told, "" for a bot listed as free
}

// A TruthEpisode is one episode of a capture.
type TruthEpisode struct {
	Capture    string
	Ordinal    int // by start, from 1, within call and capture
	Start, End int64
	EndAssumed bool
}

// A TruthObligation is one (session, episode) pair with its result.
type TruthObligation struct {
	CallID        string
	Tenant, App   string
	ParticipantID string
	RawID         string
	EndpointID    string
	JoinPath      string
	Capture       string
	Ordinal       int
	EpisodeStart  int64
	EpisodeEnd    int64
	Joined, Left  int64
	ExposedAt     int64
	DueAt         int64
	SignalledAt   int64 // 0: no signal in the exposure
	ShownAt       int64 // 0: nothing shown that counts
	Result        string
	Reason        string // of missed and no_evidence
	// Told is what the evidence may not tell: whether the user was in fact
	// shown a notice in time.
	Told bool
}

// A UsageKey is what usage is totalled by.
type UsageKey struct {
	Day      string // YYYY-MM-DD, UTC
	Resource string // lower case, with leading slash
	Meter    string // design.md section 7; "unmapped" for what can't be told
}

// A UsageRow is one total.
type UsageRow struct {
	UsageKey
	Raw int64
}

// UsageRows lists the usage in a stable order.
func (t *Truth) UsageRows() []UsageRow {
	rows := make([]UsageRow, 0, len(t.Usage))
	for k, v := range t.Usage {
		rows = append(rows, UsageRow{k, v})
	}
	slices.SortFunc(rows, func(a, b UsageRow) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Meter, b.Meter))
	})
	return rows
}

// Tallies count.
type Tallies struct {
	Calls, Sessions int
	Messages        int
	Bytes           int64
	BySource        map[string]int            // messages
	Events          map[string]map[string]int // by source and kind on the wire, repeats included
	Distinct        map[string]map[string]int // the same, repeats counted once
	DeadLetters     int                       // messages that can't be read
	Hurt            int                       // messages of which one part can't be read
	Results         map[string]int            // obligations
	Names           map[string]int            // names shown, by the rule that they break, "" for right ones
	Findings        map[string]int            // of calls, by rule
}

// EventCount is the number of events sent, repeats included.
func (t *Tallies) EventCount() int {
	n := 0
	for _, kinds := range t.Events {
		for _, k := range kinds {
			n += k
		}
	}
	return n
}
