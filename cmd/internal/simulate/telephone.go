package simulate

// bring lets an app's service bring a telephone into some Teams meetings, which
// the platform's document says it can't. It is known to be a meeting where a
// client of the app names the thread.
func (p *planner) bring(c *script, index int) {
	r := newRng(p.opt.Seed, 31, index)
	draw, who, at := r.hit(0.15), &p.world.phones[r.n(len(p.world.phones))], r.between(c.start+second, c.end-second)
	if p.opt.Profile != Soak || p.opt.Meetings != MeetingsAsDrawn || !draw || c.thread == "" || c.adhoc || !c.callbacks || c.open {
		return
	}
	for i := range c.sessions {
		if x := &c.sessions[i]; c.appTellsTime(x) && !x.noReceipts && x.quirk&0x0c == 0x0c {
			c.addition = addition{who, at}
			return
		}
	}
}

// brought sends the callback that tells of it, from a stream of its own.
func (d *delivery) brought(index int) {
	if d.c.addition.who == nil {
		return
	}
	own := delivery{d.g, d.c, newRng(d.g.opt.Seed, 32, index)}
	own.send(participantBrought, callbackTopic, cloudArray, 0, 0, d.c.addition.at, 100, second)
}
