package soak

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// sample is a real message, or one of the platform's documentation, with texts
// replaced: old, new, old, new, ….
func sample(t *testing.T, name string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../../testdata/samples", name))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(string(text), replace[i]) {
			t.Fatalf("%s has no %s", name, replace[i])
		}
	}
	return strings.NewReplacer(replace...).Replace(string(text))
}

// metered decodes, assembles and meters messages as of an instant, and lists
// the usage as "call, day, meter, who: raw". Any order and repetition of the
// messages has to give the same lines.
func metered(t *testing.T, now time.Time, messages ...string) map[string]int64 {
	t.Helper()
	terms := assess.Terms{Policy: policy.Default(), Now: now}
	lines := func(messages []string) []schema.UsageLine {
		r, ev := &Report{}, newEvidence()
		for _, m := range messages {
			ev.add(&simulate.Message{Value: []byte(m)}, r)
		}
		if len(r.Differences) > 0 {
			t.Fatal(r.Differences)
		}
		var all []schema.UsageLine
		results := ev.evaluate(terms)
		for _, id := range sorted(results) {
			all = append(all, results[id].Lines...)
		}
		return all
	}
	want := lines(messages)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		again := append(slices.Clone(messages), messages[random.IntN(len(messages))])
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := lines(again); !reflect.DeepEqual(got, want) {
			t.Fatalf("another order gives other lines:\n%+v\n%+v", got, want)
		}
	}
	usage := map[string]int64{}
	for _, l := range want {
		if len(l.Evidence) == 0 {
			t.Errorf("a line without evidence: %+v", l)
		}
		usage[strings.Join([]string{l.CallID, l.Day, l.Meter, l.RawID}, ", ")] += l.Raw
	}
	return usage
}

const (
	meetingThread = "19:meeting_MjZiOTAyN2YtZWU1Yi00ZTZiLT77777OOOOO99999jgxOTkw@thread.v2"
	acsThread     = "19:5b3809e80e4a439d92c3316e273f4a2b@thread.v2"
	bob           = "8:acs:109f0644-b956-4cd9-87b1-71024f6e2f44_00000008-5cdb-4916-07fd-084822002624"
	teamsUser     = "8:orgid:1fb8890f-423e-4154-8fbf-db6809bc8756"
)

// TestMetersOfChats: messages from all sources, each counted once.
func TestMetersOfChats(t *testing.T) {
	inThread := sample(t, "eventgrid/ChatMessageReceivedInThread.json")
	// The copies of two users, as Event Grid sends them.
	forUser := func(of, recipient string) string {
		return strings.NewReplacer("ChatMessageReceivedInThread", "ChatMessageReceived", `"4f614f97`, `"`+recipient, `"version": "1613783230064"`, `"version": 1613783230064, "recipientId": "8:acs:109f0644_`+recipient+`"`).Replace(of)
	}
	edited := strings.NewReplacer("ChatMessageReceivedInThread", "ChatMessageEditedInThread", `"4f614f97`, `"7c614f97`, `"composeTime"`, `"editTime": "2021-02-21T01:07:10.064+00:00", "composeTime"`, "2021-02-20T01:07:10.5704596Z", "2021-02-21T01:07:10.5704596Z").Replace(inThread)
	sent := `{"records":[{"time":"2021-02-20T01:07:10.2Z","category":"ChatOperational","operationName":"SendChatMessage","resultSignature":"201","properties":{"ChatThreadId":"` + acsThread + `","ChatMessageId":1613783230064,"UserId":"` + strings.TrimPrefix(bob, "8:") + `"}}]}`
	graph := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#chats('x')/messages/$entity","id":"1613783230064","etag":"1613783230064","messageType":"message","createdDateTime":"2021-02-20T01:07:10.064Z","chatId":"` + acsThread + `","from":{"user":{"id":"1fb8890f-423e-4154-8fbf-db6809bc8756","displayName":"Ann","userIdentityType":"aadUser"}},"body":{"contentType":"html"}}`
	created := sample(t, "eventgrid/ChatThreadCreated.json", "19:e07c8ddc5bab4c059ea9f11d29b544b6@thread.v2", acsThread)
	withTeams := strings.NewReplacer(`8:acs:109f0644-b956-4cd9-87b1-71024f6e2f44_00000008-5cbb-38e3-e1fe-084822002c35`, teamsUser).Replace(created)
	inMeeting := strings.NewReplacer(acsThread, meetingThread, "1613783230064", "1625465830064", "2021-02-20T01:07:10", "2021-07-05T06:17:10").Replace
	call := strings.Replace(sample(t, "azuremonitor/CallSummary.Group-VoIP1-teams-meeting.json"), `{`, `{"category":"CallSummary","time":"2021-07-05T06:19:00Z","correlationId":"c1",`, 1)
	day := "2021-02-20, "
	for _, c := range []struct {
		name     string
		messages []string
		want     map[string]int64
	}{
		{"the thread's event and the users' copies are one message", []string{inThread, forUser(inThread, "aaaa"), forUser(inThread, "bbbb"), edited, sent, created},
			map[string]int64{"chat:" + acsThread + ", " + day + "chat.message, " + bob: 1}},
		{"a user's copy alone", []string{forUser(inThread, "aaaa")}, map[string]int64{"chat:" + acsThread + ", " + day + "chat.message, " + bob: 1}},
		{"a change of a message tells that it was sent", []string{edited}, map[string]int64{"chat:" + acsThread + ", " + day + "chat.message, " + bob: 1}},
		{"a Teams member makes it interop", []string{inThread, withTeams}, map[string]int64{"chat:" + acsThread + ", " + day + "interop.chat.acs_message, " + bob: 1}},
		{"a Teams user's message", []string{graph}, map[string]int64{"chat:" + acsThread + ", " + day + "interop.chat.m365_message, " + teamsUser: 1}},
		{"a request alone", []string{sent}, map[string]int64{"chat:" + acsThread + ", " + day + "unmapped, " + bob: 1}},
		{"in a meeting", []string{call, inMeeting(inThread), inMeeting(forUser(inThread, "aaaa")), inMeeting(sent)}, map[string]int64{
			"c1, 2021-07-05, interop.chat.acs_message, " + bob: 1,
			"c1, 2021-07-05, interop.voip.acs_participant_minute, 8:acs:1797dbb3-f982-47b0-b98e-6a76084454f1_0000000b-1531-729f-ac00-343a0d00d975": 82_000}},
		{"in a meeting's chat without the meeting", []string{inMeeting(inThread), inMeeting(graph)}, map[string]int64{
			"chat:" + meetingThread + "@2021-07-05, 2021-07-05, interop.chat.acs_message, " + bob: 1}},
		{"who reads and who is in it costs nothing", []string{created, sample(t, "eventgrid/ChatThreadParticipantAdded.json"), sample(t, "eventgrid/ChatThreadDeleted.json")}, map[string]int64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := metered(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), c.messages...); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestMetersOfCalls: the other sources, in the shapes of the samples.
func TestMetersOfCalls(t *testing.T) {
	streamed := sample(t, "azuremonitor/CallAutomationStreamingUsage.json", `"TimeGenerated [UTC]"`, `"Type": "ACSCallAutomationStreamingUsage", "TimeGenerated [UTC]"`)
	text := strings.NewReplacer("AudioStreamingUnmixed", "Transcription").Replace(streamed)
	recording := strings.Replace(sample(t, "azuremonitor/CallRecordingSummary.one-recording.json"), `{`, `{"category":"CallRecordingSummary","time":"2022-08-17T23:18:26Z","correlationId":"c1",`, 1)
	file := sample(t, "recording_metadata/acsmetadata.json")
	const speaker = "8:acs:631fa8d8-aab5-4ac5-8e15-261aa2590750_0000000c-d8b0-8adc-73ff-234822000345"
	const listener = "8:acs:631fa8d8-aab5-4ac5-8e15-261aa2590750_0000000c-d8ac-54af-5bf4-343a0d0001ac"
	unmixed := strings.NewReplacer(`"audioVideo"`, `"unmixed"`, `"contentType": "mixed"`, `"contentType": "audio"`, "2021-09-30T22:24:34.9497016Z", "2021-09-30T23:59:54.9497016Z", "2021-09-30T22:24:37.9450001Z", "2021-09-30T23:59:57.9450001Z").Replace(file)
	stay := func(raw, participant, start, seconds string) string {
		return `{"records":[{"time":"2021-10-01T01:00:00Z","category":"CallSummary","correlationId":"36cf910b-932c-4101-a443-04e11a98aba5","properties":{"identifier":"` + strings.TrimPrefix(raw, "8:") +
			`","callStartTime":"2021-09-30T23:59:50Z","callDuration":60,"callType":"Group","teamsThreadId":"null","participantId":"` + participant + `","participantStartTime":"` + start + `","participantDuration":` + seconds + `,"endpointId":"e-` + participant + `","endpointType":"VoIP"}}]}`
	}
	chat := sample(t, "graph/chatMessage.callRecordingEventMessageDetail.json")
	change := func(id, kind, at string) string {
		return `[{"specversion":"1.0","id":"` + id + `","source":"calling/callConnections/k","type":"Microsoft.Communication.` + kind + `","time":"` + at + `","data":{"callConnectionId":"k","correlationId":"c1","` +
			map[bool]string{true: "transcriptionUpdate", false: "mediaStreamingUpdate"}[strings.HasPrefix(kind, "Transcription")] + `":{}}}]`
	}
	leg := func(callType string) string {
		return strings.Replace(sample(t, "azuremonitor/CallSummary.PSTN-in-group.json", `"endpointType": "PSTN"`, `"endpointType": "PSTN", "pstnParticipantCallType": "`+callType+`"`,
			`"19:36ec5177126fff000aaa521670c804a3@thread.v2"`, `"null"`), `{`, `{"category":"CallSummary","time":"2022-08-07T15:00:00Z","correlationId":"c1",`, 1)
	}
	for _, c := range []struct {
		name     string
		messages []string
		want     map[string]int64 // of the meters below the calls' own
	}{
		{"streamed audio of a participant", []string{streamed}, map[string]int64{"2023-05-24, audio_streaming.unmixed.participant_minute": 1_172_488}},
		{"mixed audio", []string{strings.Replace(streamed, "Unmixed", "Mixed", 1)}, map[string]int64{"2023-05-24, audio_streaming.mixed.minute": 1_172_488}},
		{"streamed text", []string{text, strings.Replace(text, "7a5ae46f", "8a5ae46f", 1)}, map[string]int64{"2023-05-24, transcription.minute": 1_172_488}},
		{"streamed audio that only its changes tell", []string{change("1", "MediaStreamingStarted", "2026-01-02T23:59:00Z"), change("2", "MediaStreamingStopped", "2026-01-03T00:01:00Z")},
			map[string]int64{"2026-01-02, unmapped": 60_000, "2026-01-03, unmapped": 60_000}},
		{"a transcription over midnight", []string{change("1", "TranscriptionStarted", "2026-01-02T23:59:00Z"), change("2", "TranscriptionStopped", "2026-01-03T00:01:00.001Z")},
			map[string]int64{"2026-01-02, transcription.minute": 60_000, "2026-01-03, transcription.minute": 60_001}},
		{"captions", []string{sample(t, "azuremonitor/CallClosedCaptionsSummary.json")}, map[string]int64{"2023-11-14, closed_captions.minute": 666_660}},
		{"a recording of Teams", []string{strings.Replace(chat, `"chatId": null`, `"chatId": "`+meetingThread+`"`, 1)}, map[string]int64{"2021-03-28, recording.teams.minute": 2_419_260}},
		{"a recording of twenty hours, once in two versions", []string{recording, recording}, map[string]int64{"2022-08-16, recording.mixed_av.minute": 53_526_000, "2022-08-17, recording.mixed_av.minute": 20_346_940}},
		{"one that the metadata file alone tells", []string{file}, map[string]int64{"2021-09-30, recording.mixed_av.minute": 19_320}},
		{"an unmixed one with a pause over midnight, of those whom the metadata names", []string{unmixed, stay(speaker, "p1", "2021-09-30T23:59:50Z", "60"), stay(listener, "p2", "2021-10-01T00:00:10Z", "40"), stay(bob, "p3", "2021-09-30T23:59:50Z", "60")}, map[string]int64{
			"2021-09-30, recording.unmixed_audio.participant_minute, " + speaker: 2_996, "2021-10-01, recording.unmixed_audio.participant_minute, " + speaker: 16_324,
			"2021-10-01, recording.unmixed_audio.participant_minute, " + listener: 9_489}},
		{"a telephone leg without a type", []string{strings.Replace(sample(t, "azuremonitor/CallSummary.PSTN-in-group.json"), `{`, `{"category":"CallSummary","time":"2022-08-07T15:00:00Z","correlationId":"c1",`, 1)}, map[string]int64{"2022-08-07, unmapped": 960_000}},
		{"inbound, toll-free", []string{leg("PSTN inbound tollfree")}, map[string]int64{"2022-08-07, pstn.inbound.tollfree.minute": 960_000}},
		{"inbound, geographic", []string{leg("PSTN-Inbound-Geographic")}, map[string]int64{"2022-08-07, pstn.inbound.geographic.minute": 960_000}},
		{"inbound, of whatever number", []string{leg("PSTN inbound")}, map[string]int64{"2022-08-07, unmapped": 960_000}},
		{"outbound", []string{leg("PstnOutbound")}, map[string]int64{"2022-08-07, pstn.outbound.minute": 960_000}},
		{"direct routing in", []string{leg("DirectRoutingInbound")}, map[string]int64{"2022-08-07, direct_routing.inbound.minute": 960_000}},
		{"direct routing out", []string{leg("direct routing outbound")}, map[string]int64{"2022-08-07, direct_routing.outbound.minute": 960_000}},
		{"of a Teams calling plan", []string{leg("CallingPlanOutbound")}, map[string]int64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := map[string]int64{}
			for k, raw := range metered(t, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), c.messages...) {
				part := strings.Split(k, ", ")
				switch {
				case strings.Contains(part[2], "voip"):
				case strings.HasPrefix(part[2], "recording.unmixed"):
					got[strings.Join(part[1:], ", ")] += raw
				default:
					got[part[1]+", "+part[2]] += raw
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
