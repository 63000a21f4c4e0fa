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
	if s.Resource == "" {
		s.Resource = call.Resource
	}
	j := judge{Input: in, session: s, app: in.Policy.App(s)}
	j.terms = in.Policy.Notice(j.app)
	var out []schema.Obligation
	for _, e := range call.Episodes {
		if o, ok := j.obligation(call.ID, e); ok {
			out = append(out, o)
		}
	}
	return out
}

type judge struct {
	Input
	session schema.Session
	app     policy.App
	terms   policy.Notice
}

// An exposure is the time in which a session and an episode overlap.
type exposure struct {
	from, to time.Time // to is zero while both go on
}

func (x exposure) ends(now time.Time) time.Time {
	if x.to.IsZero() {
		return now
	}
	return x.to
}

func overlap(s schema.Session, e schema.Episode) (exposure, bool) {
	x := exposure{from: s.Joined.At, to: s.Left.At}
	if e.Start.At.After(x.from) {
		x.from = e.Start.At
	}
	if x.to.IsZero() || !e.End.At.IsZero() && e.End.At.Before(x.to) {
		x.to = e.End.At
	}
	return x, !x.from.IsZero() && (x.to.IsZero() || x.from.Before(x.to))
}

func (j judge) obligation(callID string, e schema.Episode) (schema.Obligation, bool) {
	s := j.session
	x, ok := overlap(s, e)
	if !ok {
		return schema.Obligation{}, false
	}
	o := schema.Obligation{
		CallID: callID, Tenant: j.app.Tenant, App: j.app.ID,
		SessionID: s.ID, ParticipantID: s.ParticipantID, RawID: s.RawID, EndpointID: s.EndpointID, JoinPath: s.JoinPath,
		Capture: e.Capture, Ordinal: e.Ordinal,
		EpisodeStart: e.Start.At, EpisodeEnd: e.End.At, EpisodeEndSource: e.End.Source,
		JoinedAt: s.Joined.At, LeftAt: s.Left.At, LeftSource: s.Left.Source,
		ExposedAt: x.from, DueAt: x.from.Add(j.terms.Deadline),
	}
	o.Evidence = append(o.Evidence, s.Events...)
	o.Evidence = append(o.Evidence, e.Events...)
	signals := j.signals(e.Capture, x)
	if len(signals) > 0 {
		o.SignalledAt = signals[0].At
		o.Evidence = append(o.Evidence, signals[0].Event)
	}
	counting, wrongSurface := j.receipts(e.Capture, x)
	if len(counting) > 0 {
		r := counting[0]
		o.ShownAt, o.DelayMs = r.At, r.At.Sub(x.from).Milliseconds()
		o.ReceiptID, o.ReceiptVia, o.Surface, o.ClockBasis = r.Event, r.Via, r.Notice.Surface, r.Notice.Clock
		o.Evidence = append(o.Evidence, r.Event)
	}
	o.Result, o.Reason = j.result(o, x, len(wrongSurface) > 0)
	o.HeldFrom = j.heldFrom(o, x)
	if o.Reason == ReasonWrongSurface {
		o.Evidence = append(o.Evidence, wrongSurface[0].Event)
	}
	o.Evidence = slices.Compact(slices.Sorted(slices.Values(o.Evidence)))
	return o, true
}

// signals lists the platform's active signals of the capture to this client
// within the exposure.
func (j judge) signals(capture string, x exposure) []schema.SessionSignal {
	var out []schema.SessionSignal
	for _, g := range j.session.Signals {
		if g.Signal.Capture == capture && g.Signal.Active && j.during(g.At, x) {
			out = append(out, g)
		}
	}
	return out
}

// during reports whether an instant falls into an exposure, with the policy's
// tolerance before it.
func (j judge) during(t time.Time, x exposure) bool {
	return !t.Before(x.from.Add(-j.terms.Early)) && (x.to.IsZero() || t.Before(x.to))
}

// receipts lists the receipts that count, by time, and those that would but
// for their surface.
func (j judge) receipts(capture string, x exposure) (counting, wrongSurface []schema.Receipt) {
	for _, r := range j.session.Receipts {
		n := r.Notice
		if n.State != "started" && n.State != "resumed" || !slices.Contains(n.Captures, capture) || !j.during(r.At, x) {
			continue
		}
		if !j.terms.Accepts(j.session.JoinPath, n.Surface) {
			wrongSurface = append(wrongSurface, r)
			continue
		}
		counting = append(counting, r)
	}
	return counting, wrongSurface
}

// result decides in the order of design.md, section 5, fine print 10.
func (j judge) result(o schema.Obligation, x exposure, wrongSurface bool) (schema.Result, string) {
	path := j.session.JoinPath
	switch {
	case !j.terms.Obliges(path):
		return schema.ResultNotApplicable, j.terms.Reason(path)
	case !o.ShownAt.IsZero() && !o.ShownAt.After(o.DueAt):
		return schema.ResultPass, ""
	case !o.ShownAt.IsZero():
		return schema.ResultLate, ""
	case !x.to.IsZero() && x.to.Before(o.DueAt):
		return schema.ResultTooShort, ""
	case j.Now.Before(o.DueAt.Add(j.terms.Grace)):
		return schema.ResultPending, ""
	case !j.app.SendsReceipts:
		return schema.ResultNoEvidence, ReasonNoReceipts
	case path == schema.PathUnknown:
		return schema.ResultNoEvidence, ReasonUnknownPath
	case j.gap(x):
		return schema.ResultNoEvidence, ReasonEvidenceGap
	case wrongSurface:
		return schema.ResultMissed, ReasonWrongSurface
	case !o.SignalledAt.IsZero():
		return schema.ResultMissed, ReasonSignalledNotShown
	case j.session.Reported:
		return schema.ResultMissed, ReasonNeverSignalled
	}
	return schema.ResultMissed, ReasonSignalUnknown
}

// heldFrom is the instant from which a result held.
func (j judge) heldFrom(o schema.Obligation, x exposure) time.Time {
	switch o.Result {
	case schema.ResultPass, schema.ResultLate:
		return o.ShownAt
	case schema.ResultTooShort:
		return x.to
	case schema.ResultMissed, schema.ResultNoEvidence:
		return o.DueAt.Add(j.terms.Grace)
	}
	return time.Time{}
}

// gap reports whether evidence that could hold this app's receipts was lost
// within the exposure.
func (j judge) gap(x exposure) bool {
	from := x.from.Add(-j.terms.Early)
	return slices.ContainsFunc(j.Gaps, func(g Gap) bool {
		return (g.App == "" || g.App == j.app.ID) && !g.Last.Before(from) && g.First.Before(x.ends(j.Now))
	})
}

// SortObligations brings rows into the order of coverage.csv: by call, session
// join, session, capture and episode.
func SortObligations(rows []schema.Obligation) {
	slices.SortFunc(rows, func(a, b schema.Obligation) int {
		return cmp.Or(strings.Compare(a.CallID, b.CallID), a.JoinedAt.Compare(b.JoinedAt),
			strings.Compare(a.SessionID, b.SessionID), strings.Compare(a.Capture, b.Capture), a.Ordinal-b.Ordinal)
	})
}
