package simulate

import (
	"cmp"
	"slices"
)

// What the walk knows of the policy that Policy() states.
const (
	early = 2 * second
	grace = 60 * second
)

// A step is something that happens at an instant.
type step struct {
	at   int64
	kind stepKind
	idx  int32
}

type stepKind uint8

const (
	stepFlip stepKind = iota // these change who is in and what is on …
	stepJoin
	stepLeave
	stepSignal // … and these are seen against what then holds
	stepShow
	stepTold
	stepAnswer
)

// A flip switches a capture on or off, by one.
type flip struct {
	at      int64
	cap     capture
	by      int8
	assumed bool
}

// A walker goes through one call's instants in order and keeps, for each
// person, what is on and what was shown.
type walker struct {
	c     *script
	truth *TruthCall
	gaps  []TruthGap
	flips []flip
	steps []step

	present []int32 // sessions in the call
	place   []int32 // of each session in present, -1: not there
	count   [captures]int
	episode [captures]int        // index in truth.Episodes of the one that is on
	open    [captures][]int32    // for each session the obligation at hand, -1: none
	recent  [][]shown            // for each session what was shown or signalled lately
	notes   []note               // for each obligation
	spoke   []bool               // for each session: its client's reporting worked
	said    [captures][]answered // for each session its last answer
	kin     map[*person][]int32
}

// A note is what judging an obligation needs beside the obligation.
type note struct {
	sess    int32
	episode int32
	wrong   bool // something was shown on a surface that does not count
	text    bool // … or with a text that names something else
	told    bool
	said    answered // the last answer before the exposure ended
}

// A shown is what a session was shown, or signalled, lately.
type shown struct {
	at    int64
	caps  uint8
	names uint8 // captures that its text names
	class uint8
}

const (
	countsShown uint8 = iota
	wrongShown
	toldShown
	signalled
)

// walk finds one call's truth, and adds what it tells of the hours of its app.
func walk(c *script, gaps []TruthGap, hours appHours) *TruthCall {
	w := &walker{c: c, gaps: gaps, truth: &TruthCall{CallID: c.id.String(), App: c.app.id, Tenant: c.app.tenant,
		Resource: c.app.res.lower, Thread: c.thread, Teams: c.thread != "", Start: c.start, End: c.end}}
	w.prepare()
	for i := 0; i < len(w.steps); {
		i = w.instant(i)
	}
	w.judge()
	w.find()
	w.tellsSkew()
	w.hours(hours)
	meter(c, w.truth)
	if c.open {
		w.leaveOpen()
	}
	return w.truth
}

// prepare lays out all steps in order of time.
func (w *walker) prepare() {
	c := w.c
	n := len(c.sessions)
	w.place, w.recent, w.spoke = make([]int32, n), make([][]shown, n), make([]bool, n)
	for cap := range captures {
		w.open[cap], w.said[cap] = make([]int32, n), make([]answered, n)
	}
	if len(c.sessions) > c.once {
		w.kin = map[*person][]int32{}
	}
	w.truth.Sessions = make([]TruthSession, n)
	for i := range c.sessions {
		x := &c.sessions[i]
		w.place[i], w.open[0][i], w.open[1][i] = -1, -1, -1
		if w.kin != nil {
			w.kin[x.who] = append(w.kin[x.who], int32(i))
		}
		t := c.truthSession(x)
		t.CallID = w.truth.CallID
		w.truth.Sessions[i] = t
		w.spoke[i] = c.appTellsTime(x) && !x.noReceipts
		w.steps = append(w.steps, step{t.Joined, stepJoin, int32(i)}, step{t.Left, stepLeave, int32(i)})
	}
	for i := range c.signals {
		s := &c.signals[i]
		if x := &c.sessions[s.sess]; !x.noReceipts && !s.lost {
			w.spoke[s.sess] = true
			w.steps = append(w.steps, step{x.seen(s.at), stepSignal, int32(i)})
		}
	}
	for i := range c.shows {
		s := &c.shows[i]
		x := &c.sessions[s.sess]
		if !s.unsent && !x.noReceipts {
			w.spoke[s.sess] = true
			w.steps = append(w.steps, step{x.seen(s.at), stepShow, int32(i)})
		}
		w.steps = append(w.steps, step{s.at, stepTold, int32(i)})
	}
	for i := range c.consents {
		if a := &c.consents[i]; !c.sessions[a.sess].noReceipts {
			w.steps = append(w.steps, step{c.sessions[a.sess].seen(a.at), stepAnswer, int32(i)})
		}
	}
	w.flips = w.evidentFlips()
	for i := range w.flips {
		w.steps = append(w.steps, step{w.flips[i].at, stepFlip, int32(i)})
	}
	slices.SortFunc(w.steps, func(a, b step) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.idx, b.idx))
	})
}

// instant takes all steps of one instant: first what changes, then what was
// seen while that holds. It returns the index of the next instant's first step.
func (w *walker) instant(i int) int {
	at := w.steps[i].at
	var was [captures]bool
	for cap := range captures {
		was[cap] = w.count[cap] > 0
	}
	var joins, leaves []int32
	var stated [captures]bool // that something ends
	for ; i < len(w.steps) && w.steps[i].at == at && w.steps[i].kind <= stepLeave; i++ {
		switch s := w.steps[i]; s.kind {
		case stepFlip:
			f := &w.flips[s.idx]
			w.count[f.cap] += int(f.by)
			stated[f.cap] = stated[f.cap] || f.by < 0 && !f.assumed
		case stepJoin:
			joins = append(joins, s.idx)
		case stepLeave:
			leaves = append(leaves, s.idx)
		}
	}
	for cap := range captures {
		w.close(cap, at, was[cap], w.count[cap] > 0, leaves, !stated[cap])
	}
	w.move(joins, leaves)
	for cap := range captures {
		w.begin(cap, at, was[cap], w.count[cap] > 0, joins)
	}
	for ; i < len(w.steps) && w.steps[i].at == at; i++ {
		w.see(w.steps[i])
	}
	return i
}

func (w *walker) move(joins, leaves []int32) {
	for _, s := range leaves {
		last := w.present[len(w.present)-1]
		w.present[w.place[s]], w.place[last] = last, w.place[s]
		w.present, w.place[s] = w.present[:len(w.present)-1], -1
	}
	for _, s := range joins {
		w.place[s] = int32(len(w.present))
		w.present = append(w.present, s)
	}
}

// close ends the exposures that end at this instant.
func (w *walker) close(cap capture, at int64, was, is bool, leaves []int32, assumed bool) {
	if !was {
		return
	}
	who := leaves
	if !is {
		e := &w.truth.Episodes[w.episode[cap]]
		e.End, e.EndAssumed = at, assumed
		who = w.present
	}
	for _, s := range who {
		if o := w.open[cap][s]; o >= 0 {
			w.notes[o].said = w.said[cap][s]
		}
		w.open[cap][s] = -1
	}
}

// begin opens an exposure for everybody who is there when a capture goes on,
// or comes while it is on.
func (w *walker) begin(cap capture, at int64, was, is bool, joins []int32) {
	if !is {
		return
	}
	who := joins
	if !was {
		n := 1
		for i := range w.truth.Episodes {
			if w.truth.Episodes[i].Capture == captureNames[cap] {
				n++
			}
		}
		w.episode[cap] = len(w.truth.Episodes)
		w.truth.Episodes = append(w.truth.Episodes, TruthEpisode{Capture: captureNames[cap], Ordinal: n, Start: at})
		who = w.present
	}
	e := &w.truth.Episodes[w.episode[cap]]
	for _, s := range who {
		t := &w.truth.Sessions[s]
		w.open[cap][s] = int32(len(w.truth.Obligations))
		w.truth.Obligations = append(w.truth.Obligations, TruthObligation{
			CallID: t.CallID, Tenant: w.truth.Tenant, App: w.truth.App,
			ParticipantID: t.ParticipantID, RawID: t.RawID, EndpointID: t.EndpointID, JoinPath: t.JoinPath,
			Capture: e.Capture, Ordinal: e.Ordinal, EpisodeStart: e.Start,
			Joined: t.Joined, Left: t.Left, ExposedAt: at, DueAt: at + w.c.app.deadline,
		})
		w.notes = append(w.notes, note{sess: s, episode: int32(w.episode[cap])})
		for _, r := range w.recent[s] {
			if r.at >= at-early && r.caps&(1<<cap) != 0 {
				w.mark(w.open[cap][s], r, cap)
			}
		}
	}
}

// mark notes for an obligation what its user was shown.
func (w *walker) mark(o int32, r shown, cap capture) {
	ob := &w.truth.Obligations[o]
	named := r.names&(1<<cap) != 0
	switch r.class {
	case countsShown:
		if !named {
			w.notes[o].text = w.notes[o].text || ob.ShownAt == 0
			return
		}
		if ob.ShownAt == 0 {
			ob.ShownAt = r.at
		}
	case signalled:
		if ob.SignalledAt == 0 {
			ob.SignalledAt = r.at
		}
	case wrongShown:
		w.notes[o].wrong = true
	case toldShown:
		w.notes[o].told = w.notes[o].told || named && r.at <= ob.DueAt
	}
}

// see takes a signal or a notice at its instant.
func (w *walker) see(st step) {
	if st.kind == stepAnswer {
		w.hears(st.at, &w.c.consents[st.idx])
		return
	}
	if st.kind == stepSignal {
		s := &w.c.signals[st.idx]
		if !s.active {
			return
		}
		w.noticed(shown{at: st.at, caps: 1 << s.cap, class: signalled}, w.targets(s.sess, w.c.sessions[s.sess].bind))
		return
	}
	s := &w.c.shows[st.idx]
	if s.state == statePaused || s.state == stateStopped {
		return
	}
	r := shown{st.at, s.caps, s.says(), countsShown}
	targets := w.targets(s.sess, s.bind)
	switch {
	case st.kind == stepTold:
		r.class, targets = toldShown, []int32{s.sess}
	case s.surface == surfaceAudio:
		r.class = wrongShown
	}
	w.noticed(r, targets)
}

// noticed gives sessions what was shown or signalled to them.
func (w *walker) noticed(r shown, targets []int32) {
	for _, target := range targets {
		for cap := range captures {
			if o := w.open[cap][target]; o >= 0 && r.caps&(1<<cap) != 0 {
				w.mark(o, r, cap)
			}
		}
		old := w.recent[target]
		for len(old) > 0 && old[0].at < r.at-early {
			old = old[1:]
		}
		w.recent[target] = append(old, r)
	}
}

// targets lists the sessions that a client's event speaks of by its ids.
func (w *walker) targets(s int32, b binding) []int32 {
	x := &w.c.sessions[s]
	if w.kin == nil || b == byParticipant {
		return []int32{s}
	}
	var out []int32
	for _, k := range w.kin[x.who] {
		if b == byRawID || w.c.sessions[k].endpoint == x.endpoint {
			out = append(out, k)
		}
	}
	return out
}

// judge gives each obligation its result, in the order of the contract.
func (w *walker) judge() {
	for i := range w.truth.Obligations {
		o := &w.truth.Obligations[i]
		n := &w.notes[i]
		o.EpisodeEnd, o.Told = w.truth.Episodes[n.episode].End, n.told
		switch {
		case o.JoinPath != joinPaths[external] && o.JoinPath != joinPaths[teamsInApp] && o.JoinPath != joinPaths[extension] && o.JoinPath != joinPaths[undecided]:
			o.Result, o.Reason = "not_applicable", exempted[w.c.sessions[n.sess].model]
		case o.ShownAt != 0 && o.ShownAt <= o.DueAt:
			o.Result = "pass"
		case o.ShownAt != 0:
			o.Result = "late"
		case min(o.Left, o.EpisodeEnd) < o.DueAt && !w.stillExposed(n):
			o.Result = "too_short"
		case w.c.open && w.c.end < o.DueAt+grace:
			o.Result = "pending"
		case !w.c.app.receipts:
			o.Result, o.Reason = "no_evidence", "no-receipts"
		case o.JoinPath == joinPaths[undecided]:
			o.Result, o.Reason = "no_evidence", "unknown-path"
		case w.lost(o):
			o.Result, o.Reason = "no_evidence", "evidence-gap"
		default:
			o.Result, o.Reason = "missed", w.why(n, o)
		}
	}
}

// lost is true where what clients sent while the user was exposed, or just
// before, may have been lost.
func (w *walker) lost(o *TruthObligation) bool {
	for _, g := range w.gaps {
		if g.Last >= o.ExposedAt-early && g.First < min(o.Left, o.EpisodeEnd) {
			return true
		}
	}
	return false
}

// why says more of a miss.
func (w *walker) why(n *note, o *TruthObligation) string {
	switch {
	case n.text:
		return "wrong-text"
	case n.wrong:
		return "wrong-surface"
	case o.SignalledAt != 0:
		return "signalled-not-shown"
	case w.spoke[n.sess]:
		return "never-signalled"
	}
	return "signal-unknown"
}

// stillExposed is true where both the session and the episode go on.
func (w *walker) stillExposed(n *note) bool {
	return w.c.sessions[n.sess].open && w.goesOn(&w.truth.Episodes[n.episode])
}

// goesOn is true of an episode that has not ended when the call is judged.
func (w *walker) goesOn(e *TruthEpisode) bool {
	return w.c.open && e.End == w.c.end && (e.EndAssumed || w.c.onAt(e.Capture))
}

// onAt is true where a run of that capture goes on when the call is judged.
func (c *script) onAt(capture string) bool {
	for i := range c.runs {
		if c.runs[i].open && captureNames[c.runs[i].cap] == capture {
			return true
		}
	}
	return false
}

// leaveOpen takes away the ends that have not come.
func (w *walker) leaveOpen() {
	t := w.truth
	for i := range t.Obligations {
		o, n := &t.Obligations[i], &w.notes[i]
		if w.goesOn(&t.Episodes[n.episode]) {
			o.EpisodeEnd = 0
		}
		if w.c.sessions[n.sess].open {
			o.Left = 0
		}
	}
	for i := range t.Sessions {
		if w.c.sessions[i].open {
			t.Sessions[i].Left = 0
		}
	}
	for i := range t.Episodes {
		if e := &t.Episodes[i]; w.goesOn(e) {
			e.End, e.EndAssumed = 0, false
		}
	}
	t.End = 0
}
