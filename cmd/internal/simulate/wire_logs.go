package simulate

import "strconv"

// The aux of a request about a recording: which of its parts it begins or ends,
// as callbacks have it; or that it was refused.
const requestRefused uint16 = 0xffff

// requestTime is when a request about a recording was made.
func (c *script) requestTime(it *item) int64 {
	u := &c.runs[it.idx]
	if it.aux == requestRefused {
		return u.start + (u.end-u.start)/2
	}
	p := u.parts()[it.aux/2]
	if it.aux%2 == 1 {
		return p.end - u.lead
	}
	return p.start - u.lead
}

// requestNames are the operations that begin and end the parts of a recording.
func (u *run) requestName(aux uint16) string {
	switch n := uint16(len(u.parts())); {
	case aux == requestRefused:
		return "StopRecording"
	case aux == 0:
		return "StartRecording"
	case aux == 2*n-1:
		return "StopRecording"
	case aux%2 == 1:
		return "PauseCallRecording"
	}
	return "ResumeCallRecording"
}

// logTime is when a row of a log was written that is about a call.
func (c *script) logTime(it *item) int64 {
	switch it.kind {
	case recordingRequest:
		return c.requestTime(it)
	case automationRequest:
		return c.start + second
	case mediaSummary:
		return c.playTime()
	case streamingUsage:
		return c.streams[it.idx].end + 5*second
	case captionsSummary:
		return c.captions[it.idx].end + 2*second
	case usageRecord:
		return c.end + 40*minute
	case clientOperation:
		return c.sessions[it.idx].joined + 3*second
	case chatRequest:
		return c.chat[it.idx].at
	case roomsRequest:
		return c.start
	}
	return c.end + 6*minute // diagnostics and surveys
}

// logRow writes a row of one of the logs besides the summaries, in the shapes of
// the documentation's samples.
func (g *generator) logRow(b []byte, it *item) []byte {
	c := it.c
	at := c.logTime(it)
	g.saw(at)
	name := kindNames[it.kind]
	switch it.kind {
	case recordingRequest, automationRequest:
		return c.requestRow(b, it, at)
	case streamingUsage:
		return c.streamingRow(b, it, at)
	case captionsSummary:
		return c.captionsRow(b, it, at)
	case usageRecord:
		return c.usageRow(b, it, at)
	case callDiagnostics:
		x := &c.sessions[it.idx]
		f := monitorHeader(b, it, c.idAt(x.joined), at, "CallDiagnostics", name, "ACSCallDiagnostics")
		f.str("identifier", x.who.monitor)
		c.participant(&f, x)
		f.guid("endpointId", x.endpoint)
		f.str("endpointType", endpointType(x))
		f.str("mediaType", "Audio")
		f.str("streamId", strconv.Itoa(1000+int(it.idx)))
		f.str("transportType", "UDP")
		for _, one := range [...]struct{ name, value string }{{"roundTripTimeAvg", "82"}, {"roundTripTimeMax", "88"}, {"jitterAvg", "1"},
			{"jitterMax", "1"}, {"packetLossRateAvg", "3.146336E-05"}, {"packetLossRateMax", "0"}} {
			f.str(one.name, one.value)
		}
		return monitorEnd(&f, it)
	case callSurvey:
		x := &c.sessions[it.idx]
		f := monitorHeader(b, it, x.pid, at, "CallSurvey", name, "ACSCallSurvey")
		f.guid("surveyId", eventID(c, it.kind, it.idx, 0))
		f.guid("callId", c.idAt(x.joined))
		f.guid("participantId", x.pid)
		f.int("overallRatingScore", 4, false)
		f.int("overallRatingScoreLowerBound", 1, false)
		f.int("overallRatingScoreUpperBound", 5, false)
		return monitorEnd(&f, it)
	case clientOperation:
		return c.clientRow(b, it, at)
	case mediaSummary:
		f := monitorHeader(b, it, c.idAt(at), at, "Play", name, "ACSCallAutomationMediaSummary")
		f.guid("OperationId", eventID(c, automationRequest, 0, 1))
		f.guid("CallConnectionId", c.conn)
		f.str("PlayInLoop", "FALSE")
		f.str("PlayToParticipant", "FALSE")
		f.str("PlayInterrupted", "FALSE")
		f.int("ResultCode", 200, false)
		f.int("ResultSubcode", 0, false)
		f.str("ResultMessage", "Action completed successfully.")
		f.str("ResultType", "Completed")
		return monitorEnd(&f, it)
	case chatRequest:
		f := monitorHeader(b, it, eventID(c, it.kind, it.idx, 0), at, "SendChatMessage", name, "ACSChatIncomingOperations")
		f.str("ChatThreadId", string(c.threadOfChat(nil)))
		f.str("ChatMessageId", strconv.FormatInt(c.chat[it.idx].at, 10))
		f.str("UserId", c.chat[it.idx].from.raw)
		requestResult(&f, "201")
		return monitorEnd(&f, it)
	}
	f := monitorHeader(b, it, eventID(c, it.kind, 0, 0), at, "CreateRoom", name, "ACSRoomsIncomingOperations")
	f.str("RoomId", "9919"+strconv.FormatUint(c.seed%1e13, 10))
	f.int("RoomLifespan", 60, false)
	f.int("RoomParticipantsCount", int64(len(c.sessions)), false)
	f.raw("PstnDialOutEnabled", "false")
	requestResult(&f, "201")
	return monitorEnd(&f, it)
}

func requestResult(f *fields, status string) {
	f.str("Level", "Informational")
	f.str("ResultType", orElse(status[0] == '2', "Succeeded", "Failed"))
	f.raw("ResultSignature", status)
	f.int("DurationMs", 130, false)
	f.str("CallerIpAddress", "127.0.0.1")
	f.str("SdkType", "dotnet")
	f.str("SdkVersion", "1.5.0")
}

// participant writes the participant id, which two-party records have not.
func (c *script) participant(f *fields, x *session) {
	if c.p2p {
		f.str("participantId", "null")
	} else {
		f.guid("participantId", x.pid)
	}
}

// requestRow writes a request to Call Automation: to play audio, or about a
// recording, whose id is in the URI behind blanks as in a real row.
func (c *script) requestRow(b []byte, it *item, at int64) []byte {
	name, table, status := "Play", "ACSCallAutomationIncomingOperations", "202"
	uri := c.app.res.name + ".communication.azure.com"
	if it.kind == recordingRequest {
		u := &c.runs[it.idx]
		name, table, status = u.requestName(it.aux), "ACSCallRecordingIncomingOperations", orElse(it.aux == requestRefused, "404", "202")
		uri = "https://" + c.app.res.name + ".communication.azure.com/calling/recordings"
		if name != "StartRecording" {
			uri += "/   " + u.id
			switch name[0] {
			case 'P':
				uri += ":pause"
			case 'R':
				uri += ":resume"
			}
		}
		uri += "?api-version=2025-05-15"
	}
	f := monitorHeader(b, it, c.idAt(at), at, name, kindNames[it.kind], table)
	f.str("URI", uri)
	f.guid("CallConnectionId", c.conn)
	f.str("ServerCallId", c.server[1])
	requestResult(&f, status)
	if it.kind == automationRequest {
		f.str("SubOperationName", "File")
		f.guid("OperationId", eventID(c, it.kind, 0, 1))
	}
	return monitorEnd(&f, it)
}

// streamingRow writes what was streamed. Its duration has fractions of a
// millisecond, which are nearest to a whole one.
func (c *script) streamingRow(b []byte, it *item, at int64) []byte {
	s := &c.streams[it.idx]
	f := monitorHeader(b, it, c.idAt(s.start), at, "StreamingUsage", kindNames[it.kind], "ACSCallAutomationStreamingUsage")
	f.guid("CallConnectionId", c.conn)
	f.str("StreamingModality", modalityNames[s.modality])
	if it.form == monitorPortal {
		f.time("StreamingStartTime [UTC]", s.start, portalTime, 0)
	} else {
		f.time("StreamingStartTime", s.start, ticks, 0)
	}
	f.raw("StreamingDurationInMs", strconv.FormatInt(s.end-s.start, 10)+".0"+strconv.FormatUint(100+c.seed%900, 10))
	f.guid("StreamingSessionId", s.id)
	if s.sess >= 0 {
		f.guid("ParticipantId", c.sessions[s.sess].pid)
	}
	return monitorEnd(&f, it)
}

func (c *script) captionsRow(b []byte, it *item, at int64) []byte {
	s := &c.captions[it.idx]
	f := monitorHeader(b, it, c.idAt(s.start), at, "ClosedCaptionsSummary", "ACSCallClosedCaptionsSummary", "ACSCallClosedCaptionsSummary")
	f.str("ResourceId", c.app.res.guid)
	f.guid("SpeechRecognitionSessionId", s.id)
	f.str("SpokenLanguage", "en-us")
	f.time("StartTime", s.start, ticks, 0)
	d := s.end - s.start
	f.str("Duration", strconv.FormatInt(d/second, 10)+"."+string(digits(nil, d%second/10, 2)))
	f.str("EndReason", "Stopped")
	f.str("CancelReason", "")
	f.str("ResultType", "Succeeded")
	f.str("Level", "Informational")
	return monitorEnd(&f, it)
}

// usageRow writes Azure's own word of what a session used.
func (c *script) usageRow(b []byte, it *item, at int64) []byte {
	x := &c.sessions[it.idx]
	f := monitorHeader(b, it, c.idAt(x.joined), at, "Usage", "Usage", "ACSBillingUsage")
	f.guid("recordID", eventID(c, it.kind, it.idx, 0))
	f.str("usageType", "audio")
	f.str("unitType", "minutes")
	ms := x.left - x.joined
	f.raw("quantity", strconv.FormatInt(ms/minute, 10)+"."+string(digits(nil, ms%minute*100_000_000/minute, 8)))
	f.time("startTime", x.joined, ticks, 0)
	f.time("endTime", x.left, ticks, 0)
	c.participant(&f, x)
	f.str("userIdA", x.who.monitor)
	return monitorEnd(&f, it)
}

func (c *script) clientRow(b []byte, it *item, at int64) []byte {
	x := &c.sessions[it.idx]
	f := monitorHeader(b, it, eventID(c, it.kind, it.idx, 1), at, "CreateView", kindNames[it.kind], "ACSCallClientOperations")
	f.time("CallClientTimeStamp", x.joined+second, millis, 0)
	f.guid("CallId", c.idAt(x.joined))
	c.participant(&f, x)
	f.str("OperationType", "client-api-request")
	f.guid("OperationId", eventID(c, it.kind, it.idx, 0))
	f.str("DurationMs", "577")
	f.str("ResultType", "Succeeded")
	f.raw("ResultSignature", "200")
	f.str("SdkVersion", c.app.sdk)
	f.str("UserAgent", webAgent)
	f.guid("ClientInstanceId", eventID(c, it.kind, it.idx, 2))
	f.str("OperationPayload", `{\"StreamType\":\"Video\",\"StreamId\":\"2.0\",\"Source\":\"remote\"}`)
	return monitorEnd(&f, it)
}
