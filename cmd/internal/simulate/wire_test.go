package simulate

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const samples = "../../../testdata/samples"

// TestNamesAreThoseOfTheSamples: every member that a public sample has, some
// message of that kind has too.
func TestNamesAreThoseOfTheSamples(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no samples at", samples)
	}
	opt := SoakRun(5, day, 250)
	opt.LostEvidence, opt.Hurt = 0, 0
	opt.Noise, opt.OddForms = 0.8, 0.2
	messages, _ := simulation(opt)
	made := membersByKind(t, messages)
	for file, kind := range map[string]string{
		"azuremonitor/CallSummary.Group-VoIP1-teams-meeting.json":        "CallSummary",
		"azuremonitor/CallSummary.shared-fields-Group.json":              "CallSummary",
		"azuremonitor/CallSummary.Group-cross-tenant.json":               "CallSummary",
		"azuremonitor/CallSummaryUpdates.P2P-user1.json":                 "CallSummaryUpdates",
		"azuremonitor/CallRecordingSummary.one-recording.json":           "CallRecordingSummary",
		"callautomation/CallConnected.json":                              "Microsoft.Communication.CallConnected",
		"callautomation/ParticipantsUpdated.json":                        "Microsoft.Communication.ParticipantsUpdated",
		"callautomation/RecordingStateChanged.json":                      "Microsoft.Communication.RecordingStateChanged",
		"eventgrid/CallStarted.json":                                     "Microsoft.Communication.CallStarted",
		"eventgrid/CallEnded.json":                                       "Microsoft.Communication.CallEnded",
		"eventgrid/CallParticipantAdded.json":                            "Microsoft.Communication.CallParticipantAdded",
		"eventgrid/CallParticipantRemoved.json":                          "Microsoft.Communication.CallParticipantRemoved",
		"eventgrid/RecordingFileStatusUpdated.json":                      "Microsoft.Communication.RecordingFileStatusUpdated",
		"eventgrid/ChatMessageReceivedInThread.json":                     "Microsoft.Communication.ChatMessageReceivedInThread",
		"eventgrid/ChatMessageReceived.json":                             "Microsoft.Communication.ChatMessageReceived",
		"eventgrid_cloudevents/CallStarted.json":                         "Microsoft.Communication.CallStarted",
		"eventgrid/ChatMessageEdited.json":                               "Microsoft.Communication.ChatMessageEdited",
		"eventgrid/ChatMessageDeleted.json":                              "Microsoft.Communication.ChatMessageDeleted",
		"graph/callRecord.json":                                          "callRecord",
		"graph/callRecord.participants_v2.json":                          "callRecord",
		"graph/callRecording.decrypted.json":                             "callRecording",
		"graph/callTranscript.decrypted.json":                            "callTranscript",
		"graph/callTranscript.notification-with-resource-data.json":      "changeNotification",
		"graph/chatMessage.callEndedEventMessageDetail.json":             "callEndedEventMessageDetail",
		"graph/chatMessage.callRecordingEventMessageDetail.json":         "callRecordingEventMessageDetail",
		"graph/chatMessage.callStartedEventMessageDetail.json":           "callStartedEventMessageDetail",
		"graph/chatMessage.callTranscriptEventMessageDetail.json":        "callTranscriptEventMessageDetail",
		"graph/meetingCallEvents.callEnded.json":                         "callEvent",
		"graph/meetingCallEvents.rosterUpdated-inactive.json":            "callEvent",
		"graph/users-delta.default.json":                                 "user",
		"recording_metadata/acsmetadata.json":                            "acsmetadata",
		"azuremonitor/CallAutomationStreamingUsage.json":                 "CallAutomationStreamingUsage",
		"azuremonitor/CallAutomationOperational.Play.json":               "CallAutomationOperational",
		"azuremonitor/CallClosedCaptionsSummary.json":                    "ACSCallClosedCaptionsSummary",
		"azuremonitor/CallRecordingOperational.ResumeCallRecording.json": "CallRecordingOperational",
		"azuremonitor/CallDiagnostics.P2P-audio.json":                    "CallDiagnostics",
		"azuremonitor/CallClientOperations.CreateView.json":              "CallClientOperations",
	} {
		raw, err := os.ReadFile(filepath.Join(samples, file))
		if err != nil {
			t.Error(err)
			continue
		}
		want, have := map[string]bool{}, made[kind]
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		members("", v, want)
		if strings.HasPrefix(file, "azuremonitor/Call") && !strings.Contains(file, "Summary.") && !strings.Contains(file, "Updates") {
			want, have = columns(want), columns(have) // nested or flat, in any case
		}
		for m := range want {
			switch {
			case strings.Contains(m, "@odata.") || m == "tenantid" || strings.Contains(m, ".channelIdentity.") || strings.HasSuffix(m, ".userPrincipalName") || m == ".value.resourceData.id":
				continue // how it was fetched; the workspace's own; a channel's
			case m == "._note" || m == ".operationId" || m == ".title" || strings.HasPrefix(m, ".data.metadata."):
				continue // the sample's collector and its specification, not the wire
			case !have[m]:
				t.Errorf("%s: no message has %s; there are %v", file, m, slices.Sorted(maps.Keys(have)))
			}
		}
	}
}

// columns are the last parts of paths, in lower case.
func columns(paths map[string]bool) map[string]bool {
	out := map[string]bool{}
	for p := range paths {
		name := strings.ToLower(p[strings.LastIndexByte(p, '.')+1:])
		if name != "properties" {
			out[strings.TrimSuffix(name, " [utc]")] = true
		}
	}
	return out
}

// members lists the paths of all members below v, elements of arrays alike.
func members(path string, v any, out map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			out[path+"."+k] = true
			members(path+"."+k, x, out)
		}
	case []any:
		for _, x := range v {
			members(path, x, out)
		}
	}
}

// membersByKind lists, for each kind of event, the members that it ever has in
// an envelope that is not a flat row.
func membersByKind(t *testing.T, messages []Message) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, e := range events(t, messages) {
		kind := kindOf(e)
		if out[kind] == nil {
			out[kind] = map[string]bool{}
		}
		members("", e, out[kind])
	}
	return out
}

// events takes all messages apart.
func events(t *testing.T, messages []Message) []map[string]any {
	var out []map[string]any
	for _, m := range messages {
		if m.Spoilt {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(m.Value, []byte("\ufeff"))))
		for d.More() {
			var v any
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			if o, ok := v.(map[string]any); ok && o["records"] != nil {
				v = o["records"]
			}
			list, ok := v.([]any)
			if !ok {
				list = []any{v}
			}
			for _, x := range list {
				o := x.(map[string]any)
				if notes, ok := o["value"].([]any); ok && o["validationTokens"] != nil {
					for _, n := range notes {
						out = append(out, resourceOf(o, n.(map[string]any)))
					}
					continue
				}
				out = append(out, resourceOf(o, o))
			}
		}
	}
	return out
}

// resourceOf is the resource that a notification has with it; else all of it.
func resourceOf(whole, n map[string]any) map[string]any {
	for _, name := range []string{"decryptedContent", "contentDecryptedBySimulator"} {
		if r, ok := n[name].(map[string]any); ok {
			return r
		}
	}
	return whole
}

func kindOf(e map[string]any) string {
	if d, ok := e["eventDetail"].(map[string]any); ok {
		s := d["@odata.type"].(string)
		return s[strings.LastIndexByte(s, '.')+1:]
	}
	for member, kind := range map[string]string{"eventDateTime": "callEvent", "organizer_v2": "callRecord", "chunkDocumentId": "acsmetadata",
		"recordingContentUrl": "callRecording", "transcriptContentUrl": "callTranscript", "validationTokens": "changeNotification",
		"StreamingModality": "CallAutomationStreamingUsage"} {
		if e[member] != nil {
			return kind
		}
	}
	if s, ok := e["@odata.context"].(string); ok && strings.Contains(s, "#users") {
		return "user"
	}
	p, _ := e["properties"].(map[string]any)
	if p["callupdatesversion"] != nil {
		return "CallSummaryUpdates"
	}
	if p["RecordingId"] != nil {
		return "CallRecordingSummary"
	}
	for _, k := range []string{"eventType", "type", "category", "Name"} {
		if s, ok := e[k].(string); ok {
			return s
		}
	}
	s, _ := e["Category"].(string)
	return s
}

// TestFormsOccur: the forms that a reader has to know all come.
func TestFormsOccur(t *testing.T) {
	opt := SoakRun(6, day, 200)
	opt.OddForms, opt.Renames = 0.2, 0.3
	messages, _ := simulation(opt)
	missing := map[string]string{
		"Event Grid, flat identifier":   `"startedBy":{"rawId":`,
		"Event Grid, nested identifier": `"startedBy":{"communicationIdentifier":{"rawId":`,
		"Event Grid, typed":             `"callDurationInSeconds":`,
		"Event Grid as CloudEvent":      `"specversion":"1.0","data":{"startedBy"`,
		"array of CloudEvents":          `[{"specversion":"1.0"`,
		"records":                       `{"records":[{"time":`,
		"blob lines":                    "}}\n{\"time\":",
		"flat rows":                     `{"TimeGenerated":`,
		"row of AppEvents":              `"Type":"AppEvents"`,
		"ingestion body":                `"baseType":"EventData"`,
		"id without 8:":                 `"identifier":"acs:`,
		"notification":                  `{"value":[{"subscriptionId":`,
		"bare notification":             `"contentDecryptedBySimulator":`,
		"older call event":              `"eventType":"Microsoft.Communication.CallRosterUpdate"`,
		"oldest roster":                 `"activeParticipants@exited":`,
		"who was removed":               `"removedState":`,
		"who waits in the lobby":        `"isInLobby":true`,
		"page of sessions":              `/sessions(segments())","value":`,
		"other spelling of a message":   `#Microsoft.Teams.GraphSvc.call`,
		"who left the directory":        `"@removed":{"reason":`,
		"minimal form":                  `"value":[{"id":"`,
		"export from the portal":        `{"TimeGenerated [UTC]":"`,
		"blanks in a URI":               `/calling/recordings/   `,
		"Event Grid's dead letter":      `[{"deadLetterReason":`,
		"validation":                    `Microsoft.EventGrid.SubscriptionValidationEvent`,
		"OpenTelemetry":                 `{"resourceLogs":[`,
		"consent declined":              `"answer":"declined"`,
		"several documents":             `}][{`,
		"byte order mark":               "\ufeff",
		"CRLF":                          "\r\n",
		"no id":                         `"identifier":"null"`,
		"number as string":              `"participantDuration":"`,
		"number":                        `"callDuration":`,
		"stray space":                   `"participantId":" `,
		"upper case resource":           `"resourceId":"SUBSCRIPTIONS/`,
		"older callback source":         `/RecordingStateChanged","type"`,
		"clock offset":                  `"clockOffsetMs":`,
	}
	for _, m := range messages {
		for name, s := range missing {
			if bytes.Contains(m.Value, []byte(s)) {
				delete(missing, name)
			}
		}
	}
	for name := range missing {
		t.Errorf("no message in the form %q", name)
	}
}

// TestEventGridIsSilentOnMeetings: the service sends no call events of Teams
// meetings, nor of telephone legs, bots and Teams users.
func TestEventGridIsSilentOnMeetings(t *testing.T) {
	opt := SoakRun(8, day, 200)
	opt.Hurt = 0
	messages, truth := simulation(opt)
	teams := map[string]bool{}
	for _, c := range truth.Calls {
		teams[c.CallID] = c.Teams
	}
	grid := 0
	for _, e := range events(t, slices.DeleteFunc(messages, func(m Message) bool { return m.Source != "event_grid" })) {
		data := e["data"].(map[string]any)
		call, ok := data["correlationId"].(string)
		if !ok {
			continue
		}
		grid++
		if teams[call] {
			t.Fatalf("Event Grid speaks of a meeting: %v", e)
		}
		if s := e["subject"].(string); strings.Contains(s, "/participant/") && !strings.Contains(s, "8:acs:") {
			t.Fatalf("Event Grid speaks of %s", s)
		}
	}
	if grid == 0 {
		t.Error("no call events at all")
	}
}

// TestRepeatsKeepTheirID: one id is one event, whatever envelope it comes in.
func TestRepeatsKeepTheirID(t *testing.T) {
	opt := SoakRun(9, day, 60)
	opt.Duplicates, opt.Hurt = 0.5, 0
	messages, truth := simulation(opt)
	ids := map[string]bool{}
	for _, e := range events(t, slices.DeleteFunc(messages, func(m Message) bool { return m.Source != "call_automation" })) {
		ids[e["id"].(string)] = true
	}
	distinct := 0
	for _, n := range truth.Tallies.Distinct["call_automation"] {
		distinct += n
	}
	if len(ids) != distinct {
		t.Errorf("%d ids, %d distinct events", len(ids), distinct)
	}
}

// TestPolicyNamesTheResources of the messages, whatever else the options say.
func TestPolicyNamesTheResources(t *testing.T) {
	opt := DemoDay(day)
	_, truth := simulation(opt)
	var policy struct {
		Version int
		Apps    []struct {
			ID, Receipts, Tenant string
			Resources            []string
		}
	}
	if err := yaml.Unmarshal(Policy(opt), &policy); err != nil {
		t.Fatal(err)
	}
	app := map[string]string{}
	for _, a := range policy.Apps {
		for _, r := range a.Resources {
			app[strings.ToLower(r)] = a.ID
		}
	}
	for _, c := range truth.Calls {
		if app[c.Resource] != c.App {
			t.Fatalf("policy maps %s to %q, the truth to %q", c.Resource, app[c.Resource], c.App)
		}
	}
	var book struct {
		Rates []struct{ Meter, Rate string }
		Bots  []struct{ ID, Kind string }
	}
	if err := yaml.Unmarshal(PriceBook(opt), &book); err != nil {
		t.Fatal(err)
	}
	if len(book.Rates) < 6 || len(book.Bots) == 0 {
		t.Errorf("price book %+v", book)
	}
}
