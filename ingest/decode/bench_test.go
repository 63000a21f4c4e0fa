package decode

import (
	"strings"
	"testing"

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

// BenchmarkDecode measures a message of each source, from bytes to normalised
// and hashed events.
func BenchmarkDecode(b *testing.B) {
	for _, bench := range []struct {
		name, value string
		source      schema.Source
	}{
		{"azure_monitor", benchSummary, schema.SourceAzureMonitor},
		{"event_grid", benchGrid, schema.SourceEventGrid},
		{"call_automation", benchCalls, schema.SourceCallAutomation},
		{"rollcall_cloudevent", benchOwn, schema.SourceRollcall},
		{"rollcall_app_insights", benchInsights, schema.SourceRollcall},
	} {
		b.Run(bench.name, func(b *testing.B) {
			d := New(Options{Drop: DefaultDrop(), HashKey: []byte("salt")})
			value := []byte(bench.value)
			b.SetBytes(int64(len(value)))
			b.ReportAllocs()
			for b.Loop() {
				if r := d.Decode(value); len(r.Events) != 1 || r.Events[0].Source != bench.source {
					b.Fatalf("decoded to %+v", r)
				}
			}
		})
	}
}
