package callid

import (
	"encoding/base64"
	"testing"
)

func TestConversation(t *testing.T) {
	const url = "https://conv-dev-21.conv-dev.skype.net:443/conv/mT86u_zjA0m9AS8VtoIakw?i=0&e=637677717600028230"
	const want = "/conv/mT86u_zjA0m9AS8VtoIakw"
	tests := []struct{ name, raw, want string }{
		{"sample of CallParticipantRemoved", "aHR0cHM6Ly9jb252LWRldi0yMS5jb252LWRldi5za3lwZS5uZXQ6NDQzL2NvbnYvbVQ4NnVfempBMG05QVM4VnRvSWFrdz9pPTAmZT02Mzc2Nzc3MTc2MDAwMjgyMzA", want},
		{"sample of CallAutomationOperational", "aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29tL2FwaS92Mi9jcC9jb252LXVzZWEyLTAxLmNvbnYuc2t5cGUuY29tL2NvbnYvZzRoWlVoS1ZEVUtma19HenRDZ1JTQT9pPTEyJmU9NjM4MjA1NDc4MDg5MzEzMjIz", "/conv/g4hZUhKVDUKfk_GztCgRSA"},
		{"padded", base64.URLEncoding.EncodeToString([]byte(url + "1")), want},
		{"another query", base64.RawURLEncoding.EncodeToString([]byte(url[:60] + url[60:76] + "?i=9")), want},
		{"plain base64", base64.StdEncoding.EncodeToString([]byte(url)), want},
		{"the URL itself", " " + url + " ", want},
		{"no conversation", "aHR0cHM6Ly9leGFtcGxlLm9yZw", "aHR0cHM6Ly9leGFtcGxlLm9yZw"},
		{"another id", " serverCallId ", "serverCallId"},
		{"cut in documentation", "aHR0cHM6Ly9hcGk0vjCCCCCCQd2pRP2k9OTMmZT02Mzc5OTQ3xMDAzNDUwMzg...", "aHR0cHM6Ly9hcGk0vjCCCCCCQd2pRP2k9OTMmZT02Mzc5OTQ3xMDAzNDUwMzg..."},
		{"template", "{serverCallId}", ""},
		{"null", "null", ""},
		{"empty", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Conversation(test.raw); got != test.want {
				t.Errorf("Conversation(%q) = %q, want %q", test.raw, got, test.want)
			}
		})
	}
}

func FuzzConversation(f *testing.F) {
	f.Add("aHR0cHM6Ly9jb252LWRldi0yMS5jb252LWRldi5za3lwZS5uZXQ6NDQzL2NvbnYvbVQ4NnVfempBMG05QVM4VnRvSWFrdz9pPTA")
	f.Add("https://x/conv/y")
	f.Add("null")
	f.Fuzz(func(t *testing.T, raw string) {
		once := Conversation(raw)
		if len(once) > len(raw) {
			t.Errorf("Conversation(%q) = %q is longer than the id", raw, once)
		}
	})
}
