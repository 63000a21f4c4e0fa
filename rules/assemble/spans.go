package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A stretch is one interval as a source states it as a whole, perhaps by
// several events.
type stretch struct {
	part
	lengthMs int64 // -1 where no event states it
}

// spanParts reads the intervals that a source states as a whole.
func (s *Spine) spanParts(capture string, source schema.BoundSource) []part {
	byKey := map[string][]*schema.Event{}
	for _, e := range s.events {
		m := e.Facts.Span
		if m == nil || m.Capture != capture || m.Start.IsZero() || (e.Source == schema.SourceGraph) != (source == schema.BoundTeamsChat) {
			continue
		}
		key := cmp.Or(m.Key, e.ID)
		byKey[key] = append(byKey[key], e)
	}
	var parts []part
	for _, events := range byKey {
		slices.SortFunc(events, func(a, b *schema.Event) int {
			return cmp.Or(a.Facts.Span.Start.Compare(b.Facts.Span.Start), strings.Compare(a.ID, b.ID))
		})
		if source == schema.BoundTeamsChat {
			parts = append(parts, chatParts(events)...)
		} else {
			parts = append(parts, streamingParts(events)...)
		}
	}
	return parts
}

// streamingParts reads the rows of one streaming session: one that stops and
// starts again has a row for each start, and each participant may have its own.
func streamingParts(events []*schema.Event) []part {
	var out []*stretch
	for _, e := range events { // by start
		if n := len(out); n == 0 || !out[n-1].start.At.Equal(e.Facts.Span.Start) {
			out = append(out, newStretch(e, schema.BoundStreamingUsage))
		} else {
			out[n-1].add(e)
		}
	}
	return partsOf(out)
}

// sameLength is how far the lengths may differ that two messages state of one
// recording.
const sameLength = time.Second

// chatParts reads the system messages of one call. One that a recording began
// states no length; one that it is over states its length, and was written then
// or later, so that the recording began no later than the message lets it seem:
// with the last that began until then, if that has no length or the same. A
// message that was written as a recording began states its start itself.
// Teams makes one recording of a call at a time, so one whose end is not told
// was over when the next began.
func chatParts(events []*schema.Event) []part {
	var out []*stretch
	for _, e := range events {
		if e.Facts.Span.DurationMs < 0 {
			out = append(out, newStretch(e, schema.BoundTeamsChat))
		}
	}
	for _, e := range events { // by start
		if e.Facts.Span.DurationMs < 0 {
			continue
		}
		next, _ := slices.BinarySearchFunc(out, e.Facts.Span.Start.Add(slack), func(o *stretch, t time.Time) int {
			return cmp.Or(o.start.At.Compare(t), -1) // one that begins then counts
		})
		if next > 0 && out[next-1].takes(e) {
			out[next-1].add(e)
			continue
		}
		out = slices.Insert(out, next, newStretch(e, schema.BoundTeamsChat))
	}
	for i, o := range out[:max(len(out)-1, 0)] {
		if o.lengthMs < 0 {
			o.end = out[i+1].start
		}
	}
	return partsOf(out)
}

// takes reports whether a message with a length can be about the stretch. One
// that was written as its recording began, and changed since, is of no other.
func (o *stretch) takes(e *schema.Event) bool {
	m := e.Facts.Span
	switch {
	case o.lengthMs >= 0 && m.Start.Before(o.start.At.Add(milliseconds(o.lengthMs))):
		return true
	case atBeginning(e):
		return m.Start.Sub(o.start.At).Abs() <= slack
	}
	return o.lengthMs < 0 || milliseconds(m.DurationMs-o.lengthMs).Abs() <= sameLength
}

// atBeginning reports whether a message with a length was written when that
// began: it was last changed when at least so much time had passed. Its start is
// then stated, not reckoned from its end.
func atBeginning(e *schema.Event) bool {
	m := e.Facts.CaptureMessage
	return m != nil && !m.Created.IsZero() && m.Modified.Sub(m.Created) >= milliseconds(e.Facts.Span.DurationMs)
}

func newStretch(e *schema.Event, source schema.BoundSource) *stretch {
	m := e.Facts.Span
	return &stretch{lengthMs: m.DurationMs, part: part{
		start: schema.Bound{At: m.Start, Source: source, Event: e.ID}, lastOn: m.Start, events: []string{e.ID}}}
}

// add takes one more event about the stretch: the earliest start and the
// longest duration count.
func (o *stretch) add(e *schema.Event) {
	m := e.Facts.Span
	if m.Start.Before(o.start.At) { // by slack at most
		o.start.At, o.start.Event = m.Start, e.ID
	}
	o.lengthMs = max(o.lengthMs, m.DurationMs)
	o.events = append(o.events, e.ID)
}

func partsOf(stretches []*stretch) []part {
	out := make([]part, 0, len(stretches))
	for _, o := range stretches {
		if o.lengthMs >= 0 {
			o.end = o.start
			o.end.At = o.start.At.Add(milliseconds(o.lengthMs))
		}
		out = append(out, o.part)
	}
	return out
}
