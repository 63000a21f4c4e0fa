package graph

import (
	"bytes"
	"strings"
	"time"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// The most that is read of one record. Teams events have 20,000 participants.
const (
	maxSessions     = 100_000
	maxParticipants = 100_000
	maxModalities   = 16
)

// record reads a callRecord. Its key is the id and which of its parts were
// fetched with it: a record without its sessions is no newer word on them.
func (d *Decoder) record(v jsondoc.Value, ev *schema.Event) {
	w, r := d.w, &schema.CallRecord{}
	id := normal.ID(v.Get("id"))
	w.ID(&ev.Refs.GraphCallID, "graph_call_id", id)
	organizerID := d.thread(ev, v.Get("joinWebUrl").Bytes())
	version, ok := v.Get("version").Int()
	if !ok && len(normal.Token(v.Get("version"))) > 0 {
		w.Unread("version", "not a whole number")
	}
	ev.Version = version
	w.Lower(&r.Type, "type", normal.Token(v.Get("type")))
	if list := v.Get("modalities"); list.Kind() == jsondoc.Array {
		for m := range list.Elements() {
			if text := normal.Token(m); len(text) > 0 && len(r.Modalities) < maxModalities {
				if r.Modalities == nil {
					r.Modalities = make([]string, 0, maxModalities) // the texts are set later, in place
				}
				r.Modalities = append(r.Modalities, "")
				w.Lower(&r.Modalities[len(r.Modalities)-1], "modality", text)
			}
		}
	}
	r.Start = w.Time("start", v.Get("startDateTime").Bytes())
	r.End = w.Time("end", v.Get("endDateTime").Bytes())
	bounds(ev, v.Get("startDateTime"), v.Get("endDateTime"))

	participants := v.GetAny("participants_v2", "participants")
	sessions := v.Get("sessions")
	d.names(r, v.GetAny("organizer_v2", "organizer"), participants)
	if r.Organizer == "" && organizerID != "" && !v.GetAny("organizer_v2", "organizer").Exists() {
		w.Text(&r.Organizer, "organizer", []byte("8:orgid:"+organizerID))
	}
	d.sessions(r, sessions)
	r.Partial = v.GetAny("participants_v2@odata.nextLink", "participants@odata.nextLink", "sessions@odata.nextLink").Exists()
	ev.Facts.Record = r
	if len(id) > 0 {
		w.Key("graph/callRecord")
		w.KeyID(id)
		w.KeyPart(view(participants, sessions))
	}
}

// view names the parts that a record has with it.
func view(participants, sessions jsondoc.Value) []byte {
	switch p, s := participants.Kind() == jsondoc.Array, sessions.Kind() == jsondoc.Array; {
	case p && s:
		return []byte("participants sessions")
	case p:
		return []byte("participants")
	case s:
		return []byte("sessions")
	}
	return nil
}

// names reads the organizer, and the names of the organizer and participants.
func (d *Decoder) names(r *schema.CallRecord, organizer, participants jsondoc.Value) {
	w := d.w
	n := 1
	if participants.Kind() == jsondoc.Array {
		n += min(participants.Len(), maxParticipants)
	}
	names := make([]schema.NameSeen, 0, n)
	add := func(p person) {
		if len(p.name) == 0 {
			return
		}
		names = append(names, schema.NameSeen{})
		w.Text(&names[len(names)-1].RawID, "raw_id", p.raw)
		w.Text(&names[len(names)-1].DisplayName, "display_name", p.name)
	}
	p := d.person(organizer)
	w.Text(&r.Organizer, "organizer", p.raw)
	add(p)
	if participants.Kind() == jsondoc.Array {
		for v := range participants.Elements() {
			if len(names) == n {
				w.Unread("participants", "more than 100,000")
				break
			}
			add(d.person(v))
		}
	}
	if len(names) > 0 {
		r.Names = names
	}
}

// sessions reads who was in the call when.
func (d *Decoder) sessions(r *schema.CallRecord, list jsondoc.Value) {
	n := list.Len()
	if list.Kind() != jsondoc.Array || n == 0 {
		return
	}
	if n > maxSessions {
		d.w.Unread("sessions", "more than 100,000")
	}
	r.Presences = make([]schema.Presence, 0, 2*min(n, maxSessions))
	for s := range list.Elements() {
		if len(r.Presences)+2 > cap(r.Presences) {
			return
		}
		d.session(r, s)
	}
}

// session adds a join for each person at an end of a session. In a group call
// one end is the service. When it ended is in Reason until spread adds the
// leaves.
func (d *Decoder) session(r *schema.CallRecord, v jsondoc.Value) {
	w := d.w
	id := normal.ID(v.Get("id"))
	start, end := d.interval(v)
	for _, side := range [...]string{"caller", "callee"} {
		endpoint := v.Get(side)
		if endpoint.Kind() != jsondoc.Object || bytes.Contains(normal.Fold(endpoint.Get("@odata.type").Bytes()), []byte("serviceendpoint")) {
			continue
		}
		p := d.associated(endpoint.Get("associatedIdentity"))
		if len(p.raw) == 0 {
			p = d.person(endpoint)
		}
		if len(p.raw) == 0 {
			continue
		}
		r.Presences = append(r.Presences, schema.Presence{At: start})
		j := &r.Presences[len(r.Presences)-1]
		w.Text(&j.Participant.RawID, "raw_id", p.raw)
		w.Text(&j.DisplayName, "display_name", p.name)
		w.ID(&j.TenantID, "tenant_id", p.tenant)
		w.ID(&j.SessionID, "session_id", id)
		agent := endpoint.Get("userAgent")
		w.Text(&j.UserAgent, "user_agent", normal.Token(agent.Get("headerValue")))
		w.Lower(&j.Platform, "platform", normal.Token(agent.Get("platform")))
		w.Lower(&j.ProductFamily, "product_family", normal.Token(agent.Get("productFamily")))
		if !end.IsZero() {
			w.Keep(&j.Reason, end.AppendFormat(nil, time.RFC3339Nano))
		}
		w.Instant(start)
		w.Instant(end)
	}
}

// interval returns when a session began and ended, by its segments where it
// does not say so itself.
func (d *Decoder) interval(v jsondoc.Value) (start, end time.Time) {
	start, _ = normal.Instant(v.Get("startDateTime").Bytes())
	end, _ = normal.Instant(v.Get("endDateTime").Bytes())
	noStart, noEnd := start.IsZero(), end.IsZero()
	if !noStart && !noEnd {
		return start, end
	}
	for s := range v.Get("segments").Elements() {
		from, _ := normal.Instant(s.Get("startDateTime").Bytes())
		to, _ := normal.Instant(s.Get("endDateTime").Bytes())
		if noStart && !from.IsZero() && (start.IsZero() || from.Before(start)) {
			start = from
		}
		if noEnd && to.After(end) {
			end = to
		}
	}
	return start, end
}

// spread adds the leaves to the joins of a finished event: a leave is its join
// at another time.
func spread(ev *schema.Event) {
	r := ev.Facts.Record
	if r == nil {
		return
	}
	var out []schema.Presence
	if n := len(r.Presences); n > 0 {
		out = make([]schema.Presence, 0, 2*n)
	}
	for _, j := range r.Presences {
		end, err := time.Parse(time.RFC3339Nano, j.Reason)
		j.Reason = ""
		if !j.At.IsZero() {
			out = append(out, j)
		}
		if err == nil {
			j.Left, j.At = true, end.UTC()
			out = append(out, j)
		}
	}
	r.Presences = out
}

// recordOf returns the id of the record that a page belongs to:
// …$metadata#communications/callRecords('{id}')/sessions.
func recordOf(context []byte) []byte {
	text := string(context)
	i := strings.Index(strings.ToLower(text), "callrecords('")
	if i < 0 {
		return nil
	}
	id, _, _ := strings.Cut(text[i+len("callrecords('"):], "'")
	return []byte(strings.TrimSpace(id))
}

// sessionOfPage reads a session of a page of them.
func (d *Decoder) sessionOfPage(item Item, ev *schema.Event) {
	w, v, r := d.w, item.Value, &schema.CallRecord{}
	record, id := recordOf(item.Context), normal.ID(v.Get("id"))
	w.ID(&ev.Refs.GraphCallID, "graph_call_id", record)
	r.Start, r.End = d.interval(v)
	bounds(ev, v.Get("startDateTime"), v.Get("endDateTime"))
	r.Presences = make([]schema.Presence, 0, 2)
	d.session(r, v)
	ev.Facts.Record = r
	if len(id) > 0 && len(record) > 0 {
		w.Key("graph/callRecord/session")
		w.KeyID(record)
		w.KeyID(id)
	}
}

// participantOfPage reads a participant of a page of them. In Graph's own
// samples two have one id, so that who it is counts too.
func (d *Decoder) participantOfPage(item Item, ev *schema.Event) {
	w, v, r := d.w, item.Value, &schema.CallRecord{}
	record, id := recordOf(item.Context), normal.ID(v.Get("id"))
	w.ID(&ev.Refs.GraphCallID, "graph_call_id", record)
	p := d.person(v)
	if len(p.name) > 0 {
		r.Names = make([]schema.NameSeen, 1)
		w.Text(&r.Names[0].RawID, "raw_id", p.raw)
		w.Text(&r.Names[0].DisplayName, "display_name", p.name)
	}
	ev.Facts.Record = r
	if len(record) > 0 {
		w.Key("graph/callRecord/participant")
		w.KeyID(record)
		w.KeyID(id)
		w.KeyPart(p.raw)
	}
}
