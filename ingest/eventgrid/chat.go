package eventgrid

import (
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// changes maps the kinds of chat events to what they say. Those of users and
// those of threads differ in names only.
var changes = map[string]struct {
	message bool
	change  string
}{
	communication + "ChatMessageReceived":                 {true, schema.ChatSent},
	communication + "ChatMessageReceivedInThread":         {true, schema.ChatSent},
	communication + "ChatAzureBotCommandReceivedInThread": {true, schema.ChatSent},
	communication + "ChatMessageEdited":                   {true, schema.ChatEdited},
	communication + "ChatMessageEditedInThread":           {true, schema.ChatEdited},
	communication + "ChatMessageDeleted":                  {true, schema.ChatDeleted},
	communication + "ChatMessageDeletedInThread":          {true, schema.ChatDeleted},

	communication + "ChatThreadCreatedWithUser":                {false, schema.ChatCreated},
	communication + "ChatThreadCreated":                        {false, schema.ChatCreated},
	communication + "ChatThreadWithUserDeleted":                {false, schema.ChatDeleted},
	communication + "ChatThreadDeleted":                        {false, schema.ChatDeleted},
	communication + "ChatThreadPropertiesUpdatedPerUser":       {false, schema.ChatUpdated},
	communication + "ChatThreadPropertiesUpdated":              {false, schema.ChatUpdated},
	communication + "ChatParticipantAddedToThreadWithUser":     {false, schema.ChatAdded},
	communication + "ChatThreadParticipantAdded":               {false, schema.ChatAdded},
	communication + "ChatParticipantRemovedFromThreadWithUser": {false, schema.ChatRemoved},
	communication + "ChatThreadParticipantRemoved":             {false, schema.ChatRemoved},
}

// chat reads an event of a chat, if it is one with facts.
func (d *Decoder) chat(data jsondoc.Value, ev *schema.Event) {
	c, ok := changes[ev.Kind]
	if !ok {
		return
	}
	thread := normal.ID(data.Get("threadId"))
	d.w.Text(&ev.Refs.ChatID, "chat_id", thread)
	if c.message {
		d.message(c.change, thread, data, ev)
	} else {
		d.thread(c.change, thread, data, ev)
	}
}

func (d *Decoder) message(change string, thread []byte, data jsondoc.Value, ev *schema.Event) {
	w, m := d.w, &schema.ChatMessage{Change: change}
	w.Text(&m.ThreadID, "thread_id", thread)
	id := normal.ID(data.Get("messageId"))
	w.Text(&m.MessageID, "message_id", id)
	m.Version = d.version(data)
	d.user(&m.SenderID, "sender_id", data.Get("senderCommunicationIdentifier"), data.Get("senderId"))
	w.Text(&m.SenderName, "sender_name", data.Get("senderDisplayName").Bytes())
	w.Lower(&m.Type, "type", normal.Token(data.Get("type")))
	m.Composed = w.Time("composed", data.Get("composeTime").Bytes())
	normal.Sent(ev, id, m.Composed)
	m.Changed = w.Time("changed", data.GetAny("editTime", "deleteTime").Bytes())
	d.user(&m.Recipient, "recipient", data.Get("recipientCommunicationIdentifier"), data.Get("recipientId"))
	ev.Facts.Message = m
}

// maxMembers is how many participants of a thread are read: a chat has 250 at
// most, a meeting's 1,000.
const maxMembers = 100_000

func (d *Decoder) thread(change string, thread []byte, data jsondoc.Value, ev *schema.Event) {
	w, t := d.w, &schema.ChatThread{Change: change}
	w.Text(&t.ThreadID, "thread_id", thread)
	t.Version = d.version(data)
	by := change // createdBy, deletedBy, addedBy, removedBy
	if change == schema.ChatUpdated {
		by = "edited"
	}
	d.user(&t.Actor, "actor", data.Get(by+"ByCommunicationIdentifier"), data.Get(by+"By"))
	d.user(&t.Recipient, "recipient", data.Get("recipientCommunicationIdentifier"), data.Get("recipientId"))
	var at jsondoc.Value
	switch change {
	case schema.ChatCreated:
		at = data.Get("createTime")
	case schema.ChatDeleted:
		at = data.Get("deleteTime")
	case schema.ChatUpdated:
		at = data.GetAny("updateTime", "editTime")
	default:
		at = data.Get("time")
	}
	t.At = w.Time("at", at.Bytes())
	if one := data.GetAny("participantAdded", "participantRemoved"); one.Kind() == jsondoc.Object {
		t.Members = make([]schema.ChatMember, 1)
		d.member(&t.Members[0], one)
	} else {
		t.Members = d.members(data.GetAny("participants", "members"))
	}
	ev.Facts.Thread = t
}

func (d *Decoder) members(list jsondoc.Value) []schema.ChatMember {
	n := list.Len()
	if list.Kind() != jsondoc.Array || n == 0 {
		return nil
	}
	if n > maxMembers {
		d.w.Unread("participants", "more than 100,000")
	}
	out := make([]schema.ChatMember, 0, min(n, maxMembers))
	for v := range list.Elements() {
		if len(out) == maxMembers {
			break
		}
		out = append(out, schema.ChatMember{})
		d.member(&out[len(out)-1], v)
	}
	return out
}

func (d *Decoder) member(m *schema.ChatMember, v jsondoc.Value) {
	d.user(&m.RawID, "member", v.Get("participantCommunicationIdentifier"), v.GetAny("memberId", "participantId"))
	d.w.Text(&m.DisplayName, "display_name", v.Get("displayName").Bytes())
}

// version reads the version of a message or thread: a number in the events of
// users, its text in those of threads.
func (d *Decoder) version(data jsondoc.Value) int64 {
	v := data.Get("version")
	n, ok := v.Int()
	if !ok && len(normal.Token(v)) > 0 {
		d.w.Unread("version", "not a whole number")
	}
	return n
}

// user reads an identifier, or the raw id that older events have in its place.
func (d *Decoder) user(dst *string, name string, model, legacy jsondoc.Value) {
	if model.Kind() == jsondoc.Object {
		d.w.Identifier(dst, name, model)
		return
	}
	d.w.RawID(dst, name, legacy.Bytes(), rawid.GUIDUnknown)
}

// incoming reads IncomingCall. The context of the call, with which it could be
// answered, is not looked at.
func (d *Decoder) incoming(data jsondoc.Value, ev *schema.Event) {
	w, c := d.w, &schema.IncomingCall{}
	w.Identifier(&c.From, "from", data.Get("from"))
	w.Identifier(&c.To, "to", data.Get("to"))
	behalf := data.Get("onBehalfOfCallee")
	if !behalf.Exists() {
		behalf = data.Get("customContext").Get("onBehalfOfCallee")
	}
	w.Identifier(&c.OnBehalfOf, "on_behalf_of", behalf)
	w.Text(&c.CallerName, "caller_name", data.Get("callerDisplayName").Bytes())
	ev.Facts.Incoming = c
}
