package meeting

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	const thread, organizer = "19:meeting_ZjY4MzQ5OTAtYjljYi00ZDIwLTg3NGYtZmQ3MDhmZmE2ODU3@thread.v2", "976f4b31-fd01-4e0b-9178-29cc40c14438"
	const id = "MSo5NzZmNGIzMS1mZDAxLTRlMGItOTE3OC0yOWNjNDBjMTQ0MzgqMCoqMTk6bWVldGluZ19aalk0TXpRNU9UQXRZamxqWWkwMFpESXdMVGczTkdZdFptUTNNRGhtWm1FMk9EVTNAdGhyZWFkLnYy"
	const context = "%7b%22Tid%22%3a%22dc368399-474c-4d40-900c-6265431fd81f%22%2c%22Oid%22%3a%22976F4B31-fd01-4e0b-9178-29cc40c14438%22%7d"
	join := "https://teams.microsoft.com/l/meetup-join/" + strings.NewReplacer(":", "%3a", "@", "%40").Replace(thread) + "/0?context=" + context
	twice := strings.ReplaceAll(join, "%", "%25")
	for _, test := range []struct{ name, text, thread, organizer string }{
		{"id", id, thread, organizer},
		{"id with padding", id + "==", thread, organizer},
		{"path with an id", "communications/onlineMeetings('" + id + "')/transcripts('MSMjMCMjOGIzMmI0MzktY2QxNy00ODc1LTg1NWQtYzA1MDM0ZmFkZWMx')", thread, organizer},
		{"path of a user", "users('" + organizer + "')/onlineMeetings('" + id + "')/recordings", thread, organizer},
		{"join URL", join, thread, organizer},
		{"join URL in a path, encoded twice", "communications/onlineMeetings(joinWebUrl='" + twice + "')/meetingCallEvents", thread, organizer},
		{"join URL as typed", "https://teams.microsoft.com/l/meetup-join/" + thread + "/0", thread, ""},
		{"chat", "chats('" + thread + "')/messages('1649787549174')", thread, ""},
		{"chat, encoded", "https://graph.microsoft.com/$metadata#chats('19%3Ameeting_Zj%40thread.v2')/messages/$entity", "19:meeting_Zj@thread.v2", ""},
		{"channel", "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2", "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2", ""},
		{"new join URL without a thread", "https://teams.microsoft.com/meet/234567890?p=AbCd", "", ""},
		{"template", "communications/onlineMeetings(joinWebUrl='{joinWebUrl}')/meetingCallEvents", "", ""},
		{"id that is cut", "MSo5NzZmNGIz...[shortened in this copy]", "", ""},
		{"no thread behind 19:", "19:19:@thread.", "", ""},
		{"bad encoding", "%zz19:meeting_a@thread.v2", "19:meeting_a@thread.v2", ""},
		{"nothing", "", "", ""},
		{"too long", strings.Repeat("x", 20_000) + thread, "", ""},
	} {
		if thread, organizer := Find(test.text); thread != test.thread || organizer != test.organizer {
			t.Errorf("%s: %q by %q, want %q by %q", test.name, thread, organizer, test.thread, test.organizer)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("19:a@thread.v2")
	f.Add("%2531%39:a@thread.v2/0?context={\"Oid\":\"976f4b31-fd01-4e0b-9178-29cc40c14438\"}")
	f.Fuzz(func(t *testing.T, text string) {
		thread, organizer := Find(text)
		if thread != "" && (!strings.HasPrefix(thread, "19:") || !strings.Contains(thread, "@thread.")) || organizer != "" && (thread == "" || len(organizer) != 36) {
			t.Errorf("%q is %q by %q", text, thread, organizer)
		}
	})
}
