package metering

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/reports/tariff"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// A sender is what the messages of one line have in common.
type sender struct {
	day                   time.Time
	thread, raw, resource string
	meter, note           string
	app, tenant           string
}

// messages meters the messages of a call or chat, one line for each sender,
// thread, meter and day. Who sends pays; receiving, editing, deleting and what
// the service itself writes is free.
func (m *meterer) messages() {
	kinds := map[string]string{}
	for _, t := range m.call.Threads {
		kinds[t.ID] = t.Kind
	}
	lines := map[sender]*schema.UsageLine{}
	for i := range m.call.Messages {
		x := &m.call.Messages[i]
		meter, note := messageMeter(x, kinds[x.ThreadID])
		if meter == "" {
			continue
		}
		k := sender{thread: x.ThreadID, raw: x.SenderID, meter: meter, note: note, resource: resourceID(x.Resource, m.call.Resource)}
		if k.day = m.someDay(x.At); x.At.IsZero() {
			k.note = joinNotes(note, "when it was sent is not known")
		}
		k.app, k.tenant = m.owner(schema.Session{RawID: x.SenderID, Resource: k.resource})
		u := lines[k]
		if u == nil {
			u = &schema.UsageLine{CallID: m.call.ID, RawID: x.SenderID, Meter: meter, Unit: tariff.UnitMessage, Resource: k.resource, App: k.app, Tenant: k.tenant}
			lines[k] = u
		}
		u.Raw++
		u.Evidence = append(u.Evidence, x.Events...)
	}
	for _, k := range sortedSenders(lines) {
		key := "chat " + k.thread + "\x00" + k.raw + "\x00" + k.resource + "\x00" + k.note
		m.add(*lines[k], key, []share{{k.day, lines[k].Raw}}, "", k.note, threadNote(k.thread))
	}
}

// threadNote names a thread whose id names nobody.
func threadNote(id string) string {
	if !schema.AnonymousThread(id) {
		return ""
	}
	return "thread " + clip(id)
}

func sortedSenders(lines map[sender]*schema.UsageLine) []sender {
	keys := make([]sender, 0, len(lines))
	for k := range lines {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b sender) int {
		return cmp.Or(a.day.Compare(b.day), strings.Compare(a.thread, b.thread), strings.Compare(a.raw, b.raw),
			strings.Compare(a.resource, b.resource), strings.Compare(a.meter, b.meter), strings.Compare(a.note, b.note))
	})
	return keys
}

// messageMeter finds the meter of a message by its thread (design.md, 7, fine
// print 1) and who sent it, and what is to be said of it: for the bucket, the
// cause. The meter is empty for what no person or app sent.
func messageMeter(x *schema.CallMessage, thread string) (meter, note string) {
	switch typeOf(x.Type) {
	case ofService:
		return "", ""
	case ofUnknownType:
		return tariff.Unmapped, `message of unknown type "` + clip(x.Type) + `"`
	}
	if x.MessageID == "" && x.SenderID == "" {
		return tariff.Unmapped, "message without an id or a sender"
	}
	interop := thread == schema.ThreadMeeting || thread == schema.ThreadTeamsMember
	switch rawid.Identity(x.SenderID) {
	case schema.IdentityExternalUser:
		switch {
		case interop:
			return tariff.InteropChatACS, ""
		case thread == schema.ThreadACS:
			return tariff.ChatMessage, ""
		}
		return tariff.Unmapped, "message in a thread whose members are not known"
	case schema.IdentityTeamsUser, schema.IdentityAnonymous:
		return tariff.InteropChatM365, "sent from Teams"
	case schema.IdentityTeamsExtensionUser:
		return tariff.Unmapped, "message of a Teams extension user: no source says whether it is metered"
	case schema.IdentityBot, schema.IdentityTeamsApp:
		return tariff.Unmapped, "message of a bot: no source says whether it is metered"
	}
	return tariff.Unmapped, "message whose sender is not known"
}

// messageType tells what people and apps write from what the service does.
type messageType int

const (
	written messageType = iota
	ofService
	ofUnknownType
)

// typeOf reads the type of a message: text and html of the Chat SDK, with the
// names that Event Grid and Graph give to them, and the service's own
// (participantAdded, ThreadActivity/AddMember, …). A source that states none
// tells of written messages only.
func typeOf(t string) messageType {
	switch {
	case t == "" || t == "text" || t == "html" || strings.HasPrefix(t, "richtext"):
		return written
	case strings.HasPrefix(t, "threadactivity/") || strings.HasPrefix(t, "event/") || strings.HasPrefix(t, "systemeventmessage"):
		return ofService
	case t == "topicupdated" || t == "participantadded" || t == "participantremoved":
		return ofService
	}
	return ofUnknownType
}
