package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollcall/schema"
)

// mostMessages is how many messages of a call are told.
const mostMessages = 40

// messages tells who wrote in the call's chats, and when; what was written is
// not kept.
func (t *teller) messages() {
	if len(t.c.Messages) == 0 && len(t.c.Threads) == 0 {
		return
	}
	t.section("Chat messages", "each once, by all who tell of it; what they say is not kept")
	count := map[string]int{}
	for _, m := range t.c.Messages {
		count[m.ThreadID]++
	}
	for _, x := range t.c.Threads {
		told := ""
		if x.Event != "" {
			told = " (" + t.source(x.Event) + ")"
		}
		t.text(2, "", fmt.Sprintf("%s · %s%s · %s", Safe(x.ThreadID), threadKind(x.Kind), told, plural(count[x.ThreadID], "message")))
	}
	for i, m := range t.c.Messages {
		if i == mostMessages && !t.opt.All {
			t.line(2, t.paint(dim, fmt.Sprintf("and %s; --all tells them too", plural(len(t.c.Messages)-i, "more message"))))
			break
		}
		who := cmp.Or(strings.TrimSpace(Safe(m.SenderID)), "a sender that is not known")
		if m.SenderName != "" {
			who = quoted(m.SenderName) + " " + who
		}
		what := []string{when(m.At), who, cmp.Or(words(Safe(m.Type)), "kind not named")}
		if m.Edited {
			what = append(what, "edited later")
		}
		if m.Deleted {
			what = append(what, "deleted later")
		}
		t.text(2, "", strings.Join(what, " · "))
		t.text(2+hang, dim, "message "+cmp.Or(Safe(m.MessageID), "id not known")+", on "+cmp.Or(t.sources(m.Events), "no evidence"))
	}
}

// threadKind says what a thread is, in words.
func threadKind(kind string) string {
	switch kind {
	case schema.ThreadMeeting:
		return "a Teams meeting's chat"
	case schema.ThreadTeamsMember:
		return "a chat with a Teams user"
	case schema.ThreadACS:
		return "a chat of Azure Communication Services"
	}
	return "nothing tells who is in it"
}

// when is an instant with its day.
func when(i Instant) string {
	if !i.Known() {
		return "an unknown time"
	}
	return i.Time().Format("2006-01-02 15:04:05.000")
}

// chat reports whether what is told is no call but a chat, which stands beside
// calls: nothing names it but the chat.
func (c *Call) chat() bool {
	return len(c.Aliases) > 0 && !slices.ContainsFunc(c.Aliases, func(a Alias) bool { return a.Kind != "chat_id" })
}

// chatHead begins what is told of a chat. It has no bounds, only messages.
func (t *teller) chatHead() {
	t.line(0, t.paint(bold, "Chat "+Safe(strings.TrimPrefix(t.c.CallID, "chat:"))))
	t.whose([]string{"no call: what was said outside of calls", plural(len(t.c.Messages), "message")})
}
