package simulate

// A consent is a user's answer to the question whether they may be captured,
// which Teams asks for in meetings.
type consent struct {
	sess     int32
	cap      capture
	declined bool
	at       int64
}

// answer lets the users of a meeting, and those of an app that always asks,
// answer, most of them with yes, when their client first learns of a capture;
// again when they come back. What got lost of
// the signal, or falls into a gap, is lost with its answer.
func (c *script) answer(gaps []TruthGap) {
	var asked [captures]map[int32]bool
	for i := range asked {
		asked[i] = map[int32]bool{}
	}
	for i := range c.signals {
		s := &c.signals[i]
		if !s.active || asked[s.cap][s.sess] || c.flickers(i) || c.thread == "" && !c.app.asksAlways(s.cap) {
			continue
		}
		asked[s.cap][s.sess] = true
		draw := mix(c.seed ^ uint64(i) ^ 29<<32)
		a := consent{sess: s.sess, cap: s.cap, declined: draw%20 == 0, at: s.at + 1000 + int64(draw>>32)%4000}
		lost := s.lost || a.at >= c.sessions[s.sess].left || draw%10 == 1
		for _, g := range gaps {
			lost = lost || g.First <= a.at && a.at <= g.Last
		}
		if !lost {
			c.consents = append(c.consents, a)
		}
	}
}

// consentData writes the answer.
func consentData(f *fields, a *consent) {
	f.str("capture", captureNames[a.cap])
	f.str("answer", orElse(a.declined, "declined", "granted"))
}
