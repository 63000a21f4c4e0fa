package graph

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// artifact reads a callRecording or callTranscript: a file that is there after
// the meeting. Its key is the meeting and the id.
func (d *Decoder) artifact(item Item, ev *schema.Event) {
	w, v := d.w, item.Value
	a := &schema.Artifact{Capture: schema.Recording, Created: ev.Time}
	if item.Kind == kindTranscript {
		a.Capture = schema.Transcription
	}
	id, meetingID := normal.ID(v.Get("id")), normal.ID(v.Get("meetingId"))
	organizer := d.thread(ev, meetingID, v.GetAny("recordingContentUrl", "transcriptContentUrl").Bytes(), item.Context)
	w.ID(&ev.Refs.GraphCallID, "graph_call_id", normal.ID(v.Get("callId")))
	w.Text(&a.ID, "id", id)
	w.Text(&a.MeetingID, "meeting_id", meetingID)
	if p := d.person(v.Get("meetingOrganizer")); len(p.raw) > 0 {
		w.Text(&a.Organizer, "organizer", p.raw)
	} else if organizer != "" {
		w.Text(&a.Organizer, "organizer", []byte("8:orgid:"+organizer))
	}
	a.End = w.Time("end", v.Get("endDateTime").Bytes())
	bounds(ev, v.Get("createdDateTime"), v.Get("endDateTime"))
	ev.Facts.Artifact = a
	if len(id) > 0 {
		w.Key("graph/" + item.Kind)
		w.KeyID(meetingID)
		w.KeyID(id)
	}
}

// user reads a user of the directory. It has no key: the same user is another
// event each time that it says something else.
func (d *Decoder) user(v jsondoc.Value, ev *schema.Event) {
	w := d.w
	id := normal.ID(v.Get("id"))
	if len(id) == 0 {
		w.Unread("id", "absent")
		d.opaque(v)
		return
	}
	e := &schema.DirectoryEntry{}
	w.RawID(&e.RawID, "raw_id", append([]byte("8:orgid:"), id...), rawid.GUIDTeamsUser)
	if removed := v.Get("@removed"); removed.Kind() == jsondoc.Object {
		reason := normal.Token(removed.Get("reason"))
		if len(reason) == 0 {
			reason = []byte("deleted")
		}
		w.Lower(&e.Removed, "removed", reason)
	}
	for _, property := range [...]struct {
		name string
		dst  *string
	}{{"displayName", &e.DisplayName}, {"userPrincipalName", &e.Principal}} {
		if one := v.Get(property.name); one.Kind() == jsondoc.Null {
			e.Cleared = append(e.Cleared, property.name)
			w.Bytes([]byte(property.name))
		} else {
			w.Text(property.dst, property.name, one.Bytes())
		}
	}
	ev.Facts.Directory = e
}

// decrypted names where those who decrypt notifications put the resource.
var decrypted = []string{"contentDecryptedBySimulator", "decryptedContent", "decryptedResourceData", "decrypted", "content"}

// plain returns the resource of a notification that has it with it, readable.
func (d *Decoder) plain(v jsondoc.Value) (Item, bool) {
	resource := v.Get("resource").Bytes()
	for _, name := range decrypted {
		if inner := d.nested.Open(v.Get(name)); inner.Kind() == jsondoc.Object {
			if kind := Kind(inner); readable(kind) {
				return Item{Value: inner, Kind: kind, Context: resource}, true
			}
		}
	}
	data := v.Get("resourceData")
	if kind := Kind(data); readable(kind) && whole(data) {
		return Item{Value: data, Kind: kind, Context: resource}, true
	}
	return Item{}, false
}

func readable(kind string) bool {
	switch kind {
	case "", schema.KindUnknown, kindNotification, kindLifecycle:
		return false
	}
	return true
}

// whole reports whether a notification's resourceData is the resource and not
// only its name.
func whole(v jsondoc.Value) bool {
	for name := range v.Members() {
		text := normal.Fold(name.Bytes())
		if !bytes.HasPrefix(text, []byte("@odata.")) && string(text) != "id" &&
			string(text) != "organizationid" && string(text) != "tenantid" {
			return true
		}
	}
	return false
}

// notification reads a notification of which the resource can't be read here.
func (d *Decoder) notification(v jsondoc.Value, ev *schema.Event) {
	w, n := d.w, &schema.Notification{}
	resource, data := v.Get("resource").Bytes(), v.Get("resourceData")
	d.thread(ev, resource, data.Get("@odata.id").Bytes())
	w.Lower(&n.Change, "change", normal.Token(v.Get("changeType")))
	w.Lower(&n.Lifecycle, "lifecycle", normal.Token(v.Get("lifecycleEvent")))
	w.Text(&n.Resource, "resource", bytes.TrimSpace(resource))
	kind := data.Get("@odata.type").Bytes()
	w.Lower(&n.Type, "type", kind[bytes.LastIndexByte(kind, '.')+1:])
	n.Encrypted = v.Get("encryptedContent").Len() > 0
	ev.Facts.Notification = n
	d.opaque(v)
}
