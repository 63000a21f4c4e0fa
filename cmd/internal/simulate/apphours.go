package simulate

import (
	"cmp"
	"slices"
)

// A TruthHour is what the rules on an app have to say of a clock hour, UTC.
type TruthHour struct {
	App, Tenant string
	Hour        int64 // its beginning
	// Silent is what evidence.silent-app says: pass, fail, no_evidence; empty: it
	// does not apply.
	Silent string
	// Broken is what notice.app-broken says of each version, in the order of their
	// names; those to which it does not apply are left out.
	Broken []TruthVersion
}

// A TruthVersion is a version of an app in an hour.
type TruthVersion struct {
	Version string // empty: those of clients that do not say theirs
	Result  string
}

// The rules on an hour of an app.
const (
	RuleSilentApp = "evidence.silent-app"
	RuleAppBroken = "notice.app-broken"
)

// enoughSessions is how many sessions an hour needs to be judged.
const enoughSessions = 5

// An hourKey names an hour of an app.
type hourKey struct {
	app  *app
	hour int64
}

// An appHour is what happened in it.
type appHour struct {
	ended    int  // sessions that had to be told of something
	sent     bool // the app sent anything
	doubt    bool // what one of them sent may have been lost
	versions map[string]*versionHour
}

// A versionHour is what happened with one version of the app.
type versionHour struct {
	signalled     int // sessions that had to be told, signalled for the first time
	showed, doubt bool
}

// appHours collects what calls add to the hours of their apps.
type appHours map[hourKey]*appHour

func (h appHours) of(a *app, at int64) *appHour {
	k := hourKey{a, at - at%hour}
	x := h[k]
	if x == nil {
		x = &appHour{versions: map[string]*versionHour{}}
		h[k] = x
	}
	return x
}

func (h appHours) version(a *app, at int64, version string) *versionHour {
	x := h.of(a, at)
	v := x.versions[version]
	if v == nil {
		v = &versionHour{}
		x.versions[version] = v
	}
	return v
}

// version is the one of the app that the evidence names for a session: only the
// logs do, of clients that state it.
func (c *script) version(x *session) string {
	if x.noSummary || !x.model.inApp() || x.quirk&0x18 == 0 {
		return ""
	}
	return c.app.version
}

// hours adds what is evident of a call, once it is judged.
func (w *walker) hours(into appHours) {
	w.wordsOf(into)
	type heard struct {
		due, doubt bool
		signal     int64
	}
	all := make([]heard, len(w.c.sessions))
	for i := range w.truth.Obligations {
		o := &w.truth.Obligations[i]
		x := &all[w.notes[i].sess]
		if o.Result == "not_applicable" {
			continue
		}
		x.due, x.doubt = true, x.doubt || o.Reason == "evidence-gap"
		if o.SignalledAt != 0 && (x.signal == 0 || o.SignalledAt < x.signal) {
			x.signal = o.SignalledAt
		}
	}
	for i := range all {
		x, t := &w.c.sessions[i], &w.truth.Sessions[i]
		version, shows := w.c.version(x), w.shownTo(int32(i))
		for _, s := range shows {
			into.version(w.c.app, w.c.sessions[s.sess].seen(s.at), version).showed = true
		}
		if all[i].due && !x.open {
			h, v := into.of(w.c.app, t.Left), into.version(w.c.app, t.Left, version)
			h.ended++
			h.doubt, v.doubt = h.doubt || all[i].doubt, v.doubt || all[i].doubt
		}
		if all[i].signal != 0 {
			v := into.version(w.c.app, all[i].signal, version)
			v.signalled++
			v.showed, v.doubt = v.showed || len(shows) > 0, v.doubt || all[i].doubt
		}
	}
}

// wordsOf marks the hours in which the app's clients sent anything, and those in
// which the session of one ended that ever did.
func (w *walker) wordsOf(into appHours) {
	spoke := make([]bool, len(w.c.sessions))
	says := func(sess int32, at int64, b binding) {
		x := &w.c.sessions[sess]
		if x.noReceipts {
			return
		}
		into.of(w.c.app, x.seen(at)).sent = true
		for _, s := range w.targets(sess, b) {
			spoke[s] = true
		}
	}
	for i := range w.c.signals {
		if s := &w.c.signals[i]; !s.lost {
			says(s.sess, s.at, w.c.sessions[s.sess].bind)
		}
	}
	for i := range w.c.shows {
		s := &w.c.shows[i]
		if s.unsent {
			continue
		}
		says(s.sess, s.at, s.bind)
		if s.ack {
			says(s.sess, s.at+2*second, s.bind)
		}
	}
	for i := range w.c.consents {
		a := &w.c.consents[i]
		says(a.sess, a.at, w.c.sessions[a.sess].bind)
	}
	for i := range w.c.sessions {
		x := &w.c.sessions[i]
		if !w.c.appTellsTime(x) {
			continue
		}
		says(int32(i), x.joined, byParticipant)
		if !x.noLeave && !x.open {
			says(int32(i), x.left, byParticipant)
		}
	}
	for i, yes := range spoke {
		if x := &w.c.sessions[i]; yes && !x.open {
			into.of(w.c.app, w.truth.Sessions[i].Left).sent = true
		}
	}
}

// judged says what the rules have to find, of the hours that are over by then and
// whose receipts have had their time.
func (h appHours) judged(asOf int64, gaps []TruthGap) []TruthHour {
	var out []TruthHour
	for k, x := range h {
		if asOf < k.hour+hour+grace {
			continue
		}
		lost := slices.ContainsFunc(gaps, func(g TruthGap) bool { return g.Last >= k.hour && g.First < k.hour+hour })
		t := TruthHour{App: k.app.id, Tenant: k.app.tenant, Hour: k.hour}
		if k.app.receipts && x.ended >= enoughSessions {
			t.Silent = verdictOf(x.sent, x.doubt || lost)
		}
		for name, v := range x.versions {
			if v.signalled >= enoughSessions {
				t.Broken = append(t.Broken, TruthVersion{name, verdictOf(v.showed, v.doubt || lost)})
			}
		}
		slices.SortFunc(t.Broken, func(a, b TruthVersion) int { return cmp.Compare(a.Version, b.Version) })
		if t.Silent != "" || len(t.Broken) > 0 {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b TruthHour) int { return cmp.Or(cmp.Compare(a.App, b.App), cmp.Compare(a.Hour, b.Hour)) })
	return out
}

func verdictOf(well, doubt bool) string {
	switch {
	case well:
		return "pass"
	case doubt:
		return "no_evidence"
	}
	return "fail"
}

// An outage is a time in which an app's clients show nothing, or send nothing.
type outage struct {
	span
	app int
	act act
}

// outagesOf draws them, from a stream of their own.
func outagesOf(o Options) []outage {
	out := make([]outage, o.Outages)
	for i := range out {
		r := newRng(o.Seed, 33, i)
		start := o.Start.UnixMilli() + r.between(0, o.Span.Milliseconds())
		out[i] = outage{span{start - start%hour, start + r.between(1, 3)*hour}, []int{0, 2}[r.n(2)], []act{notShown, silent, silent}[r.n(3)]}
	}
	return out
}

// struck is what an outage makes a client do, where one falls into its time; and
// into that of whoever else speaks for the same person.
func (p *planner) struck(c *script, x *session) act {
	for _, o := range p.outages {
		if p.world.apps[o.app] != c.app || !o.touches(x) {
			continue
		}
		if !slices.ContainsFunc(c.sessions, func(y session) bool { return y.who == x.who && !o.touches(&y) }) {
			return o.act
		}
	}
	return asLikely
}

func (o outage) touches(x *session) bool { return o.start < x.left && x.joined < o.end }
