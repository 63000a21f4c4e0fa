package simulate

import "strconv"

// The aux of a message in a meeting's chat: what it is about. Of a run there is
// one more for its end, or another version of the first.
const (
	chatCallBegan uint16 = iota
	chatCallOver
	chatRunBegan
	chatRunOver
	chatRunChanged
	chatWritten // by a person
	chatWrittenEdited
)

// chatTimes are when a message was created and last changed.
func (c *script) chatTimes(it *item) (created, modified int64) {
	switch it.aux {
	case chatCallBegan:
		return c.start, c.start
	case chatCallOver:
		return c.end, c.end
	case chatRunBegan:
		return c.runs[it.idx].start, c.runs[it.idx].start
	case chatRunOver:
		return c.runs[it.idx].end, c.runs[it.idx].end
	case chatRunChanged:
		return c.runs[it.idx].start, c.runs[it.idx].end
	case chatWrittenEdited:
		return c.chat[it.idx].at, c.chat[it.idx].edited
	}
	return c.chat[it.idx].at, c.chat[it.idx].at
}

// messageID is the id of a message: when it was created, in milliseconds, a
// little later where several were.
func (c *script) messageID(it *item) string {
	created, _ := c.chatTimes(it)
	switch it.aux {
	case chatWritten, chatWrittenEdited:
	case chatRunBegan, chatRunChanged:
		created += 10 + int64(it.idx)
	case chatRunOver:
		created += 30 + int64(it.idx)
	default:
		created += 50 + int64(it.aux)
	}
	return strconv.FormatInt(created, 10)
}

// chatMessage writes a message of the meeting's chat: one of the system about a
// call, a recording or a transcription, in either spelling of the type; or one
// that somebody wrote.
func (g *generator) chatMessage(b []byte, it *item) []byte {
	c := it.c
	created, modified := c.chatTimes(it)
	g.saw(created)
	system := it.aux < chatWritten
	b = append(append(b, `{"id":"`...), c.messageID(it)...)
	b = strconv.AppendInt(append(b, `","replyToId":null,"etag":"`...), modified, 10)
	b = append(append(b, `","messageType":"`...), orElse(system, "systemEventMessage", "message")...)
	b = append(b, `","createdDateTime":"`...)
	if it.aux == chatCallBegan && c.seed&4 == 0 {
		// The documentation's samples lack the T.
		day := appendTime(nil, created, millis, 0)
		b = append(append(b, day[:10]...), day[11:]...)
	} else {
		b = appendTime(b, created, millis, 0)
	}
	b = appendTime(append(b, `","lastModifiedDateTime":"`...), modified, millis, 0)
	b = append(b, `","lastEditedDateTime":`...)
	if it.aux == chatWrittenEdited && !c.chat[it.idx].deleted {
		b = append(appendTime(append(b, '"'), modified, millis, 0), `","deletedDateTime":null`...)
	} else if it.aux == chatWrittenEdited {
		b = append(appendTime(append(b, `null,"deletedDateTime":"`...), modified, millis, 0), '"')
	} else {
		b = append(b, `null,"deletedDateTime":null`...)
	}
	b = append(append(b, `,"subject":null,"summary":null,"chatId":"`...), c.thread...)
	b = append(b, `","importance":"normal","locale":"en-us","webUrl":null,"policyViolation":null,"channelIdentity":null,"attachments":[],"mentions":[],"reactions":[],"from":`...)
	if !system {
		m := &c.chat[it.idx]
		b = append(b, '{')
		if m.model == external {
			b = append(append(append(b, `"azureCommunicationServicesUser":{"id":"`...), m.from.raw...), `","displayName":"`...)
		} else {
			b = append(append(append(b, `"user":{"userIdentityType":"aadUser","id":"`...), m.from.monitor...), `","displayName":"`...)
		}
		b = append(append(b, m.name...), `"}},"body":{"contentType":"text","content":"On my way"},"eventDetail":null}`...)
		return b
	}
	b = append(b, `null,"body":{"contentType":"html","content":"<systemEventMessage/>"},"eventDetail":{"@odata.type":"#`...)
	b = append(b, orElse(c.seed&8 == 0, "microsoft.graph", "Microsoft.Teams.GraphSvc")...)
	return append(c.eventDetail(b, it), '}', '}')
}

// eventDetail writes what a system message is about.
func (c *script) eventDetail(b []byte, it *item) []byte {
	kind := [...]string{chatCallBegan: "callStarted", chatCallOver: "callEnded", chatRunBegan: "callRecording", chatRunOver: "callRecording", chatRunChanged: "callRecording"}[it.aux]
	if it.aux > chatCallOver && c.runs[it.idx].cap == transcription {
		kind = "callTranscript"
	}
	b = append(append(b, '.'), kind...)
	b = c.src.graphCall.append(append(b, `EventMessageDetail","callId":"`...))
	b = append(b, '"')
	who := `{"application":null,"device":null,"user":{"id":"` + c.organizer() + `","displayName":null,"userIdentityType":"aadUser"}}`
	switch {
	case it.aux == chatCallBegan:
		b = append(b, `,"callEventType":"meeting"`...)
	case it.aux == chatCallOver:
		b = append(appendISO(append(b, `,"callEventType":"meeting","callDuration":"`...), c.end-c.start), `","callParticipants":[`...)
		for i := range c.once {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"participant":{"application":null,"device":null,`...)
			b = append(c.identitySet(b, &c.sessions[i]), '}', '}')
		}
		b = append(b, ']')
	case kind == "callTranscript":
		return append(append(b, `,"callTranscriptICalUid":"040000008200E00074C5B7101A82E008 ","meetingOrganizer":`...), who...)
	default:
		u := &c.runs[it.idx]
		b = append(b, `,"callRecordingDisplayName":"Meeting Recording.mp4"`...)
		if it.aux == chatRunBegan {
			b = append(b, `,"callRecordingUrl":null,"callRecordingDuration":null,"callRecordingStatus":"initial"`...)
		} else {
			var length int64
			for _, p := range u.parts() {
				length += p.end - p.start
			}
			b = append(b, `,"callRecordingUrl":"https://contoso.sharepoint.com/Recordings/Meeting%20Recording.mp4?web=1","callRecordingDuration":"`...)
			b = append(appendISO(b, length), `","callRecordingStatus":"`...)
			b = append(append(b, orElse(c.seed&16 == 0, "success", "chunkFinished")...), '"')
		}
		b = append(append(b, `,"meetingOrganizer":`...), who...)
	}
	return append(append(b, `,"initiator":`...), who...)
}

// appendISO spells milliseconds as a duration of ISO 8601.
func appendISO(b []byte, ms int64) []byte {
	b = append(b, "PT"...)
	if ms >= minute {
		b = append(strconv.AppendInt(b, ms/minute, 10), 'M')
	}
	return append(appendSeconds(b, ms%minute), 'S')
}

// artifact writes a callRecording or callTranscript: a file that is there when
// the meeting is over. A transcript's time is absent, as in the documentation.
func (g *generator) artifact(b []byte, it *item) []byte {
	c := it.c
	id, meeting := c.artifactID(it), c.meetingID()
	b = append(append(b, `{"id":"`...), id...)
	b = append(append(b, `","meetingId":"`...), meeting...)
	what := orElse(it.aux == 1, "transcript", "recording")
	b = append(append(append(b, `","`...), what...), `ContentUrl":"communications/onlineMeetings/`...)
	b = append(append(append(append(append(b, meeting...), '/'), what...), `s/`...), id...)
	b = append(b, `/content","createdDateTime":`...)
	if it.aux == 1 {
		b = append(b, "null"...)
	} else {
		at := c.runs[it.idx].start
		g.saw(at)
		b = append(appendTime(append(b, '"'), at, ticks, 0), '"')
	}
	b = append(append(b, `,"meetingOrganizer":{"application":null,"device":null,"user":{"userIdentityType":"aadUser","id":"`...), c.organizer()...)
	b = append(append(b, `","displayName":null,"tenantId":"`...), c.app.tenantGUID...)
	return append(b, `"}},"content":null}`...)
}
