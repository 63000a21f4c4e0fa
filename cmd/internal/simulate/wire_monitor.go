package simulate

// renderMonitor writes one Azure Monitor resource log record: the shape that
// diagnostic settings send and blobs hold, or a flat Log Analytics row. The
// quirks are those seen in public samples: numbers as strings, "null" for what
// is not there, casings that vary, a stray space.
func (g *generator) renderMonitor(b []byte, it *item) []byte {
	switch it.kind {
	case recordingSummary:
		return g.recordingSummary(b, it)
	case otherMonitor:
		return g.otherRecord(b, it)
	case callSummary, callSummaryUpdates:
		return g.callSummary(b, it)
	}
	return g.logRow(b, it)
}

// header writes the members beside properties and leaves the object open. In a
// row the properties follow on the same level.
func monitorHeader(b []byte, it *item, id guid, at int64, operation, category, table string) fields {
	f := fields{b: append(b, '{')}
	if it.form == monitorPortal {
		f.time("TimeGenerated [UTC]", at, portalTime, 0)
		f.str("OperationName", operation)
		f.guid("CorrelationId", id)
		f.pascal, f.quoted = true, true
		return f
	}
	if it.form == monitorRows {
		f.time("TimeGenerated", at, ticks, 0)
		f.str("OperationName", operation)
		f.str("OperationVersion", "1.0")
		f.str("Category", category)
		f.guid("CorrelationId", id)
		f.str("_ResourceId", it.c.app.res.lower)
		f.str("Type", table)
		f.pascal = true
		return f
	}
	f.time("time", at, millis, 0)
	f.str("resourceId", it.c.app.res.upper)
	f.guid("correlationId", id)
	f.str("operationName", operation)
	f.str("operationVersion", "1.0")
	f.str("category", category)
	f.name("properties")
	f.b, f.some = append(f.b, '{'), false
	return f
}

func monitorEnd(f *fields, it *item) []byte {
	if it.form == monitorRows || it.form == monitorPortal {
		return append(f.b, '}')
	}
	return append(f.b, '}', '}')
}

var monitorTypes = [models]string{teamsInApp: "ACS as Microsoft 365 user", teamsClient: "Teams", anonymous: "Teams", extension: "ACS as Microsoft 365 user"}

func (g *generator) callSummary(b []byte, it *item) []byte {
	c := it.c
	x := &c.sessions[it.idx]
	at := c.summaryTime(it.idx, it.aux)
	g.saw(at)
	category := "CallSummary"
	if it.kind == callSummaryUpdates && x.quirk&8 == 0 {
		category = "CallSummaryUpdates" // the docs' own sample still says CallSummary
	}
	f := monitorHeader(b, it, c.idAt(x.joined), at, "CallSummary", category, "ACS"+kindNames[it.kind])
	f.str("identifier", x.who.monitor)
	f.time("callStartTime", c.start, millis, 0)
	f.int("callDuration", (c.end-c.start)/second, false)
	f.str("callType", orElse(c.p2p, "P2P", "Group"))
	f.str("teamsThreadId", orElse(c.thread == "", "null", c.thread))
	switch {
	case c.p2p:
		f.str("participantId", "null")
	case x.quirk&0xe0 == 0xe0:
		f.name("participantId")
		f.b = append(x.pid.append(append(f.b, `" `...)), '"')
	default:
		f.guid("participantId", x.pid)
	}
	f.time("participantStartTime", x.joined, millis, 0)
	d := (x.left - x.joined) / second
	if it.kind == callSummaryUpdates && it.aux < uint16(x.versions) {
		d = d * 6 / 10 // not yet all of it: a later version follows
	}
	f.int("participantDuration", d, x.quirk&1 == 0)
	f.str("participantEndReason", "0")
	f.guid("endpointId", x.endpoint)
	f.str("endpointType", endpointType(x))
	summaryClient(&f, c, x)
	if it.kind == callSummaryUpdates {
		if it.form == monitorRows {
			f.int("CallUpdatesVersion", int64(it.aux), false)
		} else {
			f.int("callupdatesversion", int64(it.aux), true)
		}
	}
	return monitorEnd(&f, it)
}

func endpointType(x *session) string {
	switch {
	case x.model == phone:
		return "PSTN"
	case x.model == bot:
		return orElse(x.quirk&2 == 0, "BOT", "Bot")
	}
	return orElse(x.quirk&2 == 0, "VoIP", "VOIP")
}

// summaryClient writes what a record says of the client's software and tenant.
func summaryClient(f *fields, c *script, x *session) {
	if !x.model.inApp() {
		f.str("sdkVersion", "Redacted")
		f.str("osVersion", orElse(x.quirk&1 == 0, "Redacted", "null"))
	} else {
		f.str("sdkVersion", c.app.sdk)
		f.str("osVersion", "Windows 10.0.22631 Arch: x64")
	}
	kind := monitorTypes[x.model]
	if x.hush {
		kind = ""
	}
	if x.model == external && x.quirk&4 != 0 {
		kind = orElse(c.thread != "", "ACS as Teams external user", "ACS")
	}
	if kind != "" {
		f.str("participantType", kind)
	}
	if x.model == teamsInApp || x.model == teamsClient || x.model == extension {
		f.str("participantTenantId", c.app.tenantGUID)
	}
	if x.leg != untold {
		f.str("pstnParticipantCallType", legTypes[x.leg])
	}
	f.str("ResultCategory", "Success")
	if x.model.inApp() && x.quirk&0x18 != 0 {
		f.name("DiagnosticOptions")
		f.b = append(append(f.b, `"{\"appName\":\"`...), c.app.id...)
		f.b = append(append(f.b, `\",\"appVersion\":\"`...), c.app.version...)
		f.b = append(f.b, `\",\"tags\":[\"web\"]}"`...)
	}
}

func (g *generator) recordingSummary(b []byte, it *item) []byte {
	u := &it.c.runs[it.idx]
	at := u.end + 4*minute
	g.saw(at)
	operation, category := "RecordingSummary", "CallRecordingSummary"
	if it.c.seed&1 == 0 && it.form != monitorRows {
		operation, category = "Call Recording Summary", "RecordingSummary" // the header of the docs
	}
	f := monitorHeader(b, it, it.c.idAt(u.start), at, operation, category, "ACSCallRecordingSummary")
	if it.form != monitorRows {
		f.time("TimeGenerated", at, ticks, 0)
		f.str("OperationName", "RecordingSummary")
		f.str("Category", "CallRecordingSummary")
		f.guid("CorrelationId", it.c.idAt(u.start))
	}
	f.str("ResultType", "Succeeded")
	f.str("Level", "Informational")
	f.str("RecordingId", u.id)
	f.str("RecordingEndReason", "CallEnded")
	f.time("RecordingStartTime", u.start, ticks, 0)
	var length int64
	for _, p := range u.parts() {
		length += p.end - p.start
	}
	f.name("RecordingLength")
	if it.c.seed&2 == 0 {
		f.b = append(appendSeconds(append(f.b, '"'), length), '"')
	} else {
		f.b = appendSeconds(f.b, length)
	}
	f.int("ChunkCount", 1+length/(4*hour), false)
	f.str("ContentType", []string{"Audio - Video", "Audio Only", "Audio Only"}[u.content])
	f.str("ChannelType", []string{"mixed", "mixed", "unmixed"}[u.content])
	f.str("FormatType", []string{"mp4", "mp3", "wav"}[u.content])
	f.int("AudioChannelsCount", 1, false)
	return monitorEnd(&f, it)
}

var otherCategories = [...]string{"JobRouterOperational", "EmailStatusUpdateOperational", "AuthOperational", "SMSOperational"}

// otherRecord writes a record of a category that the audit has no use for.
func (g *generator) otherRecord(b []byte, it *item) []byte {
	at := it.c.start + int64(it.idx)*second
	g.saw(at)
	category := otherCategories[(it.c.seed+uint64(it.idx))%uint64(len(otherCategories))]
	f := monitorHeader(b, it, it.c.id, at, category, category, "ACS"+category)
	f.str("ResultType", "Succeeded")
	f.int("DurationMs", 12, false)
	return monitorEnd(&f, it)
}

func orElse(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
