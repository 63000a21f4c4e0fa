package simulate

// adhocOf lets some Teams calls be none of a meeting, from a stream of their own:
// somebody of Teams called, and the thread is not a meeting's. What an external
// user does there the platform's document says it can't.
func (p *planner) adhocOf(index int, s spec) spec {
	r := newRng(p.opt.Seed, 34, index)
	hit := r.hit(0.12)
	if p.opt.Profile == Soak && p.opt.Meetings == MeetingsAsDrawn && s.meeting && s.cut == 0 && hit {
		s.adhoc, s.noGraph, s.recurs = true, true, 0
	}
	return s
}

// tellAdhoc sees to it that the logs have somebody of Teams: else nothing would
// tell that the call was one of Teams'.
func (c *script) tellAdhoc() {
	for i := range c.sessions {
		if x := &c.sessions[i]; c.adhoc && x.model == teamsClient {
			x.noSummary = false
			return
		}
	}
}

// strangers finds, in a Teams call that is no meeting, the cells of the capability
// table that say no: an external user or an anonymous one takes part; and somebody
// of Teams joins what an external user began alone. Each is found once a call,
// from the first who did it.
func (w *walker) strangers() {
	if !w.c.adhoc {
		return
	}
	begun, alone := int64(1)<<62, false // when, and whether by an external user alone
	for i := range w.truth.Sessions {
		switch t := &w.truth.Sessions[i]; {
		case t.Joined < begun:
			begun, alone = t.Joined, w.c.sessions[i].model == external
		case t.Joined == begun:
			alone = false
		}
	}
	var first [models]int64 // 0: nobody
	for i := range w.truth.Sessions {
		m, at := w.c.sessions[i].model, w.truth.Sessions[i].Joined
		no := m == external || alone && (m == teamsInApp || m == teamsClient) || !alone && m == anonymous
		if no && (first[m] == 0 || at < first[m]) {
			first[m] = at
		}
	}
	for _, at := range first {
		if at != 0 {
			w.finding(TruthFinding{Rule: "interop.unsupported-join", Result: "fail", At: at})
		}
	}
}
