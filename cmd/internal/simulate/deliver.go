package simulate

// A delivery schedules the events of one call for arrival.
type delivery struct {
	g *generator
	c *script
	r rng
}

// deliver schedules everything that is sent about a call.
func (g *generator) deliver(c *script, index int) {
	d := delivery{g, c, newRng(g.opt.Seed, 4, index)}
	before := len(g.queue)
	if c.eventGrid {
		d.grid()
	}
	if c.callbacks {
		d.callAutomation()
		d.brought(index)
	}
	d.monitor()
	for i := range c.sessions {
		d.client(int32(i))
	}
	d.clientEvents()
	d.noise()
	d.graph()
	d.metadata()
	d.logs()
	for n := len(g.queue) - before; n > 0; n-- {
		if d.r.hit(g.opt.Malformed) {
			d.send(malformed, topic(d.r.n(int(topics))), rawForm, int32(g.spoilt), 0, d.r.between(c.start, c.end), 0, second)
			g.spoilt++
		}
	}
}

// send lets an event of that time arrive, lo to hi later or worse.
func (d *delivery) send(k kind, t topic, f form, idx int32, aux uint16, at, lo, hi int64) {
	opt := &d.g.opt
	it := item{at: at + d.r.between(lo, hi), c: d.c, idx: idx, aux: aux, kind: k, form: f, top: t}
	if d.r.hit(opt.Disorder) {
		it.at += d.r.between(second, 10*minute)
	}
	if d.r.hit(opt.Lateness) {
		it.at += d.r.between(hour, 40*hour)
	}
	d.g.push(it)
	if d.r.hit(opt.Duplicates) && k != malformed {
		it.at += d.r.between(0, 20*minute)
		it.copy = true
		if d.r.hit(0.3) && k != graphSecret { // which has no resource to show
			it.form = otherForm(f)
		}
		d.g.push(it)
	}
}

// otherForm gives another envelope that the same event can come in.
func otherForm(f form) form {
	switch f {
	case gridArray:
		return cloudObject
	case cloudObject:
		return cloudArray
	case monitorRecords:
		return monitorRows
	case monitorLines, monitorRows:
		return monitorRecords
	case insightsRecords:
		return insightsBody
	case insightsBody:
		return insightsRecords
	case graphNotices, graphNotice:
		return rawForm
	}
	return f
}

func (d *delivery) grid() {
	c := d.c
	f := gridArray
	if c.egCloud {
		f = cloudObject
	}
	o := newRng(d.g.opt.Seed^c.seed, 27, 0)
	send := func(k kind, idx int32, at int64) {
		if o.hit(d.g.opt.OddForms) { // it could not be delivered, and is picked up where Event Grid keeps such
			d.send(k, gridTopic, gridDead, idx, 0, at, hour, 25*hour)
			return
		}
		d.send(k, gridTopic, f, idx, 0, at, 300, 3*second)
	}
	if o.hit(d.g.opt.OddForms) {
		d.send(gridValidation, gridTopic, gridArray, 0, 0, c.start, 0, second)
	}
	send(callStarted, 0, c.start)
	if c.rings() {
		send(incomingCall, 1, c.start)
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		if c.gridKnows(x) && !x.noAdded {
			send(participantAdded, int32(i), x.joined)
		}
		if c.gridKnows(x) && !x.noRemoved && !x.open {
			send(participantRemoved, int32(i), x.left)
		}
	}
	for i := range c.runs {
		if c.runs[i].file {
			send(recordingFile, int32(i), c.runs[i].end+3*minute)
		}
	}
	if !c.open {
		send(callEnded, 0, c.end)
	}
}

// callAutomation sends callbacks. The aux of a recording's is its part, twice,
// and one more for its end.
func (d *delivery) callAutomation() {
	c := d.c
	f := cloudArray
	if d.r.hit(0.2) {
		f = cloudObject
	}
	send := func(k kind, idx int32, aux uint16, at int64) {
		d.send(k, callbackTopic, f, idx, aux, at, 100, second)
	}
	send(callConnected, 0, 0, c.start+300)
	for i := range c.runs {
		u := &c.runs[i]
		if u.source == ofClients {
			continue
		}
		on, off := recordingState, recordingState
		if u.cap == transcription {
			on, off = transcriptionStarted, transcriptionStopped
		}
		parts := u.parts()
		for j, p := range parts {
			send(on, int32(i), uint16(2*j), p.start)
			if j < len(parts)-1 || !u.noStop && !u.open {
				send(off, int32(i), uint16(2*j+1), p.end)
			}
		}
	}
	if c.src.logs {
		send(playCompleted, 0, 0, c.playTime())
		send(recognizeCompleted, 0, 0, c.playTime())
	}
	for i := range c.roster {
		send(participantsUpdated, int32(i), 0, c.rosterTime(int32(i)))
	}
	if !c.open {
		send(callDisconnected, 0, 0, c.end)
	}
}

func (d *delivery) monitor() {
	c := d.c
	f := []form{monitorRecords, monitorRecords, monitorRecords, monitorRecords, monitorLines, monitorRows}[d.r.n(6)]
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.noSummary {
			continue
		}
		if !x.onlyUpdates {
			d.send(callSummary, monitorTopic, f, int32(i), 0, c.summaryTime(int32(i), 0), second, minute)
		}
		for v := uint16(1); v <= uint16(x.versions); v++ {
			d.send(callSummaryUpdates, monitorTopic, f, int32(i), v, c.summaryTime(int32(i), v), second, minute)
		}
	}
	for i := range c.runs {
		if u := &c.runs[i]; u.summary && !u.noSummary {
			d.send(recordingSummary, monitorTopic, f, int32(i), 0, u.end+4*minute, second, minute)
		}
	}
}

// summaryTime is when a log record was written.
func (c *script) summaryTime(i int32, version uint16) int64 {
	return c.end + 5*minute + int64(mix(c.seed^uint64(i))%uint64(25*minute)) + int64(version)*17*minute
}

// appForms gives the topics and envelopes that a client's events come in.
func (d *delivery) appForms(x *session, send func(topic, form)) {
	if x.otlp != noOTLP {
		send(otlpTopic, otlpLogs)
	}
	if x.otlp == onlyOTLP {
		return
	}
	if x.via != viaInsights {
		f := cloudObject
		if x.quirk&0x70 == 0x70 {
			f = cloudArray
		}
		send(appTopic, f)
	}
	if x.via != viaCloudEvent {
		f := insightsRecords
		if x.quirk&0x70 == 0x60 {
			f = insightsBody
		}
		send(insightsTopic, f)
	}
}

func (d *delivery) app(k kind, sess, idx int32, at int64) {
	x := &d.c.sessions[sess]
	if x.noReceipts {
		return
	}
	d.appForms(x, func(t topic, f form) { d.send(k, t, f, idx, 0, at, 50, 2*second) })
}

// client sends a client's words about its own session.
func (d *delivery) client(i int32) {
	x := &d.c.sessions[i]
	if !d.c.appTellsTime(x) {
		return
	}
	d.app(sessionJoined, i, i, x.joined)
	if !x.noLeave && !x.open {
		d.app(sessionLeft, i, i, x.left)
	}
	if d.c.tellsName(x) {
		d.app(nameShown, i, i, x.joined+400)
	}
}

func (d *delivery) clientEvents() {
	c := d.c
	for i := range c.signals {
		if !c.signals[i].lost {
			d.app(captureSignalled, c.signals[i].sess, int32(i), c.signals[i].at)
		}
	}
	for i := range c.consents {
		d.app(consentAnswered, c.consents[i].sess, int32(i), c.consents[i].at)
	}
	for i := range c.shows {
		s := &c.shows[i]
		if s.unsent {
			continue
		}
		d.app(noticeShown, s.sess, int32(i), s.at)
		if s.ack {
			d.app(noticeAcknowledged, s.sess, int32(i), s.at+2*second)
		}
	}
}

func (d *delivery) noise() {
	c := d.c
	if c.open {
		return
	}
	for i := range c.noise {
		at := d.r.between(c.start, c.end)
		if i%3 == 2 {
			d.send(otherGrid, gridTopic, gridArray, int32(i), 0, at, second, minute)
		} else {
			d.send(otherMonitor, monitorTopic, monitorRecords, int32(i), 0, at, second, minute)
		}
	}
	if len(c.chat) > 0 && c.thread == "" {
		d.send(chatThreadCreated, gridTopic, gridArray, 0, 0, c.chat[0].at, 300, 2*second)
		d.send(chatThreadForUser, gridTopic, gridArray, 0, 0, c.chat[0].at, 300, 2*second)
	}
	for i := range c.chat {
		m := &c.chat[i]
		d.send(chatInThread, gridTopic, gridArray, int32(i), 0, m.at, 300, 2*second)
		for u := range m.recipients {
			d.send(chatForUser, gridTopic, gridArray, int32(i), uint16(u), m.at, 300, 2*second)
		}
		if m.edited != 0 {
			inThread, forUser := chatEditedInThread, chatEditedForUser
			if m.deleted {
				inThread, forUser = chatDeletedInThread, chatDeletedForUser
			}
			d.send(inThread, gridTopic, gridArray, int32(i), 0, m.edited, 300, 2*second)
			d.send(forUser, gridTopic, gridArray, int32(i), 0, m.edited, 300, 2*second)
		}
	}
}
