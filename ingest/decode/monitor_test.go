package decode

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/schema"
)

// checkFacts compares what an event states.
func checkFacts(t *testing.T, ev schema.Event, want schema.Facts) {
	t.Helper()
	if !reflect.DeepEqual(ev.Facts, want) {
		got, _ := json.Marshal(ev.Facts)
		wanted, _ := json.Marshal(want)
		t.Errorf("the facts are\n%s, want\n%s", got, wanted)
	}
}

func TestRowsOfAzureMonitor(t *testing.T) {
	row := func(category, properties string) string {
		return `{"records":[{"time":"2026-01-02T10:00:00Z","category":"` + category + `","correlationId":"C1","properties":{` + properties + `}}]}`
	}
	call := schema.CallRefs{CorrelationID: "C1"}
	nine := at(t, "2026-01-02T09:00:00Z")
	for _, test := range []struct {
		name, value string
		facts       schema.Facts
		refs        schema.CallRefs
		from, to    time.Time
	}{
		{"usage", row("Usage", `"recordID":"U1","usageType":"Audio","unitType":"Minutes","quantity":"1.250","startTime":"2026-01-02T09:00:00Z","endTime":"2026-01-02T09:01:15Z","participantID":"P1","userIdA":"acs:R_U","userIdB":"+14255550123"`),
			schema.Facts{Usage: &schema.UsageRecord{RecordID: "U1", CallID: "C1", Type: "audio", Unit: "minutes", Quantity: "1.25", Start: nine, End: nine.Add(75 * time.Second), ParticipantID: "P1", UserA: "8:acs:r_u", UserB: "4:+14255550123"}},
			schema.CallRefs{}, nine, nine.Add(75 * time.Second)},
		{"usage that is instant", row("Usage", `"recordID":"U1","usageType":"chat","unitType":"messages","quantity":1e0,"startTime":"2026-01-02T09:00:00Z"`),
			schema.Facts{Usage: &schema.UsageRecord{RecordID: "U1", CallID: "C1", Type: "chat", Unit: "messages", Quantity: "1", Start: nine}}, schema.CallRefs{}, nine, nine},
		{"streamed audio", row("CallAutomationStreamingUsage", `"CallConnectionId":"K1","StreamingModality":"AudioStreamingMixed","StreamingStartTime":"2026-01-02T09:00:00Z","StreamingDurationInMs":"1000.5","StreamingSessionId":"S1"`),
			schema.Facts{Streaming: &schema.StreamingUsage{SessionID: "S1", Modality: schema.StreamingAudioMixed, Start: nine, DurationMs: 1001}},
			schema.CallRefs{CorrelationID: "C1", CallConnectionID: "K1"}, nine, nine.Add(1001 * time.Millisecond)},
		{"streamed transcription", row("CallAutomationStreamingUsage", `"StreamingModality":"transcription","StreamingStartTime":"2026-01-02T09:00:00Z","StreamingDurationInMs":1000,"StreamingSessionId":"S1","ParticipantId":"P1"`),
			schema.Facts{Streaming: &schema.StreamingUsage{SessionID: "S1", Modality: schema.StreamingTranscription, ParticipantID: "P1", Start: nine, DurationMs: 1000},
				Span: &schema.CaptureSpan{Capture: schema.Transcription, Key: "S1", Start: nine, DurationMs: 1000}}, call, nine, nine.Add(time.Second)},
		{"captions", row("CallClosedCaptionsSummary", `"SpeechRecognitionSessionId":"S1","SpokenLanguage":"EN-us","StartTime":"2026-01-02T09:00:00Z","Duration":"1.5","EndReason":"Stopped","ResultType":"Succeeded"`),
			schema.Facts{Captions: &schema.Captions{SessionID: "S1", Language: "en-us", Start: nine, DurationMs: 1500, EndReason: "Stopped", Succeeded: true}}, call, nine, nine.Add(1500 * time.Millisecond)},
		{"diagnostics", row("CallDiagnostics", `"identifier":"acs:R_U","participantId":"P1","endpointId":"E1","endpointType":"VoIP","mediaType":"AppSharing","streamId":"7","streamDirection":"Inbound"`),
			schema.Facts{Media: &schema.MediaStream{Participant: schema.Participant{ParticipantID: "P1", RawID: "8:acs:r_u", EndpointID: "E1"}, EndpointType: "voip", MediaType: "appsharing", StreamID: "7", Direction: "inbound"}}, call, time.Time{}, time.Time{}},
		{"start of a recording", row("CallRecordingOperational", `"OperationName":"StartRecording","URI":"https://acs/calling/recordings?api-version=1","ResultSignature":"201","CallConnectionId":"K1"`),
			schema.Facts{RecordingOperation: &schema.RecordingOperation{Change: schema.RecordingStart, Name: "StartRecording", Succeeded: true, Signature: "201"}}, schema.CallRefs{CorrelationID: "C1", CallConnectionID: "K1"}, time.Time{}, time.Time{}},
		{"pause by its URI", row("CallRecordingOperational", `"OperationName":"null","URI":"https://acs/calling/recordings/ r%2BA%3D :pause?api-version=1","ResultType":"Succeeded"`),
			schema.Facts{RecordingOperation: &schema.RecordingOperation{Change: schema.RecordingPause, RecordingID: "r+A=", Succeeded: true}}, call, time.Time{}, time.Time{}},
		{"stop that was refused", row("CallRecordingOperational", `"OperationName":"StopRecording","URI":"https://acs/calling/recordings/rA?x","ResultType":"Succeeded","ResultSignature":404`),
			schema.Facts{RecordingOperation: &schema.RecordingOperation{Change: schema.RecordingStop, Name: "StopRecording", RecordingID: "rA", Signature: "404"}}, call, time.Time{}, time.Time{}},
		{"operation that changes no recording", row("CallRecordingOperational", `"OperationName":"GetRecordingProperties","URI":"https://acs/calling/recordings/rA","ResultSignature":200`),
			schema.Facts{RecordingOperation: &schema.RecordingOperation{Name: "GetRecordingProperties", RecordingID: "rA", Succeeded: true, Signature: "200"}}, call, time.Time{}, time.Time{}},
		{"request of an app", row("CallAutomationOperational", `"OperationName":"AddParticipant","ResultType":"Succeeded","ResultSignature":"202","DurationMs":"82.4"`),
			schema.Facts{Operation: &schema.Operation{Name: "AddParticipant", Result: "succeeded", Signature: "202", DurationMs: 82}}, call, time.Time{}, time.Time{}},
		{"media", row("CallAutomationMediaSummary", `"OperationName":"Play","OperationId":"O1","PlayInLoop":"FALSE","PlayToParticipant":"TRUE","PlayInterrupted":true,"ResultCode":"200","ResultSubcode":8533,"ResultType":"Completed"`),
			schema.Facts{Operation: &schema.Operation{Name: "Play", ID: "O1", Result: "completed", Code: 200, SubCode: 8533, DurationMs: -1, ToParticipant: true, Interrupted: true}}, call, time.Time{}, time.Time{}},
		{"client", row("CallClientOperations", `"OperationName":"state-changed","CallId":"C2","ParticipantId":"P1","EndpointId":"E1","CallClientTimeStamp":"2026-01-02T09:00:00Z","OperationPayload":"{\"b\":1.0,\"a\":\"x\"}"`),
			schema.Facts{Operation: &schema.Operation{Name: "state-changed", DurationMs: -1, By: schema.Participant{ParticipantID: "P1", EndpointID: "E1"}, ClientTime: nine, Payload: `{"a":"x","b":1}`}}, schema.CallRefs{CorrelationID: "C2"}, nine, nine},
		{"client with a wrong clock", row("CallClientOperations", `"OperationName":"x","CallClientTimeStamp":"2016-01-02T09:00:00Z"`),
			schema.Facts{Operation: &schema.Operation{Name: "x", DurationMs: -1, ClientTime: at(t, "2016-01-02T09:00:00Z")}}, schema.CallRefs{}, time.Time{}, time.Time{}},
		{"chat", row("ChatOperational", `"OperationName":"SendChatMessage","ChatThreadId":"19:T@thread.v2","ChatMessageId":1767344400000,"UserId":"acs:R_U","ResultSignature":201`),
			schema.Facts{Operation: &schema.Operation{Name: "SendChatMessage", Signature: "201", DurationMs: -1, By: schema.Participant{RawID: "8:acs:r_u"}, ThreadID: "19:T@thread.v2", MessageID: "1767344400000"}},
			schema.CallRefs{ChatID: "19:T@thread.v2"}, nine, nine},
		{"chat that is read", row("ChatOperational", `"OperationName":"ListChatMessages","ChatThreadId":"19:T@thread.v2","ResultSignature":200`),
			schema.Facts{Operation: &schema.Operation{Name: "ListChatMessages", Signature: "200", DurationMs: -1, ThreadID: "19:T@thread.v2"}}, schema.CallRefs{}, time.Time{}, time.Time{}},
		{"message that was not taken", row("ChatOperational", `"OperationName":"SendChatMessage","ChatThreadId":"19:T@thread.v2","ResultSignature":403`),
			schema.Facts{Operation: &schema.Operation{Name: "SendChatMessage", Signature: "403", DurationMs: -1, ThreadID: "19:T@thread.v2"}}, schema.CallRefs{}, time.Time{}, time.Time{}},
		{"room", row("RoomsOperational", `"OperationName":"CreateRoom","RoomId":"99","PstnDialOutEnabled":"true"`),
			schema.Facts{Operation: &schema.Operation{Name: "CreateRoom", DurationMs: -1, RoomID: "99", DialOut: true}}, schema.CallRefs{}, time.Time{}, time.Time{}},
		{"survey", row("CallSurvey", `"SurveyId":"S1","CallId":"C2","OverallRatingScore":"4","VideoRatingScore":3.50`),
			schema.Facts{Survey: &schema.Survey{SurveyID: "S1", ParticipantID: "C1", Scores: []schema.SurveyScore{{Area: "overall", Score: "4"}, {Area: "video", Score: "3.5"}}}}, schema.CallRefs{CorrelationID: "C2"}, time.Time{}, time.Time{}},
		{"Teams phone extension", row("CallSummaryUpdates", `"participantId":"P1","identifier":"acs:A_B_C","TPE":"true"`),
			schema.Facts{Summary: &schema.CallSummary{Participant: schema.Participant{ParticipantID: "P1", RawID: "8:acs:a_b_c"}, CallDurationMs: -1, DurationMs: -1, TeamsPhoneExtens: "true"}}, call, time.Time{}, time.Time{}},
		{"carries nothing", row("AuthOperational", `"Identity":"x"`), schema.Facts{}, schema.CallRefs{}, time.Time{}, time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			checkFacts(t, ev, test.facts)
			if ev.Refs != test.refs {
				t.Errorf("refs are %+v, want %+v", ev.Refs, test.refs)
			}
			if test.from.IsZero() && test.facts.Summary == nil && test.facts.Media == nil && test.facts.Survey == nil {
				test.from, test.to = ev.Time, ev.Time
			}
			if !ev.First.Equal(test.from) || !ev.Last.Equal(test.to) {
				t.Errorf("it speaks of %v to %v, want %v to %v", ev.First, ev.Last, test.from, test.to)
			}
			if len(ev.Unread) > 0 {
				t.Errorf("not read: %q", ev.Unread)
			}
		})
	}
}

func TestUnreadableRows(t *testing.T) {
	for value, want := range map[string]string{
		`{"time":"2026-01-02T10:00:00Z","category":"Usage","properties":{"recordId":"u","quantity":"a lot","startTime":"soon"}}`:                                           "quantity: not a decimal number; start: the time is in no known form",
		`{"time":"2026-01-02T10:00:00Z","category":"CallClosedCaptionsSummary","properties":{"SpeechRecognitionSessionId":"s","Duration":"-1"}}`:                           "duration: negative",
		`{"time":"2026-01-02T10:00:00Z","category":"CallClientOperations","properties":{"OperationPayload":"{broken"}}`:                                                    "payload: no JSON object",
		`{"time":"2026-01-02T10:00:00Z","category":"CallAutomationStreamingUsage","properties":{"StreamingSessionId":"s","StreamingDurationInMs":"1e999999999999999999"}}`: "duration: longer than a hundred years",
	} {
		if got := strings.Join(one(t, value).Unread, "; "); got != want {
			t.Errorf("of %s the reasons are %q, want %q", value, got, want)
		}
	}
}

// TestNaturalKeysOfRows demands that a row that is exported again, with another
// time or columns of its own, is the same event, and another one is not.
func TestNaturalKeysOfRows(t *testing.T) {
	row := func(category, properties string) schema.Event {
		return one(t, `{"time":"2026-01-02T10:00:00Z","category":"`+category+`","correlationId":"c1","properties":{`+properties+`}}`)
	}
	for _, test := range []struct {
		name, category, a, again string
		others                   []string
	}{
		{"usage by its record id", "Usage", `"recordId":"u1","quantity":1`, `"RecordId":" u1 ","quantity":2`, []string{`"recordId":"u2","quantity":1`}},
		{"streaming", "CallAutomationStreamingUsage",
			`"streamingSessionId":"s1","participantId":"p1","streamingStartTime":"2026-01-02T09:00:00Z","streamingModality":"Transcription","streamingDurationInMs":5`,
			`"streamingSessionId":"s1","participantId":"p1","streamingStartTime":"1/2/2026, 9:00:00.000 AM","streamingModality":"transcription","streamingDurationInMs":9`,
			[]string{
				`"streamingSessionId":"s2","participantId":"p1","streamingStartTime":"2026-01-02T09:00:00Z","streamingModality":"Transcription"`,
				`"streamingSessionId":"s1","participantId":"p2","streamingStartTime":"2026-01-02T09:00:00Z","streamingModality":"Transcription"`,
				`"streamingSessionId":"s1","participantId":"p1","streamingStartTime":"2026-01-02T09:00:01Z","streamingModality":"Transcription"`,
				`"streamingSessionId":"s1","participantId":"p1","streamingStartTime":"2026-01-02T09:00:00Z","streamingModality":"AudioStreamingUnmixed"`,
			}},
		{"captions", "CallClosedCaptionsSummary", `"speechRecognitionSessionId":"s1","startTime":"2026-01-02T09:00:00Z","duration":1`,
			`"speechRecognitionSessionId":"s1","startTime":"2026-01-02T09:00:00.0000Z","duration":2`,
			[]string{`"speechRecognitionSessionId":"s1","startTime":"2026-01-02T09:00:01Z"`, `"speechRecognitionSessionId":"s2","startTime":"2026-01-02T09:00:00Z"`}},
	} {
		a, again := row(test.category, test.a), row(test.category, test.again)
		if a.ID != again.ID || a.Content == again.Content {
			t.Errorf("%s: ids %s and %s, contents %s and %s", test.name, a.ID, again.ID, a.Content, again.Content)
		}
		for _, other := range test.others {
			if b := row(test.category, other); b.ID == a.ID {
				t.Errorf("%s: %s has the id of %s", test.name, other, test.a)
			}
		}
	}
}

func TestRowsWithoutNames(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"bare properties of a summary", `{"properties":{"participantStartTime":"2026-01-02T09:00:00Z","participantDuration":"5"}}`, "CallSummary"},
		{"with its version", `{"properties":{"callStartTime":"2026-01-02T09:00:00Z","participantDuration":"5","callupdatesversion":"2"}}`, "CallSummaryUpdates"},
		{"bare columns", `{"RecordId":"u","UsageType":"audio"}`, "Usage"},
		{"one column is not enough", `{"properties":{"mediaType":"Audio"}}`, "dead"},
		{"columns of two tables", `{"properties":{"mediaType":"Audio","streamId":"1","recordId":"u"}}`, "dead"},
		{"a category is not enough", `{"category":"CallSummary","properties":{}}`, "dead"},
		{"a category and columns", `{"category":"CallSummary","properties":{"callStartTime":"2026-01-02T09:00:00Z","participantDuration":"5"}}`, "CallSummary"},
	} {
		r := newTestDecoder().Decode([]byte(test.value))
		if got := kindsOf(r); got != test.want {
			t.Errorf("%s is read as %q, want %q", test.name, got, test.want)
		}
		for _, ev := range r.Events {
			if !ev.Time.IsZero() || ev.TimeReason == "" {
				t.Errorf("%s has the time %v", test.name, ev.Time)
			}
		}
	}
}

func TestRecordingMetadata(t *testing.T) {
	const file = `{"resourceId":"631fa8d8-aab5-4ac5-8e15-261aa2590750","callId":"36CF910b-932c-4101-a443-04e11a98aba5","chunkDocumentId":"0-eus-d16-4d30","chunkIndex":"1","chunkStartTime":"2021-09-30T22:24:34.9497016Z","chunkDuration":19320.5,
		"pauseResumeIntervals":[{"startTime":"2021-09-30T22:24:37.9450001Z","duration":"5220"},{"startTime":"never","duration":1}],
		"recordingInfo":{"contentType":"mixed","channelType":"audioVideo","format":"MP4"},
		"participants":[{"participantId":"8:acs:R_U","channel":2},{"participantId":"+14255550123"},{"channel":3}]}`
	want := &schema.RecordingChunk{
		DocumentID: "0-eus-d16-4d30", Index: 1, Start: at(t, "2021-09-30T22:24:34.949Z"), DurationMs: 19_321,
		Content: "audio_video", Channel: "mixed", Format: "mp4",
		Pauses:   []schema.Pause{{Start: at(t, "2021-09-30T22:24:37.945Z"), DurationMs: 5220}},
		Recorded: []schema.Recorded{{RawID: "8:acs:r_u", Channel: 2}, {RawID: "4:+14255550123", Channel: -1}},
	}
	ev := one(t, file)
	checkFacts(t, ev, schema.Facts{Chunk: want})
	if ev.Refs != (schema.CallRefs{CorrelationID: "36cf910b-932c-4101-a443-04e11a98aba5"}) || ev.Source != schema.SourceRecordingFile {
		t.Errorf("refs %+v, source %s", ev.Refs, ev.Source)
	}
	if !ev.Last.Equal(at(t, "2021-09-30T22:24:54.270Z")) {
		t.Errorf("it speaks up to %v", ev.Last)
	}
	if got, want := strings.Join(ev.Unread, "; "), "pause.start: the time is in no known form; participants: one has no id"; got != want {
		t.Errorf("the reasons are %q, want %q", got, want)
	}
	straight := one(t, strings.Replace(file, `"contentType":"mixed","channelType":"audioVideo"`, `"channelType":"Mixed","contentType":"AudioVideo"`, 1))
	if straight.ID != ev.ID || straight.Content != ev.Content {
		t.Error("a file with its fields in their right places is another event")
	}
	if other := one(t, strings.Replace(file, "8:acs:R_U", "8:acs:R_V", 1)); other.ID == ev.ID {
		t.Error("a file of other participants is the same event")
	}
}
