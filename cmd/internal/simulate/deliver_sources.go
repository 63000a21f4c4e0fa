package simulate

// graph sends what Microsoft Graph says of a meeting.
func (d *delivery) graph() {
	c := d.c
	if !c.src.graph {
		return
	}
	f := []form{rawForm, graphNotices, graphNotices, graphNotice}[d.r.n(4)]
	send := func(k kind, idx int32, aux uint16, at, lo, hi int64) { d.send(k, graphTopic, f, idx, aux, at, lo, hi) }
	if c.src.roster {
		send(graphCallEvent, 0, callBegan, c.start, second, 20*second)
		for i := range c.roster {
			send(graphCallEvent, 0, callRostered+uint16(i), c.roster[i], second, 20*second)
		}
		send(graphCallEvent, 0, callOver, c.end, second, 20*second)
	}
	if c.src.secret {
		d.send(graphSecret, graphTopic, graphNotices, 0, 0, c.end, second, minute)
	}
	if c.src.record {
		for v := uint16(1); v <= c.src.versions; v++ {
			d.send(graphRecord, graphTopic, rawForm, 0, v, c.recordTime(v), second, minute)
		}
		for page := 0; c.src.paged && page*sessionsOfPage < len(c.sessions); page++ {
			d.send(graphSessions, graphTopic, rawForm, 0, uint16(page), c.recordTime(1), second, minute)
		}
	}
	if c.src.chat {
		send(graphChat, 0, chatCallBegan, c.start, second, 10*second)
		send(graphChat, 0, chatCallOver, c.end, second, 10*second)
		d.chatMessages(send)
	}
	for i := range c.runs {
		if u := &c.runs[i]; u.source != ofACS {
			d.send(graphArtifact, graphTopic, f, int32(i), uint16(u.cap), c.end, 5*minute, 50*minute)
		}
	}
}

// chatMessages sends what Teams and people wrote to the meeting's chat.
func (d *delivery) chatMessages(send func(k kind, idx int32, aux uint16, at, lo, hi int64)) {
	c := d.c
	for i := range c.runs {
		u := &c.runs[i]
		if !u.chat {
			continue
		}
		send(graphChat, int32(i), chatRunBegan, u.start, second, 10*second)
		if u.cap == transcription || u.endless {
			continue
		}
		if u.once {
			send(graphChat, int32(i), chatRunChanged, u.end, second, 10*second)
		} else {
			send(graphChat, int32(i), chatRunOver, u.end, second, 10*second)
		}
	}
	for i := range c.chat {
		send(graphChat, int32(i), chatWritten, c.chat[i].at, second, 10*second)
		if c.chat[i].edited != 0 {
			send(graphChat, int32(i), chatWrittenEdited, c.chat[i].edited, second, 10*second)
		}
	}
}

// metadata sends the metadata files of recordings, some minutes later.
func (d *delivery) metadata() {
	for i := range d.c.runs {
		u := &d.c.runs[i]
		if !u.meta {
			continue
		}
		for chunk := range u.chunks() {
			d.send(recordingMetadata, metadataTopic, rawForm, int32(i), uint16(chunk), u.end, 4*minute, 20*minute)
		}
	}
}

// logs sends what Azure Monitor has besides the summaries.
func (d *delivery) logs() {
	c := d.c
	f := []form{monitorRecords, monitorRecords, monitorLines, monitorRows}[d.r.n(4)]
	portal := f
	if c.src.portal {
		portal = monitorPortal
	}
	row := func(k kind, f form, idx int32, aux uint16) {
		it := item{c: c, kind: k, idx: idx, aux: aux}
		d.send(k, monitorTopic, f, idx, aux, c.logTime(&it), second, minute)
	}
	d.requests(portal, row)
	if c.src.billed {
		for i := range c.sessions {
			if m := c.sessionMeter(&c.sessions[i]); m != "" && m != meterUnmapped && c.sessions[i].model != phone {
				row(usageRecord, f, int32(i), 0)
			}
		}
	}
	if !c.src.logs {
		return
	}
	for i := range c.streams {
		row(streamingUsage, portal, int32(i), 0)
	}
	for i := range c.captions {
		row(captionsSummary, f, int32(i), 0)
	}
	for i := range c.chat {
		row(chatRequest, f, int32(i), 0)
	}
	row(roomsRequest, f, 0, 0)
	for i := range min(len(c.sessions), 30) {
		x := &c.sessions[i]
		if x.quirk&1 == 0 {
			row(callDiagnostics, f, int32(i), 0)
		}
		if x.model.inApp() && !c.p2p && x.quirk&2 == 0 {
			row(callSurvey, f, int32(i), 0)
			row(clientOperation, f, int32(i), 0)
		}
	}
}

// requests sends the log of requests: of those that were accepted one for each
// change of a recording, and some that were not.
func (d *delivery) requests(f form, row func(k kind, f form, idx int32, aux uint16)) {
	c := d.c
	if !c.src.requests {
		return
	}
	row(automationRequest, f, 0, 0)
	row(mediaSummary, f, 0, 0)
	for i := range c.runs {
		u := &c.runs[i]
		if !u.requested {
			continue
		}
		n := len(u.parts())
		for j := range n {
			row(recordingRequest, f, int32(i), uint16(2*j))
			if j < n-1 || u.end < c.end && !u.open {
				row(recordingRequest, f, int32(i), uint16(2*j+1))
			}
		}
		if u.end-u.start > minute {
			row(recordingRequest, f, int32(i), requestRefused)
		}
	}
}
