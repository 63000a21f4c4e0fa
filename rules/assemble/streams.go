package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A usageRow is a row of a log that states for how long something was used.
type usageRow struct {
	event       *schema.Event
	kind        string // as in CallStream
	session     string
	participant string
	start       time.Time
	ms          int64 // -1 where it is not stated
}

// readStreams lists what was streamed, transcribed and captioned in the call,
// for metering. The usage rows count; where they are silent, Call Automation's
// word on when a connection's stream went on and off. What Teams transcribes,
// and what only clients saw, is no usage of Azure's.
func (s *Spine) readStreams() {
	rows := map[string][]usageRow{} // by kind
	for _, e := range s.events {
		var r usageRow
		switch u, c := e.Facts.Streaming, e.Facts.Captions; {
		case u != nil:
			r = usageRow{e, u.Modality, u.SessionID, u.ParticipantID, u.Start, u.DurationMs}
		case c != nil:
			r = usageRow{e, schema.StreamCaptions, c.SessionID, "", c.Start, c.DurationMs}
		default:
			continue
		}
		rows[r.kind] = append(rows[r.kind], r)
	}
	for kind, list := range rows {
		if kind != schema.StreamingTranscription {
			for _, r := range list {
				s.addStream(r.stream())
			}
		}
	}
	audio := slices.Concat(rows[schema.StreamingAudioMixed], rows[schema.StreamingAudioUnmixed])
	for connection, parts := range s.connectionRuns(audioChange) {
		for _, p := range s.endParts(untold(connection, parts, audio)) {
			s.addStream(streamOf(schema.StreamingAudio, connection+" "+instant(p.start.At), []part{p}))
		}
	}
	s.transcriptions(rows[schema.StreamingTranscription])
	slices.SortFunc(s.call.Streams, func(a, b schema.CallStream) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key), strings.Compare(a.ParticipantID, b.ParticipantID), slices.Compare(a.Events, b.Events))
	})
}

func (s *Spine) addStream(c schema.CallStream) {
	c.Resource = cmp.Or(c.Resource, s.call.Resource)
	s.call.Streams = append(s.call.Streams, c)
}

// audioChange reads Call Automation's events of audio that goes to the app.
func audioChange(e *schema.Event) (on, is bool) {
	m := e.Facts.MediaStreaming
	return m != nil && m.State == "started", m != nil
}

// stream is the stream that one row tells of.
func (r usageRow) stream() schema.CallStream {
	c := schema.CallStream{Kind: r.kind, Key: cmp.Or(r.session, r.event.ID) + " " + instant(r.start), ParticipantID: r.participant, LengthMs: r.ms,
		Resource: r.event.Resource, Events: []string{r.event.ID}, Parts: []schema.Interval{}}
	if p := r.part(); !p.end.At.IsZero() && p.start.At.Before(p.end.At) {
		c.Parts = append(c.Parts, schema.Interval{Start: p.start.At, End: p.end.At})
	}
	return c
}

// part is the interval of a row, without an end where its length is not stated.
func (r usageRow) part() part {
	b := schema.Bound{At: r.start.Truncate(time.Millisecond), Source: schema.BoundStreamingUsage, Event: r.event.ID}
	p := part{start: b, lastOn: b.At, events: []string{r.event.ID}}
	if !r.start.IsZero() && r.ms >= 0 {
		p.end = b
		p.end.At = b.At.Add(milliseconds(r.ms))
	}
	return p
}

// of reports whether a row can be about a call connection: one of the two may
// not be told.
func (r usageRow) of(connection string) bool {
	own := r.event.Refs.CallConnectionID
	return own == "" || connection == "" || own == connection
}

// untold leaves out the parts of a connection of which rows tell.
func untold(connection string, parts []part, rows []usageRow) []part {
	return slices.DeleteFunc(slices.Clone(parts), func(p part) bool {
		return slices.ContainsFunc(rows, func(r usageRow) bool {
			return r.of(connection) && !r.start.IsZero() && r.ms >= 0 && p.touches(r.part())
		})
	})
}

// transcriptions lists for how long each connection was transcribed: a session
// has a row for each start, perhaps one for each participant, all of which are
// of one transcription. Each connection counts for itself.
func (s *Spine) transcriptions(rows []usageRow) {
	parts := map[string][]part{}
	resources := map[string]string{}
	key := func(r usageRow) string {
		return cmp.Or(r.event.Refs.CallConnectionID, r.session, r.event.ID)
	}
	changes := s.transcriptionRuns()
	for _, r := range rows {
		k := key(r)
		resources[k] = smaller(resources[k], r.event.Resource)
		if p := r.part(); !p.end.At.IsZero() {
			parts[k] = append(parts[k], p)
		}
	}
	for connection, list := range changes {
		parts[connection] = append(parts[connection], s.endParts(untold(connection, list, rows))...)
	}
	for k, list := range parts {
		if list = union(list); len(list) > 0 {
			c := streamOf(schema.StreamingTranscription, k, list)
			c.Resource = resources[k]
			s.addStream(c)
		}
	}
	for _, r := range rows { // that say for how long nowhere
		told := func(list []part) bool { return slices.ContainsFunc(list, r.part().touches) }
		if (r.ms < 0 || r.start.IsZero()) && !told(parts[key(r)]) {
			s.addStream(r.stream())
		}
	}
}

// streamOf is a stream of which parts tell.
func streamOf(kind, key string, parts []part) schema.CallStream {
	c := schema.CallStream{Kind: kind, Key: key, LengthMs: -1}
	for _, p := range parts {
		c.Parts = append(c.Parts, schema.Interval{Start: p.start.At, End: p.end.At, Assumed: p.end.Source.Assumed()})
		c.Events = append(c.Events, p.events...)
	}
	c.Events = sortedIDs(c.Events)
	return c
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
