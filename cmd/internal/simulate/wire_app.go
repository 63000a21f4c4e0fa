package simulate

import "strconv"

// renderApp writes one of Rollcall's own events as the app sends it: a
// CloudEvent, an AppEvents row, the body of Application Insights' ingestion
// endpoint, or a log record of OpenTelemetry. Its members are the same in all.
func (g *generator) renderApp(b []byte, it *item) []byte {
	c := it.c
	sess, at := c.own(it)
	x := &c.sessions[sess]
	g.saw(x.seen(at))
	id := eventID(c, it.kind, it.idx, it.aux)
	name := kindNames[it.kind]
	clock := at + x.skew
	switch it.form {
	case insightsRecords:
		f := fields{b: append(b, '{')}
		f.time("time", clock, millis, 0)
		f.str("resourceId", c.app.insights.upper)
		f.str("Type", "AppEvents")
		f.str("Name", name)
		f.name("Properties")
		f.b = ownData(append(f.b, '{'), it, x, at, id)
		f.b = append(f.b, '}')
		f.guid("OperationId", id)
		f.str("AppRoleName", c.app.id)
		f.str("ClientType", "Browser")
		f.int("ItemCount", 1, false)
		return append(f.b, '}')
	case insightsBody:
		f := fields{b: append(b, `{"data":{"baseData":{"ver":2,`...)}
		f.str("name", name)
		f.name("properties")
		f.b = ownData(append(f.b, '{'), it, x, at, id)
		f.b = append(f.b, `}},"baseType":"EventData"},"iKey":"00000000-0000-0000-0000-000000000000","name":"Microsoft.ApplicationInsights.00000000-0000-0000-0000-000000000000.Event"`...)
		f.time("time", clock, millis, 0)
		f.name("tags")
		f.b = id.append(append(f.b, `{"ai.operation.id":"`...))
		return append(f.b, `"}}`...)
	case otlpLogs:
		b = strconv.AppendInt(append(b, `{"timeUnixNano":"`...), clock, 10)
		b = strconv.AppendInt(append(b, `000000","observedTimeUnixNano":"`...), clock+200, 10)
		b = append(append(b, `000000","severityNumber":9,"eventName":"`...), name...)
		return append(ownData(append(b, `","attributes":[`...), it, x, at, id), `]}`...)
	}
	f := fields{b: append(b, `{"specversion":"1.0",`...)}
	f.guid("id", id)
	f.name("source")
	f.b = append(append(append(f.b, `"/apps/`...), c.app.id...), '"')
	f.str("type", name)
	f.time("time", clock, millis, 0)
	f.str("datacontenttype", "application/json")
	f.name("data")
	f.b = ownData(append(f.b, '{'), it, x, at, id)
	return append(f.b, '}', '}')
}

// own says whose event it is and when it happened.
func (c *script) own(it *item) (sess int32, at int64) {
	switch it.kind {
	case sessionJoined:
		return it.idx, c.sessions[it.idx].joined
	case sessionLeft:
		return it.idx, c.sessions[it.idx].left
	case nameShown:
		return it.idx, c.sessions[it.idx].joined + 400
	case captureSignalled:
		return c.signals[it.idx].sess, c.signals[it.idx].at
	case consentAnswered:
		return c.consents[it.idx].sess, c.consents[it.idx].at
	case noticeAcknowledged:
		return c.shows[it.idx].sess, c.shows[it.idx].at + 2*second
	}
	return c.shows[it.idx].sess, c.shows[it.idx].at
}

// ownData writes the event's members. Application Insights carries the id among
// them and turns every value into text; OpenTelemetry gives each its type.
func ownData(b []byte, it *item, x *session, at int64, id guid) []byte {
	c := it.c
	f := fields{b: b, text: it.form == insightsRecords || it.form == insightsBody, otlp: it.form == otlpLogs}
	if f.text || f.otlp {
		f.guid("id", id)
	}
	ownCall(&f, it, x, at)
	ownParticipant(&f, it, x)
	f.str("appId", c.app.id)
	f.str("sdkVersion", c.app.sdk)
	if x.skewSaid {
		f.int("clockOffsetMs", x.skew, false)
	}
	switch it.kind {
	case sessionJoined, sessionLeft:
		f.str("displayName", x.name)
	case nameShown:
		f.str("subject", x.who.raw)
		f.str("displayName", x.name)
		f.str("surface", "acs_app")
	case captureSignalled:
		s := &c.signals[it.idx]
		f.str("capture", captureNames[s.cap])
		f.raw("active", orElse(s.active, "true", "false"))
		f.raw("consentRequired", orElse(c.thread != "" && s.active, "true", "false"))
	case consentAnswered:
		consentData(&f, &c.consents[it.idx])
	case noticeShown, noticeAcknowledged:
		ownNotice(&f, it)
	}
	return f.b
}

func ownNotice(f *fields, it *item) {
	s := &it.c.shows[it.idx]
	f.guid("noticeId", eventID(it.c, malformed, it.idx, 1))
	switch {
	case s.caps == 3 && f.text:
		f.str("capture", `[\"recording\",\"transcription\"]`)
	case s.caps == 3 && f.otlp:
		f.name("capture")
		f.b = append(f.b, `arrayValue":{"values":[{"stringValue":"recording"},{"stringValue":"transcription"}]}}}`...)
	case s.caps == 3:
		f.name("capture")
		f.b = append(f.b, `["recording","transcription"]`...)
	default:
		f.str("capture", captureNames[s.caps>>1])
	}
	if it.kind == noticeAcknowledged {
		return
	}
	f.str("state", stateNames[s.state])
	f.str("surface", surfaceNames[s.surface])
	f.str("text", noticeTexts[s.says()&3][s.state&3])
	f.str("locale", "en-GB")
}

var noticeTexts = [4][4]string{
	{},
	{"This call is being recorded.", "Recording has resumed.", "Recording is paused.", "Recording has stopped."},
	{"This call is being transcribed.", "Transcription has resumed.", "Transcription is paused.", "Transcription has stopped."},
	{"This call is being recorded and transcribed.", "Recording and transcription have resumed.", "Recording and transcription are paused.", "Recording and transcription have stopped."},
}

// ownCall writes the ids of the call that this client knows.
func ownCall(f *fields, it *item, x *session, at int64) {
	c := it.c
	notice := it.kind == captureSignalled || it.kind == noticeShown
	linked := c.eventGrid || c.callbacks // else nothing joins the two ids
	switch {
	case notice && c.thread != "" && x.quirk&0x8c == 0x8c && x.skew == 0 && at >= c.start && at < c.end:
		f.str("threadId", c.thread)
		return
	case linked && x.quirk&0x0c == 0x08:
		f.str("serverCallId", c.server[0])
		return
	}
	f.guid("callId", c.idAt(at))
	if linked && x.quirk&0x0c == 0x04 {
		f.str("serverCallId", c.server[0])
	}
	if c.thread != "" && x.quirk&0x0c == 0x0c {
		f.str("threadId", c.thread)
	}
}

// ownParticipant names the participant as this client does. Its own coming and
// going are always of one session.
func ownParticipant(f *fields, it *item, x *session) {
	bind := x.bind
	switch it.kind {
	case noticeShown:
		bind = it.c.shows[it.idx].bind
	case sessionJoined, sessionLeft, nameShown:
		bind = byParticipant
		if it.c.p2p && !it.c.eventGrid {
			bind = byEndpoint
		}
	}
	switch bind {
	case byParticipant:
		f.guid("participantId", x.pid)
		if it.kind == sessionJoined || it.kind == sessionLeft {
			f.str("rawId", x.who.raw)
		}
	case byEndpoint:
		f.str("rawId", x.who.raw)
		f.guid("endpointId", x.endpoint)
	case byRawID:
		f.str("rawId", x.who.raw)
	}
}
