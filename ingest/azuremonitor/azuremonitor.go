// Package azuremonitor reads the resource logs of Azure Communication Services:
// a record of an Event Hubs message, a line of a storage blob, or a row of a
// Log Analytics table, whose names differ in case and nesting only.
//
// The records of calls and recordings become facts; those of the other
// categories are recognised and get their natural key. Sources of the fields:
// Azure's call-summary-log-schema, call-summary-updates-log-schema and
// recording-logs.
package azuremonitor

import (
	"time"

	"rollcall/ingest/callid"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// A Decoder reads one row after another. It must not be used by two goroutines
// at once.
type Decoder struct {
	w           *normal.Writer
	f           fields
	nested      normal.Nested // properties that come as a text
	diagnostics normal.Nested
	app         app // of the record before
	rest        opaque
}

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w: w} }

// Read looks at one row and returns its kind: schema.KindUnknown for a row of a
// category or table that is not one of Azure Communication Services, nothing
// for what names neither and has not the columns of one table either. Decode
// goes on from there.
func (d *Decoder) Read(row jsondoc.Value) (kind string) {
	f := &d.f
	*f = fields{}
	f.collect(row)
	if kind = f.named(); kind == schema.KindUnknown {
		return kind
	}
	if f[properties].Exists() {
		f.collect(d.nested.Open(f[properties]))
	}
	if kind == "" {
		kind = f.unnamed()
	}
	if kind == kindSummary && len(normal.Token(f[callUpdatesVersion])) > 0 {
		// The documentation's sample of an update still has the plain category.
		kind = kindUpdates
	}
	return kind
}

// Timed reports whether the row that Read saw says when it was written.
func (d *Decoder) Timed() bool { return d.f.time().Exists() }

// Decode reads the row that Read saw last into ev, which must be empty.
func (d *Decoder) Decode(row jsondoc.Value, kind string, ev *schema.Event) {
	d.decode(row, schema.SourceAzureMonitor, kind, ev)
}

// DecodeAs does the same for a row without facts of another source.
func (d *Decoder) DecodeAs(row jsondoc.Value, source schema.Source, kind string, ev *schema.Event) {
	d.decode(row, source, kind, ev)
}

func (d *Decoder) decode(row jsondoc.Value, source schema.Source, kind string, ev *schema.Event) {
	w, f := d.w, &d.f
	ev.Source, ev.Kind = source, kind
	ev.Time, ev.TimeReason = normal.Instant(f.time().Bytes())
	switch kind {
	case kindSummary, kindUpdates:
		w.Begin("azure_monitor/" + kindSummary)
		d.refs(kind, ev)
		d.summary(ev)
	case kindRecording:
		w.Begin("azure_monitor/" + kindRecording)
		d.refs(kind, ev)
		d.recording(ev)
	default:
		w.Begin("azure_monitor/")
		w.Bytes([]byte(source))
		w.Bytes([]byte(kind))
		d.refs(kind, ev)
		d.opaque(row, ev)
		ev.First, ev.Last = ev.Time, ev.Time
	}
	w.Resource(&ev.Resource, f[resourceID].Bytes())
	if f[underscoreResourceID].Exists() {
		w.Resource(&ev.Resource, f[underscoreResourceID].Bytes())
	}
	w.Finish(ev)
}

// refs reads how the row names its call.
func (d *Decoder) refs(kind string, ev *schema.Event) {
	w, f, refs := d.w, &d.f, &ev.Refs
	switch {
	case aboutCall(kind):
		w.ID(&refs.CorrelationID, "correlation_id", normal.ID(f[correlationID]))
	case kind == "CallClientOperations":
		w.ID(&refs.CorrelationID, "correlation_id", normal.ID(f[callID]))
	default:
		return
	}
	w.ID(&refs.CallConnectionID, "call_connection_id", normal.ID(f[callConnectionID]))
	w.Scratch = callid.Append(w.Scratch[:0], f[serverCallID].Bytes())
	w.Text(&refs.ServerCallID, "server_call_id", w.Scratch)
	w.Text(&refs.ThreadID, "thread_id", normal.ID(f[teamsThreadID]))
}

// span sets the bounds of what an event speaks of to those of an interval, and
// widens them by another call. An unknown end is as its start.
func span(ev *schema.Event, start time.Time, ms int64) {
	if start.IsZero() {
		return
	}
	end := start
	if ms > 0 {
		end = normal.Add(start, ms)
	}
	if ev.First.IsZero() || start.Before(ev.First) {
		ev.First = start
	}
	if end.After(ev.Last) {
		ev.Last = end
	}
}
