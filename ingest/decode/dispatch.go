package decode

import (
	"rollcall/ingest/appinsights"
	"rollcall/ingest/callautomation"
	"rollcall/ingest/cloudevent"
	"rollcall/ingest/graph"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/ingest/otlp"
	"rollcall/ingest/ownevent"
	"rollcall/ingest/recordingfile"
	"rollcall/schema"
)

// Why a part of a message is dead.
const (
	reasonNoEnvelope = "no known envelope: it has neither records, specversion, eventType and eventTime, " +
		"category and time, nor anything else that a known format has"
	reasonNotObject = "not a JSON object"
	reasonEmptyList = "an empty list"
	reasonTooMany   = "the message has more than 262,144 events"
)

// document reads a document: one event or envelope, or a list of them.
func (d *Decoder) document(v jsondoc.Value) {
	if v.Kind() != jsondoc.Array {
		d.element(v)
		return
	}
	empty := true
	for e := range v.Elements() {
		empty = false
		d.element(e)
	}
	if empty {
		d.killValue(v, reasonEmptyList)
	}
}

// element recognises one envelope or event. The order matters where the signs
// of one are part of another: an event in an envelope has a type and a time as
// a row of a log does.
func (d *Decoder) element(v jsondoc.Value) {
	if d.refuses(v) {
		return
	}
	if records := v.Get("records"); records.Kind() == jsondoc.Array {
		for record := range records.Elements() {
			d.record(record)
		}
		return
	}
	if e, ok := cloudevent.Read(v); ok {
		d.cloudEvent(e)
		return
	}
	if d.namedRow(v) {
		return
	}
	if items, around := graph.Items(v); items.Exists() {
		for item := range items.Elements() {
			if !d.refuses(item) {
				d.graph.Decode(around.Of(item), d.event())
			}
		}
		return
	}
	if kind := graph.Kind(v); kind != "" {
		d.graph.Decode(graph.Item{Value: v, Kind: kind}, d.event())
		return
	}
	if d.telemetry(v) || d.unnamedRow(v) || d.file(v) {
		return
	}
	d.killValue(v, reasonNoEnvelope)
}

// cloudEvent reads an event in one of Event Grid's envelopes. Its type tells
// Rollcall's own, its source Call Automation and Event Grid.
func (d *Decoder) cloudEvent(e cloudevent.Event) {
	switch {
	case ownevent.Owns(e.Type):
		d.own.Decode(ownevent.Carried{
			Via: schema.ViaCloudEvent, Type: e.Type, ID: e.ID, Time: e.Time, Data: e.Data,
		}, d.event())
	case callautomation.Owns(e.Source, e.Type):
		d.calls.Decode(e, d.event())
	default:
		ev := d.event()
		d.grid.Decode(e, ev)
		if ev.Kind == schema.KindUnknown && !normal.IsResource(e.Source) {
			ev.Source = schema.SourceUnknown
		}
	}
}

// record reads an element of "records". The envelope is known, so that nothing
// in it but what is no object is dead.
func (d *Decoder) record(v jsondoc.Value) {
	if d.refuses(v) {
		return
	}
	kind := d.monitor.Read(v)
	if kind == "" || kind == schema.KindUnknown {
		if item, ok := appinsights.Row(v); ok {
			d.insights(v, item)
			return
		}
		if e, ok := cloudevent.Read(v); ok {
			d.cloudEvent(e)
			return
		}
		kind = schema.KindUnknown
	}
	d.monitor.Decode(kind, d.event())
}

// namedRow reads a row of a log that stands by itself, a line of a blob or of
// an export: it has a category or table, and a time.
func (d *Decoder) namedRow(v jsondoc.Value) bool {
	if !v.GetAny("category", "Type", "itemType").Exists() {
		return false
	}
	return d.row(v)
}

// unnamedRow reads a row that only its columns tell.
func (d *Decoder) unnamedRow(v jsondoc.Value) bool { return d.row(v) }

func (d *Decoder) row(v jsondoc.Value) bool {
	kind := d.monitor.Read(v)
	switch {
	case kind == "" || kind == schema.KindUnknown:
		if item, ok := appinsights.Row(v); ok {
			d.insights(v, item)
			return true
		}
		if kind == "" {
			return false
		}
		fallthrough
	default:
		if !d.monitor.Certain() {
			return false
		}
	}
	d.monitor.Decode(kind, d.event())
	return true
}

// telemetry reads the body of an ingestion request of Application Insights.
func (d *Decoder) telemetry(v jsondoc.Value) bool {
	item, ok := appinsights.Body(v)
	if ok {
		d.insights(v, item)
	}
	return ok
}

// insights reads an item of Application Insights: one of Rollcall's own events,
// or something that carries nothing for the audit.
func (d *Decoder) insights(v jsondoc.Value, item appinsights.Item) {
	if item.Event && ownevent.Owns(item.Name) {
		d.own.Decode(ownevent.Carried{
			Via: schema.ViaAppInsights, Type: item.Name, Time: item.Time,
			Data: item.Properties, Numbers: item.Measurements,
		}, d.event())
		return
	}
	d.opaque(v, schema.SourceAppInsights, item.Kind, item.Time)
}

// file reads exports of OpenTelemetry and the metadata file of a recording.
func (d *Decoder) file(v jsondoc.Value) bool {
	switch kind := otlp.Kind(v); {
	case kind == "resourceLogs":
		for record := range otlp.Records(v) {
			d.logRecord(record)
		}
		return true
	case kind != "":
		d.opaque(v, schema.SourceOTLP, kind, jsondoc.Value{})
		return true
	case recordingfile.Is(v):
		recordingfile.Decode(&d.w, v, d.event())
		return true
	}
	return false
}

// logRecord reads a log record of OpenTelemetry: one of Rollcall's own events,
// or something that carries nothing for the audit.
func (d *Decoder) logRecord(v jsondoc.Value) {
	if d.refuses(v) {
		return
	}
	if ownevent.Owns(otlp.Name(v)) {
		r := d.otlp.Read(v)
		d.own.Decode(ownevent.Carried{Via: schema.ViaOTLP, Type: r.Name, At: r.Time, Data: r.Data}, d.event())
		return
	}
	at := otlp.Time(v)
	d.opaque(v, schema.SourceOTLP, schema.KindUnknown, jsondoc.Value{})
	if ev := &d.events[len(d.events)-1]; !at.IsZero() {
		ev.Time, ev.TimeReason, ev.First, ev.Last = at, "", at, at
	}
}

// opaque keeps an event of which nothing but its kind and time is read.
func (d *Decoder) opaque(v jsondoc.Value, source schema.Source, kind string, at jsondoc.Value) {
	w, ev := &d.w, d.event()
	ev.Source, ev.Kind = source, kind
	ev.Time, ev.TimeReason = normal.Instant(at.Bytes())
	ev.First, ev.Last = ev.Time, ev.Time
	w.Begin(string(source) + "/")
	w.Bytes([]byte(kind))
	w.Scratch = v.AppendCanonical(w.Scratch[:0])
	w.Bytes(w.Scratch)
	w.Finish(ev)
}
