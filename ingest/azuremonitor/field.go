package azuremonitor

import (
	"bytes"
	"strings"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
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

// names are how the fields are mostly spelt, or with a capital first letter.
var names = [numFields]string{
	timeWritten:             "time",
	timeGenerated:           "timeGenerated",
	resourceID:              "resourceId",
	underscoreResourceID:    "_ResourceId",
	category:                "category",
	table:                   "type",
	operationName:           "operationName",
	properties:              "properties",
	correlationID:           "correlationId",
	identifier:              "identifier",
	callStartTime:           "callStartTime",
	callDuration:            "callDuration",
	callType:                "callType",
	teamsThreadID:           "teamsThreadId",
	participantID:           "participantId",
	participantStartTime:    "participantStartTime",
	participantDuration:     "participantDuration",
	participantEndReason:    "participantEndReason",
	endpointID:              "endpointId",
	endpointType:            "endpointType",
	sdkVersion:              "sdkVersion",
	osVersion:               "osVersion",
	participantTenantID:     "participantTenantId",
	participantType:         "participantType",
	pstnParticipantCallType: "pstnParticipantCallType",
	diagnosticOptions:       "diagnosticOptions",
	callUpdatesVersion:      "callUpdatesVersion",
	teamsPhoneExtensibility: "tpe",
	recordingID:             "recordingId",
	recordingStartTime:      "recordingStartTime",
	recordingLength:         "recordingLength",
	recordingEndReason:      "recordingEndReason",
	contentType:             "contentType",
	channelType:             "channelType",
	formatType:              "formatType",
	recordID:                "recordId",
	streamingSessionID:      "streamingSessionId",
	streamingModality:       "streamingModality",
	streamingStartTime:      "streamingStartTime",
	speechSessionID:         "speechRecognitionSessionId",
	startTime:               "startTime",
	callConnectionID:        "callConnectionId",
	serverCallID:            "serverCallId",
	callID:                  "callId",
	surveyID:                "surveyId",
	operationPayload:        "operationPayload",
	callClientTimeStamp:     "callClientTimeStamp",
	mediaType:               "mediaType",
	chatThreadID:            "chatThreadId",
	chatMessageID:           "chatMessageId",
	roomID:                  "roomId",
	playInLoop:              "playInLoop",
	playToParticipant:       "playToParticipant",
	usageType:               "usageType",
	spokenLanguage:          "spokenLanguage",
	streamID:                "streamId",
	roomLifespan:            "roomLifespan",
	uri:                     "uri",
}

const utcSuffix = " [UTC]"

// A nameTable finds fields by the hashes that the tape has of names.
type nameTable struct {
	slots [tableSize]slot
}

const tableSize = 256 // more than four times the names, a power of two

type slot struct {
	hash          uint32
	field         field
	camel, pascal string
}

func newNameTable() *nameTable {
	t := &nameTable{}
	for f, name := range names {
		if name == "" {
			continue
		}
		hash := jsondoc.FoldHash(name)
		i := hash % tableSize
		for t.slots[i].field != unknownField {
			i = (i + 1) % tableSize
		}
		t.slots[i] = slot{hash, field(f), name, strings.ToUpper(name[:1]) + name[1:]}
	}
	return t
}

// find returns the field that a name is, in any case.
func (t *nameTable) find(name []byte, hash uint32) field {
	for i := hash % tableSize; t.slots[i].field != unknownField; i = (i + 1) % tableSize {
		s := &t.slots[i]
		if s.hash == hash && (string(name) == s.camel || string(name) == s.pascal || bytes.EqualFold(name, []byte(s.camel))) {
			return s.field
		}
	}
	return unknownField
}

// of returns the field that a member's name is. An export from the portal adds
// " [UTC]" to the names of times.
func (t *nameTable) of(name jsondoc.Value) field {
	text := name.Bytes()
	f := t.find(text, name.NameHash())
	if n := len(text) - len(utcSuffix); f == unknownField && n > 0 && text[len(text)-1] == ']' && bytes.EqualFold(text[n:], []byte(utcSuffix)) {
		f = t.find(text[:n], jsondoc.FoldHash(text[:n]))
	}
	return f
}

// fields holds the fields of one row.
type fields struct {
	there uint64 // a bit for each field that the row has; the others are old
	value [numFields]jsondoc.Value
}

const _ = uint(64 - numFields) // there has a bit for each

// at returns a field, absent where the row lacks it.
func (f *fields) at(i field) jsondoc.Value {
	if f.there>>i&1 == 0 {
		return jsondoc.Value{}
	}
	return f.value[i]
}

// has reports whether the row has a field, be it null.
func (f *fields) has(i field) bool { return f.there>>i&1 != 0 }

// collect adds the members of an object. Of several spellings of one name the
// first that says anything counts, and what is there already counts before.
func (f *fields) collect(t *nameTable, object jsondoc.Value) {
	for name, value := range object.Members() {
		i := t.of(name)
		if i == unknownField {
			continue
		}
		if f.has(i) && (i == properties || len(normal.ID(f.value[i])) > 0) {
			continue
		}
		f.there |= 1 << i
		f.value[i] = value
	}
}

// time returns when the row was written.
func (f *fields) time() jsondoc.Value {
	if f.has(timeWritten) {
		return f.value[timeWritten]
	}
	return f.at(timeGenerated)
}
