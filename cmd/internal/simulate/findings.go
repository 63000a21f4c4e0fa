package simulate

import (
	"cmp"
	"slices"
)

// A TruthFinding is what a rule has to find in a call, and nothing else.
type TruthFinding struct {
	Rule, Result  string
	ParticipantID string // of the session that it is about; empty: the call's
	RawID         string // of a finding on the call: whom it is about
	Capture       string
	At            int64 // when what it is about began
}

// Terms of the policy that Policy() states, besides those of notices.
const (
	answerTime = 60 * second // to answer a question for consent, and to leave
	deskAnswer = 30 * second // the same for the app that asks by policy
	deskStale  = 30 * second // in which that app takes its notices away
)

// asksAlways is true of a capture for which the policy has an app ask, whatever
// the platform's signal says.
func (a *app) asksAlways(cap capture) bool { return a.asks && cap == transcription }

func (a *app) answerTime() int64 {
	if a.asks {
		return deskAnswer
	}
	return answerTime
}

// An answered is the last answer that somebody gave.
type answered struct {
	at       int64 // 0: none
	declined bool
}

// hears takes an answer at its instant: it is of those who are there then, else
// of the one who came or went next to it.
func (w *walker) hears(at int64, a *consent) {
	x := &w.c.sessions[a.sess]
	targets := w.targets(a.sess, x.bind)
	if x.bind == byParticipant || len(targets) == 1 {
		w.said[a.cap][targets[0]] = answered{at, a.declined}
		return
	}
	nearest, least := targets[0], int64(1)<<62
	some := false
	for _, s := range targets {
		if w.place[s] >= 0 {
			w.said[a.cap][s] = answered{at, a.declined}
			some = true
		}
		t := &w.truth.Sessions[s]
		if away := max(t.Joined-at, at-t.Left); away < least || away == least && t.Joined > w.truth.Sessions[nearest].Joined {
			nearest, least = s, away
		}
	}
	if !some {
		w.said[a.cap][nearest] = answered{at, a.declined}
	}
}

// find lists the findings of the call, once everything is judged.
func (w *walker) find() {
	for i := range w.truth.Obligations {
		o := &w.truth.Obligations[i]
		n := &w.notes[i]
		about := func(rule, result string, at int64) {
			w.finding(TruthFinding{Rule: rule, Result: result, ParticipantID: o.ParticipantID, Capture: o.Capture, At: at})
		}
		switch o.Result {
		case "missed":
			about("notice.missed", "fail", o.ExposedAt)
		case "no_evidence":
			about("notice.missed", "no_evidence", o.ExposedAt)
		case "late":
			about("notice.late", "fail", o.ExposedAt)
		case "not_applicable":
			continue
		}
		if w.consentMissing(o, n) {
			about("consent.missing", "fail", o.ExposedAt)
		}
		if w.declinedInVain(o, n) {
			about("consent.declined-but-captured", "fail", n.said.at)
		}
		if w.keptShowing(i, o, n) {
			about("notice.stale", "fail", o.EpisodeEnd)
		}
	}
	w.wrongTexts()
	w.foreignClouds()
	w.telephones()
	w.strangers()
}

func (w *walker) finding(f TruthFinding) { w.truth.Findings = append(w.truth.Findings, f) }

// until is how long an exposure lasted, or has lasted so far.
func (w *walker) until(o *TruthObligation) int64 { return min(o.Left, o.EpisodeEnd) }

// capOf is an obligation's capture.
func capOf(o *TruthObligation) capture {
	if o.Capture == captureNames[recording] {
		return recording
	}
	return transcription
}

// consentMissing is true where an answer was due and none came, as far as the
// evidence can tell. Every signal of a meeting asks for one.
func (w *walker) consentMissing(o *TruthObligation, n *note) bool {
	asked := w.c.thread != "" && o.SignalledAt != 0 || w.c.app.asksAlways(capOf(o))
	due := o.ExposedAt + w.c.app.answerTime()
	switch {
	case !asked, n.said.at != 0:
		return false
	case w.until(o) < due && !w.stillExposed(n), w.c.open && w.c.end < due+grace:
		return false // too short, or still under way
	}
	known := w.c.app.receipts && o.JoinPath != joinPaths[undecided] && !w.lostBetween(o.Joined, w.until(o))
	return known
}

// declinedInVain is true where somebody said no, and was there with the capture
// on when there had been time to leave.
func (w *walker) declinedInVain(o *TruthObligation, n *note) bool {
	if n.said.at == 0 || !n.said.declined {
		return false
	}
	gone := max(n.said.at, o.ExposedAt) + w.c.app.answerTime()
	if w.until(o) <= gone && !w.stillExposed(n) || w.c.open && w.c.end < gone {
		return false
	}
	return !w.lostBetween(n.said.at, w.until(o))
}

// lostBetween is true where what clients sent in [from, to) may be lost.
func (w *walker) lostBetween(from, to int64) bool {
	return slices.ContainsFunc(w.gaps, func(g TruthGap) bool { return g.Last >= from && g.First < to })
}

// keptShowing follows what a client had on its screen until a notice should
// have gone, and is true where it still was there then.
func (w *walker) keptShowing(i int, o *TruthObligation, n *note) bool {
	e := &w.truth.Episodes[n.episode]
	until := o.EpisodeEnd + deskStale
	switch {
	case !w.c.app.asks, o.Result != "pass" && o.Result != "late", w.goesOn(e), e.EndAssumed:
		return false
	case o.Left < until && !w.c.sessions[n.sess].open, w.c.open && w.c.end < until+grace:
		return false
	}
	for j := i + 1; j < len(w.truth.Obligations); j++ {
		if later := &w.truth.Obligations[j]; w.notes[j].sess == n.sess && later.Capture == o.Capture && later.EpisodeStart < until {
			return false // it was on again
		}
	}
	on := false
	for _, s := range w.shownTo(n.sess) {
		if x := &w.c.sessions[s.sess]; x.seen(s.at) <= until && s.caps&(1<<capOf(o)) != 0 {
			on = s.state == stateStarted || s.state == stateResumed
		}
	}
	return on && !w.lostBetween(o.EpisodeEnd-early, until)
}

// shownTo lists the notices of which the evidence tells that a session was
// shown them, in their order.
func (w *walker) shownTo(sess int32) []*show {
	var out []*show
	for i := range w.c.shows {
		s := &w.c.shows[i]
		if !s.unsent && !w.c.sessions[s.sess].noReceipts && slices.Contains(w.targets(s.sess, s.bind), sess) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b *show) int {
		return cmp.Compare(w.c.sessions[a.sess].seen(a.at), w.c.sessions[b.sess].seen(b.at))
	})
	return out
}

// wrongTexts finds the first notice that told somebody of a capture in words
// that name another one, for each session and capture that it had to be told of.
func (w *walker) wrongTexts() {
	due := make([]uint8, len(w.c.sessions)) // captures
	for i := range w.truth.Obligations {
		if o := &w.truth.Obligations[i]; o.Result != "not_applicable" {
			due[w.notes[i].sess] |= 1 << capOf(o)
		}
	}
	some := slices.ContainsFunc(w.c.shows, func(s show) bool { return s.text != 0 })
	for sess := range due {
		if due[sess] == 0 || !some {
			continue
		}
		var found uint8
		for _, s := range w.shownTo(int32(sess)) {
			if s.state != stateStarted && s.state != stateResumed {
				continue
			}
			wrong := s.caps & due[sess] &^ s.says() &^ found
			found |= wrong
			for cap := range captures {
				if wrong&(1<<cap) != 0 {
					w.finding(TruthFinding{Rule: "notice.wrong-text", Result: "fail", ParticipantID: w.truth.Sessions[sess].ParticipantID,
						Capture: captureNames[cap], At: w.c.sessions[s.sess].seen(s.at)})
				}
			}
		}
	}
}

// foreignClouds finds the Teams users of a tenant that the policy lists as one
// of a government cloud, where a log or Graph tells their tenant.
func (w *walker) foreignClouds() {
	if w.c.thread == "" || !w.c.app.government {
		return
	}
	for i := range w.c.sessions {
		x := &w.c.sessions[i]
		if x.model != teamsInApp && x.model != teamsClient && x.model != undecided {
			continue
		}
		logged := x.model != undecided && !x.noSummary
		if t := &w.truth.Sessions[i]; logged || w.c.src.record || w.c.src.roster && len(w.c.roster) > 0 {
			w.finding(TruthFinding{Rule: "interop.government-cloud", Result: "fail", ParticipantID: t.ParticipantID, At: t.Joined})
		}
	}
}

// telephones finds those that the app brought into a Teams meeting.
func (w *walker) telephones() {
	if a := &w.c.addition; a.who != nil {
		w.finding(TruthFinding{Rule: "interop.pstn", Result: "fail", RawID: a.who.raw, At: a.at})
	}
}
