package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

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

// disputeRecording compares what Call Automation's changes of a recording and
// its summaries say of it. A request comes before the recording, and is no word
// on its start.
func (s *Spine) disputeRecording(r *recording, capture string) {
	var starts, ends []schema.Bound
	if len(r.flips) > 0 && len(r.parts) > 0 {
		first, last := r.parts[0].start, r.parts[len(r.parts)-1].end
		if first.Source == schema.BoundCallAutomation {
			starts = append(starts, first)
		}
		if last.Source == schema.BoundCallAutomation {
			ends = append(ends, last)
		}
	}
	paused := r.pausedTime()
	for _, e := range r.summaries { // Azure Monitor's first
		m := e.Facts.Recording
		if m.Start.IsZero() {
			continue
		}
		b := schema.Bound{At: m.Start, Source: summarySource(e), Event: e.ID}
		starts = append(starts, b)
		if m.LengthMs >= 0 {
			b.At = m.Start.Add(milliseconds(m.LengthMs) + paused)
			ends = append(ends, b)
		}
	}
	s.disputeBounds(schema.DisputeEpisodeStart, r.id, capture, starts)
	s.disputeBounds(schema.DisputeEpisodeEnd, r.id, capture, ends)
}

// pausedTime is how long a recording was paused between its start and its end:
// by its changes, else by what its summaries and metadata say.
func (r *recording) pausedTime() (sum time.Duration) {
	if len(r.flips) == 0 || len(r.parts) == 0 {
		_, sum = r.pauses()
		return sum
	}
	for i, p := range r.parts[1:] {
		sum += p.start.At.Sub(r.parts[i].end.At)
	}
	return sum
}

// disputeBounds compares what several sources say of one bound, those that rank
// higher first.
func (s *Spine) disputeBounds(bound, subject, capture string, says []schema.Bound) {
	for i, a := range says {
		for _, b := range says[i+1:] {
			if a.Source == b.Source {
				continue
			}
			s.call.Compared = append(s.call.Compared, bound)
			if a.At.Sub(b.At).Abs() > leastDispute {
				s.call.Disputes = append(s.call.Disputes, schema.Dispute{Bound: bound, Subject: subject, Capture: capture, A: a, B: b})
			}
		}
	}
}

// disputeStreaming compares what Call Automation and streaming usage say of a
// transcription. A row of usage is of one participant, who may have come later
// or left before: it contradicts only what is within it.
func (s *Spine) disputeStreaming(parts, usage []part) {
	parts, usage = union(s.endParts(parts)), union(usage)
	for _, p := range parts {
		var touching []part
		for _, u := range usage {
			if p.touches(u) {
				touching = append(touching, u)
			}
		}
		if len(touching) != 1 || p.start.Source != schema.BoundCallAutomation {
			continue
		}
		u := touching[0]
		if among := slices.ContainsFunc(parts, func(o part) bool { return o.start != p.start && o.touches(u) }); among {
			continue
		}
		s.call.Compared = append(s.call.Compared, schema.DisputeEpisodeStart)
		if u.start.At.Before(p.start.At) {
			s.disputeBounds(schema.DisputeEpisodeStart, p.start.Event, schema.Transcription, []schema.Bound{p.start, u.start})
		}
		if p.end.Source != schema.BoundCallAutomation || u.end.At.IsZero() {
			continue
		}
		s.call.Compared = append(s.call.Compared, schema.DisputeEpisodeEnd)
		if u.end.At.After(p.end.At) {
			s.disputeBounds(schema.DisputeEpisodeEnd, p.start.Event, schema.Transcription, []schema.Bound{p.end, u.end})
		}
	}
}
