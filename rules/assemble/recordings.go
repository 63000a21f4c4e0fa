package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A recording under construction: what each source says of one recording id.
type recording struct {
	id        string
	kind      string
	resource  string
	flips     []flip
	summaries []*schema.Event
	parts     []part
	start     schema.Bound // as a summary states it
	lengthMs  int64
	content   string
	channel   string
}

// recordingParts gathers the recordings of the call, keeps them for metering
// and returns the intervals in which each was on, by capture: a recording whose
// content is transcription is one.
func (s *Spine) recordingParts() map[string][]part {
	all := map[string][]part{}
	for _, r := range s.recordings() {
		r.settle()
		capture := schema.Recording
		if r.content == "transcription" {
			capture = schema.Transcription
		}
		all[capture] = append(all[capture], r.parts...)
		s.call.Recordings = append(s.call.Recordings, r.finish(s.endParts(r.parts), s.call.Resource))
		s.disputeRecording(r, capture)
	}
	return all
}

// recordings groups what is said of recordings by their ids. Without one, the
// changes of one connection are a recording, and so is each summary.
func (s *Spine) recordings() []*recording {
	byID := map[string]*recording{}
	get := func(e *schema.Event, id string) *recording {
		r := byID[id]
		if r == nil {
			r = &recording{id: id, lengthMs: -1}
			byID[id] = r
		}
		if e.Resource != "" && (r.resource == "" || e.Resource < r.resource) {
			r.resource = e.Resource
		}
		return r
	}
	for _, e := range s.events {
		if f := e.Facts.RecordingFlip; f != nil && !e.Time.IsZero() {
			r := get(e, cmp.Or(f.RecordingID, "connection:"+e.Refs.CallConnectionID))
			r.flips = append(r.flips, flip{at: e.Time, on: f.Active, start: f.Start, event: e.ID})
			r.kind = cmp.Or(f.RecordKind, r.kind)
		}
		if m := e.Facts.Recording; m != nil {
			r := get(e, cmp.Or(m.RecordingID, "event:"+e.ID))
			r.summaries = append(r.summaries, e)
		}
	}
	out := make([]*recording, 0, len(byID))
	for _, r := range byID {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *recording) int { return strings.Compare(a.id, b.id) })
	return out
}

// settle works out when the recording was on: by Call Automation's changes,
// whose missing end the summary gives; else by the summary alone, less the
// pauses that are known.
func (r *recording) settle() {
	r.summarise()
	for i := range r.flips {
		if r.flips[i].start.IsZero() {
			r.flips[i].start = r.start.At // what the first change counts from
		}
	}
	r.parts = runs(r.flips, schema.BoundCallAutomation)
	if len(r.parts) > 0 {
		r.closeOpen()
		return
	}
	if r.start.At.IsZero() {
		return
	}
	whole := part{start: r.start, lastOn: r.start.At, events: r.summaryIDs()}
	pauses, paused := r.pauses()
	if r.lengthMs >= 0 {
		whole.end = r.start
		whole.end.At = r.start.At.Add(milliseconds(r.lengthMs) + paused)
	}
	r.parts = without(whole, pauses)
}

// summarise reads the summaries. Azure Monitor's ranks first; Event Grid's file
// event has the length in whole milliseconds and refines it.
func (r *recording) summarise() {
	slices.SortFunc(r.summaries, func(a, b *schema.Event) int {
		return cmp.Or(boolInt(a.Source != schema.SourceAzureMonitor)-boolInt(b.Source != schema.SourceAzureMonitor), strings.Compare(a.ID, b.ID))
	})
	stated := false // the length, by Azure Monitor
	for _, e := range r.summaries {
		m := e.Facts.Recording
		r.content, r.channel = cmp.Or(r.content, m.Content), cmp.Or(r.channel, m.Channel)
		if r.start.At.IsZero() && !m.Start.IsZero() {
			r.start = schema.Bound{At: m.Start, Source: summarySource(e), Event: e.ID}
		}
		switch d := m.LengthMs - r.lengthMs; {
		case m.LengthMs < 0:
		case e.Source == schema.SourceAzureMonitor:
			r.lengthMs, stated = max(r.lengthMs, m.LengthMs), true
		case !stated && d > 0, stated && d > -lengthResolution && d < lengthResolution:
			r.lengthMs = m.LengthMs
		}
	}
}

// lengthResolution is how exactly Azure Monitor gives a recording's length, in
// milliseconds: in seconds with two decimals.
const lengthResolution = 10

func summarySource(e *schema.Event) schema.BoundSource {
	if e.Source == schema.SourceAzureMonitor {
		return schema.BoundRecordingSummary
	}
	return schema.BoundRecordingFile
}

func (r *recording) summaryIDs() []string {
	ids := make([]string, len(r.summaries))
	for i, e := range r.summaries {
		ids[i] = e.ID
	}
	return ids
}

// pauses unites the pauses that the summaries state, and adds them up.
func (r *recording) pauses() (pauses []schema.Interval, sum time.Duration) {
	var all []schema.Interval
	for _, e := range r.summaries {
		for _, p := range e.Facts.Recording.Pauses {
			if p.DurationMs > 0 && !p.Start.IsZero() {
				all = append(all, schema.Interval{Start: p.Start, End: p.Start.Add(milliseconds(p.DurationMs))})
			}
		}
	}
	slices.SortFunc(all, func(a, b schema.Interval) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	for _, p := range all {
		if n := len(pauses); n > 0 && !p.Start.After(pauses[n-1].End) {
			pauses[n-1].End = later(pauses[n-1].End, p.End)
			continue
		}
		pauses = append(pauses, p)
	}
	for _, p := range pauses {
		sum += p.End.Sub(p.Start)
	}
	return pauses, sum
}

// without cuts pauses, which are in order and apart, out of a part.
func without(p part, pauses []schema.Interval) []part {
	var out []part
	for _, gap := range pauses {
		if !gap.End.After(p.start.At) {
			continue
		}
		if !p.end.At.IsZero() && !gap.Start.Before(p.end.At) {
			break
		}
		if gap.Start.After(p.start.At) {
			before := p
			before.end = schema.Bound{At: gap.Start, Source: p.start.Source, Event: p.start.Event}
			out = append(out, before)
		}
		p.start.At = gap.End
		p.lastOn = gap.End
	}
	return append(out, p)
}

// closeOpen ends a part that Call Automation left open: where the recorded
// length, which is without pauses, is used up.
func (r *recording) closeOpen() {
	n := len(r.parts) - 1
	p := &r.parts[n]
	if !p.end.At.IsZero() || r.lengthMs < 0 {
		return
	}
	left := milliseconds(r.lengthMs)
	for _, before := range r.parts[:n] {
		left -= before.end.At.Sub(before.start.At)
	}
	if n == 0 && len(r.flips) == 1 { // no changes but the start: the pauses that the metadata knows
		whole := *p
		pauses, paused := r.pauses()
		whole.end = schema.Bound{At: p.start.At.Add(left + paused), Source: summarySource(r.summaries[0]), Event: r.summaries[0].ID}
		whole.events = append(whole.events, r.summaryIDs()...)
		r.parts = without(whole, pauses)
		return
	}
	p.end = schema.Bound{At: p.start.At.Add(max(left, 0)), Source: summarySource(r.summaries[0]), Event: r.summaries[0].ID}
	p.events = append(p.events, r.summaryIDs()...)
}

func (r *recording) finish(ended []part, resource string) schema.CallRecording {
	c := schema.CallRecording{
		ID: r.id, Kind: r.kind, Content: r.content, Channel: r.channel, LengthMs: r.lengthMs,
		Resource: cmp.Or(r.resource, resource), Events: r.summaryIDs(),
	}
	for _, p := range ended {
		c.Parts = append(c.Parts, schema.Interval{Start: p.start.At, End: p.end.At, Assumed: p.end.Source.Assumed()})
		c.Events = append(c.Events, p.events...)
	}
	c.Events = sortedIDs(c.Events)
	return c
}
