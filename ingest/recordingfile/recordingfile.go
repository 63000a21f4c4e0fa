// Package recordingfile reads the metadata file that Azure Communication
// Services keeps beside each file of a recording (acsmetadata): who was
// recorded, and when the recording was paused.
//
// Source: Azure's call-recording documentation and a recorded answer of the
// service, which differ: in the answer contentType is "mixed" and channelType
// "audioVideo". Each is read for what its value says.
package recordingfile

import (
	"time"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// Kind is the kind of the event that a file becomes.
const Kind = "acsmetadata"

// Is reports whether an object is such a file.
func Is(v jsondoc.Value) bool {
	return v.Get("chunkDocumentId").Exists() && v.Get("chunkStartTime").Exists()
}

// The most pauses and participants of one file that are read. A Teams event has
// 20,000 participants at most.
const (
	maxPauses   = 10_000
	maxRecorded = 100_000
)

// Decode reads a file into ev, which must be empty, building it with w. The
// event's time is the start of the file.
func Decode(w *normal.Writer, v jsondoc.Value, ev *schema.Event) {
	ev.Source, ev.Kind = schema.SourceRecordingFile, Kind
	w.Begin("recording_metadata/" + Kind)
	w.ID(&ev.Refs.CorrelationID, "correlation_id", normal.ID(v.Get("callId")))
	w.Text(new(string), "resource", normal.ID(v.Get("resourceId"))) // a GUID, no ARM id

	c := &schema.RecordingChunk{Index: -1}
	w.Text(&c.DocumentID, "document_id", normal.ID(v.Get("chunkDocumentId")))
	if index, ok := v.Get("chunkIndex").Int(); ok && index >= 0 {
		c.Index = index
	}
	w.Int(c.Index)
	ev.Time, ev.TimeReason = normal.Instant(v.Get("chunkStartTime").Bytes())
	c.Start = ev.Time
	w.Instant(c.Start)
	c.DurationMs = w.Duration("duration", v.Get("chunkDuration").Bytes(), normal.Milliseconds)
	info := v.Get("recordingInfo")
	kinds := [...][]byte{normal.Token(info.Get("contentType")), normal.Token(info.Get("channelType"))}
	for _, kind := range kinds {
		if content := normal.RecordingContent(kind); content != "" {
			c.Content = content
		}
		if channel := normal.RecordingChannel(kind); channel != "" {
			c.Channel = channel
		}
	}
	w.Bytes([]byte(c.Content))
	w.Bytes([]byte(c.Channel))
	w.Lower(&c.Format, "format", normal.Token(info.Get("format")))
	c.Pauses = pauses(w, v.Get("pauseResumeIntervals"))
	c.Recorded = recorded(w, v.Get("participants"))
	ev.Facts.Chunk = c
	ev.First, ev.Last = c.Start, end(c)
	w.Finish(ev)
}

// end returns the latest that the file speaks of. Whether a file's duration
// counts its pauses is not documented; that they are over by its end is sure of
// neither, so the later counts.
func end(c *schema.RecordingChunk) time.Time {
	last := c.Start
	if c.DurationMs > 0 {
		if t := normal.Add(c.Start, c.DurationMs); !t.IsZero() {
			last = t
		}
	}
	for _, p := range c.Pauses {
		if t := normal.Add(p.Start, p.DurationMs); t.After(last) && !c.Start.IsZero() {
			last = t
		}
	}
	return last
}

// pauses reads the pauses in their order. One that can't be read is left out,
// and noted.
func pauses(w *normal.Writer, list jsondoc.Value) []schema.Pause {
	var out []schema.Pause
	for v := range list.Elements() {
		if len(out) == maxPauses {
			w.Unread("pauses", "more than 10,000")
			break
		}
		start := w.Time("pause.start", v.Get("startTime").Bytes())
		ms := w.Duration("pause.duration", v.Get("duration").Bytes(), normal.Milliseconds)
		if !start.IsZero() && ms >= 0 {
			out = append(out, schema.Pause{Start: start, DurationMs: ms})
		}
	}
	return out
}

func recorded(w *normal.Writer, list jsondoc.Value) []schema.Recorded {
	if list.Kind() != jsondoc.Array {
		return nil
	}
	var out []schema.Recorded
	if n := list.Len(); n > 0 {
		out = make([]schema.Recorded, 0, min(n, maxRecorded))
	}
	for v := range list.Elements() {
		if len(out) == maxRecorded {
			w.Unread("participants", "more than 100,000")
			break
		}
		raw := normal.ID(v.Get("participantId"))
		if len(raw) == 0 {
			w.Unread("participants", "one has no id")
			continue
		}
		out = append(out, schema.Recorded{Channel: -1})
		r := &out[len(out)-1]
		w.RawID(&r.RawID, "raw_id", raw, rawid.GUIDUnknown)
		if channel, ok := v.Get("channel").Int(); ok && channel >= 0 {
			r.Channel = channel
		}
		w.Int(r.Channel)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
