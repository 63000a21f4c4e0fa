package azuremonitor

import (
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema/rawid"
)

// A field is a property or column that a decoder reads, however it is spelt.
type field uint8

// The fields. Names differ in case between categories and destinations, and an
// export from the portal adds " [UTC]" to those of times.
const (
	unknownField field = iota
	timeWritten
	timeGenerated
	resourceID
	underscoreResourceID
	category
	table
	operationName
	properties
	correlationID
	identifier
	callStartTime
	callDuration
	callType
	teamsThreadID
	participantID
	participantStartTime
	participantDuration
	participantEndReason
	endpointID
	endpointType
	sdkVersion
	osVersion
	participantTenantID
	participantType
	pstnParticipantCallType
	diagnosticOptions
	callUpdatesVersion
	teamsPhoneExtensibility
	recordingID
	recordingStartTime
	recordingLength
	recordingEndReason
	contentType
	channelType
	formatType
	recordID
	streamingSessionID
	streamingModality
	streamingStartTime
	speechSessionID
	startTime
	callConnectionID
	serverCallID
	callID
	surveyID
	operationPayload
	callClientTimeStamp
	mediaType
	chatThreadID
	chatMessageID
	roomID
	playInLoop
	playToParticipant
	usageType
	spokenLanguage
	streamID
	roomLifespan
	uri
	numFields
)

// longestName is the length of the longest name in fieldOf, with " [utc]".
const longestName = len("speechrecognitionsessionid") + len(utcSuffix)

const utcSuffix = " [utc]"

// fieldOf tells which field a name is, in any case.
func fieldOf(name []byte) field {
	var buf [longestName]byte
	if len(name) > len(buf) {
		return unknownField
	}
	n := len(name)
	rawid.CopyLower(buf[:], name)
	if n > len(utcSuffix) && string(buf[n-len(utcSuffix):n]) == utcSuffix {
		n -= len(utcSuffix)
	}
	switch string(buf[:n]) {
	case "time":
		return timeWritten
	case "timegenerated":
		return timeGenerated
	case "resourceid":
		return resourceID
	case "_resourceid":
		return underscoreResourceID
	case "category":
		return category
	case "type":
		return table
	case "operationname":
		return operationName
	case "properties":
		return properties
	case "correlationid":
		return correlationID
	case "identifier":
		return identifier
	case "callstarttime":
		return callStartTime
	case "callduration":
		return callDuration
	case "calltype":
		return callType
	case "teamsthreadid":
		return teamsThreadID
	case "participantid":
		return participantID
	case "participantstarttime":
		return participantStartTime
	case "participantduration":
		return participantDuration
	case "participantendreason":
		return participantEndReason
	case "endpointid":
		return endpointID
	case "endpointtype":
		return endpointType
	case "sdkversion":
		return sdkVersion
	case "osversion":
		return osVersion
	case "participanttenantid":
		return participantTenantID
	case "participanttype":
		return participantType
	case "pstnparticipantcalltype":
		return pstnParticipantCallType
	case "diagnosticoptions":
		return diagnosticOptions
	case "callupdatesversion":
		return callUpdatesVersion
	case "tpe":
		return teamsPhoneExtensibility
	case "recordingid":
		return recordingID
	case "recordingstarttime":
		return recordingStartTime
	case "recordinglength":
		return recordingLength
	case "recordingendreason":
		return recordingEndReason
	case "contenttype":
		return contentType
	case "channeltype":
		return channelType
	case "formattype":
		return formatType
	case "recordid":
		return recordID
	case "streamingsessionid":
		return streamingSessionID
	case "streamingmodality":
		return streamingModality
	case "streamingstarttime":
		return streamingStartTime
	case "speechrecognitionsessionid":
		return speechSessionID
	case "starttime":
		return startTime
	case "callconnectionid":
		return callConnectionID
	case "servercallid":
		return serverCallID
	case "callid":
		return callID
	case "surveyid":
		return surveyID
	case "operationpayload":
		return operationPayload
	case "callclienttimestamp":
		return callClientTimeStamp
	case "mediatype":
		return mediaType
	case "chatthreadid":
		return chatThreadID
	case "chatmessageid":
		return chatMessageID
	case "roomid":
		return roomID
	case "playinloop":
		return playInLoop
	case "playtoparticipant":
		return playToParticipant
	case "usagetype":
		return usageType
	case "spokenlanguage":
		return spokenLanguage
	case "streamid":
		return streamID
	case "roomlifespan":
		return roomLifespan
	case "uri":
		return uri
	}
	return unknownField
}

// fields holds the fields of one row, those that it lacks absent.
type fields [numFields]jsondoc.Value

// collect adds the members of an object. Of several spellings of one name the
// first that says anything counts, and what is there already counts before.
func (f *fields) collect(object jsondoc.Value) {
	for name, value := range object.Members() {
		i := fieldOf(name.Bytes())
		if i == unknownField {
			continue
		}
		if f[i].Exists() && (i == properties || len(normal.ID(f[i])) > 0) {
			continue
		}
		f[i] = value
	}
}

// time returns when the row was written.
func (f *fields) time() jsondoc.Value {
	if f[timeWritten].Exists() {
		return f[timeWritten]
	}
	return f[timeGenerated]
}
