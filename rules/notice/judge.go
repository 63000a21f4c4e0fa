package notice

import (
	"slices"
	"sort"
	"time"

	"rollcall/rules/policy"
	"rollcall/schema"
)

// A judge judges one session.
type judge struct {
	Input
	call     schema.Call
	session  schema.Session
	app      policy.App
	terms    policy.Notice
	receipts []schema.Receipt // by time
	signals  []schema.SessionSignal
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

func (j *judge) obligation(e schema.Episode) (schema.Obligation, bool) {
	s := j.session
	x, ok := overlap(s, e)
	if !ok {
		return schema.Obligation{}, false
	}
	o := schema.Obligation{
		CallID: j.call.ID, Tenant: j.app.Tenant, App: j.app.ID,
		SessionID: s.ID, ParticipantID: s.ParticipantID, RawID: s.RawID, EndpointID: s.EndpointID, JoinPath: s.JoinPath,
		Capture: e.Capture, Ordinal: e.Ordinal,
		EpisodeStart: e.Start.At, EpisodeEnd: e.End.At, EpisodeEndSource: e.End.Source,
		JoinedAt: s.Joined.At, LeftAt: s.Left.At, LeftSource: s.Left.Source,
		ExposedAt: x.from, DueAt: x.from.Add(j.terms.Deadline),
		Assumed: !e.AssumedFrom.IsZero() && !x.from.Before(e.AssumedFrom),
	}
	seen := j.look(e.Capture, x)
	if g := seen.signal; g != nil {
		o.SignalledAt = g.At
	}
	if r := seen.counts; r != nil {
		o.ShownAt, o.DelayMs = r.At, r.At.Sub(x.from).Milliseconds()
		o.ReceiptID, o.ReceiptVia, o.Surface, o.ClockBasis = r.Event, r.Via, r.Notice.Surface, r.Notice.Clock
	}
	o.Result, o.Reason = j.result(o, x, seen)
	o.HeldFrom = j.heldFrom(o, x)
	o.Evidence = j.evidence(e, o, seen)
	return o, true
}

// A sight is what a session's client told within an exposure.
type sight struct {
	signal       *schema.SessionSignal // the first active one
	counts       *schema.Receipt       // the first receipt that counts
	wrongText    *schema.Receipt       // the first that would but for its text
	wrongSurface *schema.Receipt       // the first that would but for its surface
}

// look searches the receipts and signals from the policy's tolerance before the
// exposure to its end.
func (j *judge) look(capture string, x exposure) sight {
	var seen sight
	from := x.from.Add(-j.terms.Early)
	within := func(t time.Time) bool { return x.to.IsZero() || t.Before(x.to) }
	first := sort.Search(len(j.signals), func(i int) bool { return !j.signals[i].At.Before(from) })
	for i := first; i < len(j.signals) && within(j.signals[i].At); i++ {
		if g := &j.signals[i]; g.Signal.Capture == capture && g.Signal.Active {
			seen.signal = g
			break
		}
	}
	first = sort.Search(len(j.receipts), func(i int) bool { return !j.receipts[i].At.Before(from) })
	for i := first; i < len(j.receipts) && within(j.receipts[i].At); i++ {
		r := &j.receipts[i]
		n := &r.Notice
		switch {
		case n.State != stateStarted && n.State != stateResumed, !slices.Contains(n.Captures, capture):
		case !j.terms.Accepts(j.session.JoinPath, n.Surface) && !j.played(r):
			if seen.wrongSurface == nil {
				seen.wrongSurface = r
			}
		case !j.terms.Names(capture, n.Locale, n.Text):
			if seen.wrongText == nil {
				seen.wrongText = r
			}
		default:
			seen.counts = r
			return seen
		}
	}
	return seen
}

// played reports whether a receipt is a Call Automation play, which counts
// whatever surfaces the policy accepts from apps.
func (j *judge) played(r *schema.Receipt) bool { return r.Notice.Clock == schema.ClockServer }

// result decides in the order of design.md, section 5, fine print 10.
func (j *judge) result(o schema.Obligation, x exposure, seen sight) (schema.Result, string) {
	path := j.session.JoinPath
	switch {
	case !j.terms.Obliges(path):
		return schema.ResultNotApplicable, j.terms.Reason(path)
	case seen.counts != nil && !o.ShownAt.After(o.DueAt):
		return schema.ResultPass, ""
	case seen.counts != nil:
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
	}
	return schema.ResultMissed, j.why(seen)
}

// why says more of a miss. What was shown wrongly says most.
func (j *judge) why(seen sight) string {
	switch {
	case seen.wrongText != nil:
		return ReasonWrongText
	case seen.wrongSurface != nil:
		return ReasonWrongSurface
	case seen.signal != nil:
		return ReasonSignalledNotShown
	case j.session.Reported:
		return ReasonNeverSignalled
	}
	return ReasonSignalUnknown
}

// heldFrom is the instant from which a result held.
func (j *judge) heldFrom(o schema.Obligation, x exposure) time.Time {
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
// within the exposure, or in the tolerance before it.
func (j *judge) gap(x exposure) bool {
	return Lost(j.Gaps, j.app.ID, x.from.Add(-j.terms.Early), x.ends(j.Now))
}

// Lost reports whether evidence that could hold what an app sends was lost from
// an instant on, before another.
func Lost(gaps []Gap, app string, from, to time.Time) bool {
	return slices.ContainsFunc(gaps, func(g Gap) bool {
		return (g.App == "" || g.App == app) && !g.Last.Before(from) && g.First.Before(to)
	})
}

// evidence lists the events that decide the row: those that the session rests
// on, those of the episode's bounds, the first signal, and the receipt that
// counts or, of a miss, the one that does not.
func (j *judge) evidence(e schema.Episode, o schema.Obligation, seen sight) []string {
	ids := make([]string, 0, len(j.session.Events)+4)
	ids = append(ids, j.session.Events...)
	ids = append(ids, e.Start.Event, e.End.Event)
	if seen.signal != nil {
		ids = append(ids, seen.signal.Event)
	}
	switch {
	case seen.counts != nil:
		ids = append(ids, seen.counts.Event)
	case o.Reason == ReasonWrongText:
		ids = append(ids, seen.wrongText.Event)
	case o.Reason == ReasonWrongSurface:
		ids = append(ids, seen.wrongSurface.Event)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > 0 && ids[0] == "" {
		ids = ids[1:]
	}
	return ids
}
