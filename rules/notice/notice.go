// Package notice judges whether each user was told, in the app and in time,
// that recording or transcription was on: one obligation for each session and
// each episode that overlap (design.md, section 5). It is pure.
//
// A pass is the app's own claim and a miss its own silence; what is not known
// is "no_evidence", never a pass.
package notice

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/rules/policy"
	"rollcall/schema"
)

// Reasons of results, besides the policy's own words for not_applicable.
const (
	ReasonNoReceipts        = "no-receipts"         // the policy says that this app sends none
	ReasonUnknownPath       = "unknown-path"        // nobody knows how the session joined
	ReasonEvidenceGap       = "evidence-gap"        // evidence of that time was lost
	ReasonSignalledNotShown = "signalled-not-shown" // the client saw the signal and showed nothing
	ReasonNeverSignalled    = "never-signalled"     // the client reports, but saw no signal
	ReasonSignalUnknown     = "signal-unknown"      // the client reported nothing at all
	ReasonWrongText         = "wrong-text"          // shown, but the text does not name this capture
	ReasonWrongSurface      = "wrong-surface"       // shown where the policy does not accept it
)

// A Gap is an interval of Kafka's time in which evidence that could have held
// receipts of an app was lost; an empty App means any app's.
type Gap struct {
	App         string
	First, Last time.Time
}

// Input is what judging takes besides the call.
type Input struct {
	Policy *policy.Policy
	Now    time.Time
	Gaps   []Gap
}

// Obligations judges every pair of a session and an episode of the call that
// overlap, ordered by session and episode.
func Obligations(call schema.Call, in Input) []schema.Obligation {
	var out []schema.Obligation
	for _, s := range call.Sessions {
		out = append(out, Session(call, s, in)...)
	}
	return out
}

// Session judges one session against every episode of its call: a receipt
// changes the results of its own session only.
func Session(call schema.Call, s schema.Session, in Input) []schema.Obligation {
	j := newJudge(call, s, in)
	var out []schema.Obligation
	for _, e := range call.Episodes {
		if o, ok := j.obligation(e); ok {
			out = append(out, o)
		}
	}
	return out
}

// newJudge prepares the judging of a session: its app and terms, its receipts by
// the clock that counts, and what was played to it.
func newJudge(call schema.Call, s schema.Session, in Input) judge {
	if s.Resource == "" {
		s.Resource = call.Resource
	}
	j := judge{Input: in, call: call, session: s, app: in.Policy.App(s)}
	j.terms = in.Policy.Notice(j.app)
	j.receipts, j.signals = s.Receipts, s.Signals
	if j.terms.Clock == policy.ClockEstimate {
		j.estimate()
	}
	if s.JoinPath == schema.PathPSTN {
		j.receipts = withPlays(j.receipts, call.Plays, j.terms.Plays)
	}
	return j
}

// withPlays adds to a telephone leg's receipts the audio notices that were
// played to the call, each as a receipt at the time of its completion.
func withPlays(receipts []schema.Receipt, plays []schema.CallPlay, contexts map[string][]string) []schema.Receipt {
	receipts = slices.Clone(receipts)
	for _, p := range plays {
		if captures := contexts[p.Context]; len(captures) > 0 {
			receipts = append(receipts, schema.Receipt{Event: p.Event, At: p.At, Notice: schema.Notice{
				NoticeID: p.Context, Captures: captures, State: stateStarted, Surface: surfacePlay, Clock: schema.ClockServer,
			}})
		}
	}
	slices.SortFunc(receipts, compareReceipts)
	return receipts
}

func compareReceipts(a, b schema.Receipt) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Event, b.Event))
}

// The states in which a notice tells that a capture is on, and the surface of a
// play.
const (
	stateStarted = "started"
	stateResumed = "resumed"
	surfacePlay  = "audio"
)

// SortObligations brings rows into the order of coverage.csv: by call, session
// join, session, capture and episode.
func SortObligations(rows []schema.Obligation) {
	slices.SortFunc(rows, func(a, b schema.Obligation) int {
		return cmp.Or(strings.Compare(a.CallID, b.CallID), a.JoinedAt.Compare(b.JoinedAt),
			strings.Compare(a.SessionID, b.SessionID), strings.Compare(a.Capture, b.Capture), a.Ordinal-b.Ordinal)
	})
}
