package jsondoc

import (
	"bytes"
	"encoding/json"
	"testing"
)

// callSummary is an Azure Monitor CallSummaryUpdates record of about 1.6 kB as
// Event Hubs delivers it, with the fields of the documented log schema.
const callSummary = `{"records":[{"time":"2025-07-19T18:34:05.1133421Z","resourceId":"SUBSCRIPTIONS/0C94DBBE-1A8C-4A7C-9E2C-6A4B8D1B7F11/RESOURCEGROUPS/CONTOSO-PROD-WEU/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/CONTOSO-CALLING","operationName":"CallSummaryUpdates","operationVersion":"1.0","category":"CallSummaryUpdates","correlationId":"8d1a8374-344d-4502-b54b-ba2d6daaf0ae","level":"Informational","location":"westeurope","properties":{"identifier":"acs:61fddbe3-0003-4066-97bc-6aaf143bbb84_0000000b-4fee-66cf-ac00-343a0d003158","callStartTime":"2025-07-19T17:54:05.1133421Z","callDuration":3960,"callType":"Group","teamsThreadId":"19:meeting_MjZiOTAyN2YtZWU1Yi00ZTZiLThkMjEtOTc0YzA3OTljOTQ1@thread.v2","participantId":"04cc26f5-a86d-481c-b9f9-7a40be4d6fba","participantStartTime":"2025-07-19T17:54:06.7580000Z","participantDuration":"3955","participantEndReason":"0","ParticipantEndSubCode":"0","endpointId":"570ea078-74e9-4430-9c67-464ba1fa5859","endpointType":"VoIP","sdkVersion":"1.36.2.0","osVersion":"Windows 10.0.17763 Arch: x64","participantTenantId":"72f988bf-86f1-41af-91ab-2d7cd011db47","participantType":"ACS as Teams external user","pstnParticipantCallType":"null","ResultCategory":"Success","DiagnosticOptions":"{\"appName\":\"contoso-visits\",\"appVersion\":\"4.11.0\",\"tags\":[\"web\",\"brand-a\"]}","callDebuggingInfo":"{\"mediaLegs\":2,\"relay\":\"euwe-07\",\"callerTrace\":\"5f0e1f3a-9f3e-4c39-9b1e-6d6e2f7f0a11\",\"conversationUrl\":\"https://api.flightproxy.skype.com/api/v2/cp/conv-euwe-02\"}","CallUpdatesVersion":"2","TPE":"false"}}]}`

// participantAdded is an Event Grid array with one CallParticipantAdded event,
// the documented example with realistic ids.
const participantAdded = `[{"id":"615adcbd-23b2-4563-aba7-9d1b424d3d38","topic":"/subscriptions/0c94dbbe-1a8c-4a7c-9e2c-6a4b8d1b7f11/resourcegroups/contoso-prod-weu/providers/microsoft.communication/communicationservices/contoso-calling","subject":"call/aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29t/participant/8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1","data":{"user":{"communicationIdentifier":{"rawId":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1","communicationUser":{"id":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1"}},"role":"Presenter"},"displayName":"Sharif Édge","participantId":"041e3b8a-1cce-4ebf-b587-131312c39410","endpointType":"acs-web-test-client-ACSWeb(3617/1.0.0.0/os=windows; browser=chrome; browserVer=93.0; deviceType=Desktop)/TsCallingVersion=_TS_BUILD_VERSION_/Ovb=_TS_OVB_VERSION_","startedBy":{"communicationIdentifier":{"rawId":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1","communicationUser":{"id":"8:acs:bc360ba8-d29b-4ef2-b698-769ebef85521_0000000c-1fb9-4878-07fd-0848220077e1"}},"role":"Presenter"},"serverCallId":"aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29tL2FwaS92Mi9jcC9jb252","group":{"id":"00000000-0000-0000-0000-000000000000"},"room":{"id":"99445276259151407"},"isTwoParty":false,"correlationId":"8d1a8374-344d-4502-b54b-ba2d6daaf0ae","isRoomsCall":true},"eventType":"Microsoft.Communication.CallParticipantAdded","dataVersion":"1.0","metadataVersion":"1","eventTime":"2025-09-22T17:02:39.2843314Z"}]`

// callSummaryFields are those that a decoder of call summaries asks for.
var callSummaryFields = []string{
	"identifier", "callStartTime", "callDuration", "callType", "teamsThreadId", "participantId",
	"participantStartTime", "participantDuration", "participantEndReason", "participantEndSubCode", "endpointId",
	"endpointType", "sdkVersion", "osVersion", "participantTenantId", "participantType", "pstnParticipantCallType",
	"resultCategory", "diagnosticOptions", "callDebuggingInfo", "callUpdatesVersion", "displayName", "tpe",
}

// indented is the document as the documentation prints it.
func indented(document string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(document), "", "  "); err != nil {
		panic(err)
	}
	return b.String()
}

func parseOne(t testing.TB, document string) Value {
	t.Helper()
	var p Parser
	p.Reset([]byte(document))
	v, err := p.Next()
	if err != nil {
		t.Fatalf("parse %.100q: %v", document, err)
	}
	return v
}
