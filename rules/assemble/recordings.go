package assemble

import (
	"cmp"
	"slices"
	"strings"

	"rollcall/schema"
)

// A recording under construction: what each source says of one recording id.
type recording struct {
	id         string
	kind       string
	resource   string
	flips      []flip
	summaries  []*schema.Event // with Facts.Recording
	operations []*schema.Event // with Facts.RecordingOperation
	chunks     []*schema.Event // with Facts.Chunk
	people     []schema.Recorded
	parts      []part
	start      schema.Bound // as a summary states it
	lengthMs   int64
	content    string
	channel    string
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

// A recordingSet holds the recordings of a call by their ids.
type recordingSet struct{ byID map[string]*recording }

// get returns the recording that an event is about.
func (g *recordingSet) get(e *schema.Event, id string) *recording {
	r := g.byID[id]
	if r == nil {
		r = &recording{id: id, lengthMs: -1}
		g.byID[id] = r
	}
	if e.Resource != "" && (r.resource == "" || e.Resource < r.resource) {
		r.resource = e.Resource
	}
	return r
}

// recordings groups what is said of recordings by their ids. Without one, the
// changes of one connection are a recording, and so is each summary.
func (s *Spine) recordings() []*recording {
	g := &recordingSet{byID: map[string]*recording{}}
	for _, e := range s.events {
		if f := e.Facts.RecordingFlip; f != nil && !e.Time.IsZero() {
			r := g.get(e, cmp.Or(f.RecordingID, "connection:"+e.Refs.CallConnectionID))
			r.flips = append(r.flips, flip{at: e.Time, on: f.Active, start: f.Start, event: e.ID})
			r.kind = cmp.Or(f.RecordKind, r.kind)
		}
		if m := e.Facts.Recording; m != nil {
			r := g.get(e, cmp.Or(m.RecordingID, "event:"+e.ID))
			r.summaries = append(r.summaries, e)
		}
	}
	g.addOperations(s.events)
	g.addChunks(s.events)
	out := make([]*recording, 0, len(g.byID))
	for _, r := range g.byID {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *recording) int { return strings.Compare(a.id, b.id) })
	return out
}

// settle works out when the recording was on: by Call Automation's changes,
// whose missing end the summary gives; else by the summary alone, less the
// pauses that are known.
func (r *recording) settle() {
	r.mergeOperations()
	r.summarise()
	r.readChunks()
	for i := range r.flips {
		if r.flips[i].start.IsZero() {
			r.flips[i].start, r.flips[i].began = r.start.At, r.start // what the first change counts from
		}
	}
	r.parts = runs(r.flips, schema.BoundCallAutomation)
	if len(r.parts) > 0 {
		r.closeOpen()
		r.cutLost()
		return
	}
	if r.start.At.IsZero() {
		return
	}
	whole := part{start: r.start, lastOn: r.start.At, events: r.statedBy()}
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

// statedBy lists the summaries and metadata files of a recording.
func (r *recording) statedBy() []string {
	ids := make([]string, 0, len(r.summaries)+len(r.chunks))
	for _, e := range r.summaries {
		ids = append(ids, e.ID)
	}
	for _, e := range r.chunks {
		ids = append(ids, e.ID)
	}
	return ids
}

// closeOpen ends a part that Call Automation left open: where the recorded
// length, which is without pauses, is used up.
func (r *recording) closeOpen() {
	n := len(r.parts) - 1
	p := &r.parts[n]
	if !p.end.At.IsZero() || r.lengthMs < 0 || len(r.summaries) == 0 {
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
		whole.events = append(whole.events, r.statedBy()...)
		r.parts = without(whole, pauses)
		return
	}
	p.end = schema.Bound{At: p.start.At.Add(max(left, 0)), Source: summarySource(r.summaries[0]), Event: r.summaries[0].ID}
	p.events = append(p.events, r.statedBy()...)
}

func (r *recording) finish(ended []part, resource string) schema.CallRecording {
	c := schema.CallRecording{
		ID: r.id, Kind: r.kind, Content: r.content, Channel: r.channel, LengthMs: r.lengthMs,
		Resource: cmp.Or(r.resource, resource), Events: r.statedBy(), Participants: r.people,
	}
	for _, p := range ended {
		c.Parts = append(c.Parts, schema.Interval{Start: p.start.At, End: p.end.At, Assumed: p.end.Source.Assumed()})
		c.Events = append(c.Events, p.events...)
	}
	c.Events = sortedIDs(c.Events)
	return c
}
