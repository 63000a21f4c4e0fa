package decode

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/schema"
)

// benchSummary is a CallSummary record as Event Hubs brings it, of the size
// that facts about performance are stated for: about 1.6 kB.
var benchSummary = `{"records":[{"time":"2026-11-02T09:41:07.1234567Z",` +
	`"resourceId":"SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-CONTOSO-PROD/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS-CONTOSO-PROD",` +
	`"operationName":"CallSummary","operationVersion":"1.0","category":"CallSummary","correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","level":"Informational","location":"global",` +
	`"properties":{"identifier":"acs:1797dbb3-f982-47b0-b98e-6a76084454f1_0000000b-1531-729f-ac00-343a0d00d975","callStartTime":"2026-11-02T09:16:40.240Z","callDuration":87,"callType":"Group",` +
	`"teamsThreadId":"19:meeting_MjZiOTAyN2YtZWU1Yi00ZTZiLTk2ZDUtYTZlM2I2ZjgxOTkw@thread.v2","participantId":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","participantStartTime":"2026-11-02T09:16:44.235Z","participantDuration":"82",` +
	`"participantEndReason":"0","participantEndSubCode":"0","endpointId":"5ebd55df-1234-4f5e-89e6-4f3f0453b1a6","endpointType":"VoIP","sdkVersion":"1.0.0.3","osVersion":"Darwin Kernel Version 18.7.0: Mon Nov 9 15:07:15 PST 2020; root:xnu-4903.272.3~3/RELEASE_ARM64_S5L8960X",` +
	`"participantTenantId":"02cbdb3c-155a-4b95-b829-6d56a45787ca","participantType":"ACS as Teams external user","pstnParticipantCallType":"null","resultCategory":"Success",` +
	`"diagnosticOptions":"{\"appName\":\"contoso-care\",\"appVersion\":\"4.12.0\",\"tags\":[\"web\",\"eu\"]}","callDebuggingInfo":"` + strings.Repeat("d", 150) + `"}}]}`

const benchGrid = `[{"id":"615adcbd-23b2-4563-aba7-9d1b424d3d38","topic":"/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg-contoso/providers/microsoft.communication/communicationservices/acs-prod","subject":"call/aHR0cHM6Ly9jb252LWRldi0yMS5jb252LWRldi5za3lwZS5uZXQ6NDQzL2NvbnYvbVQ4NnVfempBMG05QVM4VnRvSWFrdz9pPTA/participant/8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1","data":{"user":{"communicationIdentifier":{"rawId":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1","communicationUser":{"id":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1"}},"role":"Attendee"},"displayName":"Sharif Edge","participantId":"041e3b8a-1cce-4ebf-b587-131312c39410","userAgent":"azsdk-js-communication-calling/1.19.2","startedBy":{"communicationIdentifier":{"rawId":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1","communicationUser":{"id":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1"}},"role":"Organizer"},"serverCallId":"aHR0cHM6Ly9jb252LWRldi0yMS5jb252LWRldi5za3lwZS5uZXQ6NDQzL2NvbnYvbVQ4NnVfempBMG05QVM4VnRvSWFrdz9pPTA","isTwoParty":false,"correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","isRoomsCall":false},"eventType":"Microsoft.Communication.CallParticipantAdded","dataVersion":"1.0","metadataVersion":"1","eventTime":"2026-11-02T09:16:44.2843314Z"}]`

const benchCalls = `[{"id":"bf59843a-888f-47ca-8d1c-885c1f5e71dc","source":"calling/callConnections/401f3500-62bd-46a9-8c09-9e1b06caca01","type":"Microsoft.Communication.RecordingStateChanged","data":{"recordingId":"eyJQbGF0Zm9ybUVuZHBvaW50SWQiOiI0MDFmM","state":"active","startDateTime":"2026-11-02T09:20:45.4394211+00:00","recordingKind":"azureCommunicationServices","callConnectionId":"401f3500-62bd-46a9-8c09-9e1b06caca01","serverCallId":"aHR0cHM6Ly9jb252LWRldi0yMS5jb252LWRldi5za3lwZS5uZXQ6NDQzL2NvbnYvbVQ4NnVfempBMG05QVM4VnRvSWFrdz9pPTA","correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d"},"time":"2026-11-02T09:20:45.5346632+00:00","specversion":"1.0","datacontenttype":"application/json","subject":"calling/callConnections/401f3500-62bd-46a9-8c09-9e1b06caca01"}]`

const benchOwn = `{"specversion":"1.0","id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2","source":"urn:contoso-care:web","type":"rollcall.notice.shown","time":"2026-11-02T09:20:46.012Z","datacontenttype":"application/json","data":{"callId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","participantId":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","rawId":"8:acs:1797dbb3-f982-47b0-b98e-6a76084454f1_0000000b-1531-729f-ac00-343a0d00d975","appId":"contoso-care","noticeId":"n1","capture":["recording","transcription"],"state":"started","surface":"banner","text":"This call is being recorded and transcribed.","locale":"en-GB","clockOffsetMs":-132}}`

const benchInsights = `{"records":[{"time":"2026-11-02T09:20:46.012Z","resourceId":"/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.INSIGHTS/COMPONENTS/CARE","Type":"AppEvents","Name":"rollcall.notice.shown","Properties":{"id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2","callId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","participantId":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","appId":"contoso-care","noticeId":"n1","capture":"[\"recording\",\"transcription\"]","state":"started","surface":"banner","text":"This call is being recorded and transcribed.","locale":"en-GB","clockOffsetMs":"-132"},"OperationId":"91d1","AppRoleName":"web"}]}`

const benchUsage = `{"records":[{"time":"2026-11-02T09:41:07.1234567Z","resourceId":"SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-CONTOSO-PROD/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS-CONTOSO-PROD","operationName":"Usage","operationVersion":"1.0","category":"Usage","correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","properties":{"recordID":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","usageType":"audio","unitType":"minutes","quantity":"1.366666","startTime":"2026-11-02T09:16:44.235Z","endTime":"2026-11-02T09:18:06.235Z","participantId":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","userIdA":"acs:1797dbb3-f982-47b0-b98e-6a76084454f1_0000000b-1531-729f-ac00-343a0d00d975"}}]}`

const benchOperation = `{"records":[{"time":"2026-11-02T09:41:07.1234567Z","resourceId":"SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-CONTOSO-PROD/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS-CONTOSO-PROD","operationName":"PauseRecording","category":"CallRecordingOperational","correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","properties":{"callConnectionId":"401f3500-62bd-46a9-8c09-9e1b06caca01","URI":"https://acs.communication.azure.com/calling/recordings/eyJQbGF0Zm9ybUVuZHBvaW50SWQiOiI0MDFm:pause?api-version=2025-05-15","resultType":"Succeeded","resultSignature":"202","durationMs":"130","sdkType":"dotnet","sdkVersion":"1.2"}}]}`

const benchChat = `[{"id":"4f614f97-c451-4b82-a8c9-1e30c3bfcda1","topic":"/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg-contoso/providers/microsoft.communication/communicationservices/acs-prod","subject":"thread/x/sender/y","data":{"messageBody":"Talk about new Thread Events in communication services","messageId":"1613783230064","metadata":{"key":"value","description":"A map of data associated with the message"},"type":"Text","version":"1613783230064","senderDisplayName":"Bob","senderCommunicationIdentifier":{"rawId":"8:acs:109f0644-b956-4cd9-87b1-71024f6e2f44_00000008-5cdb-4916-07fd-084822002624","communicationUser":{"id":"8:acs:109f0644-b956-4cd9-87b1-71024f6e2f44_00000008-5cdb-4916-07fd-084822002624"}},"composeTime":"2026-11-02T01:07:10.064+00:00","threadId":"19:meeting_5b3809e80e4a439d92c3316e273f4a2b@thread.v2","transactionId":"foMkntkKS0O/MhMlIE5Aag.1.1.1.1.1004077250.1"},"eventType":"Microsoft.Communication.ChatMessageReceivedInThread","dataVersion":"1.0","metadataVersion":"1","eventTime":"2026-11-02T01:07:10.5704596Z"}]`

const benchRoster = `{"@odata.type":"#microsoft.graph.callevent","@odata.id":"communications/onlineMeetings(joinWebUrl='https%253A%252F%252Fteams.microsoft.com%252Fl%252Fmeetup-join%252F19%25253ameeting_ZjY4%252540thread.v2%252F0')/meetingCallEvents","id":"n1","eventType":"rosterUpdated","eventDateTime":"2026-11-02T09:00:00.0000000Z","participants@delta":[{"info":{"identity":{"user":{"id":"f3ce5e01-0724-43c7-ae4d-80ca18703a96","displayName":"Abbie Wilkins","tenantId":"f69f5191-20ae-4093-8dae-3ec09edeb253"}}},"isInLobby":false,"id":"e1018298-976a-4956-93e8-f58e43b0016c"},{"info":{"identity":{"user":{"id":"e8bbbe0e-6e3d-42db-9082-213abbe8ee5c","displayName":"Owen Franklin","tenantId":"f69f5191-20ae-4093-8dae-3ec09edeb253"}}},"isInLobby":true,"id":"a7cc3ddb-a469-410d-8057-44dba3b0c073"}]}`

// benchRecord is a callRecord with twenty sessions.
var benchRecord = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords(sessions(segments()))/$entity","id":"e523d2ed-2966-4b6b-925b-754a88034cc5","version":3,"type":"groupCall","modalities":["audio"],"lastModifiedDateTime":"2026-11-02T10:00:00Z","startDateTime":"2026-11-02T09:00:00Z","endDateTime":"2026-11-02T09:30:00Z","sessions":[` +
	strings.TrimSuffix(strings.Repeat(`{"id":"e523d2ed-2966-4b6b-925b-754a88034cc5","modalities":["audio"],"startDateTime":"2026-11-02T09:00:01Z","endDateTime":"2026-11-02T09:10:00Z","caller":{"@odata.type":"#microsoft.graph.callRecords.participantEndpoint","userAgent":{"headerValue":"CallSignalingAgent (27/1.3)","platform":"windows","productFamily":"teams"},"associatedIdentity":{"id":"821809f5-0000-0000-0000-3b5136c0e777","displayName":"Abbie Wilkins","tenantId":"f69f5191-20ae-4093-8dae-3ec09edeb253"}},"callee":{"@odata.type":"#microsoft.graph.callRecords.serviceEndpoint"}},`, 20), ",") + `]}`

const benchMetadata = `{"resourceId":"631fa8d8-aab5-4ac5-8e15-261aa2590750","callId":"36cf910b-932c-4101-a443-04e11a98aba5","chunkDocumentId":"0-eus-d16-4d30207fd28f8fe681e1d5523b1ba242","chunkIndex":0,"chunkStartTime":"2026-09-30T22:24:34.9497016Z","chunkDuration":19320,"pauseResumeIntervals":[{"startTime":"2026-09-30T22:24:37.9450001Z","duration":5220}],"recordingInfo":{"contentType":"mixed","channelType":"audioVideo","format":"mp4"},"participants":[{"participantId":"8:acs:631fa8d8-aab5-4ac5-8e15-261aa2590750_0000000c-d8b0-8adc-73ff-234822000345"},{"participantId":"8:acs:631fa8d8-aab5-4ac5-8e15-261aa2590750_0000000c-d8ac-54af-5bf4-343a0d0001ac"}]}`

const benchOTLP = `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeLogs":[{"scope":{"name":"care"},"logRecords":[{"timeUnixNano":"1793611246012000000","eventName":"rollcall.notice.shown","attributes":[{"key":"id","value":{"stringValue":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2"}},{"key":"callId","value":{"stringValue":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d"}},{"key":"participantId","value":{"stringValue":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba"}},{"key":"appId","value":{"stringValue":"contoso-care"}},{"key":"noticeId","value":{"stringValue":"n1"}},{"key":"capture","value":{"arrayValue":{"values":[{"stringValue":"recording"},{"stringValue":"transcription"}]}}},{"key":"state","value":{"stringValue":"started"}},{"key":"surface","value":{"stringValue":"banner"}},{"key":"text","value":{"stringValue":"This call is being recorded and transcribed."}},{"key":"clockOffsetMs","value":{"intValue":"-132"}}]}]}]}]}`

const benchDiagnostics = `{"records":[{"time":"2026-11-02T09:41:07.1234567Z","resourceId":"SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-CONTOSO-PROD/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS-CONTOSO-PROD","operationName":"CallDiagnostics","operationVersion":"1.0","category":"CallDiagnostics","correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","properties":{"identifier":"acs:1797dbb3-f982-47b0-b98e-6a76084454f1_0000000b-1531-729f-ac00-343a0d00d975","participantId":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","endpointId":"5ebd55df-1234-4f5e-89e6-4f3f0453b1a6","endpointType":"VoIP","mediaType":"Video","streamId":"1363841599","transportType":"UDP","roundTripTimeAvg":"80","roundTripTimeMax":"100","jitterAvg":"1","jitterMax":"4","packetLossRateAvg":"3.146336E-05","packetLossRateMax":"0.0017"}}]}`

const benchSystem = `{"value":[{"subscriptionId":"s","changeType":"created","tenantId":"t","resource":"chats('19:meeting_ZjY4@thread.v2')/messages('1613694358927')","resourceData":{"@odata.type":"#microsoft.graph.chatMessage","id":"1613694358927","etag":"1613694358927","messageType":"systemEventMessage","createdDateTime":"2026-11-02T09:00:00Z","lastModifiedDateTime":"2026-11-02T09:00:00Z","chatId":"19:meeting_ZjY4@thread.v2","from":null,"eventDetail":{"@odata.type":"#microsoft.graph.callRecordingEventMessageDetail","callId":"bf075c2f-8b4f-4b5a-9c68-8e8f4d2c9a3c","callRecordingDisplayName":null,"callRecordingUrl":null,"callRecordingDuration":"PT0S","callRecordingStatus":"initial","initiator":{"user":{"id":"821809f5-0000-0000-0000-3b5136c0e777","displayName":null,"userIdentityType":"aadUser"}},"meetingOrganizer":{"user":{"id":"821809f5-0000-0000-0000-3b5136c0e777"}}}}}]}`

const benchUser = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id,displayName,userPrincipalName)","@odata.deltaLink":"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x","value":[{"id":"821809f5-0000-0000-0000-3b5136c0e777","displayName":"Abbie Wilkins","userPrincipalName":"abbie@contoso.com"}]}`

const benchTrace = `{"records":[{"time":"2026-11-02T09:20:46.012Z","resourceId":"/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.INSIGHTS/COMPONENTS/CARE","Type":"AppEvents","Name":"clicked","Properties":{"button":"mute","page":"call"},"OperationId":"91d1","AppRoleName":"web"}]}`

// BenchmarkDecode measures a message of each source, from bytes to normalised
// and hashed events, in processor time besides.
func BenchmarkDecode(b *testing.B) {
	for _, bench := range []struct {
		name, value string
		source      schema.Source
	}{
		{"Azure Monitor, CallSummary", benchSummary, schema.SourceAzureMonitor},
		{"Azure Monitor, Usage", benchUsage, schema.SourceAzureMonitor},
		{"Azure Monitor, CallDiagnostics", benchDiagnostics, schema.SourceAzureMonitor},
		{"Azure Monitor, recording operation", benchOperation, schema.SourceAzureMonitor},
		{"Event Grid, participant", benchGrid, schema.SourceEventGrid},
		{"Event Grid, chat, body dropped", benchChat, schema.SourceEventGrid},
		{"Call Automation, recording state", benchCalls, schema.SourceCallAutomation},
		{"Graph, roster change", benchRoster, schema.SourceGraph},
		{"Graph, chat notification", benchSystem, schema.SourceGraph},
		{"Graph, call record of 20 sessions", benchRecord, schema.SourceGraph},
		{"Graph, directory", benchUser, schema.SourceGraph},
		{"Recording metadata file", benchMetadata, schema.SourceRecordingFile},
		{"Own event, CloudEvent", benchOwn, schema.SourceRollcall},
		{"Own event, Application Insights", benchInsights, schema.SourceRollcall},
		{"Own event, OpenTelemetry", benchOTLP, schema.SourceRollcall},
		{"Other telemetry", benchTrace, schema.SourceAppInsights},
	} {
		b.Run(bench.name, func(b *testing.B) {
			d := New(Options{Drop: DefaultDrop(), HashKey: []byte("salt")})
			value := []byte(bench.value)
			b.SetBytes(int64(len(value)))
			b.ReportAllocs()
			before := processorTime()
			for b.Loop() {
				if r := d.Decode(value); len(r.Events) != 1 || r.Events[0].Source != bench.source {
					b.Fatalf("decoded to %+v", r)
				}
			}
			b.ReportMetric(float64((processorTime()-before).Nanoseconds())/float64(b.N)/1000, "cpu-µs/op")
		})
	}
}

// processorTime is what this process has used, collecting garbage included.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
