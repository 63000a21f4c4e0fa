package azuremonitor

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// kinds maps a category of Azure Communication Services, in lower case, and the
// Log Analytics table that it lands in, to the kind of event. "recordingsummary"
// and the table name as a category are what the documentation's samples have.
var kinds = map[string]string{
	"usage":                              "Usage",
	"callsummary":                        kindSummary,
	"callsummaryupdates":                 kindUpdates,
	"calldiagnostics":                    "CallDiagnostics",
	"calldiagnosticupdates":              "CallDiagnosticUpdates",
	"calldiagnosticsupdates":             "CallDiagnosticUpdates",
	"callrecordingsummary":               kindRecording,
	"recordingsummary":                   kindRecording,
	"callrecordingoperational":           "CallRecordingOperational",
	"callclosedcaptionssummary":          "CallClosedCaptionsSummary",
	"callsurvey":                         "CallSurvey",
	"callclientoperations":               "CallClientOperations",
	"callclientmediastatstimeseries":     "CallClientMediaStatsTimeSeries",
	"callclientservicerequestandoutcome": "CallClientServiceRequestAndOutcome",
	"callingmetrics":                     "CallingMetrics",
	"callautomationoperational":          "CallAutomationOperational",
	"callautomationmediasummary":         "CallAutomationMediaSummary",
	"callautomationstreamingusage":       "CallAutomationStreamingUsage",
	"chatoperational":                    "ChatOperational",
	"roomsoperational":                   "RoomsOperational",
	"authoperational":                    "AuthOperational",
	"jobrouteroperational":               "JobRouterOperational",
	"smsoperational":                     "SMSOperational",
	"advancedmessagingoperational":       "AdvancedMessagingOperational",
	"emailsendmailoperational":           "EmailSendMailOperational",
	"emailstatusupdateoperational":       "EmailStatusUpdateOperational",
	"emailuserengagementoperational":     "EmailUserEngagementOperational",
	"optoutmanagementoperational":        "OptOutManagementOperational",

	"acsbillingusage":                       "Usage",
	"acscallsummary":                        kindSummary,
	"acscallsummaryupdates":                 kindUpdates,
	"acscalldiagnostics":                    "CallDiagnostics",
	"acscalldiagnosticsupdates":             "CallDiagnosticUpdates",
	"acscallrecordingsummary":               kindRecording,
	"acscallrecordingincomingoperations":    "CallRecordingOperational",
	"acscallclosedcaptionssummary":          "CallClosedCaptionsSummary",
	"acscallsurvey":                         "CallSurvey",
	"acscallclientoperations":               "CallClientOperations",
	"acscallclientmediastatstimeseries":     "CallClientMediaStatsTimeSeries",
	"acscallclientservicerequestandoutcome": "CallClientServiceRequestAndOutcome",
	"acscallingmetrics":                     "CallingMetrics",
	"acscallautomationincomingoperations":   "CallAutomationOperational",
	"acscallautomationmediasummary":         "CallAutomationMediaSummary",
	"acscallautomationstreamingusage":       "CallAutomationStreamingUsage",
	"acschatincomingoperations":             "ChatOperational",
	"acsroomsincomingoperations":            "RoomsOperational",
	"acsauthincomingoperations":             "AuthOperational",
	"acsjobrouterincomingoperations":        "JobRouterOperational",
	"acssmsincomingoperations":              "SMSOperational",
	"acsadvancedmessagingoperations":        "AdvancedMessagingOperational",
	"acsemailsendmailoperational":           "EmailSendMailOperational",
	"acsemailstatusupdateoperational":       "EmailStatusUpdateOperational",
	"acsemailuserengagementoperational":     "EmailUserEngagementOperational",
	"acsoptoutmanagementoperations":         "OptOutManagementOperational",
}

// The kinds that carry facts.
const (
	kindSummary   = "CallSummary"
	kindUpdates   = "CallSummaryUpdates"
	kindRecording = "CallRecordingSummary"
)

// lookupKind returns the kind of a category or table, or nothing.
func lookupKind(v jsondoc.Value) string {
	var buf [48]byte
	text := bytes.TrimSpace(v.Bytes())
	if len(text) == 0 || len(text) > len(buf) {
		return ""
	}
	rawid.Lower(buf[:copy(buf[:], text)])
	return kinds[string(buf[:len(text)])]
}

// named returns the kind that the row's category or table names: unknown if
// neither is known, nothing if there is neither.
func (f *fields) named() string {
	kind := lookupKind(f[category])
	if kind == "" {
		kind = lookupKind(f[table])
	}
	if kind == "" && (len(normal.Token(f[category])) > 0 || len(normal.Token(f[table])) > 0) {
		return schema.KindUnknown
	}
	return kind
}

// unnamed returns the kind of a row that names neither itself: by what its
// properties name, else by its columns, as in exports from the portal.
func (f *fields) unnamed() string {
	if kind := f.named(); kind != "" && kind != schema.KindUnknown {
		return kind
	}
	if !f.time().Exists() {
		return ""
	}
	return f.kindByColumns()
}

// columns lists columns that only one table has.
var columns = []struct {
	field field
	kind  string
}{
	{participantDuration, kindSummary},
	{participantStartTime, kindSummary},
	{callStartTime, kindSummary},
	{recordingLength, kindRecording},
	{recordingStartTime, kindRecording},
	{recordID, "Usage"},
	{streamingModality, "CallAutomationStreamingUsage"},
	{speechSessionID, "CallClosedCaptionsSummary"},
	{surveyID, "CallSurvey"},
	{operationPayload, "CallClientOperations"},
	{callClientTimeStamp, "CallClientOperations"},
	{mediaType, "CallDiagnostics"},
	{chatThreadID, "ChatOperational"},
	{chatMessageID, "ChatOperational"},
	{roomID, "RoomsOperational"},
	{playInLoop, "CallAutomationMediaSummary"},
}

func (f *fields) kindByColumns() string {
	for _, c := range columns {
		if f[c.field].Exists() {
			return c.kind
		}
	}
	if f[callConnectionID].Exists() && f[operationName].Exists() {
		if bytes.Contains(f[uri].Bytes(), []byte("/recordings")) ||
			bytes.HasSuffix(bytes.TrimSpace(f[operationName].Bytes()), []byte("Recording")) {
			return "CallRecordingOperational"
		}
		return "CallAutomationOperational"
	}
	return ""
}

// aboutCall reports whether the correlation id of a kind's rows is that of a
// call; elsewhere it is that of a request, or in surveys of a participant.
func aboutCall(kind string) bool {
	switch kind {
	case kindSummary, kindUpdates, kindRecording, "CallDiagnostics", "CallDiagnosticUpdates",
		"CallRecordingOperational", "CallClosedCaptionsSummary", "CallAutomationOperational",
		"CallAutomationMediaSummary", "CallAutomationStreamingUsage":
		return true
	}
	return false
}
