package notice

import (
	"slices"
	"time"

	"rollcall/schema"
)

// agreement is how far apart two measurements of one clock's offset may lie:
// the platform signals to a client within this time, as a rule.
const agreement = 2 * time.Second

// maxOffset is the largest offset that is looked for.
const maxOffset = 24 * time.Hour

// estimate corrects the receipts and signals of a client whose clock is wrong
// and who gives no offset of its own (notice.clock: estimate).
//
// Each of its signals is held against every bound that a server states of that
// capture, each of its own joins and leaves against the session's bound: the
// differences are what its clock may be ahead by. The offset is that on which
// most of the client's words agree within two seconds, if they are more than
// half of them; of two such offsets the smaller. Within the agreement the
// quickest word counts, because each comes as much later as the platform took:
// so a corrected receipt is never earlier than it was. A client whose quickest
// word comes up to two seconds after its bound shows no sign of a wrong clock
// and is taken as sent.
func (j *judge) estimate() {
	if slices.ContainsFunc(j.receipts, func(r schema.Receipt) bool { return r.Notice.Clock == schema.ClockOffset }) {
		return // it gives its own offset
	}
	offset, _, ok := offsetOf(j.measurements())
	if !ok || offset >= 0 && offset <= agreement {
		return
	}
	j.receipts = slices.Clone(j.receipts)
	for i := range j.receipts {
		j.receipts[i].At = j.receipts[i].At.Add(-offset)
		j.receipts[i].Notice.Clock = schema.ClockEstimate
	}
	j.signals = slices.Clone(j.signals)
	for i := range j.signals {
		j.signals[i].At = j.signals[i].At.Add(-offset)
	}
}

// A measurement is one word of a client: by how much its clock would be ahead
// if the word were about each of several bounds.
type measurement []time.Duration

// measurements lists what the client's words say of its clock.
func (j *judge) measurements() []measurement {
	var out []measurement
	add := func(at time.Time, bounds ...time.Time) {
		var m measurement
		for _, b := range bounds {
			if d := at.Sub(b); !b.IsZero() && d.Abs() <= maxOffset {
				m = append(m, d)
			}
		}
		if len(m) > 0 {
			out = append(out, m)
		}
	}
	s := j.session
	joined, left := ofServer(s.Joined), ofServer(s.Left)
	if !s.ReportedJoin.IsZero() {
		add(s.ReportedJoin, joined)
	}
	if !s.ReportedLeave.IsZero() {
		add(s.ReportedLeave, left)
	}
	for _, g := range j.signals[:min(len(j.signals), maxWords)] {
		var bounds []time.Time
		for _, e := range j.call.Episodes {
			x, there := overlap(s, e)
			switch {
			case !there || e.Capture != g.Signal.Capture:
			case g.Signal.Active && e.Start.At.Before(s.Joined.At):
				bounds = append(bounds, joined) // it was on when the client joined
			case g.Signal.Active:
				bounds = append(bounds, ofServer(e.Start))
			case x.to.Equal(e.End.At):
				bounds = append(bounds, ofServer(e.End))
			}
		}
		add(g.At, bounds...)
	}
	return out
}

// maxWords bounds how many signals of a client are measured.
const maxWords = 200

// ofServer is the instant of a bound that a server states, else zero.
func ofServer(b schema.Bound) time.Time {
	switch b.Source {
	case schema.BoundEventGrid, schema.BoundCallSummary, schema.BoundCallAutomation, schema.BoundRecordingSummary,
		schema.BoundRecordingFile, schema.BoundStreamingUsage, schema.BoundRoster, schema.BoundGraph, schema.BoundTeamsChat:
		return b.At
	}
	return time.Time{}
}

// firstWords is how many of a client's signals tell whether its clock is wrong.
const firstWords = 16

// Offset is by how much a client's clock is ahead of the servers', as its own
// words against their bounds tell; words is how many of them could be measured,
// agree how many agree on it. ok is false where no offset has a majority. It
// looks at the client's first words: a clock is wrong from the beginning; and not
// at those that may be of another session.
func Offset(call schema.Call, s schema.Session) (offset time.Duration, words, agree int, ok bool) {
	signals := slices.Clone(s.Signals[:min(len(s.Signals), firstWords)])
	signals = slices.DeleteFunc(signals, func(g schema.SessionSignal) bool { return g.Shared })
	j := judge{call: call, session: s, signals: signals}
	all := j.measurements()
	offset, agree, ok = offsetOf(all)
	return offset, len(all), agree, ok
}

// offsetOf finds the offset on which most measurements agree, and how many do.
func offsetOf(all []measurement) (time.Duration, int, bool) {
	var best time.Duration
	votes := 0
	type vote struct {
		at time.Duration
		by int
	}
	var cast []vote
	for i, m := range all {
		for _, d := range m {
			cast = append(cast, vote{d, i})
		}
	}
	slices.SortFunc(cast, func(a, b vote) int {
		if a.at != b.at {
			return int(a.at/time.Millisecond - b.at/time.Millisecond)
		}
		return a.by - b.by
	})
	count := make([]int, len(all)) // votes of each word in the window
	words, end := 0, 0
	for start := range cast { // windows that begin with each vote
		for end < len(cast) && cast[end].at-cast[start].at <= agreement {
			if count[cast[end].by]++; count[cast[end].by] == 1 {
				words++
			}
			end++
		}
		if words > votes || words == votes && cast[start].at.Abs() < best.Abs() {
			best, votes = cast[start].at, words
		}
		if count[cast[start].by]--; count[cast[start].by] == 0 {
			words--
		}
	}
	return best, votes, 2*votes > len(all)
}
