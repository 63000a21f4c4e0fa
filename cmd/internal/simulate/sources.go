package simulate

import "slices"

// Meetings says which sources speak of Teams meetings.
type Meetings uint8

const (
	// MeetingsAsDrawn lets Event Grid never speak of them, as the service has it,
	// and callbacks be forwarded for most of them.
	MeetingsAsDrawn Meetings = iota
	// MeetingsWithGrid lets Event Grid and callbacks speak of every meeting.
	MeetingsWithGrid
	// MeetingsWithoutGrid lets neither do. What is left is Azure Monitor, the apps
	// and, by its own share, Microsoft Graph.
	MeetingsWithoutGrid
)

// MeetingsNames are the three as the command line spells them.
var MeetingsNames = [...]string{MeetingsAsDrawn: "drawn", MeetingsWithGrid: "with-grid", MeetingsWithoutGrid: "without-grid"}

// settle makes the same meeting of both kinds: without pauses, which Teams' chat
// does not tell, and with a transcription to the end, which it does not tell
// either, so that what either kind of evidence knows is the same.
func (m Meetings) settle(s spec) spec {
	if m == MeetingsAsDrawn || !s.meeting {
		return s
	}
	s.eventGrid, s.callbacks = m == MeetingsWithGrid, m == MeetingsWithGrid
	s.pauses, s.overlap = 0, false
	if s.rec != noRecording {
		s.rec = teamsRecording
	}
	if s.trans != noTranscription {
		s.trans = teamsTranscription
	}
	return s
}

// sources are those that speak of a call besides Event Grid, Call Automation,
// the call summaries and the apps.
type sources struct {
	graph      bool  // Microsoft Graph, of a Teams meeting
	graphCall  guid  // its id of the call
	generation uint8 // of its meeting call events, 0 to 2
	roster     bool  // it tells who comes and goes,
	record     bool  // who was there,
	chat       bool  // and what Teams wrote to the meeting's chat
	paged      bool  // the record's sessions come in pages
	versions   uint16
	metadata   bool // the metadata files of recordings
	requests   bool // the logs of requests to Call Automation and recording
	logs       bool // the other logs: diagnostics, surveys, streaming, captions
	billed     bool // Azure's usage records
	portal     bool // some rows are exports from the portal
	secret     bool // and some of Graph's notifications can't be read
}

// drawSources draws from a stream of its own which they are.
func (p *planner) drawSources(s spec, index int) sources {
	r, o := newRng(p.opt.Seed, 21, index), &p.opt
	var out sources
	graph, metadata, requests, logs := r.hit(o.Graph), r.hit(o.Metadata), r.hit(o.Requests), r.hit(o.Logs)
	out.graphCall, out.generation, out.versions = r.guid(), uint8(r.n(3)), uint16(1+r.n(2))
	roster, record, chat, paged := r.hit(0.7), r.hit(0.8), r.hit(0.9), r.hit(0.2)
	if o.Meetings != MeetingsAsDrawn {
		roster, record, chat = true, true, true // the rest must be enough
	}
	out.portal, out.secret = r.hit(o.OddForms), r.hit(0.2)
	if s.meeting && graph && !s.noGraph && s.cut == 0 {
		out.graph, out.roster, out.record, out.chat, out.paged = true, roster, record, chat, paged
	}
	if s.cut == 0 {
		out.metadata, out.logs, out.billed = metadata, logs, o.Logs > 0
	}
	out.requests = requests && !s.meeting
	return out
}

// A stream is audio, or its text, that Call Automation sends to the app's own
// service, in Azure's usage log of it.
type stream struct {
	id       guid
	modality modality
	start    int64
	end      int64
	sess     int32 // whose it is; -1: everybody's
}

// A modality is what is streamed.
type modality uint8

const (
	streamMixed modality = iota
	streamUnmixed
	streamText
)

var modalityNames = [...]string{"AudioStreamingMixed", "AudioStreamingUnmixed", "Transcription"}

// A caption is a span in which live captions were on.
type caption struct {
	span
	id guid
}

// addUsage lets audio be streamed and captions be shown, and tells of
// transcriptions what Azure's log of streaming says.
func (p *planner) addUsage(c *script, index int) {
	r := newRng(p.opt.Seed, 22, index)
	c.streamFrom(&r)
	captions, length := r.hit(0.25), c.end-c.start
	on := c.start + r.between(500, max(length/2, 500))
	off := on + r.between(10, max((c.end-on)/10, 10))*10 // the log knows hundredths of a second
	if id := r.guid(); captions && c.src.logs && off <= c.end {
		c.captions = append(c.captions, caption{span{on, off}, id})
	}
	for i := range c.runs {
		u := &c.runs[i]
		if u.cap != transcription || u.source != ofACS || !c.src.logs {
			continue
		}
		u.streamed = true
		id := r.guid()
		for _, part := range u.parts() {
			c.streams = append(c.streams, stream{id, streamText, part.start, part.end, 0})
		}
	}
}

// streamFrom streams the call's audio: mixed, or each participant's apart.
func (c *script) streamFrom(r *rng) {
	streams, unmixed, id, length := r.hit(0.2), r.hit(0.5), r.guid(), c.end-c.start
	from := c.start + r.between(500, max(length/3, 500))
	to := from + r.between(1000, max(c.end-from, 1000))
	if !streams || !c.src.logs || c.thread != "" || !c.callbacks || c.p2p || to > c.end || len(c.sessions) > 60 {
		return
	}
	if !unmixed {
		c.streams = append(c.streams, stream{id, streamMixed, from, to, -1})
		return
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		if s := (span{max(from, x.joined), min(to, x.left)}); x.model != bot && s.start < s.end {
			c.streams = append(c.streams, stream{id, streamUnmixed, s.start, s.end, int32(i)})
		}
	}
}

// leads is how long before a change the request for it comes, at most, ms.
const leads = 300

// further decides, of each run, what the further sources say of it. What is lost
// of that leaves enough to tell that it took place.
func (p *planner) further(c *script, index int) {
	r := newRng(p.opt.Seed, 23, index)
	for i := range c.runs {
		u := &c.runs[i]
		lost, lead, once, absent := r.hit(p.opt.LostEvidence), r.between(0, leads), r.hit(0.5), r.n(len(c.sessions))
		split := r.hit(0.3)
		last := i == len(c.runs)-1 || c.runs[i+1].cap != u.cap
		if u.source != ofACS && c.src.chat {
			u.chat, u.once = true, once
			u.endless = u.cap == transcription || lost && last && !c.callbacks
			if !c.callbacks {
				u.pauses = nil // the chat does not tell them
			}
		}
		if u.cap != recording || u.source != ofACS {
			continue
		}
		if c.src.requests {
			if u.requested = true; !u.noStop {
				u.lead = lead
			}
		}
		if c.src.metadata && !lost && c.tellsFile(i) {
			u.meta = true
			u.split = split && u.file && u.end-u.start > minute
			if x := &c.sessions[absent]; u.content == unmixedAudio && len(c.sessions) > 2 && x.model != phone && x.model != bot {
				u.absent = x.who
				if !slices.ContainsFunc(c.sessions, func(o session) bool { return c.listed(u, o.who) }) {
					u.absent = nil // a list of nobody tells nothing
				}
			}
		}
		if !c.callbacks && !u.requested && !u.meta {
			u.pauses = nil // nobody would know of them
		}
	}
}

// tellsFile is true where a metadata file can be told to be of the i-th run: by
// its name, which Event Grid's event of the file has, else by when it began.
func (c *script) tellsFile(i int) bool {
	u := &c.runs[i]
	if u.file && c.eventGrid {
		return true
	}
	for j := range c.runs {
		if o := &c.runs[j]; j != i && o.cap == recording && o.start <= u.start+10*second && o.start >= u.start-10*second {
			return false
		}
	}
	return true
}

// carry decides by which ways clients send besides, what is said of telephone
// legs, and of which Teams clients only Graph tells.
func (p *planner) carry(c *script, index int) {
	r := newRng(p.opt.Seed, 24, index)
	for i := range c.sessions {
		x := &c.sessions[i]
		hit, way, kind, hush := r.hit(p.opt.OTLP), r.n(2), r.n(int(legs)), r.hit(0.2)
		if hit && x.reports {
			x.otlp = otlp(1 + way)
		}
		if x.model == phone && p.opt.Logs > 0 {
			x.leg = leg(kind)
		}
		x.hush = hush && c.src.record && x.model == teamsClient
	}
}

// A leg is what carries a telephone leg, as far as Azure Monitor says.
type leg uint8

const (
	untold leg = iota
	geographic
	tollFree
	dialled
	directIn
	directOut
	teamsPlan // a Teams number's, which is on no meter of the resource
	legs
)

var legTypes = [legs]string{"", "Inbound Geographic", "Inbound TollFree", "Outbound", "DirectRoutingInbound", "DirectRoutingOutbound", "CallingPlan Outbound"}

var legMeters = [legs]string{meterUnmapped, "pstn.inbound.geographic.minute", "pstn.inbound.tollfree.minute",
	"pstn.outbound.minute", "direct_routing.inbound.minute", "direct_routing.outbound.minute", ""}

// legMeter says what a telephone leg is billed as. Where people of Teams are in
// the call the number may be theirs, and what does not say so is not known.
func (c *script) legMeter(x *session) string {
	if x.leg == teamsPlan {
		return legMeters[x.leg]
	}
	for i := range c.sessions {
		switch c.sessions[i].model {
		case teamsInApp, teamsClient, anonymous, extension:
			return meterUnmapped
		}
	}
	return legMeters[x.leg]
}
