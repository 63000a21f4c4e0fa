package simulate

import "strconv"

const webAgent = "acs-web-app-ACSWeb(3617/1.0.0.0/os=windows; browser=chrome; browserVer=131.0; deviceType=Desktop)/TsCallingVersion=2026.40.01/Ovb=stable"

// renderGrid writes one Event Grid event, in the Event Grid schema or as a
// CloudEvent (facts on the wire: event-grid/communication-services-*.md).
func (g *generator) renderGrid(b []byte, it *item) []byte {
	c := it.c
	at := c.gridTime(it)
	id := eventID(c, it.kind, it.idx, it.aux)
	topic := c.app.res.lower
	if it.kind == chatForUser {
		topic = c.app.res.arm // user-level chat spells it in mixed case
	}
	g.saw(at)
	b = id.append(append(b, `{"id":"`...))
	if it.form == gridArray {
		b = append(append(b, `","topic":"`...), topic...)
	} else {
		b = append(append(b, `","source":"`...), topic...)
	}
	b = gridSubject(append(b, `","subject":"`...), it)
	if it.form != gridArray {
		b = append(append(b, `","type":"`...), kindNames[it.kind]...)
		b = appendTime(append(b, `","time":"`...), at, ticks, id.lo)
		b = append(b, `","specversion":"1.0`...)
	}
	b = append(b, `","data":{`...)
	b = gridData(b, it, at, id)
	if it.form != gridArray {
		return append(b, `}}`...)
	}
	b = append(append(b, `},"eventType":"`...), kindNames[it.kind]...)
	b = append(b, `","dataVersion":"1.0","metadataVersion":"1","eventTime":"`...)
	return append(appendTime(b, at, ticks, id.lo), `"}`...)
}

func (c *script) gridTime(it *item) int64 {
	switch it.kind {
	case callStarted:
		return c.start
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
	case recordingFile:
		b = c.idAt(c.runs[it.idx].start).append(append(b, "/recording/call/"...))
		b = append(append(b, "/serverCallId/"...), c.server[0]...)
		b = append(append(b, "/recordingId/"...), c.runs[it.idx].id...)
	case chatInThread, chatForUser:
		m := &c.chat[it.idx]
		b = append(append(chatThread(append(b, "thread/"...), c), "/sender/"...), m.from.raw...)
		if it.kind == chatForUser {
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
		return fileData(b, &c.runs[it.idx], id)
	case chatInThread, chatForUser:
		return chatData(b, it, at)
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

func fileData(b []byte, u *run, id guid) []byte {
	var length int64
	for _, p := range u.parts() {
		length += p.end - p.start
	}
	b = id.append(append(b, `"recordingStorageInfo":{"recordingChunks":[{"documentId":"0-weu-d12-`...))
	b = append(b, `","index":0,"endReason":"SessionEnded","contentLocation":"https://storage.example.com/content/video","metadataLocation":"https://storage.example.com/content/acsmetadata","deleteLocation":"https://storage.example.com/delete"}]},"recordingStartTime":"`...)
	b = appendTime(b, u.start, ticks, 0)
	b = strconv.AppendInt(append(b, `","recordingDurationMs":`...), length, 10)
	b = append(append(b, `,"recordingContentType":"`...), []string{"AudioVideo", "Audio", "Audio"}[u.content]...)
	b = append(append(b, `","recordingChannelType":"`...), []string{"Mixed", "Mixed", "Unmixed"}[u.content]...)
	b = append(append(b, `","recordingFormatType":"`...), []string{"Mp4", "Mp3", "Wav"}[u.content]...)
	return append(b, `","sessionEndReason":"CallEnded"`...)
}

func chatThread(b []byte, c *script) []byte {
	b = append(b, "19:"...)
	for i := 60; i >= 0; i -= 4 {
		b = append(b, hexDigits[c.conn.hi>>i&15], hexDigits[c.conn.lo>>i&15])
	}
	return append(b, "@thread.v2"...)
}

func chatRecipient(it *item) *person {
	pool := it.c.app.externals
	return &pool[(int(it.c.seed%1000)+int(it.aux)+1)%len(pool)]
}

// chatData writes a message: once for the thread, with its version as a string,
// and once for each recipient, with a number.
func chatData(b []byte, it *item, at int64) []byte {
	m := &it.c.chat[it.idx]
	b = strconv.AppendInt(append(b, `"messageBody":"On my way","messageId":"`...), at, 10)
	b = append(b, `","metadata":{},"type":"Text","version":`...)
	if it.kind == chatInThread {
		b = append(strconv.AppendInt(append(b, '"'), at, 10), '"')
	} else {
		b = strconv.AppendInt(b, at, 10)
		b = append(append(b, `,"senderId":"`...), m.from.raw...)
		to := chatRecipient(it)
		b = append(append(b, `","recipientId":"`...), to.raw...)
		b = append(append(b, `","recipientCommunicationIdentifier":{"rawId":"`...), to.raw...)
		b = append(append(b, `","communicationUser":{"id":"`...), to.raw...)
		b = append(b, `"}}`...)
	}
	b = append(append(b, `,"senderDisplayName":"`...), m.from.name...)
	b = append(append(b, `","senderCommunicationIdentifier":{"rawId":"`...), m.from.raw...)
	b = append(append(b, `","communicationUser":{"id":"`...), m.from.raw...)
	b = appendTime(append(b, `"}},"composeTime":"`...), at, millis, 0)
	b = chatThread(append(b, `","threadId":"`...), it.c)
	return append(b, `","transactionId":"foMkntkKS0O/MhMlIE5Aag.1.1.1.1.1004077250.1"`...)
}
