package simulate

import "slices"

// A behaviour decides what the platform signals to each client of a call, and
// what the client then shows.
type behaviour struct {
	c       *script
	r       *rng
	on      [captures][]span // when each capture really is on
	soak    bool
	defects bool
}

func newBehaviour(p *planner, c *script) *behaviour {
	b := &behaviour{c: c, r: &p.r, soak: p.opt.Profile == Soak, defects: p.opt.Defects}
	for cap := range captures {
		for i := range c.runs {
			if c.runs[i].cap == cap {
				b.on[cap] = append(b.on[cap], c.runs[i].parts()...)
			}
		}
		b.on[cap] = joined(b.on[cap])
	}
	return b
}

// joined merges spans that touch or overlap.
func joined(in []span) []span {
	slices.SortFunc(in, func(a, b span) int { return int(a.start - b.start) })
	var out []span
	for _, s := range in {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// session plays one client through the call.
func (b *behaviour) session(i int32) {
	x := &b.c.sessions[i]
	if !x.model.inApp() {
		return // the Teams client shows the platform's own notice
	}
	from := len(b.c.shows)
	for cap := range captures {
		nth := 0
		for _, on := range b.on[cap] {
			e := span{max(on.start, x.joined), min(on.end, x.left)}
			if e.start < e.end {
				b.exposure(i, x, cap, e, nth)
				nth++
			}
		}
	}
	if len(b.on[transcription]) > 0 {
		b.combine(from)
	}
	if x.skew != 0 && !x.skewSaid && b.strays(i, x) {
		x.skewSaid = true
	}
	if b.defects && x.reports && x.acts != silent && x.seen(0) == 0 && b.c.serverSays(transcription) {
		b.flicker(i, x)
	}
}

// strays is true where a client's unstated clock error makes what it saw of a
// capture lie outside its session, or outside all that servers tell of: then
// nobody could say what was on.
func (b *behaviour) strays(i int32, x *session) bool {
	for k := range b.c.signals {
		on := &b.c.signals[k]
		if on.sess != i || !on.active {
			continue
		}
		saw := span{x.seen(on.at), x.left}
		for j := range b.c.signals {
			if off := &b.c.signals[j]; off.sess == i && off.cap == on.cap && !off.active && off.at > on.at {
				saw.end = min(saw.end, x.seen(off.at))
			}
		}
		if saw.start < x.joined || saw.end <= saw.start || !b.c.serverKnows(on.cap, saw) {
			return true
		}
	}
	return false
}

// serverKnows is true where a server tells of a capture within a span.
func (c *script) serverKnows(cap capture, in span) bool {
	for i := range c.runs {
		if c.runs[i].cap != cap {
			continue
		}
		parts, _ := c.evidentParts(&c.runs[i])
		for _, p := range parts {
			if p.start < in.end && in.start < p.end {
				return true
			}
		}
	}
	return false
}

// serverSays is true where a server's event tells of that capture.
func (c *script) serverSays(cap capture) bool {
	for i := range c.runs {
		u := &c.runs[i]
		if u.cap == cap && u.source != ofClients && (c.callbacks || u.summary || u.chat) {
			return true
		}
	}
	return false
}

// choose says what the client does in one exposure.
func (b *behaviour) choose(x *session) act {
	draw := b.r.n(1000)
	switch {
	case x.acts != asLikely:
		return x.acts
	case b.c.app.forgetsRejoin && x.rejoin:
		return notShown
	case !b.soak:
		return pick(draw, inTime, late, 15, notShown, 8, neverSignalled, 4, unsignalled, 10)
	case b.defects && draw < 60:
		return neverSignalled // the recording callback that never fires
	}
	return pick(draw, inTime, unsignalled, 90, late, 60, notShown, 40, tooEarly, 20, justEarly, 30,
		afterwards, 15, wrongCapture, 20, spoken, 15, wrongText, 15)
}

// pick takes the first of the acts whose thousandths reach the draw.
func pick(draw int, other act, of ...any) act {
	for i := 0; i < len(of); i += 2 {
		if draw -= of[i+1].(int); draw < 0 {
			return of[i].(act)
		}
	}
	return other
}

// exposure plays one span of a capture to one client.
func (b *behaviour) exposure(i int32, x *session, cap capture, e span, nth int) {
	c, r := b.c, b.r
	a := b.choose(x)
	sig := e.start + r.between(120, 900)
	base := sig + r.between(60, 600)
	if a != unsignalled && a != neverSignalled && a != silent && x.reports && sig < e.end {
		c.signals = append(c.signals, signal{sess: i, cap: cap, active: true, at: sig})
		if off := e.end + r.between(100, 900); off < x.left {
			c.signals = append(c.signals, signal{sess: i, cap: cap, active: false, at: off})
		}
	}
	n := show{sess: i, caps: 1 << cap, bind: x.bind, at: base, unsent: !x.reports || a == silent}
	n.surface = []uint8{0, 0, 0, 0, 1, 1, 2}[r.n(7)]
	if nth > 0 && r.hit(0.7) {
		n.state = stateResumed
	}
	deadline := c.app.deadline
	switch a {
	case late:
		n.at = e.start + deadline + r.between(200, 30*second)
	case notShown, neverSignalled:
		n.at = e.end
	case tooEarly:
		n.at = e.start - r.between(2001, 20*second)
	case justEarly:
		n.at = e.start - r.between(1, 1900)
	case afterwards:
		n.at = e.end + r.between(0, 5*second)
	case wrongCapture:
		n.caps ^= 3
	case spoken:
		n.surface = surfaceAudio
	case wrongText:
		n.text = n.caps ^ 3
	case edges:
		n.at = []int64{e.start + deadline, e.start + deadline + 1, e.start - 2000, e.start - 2001,
			e.end - 1, e.end, e.start}[r.n(7)]
	}
	if n.at >= e.end && a != afterwards && a != edges {
		return
	}
	n.ack = a == inTime && r.hit(0.2)
	c.shows = append(c.shows, n)
	tidy := 0.6 // how many take a notice away
	if c.app.asks {
		tidy = 0.97
	}
	if off := e.end + r.between(300, 1500); off < x.left && a == inTime && r.hit(tidy) {
		n.at, n.ack = off, false
		n.state = []uint8{statePaused, stateStopped}[r.n(2)]
		c.shows = append(c.shows, n)
	}
}

// combine makes one notice of two that come at nearly the same time.
func (b *behaviour) combine(from int) {
	shows := b.c.shows[from:]
	for i := range shows {
		for j := i + 1; j < len(shows); j++ {
			d := shows[i].at - shows[j].at
			if shows[i].state == stateStarted && shows[j].state == stateStarted && d > -400 && d < 400 &&
				shows[i].caps|shows[j].caps == 3 && shows[i].text|shows[j].text == 0 && shows[i].surface != surfaceAudio && shows[j].surface != surfaceAudio {
				shows[i].caps, shows[i].at = 3, max(shows[i].at, shows[j].at)
				b.c.shows = slices.Delete(b.c.shows, from+j, from+j+1)
				return
			}
		}
	}
}

// flicker adds signals that lie: transcription on and off again just before a
// recording begins, and off while it goes on because somebody left.
func (b *behaviour) flicker(i int32, x *session) {
	if b.r.hit(0.1) {
		for _, on := range b.on[recording] {
			if t := on.start + 40; t > x.joined && t+30 < x.left {
				b.c.signals = append(b.c.signals, signal{sess: i, cap: transcription, active: true, at: t}, signal{sess: i, cap: transcription, active: false, at: t + 30})
			}
		}
	}
	if b.r.hit(0.1) {
		for j := range min(len(b.c.sessions), 60) {
			t := b.c.sessions[j].left + 150
			for _, on := range b.on[transcription] {
				if t > max(on.start, x.joined)+second && t+2*second < min(on.end, x.left) {
					b.c.signals = append(b.c.signals, signal{sess: i, cap: transcription, active: false, at: t}, signal{sess: i, cap: transcription, active: true, at: t + 2*second})
				}
			}
		}
	}
}
