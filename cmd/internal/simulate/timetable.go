package simulate

import "slices"

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
)

// A spec is what is asked of a call before anything in it is drawn.
type spec struct {
	at, dur   int64 // begin after the simulation's start; length
	app       int
	meeting   bool // a Teams meeting
	p2p       bool
	people    [models]int
	rejoins   int
	doubles   int // people on two endpoints at once
	rec       recWish
	runs      int // recordings, one after the other
	pauses    int
	overlap   bool // a second recording over the first
	trans     transWish
	eventGrid bool
	callbacks bool
	recurs    int // meetings of the same number share a thread; 0: own
	acts      []act
	together  bool  // everyone is there from begin to end
	cut       int64 // where not 0, the call is still going on then
	noGraph   bool  // a meeting of another tenant, of which Graph tells nothing
	adhoc     bool  // with a Teams thread that is no meeting's
}

type recWish uint8

const (
	noRecording recWish = iota
	acsRecording
	acsAudio
	acsUnmixed
	teamsRecording
	clientSeenRecording
)

type transWish uint8

const (
	noTranscription transWish = iota
	serverTranscription
	clientSeenTranscription
	teamsTranscription
)

func at(h, m int64) int64 { return h*hour + m*minute }

// demoTimetable is the small company's day: first what is worth seeing, then
// ordinary calls between.
func demoTimetable(r *rng) []spec {
	const care, kiosk, desk = 0, 1, 2
	day := []spec{
		// A recorded round with a pause, told in time.
		{at: at(8, 5), dur: 34 * minute, app: care, people: [models]int{external: 7}, rec: acsRecording, pauses: 1, trans: serverTranscription, eventGrid: true, callbacks: true},
		// A Teams meeting with everyone that can be in one.
		{at: at(9, 0), dur: 55 * minute, app: care, meeting: true, people: [models]int{external: 5, teamsInApp: 3, teamsClient: 4, anonymous: 1, undecided: 1}, rec: teamsRecording, pauses: 1, trans: clientSeenTranscription, callbacks: true, recurs: 1},
		// Fabrikam's app forgets the notice when somebody comes back.
		{at: at(9, 30), dur: 40 * minute, app: desk, people: [models]int{external: 6}, rejoins: 3, rec: acsRecording, eventGrid: true, callbacks: true},
		// A late notice.
		{at: at(10, 10), dur: 21 * minute, app: care, people: [models]int{external: 4}, rec: acsAudio, eventGrid: true, callbacks: true, acts: []act{inTime, late}},
		// The kiosk app sends no receipts.
		{at: at(10, 30), dur: 28 * minute, app: kiosk, people: [models]int{external: 3}, rec: acsRecording, eventGrid: true, callbacks: true},
		// A telephone leg and a bot in a recorded call.
		{at: at(11, 0), dur: 17 * minute, app: care, people: [models]int{external: 3, phone: 1}, rec: acsAudio, eventGrid: true, callbacks: true},
		{at: at(11, 20), dur: 25 * minute, app: care, people: [models]int{external: 4, bot: 1}, rec: acsRecording, trans: serverTranscription, eventGrid: true, callbacks: true},
		// A meeting that no server speaks of but the clients do.
		{at: at(11, 45), dur: 31 * minute, app: desk, meeting: true, people: [models]int{external: 4, teamsInApp: 2, teamsClient: 3}, rec: clientSeenRecording, trans: clientSeenTranscription, noGraph: true},
		// A silent client, one that is never signalled, one that shows nothing.
		{at: at(13, 0), dur: 26 * minute, app: care, people: [models]int{external: 6}, rec: acsRecording, eventGrid: true, callbacks: true, acts: []act{inTime, silent, neverSignalled, notShown}},
		{at: at(13, 40), dur: 22 * minute, app: care, meeting: true, people: [models]int{external: 3, teamsInApp: 2, teamsClient: 3}, rec: teamsRecording, callbacks: true, acts: []act{inTime, notShown}},
		// The morning's meeting again, in the same thread.
		{at: at(15, 0), dur: 45 * minute, app: care, meeting: true, people: [models]int{external: 5, teamsInApp: 2, teamsClient: 5, anonymous: 1}, rec: teamsRecording, callbacks: true, recurs: 1},
		// A user on two endpoints, one who comes back.
		{at: at(16, 10), dur: 30 * minute, app: care, people: [models]int{external: 5}, rejoins: 1, doubles: 1, rec: acsRecording, runs: 2, eventGrid: true, callbacks: true},
		// The platform's own ten and ten: an app user with a Teams user.
		{at: at(16, 45), dur: 10 * minute, app: care, meeting: true, together: true, people: [models]int{external: 1, teamsClient: 1}},
		// Recorded, but the callbacks are not forwarded.
		{at: at(17, 0), dur: 19 * minute, app: desk, people: [models]int{external: 4}, rec: acsRecording, eventGrid: true},
		// Two people, no events but the logs.
		{at: at(17, 25), dur: 12 * minute, app: desk, p2p: true, people: [models]int{external: 2}},
		// Over midnight, UTC.
		{at: at(23, 41), dur: 47 * minute, app: care, people: [models]int{external: 4}, rec: acsRecording, eventGrid: true, callbacks: true},
	}
	for i := range 34 {
		s := soakSpec(r, 0.4, false)
		s.at = at(7, 10) + int64(i)*22*minute + r.between(0, 20*minute)
		s.acts, s.overlap = nil, false
		if s.app == kiosk && r.hit(0.6) {
			s.app = care
		}
		s.people[undecided] = 0
		day = append(day, s)
	}
	slices.SortStableFunc(day, func(a, b spec) int { return int(a.at - b.at) })
	return day
}

// soakSpec draws a call that can be anything.
func soakSpec(r *rng, interop float64, corners bool) spec {
	s := spec{
		dur: r.between(4, 50) * minute, app: []int{0, 0, 0, 1, 2, 2}[r.n(6)],
		meeting: r.hit(interop), eventGrid: r.hit(0.85), callbacks: r.hit(0.75),
	}
	s.people[external] = 1 + r.n(6)
	captured := r.hit(0.7)
	switch {
	case s.meeting:
		s.people[teamsInApp], s.people[teamsClient] = r.n(3), 1+r.n(4)
		s.people[anonymous] = r.n(8) / 6
		s.people[undecided] = r.n(10) / 9
		if captured {
			s.rec = clientSeenRecording
			if s.callbacks {
				s.rec = teamsRecording
			}
		}
		if r.hit(0.4) {
			s.trans = clientSeenTranscription
		}
	case r.hit(0.15):
		s.p2p = true
		s.people[external] = 2
	default:
		s.people[external]++
		s.people[phone], s.people[bot] = r.n(10)/9, r.n(12)/11
	}
	if !s.meeting {
		if captured {
			s.rec = []recWish{acsRecording, acsRecording, acsAudio, acsUnmixed}[r.n(4)]
		}
		if s.callbacks && r.hit(0.35) {
			s.trans = serverTranscription
		}
	}
	s.runs, s.pauses = 1+r.n(2), r.n(3)
	if !s.p2p {
		s.rejoins, s.doubles = r.n(3)/2, r.n(8)/7
	}
	if corners {
		if !s.meeting && !s.p2p && r.hit(0.2) {
			s.people[extension] = 1 + r.n(2)
		}
		s.overlap = r.hit(0.2)
		if r.hit(0.3) {
			s.acts = []act{inTime, edges, edges}
		}
		if r.hit(0.1) {
			s.dur = r.between(8, 90) * second
		}
	}
	return s
}

// giantSpec is one meeting with so many participants and recordings.
func giantSpec(people, episodes int) spec {
	return spec{dur: 3 * hour, people: [models]int{external: people}, rec: acsRecording,
		runs: max(episodes, 1), eventGrid: true, callbacks: true}
}
