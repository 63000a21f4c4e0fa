package simulate

import (
	"strconv"
	"strings"
)

// callbackTypes are the kinds as the older form repeats them within data.
var callbackTypes = func() (out [kinds]string) {
	for _, k := range []kind{callConnected, callDisconnected, participantsUpdated, recordingState, transcriptionStarted,
		transcriptionStopped, playCompleted, recognizeCompleted, participantBrought} {
		n := strings.TrimPrefix(kindNames[k], gridPrefix)
		out[k] = strings.ToLower(n[:1]) + n[1:]
	}
	return out
}()

// renderCallback writes one Call Automation callback, a CloudEvent, in the older
// or the newer form of its source.
func (g *generator) renderCallback(b []byte, it *item) []byte {
	c := it.c
	at := c.callbackTime(it)
	id := eventID(c, it.kind, it.idx, it.aux)
	g.saw(at)
	b = id.append(append(b, `{"id":"`...))
	b = callbackSource(append(b, `","source":"`...), it)
	b = append(append(b, `","type":"`...), kindNames[it.kind]...)
	b = append(b, `","data":{`...)
	b = callbackData(b, it, id)
	if !c.newSource {
		b = append(append(append(b, `"type":"`...), callbackTypes[it.kind]...), `",`...)
	}
	b = c.conn.append(append(b, `"callConnectionId":"`...))
	b = append(append(b, `","serverCallId":"`...), c.server[1]...)
	b = c.idAt(at).append(append(b, `","correlationId":"`...))
	b = appendTime(append(b, `"},"time":"`...), at, ticksZone, id.lo)
	b = append(b, `","specversion":"1.0","datacontenttype":"application/json","subject":"`...)
	return append(callbackSource(b, it), `"}`...)
}

// callbackTime is when it happened. A recording's first word comes a little
// after its start, which it states apart.
func (c *script) callbackTime(it *item) int64 {
	switch it.kind {
	case callConnected:
		return c.start + 300
	case callDisconnected:
		return c.end
	case participantsUpdated:
		return c.rosterTime(it.idx)
	case playCompleted, recognizeCompleted:
		return c.playTime()
	case participantBrought:
		return c.addition.at
	}
	p := c.runs[it.idx].parts()[it.aux/2]
	switch {
	case it.aux%2 == 1:
		return p.end
	case it.aux == 0 && it.kind == recordingState:
		return p.start + 150
	}
	return p.start
}

func callbackSource(b []byte, it *item) []byte {
	c := it.c
	if it.kind == recordingState {
		b = append(append(b, "calling/recordings/"...), c.server[1]...)
		b = append(append(b, "/recordingId/"...), c.runs[it.idx].id...)
	} else {
		b = c.conn.append(append(b, "calling/callConnections/"...))
	}
	if !c.newSource {
		b = append(append(b, '/'), kindNames[it.kind][len(gridPrefix):]...)
	}
	return b
}

func callbackData(b []byte, it *item, id guid) []byte {
	c := it.c
	switch it.kind {
	case recordingState:
		u := &c.runs[it.idx]
		b = append(append(b, `"recordingId":"`...), u.id...)
		if it.aux%2 == 0 {
			b = append(b, `","state":"active","startDateTime":"`...)
		} else {
			b = append(b, `","state":"inactive","startDateTime":"`...)
		}
		b = appendTime(b, u.start, ticksZone, id.hi)
		return append(append(append(b, `","recordingKind":"`...), recordingKind(c, u)...), `",`...)
	case transcriptionStarted:
		return append(b, `"transcriptionUpdate":{"transcriptionStatus":"transcriptionStarted","transcriptionStatusDetails":"subscriptionStarted"},`...)
	case transcriptionStopped:
		return append(b, `"transcriptionUpdate":{"transcriptionStatus":"transcriptionStopped","transcriptionStatusDetails":"subscriptionStopped"},`...)
	case participantsUpdated:
		return roster(b, it)
	case participantBrought:
		b = append(append(b, `"operationContext":"consult","resultInformation":{"code":200,"subCode":0,"message":"Participant added successfully."},"participant":{"rawId":"`...), c.addition.who.raw...)
		b = append(append(b, `","kind":"phoneNumber","phoneNumber":{"value":"`...), c.addition.who.raw[2:]...)
		return append(b, `"}},`...)
	case playCompleted:
		return append(b, `"operationContext":"greeting","resultInformation":{"code":200,"subCode":0,"message":"Action completed successfully."},`...)
	case recognizeCompleted:
		return append(b, `"operationContext":"menu","resultInformation":{"code":200,"subCode":8533,"message":"Action completed, DTMF option matched."},"recognitionType":"dtmf","dtmfResult":{"tones":["five","pound"]},`...)
	}
	return b
}

// playTime is when audio that was played at the beginning was over.
func (c *script) playTime() int64 { return c.start + 5*second }

func recordingKind(c *script, u *run) string {
	switch {
	case u.source == ofTeams && c.newSource:
		return "Teams"
	case u.source == ofTeams:
		return "teams"
	case c.newSource:
		return "AzureCommunicationServices"
	}
	return "azureCommunicationServices"
}

// roster writes everybody who is there at that instant, each identity once.
func roster(b []byte, it *item) []byte {
	c := it.c
	at := c.roster[it.idx]
	b = append(b, `"participants":[`...)
	some := false
	for i := range c.sessions {
		x := &c.sessions[i]
		if at < x.joined || at >= x.left || c.hereAlready(i, at) {
			continue
		}
		if some {
			b = append(b, ',')
		}
		some = true
		b = append(append(b, `{"identifier":{"rawId":"`...), x.who.raw...)
		if x.model == extension {
			b = append(b, `","kind":"teamsExtensionUser"},"isMuted":false}`...)
			continue
		}
		if strings.HasPrefix(x.who.raw, "8:acs:") {
			b = append(append(b, `","kind":"communicationUser","communicationUser":{"id":"`...), x.who.raw...)
		} else {
			b = append(b, `","kind":"microsoftTeamsUser","microsoftTeamsUser":{"userId":"`...)
			b = append(b, x.who.raw[strings.LastIndexByte(x.who.raw, ':')+1:]...)
			b = append(b, `","isAnonymous":`...)
			b = strconv.AppendBool(b, x.model == anonymous)
			b = append(b, `,"cloud":"public`...)
			b = append(b, '"', '}', '}', ',')
			b = append(b, `"isMuted":false}`...)
			continue
		}
		b = append(b, `"}},"isMuted":false}`...)
	}
	b = strconv.AppendInt(append(b, `],"sequenceNumber":`...), int64(it.idx)+1, 10)
	return append(b, ',')
}

// hereAlready is true where an earlier session of the same person stands for it.
func (c *script) hereAlready(i int, at int64) bool {
	if len(c.sessions) == c.once {
		return false
	}
	for j := range i {
		if o := &c.sessions[j]; o.who == c.sessions[i].who && o.joined <= at && at < o.left {
			return true
		}
	}
	return false
}
