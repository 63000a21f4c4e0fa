package normal

import (
	"strings"
	"testing"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

func TestWriterSetsTextsAndHashes(t *testing.T) {
	var w Writer
	build := func(resource, endpoint string) schema.Event {
		var ev schema.Event
		s := &schema.CallSummary{}
		ev.Facts.Summary = s
		w.Begin("test")
		w.Resource(&ev.Resource, []byte(resource))
		w.Lower(&s.EndpointType, "endpoint_type", []byte(endpoint))
		w.ID(&s.Participant.ParticipantID, "participant_id", []byte("04CC26F5-a86d-481c-b9f9-7a40be4d6fba"))
		w.ID(&s.Participant.EndpointID, "endpoint_id", []byte("Not-A-GUID"))
		w.RawID(&s.Participant.RawID, "raw_id", []byte("acs:A_B"), rawid.GUIDUnknown)
		w.Text(&s.OSVersion, "os_version", []byte(strings.Repeat("x", MaxText+1)))
		w.Finish(&ev)
		return ev
	}
	a := build("SUBSCRIPTIONS/S/RESOURCEGROUPS/R/", "VoIP")
	s := a.Facts.Summary
	if a.Resource != "/subscriptions/s/resourcegroups/r" || s.EndpointType != "voip" ||
		s.Participant.ParticipantID != "04cc26f5-a86d-481c-b9f9-7a40be4d6fba" ||
		s.Participant.EndpointID != "Not-A-GUID" || s.Participant.RawID != "8:acs:a_b" {
		t.Errorf("texts are not normal: %+v, %+v", a, s)
	}
	if s.OSVersion != "" || len(a.Unread) != 1 || !strings.HasPrefix(a.Unread[0], "os_version: ") {
		t.Errorf("a text over 64 KiB became a fact, or silently did not: %q", a.Unread)
	}
	if len(a.ID) != 32 || len(a.Content) != 32 || a.ID == a.Content {
		t.Errorf("id %q and content %q are not two hashes", a.ID, a.Content)
	}
	if b := build("", "VOIP"); b.Content != a.Content || b.ID != a.ID {
		t.Error("the resource, which an export can lack, or the case of a word changed the content")
	}
	if b := build("", "pstn"); b.Content == a.Content || b.ID == a.ID {
		t.Error("another endpoint type did not change the content")
	}
	if s.EndpointType != "voip" {
		t.Error("a later event changed an earlier one's text")
	}
}

func TestSegment(t *testing.T) {
	for _, test := range []struct{ path, name, want string }{
		{"calling/callConnections/401f/CallConnected", "callConnections", "401f"},
		{"/calling/callconnections/401f", "callConnections", "401f"},
		{"calling/recordings/S/recordingId/R/RecordingStateChanged", "recordingId", "R"},
		{"/recording/call/{call-id}/recordingId/R", "call", ""},
		{"calling/callConnections", "callConnections", ""},
		{"", "call", ""},
	} {
		if got := Segment(test.path, test.name); got != test.want {
			t.Errorf("Segment(%q, %q) = %q, want %q", test.path, test.name, got, test.want)
		}
	}
}

func TestRecordingContent(t *testing.T) {
	for text, want := range map[string]string{
		"Audio - Video": "audio_video", "AudioVideo": "audio_video", "Audio Only": "audio", "Audio": "audio",
		"Transcription": "transcription", "mixed": "", "": "", "Audio - Video - and something else": "",
	} {
		if got := RecordingContent([]byte(text)); got != want {
			t.Errorf("RecordingContent(%q) = %q, want %q", text, got, want)
		}
	}
}
