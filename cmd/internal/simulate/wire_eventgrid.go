package simulate

import "strconv"

const webAgent = "acs-web-app-ACSWeb(3617/1.0.0.0/os=windows; browser=chrome; browserVer=131.0; deviceType=Desktop)/TsCallingVersion=2026.40.01/Ovb=stable"

// renderGrid writes one Event Grid event, in the Event Grid schema or as a
// CloudEvent (facts on the wire: event-grid/communication-services-*.md).
func (g *generator) renderGrid(b []byte, it *item) []byte {
	c := it.c
	if it.kind == gridValidation {
		return c.validation(b, it)
	}
	array := it.form == gridArray || it.form == gridDead
	at := c.gridTime(it)
	id := eventID(c, it.kind, it.idx, it.aux)
	topic := c.app.res.lower
	if forUser(it.kind) {
		topic = c.app.res.arm // user-level chat spells it in mixed case
	}
	g.saw(at)
	b = append(b, '{')
	if it.form == gridDead {
		b = append(b, `"deadLetterReason":"MaxDeliveryAttemptsExceeded","deliveryAttempts":30,"lastDeliveryOutcome":"NotFound","publishTime":"`...)
		b = appendTime(b, at+300, ticks, id.hi)
		b = append(appendTime(append(b, `","lastDeliveryAttemptTime":"`...), at+hour, ticks, id.hi), `",`...)
	}
	b = id.append(append(b, `"id":"`...))
	if array {
		b = append(append(b, `","topic":"`...), topic...)
	} else {
		b = append(append(b, `","source":"`...), topic...)
	}
	b = gridSubject(append(b, `","subject":"`...), it)
	if !array {
		b = append(append(b, `","type":"`...), kindNames[it.kind]...)
		b = appendTime(append(b, `","time":"`...), at, ticks, id.lo)
		b = append(b, `","specversion":"1.0`...)
	}
	b = append(b, `","data":{`...)
	b = gridData(b, it, at, id)
	if !array {
		return append(b, `}}`...)
	}
	b = append(append(b, `},"eventType":"`...), kindNames[it.kind]...)
	b = append(b, `","dataVersion":"1.0","metadataVersion":"1","eventTime":"`...)
	return append(appendTime(b, at, ticks, id.lo), `"}`...)
}

func (c *script) gridTime(it *item) int64 {
	switch it.kind {
	case callStarted, incomingCall:
		return c.start
	case chatThreadCreated, chatThreadForUser:
		return c.chat[0].at
	case callEnded:
		return c.end
	case participantAdded:
		return c.sessions[it.idx].joined
	case participantRemoved:
		return c.sessions[it.idx].left
	case recordingFile:
		return c.runs[it.idx].end + 3*minute
	case chatInThread, chatForUser:
		return c.chat[it.idx].at
	case chatEditedInThread, chatEditedForUser, chatDeletedInThread, chatDeletedForUser:
		return c.chat[it.idx].edited
	}
	return it.c.start + int64(it.idx)*second
}

func gridSubject(b []byte, it *item) []byte {
	c := it.c
	switch it.kind {
	case callStarted, callEnded, participantAdded, participantRemoved:
		b = append(append(b, "call/"...), c.server[0]...)
		switch it.kind {
		case callStarted:
			b = append(append(b, "/startedBy/"...), c.sessions[0].who.raw...)
		case participantAdded, participantRemoved:
			b = append(append(b, "/participant/"...), c.sessions[it.idx].who.raw...)
		}
	case incomingCall:
		b = append(append(b, "/caller/"...), c.sessions[0].who.raw...)
		b = append(append(b, "/recipient/"...), c.sessions[it.idx].who.raw...)
	case chatThreadCreated, chatThreadForUser:
		b = append(append(c.threadOfChat(append(b, "thread/"...)), "/createdBy/"...), c.chat[0].from.raw...)
		if it.kind == chatThreadForUser {
			b = append(append(b, "/recipient/"...), chatRecipient(it).raw...)
		}
	case recordingFile:
		b = c.idAt(c.runs[it.idx].start).append(append(b, "/recording/call/"...))
		b = append(append(b, "/serverCallId/"...), c.server[0]...)
		b = append(append(b, "/recordingId/"...), c.runs[it.idx].id...)
	case chatInThread, chatForUser, chatEditedInThread, chatEditedForUser, chatDeletedInThread, chatDeletedForUser:
		m := &c.chat[it.idx]
		b = append(append(c.threadOfChat(append(b, "thread/"...)), "/sender/"...), m.from.raw...)
		if forUser(it.kind) {
			b = append(append(b, "/recipient/"...), chatRecipient(it).raw...)
		}
	default:
		b = append(b, "job/"...)
		b = c.conn.append(b)
	}
	return b
}

func gridData(b []byte, it *item, at int64, id guid) []byte {
	c := it.c
	switch it.kind {
	case recordingFile:
		return c.fileData(b, it.idx)
	case incomingCall:
		return c.ring(b)
	case chatThreadCreated, chatThreadForUser:
		return threadData(b, it)
	case chatInThread, chatForUser, chatEditedInThread, chatEditedForUser, chatDeletedInThread, chatDeletedForUser:
		return chatData(b, it)
	case otherGrid:
		b = c.conn.append(append(b, `"jobId":"`...))
		return append(b, `","queueId":"general","priority":1`...)
	case callEnded:
		name := `"durationOfCall":`
		if c.egForm == 2 {
			name = `"callDurationInSeconds":`
		}
		b = append(appendSeconds(append(b, name...), c.end-c.start), ',')
		if c.egForm == 2 {
			b = append(b, `"endedBy":{"type":"MicrosoftInternal"},"reason":{"code":0,"subCode":0,"phrase":"CallEnded"},`...)
		}
	case participantAdded, participantRemoved:
		x := &c.sessions[it.idx]
		b = gridPerson(append(b, `"user":`...), x.who, c.egForm)
		b = append(append(b, `,"displayName":"`...), x.name...)
		b = x.pid.append(append(b, `","participantId":"`...))
		if c.egForm == 2 {
			b = append(b, `","userAgent":"`+webAgent+`",`...)
		} else {
			b = append(b, `","endpointType":"`+webAgent+`",`...)
		}
	}
	return gridCommon(b, c, at)
}

// gridCommon writes what all call events carry.
func gridCommon(b []byte, c *script, at int64) []byte {
	b = gridPerson(append(b, `"startedBy":`...), c.sessions[0].who, c.egForm)
	b = append(append(b, `,"serverCallId":"`...), c.server[0]...)
	b = append(b, `","group":{"id":"00000000-0000-0000-0000-000000000000"},"room":{"id":""},"isTwoParty":`...)
	b = strconv.AppendBool(b, c.p2p)
	b = c.idAt(at).append(append(b, `,"correlationId":"`...))
	return append(b, `","isRoomsCall":false`...)
}

// gridPerson writes startedBy and user in the shape of one of three generations.
func gridPerson(b []byte, who *person, generation uint8) []byte {
	switch generation {
	case 0:
		b = append(b, `{"rawId":"`...)
	case 1:
		b = append(b, `{"communicationIdentifier":{"rawId":"`...)
	default:
		b = append(b, `{"communicationIdentifier":{"kind":"communicationUser","rawId":"`...)
	}
	b = append(b, who.raw...)
	b = append(append(b, `","communicationUser":{"id":"`...), who.raw...)
	if generation == 0 {
		return append(b, `"},"role":"Attendee"}`...)
	}
	return append(b, `"}},"role":"Attendee"}`...)
}

func (c *script) fileData(b []byte, idx int32) []byte {
	u := &c.runs[idx]
	length := u.within(span{u.start, u.end})
	b = append(b, `"recordingStorageInfo":{"recordingChunks":[`...)
	chunks := u.chunks()
	for i := range chunks {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.chunkID(append(b, `{"documentId":"`...), idx, uint16(i))
		b = strconv.AppendInt(append(b, `","index":`...), int64(i), 10)
		b = append(append(b, `,"endReason":"`...), orElse(i == len(chunks)-1, "SessionEnded", "ChunkMaximumSizeExceeded")...)
		b = append(b, `","contentLocation":"https://storage.example.com/content/video","metadataLocation":"https://storage.example.com/content/acsmetadata","deleteLocation":"https://storage.example.com/delete"}`...)
	}
	b = append(b, `]},"recordingStartTime":"`...)
	b = appendTime(b, u.start, ticks, 0)
	b = strconv.AppendInt(append(b, `","recordingDurationMs":`...), length, 10)
	b = append(append(b, `,"recordingContentType":"`...), []string{"AudioVideo", "Audio", "Audio"}[u.content]...)
	b = append(append(b, `","recordingChannelType":"`...), []string{"Mixed", "Mixed", "Unmixed"}[u.content]...)
	b = append(append(b, `","recordingFormatType":"`...), []string{"Mp4", "Mp3", "Wav"}[u.content]...)
	return append(b, `","sessionEndReason":"CallEnded"`...)
}

// validation writes the event by which Event Grid asks a new endpoint whether it
// wants events at all.
func (c *script) validation(b []byte, it *item) []byte {
	id := eventID(c, it.kind, 0, 0)
	b = id.append(append(b, `{"id":"`...))
	b = append(append(b, `","topic":"`...), c.app.res.arm...)
	b = id.append(append(b, `","subject":"","data":{"validationCode":"`...))
	b = append(append(b, `","validationUrl":"https://rp-westeurope.eventgrid.example/validate"},"eventType":"`...), kindNames[it.kind]...)
	b = appendTime(append(b, `","eventTime":"`...), c.start, ticks, id.lo)
	return append(b, `","metadataVersion":"1","dataVersion":"2"}`...)
}

// rings is true of calls whose second participant was called.
func (c *script) rings() bool {
	return len(c.sessions) > 1 && c.sessions[1].model == external && c.seed&32 == 0 && !c.open
}

// ring writes that a call comes in. Its context is an opaque secret.
func (c *script) ring(b []byte) []byte {
	for i, member := range [...]string{"from", "to"} {
		who := c.sessions[i].who.raw
		b = append(append(append(b, '"'), member...), `":{"kind":"communicationUser","rawId":"`...)
		b = append(append(append(append(b, who...), `","communicationUser":{"id":"`...), who...), `"}},`...)
	}
	b = append(append(b, `"serverCallId":"`...), c.server[0]...)
	b = append(append(b, `","callerDisplayName":"`...), c.sessions[0].name...)
	b = append(b, `","customContext":{"sipHeaders":{},"voipHeaders":{"department":"care"}},"incomingCallContext":"eyJhbGciOiJub25lIn0.SECRET","correlationId":"`...)
	return append(c.idAt(c.start).append(b), '"')
}
