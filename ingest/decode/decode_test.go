package decode

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/schema"
)

// one decodes a message that holds one event.
func one(t *testing.T, value string) schema.Event {
	t.Helper()
	r := newTestDecoder().Decode([]byte(value))
	if len(r.Events) != 1 || len(r.Dead) != 0 {
		t.Fatalf("%d events and dead parts %+v, want one event, of %s", len(r.Events), r.Dead, value)
	}
	checkRoundTrip(t, r.Events)
	return r.Events[0]
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// kindsOf names the events of a result, and "dead" for each dead part.
func kindsOf(r Result) string {
	var kinds []string
	for _, ev := range r.Events {
		kinds = append(kinds, ev.Kind)
	}
	for range r.Dead {
		kinds = append(kinds, "dead")
	}
	return strings.Join(kinds, " ")
}

const (
	summaryRow = `{"time":"2026-01-02T10:00:00Z","category":"CallSummary","correlationId":"c1","properties":{"participantId":"p1","participantStartTime":"2026-01-02T09:00:00Z","participantDuration":5}}`
	gridEvent  = `{"id":"e1","topic":"/subscriptions/s","subject":"call/x","eventType":"Microsoft.Communication.CallStarted","eventTime":"2026-01-02T09:00:00Z","data":{"correlationId":"c1"}}`
	callEvent  = `{"id":"e2","source":"calling/callConnections/k1","type":"Microsoft.Communication.CallConnected","specversion":"1.0","time":"2026-01-02T09:00:00Z","data":{}}`
	ownEvent   = `{"id":"e3","source":"urn:app","type":"rollcall.notice.shown","specversion":"1.0","time":"2026-01-02T09:00:00Z","data":{"callId":"c1","capture":"recording","state":"started"}}`
)

func TestRecognises(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"records of mixed categories", `{"records":[` + summaryRow + `,{"category":"ChatOperational","time":"2026-01-01T00:00:00Z"},{"category":"WorkflowRuntime"},{}]}`,
			"CallSummary ChatOperational unknown unknown"},
		{"records without any", `{"records":[]}`, ""},
		{"lines of a blob", summaryRow + "\r\n" + summaryRow + "\n\n", "CallSummary CallSummary"},
		{"documents with nothing between them", summaryRow + gridEvent + "[" + callEvent + "," + ownEvent + "]",
			"CallSummary Microsoft.Communication.CallStarted Microsoft.Communication.CallConnected rollcall.notice.shown"},
		{"byte order mark", "\ufeff" + gridEvent, "Microsoft.Communication.CallStarted"},
		{"dead-letter form", strings.Replace(gridEvent, `"id"`, `"deadLetterReason":"MaxDeliveryAttemptsExceeded","deliveryAttempts":30,"id"`, 1), "Microsoft.Communication.CallStarted"},
		{"validation", `[{"id":"v","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2026-01-01T00:00:00Z","data":{"validationCode":"x"}}]`,
			"Microsoft.EventGrid.SubscriptionValidationEvent"},
		{"type in another case", strings.Replace(gridEvent, "CallStarted", "callstarted", 1), "Microsoft.Communication.CallStarted"},
		{"unknown type", strings.Replace(gridEvent, "CallStarted", "CallExploded", 1), "unknown"},
		{"callback with a slash before its source", strings.Replace(callEvent, "calling/", "/calling/", 1), "Microsoft.Communication.CallConnected"},
		{"callback with a source of its own", strings.Replace(callEvent, "calling/callConnections/k1", "https://app", 1), "Microsoft.Communication.CallConnected"},
		{"table in place of a category", `{"TimeGenerated":"2026-01-01T00:00:00Z","Type":"ACSCallSummaryUpdates","ParticipantId":"p"}`, "CallSummaryUpdates"},
		{"columns alone", `{"TimeGenerated [UTC]":"5/25/2023, 5:43:25.746 PM","ParticipantDuration":"5"}`, "CallSummary"},
		{"recording operation by its columns", `{"TimeGenerated":"2026-01-01T00:00:00Z","CallConnectionId":"k","OperationName":"StartRecording"}`, "CallRecordingOperational"},
		{"properties as a text", `{"time":"2026-01-01T00:00:00Z","category":"CallRecordingSummary","properties":"{\"RecordingId\":\"r\"}"}`, "CallRecordingSummary"},
		{"app telemetry", `{"records":[{"time":"2026-01-01T00:00:00Z","Type":"AppTraces"},{"time":"2026-01-01T00:00:00Z","Type":"AppEvents","Name":"clicked"}]}`, "AppTraces AppEvents"},
		{"OTLP without records", `{"resourceLogs":[]}`, ""},
		{"OTLP logs", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}},5]}]},{"instrumentationLibraryLogs":[{"logs":[{}]}]}]}`, "unknown unknown dead"},
		{"OTLP traces", `{"resourceSpans":[{"scopeSpans":[]}]}`, "resourceSpans"},
		{"lifecycle notification", `{"value":[{"subscriptionId":"s","lifecycleEvent":"missed"}]}`, "lifecycleNotification"},
		{"directory page with a removal", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"id":"a"},{"id":"b","@removed":{"reason":"deleted"}}]}`, "user user"},

		{"no envelope", `{"a":1}`, "dead"},
		{"category without a time", `{"category":"CallSummary"}`, "dead"},
		{"a list without anything", `[]`, "dead"},
		{"no object", `"text" 5`, "dead dead"},
		{"nothing at all", "", "dead"},
		{"white space", " \r\n", "dead"},
		{"prose", "hello", "dead"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := kindsOf(newTestDecoder().Decode([]byte(test.value))); got != test.want {
				t.Errorf("decoded to %q, want %q, from %s", got, test.want, test.value)
			}
		})
	}
}

func TestNeighboursSurvive(t *testing.T) {
	duplicate := `{"category":"CallSummary","category":"Usage","time":"2026-01-01T00:00:00Z"}`
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	two := "CallSummary Microsoft.Communication.CallConnected dead"
	tests := []struct{ name, value, want string }{
		{"number in a list", "[" + summaryRow + ",5," + callEvent + "]", two},
		{"duplicate name in a list", "[" + summaryRow + "," + duplicate + "," + callEvent + "]", two},
		{"duplicate name in records", `{"records":[` + summaryRow + "," + duplicate + "," + callEvent + `],"x":1}`, two},
		{"records behind another member", `{"a":{"b":[1]},"records":[` + summaryRow + "," + duplicate + "," + callEvent + "]}", two},
		{"bad UTF-8 in a list", "[" + summaryRow + ",{\"a\":\"\xff\"}," + callEvent + "]", two},
		{"100,000 levels in a list", "[" + summaryRow + "," + deep + "," + callEvent + "]", two},
		{"100,000 levels on a line", summaryRow + "\n" + deep + "\n" + callEvent, two},
		{"levels that never end", summaryRow + "\n" + strings.Repeat(`{"a":[`, 50_000) + "\n" + callEvent, two},
		{"bad line", summaryRow + "\r\n{\"a\":tru}\r\n" + callEvent + "\r\n", two},
		{"line without its closing quote", summaryRow + "\n{\"a\":\"b}\n" + callEvent, two},
		{"line that is cut", summaryRow + "\n{\"a\":[{\"b\":1\n" + callEvent, two},
		{"prose between lines", summaryRow + "\n# note\n" + callEvent, two},
		{"bad document with nothing around it", summaryRow + duplicate + callEvent, two},
		{"elements at the start of lines", "[\n" + summaryRow + ",\n" + duplicate + ",\n" + callEvent + "\n]", two},
		{"missing element", "[" + summaryRow + ",," + callEvent + "]", two},
		{"another message before", "[" + duplicate + "]\n" + summaryRow + callEvent, two},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newTestDecoder().Decode([]byte(test.value))
			if got := kindsOf(r); got != test.want {
				t.Errorf("decoded to %q, want %q; dead: %.300v", got, test.want, r.Dead)
			}
			for _, dead := range r.Dead {
				if dead.Offset < 0 || dead.Length < 0 || dead.Offset+dead.Length > len(r.Value) || dead.Reason == "" {
					t.Errorf("dead part %+v is not within the %d bytes", dead, len(r.Value))
				}
			}
		})
	}
	t.Run("the dead part is named exactly", func(t *testing.T) {
		r := newTestDecoder().Decode([]byte("[" + summaryRow + "," + duplicate + "," + callEvent + "]"))
		if got := string(r.Value[r.Dead[0].Offset:][:r.Dead[0].Length]); got != duplicate {
			t.Errorf("the dead part is %q, want %q", got, duplicate)
		}
	})
	t.Run("a million dead parts", func(t *testing.T) {
		value := []byte(strings.Repeat("{}", 1_000_000) + callEvent)
		r := newTestDecoder().Decode(value)
		if len(r.Dead) != maxDead || len(r.Events) != 1 {
			t.Errorf("%d dead parts and %d events, want %d and 1", len(r.Dead), len(r.Events), maxDead)
		}
	})
}

func TestCallSummary(t *testing.T) {
	ev := one(t, `{"records":[{"time":"2022-08-07T14:30:00.1239999Z","resourceId":"SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS",
		"category":"CallSummary","correlationId":"1E4C59E1-aaaa-49bc-893d-990d12f8f9f5","properties":{
		"identifier":" acs:R_U","callStartTime":"2022-08-07T13:53:12Z","callDuration":1470,"callType":"group",
		"teamsThreadId":"19:meeting_Ab@thread.v2","participantId":" B25CF111-73df-4e0a-a888-640000abe34d",
		"participantStartTime":"2022-08-07T13:56:45Z","participantDuration":"960","participantEndReason":"0",
		"endpointId":"null","endpointType":"VOIP","sdkVersion":"Redacted","osVersion":"null",
		"DiagnosticOptions":"{\"appName\":\"contoso-care\",\"appVersion\":\"4.1\"}"}}]}`)
	want := &schema.CallSummary{
		Participant: schema.Participant{ParticipantID: "b25cf111-73df-4e0a-a888-640000abe34d", RawID: "8:acs:r_u"},
		CallStart:   at(t, "2022-08-07T13:53:12Z"), CallDurationMs: 1_470_000, CallType: "Group",
		Start: at(t, "2022-08-07T13:56:45Z"), DurationMs: 960_000, EndpointType: "voip", EndReason: "0",
		AppName: "contoso-care", AppVersion: "4.1", HasDiagnostics: true,
	}
	if !reflect.DeepEqual(ev.Facts.Summary, want) {
		t.Errorf("the summary is\n%+v, want\n%+v", ev.Facts.Summary, want)
	}
	refs := schema.CallRefs{CorrelationID: "1e4c59e1-aaaa-49bc-893d-990d12f8f9f5", ThreadID: "19:meeting_Ab@thread.v2"}
	if ev.Refs != refs {
		t.Errorf("refs are %+v, want %+v", ev.Refs, refs)
	}
	if ev.Resource != "/subscriptions/s/resourcegroups/r/providers/microsoft.communication/communicationservices/acs" {
		t.Errorf("the resource is %q", ev.Resource)
	}
	if !ev.Time.Equal(at(t, "2022-08-07T14:30:00.123Z")) || !ev.First.Equal(want.CallStart) || !ev.Last.Equal(at(t, "2022-08-07T14:17:42Z")) {
		t.Errorf("written %v, from %v to %v", ev.Time, ev.First, ev.Last)
	}
}

func TestCallSummaryVersions(t *testing.T) {
	row := func(category, more string) string {
		return `{"time":"2026-01-02T10:00:00Z","category":"` + category + `","correlationId":"c1","properties":{"participantId":"p1"` + more + `}}`
	}
	plain := one(t, row("CallSummary", ""))
	for _, test := range []struct {
		name, value, kind string
		version           int64
	}{
		{"plain", row("CallSummary", ""), "CallSummary", 0},
		{"null version", row("CallSummary", `,"callupdatesversion":"null"`), "CallSummary", 0},
		{"sample of the documentation", row("CallSummary", `,"callupdatesversion":"2"`), "CallSummaryUpdates", 2},
		{"update", row("CallSummaryUpdates", `,"CallUpdatesVersion":3`), "CallSummaryUpdates", 3},
		{"update with version 0 ranks above a plain one", row("CallSummaryUpdates", `,"CallUpdatesVersion":0`), "CallSummaryUpdates", 1},
		{"update without a version", row("CallSummaryUpdates", ""), "CallSummaryUpdates", 1},
	} {
		ev := one(t, test.value)
		if ev.Kind != test.kind || ev.Version != test.version || ev.ID != plain.ID {
			t.Errorf("%s: %s version %d id %s, want %s version %d id %s", test.name, ev.Kind, ev.Version, ev.ID, test.kind, test.version, plain.ID)
		}
	}
}

func TestCallSummaryKeys(t *testing.T) {
	row := func(properties string) schema.Event {
		return one(t, `{"time":"2026-01-02T10:00:00Z","category":"CallSummary","correlationId":"c1","properties":{`+properties+`}}`)
	}
	rejoined := row(`"participantId":"p2","endpointId":"e1","participantStartTime":"2026-01-02T09:00:00Z"`)
	if a := row(`"participantId":"p1","endpointId":"e1","participantStartTime":"2026-01-02T09:00:00Z"`); a.ID == rejoined.ID {
		t.Error("two participants on one endpoint have one id")
	}
	p2p := row(`"participantId":"null","endpointId":"e1","participantStartTime":"2026-01-02T09:00:00Z"`)
	same := row(`"participantId":null,"endpointId":"e1","participantStartTime":"2026-01-02T09:00:00.0000Z","participantDuration":7`)
	if p2p.ID != same.ID || p2p.Content == same.Content {
		t.Error("without a participant id the endpoint and start are not the key, or the duration is no content")
	}
	if later := row(`"participantId":"null","endpointId":"e1","participantStartTime":"2026-01-02T09:00:01Z"`); later.ID == p2p.ID {
		t.Error("two starts on one endpoint have one id")
	}
	if ev := row(`"participantId":"null"`); ev.Facts.Summary != nil || len(ev.Unread) == 0 {
		t.Errorf("a record that names nobody states facts: %+v", ev)
	}
}

func TestTeamsUserOfAzureMonitor(t *testing.T) {
	const guid = "1e4c59e1-1111-49bc-893d-990d12f8f9f5"
	for participantType, want := range map[string]string{
		"Teams": "8:orgid:" + guid, "ACS as Microsoft 365 user": "8:orgid:" + guid,
		"Teams Voice Apps": "28:orgid:" + guid, "": guid, "ACS": guid,
	} {
		ev := one(t, `{"time":"2026-01-02T10:00:00Z","category":"CallSummary","correlationId":"c","properties":{"participantId":"p","identifier":"`+guid+`","participantType":"`+participantType+`"}}`)
		if got := ev.Facts.Summary.Participant.RawID; got != want {
			t.Errorf("participant type %q: raw id %q, want %q", participantType, got, want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	ev := one(t, `{"time":"soon","category":"CallSummary","correlationId":"c","properties":{"participantId":"p","participantDuration":"-5","callDuration":"1e300","participantStartTime":"0001-01-01T00:00:00"}}`)
	s := ev.Facts.Summary
	if !ev.Time.IsZero() || ev.TimeReason == "" || s.DurationMs != -1 || s.CallDurationMs != -1 || !s.Start.IsZero() || !ev.First.IsZero() {
		t.Errorf("what can't be read was guessed: %+v, %+v", ev, s)
	}
	want := []string{"call_duration: longer than a hundred years", "start: the time is not within the years 1970 to 2199", "duration: negative"}
	if !reflect.DeepEqual(ev.Unread, want) {
		t.Errorf("the reasons are %q, want %q", ev.Unread, want)
	}
	big := one(t, strings.Replace(ownEvent, `"state"`, `"text":"`+strings.Repeat("x", 70_000)+`","state"`, 1))
	if big.Facts.Notice.Text != "" || len(big.Unread) != 1 {
		t.Errorf("a text of 70,000 bytes: %d bytes of it are a fact, reasons %q", len(big.Facts.Notice.Text), big.Unread)
	}
}

func TestRecordingSummary(t *testing.T) {
	ev := one(t, `{"time":"2022-08-17T23:18:26Z","category":"RecordingSummary","operationName":"Call Recording Summary","correlationId":"c","properties":{"RecordingId":"rA","RecordingStartTime":"2022-08-16T09:07:54.0000000Z","RecordingLength":3.34,"ContentType":"Audio Only","ChannelType":"Unmixed","FormatType":"WAV","RecordingEndReason":"CallEnded"}}`)
	want := &schema.RecordingSummary{RecordingID: "rA", Start: at(t, "2022-08-16T09:07:54Z"), LengthMs: 3340, Content: "audio", Channel: "unmixed", Format: "wav", EndReason: "CallEnded"}
	if !reflect.DeepEqual(ev.Facts.Recording, want) || ev.Kind != "CallRecordingSummary" {
		t.Errorf("%s %+v, want %+v", ev.Kind, ev.Facts.Recording, want)
	}
	if !ev.Last.Equal(at(t, "2022-08-16T09:07:57.34Z")) {
		t.Errorf("the recording ends %v", ev.Last)
	}
}

func TestEventGridGenerations(t *testing.T) {
	grid := func(name, data string) string {
		return `[{"id":"e","topic":"/subscriptions/S","subject":"call/x","eventType":"Microsoft.Communication.` + name + `","eventTime":"2026-01-02T09:00:10.1234567Z","data":{"correlationId":"c1","serverCallId":"aHR0cHM6Ly94OjQ0My9jb252L0FiP2k9MA",` + data + `}}]`
	}
	const user = `{"rawId":"8:acs:a_b","communicationUser":{"id":"8:acs:a_b"},"role":"Attendee"}`
	participant := schema.Participant{ParticipantID: "p1", RawID: "8:acs:a_b"}
	for _, test := range []struct {
		name, value string
		want        schema.Facts
	}{
		{"2021 participant", grid("CallParticipantAdded", `"user":`+user+`,"participantId":"p1","endpointType":"agent","displayName":" Bob "`),
			schema.Facts{Presence: &schema.Presence{Participant: participant, DisplayName: " Bob ", UserAgent: "agent", Role: "Attendee"}}},
		{"2022 participant", grid("CallParticipantRemoved", `"user":{"communicationIdentifier":{"communicationUser":{"id":"8:acs:a_b"}},"role":"{role}"},"participantId":"p1","endpointType":"agent"`),
			schema.Facts{Presence: &schema.Presence{Participant: participant, Left: true, UserAgent: "agent"}}},
		{"2025 participant", grid("CallParticipantAdded", `"user":{"communicationIdentifier":{"kind":"communicationUser","rawId":"8:acs:a_b"},"role":"Attendee"},"participantId":"p1","userAgent":"agent"`),
			schema.Facts{Presence: &schema.Presence{Participant: participant, UserAgent: "agent", Role: "Attendee"}}},
		{"start", grid("CallStarted", `"isTwoParty":null`), schema.Facts{CallBound: &schema.CallBound{DurationMs: -1}}},
		{"end of 2022", grid("CallEnded", `"durationOfCall":49.728617199999995`), schema.Facts{CallBound: &schema.CallBound{Ended: true, DurationMs: 49_729}}},
		{"end of 2025", grid("CallEnded", `"callDurationInSeconds":"49.7286"`), schema.Facts{CallBound: &schema.CallBound{Ended: true, DurationMs: 49_729}}},
		{"end without a duration", grid("CallEnded", `"reason":{"code":0}`), schema.Facts{CallBound: &schema.CallBound{Ended: true, DurationMs: -1}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			if !reflect.DeepEqual(ev.Facts, test.want) {
				got, _ := json.Marshal(ev.Facts)
				want, _ := json.Marshal(test.want)
				t.Errorf("the facts are\n%s, want\n%s", got, want)
			}
			if ev.Refs != (schema.CallRefs{CorrelationID: "c1", ServerCallID: "/conv/Ab"}) || ev.Resource != "/subscriptions/s" {
				t.Errorf("refs %+v, resource %q", ev.Refs, ev.Resource)
			}
		})
	}
	ended := one(t, grid("CallEnded", `"durationOfCall":10`))
	if !ended.First.Equal(at(t, "2026-01-02T09:00:00.123Z")) || !ended.Last.Equal(ended.Time) {
		t.Errorf("an ended call of 10 s spans %v to %v", ended.First, ended.Last)
	}
}

func TestRecordingFile(t *testing.T) {
	value := func(subject string) string {
		return `{"specversion":"1.0","id":"e","source":"/subscriptions/s","subject":"` + subject + `","type":"Microsoft.Communication.RecordingFileStatusUpdated","time":"2021-07-27T15:20:34Z","data":{"recordingStartTime":"2021-07-27T15:20:23.6089755Z","recordingDurationMs":6620,"recordingContentType":"Audio","recordingChannelType":"Mixed","recordingFormatType":"Mp3","sessionEndReason":"CallEnded"}}`
	}
	ev := one(t, value("/recording/call/c9/serverCallId/aHR0cHM6Ly94OjQ0My9jb252L0FiP2k9MA/recordingId/ab/c="))
	want := &schema.RecordingSummary{RecordingID: "ab/c=", Start: at(t, "2021-07-27T15:20:23.608Z"), LengthMs: 6620, Content: "audio", Channel: "mixed", Format: "mp3", EndReason: "CallEnded"}
	if !reflect.DeepEqual(ev.Facts.Recording, want) {
		t.Errorf("%+v, want %+v", ev.Facts.Recording, want)
	}
	if ev.Refs != (schema.CallRefs{CorrelationID: "c9", ServerCallID: "/conv/Ab"}) {
		t.Errorf("refs are %+v", ev.Refs)
	}
	if ev := one(t, value("/recording/call/c9/recordingId/r")); ev.Facts.Recording.RecordingID != "r" || ev.Refs.CorrelationID != "c9" {
		t.Errorf("older subject: %+v, %+v", ev.Facts.Recording, ev.Refs)
	}
}

func TestCallAutomation(t *testing.T) {
	event := func(name, source, data string) string {
		return `{"id":"e","source":"` + source + `","type":"Microsoft.Communication.` + name + `","specversion":"1.0","time":"2022-08-12T03:35:07.9129474+00:00","data":{` + data + `}}`
	}
	const connection, older = "calling/callConnections/k1", "calling/callConnections/k1/X"
	const recording = "calling/recordings/s1/recordingId/r1/RecordingStateChanged"
	noRefs := schema.CallRefs{CallConnectionID: "k1"}
	for _, test := range []struct {
		name, value string
		facts       schema.Facts
		refs        schema.CallRefs
	}{
		{"connected", event("CallConnected", connection, ""), schema.Facts{CallBound: &schema.CallBound{Connection: true, DurationMs: -1}}, noRefs},
		{"disconnected, older source", event("CallDisconnected", older, `"type":"callDisconnected","resultInfo":{"code":200}`),
			schema.Facts{CallBound: &schema.CallBound{Ended: true, Connection: true, DurationMs: -1}}, noRefs},
		{"recording on", event("RecordingStateChanged", connection, `"recordingId":"r1","state":"Active","startDateTime":"2022-08-12T03:35:00Z","recordingKind":"TeamsCompliance"`),
			schema.Facts{RecordingFlip: &schema.RecordingState{RecordingID: "r1", Active: true, Start: at(t, "2022-08-12T03:35:00Z"), RecordKind: schema.RecordingTeamsCompliance}}, noRefs},
		{"recording off, ids in the source only", event("RecordingStateChanged", recording, `"state":"inactive"`),
			schema.Facts{RecordingFlip: &schema.RecordingState{RecordingID: "r1"}}, schema.CallRefs{ServerCallID: "s1"}},
		{"recording in an unknown state", event("RecordingStateChanged", connection, `"state":"paused?"`), schema.Facts{}, noRefs},
		{"transcription on", event("TranscriptionStarted", connection, ""), schema.Facts{Transcription: &schema.TranscriptionState{Change: "on"}}, noRefs},
		{"transcription resumed", event("TranscriptionUpdated", connection, `"transcriptionUpdate":{"transcriptionStatus":"transcriptionResumed"}`),
			schema.Facts{Transcription: &schema.TranscriptionState{Change: "on"}}, noRefs},
		{"transcription updated", event("TranscriptionUpdated", connection, `"transcriptionUpdate":{"transcriptionStatus":"transcriptionUpdated"}`),
			schema.Facts{Transcription: &schema.TranscriptionState{Change: "none"}}, noRefs},
		{"transcription failed", event("TranscriptionFailed", connection, ""), schema.Facts{Transcription: &schema.TranscriptionState{Change: "off"}}, noRefs},
		{"roster", event("ParticipantsUpdated", connection, `"sequenceNumber":7,"participants":[{"identifier":{"phoneNumber":{"value":"+1425"}}},{"identifier":{"rawId":"8:acs:A_b"}},{"identifier":{"rawId":"8:acs:a_b"}}]`),
			schema.Facts{Roster: &schema.Roster{RawIDs: []string{"4:+1425", "8:acs:a_b"}, Sequence: 7}}, noRefs},
		{"empty roster", event("ParticipantsUpdated", connection, `"participants":[]`), schema.Facts{Roster: &schema.Roster{RawIDs: []string{}, Sequence: -1}}, noRefs},
		{"no roster", event("ParticipantsUpdated", connection, ""), schema.Facts{}, noRefs},
		{"nothing for the audit", event("ContinuousDtmfRecognitionStopped", connection, ""), schema.Facts{}, noRefs},
		{"played to the end", event("PlayCompleted", connection, `"operationContext":"recording-notice","resultInformation":{"code":200,"subCode":0,"message":"ok"}`),
			schema.Facts{Play: &schema.Play{Context: "recording-notice", Completed: true, State: "completed", Code: 200}}, noRefs},
		{"played, pre-GA", event("PlayCompleted", older, `"type":"playCompleted","resultInfo":{"code":"200","subcode":0}`),
			schema.Facts{Play: &schema.Play{Completed: true, State: "completed", Code: 200}}, noRefs},
		{"play completed with an error", event("PlayCompleted", connection, `"resultInformation":{"code":200,"subCode":8536}`),
			schema.Facts{Play: &schema.Play{State: "completed", Code: 200, SubCode: 8536}}, noRefs},
		{"play failed", event("PlayFailed", connection, `"operationContext":"n","resultInformation":{"code":400,"subCode":8536},"failedPlaySourceIndex":0`),
			schema.Facts{Play: &schema.Play{Context: "n", State: "failed", Code: 400, SubCode: 8536}}, noRefs},
		{"play started", event("PlayStarted", connection, ""), schema.Facts{Play: &schema.Play{State: "started"}}, noRefs},
		{"play canceled", event("PlayCanceled", connection, ""), schema.Facts{Play: &schema.Play{State: "canceled"}}, noRefs},
		{"answer by keys", event("RecognizeCompleted", connection, `"recognitionType":"Dtmf","operationContext":"consent","dtmfResult":{"tones":["One","pound"]},"resultInformation":{"code":200,"subCode":8533}`),
			schema.Facts{Recognition: &schema.Recognition{State: "completed", Context: "consent", Type: "dtmf", Tones: []string{"one", "pound"}, Code: 200, SubCode: 8533}}, noRefs},
		{"answer by choice", event("RecognizeCompleted", connection, `"recognitionType":"choices","choiceResult":{"label":"Yes","recognizedPhrase":"yes please"}`),
			schema.Facts{Recognition: &schema.Recognition{State: "completed", Type: "choices", Choice: "Yes", Phrase: "yes please"}}, noRefs},
		{"answer by speech", event("RecognizeCompleted", connection, `"recognitionType":"speech","speechResult":{"speech":"I agree"}`),
			schema.Facts{Recognition: &schema.Recognition{State: "completed", Type: "speech", Speech: "I agree"}}, noRefs},
		{"no answer", event("RecognizeFailed", connection, `"resultInformation":{"code":400,"subCode":8510}`),
			schema.Facts{Recognition: &schema.Recognition{State: "failed", Code: 400, SubCode: 8510}}, noRefs},
		{"a tone", event("ContinuousDtmfRecognitionToneReceived", connection, `"tone":"Five","sequenceId":1`),
			schema.Facts{Recognition: &schema.Recognition{State: "tone", Tones: []string{"five"}}}, noRefs},
		{"telephone leg added", event("AddParticipantSucceeded", connection, `"operationContext":"x","participant":{"kind":"phoneNumber","phoneNumber":{"value":"+14255550123"}},"invitationId":"i1"`),
			schema.Facts{Request: &schema.Request{Operation: "add_participant", Succeeded: true, Context: "x", RawID: "4:+14255550123", InvitationID: "i1"}}, noRefs},
		{"nobody added", event("AddParticipantFailed", connection, `"participant":{"rawId":"8:acs:A_b"},"resultInformation":{"code":487,"subCode":5300}`),
			schema.Facts{Request: &schema.Request{Operation: "add_participant", RawID: "8:acs:a_b", Code: 487, SubCode: 5300}}, noRefs},
		{"invitation canceled", event("CancelAddParticipantSucceeded", connection, `"invitationId":"i1"`),
			schema.Facts{Request: &schema.Request{Operation: "cancel_add_participant", Succeeded: true, InvitationID: "i1"}}, noRefs},
		{"removed", event("RemoveParticipantSucceeded", connection, `"participant":{"rawId":"8:acs:A_b"}`),
			schema.Facts{Request: &schema.Request{Operation: "remove_participant", Succeeded: true, RawID: "8:acs:a_b"}}, noRefs},
		{"transferred", event("CallTransferAccepted", connection, `"transferTarget":{"rawId":"4:+1"},"transferee":{"rawId":"8:acs:A_b"}`),
			schema.Facts{Request: &schema.Request{Operation: "transfer", Succeeded: true, RawID: "4:+1", Transferee: "8:acs:a_b"}}, noRefs},
		{"not transferred", event("CallTransferFailed", connection, ""), schema.Facts{Request: &schema.Request{Operation: "transfer"}}, noRefs},
		{"not answered", event("AnswerFailed", connection, ""), schema.Facts{Request: &schema.Request{Operation: "answer"}}, noRefs},
		{"not created", event("CreateCallFailed", connection, ""), schema.Facts{Request: &schema.Request{Operation: "create_call"}}, noRefs},
		{"not connected", event("ConnectFailed", connection, ""), schema.Facts{Request: &schema.Request{Operation: "connect"}}, noRefs},
		{"not held", event("HoldFailed", connection, ""), schema.Facts{Request: &schema.Request{Operation: "hold"}}, noRefs},
		{"tones sent", event("SendDtmfTonesCompleted", connection, ""), schema.Facts{Request: &schema.Request{Operation: "send_dtmf", Succeeded: true}}, noRefs},
		{"recording not started", event("StartRecordingFailed", connection, `"recordingId":"r1"`),
			schema.Facts{Request: &schema.Request{Operation: "start_recording", RecordingID: "r1"}}, noRefs},
		{"audio streamed", event("MediaStreamingStarted", connection, `"operationContext":"x","mediaStreamingUpdate":{"contentType":"Audio","mediaStreamingStatus":"mediaStreamingStarted","mediaStreamingStatusDetails":"subscriptionStarted"}`),
			schema.Facts{MediaStreaming: &schema.MediaStreaming{State: "started", Content: "audio", Status: "mediastreamingstarted", Details: "subscriptionstarted", Context: "x"}}, noRefs},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			if !reflect.DeepEqual(ev.Facts, test.facts) || ev.Refs != test.refs || ev.Source != schema.SourceCallAutomation {
				got, _ := json.Marshal(ev)
				want, _ := json.Marshal(test.facts)
				t.Errorf("decoded to\n%s\nwant the facts\n%s\nand refs %+v", got, want, test.refs)
			}
		})
	}
}
