// Package azuremonitor reads the resource logs of Azure Communication Services:
// a record of an Event Hubs message, a line of a storage blob, or a row of a
// Log Analytics table, whose names differ in case and nesting only.
//
// The rows of the categories that tell of calls, recordings, usage, chats and
// rooms become facts; the others are recognised. Sources of the fields: Azure's
// call-summary-log-schema, call-summary-updates-log-schema, call-diagnostics,
// recording-logs, closed-captions-logs, call-automation-logs,
// call-client-operations-log-schema, and the tables ACS… of Azure Monitor's
// reference.
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
	names       *nameTable
	f           fields
	row, inner  jsondoc.Value // the row that Read saw and its properties
	nested      normal.Nested // properties that come as a text
	diagnostics normal.Nested
	app         app // of the record before
	members     opaque
	number      []byte // memory of signature
}

// New returns a Decoder that builds its events with w.
func New(w *normal.Writer) *Decoder { return &Decoder{w: w, names: newNameTable()} }

// Read looks at one row and returns its kind: schema.KindUnknown for a row of a
// category or table that is not one of Azure Communication Services, nothing
// for what names neither and has not the columns of one table either. Decode
// goes on from there.
func (d *Decoder) Read(row jsondoc.Value) (kind string) {
	f := &d.f
	f.there = 0
	d.row, d.inner = row, jsondoc.Value{}
	f.collect(d.names, row)
	if kind = f.named(); kind == schema.KindUnknown {
		d.inner = d.nested.Open(f.at(properties))
		return kind
	}
	if f.has(properties) {
		d.inner = d.nested.Open(f.at(properties))
		f.collect(d.names, d.inner)
	}
	if kind == "" {
		kind = f.unnamed()
	}
	if kind == kindSummary && len(normal.Token(f.at(callUpdatesVersion))) > 0 {
		// The documentation's sample of an update still has the plain category.
		kind = kindUpdates
	}
	return kind
}

// Certain reports whether the row that Read saw is surely one of a log: it says
// when it was written, or has columns that only one table has.
func (d *Decoder) Certain() bool { return d.f.time().Exists() || d.f.kindByColumns() != "" }

// column returns a column that few rows have, wherever it stands, or an absent
// value. Read has collected those of the busy tables.
func (d *Decoder) column(name string) jsondoc.Value {
	for _, object := range [...]jsondoc.Value{d.inner, d.row} {
		if v := object.Get(name); len(normal.ID(v)) > 0 || v.Kind() >= jsondoc.Array {
			return v
		}
		if v := object.Get(name + utcSuffix); v.Exists() {
			return v
		}
	}
	return jsondoc.Value{}
}

// Decode reads the row that Read saw last into ev, which must be empty.
func (d *Decoder) Decode(kind string, ev *schema.Event) {
	w, f := d.w, &d.f
	ev.Source, ev.Kind = schema.SourceAzureMonitor, kind
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
		w.Bytes([]byte(kind))
		if kind == schema.KindUnknown {
			w.Bytes(normal.Fold(f.unknownName()))
		}
		d.refs(kind, ev)
		d.rest(kind, ev)
	}
	w.Resource(&ev.Resource, f.at(resourceID).Bytes())
	if f.has(underscoreResourceID) {
		w.Resource(&ev.Resource, f.at(underscoreResourceID).Bytes())
	}
	w.Finish(ev)
}

// refs reads how the row names its call.
func (d *Decoder) refs(kind string, ev *schema.Event) {
	w, f, refs := d.w, &d.f, &ev.Refs
	switch {
	case aboutCall(kind):
		w.ID(&refs.CorrelationID, "correlation_id", normal.ID(f.at(correlationID)))
	case kind == kindClient, kind == kindSurvey:
		w.ID(&refs.CorrelationID, "correlation_id", normal.ID(f.at(callID)))
	default:
		return
	}
	w.ID(&refs.CallConnectionID, "call_connection_id", normal.ID(f.at(callConnectionID)))
	w.Scratch = callid.Append(w.Scratch[:0], f.at(serverCallID).Bytes())
	w.Text(&refs.ServerCallID, "server_call_id", w.Scratch)
	w.Text(&refs.ThreadID, "thread_id", normal.ID(f.at(teamsThreadID)))
}

// rest reads the rows of the categories that are not busy. What has a natural
// key is compared by its facts; the rest by all that it says.
func (d *Decoder) rest(kind string, ev *schema.Event) {
	ev.First, ev.Last = ev.Time, ev.Time
	switch kind {
	case kindUsage:
		d.usage(ev)
		return
	case kindStreaming:
		d.streaming(ev)
		return
	case kindCaptions:
		d.captions(ev)
		return
	}
	d.opaque(ev)
	switch kind {
	case kindDiagnostics, kindDiagnosticUpdates:
		timeless(ev)
		d.media(ev)
	case kindSurvey:
		timeless(ev)
		d.survey(ev)
	case kindRecordingOperation:
		d.recordingOperation(ev)
	case kindCallAutomation, kindCallMedia, kindChat, kindRooms:
		d.operation(ev)
	case kindClient:
		d.operation(ev)
		d.clientOperation(ev)
	}
}

// timeless makes an event speak of no time: what it says of a call was written
// an hour or days after that, when the meeting's next occurrence may be under
// way.
func timeless(ev *schema.Event) { ev.First, ev.Last = time.Time{}, time.Time{} }

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

// interval sets the bounds of what an event speaks of to those of an interval,
// where its start is known.
func interval(ev *schema.Event, start time.Time, ms int64) {
	if !start.IsZero() {
		ev.First, ev.Last = time.Time{}, time.Time{}
		span(ev, start, ms)
	}
}
