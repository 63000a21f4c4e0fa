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
	summaries []schema.Event
	parts     []part
	lengthMs  int64
	content   string
	channel   string
}

// recordingParts gathers the recordings of the call, keeps them for metering
// and returns the intervals in which each was on.
func (s *Spine) recordingParts() []part {
	var all []part
	for _, r := range s.recordings() {
		r.settle()
		ended := s.endParts(slices.Clone(r.parts))
		all = append(all, ended...)
		s.call.Recordings = append(s.call.Recordings, r.finish(ended, s.call.Resource))
	}
	return all
}

func (s *Spine) recordings() []*recording {
	byID := map[string]*recording{}
	get := func(e schema.Event, id string) *recording {
		if id == "" {
			id = "connection:" + e.Refs.CallConnectionID
		}
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
			r := get(e, f.RecordingID)
			r.flips = append(r.flips, flip{at: e.Time, on: f.Active, start: f.Start, event: e.ID})
			if f.RecordKind != "" {
				r.kind = f.RecordKind
			}
		}
		if m := e.Facts.Recording; m != nil {
			r := get(e, m.RecordingID)
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
// whose missing end the summary gives; else by the summary alone.
func (r *recording) settle() {
	// Azure Monitor's summary ranks first; Event Grid's file event has the
	// length in whole milliseconds and refines it.
	slices.SortFunc(r.summaries, func(a, b schema.Event) int {
		return cmp.Or(boolInt(a.Source != schema.SourceAzureMonitor)-boolInt(b.Source != schema.SourceAzureMonitor), strings.Compare(a.ID, b.ID))
	})
	r.parts = runs(r.flips, schema.BoundCallAutomation)
	var start, end schema.Bound
	var pauses int64
	for _, e := range r.summaries {
		m := e.Facts.Recording
		for _, p := range m.Pauses {
			pauses += p.DurationMs
		}
		r.content, r.channel = cmp.Or(r.content, m.Content), cmp.Or(r.channel, m.Channel)
		if d := m.LengthMs - r.lengthMs; m.LengthMs >= 0 && (r.lengthMs < 0 || e.Source != schema.SourceAzureMonitor && d > -10 && d < 10) {
			r.lengthMs = m.LengthMs
		}
		if start.At.IsZero() && !m.Start.IsZero() {
			start = schema.Bound{At: m.Start, Source: schema.BoundRecordingSummary, Event: e.ID}
		}
	}
	if len(r.parts) == 0 && !start.At.IsZero() {
		p := part{start: start, events: []string{start.Event}}
		if r.lengthMs >= 0 {
			end = schema.Bound{At: start.At.Add(time.Duration(r.lengthMs+pauses) * time.Millisecond), Source: start.Source, Event: start.Event}
			p.end = end
		}
		r.parts = []part{p}
		return
	}
	r.closeOpen(start)
}

// closeOpen ends a part that Call Automation left open at the summary's start
// plus its length plus the known pauses.
func (r *recording) closeOpen(start schema.Bound) {
	n := len(r.parts)
	if n == 0 || !r.parts[n-1].end.At.IsZero() || r.lengthMs < 0 {
		return
	}
	recorded := time.Duration(r.lengthMs) * time.Millisecond
	for _, p := range r.parts[:n-1] {
		recorded -= p.end.At.Sub(p.start.At)
	}
	p := &r.parts[n-1]
	p.end = schema.Bound{At: p.start.At.Add(max(recorded, 0)), Source: schema.BoundRecordingSummary, Event: start.Event}
	for _, e := range r.summaries {
		p.events = append(p.events, e.ID)
	}
}

func (r *recording) finish(ended []part, resource string) schema.CallRecording {
	c := schema.CallRecording{
		ID: r.id, Kind: r.kind, Content: r.content, Channel: r.channel, LengthMs: r.lengthMs,
		Resource: cmp.Or(r.resource, resource),
	}
	for _, p := range ended {
		c.Parts = append(c.Parts, schema.Interval{Start: p.start.At, End: p.end.At, Assumed: p.end.Source.Assumed()})
		c.Events = append(c.Events, p.events...)
	}
	for _, e := range r.summaries {
		c.Events = append(c.Events, e.ID)
	}
	c.Events = sortedIDs(c.Events)
	return c
}
