package graph

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// callEvent reads an event of a meeting's call, in any of three generations:
// eventType is callStarted, or Microsoft.Communication.CallStarted; a roster
// update has participants@delta with removedState, or participants@joined and
// @exited, or @delta and @remove, with or without "active" before it.
//
// The id is that of the notification. Since documentation shows none that is
// real, the type and the time are part of the key.
func (d *Decoder) callEvent(item Item, ev *schema.Event) {
	w, v := d.w, item.Value
	d.thread(ev, v.Get("@odata.id").Bytes(), v.Get("joinWebUrl").Bytes(), item.Context)
	kind := normal.Fold(normal.Token(v.GetAny("eventType", "callEventType")))
	kind = kind[bytes.LastIndexByte(kind, '.')+1:]
	w.Bytes(kind)
	switch string(kind) {
	case "callstarted", "callended":
		ev.Facts.CallBound = &schema.CallBound{Ended: string(kind) == "callended", DurationMs: normal.NoDuration}
	case "rosterupdated", "rosterupdate", "callrosterupdate", "callrosterupdated":
		d.roster(v, ev)
	default:
		d.opaque(v)
	}
	if id := normal.ID(v.Get("id")); len(id) > 0 && !ev.Time.IsZero() {
		w.Key("graph/callEvent")
		w.KeyID(id)
		w.KeyPart(kind)
		w.KeyTime(ev.Time)
	}
}

// roster reads a change of who is in the call.
func (d *Decoder) roster(v jsondoc.Value, ev *schema.Event) {
	w, c := d.w, &schema.RosterChange{}
	n := 0
	for name, list := range v.Members() {
		if _, ok := rosterList(name.Bytes()); ok && list.Kind() == jsondoc.Array {
			n += list.Len()
		}
	}
	if n > maxParticipants {
		w.Unread("participants", "more than 100,000")
	}
	c.Presences = make([]schema.Presence, 0, min(n, maxParticipants))
	unknown := false
	for name, list := range v.Members() {
		gone, ok := rosterList(name.Bytes())
		if !ok {
			continue
		}
		for one := range list.Elements() {
			if len(c.Presences) == cap(c.Presences) {
				break
			}
			unknown = !d.change(c, one, gone) || unknown
		}
	}
	if unknown {
		w.Unread("participants", "some have no id")
	}
	for i := range c.Presences {
		c.Presences[i].At = ev.Time
	}
	ev.Facts.RosterChange = c
}

// rosterList reports whether a member of a roster update lists participants,
// and whether they are gone.
func rosterList(name []byte) (gone, ok bool) {
	base, change, _ := bytes.Cut(normal.Fold(name), []byte("@"))
	if base = bytes.TrimPrefix(base, []byte("active")); string(base) != "participants" {
		return false, false
	}
	switch string(change) {
	case "", "delta", "joined":
		return false, true
	case "exited", "left", "remove", "removed":
		return true, true
	}
	return false, false
}

// change adds what an update says of one participant, if it tells who it is.
func (d *Decoder) change(c *schema.RosterChange, v jsondoc.Value, gone bool) bool {
	w := d.w
	p := d.person(v)
	id := normal.ID(v.Get("id"))
	if len(p.raw) == 0 && len(id) == 0 {
		return false
	}
	c.Presences = append(c.Presences, schema.Presence{})
	m := &c.Presences[len(c.Presences)-1]
	removed := v.Get("removedState")
	m.Left = gone || removed.Kind() == jsondoc.Object
	m.InLobby, _ = v.GetAny("isInLobby", "inLobby").Bool()
	w.Bool(m.Left)
	w.Bool(m.InLobby)
	w.Text(&m.Participant.RawID, "raw_id", p.raw)
	w.Text(&m.DisplayName, "display_name", p.name)
	w.ID(&m.TenantID, "tenant_id", p.tenant)
	w.ID(&m.SourceID, "source_id", id)
	w.Text(&m.Reason, "reason", normal.Token(removed.Get("reason")))
	return true
}
