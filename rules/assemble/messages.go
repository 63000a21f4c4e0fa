package assemble

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// A message under construction. Several events tell of it: one of the thread,
// one for each of its members, those of its changes, Graph's, and the request
// that sent it.
type message struct {
	schema.CallMessage
	kinds    map[string]bool // of event, source and kind, that Events has
	sent     string          // resource that took the request
	resource map[string]int  // that events name
}

// messageKey tells messages apart.
type messageKey struct{ thread, id string }

// readChats lists the messages of the call, each once, and what is known of
// their threads.
func (s *Spine) readChats() {
	messages, threads := map[messageKey]*message{}, map[string]*schema.CallThread{}
	chats := 0
	for _, e := range s.events { // in order of time
		m, o := e.Facts.Message, e.Facts.Operation
		switch {
		case m != nil && m.ThreadID != "":
			at := schema.MessageTime(m.MessageID, m.Composed)
			get(messages, m.ThreadID, identity(m.MessageID, m.SenderID, at, e.ID)).tell(e, m, cmp.Or(at, e.Time))
			learn(threads, m.ThreadID, e, m.SenderID, m.Recipient)
		case e.Facts.Thread != nil && e.Facts.Thread.ThreadID != "":
			t := e.Facts.Thread
			who := []string{t.Actor, t.Recipient}
			for i := range t.Members {
				who = append(who, t.Members[i].RawID)
			}
			learn(threads, t.ThreadID, e, who...)
		case o != nil && o.SendsMessage():
			at := schema.MessageTime(o.MessageID, e.Time)
			get(messages, o.ThreadID, identity(o.MessageID, "", time.Time{}, e.ID)).sentBy(e, o, at)
			learn(threads, o.ThreadID, e, o.By.RawID)
		default:
			continue
		}
		chats++
	}
	s.call.Chat = chats > 0 && chats == len(s.events) && s.words.len() == 0
	s.call.Messages, s.call.Threads = listMessages(messages), listThreads(threads)
}

// identity is what is the same in all events of one message: its id, else who
// sent it and when, else the event is one of its own.
func identity(id, sender string, at time.Time, event string) string {
	switch {
	case id != "":
		return id
	case sender != "" && !at.IsZero():
		return sender + " " + strconv.FormatInt(at.UnixMilli(), 10)
	}
	return "event " + event
}

func get(all map[messageKey]*message, threadID, id string) *message {
	k := messageKey{threadID, id}
	m := all[k]
	if m == nil {
		m = &message{CallMessage: schema.CallMessage{ThreadID: threadID}, kinds: map[string]bool{}, resource: map[string]int{}}
		all[k] = m
	}
	return m
}

// tell adds what an event about a message says.
func (m *message) tell(e *schema.Event, f *schema.ChatMessage, at time.Time) {
	m.MessageID = f.MessageID
	m.At = earlier(m.At, at)
	m.SenderID = clearer(m.SenderID, f.SenderID)
	m.SenderName = smaller(m.SenderName, f.SenderName)
	m.Type = smaller(m.Type, f.Type)
	m.Edited = m.Edited || f.Change == schema.ChatEdited
	m.Deleted = m.Deleted || f.Change == schema.ChatDeleted
	if e.Resource != "" {
		m.resource[e.Resource]++
	}
	m.evidence(e)
}

// sentBy adds the request that sent a message.
func (m *message) sentBy(e *schema.Event, o *schema.Operation, at time.Time) {
	m.MessageID = o.MessageID
	m.At = earlier(m.At, at)
	m.SenderID = clearer(m.SenderID, o.By.RawID)
	m.sent = smaller(m.sent, e.Resource)
	m.evidence(e)
}

// evidence keeps the first event of each kind.
func (m *message) evidence(e *schema.Event) {
	if k := string(e.Source) + " " + e.Kind; !m.kinds[k] {
		m.kinds[k] = true
		m.Events = append(m.Events, e.ID)
	}
}

// smaller is the smaller of two texts that is not empty.
func smaller(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// clearer is the raw id of two that tells its model; of both the smaller.
func clearer(a, b string) string {
	switch telling := rawid.Identity(a) != schema.IdentityUnknown; {
	case telling == (rawid.Identity(b) != schema.IdentityUnknown):
		return smaller(a, b)
	case telling:
		return a
	}
	return b
}

// learn adds what an event tells of a thread: a Teams user among those that it
// names counts most; an event of Event Grid tells that the thread is of Azure
// Communication Services (it sends those of such chats and of Teams meetings
// alone, says its page on chat events); Graph has messages of Teams' chats alone.
func learn(all map[string]*schema.CallThread, id string, e *schema.Event, who ...string) {
	t := all[id]
	if t == nil {
		t = &schema.CallThread{ID: id}
		all[id] = t
		if schema.IsMeetingThread(id) {
			t.Kind = schema.ThreadMeeting
		}
	}
	kind := schema.ThreadUnknown
	switch {
	case slices.ContainsFunc(who, ofTeams), e.Source == schema.SourceGraph:
		kind = schema.ThreadTeamsMember
	case e.Source == schema.SourceEventGrid:
		kind = schema.ThreadACS
	}
	if t.Kind == schema.ThreadMeeting || kind == schema.ThreadUnknown || kind == t.Kind || t.Kind == schema.ThreadTeamsMember {
		return
	}
	t.Kind, t.Told = kind, e.ID // events come in order of time
}

// ofTeams reports whether a raw id is that of one whom only Teams knows.
func ofTeams(raw string) bool {
	switch rawid.Identity(raw) {
	case schema.IdentityTeamsUser, schema.IdentityAnonymous, schema.IdentityTeamsApp:
		return true
	}
	return false
}

func listMessages(all map[messageKey]*message) []schema.CallMessage {
	out := make([]schema.CallMessage, 0, len(all))
	for _, m := range all {
		m.Resource = m.sent
		for r, n := range m.resource {
			if m.sent == "" && (m.Resource == "" || n > m.resource[m.Resource] || n == m.resource[m.Resource] && r < m.Resource) {
				m.Resource = r
			}
		}
		m.Events = sortedIDs(m.Events)
		out = append(out, m.CallMessage)
	}
	slices.SortFunc(out, func(a, b schema.CallMessage) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ThreadID, b.ThreadID), strings.Compare(a.MessageID, b.MessageID), slices.Compare(a.Events, b.Events))
	})
	if len(out) == 0 {
		return nil
	}
	return out
}

func listThreads(all map[string]*schema.CallThread) []schema.CallThread {
	out := make([]schema.CallThread, 0, len(all))
	for _, t := range all {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b schema.CallThread) int { return strings.Compare(a.ID, b.ID) })
	if len(out) == 0 {
		return nil
	}
	return out
}
