package decode

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"rollcall/schema"
)

// A record is one Azure Monitor record, to be put into any envelope.
type record struct {
	category, table string
	time            string // RFC 3339, whole milliseconds
	top, properties map[string]any
}

// envelope writes the record in one of the forms in which it may come, with
// names in another case, numbers as texts, and null in several spellings, as
// chance has it.
func (r record) envelope(rnd *rand.Rand, form int) string {
	top, inner := map[string]any{}, map[string]any{}
	put := func(dst map[string]any, name string, value any) {
		switch number, isNumber := value.(float64); {
		case isNumber && rnd.IntN(2) == 0:
			value = strconv.FormatFloat(number, 'f', -1, 64)
		case isNumber && rnd.IntN(2) == 0:
			value = json.RawMessage(strconv.FormatFloat(number, 'e', -1, 64))
		}
		if text, isText := value.(string); isText && rnd.IntN(3) == 0 {
			value = " " + text + " "
		}
		if value == nil {
			switch rnd.IntN(4) {
			case 0:
				return
			case 1:
				value = "null"
			case 2:
				value = ""
			}
		}
		switch rnd.IntN(4) {
		case 0:
			name = strings.ToUpper(name)
		case 1:
			name = strings.ToLower(name)
		case 2:
			name = strings.ToUpper(name[:1]) + name[1:]
		}
		dst[name] = value
	}
	flat := form >= 2
	rest := inner
	if flat {
		rest = top
	}
	for name, value := range r.properties {
		put(rest, name, value)
	}
	for name, value := range r.top {
		put(top, name, value)
	}
	const resource = "SUBSCRIPTIONS/S/RESOURCEGROUPS/R"
	switch form {
	case 0, 1:
		top["time"], top["category"], top["resourceId"], top["properties"] = r.time, r.category, resource, inner
	case 2:
		top["TimeGenerated"], top["Category"], top["_ResourceId"], top["TenantId"] = strings.Replace(r.time, "Z", "0000Z", 1), r.category, "/"+strings.ToLower(resource), "workspace"
	case 3:
		top["TimeGenerated"], top["Type"] = r.time, r.table
	}
	text, err := json.Marshal(top)
	if err != nil {
		panic(err)
	}
	if form == 0 {
		return `{"records":[` + string(text) + `]}`
	}
	return string(text)
}

// TestReenveloping is the property that a record counts once, however often it
// comes in whatever envelope.
func TestReenveloping(t *testing.T) {
	records := []record{
		{"CallSummary", "ACSCallSummary", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "04cc26f5-a86d-481c-b9f9-7a40be4d6fba", "operationName": "CallSummary"}, map[string]any{
			"identifier": "acs:r_u", "callStartTime": "2026-01-02T09:00:00Z", "callDuration": 87.0, "callType": "Group", "teamsThreadId": nil,
			"participantId": "14cc26f5-a86d-481c-b9f9-7a40be4d6fba", "participantStartTime": "2026-01-02T09:00:01.5Z", "participantDuration": 82.0,
			"endpointId": nil, "endpointType": "VoIP", "participantType": "ACS", "DiagnosticOptions": nil}},
		{"CallSummaryUpdates", "ACSCallSummaryUpdates", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1"}, map[string]any{
			"participantId": nil, "endpointId": "e1", "participantStartTime": "2026-01-02T09:00:01Z", "participantDuration": 82.0, "callUpdatesVersion": 4.0}},
		{"CallRecordingSummary", "ACSCallRecordingSummary", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1", "level": "Informational"}, map[string]any{
			"recordingId": "rA", "recordingStartTime": "2026-01-02T09:00:00Z", "recordingLength": 73872.94, "contentType": "Audio - Video", "channelType": "mixed", "chunkCount": 6.0}},
		{"CallDiagnostics", "ACSCallDiagnostics", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1"}, map[string]any{
			"identifier": "acs:r_u", "participantId": nil, "mediaType": "Video", "roundTripTimeAvg": 82.0, "packetLossRateAvg": 0.5, "transportType": "UDP"}},
		{"Usage", "ACSBillingUsage", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1"}, map[string]any{
			"recordId": "u1", "usageType": "audio", "unitType": "minutes", "quantity": 1.25, "startTime": "2026-01-02T09:00:00Z", "participantId": nil, "userIdA": "acs:r_u"}},
		{"CallAutomationStreamingUsage", "ACSCallAutomationStreamingUsage", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1"}, map[string]any{
			"callConnectionId": "k1", "streamingModality": "Transcription", "streamingStartTime": "2026-01-02T09:00:00Z", "streamingDurationInMs": 1172487.9394, "streamingSessionId": "s1", "participantId": nil}},
		{"CallClosedCaptionsSummary", "ACSCallClosedCaptionsSummary", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1", "resultType": "Succeeded"}, map[string]any{
			"speechRecognitionSessionId": "s1", "spokenLanguage": "en-us", "startTime": "2026-01-02T09:00:00Z", "duration": 666.66, "endReason": "Stopped", "cancelReason": nil}},
		{"CallRecordingOperational", "ACSCallRecordingIncomingOperations", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1", "operationName": "PauseRecording", "durationMs": 130.0}, map[string]any{
			"callConnectionId": "k1", "uri": "https://acs/calling/recordings/  rA:pause?api-version=1", "resultSignature": 202.0, "sdkType": "dotnet"}},
		{"CallAutomationMediaSummary", "ACSCallAutomationMediaSummary", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "c1", "operationName": "Play"}, map[string]any{
			"operationId": "o1", "playInLoop": "FALSE", "playToParticipant": "true", "resultCode": 200.0, "resultSubcode": 8533.0, "resultMessage": nil}},
		{"CallClientOperations", "ACSCallClientOperations", "2026-01-02T10:00:00.123Z", map[string]any{"operationName": "CreateView"}, map[string]any{"durationMs": 577.0,
			"callId": "c1", "participantId": "p1", "callClientTimeStamp": "2026-01-02T09:00:00Z", "operationPayload": `{"a":"b","c":1}`, "endpointId": nil}},
		{"ChatOperational", "ACSChatIncomingOperations", "2026-01-02T10:00:00.123Z", map[string]any{"operationName": "SendChatMessage", "durationMs": 12.0}, map[string]any{
			"chatThreadId": "19:t@thread.v2", "chatMessageId": "1613694358927", "userId": "acs:r_u", "resultSignature": 201.0}},
		{"RoomsOperational", "ACSRoomsIncomingOperations", "2026-01-02T10:00:00.123Z", map[string]any{"operationName": "CreateRoom", "durationMs": 12.0}, map[string]any{
			"roomId": "9911", "roomLifespan": 60.0, "pstnDialOutEnabled": "True"}},
		{"CallSurvey", "ACSCallSurvey", "2026-01-02T10:00:00.123Z", map[string]any{"correlationId": "p1"}, map[string]any{
			"surveyId": "s1", "callId": "c1", "overallRatingScore": 4.0, "audioRatingScore": 3.5, "videoRatingScore": nil}},
	}
	for _, r := range records {
		t.Run(r.category, func(t *testing.T) {
			var first schema.Event
			for seed := range 200 {
				rnd := rand.New(rand.NewPCG(uint64(seed), 1))
				value := r.envelope(rnd, seed%4)
				ev := one(t, value)
				if seed == 0 {
					first = ev
				}
				if ev.ID != first.ID || ev.Content != first.Content || ev.Kind != first.Kind || ev.Version != first.Version || !ev.Time.Equal(first.Time) {
					t.Fatalf("form %d gives %+v\nwant %+v\nfrom %s", seed%4, ev, first, value)
				}
				if len(ev.Unread) > 0 {
					t.Fatalf("form %d can't be read: %q, from %s", seed%4, ev.Unread, value)
				}
			}
			other := r
			other.properties = map[string]any{}
			for name, value := range r.properties {
				other.properties[name] = value
				if number, ok := value.(float64); ok {
					other.properties[name] = number + 1
				}
			}
			if ev := one(t, other.envelope(rand.New(rand.NewPCG(1, 1)), 0)); ev.Content == first.Content {
				t.Error("other numbers have the same content")
			}
		})
	}
}

// TestGridAndCloudEventsAgree holds Event Grid's two schemas against each other.
func TestGridAndCloudEventsAgree(t *testing.T) {
	for _, name := range []string{"CallStarted", "CallEnded", "CallParticipantAdded", "RecordingFileStatusUpdated", "ChatMessageReceived", "Unheard"} {
		const data = `{"correlationId":"c1","serverCallId":"s","participantId":"p","displayName":"Ann","user":{"rawId":"8:acs:a_b"},"durationOfCall":12.5,"recordingDurationMs":5,"messageBody":"secret"}`
		grid := fmt.Sprintf(`[{"id":"E1","topic":"/subscriptions/S/resourceGroups/R","subject":"/recording/call/c1/recordingId/r","eventType":"Microsoft.Communication.%s","eventTime":"2026-01-02T09:00:00.1234567Z","dataVersion":"1.0","metadataVersion":"1","data":%s}]`, name, data)
		cloud := fmt.Sprintf(`{"id":"E1","source":"/subscriptions/s/resourcegroups/r","subject":"/recording/call/c1/recordingId/r","type":"Microsoft.Communication.%s","time":"2026-01-02T09:00:00.1234567+00:00","specversion":"1.0","data":%s}`, name, data)
		a, b := one(t, grid), one(t, cloud)
		if a.ID != b.ID || a.Content != b.Content || a.Kind != b.Kind || a.Resource != b.Resource || a.Source != schema.SourceEventGrid {
			t.Errorf("%s:\n%+v\n%+v", name, a, b)
		}
		if other := one(t, strings.Replace(cloud, `"E1"`, `"E2"`, 1)); other.ID == a.ID || other.Content != a.Content {
			t.Errorf("%s with another id has the id %s and content %s, first %s and %s", name, other.ID, other.Content, a.ID, a.Content)
		}
	}
}
