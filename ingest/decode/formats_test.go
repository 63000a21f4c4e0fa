package decode

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/schema"
)

// A formatMessage is a message of one format, with what it is to be read as:
// source, kind and the members of its facts.
type formatMessage struct {
	name, value string
	want        string
}

// messagesOfFormats holds a message of every envelope and kind that the
// platform's documentation names, also of those of which there is no sample.
func messagesOfFormats() []formatMessage {
	return slices.Concat(gridMessages(), callbackMessages(), monitorMessages(), graphMessages(), otherMessages())
}

const (
	conversation = `"serverCallId":"aHR0cHM6Ly94OjQ0My9jb252L0FiP2k9MA","correlationId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d"`
	annModel     = `{"kind":"communicationUser","rawId":"8:acs:r_u","communicationUser":{"id":"8:acs:r_u"}}`
	teamsModel   = `{"rawId":"8:orgid:821809f5-0000-0000-0000-3b5136c0e777","microsoftTeamsUser":{"userId":"821809f5-0000-0000-0000-3b5136c0e777","isAnonymous":false,"cloud":"public"}}`
)

// gridMessages are the events of Event Grid, in its own schema.
func gridMessages() []formatMessage {
	const user = conversation + `,"isTwoParty":false,"isRoomsCall":false,"user":{"communicationIdentifier":` + annModel + `,"role":"Attendee"},"startedBy":{"communicationIdentifier":` + annModel + `,"role":"Organizer"},"participantId":"041e3b8a-1cce-4ebf-b587-131312c39410","displayName":"Ann",`
	const flat = conversation + `,"user":{"rawId":"8:acs:r_u","communicationUser":{"id":"8:acs:r_u"},"role":"Attendee"},"participantId":"041e3b8a-1cce-4ebf-b587-131312c39410","displayName":"Ann",`
	const said = `"transactionId":"x.1","threadId":"` + meetingThread + `","messageId":"1613694358927","senderId":"8:acs:r_u","senderCommunicationIdentifier":` + annModel + `,"senderDisplayName":"Ann","composeTime":"2026-01-02T01:00:00-08:00","type":"Text","messageBody":"secret","metadata":{"a":"b"},`
	const toUser = `"recipientId":"8:acs:r_v","recipientCommunicationIdentifier":` + teamsModel + `,`
	const thread = `"transactionId":"x.1","threadId":"19:t@thread.v2","createdByCommunicationIdentifier":` + annModel + `,"properties":{"topic":"x"},"createTime":"2026-01-02T09:00:00+00:00",`
	const person = `{"displayName":"Ann","participantCommunicationIdentifier":` + annModel + `,"metadata":{}}`
	var out []formatMessage
	add := func(name, kind, data, facts string) {
		out = append(out, formatMessage{name, strings.Replace(gridOf(kind, strings.TrimSuffix(data, ",")), `"subject":"thread/x"`, `"subject":"/recording/call/6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d/serverCallId/aHR0cHM6Ly94OjQ0My9jb252L0FiP2k9MA/recordingId/rA"`, 1),
			strings.TrimSpace("event_grid Microsoft.Communication." + kind + " " + facts)})
	}
	add("of 2021: flat", "CallStarted", conversation+`,"startedBy":{"rawId":"8:acs:r_u","communicationUser":{"id":"8:acs:r_u"},"role":"{role}"}`, "call_bound")
	add("of 2022: nested", "CallStarted", conversation+`,"startedBy":{"communicationIdentifier":`+annModel+`,"role":"Organizer"},"group":{"id":"g"},"room":{"id":"99"},"isTwoParty":null`, "call_bound")
	add("of 2022: seconds", "CallEnded", conversation+`,"durationOfCall":49.728617199999995`, "call_bound")
	add("of 2025: typed", "CallEnded", conversation+`,"callDurationInSeconds":49.7,"endedBy":{"communicationIdentifier":`+annModel+`,"type":"Participant","name":"x"},"reason":{"code":0,"subCode":5000,"phrase":"x"}`, "call_bound")
	add("of 2021: flat", "CallParticipantAdded", flat+`"endpointType":"agent"`, "presence")
	add("of 2022: nested", "CallParticipantAdded", user+`"endpointType":"agent"`, "presence")
	add("of 2025: typed", "CallParticipantAdded", user+`"userAgent":"agent"`, "presence")
	add("of 2021: flat", "CallParticipantRemoved", flat, "presence")
	add("of 2025: typed", "CallParticipantRemoved", user+`"userAgent":"agent"`, "presence")
	add("", "IncomingCall", conversation+`,"to":`+teamsModel+`,"from":{"kind":"phoneNumber","rawId":"4:+14255550123","phoneNumber":{"value":"+14255550123"}},"callerDisplayName":"Bob","customContext":{"sipHeaders":{},"voipHeaders":{}},"incomingCallContext":"eyJhb.secret","onBehalfOfCallee":`+annModel, "incoming")
	add("", "RecordingFileStatusUpdated", `"recordingStorageInfo":{"recordingChunks":[{"documentId":"0-a","index":0,"endReason":"SessionEnded","contentLocation":"https://x","metadataLocation":"https://x","deleteLocation":"https://x"}]},"recordingStartTime":"2026-01-02T09:00:00.1234567Z","recordingDurationMs":"6620","recordingContentType":"AudioVideo","recordingChannelType":"Mixed","recordingFormatType":"Mp4","sessionEndReason":"CallEnded"`, "recording")
	for _, m := range []struct{ kind, data, facts string }{
		{"ChatMessageReceived", said + toUser + `"version":1613694358927`, "message"},
		{"ChatMessageEdited", said + toUser + `"version":1613694358928,"editTime":"2026-01-02T09:00:01Z"`, "message"},
		{"ChatMessageDeleted", said + toUser + `"version":1613694358929,"deleteTime":"2026-01-02T09:00:01Z"`, "message"},
		{"ChatMessageReceivedInThread", said + `"version":"1613694358927"`, "message"},
		{"ChatMessageEditedInThread", said + `"version":"1613694358928","editTime":"2026-01-02T09:00:01Z"`, "message"},
		{"ChatMessageDeletedInThread", said + `"version":"1613694358929","deleteTime":"2026-01-02T09:00:01Z"`, "message"},
		{"ChatAzureBotCommandReceivedInThread", said + `"version":"1"`, "message"},
		{"ChatTypingIndicatorReceivedInThread", `"threadId":"19:t@thread.v2","senderDisplayName":"Ann"`, ""},
		{"ChatThreadCreated", thread + `"version":1,"participants":[` + person + `]`, "thread"},
		{"ChatThreadCreatedWithUser", thread + toUser + `"version":1,"participants":[` + person + `],"members":[{"displayName":"Ann","memberId":"8:acs:r_u"}]`, "thread"},
		{"ChatThreadDeleted", thread + `"deletedByCommunicationIdentifier":` + annModel + `,"deleteTime":"2026-01-02T10:00:00Z","version":2`, "thread"},
		{"ChatThreadWithUserDeleted", thread + toUser + `"deletedByCommunicationIdentifier":` + annModel + `,"deleteTime":"2026-01-02T10:00:00Z","version":2`, "thread"},
		{"ChatThreadPropertiesUpdated", thread + `"updatedByCommunicationIdentifier":` + annModel + `,"updateTime":"2026-01-02T10:00:00Z","version":3`, "thread"},
		{"ChatThreadPropertiesUpdatedPerUser", thread + toUser + `"updatedByCommunicationIdentifier":` + annModel + `,"updateTime":"2026-01-02T10:00:00Z","version":3`, "thread"},
		{"ChatThreadParticipantAdded", thread + `"time":"2026-01-02T10:00:00Z","addedByCommunicationIdentifier":` + annModel + `,"participantAdded":` + person, "thread"},
		{"ChatParticipantAddedToThreadWithUser", thread + toUser + `"time":"2026-01-02T10:00:00Z","addedByCommunicationIdentifier":` + annModel + `,"participantAdded":` + person, "thread"},
		{"ChatThreadParticipantRemoved", thread + `"time":"2026-01-02T10:00:00Z","removedByCommunicationIdentifier":` + annModel + `,"participantRemoved":` + person, "thread"},
		{"ChatParticipantRemovedFromThreadWithUser", thread + toUser + `"time":"2026-01-02T10:00:00Z","removedByCommunicationIdentifier":` + annModel + `,"participantRemoved":` + person, "thread"},
	} {
		add("", m.kind, m.data, m.facts)
	}
	const validation = `{"id":"v","topic":"/subscriptions/s","subject":"","eventType":"Microsoft.EventGrid.Subscription%s","eventTime":"2026-01-02T09:00:00Z","metadataVersion":"1","dataVersion":"1","data":{"validationCode":"secret","validationUrl":"https://x?secret"}}`
	return append(out,
		formatMessage{"validation", "[" + fmt.Sprintf(validation, "ValidationEvent") + "]", "event_grid Microsoft.EventGrid.SubscriptionValidationEvent"},
		formatMessage{"deletion", "[" + fmt.Sprintf(validation, "DeletedEvent") + "]", "event_grid Microsoft.EventGrid.SubscriptionDeletedEvent"},
		formatMessage{"unknown type", gridOf("CallExploded", conversation), "event_grid unknown"},
		formatMessage{"of another service", `{"specversion":"1.0","type":"Microsoft.Storage.BlobCreated","source":"/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a","id":"b","time":"2026-01-02T09:00:00Z","subject":"blobServices/default","data":{"api":"PutBlockList"}}`, "event_grid unknown"},
		formatMessage{"of a stranger", `{"specversion":"1.0","type":"com.example.thing","source":"urn:x","id":"b","data":5}`, "unknown unknown"},
	)
}

// callbackMessages are the callbacks of Call Automation.
func callbackMessages() []formatMessage {
	const result = `"resultInformation":{"code":200,"subCode":0,"message":"x"},`
	const who = `"participant":` + annModel + `,`
	var out []formatMessage
	for _, m := range []struct{ kinds, data, facts string }{
		{"CallConnected CallDisconnected", "", "call_bound"},
		{"CallTransferAccepted CallTransferFailed", result + `"transferTarget":` + annModel + `,"transferee":` + teamsModel, "request"},
		{"AnswerFailed CreateCallFailed ConnectFailed HoldFailed", result, "request"},
		{"ParticipantsUpdated", `"participants":[{"identifier":` + annModel + `,"isMuted":false,"isOnHold":false},{"identifier":` + teamsModel + `}],"sequenceNumber":"3"`, "roster"},
		{"AddParticipantSucceeded AddParticipantFailed RemoveParticipantSucceeded RemoveParticipantFailed MoveParticipantSucceeded MoveParticipantFailed", result + who, "request"},
		{"CancelAddParticipantSucceeded CancelAddParticipantFailed", result + `"invitationId":"i"`, "request"},
		{"RecordingStateChanged", `"recordingId":"rA","state":"active","startDateTime":"2026-01-02T09:00:00.1234567+00:00","recordingKind":"azureCommunicationServices"`, "recording_state"},
		{"RecordingStateChanged", `"recordingId":"rA","state":"Inactive","startDateTime":"2026-01-02T09:00:00Z","recordingKind":"Teams"`, "recording_state"},
		{"RecordingStateChanged", `"recordingId":"rA","state":"inactive","recordingKind":"teamsCompliance"`, "recording_state"},
		{"StartRecordingFailed", result + `"recordingId":"rA"`, "request"},
		{"TranscriptionStarted TranscriptionUpdated TranscriptionStopped TranscriptionFailed", `"transcriptionUpdate":{"transcriptionStatus":"transcriptionResumed","transcriptionStatusDetails":"streamConnectionReestablished"}`, "transcription"},
		{"MediaStreamingStarted MediaStreamingStopped MediaStreamingFailed", `"mediaStreamingUpdate":{"contentType":"Audio","mediaStreamingStatus":"mediaStreamingStarted","mediaStreamingStatusDetails":"subscriptionStarted"}`, "media_streaming"},
		{"PlayStarted PlayCompleted PlayFailed PlayCanceled", result + `"failedPlaySourceIndex":0`, "play"},
		{"RecognizeCompleted RecognizeFailed RecognizeCanceled", result + `"recognitionType":"dtmf","dtmfResult":{"tones":["one","pound"]}`, "recognition"},
		{"RecognizeCompleted", result + `"recognitionType":"choices","choiceResult":{"label":"Yes","recognizedPhrase":"yes"}`, "recognition"},
		{"RecognizeCompleted", result + `"recognitionType":"speech","speechResult":{"speech":"I agree"}`, "recognition"},
		{"ContinuousDtmfRecognitionToneReceived", `"tone":"five","sequenceId":1`, "recognition"},
		{"ContinuousDtmfRecognitionToneFailed ContinuousDtmfRecognitionStopped", result, ""},
		{"SendDtmfTonesCompleted SendDtmfTonesFailed", result, "request"},
		{"CallTeleported", result, ""},
	} {
		for kind := range strings.FieldsSeq(m.kinds) {
			want := "call_automation Microsoft.Communication." + kind + " " + m.facts
			if kind == "CallTeleported" {
				want = "call_automation unknown"
			}
			data := strings.TrimSuffix(`"callConnectionId":"401f3500-62bd-46a9-8c09-9e1b06caca01",`+conversation+`,"operationContext":"notice",`+m.data, ",")
			out = append(out, formatMessage{"", `[{"id":"bf59843a-888f-47ca-8d1c-885c1f5e71dc","source":"calling/callConnections/401f3500-62bd-46a9-8c09-9e1b06caca01","type":"Microsoft.Communication.` + kind +
				`","specversion":"1.0","datacontenttype":"application/json","time":"2026-01-02T09:00:00.9129474+00:00","subject":"calling/callConnections/401f3500-62bd-46a9-8c09-9e1b06caca01","data":{` + data + `}}]`, strings.TrimSpace(want)})
		}
	}
	return out
}

// monitorMessages are the categories and tables of Azure Monitor's logs.
func monitorMessages() []formatMessage {
	rows := []struct{ category, table, properties, facts string }{
		{"Usage", "ACSBillingUsage", `"RecordId":"u1","UsageType":"Audio","UnitType":"Minutes","Quantity":"1.25","StartTime":"2026-01-02T09:00:00Z","EndTime":"2026-01-02T09:01:15Z","ParticipantId":"p","UserIdA":"acs:r_u","UserIdB":"+14255550123"`, "usage"},
		{"CallSummary", "ACSCallSummary", summaryProperties, "summary"},
		{"CallSummaryUpdates", "ACSCallSummaryUpdates", summaryProperties + `,"CallUpdatesVersion":3,"TPE":"true"`, "summary"},
		{"CallDiagnostics", "ACSCallDiagnostics", diagnosticProperties, "media"},
		{"CallDiagnosticUpdates", "ACSCallDiagnosticsUpdates", diagnosticProperties + `,"CallUpdatesVersion":"2"`, "media"},
		{"CallRecordingSummary", "ACSCallRecordingSummary", `"RecordingId":"rA","RecordingStartTime":"2026-01-02T09:00:00.0000000Z","RecordingLength":"73872.94","ChunkCount":6,"ContentType":"Audio - Video","ChannelType":"mixed","FormatType":"mp4","AudioChannelsCount":"1","RecordingEndReason":"CallEnded"`, "recording"},
		{"CallRecordingOperational", "ACSCallRecordingIncomingOperations", `"CallConnectionId":"k","ServerCallId":"s","OperationName":"ResumeCallRecording","URI":"https://acs/calling/recordings/ rA :resume?api-version=1","ResultType":"Succeeded","ResultSignature":"202","DurationMs":"130"`, "recording_operation"},
		{"CallClosedCaptionsSummary", "ACSCallClosedCaptionsSummary", `"OperationName":"ClosedCaptionsSummary","SpeechRecognitionSessionId":"s","SpokenLanguage":"en-us","StartTime":"2026-01-02T09:00:00Z","Duration":"666.66","EndReason":"Stopped","CancelReason":"","ResultType":"Succeeded"`, "captions"},
		{"CallSurvey", "ACSCallSurvey", `"SurveyId":"s","CallId":"c1","ParticipantId":"p","OverallRatingScore":"4","OverallRatingScoreLowerBound":1,"AudioRatingScore":5,"ScreenshareRatingScore":"null"`, "survey"},
		{"CallClientOperations", "ACSCallClientOperations", `"CallClientTimeStamp":"2026-01-02T09:00:00Z","OperationName":"state-changed","OperationType":"client-api-request","CallId":"c1","ParticipantId":"p","EndpointId":"e","DurationMs":"577","SdkVersion":"1.19.2","UserAgent":"x","OperationPayload":"{\"a\":1}"`, "operation"},
		{"CallClientMediaStatsTimeSeries", "ACSCallClientMediaStatsTimeSeries", `"MetricName":"x"`, ""},
		{"CallAutomationOperational", "ACSCallAutomationIncomingOperations", `"OperationName":"Play","SubOperationName":"x","OperationId":"o","CallConnectionId":"k","ServerCallId":"s","ResultType":"Succeeded","ResultSignature":202,"DurationMs":"82.4"`, "operation"},
		{"CallAutomationMediaSummary", "ACSCallAutomationMediaSummary", `"OperationName":"Play","OperationId":"o","PlayInLoop":"FALSE","PlayToParticipant":"TRUE","PlayInterrupted":"FALSE","ResultCode":"200","ResultSubcode":"0","ResultType":"Completed"`, "operation"},
		{"CallAutomationStreamingUsage", "ACSCallAutomationStreamingUsage", `"CallConnectionId":"k","StreamingModality":"AudioStreamingUnmixed","StreamingStartTime":"2026-01-02T09:00:00Z","StreamingDurationInMs":"1172487.9394","StreamingSessionId":"s","ParticipantId":"p"`, "streaming"},
		{"CallAutomationStreamingUsage", "ACSCallAutomationStreamingUsage", `"StreamingModality":"Transcription","StreamingStartTime":"2026-01-02T09:00:00Z","StreamingDurationInMs":1000,"StreamingSessionId":"s","ParticipantId":"p"`, "span streaming"},
		{"ChatOperational", "ACSChatIncomingOperations", `"OperationName":"SendChatMessage","ChatMessageId":"16","ChatThreadId":"19:t@thread.v2","UserId":"acs:r_u","ResultType":"Succeeded","ResultSignature":"201","DurationMs":12`, "operation"},
		{"RoomsOperational", "ACSRoomsIncomingOperations", `"OperationName":"CreateRoom","RoomId":"99","RoomLifespan":60,"PstnDialOutEnabled":"True"`, "operation"},
		{"AuthOperational", "ACSAuthIncomingOperations", `"Identity":"x","Scopes":"chat"`, ""},
		{"JobRouterOperational", "ACSJobRouterIncomingOperations", `"EntityId":"x"`, ""},
		{"SMSOperational", "ACSSMSIncomingOperations", `"MessageId":"x"`, ""},
		{"AdvancedMessagingOperational", "ACSAdvancedMessagingOperations", `"ChannelId":"x"`, ""},
		{"EmailSendMailOperational", "ACSEmailSendMailOperational", `"Size":1`, ""},
		{"EmailStatusUpdateOperational", "ACSEmailStatusUpdateOperational", `"RecipientId":"x"`, ""},
		{"EmailUserEngagementOperational", "ACSEmailUserEngagementOperational", `"EngagementType":"view"`, ""},
		{"OptOutManagementOperational", "ACSOptOutManagementOperations", `"x":1`, ""},
		{"CallingMetrics", "ACSCallingMetrics", `"x":1`, ""},
		{"CallClientServiceRequestAndOutcome", "ACSCallClientServiceRequestAndOutcome", `"x":1`, ""},
	}
	var out []formatMessage
	for _, r := range rows {
		want := strings.TrimSpace("azure_monitor " + r.category + " " + r.facts)
		out = append(out,
			formatMessage{"record", `{"records":[{"time":"2026-01-02T10:00:00.1234567Z","resourceId":"SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS","operationVersion":"1.0","category":"` + r.category + `","correlationId":"c1","level":"Informational","properties":{` + r.properties + `}}]}`, want},
			formatMessage{"line of a blob", `{"time":"2026-01-02T10:00:00Z","category":"` + r.category + `","correlationId":"c1","properties":{` + r.properties + `}}`, want},
			formatMessage{"row of a table", `{"TenantId":"w","SourceSystem":"Azure","TimeGenerated":"2026-01-02T10:00:00.1234567Z","CorrelationId":"c1",` + r.properties + `,"Type":"` + r.table + `","_ResourceId":"/subscriptions/s","_BilledSize":1,"_IsBillable":"true"}`, want},
			formatMessage{"row from the portal", `{"TimeGenerated [UTC]":"1/2/2026, 10:00:00.123 AM","CorrelationId":"c1",` + r.properties + `,"Type":"` + r.table + `"}`, want})
	}
	return append(out,
		formatMessage{"update under the plain category", `{"records":[{"time":"2026-01-02T10:00:00Z","category":"CallSummary","operationName":"CallSummary","correlationId":"c1","properties":{` + summaryProperties + `,"callupdatesversion":"2"}}]}`, "azure_monitor CallSummaryUpdates summary"},
		formatMessage{"name of the documentation", `{"records":[{"time":"2026-01-02T10:00:00Z","category":"RecordingSummary","operationName":"Call Recording Summary","properties":{"RecordingId":"rA"}}]}`, "azure_monitor CallRecordingSummary recording"},
		formatMessage{"name of the documentation", `{"Category":"ACSCallClosedCaptionsSummary","TimeGenerated":"2026-01-02T10:00:00Z","SpeechRecognitionSessionId":"s"}`, "azure_monitor CallClosedCaptionsSummary captions"},
		formatMessage{"category that is new", `{"records":[{"time":"2026-01-02T10:00:00Z","category":"CallTelepathy","properties":{"correlationId":"c1"}}]}`, "azure_monitor unknown"},
		formatMessage{"category of another service", `{"time":"2026-01-02T10:00:00Z","category":"AuditLogs","operationName":"Add user","properties":{}}`, "azure_monitor unknown"})
}

const summaryProperties = `"identifier":" acs:R_U","callStartTime":"2026-01-02T09:00:00Z","callDuration":87,"callType":"Group","teamsThreadId":"null","participantId":" 04cc26f5-a86d-481c-b9f9-7a40be4d6fba","participantStartTime":"2026-01-02T09:00:04Z","participantDuration":"82","participantEndReason":"0","endpointId":"5ebd55df-1234-4f5e-89e6-4f3f0453b1a6","endpointType":"VoIP","sdkVersion":"Redacted","osVersion":"Redacted","participantTenantId":"t","participantType":"ACS as Teams external user","pstnParticipantCallType":"null","ResultCategory":"Success","DiagnosticOptions":"{\"appName\":\"care\"}","callDebuggingInfo":"x"`

const diagnosticProperties = `"identifier":"acs:R_U","participantId":"p","endpointId":"e","endpointType":"VoIP","mediaType":"Video","streamId":"1","transportType":"UDP","roundTripTimeAvg":"82","packetLossRateAvg":"3.146336E-05","StreamDirection":"Outbound","CodecName":"h264"`

// graphMessages are what Microsoft Graph sends and answers.
func graphMessages() []formatMessage {
	const people = `"participants_v2":[{"id":"x","identity":{"azureCommunicationServicesUser":{"id":"8:acs:R_U","displayName":"Ann (External)","azureCommunicationServicesResourceId":"r"}},"administrativeUnitInfos":[]}]`
	notification := func(inner string) string {
		return `{"value":[{"subscriptionId":"s","clientState":"secret","changeType":"updated","tenantId":"t","resource":"communications/onlineMeetings(joinWebUrl='` + meetingURL + `')/meetingCallEvents","subscriptionExpirationDateTime":"2026-01-03T09:00:00Z",` + inner + `}],"validationTokens":["secret"]}`
	}
	system := func(kind, more string) string {
		return `{"id":"1613694358927","etag":"1613694358927","messageType":"systemEventMessage","createdDateTime":"2026-01-02T09:00:00Z","chatId":"` + meetingThread + `","from":null,"body":{"contentType":"html","content":"<systemEventMessage/>"},"eventDetail":{"@odata.type":"` + kind + `","callId":"c9","initiator":{"user":{"id":"` + ownerGUID + `","displayName":null}}` + more + `}}`
	}
	const event = `"@odata.type":"#microsoft.graph.callevent","@odata.id":"communications/onlineMeetings(joinWebUrl='https%253A%252F%252Fteams.microsoft.com%252Fl%252Fmeetup-join%252F19%25253ameeting_ZjY4%252540thread.v2%252F0')/meetingCallEvents","id":"n1","eventDateTime":"2026-01-02T09:00:00.0000000Z"`
	const one = `{"info":{"identity":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}}},"isInLobby":false,"id":"p1"}`
	const older = `{"Id":"p1","Info":{"Identity":{"User":{"Id":"` + ownerGUID + `","DisplayName":"Abbie"}}}}`
	const pages = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords('e523d2ed-2966-4b6b-925b-754a88034cc5')/`
	const meetingID = `"meetingId":"MSo5NzZmNGIzMS1mZDAxLTRlMGItOTE3OC0yOWNjNDBjMTQ0MzgqMCoqMTk6bWVldGluZ19aalk0TXpRNU9UQXRZamxqWWkwMFpESXdMVGczTkdZdFptUTNNRGhtWm1FMk9EVTNAdGhyZWFkLnYy","meetingOrganizer":{"user":{"id":"` + ownerGUID + `","tenantId":"t","userIdentityType":"aadUser"}}`
	return []formatMessage{
		{"callRecord", callRecordOf(`,"organizer_v2":{"identity":{"user":{"id":"` + ownerGUID + `"}}},` + people + recordSessions), "graph callRecord record"},
		{"callRecord by its type", `{"@odata.type":"#microsoft.graph.callRecords.callRecord","id":"e523d2ed-2966-4b6b-925b-754a88034cc5","version":1,"type":"peerToPeer"}`, "graph callRecord record"},
		{"list of callRecords", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords","value":[{"id":"e523d2ed-2966-4b6b-925b-754a88034cc5","version":1}]}`, "graph callRecord record"},
		{"page of sessions", pages + `sessions(segments())","@odata.nextLink":"x","value":[{"id":"s1","startDateTime":"2026-01-02T09:00:01Z","endDateTime":"2026-01-02T09:10:00Z","caller":{"associatedIdentity":{"id":"` + ownerGUID + `"}}}]}`, "graph callRecordSession record"},
		{"page of participants", pages + `participants_v2","value":[{"id":"x","identity":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}}}]}`, "graph callRecordParticipant record"},
		{"callStarted", `{` + event + `,"eventType":"callStarted"}`, "graph callEvent call_bound"},
		{"callEnded, as the resource names it", `{` + event + `,"callEventType":"callEnded"}`, "graph callEvent call_bound"},
		{"rosterUpdated", `{` + event + `,"eventType":"rosterUpdated","participants@delta":[` + one + `,{"id":"p2","removedState":{"reason":"Removed"}}]}`, "graph callEvent roster_change"},
		{"callStarted, older", `{` + event + `,"eventType":"Microsoft.Communication.CallStarted","state":"active"}`, "graph callEvent call_bound"},
		{"callEnded, older", `{` + event + `,"eventType":"Microsoft.Communication.CallEnded","state":"inactive"}`, "graph callEvent call_bound"},
		{"roster, oldest", `{` + event + `,"eventType":"Microsoft.Communication.CallRosterUpdate","activeParticipants@joined":[` + older + `],"activeParticipants@exited":[{"Id":"p2"}]}`, "graph callEvent roster_change"},
		{"roster, older", `{` + event + `,"eventType":"Microsoft.Communication.CallRosterUpdate","activeParticipants@delta":[` + older + `],"activeParticipants@remove":[{"id":"p2"}]}`, "graph callEvent roster_change"},
		{"encrypted notification", notification(`"resourceData":{"@odata.id":"x","@odata.type":"#microsoft.graph.callevent","id":"n1"},"encryptedContent":{"data":"x","dataSignature":"x","dataKey":"x","encryptionCertificateId":"x","encryptionCertificateThumbprint":"x"}`), "graph changeNotification notification"},
		{"encrypted notification, capital", notification(`"resourceData":{"@odata.type":"#Microsoft.Graph.callTranscript","id":"n1"},"EncryptedContent":{"data":"x"}`), "graph changeNotification notification"},
		{"notification without its envelope", `{"subscriptionId":"s","changeType":"created","tenantId":"t","resource":"communications/onlineMeetings/getAllRecordings","resourceData":{"@odata.type":"#Microsoft.Graph.callRecording","id":"x"}}`, "graph changeNotification notification"},
		{"notification of a call record", notification(`"resourceData":{"@odata.type":"#microsoft.graph.callrecord","@odata.id":"communications/callRecords/x","id":"x"}`), "graph changeNotification notification"},
		{"decrypted in its notification", notification(`"resourceData":{` + event + `,"eventType":"callStarted"}`), "graph callEvent call_bound"},
		{"lifecycle: missed", `{"value":[{"subscriptionId":"s","lifecycleEvent":"missed","clientState":"secret"}]}`, "graph lifecycleNotification notification"},
		{"lifecycle: reauthorizationRequired", `{"value":[{"lifecycleEvent":"reauthorizationRequired","subscriptionId":"s","subscriptionExpirationDateTime":"2026-01-03T09:00:00Z","resource":"x"}]}`, "graph lifecycleNotification notification"},
		{"lifecycle: subscriptionRemoved", `{"value":[{"lifecycleEvent":"subscriptionRemoved","subscriptionId":"s","tenantId":"t"}]}`, "graph lifecycleNotification notification"},
		{"recording began", system("#microsoft.graph.callRecordingEventMessageDetail", `,"callRecordingStatus":"initial","callRecordingDuration":null,"callRecordingUrl":null`), "graph chatMessage capture_message span"},
		{"recording is there", system("#microsoft.graph.callRecordingEventMessageDetail", `,"callRecordingStatus":"success","callRecordingDuration":"PT24.2S","callRecordingUrl":"https://x"`), "graph chatMessage capture_message span"},
		{"recording failed", system("#microsoft.graph.callRecordingEventMessageDetail", `,"callRecordingStatus":"failure"`), "graph chatMessage capture_message"},
		{"recording, the other spelling", system("#Microsoft.Teams.GraphSvc.callRecordingEventMessageDetail", `,"callRecordingStatus":"chunkFinished","callRecordingDuration":"PT0.016S"`), "graph chatMessage capture_message span"},
		{"transcription", system("#microsoft.graph.callTranscriptEventMessageDetail", `,"callTranscriptICalUid":"x "`), "graph chatMessage capture_message span"},
		{"transcription, the other spelling", system("#Microsoft.Teams.GraphSvc.callTranscriptEventMessageDetail", ""), "graph chatMessage capture_message span"},
		{"call began", system("#microsoft.graph.callStartedEventMessageDetail", `,"callEventType":"meeting"`), "graph chatMessage call_bound"},
		{"call ended", system("#microsoft.graph.callEndedEventMessageDetail", `,"callDuration":"PT31M","callEventType":"call","callParticipants":[{"participant":{"user":{"id":"`+ownerGUID+`","displayName":null}}}]`), "graph chatMessage call_bound"},
		{"screen was shared", system("#microsoft.graph.callStartedEventMessageDetail", `,"callEventType":"screenShare"`), "graph chatMessage"},
		{"another system message", system("#microsoft.graph.membersAddedEventMessageDetail", ""), "graph chatMessage"},
		{"callRecording", `{"@odata.type":"#microsoft.graph.callRecording","id":"r1",` + meetingID + `,"createdDateTime":"2026-01-02T09:00:00Z","recordingContentUrl":"https://x"}`, "graph callRecording artifact"},
		{"callTranscript", `{"id":"r1",` + meetingID + `,"createdDateTime":null,"transcriptContentUrl":"https://x"}`, "graph callTranscript artifact"},
		{"directory", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)","@odata.nextLink":"x","value":[{"id":"` + ownerGUID + `","displayName":"Abbie"}]}`, "graph user directory"},
		{"directory, whole", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$delta","@odata.deltaLink":"x","value":[{"@odata.type":"#microsoft.graph.user","id":"` + ownerGUID + `","displayName":null}]}`, "graph user directory"},
		{"directory, minimal", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","@odata.deltaLink":"x","value":[{"id":"` + ownerGUID + `"}]}`, "graph user directory"},
		{"directory, removed", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","@odata.deltaLink":"x","value":[{"id":"` + ownerGUID + `","@removed":{"reason":"changed"}}]}`, "graph user directory"},
		{"unknown resource", `{"@odata.type":"#microsoft.graph.event","id":"x"}`, "graph unknown"},
		{"unknown set", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#groups","value":[{"id":"x"}]}`, "graph unknown"},
	}
}

// otherMessages are the metadata file of a recording, Application Insights,
// OpenTelemetry and Rollcall's own events.
func otherMessages() []formatMessage {
	out := []formatMessage{
		{"recording metadata", benchMetadata, "recording_metadata acsmetadata chunk"},
		{"ingestion body", `{"name":"Microsoft.ApplicationInsights.Dev.x.Event","time":"2026-01-02T09:00:00Z","iKey":"k","tags":{"ai.operation.id":"o"},"data":{"baseType":"EventData","baseData":{"ver":2,"name":"clicked","properties":{"a":"b"},"measurements":{"n":1}}}}`, "app_insights EventData"},
		{"ingestion body of a trace", `{"name":"x","time":"2026-01-02T09:00:00Z","data":{"baseType":"MessageData","baseData":{"message":"x"}}}`, "app_insights MessageData"},
		{"exported record", `{"records":[{"time":"2026-01-02T09:00:00Z","resourceId":"/SUBSCRIPTIONS/S","Type":"AppEvents","Name":"clicked","Properties":{"a":"b"}}]}`, "app_insights AppEvents"},
		{"exported row", `{"TimeGenerated":"2026-01-02T09:00:00Z","Type":"AppEvents","Name":"clicked","Properties":"{\"a\":\"b\"}","_ResourceId":"/subscriptions/s"}`, "app_insights AppEvents"},
		{"exported row of the classic table", `{"timestamp":"2026-01-02T09:00:00Z","name":"clicked","itemType":"customEvent","customDimensions":"{\"a\":\"b\"}"}`, "app_insights customEvents"},
		{"log record", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767344400500000000","body":{"stringValue":"hello"}}]}]}]}`, "otlp unknown"},
		{"traces", `{"resourceSpans":[{"scopeSpans":[]}]}`, "otlp resourceSpans"},
		{"metrics", `{"resourceMetrics":[{"scopeMetrics":[]}]}`, "otlp resourceMetrics"},
	}
	const who = `"callId":"6b1f7c0e-51d5-4c1e-9a0f-8d5a4f1c2b3d","serverCallId":"s","callConnectionId":"k","threadId":"` + meetingThread + `","participantId":"p","rawId":"8:acs:r_u","endpointId":"e","appId":"care","sdkVersion":"1.19.2","clockOffsetMs":-132`
	for _, m := range []struct{ kind, data, facts string }{
		{"rollcall.session.joined", `,"displayName":"Ann"`, "participant presence"},
		{"rollcall.session.left", ``, "participant presence"},
		{"rollcall.capture.signalled", `,"capture":"recording","active":"true","consentRequired":false`, "participant signal"},
		{"rollcall.notice.shown", `,"noticeId":"n","capture":["recording","transcription"],"state":"started","surface":"banner","text":"x","locale":"en-GB"`, "notice participant"},
		{"rollcall.notice.acknowledged", `,"noticeId":"n","capture":"recording"`, "notice participant"},
		{"rollcall.consent.answered", `,"capture":"recording","answer":"granted"`, "consent participant"},
		{"rollcall.name.shown", `,"subject":"8:acs:r_u","displayName":"Ann","label":"(External)","surface":"teams"`, "name participant"},
		{"rollcall.app.listing", `,"appName":"Care","companyName":"Contoso","texts":[{"kind":"description","locale":"en","text":"x"}],"assets":[{"kind":"logo","name":"l","sha256":"ab"}],"licences":["x"]`, "listing"},
	} {
		plain := `{"id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2",` + who + m.data + `}`
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte(plain), &members); err != nil {
			panic(err)
		}
		attributes, properties := []string{}, map[string]string{}
		for name, value := range members {
			text := string(value)
			if json.Unmarshal(value, &text) != nil {
				text = string(value)
			}
			properties[name] = text
			quoted, _ := json.Marshal(text)
			attributes = append(attributes, `{"key":"`+name+`","value":{"stringValue":`+string(quoted)+`}}`)
		}
		slices.Sort(attributes)
		flat, _ := json.Marshal(properties)
		want := "rollcall " + m.kind + " " + m.facts
		out = append(out,
			formatMessage{"CloudEvent", `{"specversion":"1.0","id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2","source":"urn:care","type":"` + m.kind + `","time":"2026-01-02T09:00:00.5Z","datacontenttype":"application/json","data":{` + who + m.data + `}}`, want},
			formatMessage{"Application Insights", `{"records":[{"time":"2026-01-02T09:00:00.5Z","Type":"AppEvents","Name":"` + m.kind + `","Properties":` + string(flat) + `}]}`, want},
			formatMessage{"ingestion body", `{"name":"x","time":"2026-01-02T09:00:00.5Z","data":{"baseType":"EventData","baseData":{"name":"` + m.kind + `","properties":` + string(flat) + `}}}`, want},
			formatMessage{"OpenTelemetry", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767344400500000000","eventName":"` + m.kind + `","attributes":[` + strings.Join(attributes, ",") + `]}]}]}]}`, want})
	}
	return out
}

// stated names the members of an event's facts that are there.
func stated(t *testing.T, ev schema.Event) string {
	t.Helper()
	text, err := json.Marshal(ev.Facts)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(append([]string{string(ev.Source), ev.Kind}, names...), " ")
}

// TestFormats demands that each message of every format is recognised and read,
// with everything in it readable, and that a repeat, a byte order mark, white
// space, other line ends and neighbours in one message change nothing.
func TestFormats(t *testing.T) {
	var all []formatMessage
	for _, m := range messagesOfFormats() {
		t.Run(m.want+" "+m.name, func(t *testing.T) {
			ev := one(t, m.value)
			if got := stated(t, ev); got != m.want {
				t.Errorf("it is read as %q, want %q, from\n%s", got, m.want, m.value)
			}
			if len(ev.Unread) > 0 {
				t.Errorf("not read of it: %q, from\n%s", ev.Unread, m.value)
			}
			if strings.Contains(string(newTestDecoder().Decode([]byte(m.value)).Value), "secret") {
				t.Errorf("a secret would be stored of %s", m.value)
			}
			indented := strings.NewReplacer(`":"`, "\" :\r\n\t\"", `":{`, "\":\r\n {", `","`, "\",\r\n\"").Replace(m.value)
			for form, value := range map[string]string{
				"a byte order mark": "\ufeff" + m.value,
				"CRLF":              "\r\n" + m.value + "\r\n\r\n",
				"other white space": indented,
				"an array":          "[" + strings.TrimSuffix(strings.TrimPrefix(m.value, "["), "]") + "]",
			} {
				if form == "other white space" && !json.Valid([]byte(value)) {
					continue // within a text
				}
				again := one(t, value)
				if again.ID != ev.ID || again.Content != ev.Content {
					t.Errorf("with %s it is another event, or in conflict: %s", form, value)
				}
			}
		})
		all = append(all, m)
	}
	for _, between := range []string{"", "\n", "\r\n\r\n", " \ufeff"} {
		var message strings.Builder
		for _, m := range all {
			message.WriteString(m.value + between)
		}
		r := newTestDecoder().Decode([]byte(message.String()))
		if len(r.Dead) > 0 || len(r.Events) != len(all) {
			t.Fatalf("all in one message, with %q between: %d events and dead parts %.500v, want %d events", between, len(r.Events), r.Dead, len(all))
		}
		for i, m := range all {
			if got := stated(t, r.Events[i]); got != m.want {
				t.Errorf("all in one message, with %q between: %q is read as %q", between, m.want, got)
			}
		}
	}
}
