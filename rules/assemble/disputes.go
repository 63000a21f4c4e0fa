package assemble

import (
	"cmp"
	"slices"
	"strings"

	"rollcall/schema"
)

// disputes lists the bounds on which server sources differ, and the kinds of
// bound on which two spoke at all, both in a fixed order.
func (s *Spine) disputes() (out []schema.Dispute, compared []string) {
	out, compared = slices.Clone(s.call.Disputes), slices.Clone(s.call.Compared)
	for _, x := range s.sessions {
		id := ""
		report := func(bound string) func(a, b schema.Bound) {
			return func(a, b schema.Bound) {
				if id == "" {
					id = x.id(s.call.ID)
				}
				out = append(out, schema.Dispute{Bound: bound, Subject: id, A: a, B: b})
			}
		}
		if disputed(x.joins, earliest, report(schema.DisputeJoined)) {
			compared = append(compared, schema.DisputeJoined)
		}
		if disputed(x.leaves, latest, report(schema.DisputeLeft)) {
			compared = append(compared, schema.DisputeLeft)
		}
	}
	slices.SortFunc(out, func(a, b schema.Dispute) int {
		return cmp.Or(strings.Compare(a.Bound, b.Bound), strings.Compare(a.Subject, b.Subject),
			strings.Compare(a.A.Event, b.A.Event), strings.Compare(a.B.Event, b.B.Event))
	})
	return out, sortedIDs(compared)
}

// disputeRecording compares Call Automation's changes of a recording with what
// its summaries say.
func (s *Spine) disputeRecording(r *recording, capture string) {
	if len(r.flips) == 0 || len(r.parts) == 0 || r.start.At.IsZero() {
		return
	}
	add := func(bound string, a, b schema.Bound) {
		s.call.Compared = append(s.call.Compared, bound)
		if a.At.Sub(b.At).Abs() > leastDispute {
			s.call.Disputes = append(s.call.Disputes, schema.Dispute{Bound: bound, Subject: r.id, Capture: capture, A: a, B: b})
		}
	}
	first, last := r.parts[0], r.parts[len(r.parts)-1]
	if first.start.Source == schema.BoundCallAutomation { // a request comes before the recording
		add(schema.DisputeEpisodeStart, first.start, r.start)
	}
	if r.lengthMs < 0 || last.end.Source != schema.BoundCallAutomation {
		return
	}
	// The summary's end, with the pauses that the changes show.
	end := r.start
	end.At = r.start.At.Add(milliseconds(r.lengthMs))
	for i, p := range r.parts[1:] {
		end.At = end.At.Add(p.start.At.Sub(r.parts[i].end.At))
	}
	add(schema.DisputeEpisodeEnd, last.end, end)
}
