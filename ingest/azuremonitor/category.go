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
	"usage":                              kindUsage,
	"callsummary":                        kindSummary,
	"callsummaryupdates":                 kindUpdates,
	"calldiagnostics":                    kindDiagnostics,
	"calldiagnosticupdates":              kindDiagnosticUpdates,
	"calldiagnosticsupdates":             kindDiagnosticUpdates,
	"callrecordingsummary":               kindRecording,
	"recordingsummary":                   kindRecording,
	"callrecordingoperational":           kindRecordingOperation,
	"callclosedcaptionssummary":          kindCaptions,
	"callsurvey":                         kindSurvey,
	"callclientoperations":               kindClient,
	"callclientmediastatstimeseries":     "CallClientMediaStatsTimeSeries",
	"callclientservicerequestandoutcome": "CallClientServiceRequestAndOutcome",
	"callingmetrics":                     "CallingMetrics",
	"callautomationoperational":          kindCallAutomation,
	"callautomationmediasummary":         kindCallMedia,
	"callautomationstreamingusage":       kindStreaming,
	"chatoperational":                    kindChat,
	"roomsoperational":                   kindRooms,
	"authoperational":                    "AuthOperational",
	"jobrouteroperational":               "JobRouterOperational",
	"smsoperational":                     "SMSOperational",
	"advancedmessagingoperational":       "AdvancedMessagingOperational",
	"emailsendmailoperational":           "EmailSendMailOperational",
	"emailstatusupdateoperational":       "EmailStatusUpdateOperational",
	"emailuserengagementoperational":     "EmailUserEngagementOperational",
	"optoutmanagementoperational":        "OptOutManagementOperational",

	"acsbillingusage":                       kindUsage,
	"acscallsummary":                        kindSummary,
	"acscallsummaryupdates":                 kindUpdates,
	"acscalldiagnostics":                    kindDiagnostics,
	"acscalldiagnosticsupdates":             kindDiagnosticUpdates,
	"acscallrecordingsummary":               kindRecording,
	"acscallrecordingincomingoperations":    kindRecordingOperation,
	"acscallclosedcaptionssummary":          kindCaptions,
	"acscallsurvey":                         kindSurvey,
	"acscallclientoperations":               kindClient,
	"acscallclientmediastatstimeseries":     "CallClientMediaStatsTimeSeries",
	"acscallclientservicerequestandoutcome": "CallClientServiceRequestAndOutcome",
	"acscallingmetrics":                     "CallingMetrics",
	"acscallautomationincomingoperations":   kindCallAutomation,
	"acscallautomationmediasummary":         kindCallMedia,
	"acscallautomationstreamingusage":       kindStreaming,
	"acschatincomingoperations":             kindChat,
	"acsroomsincomingoperations":            kindRooms,
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
	kindSummary            = "CallSummary"
	kindUpdates            = "CallSummaryUpdates"
	kindRecording          = "CallRecordingSummary"
	kindRecordingOperation = "CallRecordingOperational"
	kindUsage              = "Usage"
	kindStreaming          = "CallAutomationStreamingUsage"
	kindCaptions           = "CallClosedCaptionsSummary"
	kindDiagnostics        = "CallDiagnostics"
	kindDiagnosticUpdates  = "CallDiagnosticUpdates"
	kindSurvey             = "CallSurvey"
	kindClient             = "CallClientOperations"
	kindCallAutomation     = "CallAutomationOperational"
	kindCallMedia          = "CallAutomationMediaSummary"
	kindChat               = "ChatOperational"
	kindRooms              = "RoomsOperational"
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
	kind := lookupKind(f.at(category))
	if kind == "" {
		kind = lookupKind(f.at(table))
	}
	if kind == "" && (len(normal.Token(f.at(category))) > 0 || len(normal.Token(f.at(table))) > 0) {
		return schema.KindUnknown
	}
	return kind
}

// unknownName returns the category, else the table, of a row of which neither
// is known.
func (f *fields) unknownName() []byte {
	if name := normal.Token(f.at(category)); len(name) > 0 {
		return name
	}
	return normal.Token(f.at(table))
}

// unnamed returns the kind of a row that names neither itself: by what its
// properties name, else by its columns, as in exports from the portal.
func (f *fields) unnamed() string {
	if kind := f.named(); kind != "" && kind != schema.KindUnknown {
		return kind
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
	{recordID, kindUsage},
	{usageType, kindUsage},
	{streamingModality, kindStreaming},
	{streamingStartTime, kindStreaming},
	{speechSessionID, kindCaptions},
	{spokenLanguage, kindCaptions},
	{surveyID, kindSurvey},
	{operationPayload, kindClient},
	{callClientTimeStamp, kindClient},
	{mediaType, kindDiagnostics},
	{streamID, kindDiagnostics},
	{chatThreadID, kindChat},
	{chatMessageID, kindChat},
	{roomID, kindRooms},
	{roomLifespan, kindRooms},
	{playInLoop, kindCallMedia},
	{playToParticipant, kindCallMedia},
}

// kindByColumns tells a row by its columns. One column that only one table has
// is enough for a row with a time; a row without one, such as the bare
// properties of a record, must have two and none of another table.
func (f *fields) kindByColumns() string {
	timed := f.time().Exists()
	kind, found := "", 0
	for _, c := range columns {
		switch {
		case !f.has(c.field):
		case timed:
			return c.kind
		case kind != "" && kind != c.kind:
			return ""
		default:
			kind = c.kind
			found++
		}
	}
	if !timed {
		if found < 2 {
			return ""
		}
		return kind
	}
	if f.has(callConnectionID) && f.has(operationName) {
		if bytes.Contains(f.at(uri).Bytes(), []byte("/recordings")) ||
			bytes.HasSuffix(bytes.TrimSpace(f.at(operationName).Bytes()), []byte("Recording")) {
			return kindRecordingOperation
		}
		return kindCallAutomation
	}
	return ""
}

// aboutCall reports whether the correlation id of a kind's rows is that of a
// call; elsewhere it is that of a request, or in surveys of a participant.
func aboutCall(kind string) bool {
	switch kind {
	case kindSummary, kindUpdates, kindRecording, kindDiagnostics, kindDiagnosticUpdates,
		kindRecordingOperation, kindCaptions, kindCallAutomation,
		kindCallMedia, kindStreaming:
		return true
	}
	return false
}
