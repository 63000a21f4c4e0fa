package simulate

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// The aux of a meeting call event: that the call began or ended; else, from
// callRostered on, which of the rosters changed.
const (
	callBegan uint16 = iota
	callOver
	callRostered
)

// graphPath says how the resource of an event is addressed, and of what
// type it is.
func graphPath(c *script, it *item) (path, kind string) {
	switch it.kind {
	case graphCallEvent:
		return "communications/onlineMeetings(joinWebUrl='" + url.PathEscape(url.PathEscape(c.joinURL())) + "')/meetingCallEvents", "#microsoft.graph.callevent"
	case graphChat:
		return "chats('" + c.thread + "')/messages('" + c.messageID(it) + "')", "#Microsoft.Graph.chatMessage"
	case graphArtifact:
		if it.aux == 1 {
			return "communications/onlineMeetings('" + c.meetingID() + "')/transcripts('" + c.artifactID(it) + "')", "#Microsoft.Graph.callTranscript"
		}
		return "communications/onlineMeetings('" + c.meetingID() + "')/recordings('" + c.artifactID(it) + "')", "#Microsoft.Graph.callRecording"
	}
	return "communications/callRecords/" + c.src.graphCall.String(), "#microsoft.graph.callrecord"
}

// joinURL is the meeting's.
func (c *script) joinURL() string {
	return "https://teams.microsoft.com/l/meetup-join/" + url.PathEscape(c.thread) + "/0?context=" +
		url.QueryEscape(`{"Tid":"`+c.app.tenantGUID+`","Oid":"`+c.organizer()+`"}`)
}

// organizer is the object id of whose meeting it is.
func (c *script) organizer() string { return c.app.staff[0].monitor }

// meetingID is Graph's, which holds organizer and thread.
func (c *script) meetingID() string {
	return base64.RawStdEncoding.EncodeToString([]byte("1*" + c.organizer() + "*0**" + c.thread))
}

func (c *script) artifactID(it *item) string {
	return base64.RawStdEncoding.EncodeToString([]byte("1##0##" + eventID(c, it.kind, it.idx, it.aux).String()))
}

// renderGraph writes what Microsoft Graph sends: a resource as it is, or a
// notification with the resource decrypted (facts on the wire:
// changenotifications-for-onlinemeeting, callrecords-callrecord-get, and the
// system messages of chats).
func (g *generator) renderGraph(b []byte, it *item) []byte {
	c := it.c
	if it.kind == graphUsers {
		return g.usersPage(b, it)
	}
	if it.form == rawForm {
		return g.graphResource(b, it)
	}
	path, kind := graphPath(c, it)
	id := eventID(c, graphSecret, it.idx, it.aux)
	b = id.append(append(b, `{"subscriptionId":"`...))
	b = append(append(b, `","changeType":"updated","tenantId":"`...), c.app.tenantGUID...)
	b = append(b, `","clientState":"6b1f7c0e","subscriptionExpirationDateTime":"`...)
	b = appendTime(b, c.end+24*hour, ticks, id.lo)
	b = append(append(b, `","resource":"`...), path...)
	b = append(append(b, `","resourceData":{"@odata.id":"`...), path...)
	b = append(append(b, `","@odata.type":"`...), kind...)
	b = id.append(append(b, `","id":"`...))
	b = append(append(b, `"},"organizationId":"`...), c.app.tenantGUID...)
	if it.kind == graphSecret {
		b = append(append(b, '"', ',', '"'), orElse(c.seed&1 == 0, "encryptedContent", "EncryptedContent")...)
		return append(b, `":{"data":"tCXzwNNBcXxvDv0=","dataSignature":"Wzc6ixwP","dataKey":"dvLRyLOR","encryptionCertificateId":"notices","encryptionCertificateThumbprint":"07293748CC064953A3052FB978C735FB89E61C3D"}}`...)
	}
	b = append(b, `","encryptedContent":{},"`...)
	b = append(b, orElse(it.form == graphNotice, "contentDecryptedBySimulator", "decryptedContent")...)
	return append(g.graphResource(append(b, '"', ':'), it), '}')
}

func (g *generator) graphResource(b []byte, it *item) []byte {
	switch it.kind {
	case graphCallEvent:
		return g.callEvent(b, it)
	case graphChat:
		return g.chatMessage(b, it)
	case graphArtifact:
		return g.artifact(b, it)
	}
	return g.callRecord(b, it)
}

// callEventTime is when a meeting call event happened.
func (c *script) callEventTime(aux uint16) int64 {
	switch aux {
	case callBegan:
		return c.start
	case callOver:
		return c.end
	}
	return c.roster[aux-callRostered]
}

// callEvent writes a meeting call event in the shape of one of three
// generations.
func (g *generator) callEvent(b []byte, it *item) []byte {
	c := it.c
	at, id := c.callEventTime(it.aux), eventID(c, it.kind, it.idx, it.aux)
	g.saw(at)
	old := c.src.generation > 0
	name := "rosterUpdated"
	switch {
	case it.aux == callBegan:
		name = orElse(old, gridPrefix+"CallStarted", "callStarted")
	case it.aux == callOver:
		name = orElse(old, gridPrefix+"CallEnded", "callEnded")
	case old:
		name = gridPrefix + "CallRosterUpdate"
	}
	path, _ := graphPath(c, it)
	b = append(append(b, `{"@odata.type":"#microsoft.graph.callevent","@odata.id":"`...), path...)
	b = id.append(append(b, `","id":"`...))
	b = append(append(b, `","eventType":"`...), name...)
	b = appendTime(append(b, `","eventDateTime":"`...), at, ticks, id.lo)
	b = append(b, '"')
	if it.aux < callRostered {
		if old {
			b = append(b, `,"state":"`+orElse(it.aux == callBegan, "active", "inactive")+`"`...)
		}
		return append(b, '}')
	}
	switch c.src.generation {
	case 0:
		b = c.rosterChange(append(b, `,"participants@delta":[`...), at, true, true)
	case 1:
		b = c.rosterChange(append(b, `,"state":"active","activeParticipants@joined":[`...), at, true, false)
		b = c.rosterChange(append(b, `],"activeParticipants@exited":[`...), at, false, true)
	default:
		b = c.rosterChange(append(b, `,"state":"active","participants@delta":[`...), at, true, false)
		b = c.rosterChange(append(b, `],"participants@remove":[`...), at, false, true)
	}
	return append(b, ']', '}')
}

// rosterChange writes who came and who went at an instant, those who came first.
// Who comes later may wait in the lobby until then.
func (c *script) rosterChange(b []byte, at int64, came, went bool) []byte {
	some := false
	one := func(i int, lobby, gone bool) {
		x := &c.sessions[i]
		if some {
			b = append(b, ',')
		}
		some = true
		b = c.identitySet(append(b, `{"info":{"identity":{`...), x)
		b = append(b, `}},"isInLobby":`...)
		b = strconv.AppendBool(b, lobby)
		if gone {
			b = append(b, `,"removedState":{"reason":"Participant has left the call."}`...)
		}
		b = eventID(c, graphCallEvent, int32(i), 0xffff).append(append(b, `,"id":"`...))
		b = append(b, '"', '}')
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		if came && x.joined == at {
			one(i, false, false)
		}
		if came && x.joined > at && x.joined-at < 20*second && x.quirk&7 == 5 && !c.hasTwin(i) {
			one(i, true, false)
		}
	}
	for i := range c.sessions {
		if x := &c.sessions[i]; went && x.left == at && !x.open {
			one(i, false, true)
		}
	}
	return b
}

// identitySet writes the members of a communicationsIdentitySet of one
// participant.
func (c *script) identitySet(b []byte, x *session) []byte {
	switch x.model {
	case external:
		b = append(append(b, `"azureCommunicationServicesUser":{"azureCommunicationServicesResourceId":"`...), c.app.res.guid...)
		b = append(append(b, `","displayName":"`...), x.name...)
		return append(append(append(b, `","id":"`...), x.who.raw...), `"},"user":null`...)
	case anonymous:
		b = append(append(b, `"guest":{"id":"`...), x.who.raw[strings.LastIndexByte(x.who.raw, ':')+1:]...)
		return append(append(append(b, `","displayName":"`...), x.name...), `"}`...)
	}
	b = append(append(b, `"user":{"id":"`...), x.who.monitor...)
	b = append(append(b, `","displayName":"`...), x.who.called(c.start)...)
	b = append(append(b, `","tenantId":"`...), c.app.tenantGUID...)
	return append(b, `","userIdentityType":"aadUser"}`...)
}

// recordTime is when a version of the call record was written.
func (c *script) recordTime(version uint16) int64 {
	return c.end + 16*minute + int64(c.seed%uint64(20*minute)) + int64(version)*19*minute
}

// A page of sessions holds so many at most.
const sessionsOfPage = 60

// callRecord writes a version of the call record, or a page of its sessions. An
// earlier version lacks the last of them.
func (g *generator) callRecord(b []byte, it *item) []byte {
	c := it.c
	id := c.src.graphCall
	if it.kind == graphSessions {
		b = id.append(append(b, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords('`...))
		b = c.recordSessions(append(b, `')/sessions(segments())","value":[`...), int(it.aux)*sessionsOfPage, (int(it.aux)+1)*sessionsOfPage)
		return append(b, ']', '}')
	}
	at := c.recordTime(it.aux)
	g.saw(at)
	b = id.append(append(b, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords(sessions(segments()),participants_v2())/$entity","id":"`...))
	b = strconv.AppendUint(append(b, `","version":`...), uint64(it.aux), 10)
	b = append(b, `,"type":"groupCall","modalities":["audio","video"],"lastModifiedDateTime":"`...)
	b = appendTime(b, at, ticks, id.lo)
	b = appendTime(append(b, `","startDateTime":"`...), c.start, ticks, id.lo)
	b = appendTime(append(b, `","endDateTime":"`...), c.end, ticks, id.lo)
	b = append(append(b, `","joinWebUrl":"`...), c.joinURL()...)
	who := c.organizer()
	b = append(append(append(append(b, `","organizer_v2":{"id":"`...), who...), `","identity":{"user":{"id":"`...), who...)
	b = append(append(b, `","displayName":null,"tenantId":"`...), c.app.tenantGUID...)
	b = append(b, `"}}},"participants_v2":[`...)
	for i := range c.once {
		if i > 0 {
			b = append(b, ',')
		}
		b = eventID(c, it.kind, int32(i), 0xfffe).append(append(b, `{"id":"`...))
		b = append(c.identitySet(append(b, `","identity":{`...), &c.sessions[i]), '}', '}')
	}
	if c.src.paged {
		return append(b, ']', '}')
	}
	n := len(c.sessions)
	if it.aux < c.src.versions {
		n = max(1, n*2/3)
	}
	b = c.recordSessions(append(b, `],"sessions":[`...), 0, n)
	return append(b, ']', '}')
}

// recordSessions writes the sessions of a record from one to another. Each is
// between a participant and the service.
func (c *script) recordSessions(b []byte, from, to int) []byte {
	for i := from; i < min(to, len(c.sessions)); i++ {
		x := &c.sessions[i]
		if i > from {
			b = append(b, ',')
		}
		id := eventID(c, graphRecord, int32(i), 0xfffd)
		b = id.append(append(b, `{"id":"`...))
		b = append(b, `","modalities":["audio"],"startDateTime":"`...)
		b = appendTime(b, x.joined, ticks, id.lo)
		b = appendTime(append(b, `","endDateTime":"`...), x.left, ticks, id.lo)
		b = append(b, `","isTest":false,"caller":{"@odata.type":"#microsoft.graph.callRecords.participantEndpoint","name":"","userAgent":{"@odata.type":"#microsoft.graph.callRecords.clientUserAgent","headerValue":"`...)
		b = append(b, recordAgents[x.model]...)
		b = append(b, `"},"associatedIdentity":{`...)
		b = c.associated(b, x)
		b = append(b, `}},"callee":{"@odata.type":"#microsoft.graph.callRecords.serviceEndpoint","userAgent":{"headerValue":"RTCC/7.0.0.0 UCWA/7.0.0.0 MCU","role":"skypeForBusinessAudioVideoMcu"}},"segments":[{"id":"`...)
		b = id.append(b)
		b = appendTime(append(b, `","startDateTime":"`...), x.joined, ticks, id.lo)
		b = appendTime(append(b, `","endDateTime":"`...), x.left, ticks, id.lo)
		b = append(b, `","media":[{"label":"main-audio","callerNetwork":{"connectionType":"wifi","delayEventRatio":0},"streams":[{"streamDirection":"callerToCallee","averageJitter":"PT0.016S"}]}]}]}`...)
	}
	return b
}

// recordAgents are a client's header, platform and product family.
var recordAgents = [models]string{
	external:    `AzureCommunicationServices/1.38.1","platform":"web","productFamily":"azureCommunicationServices`,
	teamsInApp:  `AzureCommunicationServices/1.38.1","platform":"web","productFamily":"azureCommunicationServices`,
	teamsClient: `CallSignalingAgent (27/1.3.00.29)","platform":"windows","productFamily":"teams`,
	anonymous:   `CallSignalingAgent (27/1.3.00.29)","platform":"web","productFamily":"teams`,
	undecided:   `CallSignalingAgent (27/1.3.00.29)","platform":"unknown","productFamily":"unknown`,
}

// associated writes the members of the identity at an end of a session.
func (c *script) associated(b []byte, x *session) []byte {
	kind, id, name := "userIdentity", x.who.monitor, x.who.called(c.start)
	switch x.model {
	case external:
		kind, id, name = "azureCommunicationServicesUserIdentity", x.who.raw, x.name
	case anonymous:
		kind, id, name = "communicationsGuestIdentity", x.who.raw[strings.LastIndexByte(x.who.raw, ':')+1:], x.name
	}
	b = append(append(b, `"@odata.type":"#microsoft.graph.`...), kind...)
	b = append(append(b, `","id":"`...), id...)
	b = append(append(b, `","displayName":"`...), name...)
	return append(append(append(b, `","tenantId":"`...), c.app.tenantGUID...), '"')
}
