package timeline

import (
	"strings"
	"testing"
)

// TestChat: what was said outside of calls is not told as one.
func TestChat(t *testing.T) {
	c := &Call{CallID: "chat:19:a@thread.v2", Aliases: []Alias{{Kind: "chat_id", Value: "19:a@thread.v2"}},
		Threads: []Thread{{ThreadID: "19:a@thread.v2"}}, Messages: []Message{{ThreadID: "19:a@thread.v2", MessageID: "1"}}}
	got := text(t, c, Options{})
	if !strings.HasPrefix(got, "Chat 19:a@thread.v2\nno call: what was said outside of calls · 1 message\n") {
		t.Errorf("it begins with another text:\n%s", got)
	}
	for _, of := range []string{"ACS call", "the call began", "WHO HAD TO BE TOLD", "AT A GLANCE"} {
		if strings.Contains(got, of) {
			t.Errorf("%q is said of a chat:\n%s", of, got)
		}
	}
}

// TestDoubtedID: an id that was set aside is not shown as one that counts.
func TestDoubtedID(t *testing.T) {
	c := &Call{CallID: "c", Aliases: []Alias{{Kind: "call_connection_id", Value: "x"}, {Kind: "correlation_id", Value: "c"}},
		Findings: []Finding{{Rule: "evidence.conflict", Subject: "alias call_connection_id:x"}}}
	const doubt = "not believed to name one call"
	got, _, _ := strings.Cut(text(t, c, Options{}), "FINDINGS")
	if strings.Count(got, doubt) != 1 || strings.Index(got, doubt) > strings.Index(got, "correlation id") {
		t.Errorf("the doubt is not told beside its id:\n%s", got)
	}
}
