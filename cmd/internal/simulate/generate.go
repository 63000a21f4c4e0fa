package simulate

import (
	"iter"
	"slices"
	"time"
)

// A Message is one Kafka message. Its bytes are the reader's to keep.
type Message struct {
	Topic  string
	Key    []byte // nil for most sources, as Event Hubs has it
	Value  []byte
	At     time.Time // when it arrives
	Events int       // that it holds
	Source string    // the family of formats, as schema.Source names it
	Spoilt bool      // nobody can read it: it belongs to the dead letters
	Hurt   bool      // one part of it can't be read, and belongs to the dead letters
}

// Generate makes a simulation: its messages in the order of arrival, and the
// truth, which is complete when the sequence was read to its end. Calls are made
// as they are needed, so memory does not grow with their number beyond what the
// truth holds (see Options.OnCall). A sequence read again begins anew.
func Generate(opt Options) (iter.Seq[Message], *Truth) {
	truth := &Truth{}
	return func(yield func(Message) bool) {
		g := newGenerator(opt, truth)
		g.run(yield)
	}, truth
}

// A generator merges the calls' events into one stream of messages.
type generator struct {
	opt     Options
	truth   *Truth
	planner planner
	specs   []spec // of the demo, and the giant
	calls   int    // without those that stay open
	next    int
	queue   queue
	seq     uint64
	spoilt  int
	yield   func(Message) bool
	stopped bool

	batches []*batch
	due     int64 // when the first batch has to go
	arena   []byte
	r       rng // delivery in batches
	o       rng // odd forms of them
	h       rng // what is hurt in them
	hurt    int
	latest  int64

	events, repeats [topics][kinds]int
	messages        [topics]int
	hours           appHours
}

// A batch is a message that still fills.
type batch struct {
	top  topic
	form form
	res  *resource
	buf  []byte
	n    int
	want int
	odd  oddity
	born int64
	last int64

	wound wound
	place int // of the wound: before so many events
	bled  bool
}

func newGenerator(opt Options, truth *Truth) *generator {
	opt = opt.normal()
	*truth = Truth{Usage: map[UsageKey]int64{}, Gaps: gapsOf(opt)}
	truth.Tallies.Results, truth.Tallies.Names, truth.Tallies.Findings = map[string]int{}, map[string]int{}, map[string]int{}
	g := &generator{opt: opt, truth: truth, r: newRng(opt.Seed, 6, 0), h: newRng(opt.Seed, 16, 0), o: newRng(opt.Seed, 28, 0)}
	g.planner = planner{opt: opt, gaps: truth.Gaps, world: newWorld(opt.Seed, max(60, opt.GiantParticipants+1))}
	g.planner.world.rename(opt)
	g.planner.outages, g.hours = outagesOf(opt), appHours{}
	g.planner.world.apps[2].government = opt.Profile == Soak
	g.calls = opt.Calls
	if opt.Profile == Demo {
		r := newRng(opt.Seed, 7, 0)
		g.specs = demoTimetable(&r)
		g.calls = len(g.specs)
	}
	if opt.GiantParticipants > 0 {
		giant := giantSpec(opt.GiantParticipants, opt.GiantEpisodes)
		g.specs = append([]spec{giant}, g.specs...)
		g.calls++
	}
	return g
}

// startOf says when the i-th call begins: never before the one before it.
func (g *generator) startOf(i int) int64 {
	at := g.opt.Start.UnixMilli()
	if i >= g.calls {
		n := int64(i - g.calls)
		return g.opt.asOf() - 20*minute + n*20*minute/int64(g.opt.OpenCalls+1)
	}
	if i < len(g.specs) {
		return at + g.specs[i].at
	}
	step := g.opt.Span.Milliseconds() / int64(max(g.calls, 1))
	r := newRng(g.opt.Seed, 8, i)
	return at + int64(i)*step + r.between(0, step-1)
}

func (g *generator) run(yield func(Message) bool) {
	g.yield = yield
	g.directory()
	g.listings()
	for !g.stopped {
		for g.next < g.calls+g.opt.OpenCalls && (len(g.queue) == 0 || g.queue[0].at >= g.startOf(g.next)) {
			g.call(g.next)
			g.next++
		}
		if len(g.queue) == 0 {
			break
		}
		it := g.queue.pop()
		if it.at >= g.due {
			g.flush(it.at)
		}
		g.write(&it)
	}
	g.flush(1 << 62)
	g.finish()
}

// call makes the i-th call, its truth and its events.
func (g *generator) call(i int) {
	var s spec
	r := newRng(g.opt.Seed, 10, i)
	switch {
	case i >= g.calls:
		s = openSpec(&r, g.startOf(i), g.opt.asOf())
	case i < len(g.specs):
		s = g.specs[i]
	case g.opt.Live > 0:
		s = liveSpec(&r, g.opt.Live)
	default:
		s = soakSpec(&r, g.opt.Interop, true)
	}
	c := g.planner.plan(i, s, g.startOf(i))
	g.deliver(c, i)
	t := walk(c, g.truth.Gaps, g.hours)
	t.Names, t.ChatNames = c.truthNames(), c.chatNames()
	g.truth.Tallies.Calls++
	g.truth.Tallies.Sessions += len(t.Sessions)
	for i := range t.Obligations {
		g.truth.Tallies.Results[t.Obligations[i].Result]++
	}
	for i := range t.Names {
		g.truth.Tallies.Names[t.Names[i].Rule]++
	}
	for i := range t.Findings {
		g.truth.Tallies.Findings[t.Findings[i].Rule]++
	}
	for _, usage := range []map[UsageKey]int64{t.Usage, t.ChatUsage} {
		for k, v := range usage {
			g.truth.Usage[k] += v
		}
	}
	if g.opt.OnCall != nil {
		g.opt.OnCall(t)
		return
	}
	g.truth.Calls = append(g.truth.Calls, *t)
	g.truth.Obligations = append(g.truth.Obligations, t.Obligations...)
}

func (g *generator) push(it item) {
	g.seq++
	it.seq = g.seq
	g.queue.push(it)
}

// write renders an event into the message that it belongs to.
func (g *generator) write(it *item) {
	if it.copy {
		g.repeats[it.top][it.kind]++
	}
	g.events[it.top][it.kind]++
	res := it.c.app.res
	if it.top == insightsTopic && it.c.app.insights != nil {
		res = it.c.app.insights
	}
	b := g.batch(it, res)
	if b.wound != whole && b.wound != cutOff && b.n == b.place {
		b.buf = b.bleed(b.buf)
	}
	switch {
	case b.n == 0 && !b.bled:
	case b.odd == severalDocuments:
		b.buf = append(append(b.buf, closing[it.form]...), opening[it.form]...)
	default:
		b.buf = append(b.buf, between[it.form]...)
	}
	b.buf = g.render(b.buf, it)
	b.n++
	b.last = it.at
	if b.n >= b.want {
		g.emit(b, it)
	}
}

// batch finds the message that the event goes into, or begins one.
func (g *generator) batch(it *item, res *resource) *batch {
	var b *batch
	for _, x := range g.batches {
		if x.top == it.top && x.form == it.form && x.res == res {
			b = x
			break
		}
	}
	if b == nil {
		b = &batch{top: it.top, form: it.form, res: res}
		g.batches = append(g.batches, b)
	}
	if b.n == 0 {
		b.buf = append(b.buf[:0], opening[it.form]...)
		b.born, b.want = it.at, g.fill(it.form)
		b.wound, b.bled, b.odd = whole, false, plainMessage
		if b.want > 1 && g.h.hit(g.opt.Hurt) && hurts(it.form) {
			b.wound, b.place = 1+wound(g.h.n(int(wounds)-1)), g.h.n(b.want)
		}
		if b.wound == whole && it.kind != malformed {
			b.odd = g.drawOddity(it.form)
		}
		if b.odd == withBOM {
			b.buf = append(append(b.buf[:0], "\ufeff"...), opening[it.form]...)
		}
		if b.want > 1 {
			g.due = min(g.due, b.born+20*second)
		}
	}
	return b
}

// fill says how many events the next message of that form holds at most.
func (g *generator) fill(f form) int {
	switch f {
	case monitorRecords:
		return 1 + g.r.n(12)
	case monitorLines, monitorRows, insightsRecords, monitorPortal:
		return 1 + g.r.n(4)
	case graphNotices, otlpLogs:
		return 1 + g.r.n(3)
	case gridArray, cloudArray:
		if g.opt.Profile == Soak {
			return max(1, g.r.n(9)-5)
		}
	}
	return 1
}

// flush sends what has waited for 20 seconds.
func (g *generator) flush(now int64) {
	g.due = 1 << 62
	for _, b := range g.batches {
		switch {
		case b.n == 0:
		case b.born+20*second <= now:
			g.emit(b, nil)
		default:
			g.due = min(g.due, b.born+20*second)
		}
	}
}

// emit hands a message out. Its bytes are cut from a block, so that a message
// costs no allocation of its own.
func (g *generator) emit(b *batch, it *item) {
	hurt := b.wound != whole
	if hurt {
		b.buf = b.bleed(b.buf)
		g.hurt++
	}
	if b.wound != cutOff {
		b.buf = append(b.buf, closing[b.form]...)
	}
	if b.odd == withCRLF {
		b.buf = append(b.buf, "\r\n \r\n"...)
	}
	n := b.n
	b.n = 0
	if g.stopped {
		return
	}
	m := Message{Hurt: hurt, Events: n, Topic: topicNames[b.top], Source: sourceNames[b.top], Value: g.keep(b.buf), At: time.UnixMilli(b.last).UTC()}
	if n == 1 && it != nil {
		m.Spoilt = it.kind == malformed
		if b.top == callbackTopic || b.top == appTopic {
			m.Key = g.keep(it.c.conn.append(nil))
		}
	}
	g.messages[b.top]++
	g.truth.Tallies.Bytes += int64(len(m.Value))
	g.stopped = !g.yield(m)
}

func (g *generator) keep(v []byte) []byte {
	if cap(g.arena)-len(g.arena) < len(v) {
		g.arena = make([]byte, 0, max(1<<20, len(v)))
	}
	n := len(g.arena)
	g.arena = append(g.arena, v...)
	return slices.Clip(g.arena[n:])
}

// finish completes the truth.
func (g *generator) finish() {
	t := &g.truth.Tallies
	t.Hurt = g.hurt
	t.BySource, t.Events, t.Distinct = map[string]int{}, map[string]map[string]int{}, map[string]map[string]int{}
	for top := range topics {
		name := sourceNames[top]
		t.Messages += g.messages[top]
		t.BySource[name] = g.messages[top]
		t.Events[name], t.Distinct[name] = map[string]int{}, map[string]int{}
		t.DeadLetters += g.events[top][malformed]
		for k, n := range g.events[top] {
			if n > 0 && kind(k) != malformed {
				t.Events[name][kindNames[k]] = n
				t.Distinct[name][kindNames[k]] = n - g.repeats[top][k]
			}
		}
	}
	g.truth.AsOf = time.UnixMilli(g.latest + grace + 1).UTC()
	if g.opt.OpenCalls > 0 {
		g.truth.AsOf = time.UnixMilli(g.opt.asOf()).UTC()
	}
	g.truth.Hours = g.hours.judged(g.truth.AsOf.UnixMilli(), g.truth.Gaps)
}
