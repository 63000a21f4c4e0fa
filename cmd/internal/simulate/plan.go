package simulate

import (
	"encoding/base64"
	"slices"
	"strings"
)

// A planner turns specs into scripts.
type planner struct {
	opt     Options
	world   *world
	gaps    []TruthGap
	outages []outage
	r       rng // of the call at hand: its script
	e       rng // and what happens to its evidence
}

// plan writes the script of one call.
func (p *planner) plan(index int, s spec, start int64) *script {
	p.r, p.e = newRng(p.opt.Seed, 2, index), newRng(p.opt.Seed, 3, index)
	r := &p.r
	s = p.adhocOf(index, p.opt.Meetings.settle(s))
	c := &script{
		seed: r.next(), app: p.world.apps[s.app], id: r.guid(), conn: r.guid(),
		p2p: s.p2p, start: start + r.between(0, 999), eventGrid: s.eventGrid && (!s.meeting || p.opt.Meetings == MeetingsWithGrid),
		egForm: uint8((s.app + 1) % 3), egCloud: s.app == 2, callbacks: s.callbacks, newSource: s.app == 2,
	}
	if p.opt.Profile == Soak {
		c.egForm, c.egCloud, c.newSource = uint8(r.n(3)), r.hit(0.5), r.hit(0.5)
	}
	c.end = c.start + s.dur/second*second
	c.src = p.drawSources(s, index)
	c.name(r, s, p.opt.Seed)
	p.seat(c, s)
	p.rejoin(c, s)
	for i := range c.sessions {
		p.equip(c, &c.sessions[i], i, s)
	}
	p.capture(c, s)
	p.lose(c)
	c.tellAdhoc()
	p.carry(c, index)
	p.further(c, index)
	p.addUsage(c, index)
	b := newBehaviour(p, c)
	for i := range c.sessions {
		b.session(int32(i))
	}
	p.chatter(c)
	if s.cut != 0 {
		c.cut(s.cut)
	}
	c.fallIntoGaps(p.gaps)
	c.answer(p.gaps)
	c.planRoster()
	p.trouble(c, index)
	p.misname(c, index)
	p.bring(c, index)
	return c
}

// name gives the call its other ids.
func (c *script) name(r *rng, s spec, seed uint64) {
	conv := base64.RawURLEncoding.EncodeToString(r.guid().append(nil)[:16])
	for i, e := range []string{"637677717600028230", "637677717600031877"} {
		c.server[i] = base64.RawURLEncoding.EncodeToString([]byte("https://conv-euwe-03.conv.skype.com:443/conv/" + conv + "?i=0&e=" + e))
	}
	if s.meeting {
		t := r.guid()
		if s.recurs > 0 {
			h := newRng(seed, 9, s.recurs)
			t = h.guid()
		}
		c.thread = "19:meeting_" + base64.RawURLEncoding.EncodeToString(t.append(nil)) + "@thread.v2"
		if s.adhoc {
			c.adhoc, c.thread = true, "19:"+strings.ReplaceAll(t.String(), "-", "")+"@thread.v2"
		}
	}
}

// seat lets everyone join once.
func (p *planner) seat(c *script, s spec) {
	r := &p.r
	if !c.app.receipts {
		s.people[undecided] = 0 // two reasons to know nothing would be one too many
	}
	for m, n := range s.people {
		if model(m) == extension && n == 0 {
			continue
		}
		pool := p.pool(c, model(m))
		first := 0
		if len(pool) > n {
			first = r.n(len(pool) - n)
		}
		for i := range min(n, len(pool)) {
			c.sessions = append(c.sessions, session{who: &pool[first+i], model: model(m), pid: r.guid(), endpoint: r.guid()})
		}
	}
	length := c.end - c.start
	for i := range c.sessions {
		x := &c.sessions[i]
		x.joined, x.left = c.start+r.between(200, 4000), c.end-r.between(0, 2500)
		switch {
		case i == 0:
			x.joined, x.left = c.start+second*r.between(0, 1), c.end // whole seconds: its end is the call's
		case r.hit(0.3): // late
			x.joined = c.start + r.between(4000, max(length*8/10, 4000))
		case r.hit(0.5):
			x.joined = c.start + r.between(2000, min(length/3, 50*second))
		}
		if i > 0 && r.hit(0.2) { // leaves early
			x.left = x.joined + r.between(1500, max(c.end-x.joined, 1500))
		}
		if s.together {
			x.joined, x.left = c.start, c.end
		}
		x.joined = min(x.joined, c.end-2000)
		x.left = min(max(x.left, x.joined+1000), c.end)
	}
}

func (p *planner) pool(c *script, m model) []person {
	switch m {
	case external:
		return c.app.externals
	case teamsInApp:
		return c.app.staff[:8]
	case teamsClient:
		return c.app.staff[8:24]
	case undecided:
		return c.app.staff[24:]
	case extension:
		return c.app.agents
	case anonymous:
		return p.world.visitors
	case phone:
		return p.world.phones
	}
	return p.world.bots
}

// rejoin lets some come back on the same endpoint, and some be there twice.
func (p *planner) rejoin(c *script, s spec) {
	r := &p.r
	once := len(c.sessions)
	c.once = once
	for i := 1; i < once && s.rejoins > 0; i++ {
		x := &c.sessions[i]
		if !x.model.inApp() || x.left-x.joined < 40*second {
			continue
		}
		s.rejoins--
		again := *x
		x.left = x.joined + r.between((x.left-x.joined)/3, (x.left-x.joined)/2)
		again.joined = x.left + r.between(2500, 15*second)
		if r.hit(0.05) {
			again.joined = x.left // a transfer: no time between
		}
		again.pid, again.rejoin = r.guid(), true
		c.sessions = append(c.sessions, again)
	}
	for i := once - 1; i > 0 && s.doubles > 0; i-- {
		x := &c.sessions[i]
		if !x.model.inApp() || x.left-x.joined < 40*second {
			continue
		}
		s.doubles--
		other := *x
		other.joined += r.between(5000, 15*second)
		other.left -= r.between(1000, 15*second)
		other.pid, other.endpoint, other.rejoin = r.guid(), r.guid(), false
		c.sessions = append(c.sessions, other)
	}
}

// equip decides what a client is like, and cuts its time to what its evidence
// can tell.
func (p *planner) equip(c *script, x *session, i int, s spec) {
	r, e := &p.r, &p.e
	x.reports = x.model.inApp() && c.app.receipts
	x.steady = i == 0 && (s.rec == clientSeenRecording || s.trans == clientSeenTranscription)
	x.quirk = uint8(r.n(256))
	x.via = viaCloudEvent
	if c.app.insights != nil {
		x.via = []via{viaInsights, viaInsights, viaCloudEvent, viaBoth}[r.n(4)]
	}
	x.bind = []binding{byParticipant, byParticipant, byParticipant, byEndpoint, byRawID}[r.n(5)]
	if c.p2p && !c.eventGrid && x.bind == byParticipant {
		x.bind = byEndpoint // its logs name no participant id
	}
	if i < len(s.acts) {
		x.acts = s.acts[i]
	} else if r.hit(0.02) && p.opt.Profile == Soak {
		x.acts = silent
	}
	if x.acts == silent && c.hasTwin(i) {
		x.acts = inTime // its twin would speak for it
	}
	if struck := p.struck(c, x); struck != asLikely {
		x.acts = struck
	}
	if x.steady {
		x.bind, x.acts = byParticipant, inTime
	}
	x.versions = []uint8{0, 0, 0, 0, 1, 2}[r.n(6)]
	x.onlyUpdates = x.versions > 0 && r.hit(0.3)

	skewed, ms, said := e.hit(p.opt.ClockSkew), e.between(-20*second, 20*second), e.hit(0.5)
	if skewed && x.reports && !x.steady {
		clientSeen := s.rec == clientSeenRecording || s.trans == clientSeenTranscription
		x.skew, x.skewSaid = ms, said || clientSeen || c.hasTwin(i)
	}
	if c.thread == "" && c.gridKnows(x) && x.quirk&3 != 0 {
		return // to the millisecond
	}
	d := (x.left - x.joined) / second * second
	if frac := r.between(0, 499); c.appTellsTime(x) && x.joined+d+frac <= min(c.end, c.nextJoin(x)) {
		d += frac
	}
	x.left = x.joined + d
}

// nextJoin is when the person comes back on the same endpoint.
func (c *script) nextJoin(x *session) int64 {
	next := c.end
	for i := c.once; i < len(c.sessions); i++ {
		if o := &c.sessions[i]; o != x && o.endpoint == x.endpoint && o.joined > x.joined {
			next = min(next, o.joined)
		}
	}
	return next
}

// gridKnows is true where Event Grid has events of that session: of VoIP users
// of plain ACS calls only.
func (c *script) gridKnows(x *session) bool { return c.eventGrid && x.model == external }

// appTellsTime is true where the app's own join and leave events are exact.
func (c *script) appTellsTime(x *session) bool {
	return x.reports && x.acts != silent && x.seen(0) == 0
}

// capture lets recordings and transcriptions run.
func (p *planner) capture(c *script, s spec) {
	r := &p.r
	add := func(cap capture, src runSource, n, pauses int) {
		length := c.end - c.start
		slot := length * 9 / 10 / int64(n)
		for i := range n {
			u := run{cap: cap, source: src}
			u.start = c.start + length/20 + int64(i)*slot + r.between(0, slot/6)
			u.end = u.start + r.between(slot/2, slot*8/10)
			if i == n-1 && r.hit(0.6) {
				u.end = c.end
			}
			if cap == recording {
				u.id = recordingID(r)
				u.summary = src == ofACS
				u.file = u.summary && r.hit(0.3) && pauses == 0
			}
			u.pause(r, pauses)
			c.runs = append(c.runs, u)
		}
	}
	n, pauses := max(s.runs, 1), s.pauses
	if s.dur < 3*minute {
		n, pauses = 1, 0
	}
	switch s.rec {
	case acsRecording, acsAudio, acsUnmixed:
		if !c.callbacks && !c.src.metadata && !c.src.requests {
			pauses = 0 // nobody would know of them
		}
		add(recording, ofACS, n, pauses)
	case teamsRecording:
		add(recording, ofTeams, n, pauses)
	case clientSeenRecording:
		add(recording, ofClients, n, pauses)
	}
	for i := range c.runs {
		c.runs[i].content = content(max(s.rec, acsRecording) - acsRecording)
	}
	if s.overlap && s.rec == acsRecording && len(c.runs) > 0 {
		first := c.runs[0]
		other := run{cap: recording, id: recordingID(r), content: first.content, summary: true}
		other.start = (first.start + first.end) / 2
		if r.hit(0.3) {
			other.start = first.end // touching: one episode
		}
		other.end = min(other.start+r.between(10*1000, 5*minute), c.end)
		if other.end > other.start {
			c.runs = append(c.runs, other)
		}
	}
	switch s.trans {
	case serverTranscription:
		add(transcription, ofACS, 1, pauses)
	case clientSeenTranscription:
		add(transcription, ofClients, 1, 0)
	case teamsTranscription:
		add(transcription, ofTeams, 1, 0) // whoever tells of it
		c.runs[len(c.runs)-1].end = c.end
	}
}

// pause interrupts the run so often, for half a minute to two each.
func (u *run) pause(r *rng, n int) {
	from := u.start
	for range n {
		ps := from + r.between(30*second, 3*minute)
		pe := ps + r.between(15*second, 2*minute)
		if pe+30*second > u.end {
			return
		}
		u.pauses = append(u.pauses, span{ps, pe})
		from = pe
	}
}

func recordingID(r *rng) string {
	b := append([]byte(`{"PlatformEndpointId":"`), r.guid().append(nil)...)
	b = append(append(b, `","ResourceSpecificId":"`...), r.guid().append(nil)...)
	return base64.StdEncoding.EncodeToString(append(b, `"}`...))
}

// lose decides which evidence never arrives. What is left always tells that
// the call took place, when it ended, and that each session began.
func (p *planner) lose(c *script) {
	e, share := &p.e, p.opt.LostEvidence
	for i := range c.sessions {
		x := &c.sessions[i]
		hits := [...]bool{e.hit(share), e.hit(share), e.hit(share), e.hit(share), e.hit(share)}
		which := e.n(3)
		if i == 0 || c.p2p || x.steady {
			continue
		}
		grid, app := c.gridKnows(x), c.appTellsTime(x)
		comesBack := c.hasTwin(i)
		if hits[0] && grid {
			x.noAdded = true
		}
		if hits[1] && grid && wholeSeconds(x) {
			x.noRemoved = true
		}
		if hits[2] && !x.noAdded && (grid && !x.noRemoved || app) && !c.lostTwin(i) {
			x.noSummary = true
		}
		if hits[3] && app && (!x.noSummary || grid && !x.noRemoved) {
			x.noLeave = true
		}
		if hits[4] {
			switch {
			case which == 0 && !comesBack && !x.noSummary && (!app || wholeSeconds(x)):
				x.noReceipts = true
			case which == 1 && !comesBack && !x.noAdded && (grid || app) && c.knownEnd():
				x.noSummary, x.noRemoved, x.noLeave = true, true, true
			}
		}
	}
	for i := range c.runs {
		u := &c.runs[i]
		stop, sum := e.hit(share), e.hit(share)
		last := i == len(c.runs)-1 || c.runs[i+1].cap != u.cap
		if u.source == ofACS && c.callbacks {
			u.noStop = stop && (last || u.cap == recording)
			u.noSummary = sum && !u.file
		}
	}
}

func wholeSeconds(x *session) bool { return (x.left-x.joined)%second == 0 }

// knownEnd is true where an event states the call's end, to the millisecond.
func (c *script) knownEnd() bool { return c.eventGrid || c.callbacks }

// chatter adds what the audit does not need, and chat, which counts. A meeting's
// chat is written by those who are in it, while its first participant is there,
// who is of the custom app: without one Event Grid falls silent.
func (p *planner) chatter(c *script) {
	r := newRng(c.seed, 5, 0)
	if !r.hit(p.opt.Noise) {
		return
	}
	c.noise = 1 + r.n(4)
	if c.thread == "" && c.seed%4 == 3 {
		c.guest = &c.app.staff[8+c.seed%16]
	}
	for range r.n(5) {
		if c.adhoc {
			break // whose chat it is nothing tells
		}
		from := &c.app.externals[r.n(len(c.app.externals))]
		m := chat{at: r.between(c.start, c.end), from: from, name: from.name, recipients: 1 + r.n(3)}
		if c.thread != "" {
			x := &c.sessions[int(mix(uint64(m.at))%uint64(len(c.sessions)))]
			if x.model == teamsInApp || x.model == undecided {
				x = &c.sessions[0] // what a Teams user writes in a custom app comes by Graph
			}
			m.from, m.model = x.who, x.model
			m.at = min(max(m.at, c.sessions[0].joined), c.sessions[0].left-1)
		}
		if draw := mix(uint64(m.at) ^ c.seed); draw%4 == 0 {
			m.edited, m.deleted = m.at+1+int64(draw%40_000), draw%8 == 0
			if c.thread != "" && m.edited >= c.sessions[0].left {
				m.edited = 0
			}
		}
		if c.guest != nil && m.at%3 == 0 {
			m.from, m.name, m.model = c.guest, c.guest.called(c.start), teamsClient
		}
		if !slices.ContainsFunc(c.chat, func(o chat) bool { return o.at == m.at }) { // its time is its id
			c.chat = append(c.chat, m)
		}
	}
}

// planRoster lists the instants at which a full roster is sent, where a
// callback says whom it names: not of telephone legs and bots, whose ids the
// logs do not tell, and not of crowds.
func (c *script) planRoster() {
	if !c.callbacks && !c.src.roster || len(c.sessions) > 60 {
		return
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.model == phone || x.model == bot {
			c.roster = nil
			return
		}
		c.roster = append(c.roster, x.joined)
		if !x.open {
			c.roster = append(c.roster, x.left)
		}
	}
	slices.Sort(c.roster)
	c.roster = slices.Compact(c.roster)
}

// lostTwin is true where another session of the same person already is without
// its summary: nothing would tell on which endpoint either is.
func (c *script) lostTwin(i int) bool {
	for j := range c.sessions {
		if j != i && c.sessions[j].who == c.sessions[i].who && c.sessions[j].noSummary {
			return true
		}
	}
	return false
}

// rosterTells is true where a roster says when a session ended. Where the
// identity was there more than once at a time, nobody knows which it was.
func (c *script) rosterTells(x *session) bool {
	if len(c.roster) == 0 {
		return false
	}
	for i := range c.sessions {
		o := &c.sessions[i]
		if o != x && o.who == x.who && o.joined <= x.left+c.rosterLag && x.joined <= o.left {
			return false
		}
	}
	return true
}

// hasTwin is true where the same person has another session in the call.
func (c *script) hasTwin(i int) bool {
	if len(c.sessions) == c.once {
		return false
	}
	for j := range c.sessions {
		if j != i && c.sessions[j].who == c.sessions[i].who {
			return true
		}
	}
	return false
}
