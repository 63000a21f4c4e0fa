package simulate

// liveSpec is a call that is told of while it goes on: Event Grid says who is in
// it, Call Automation what is captured. In such a share of its sessions the
// platform signals the capture and the app shows nothing.
func liveSpec(r *rng, unshown float64) spec {
	s := spec{dur: r.between(60, 150) * second, app: r.n(2) * 2, people: [models]int{external: 2 + r.n(5)},
		rec: acsRecording, runs: 1, eventGrid: true, callbacks: true}
	if r.hit(0.2) {
		s.trans = serverTranscription
	}
	for range s.people[external] {
		does := inTime
		if r.hit(unshown) {
			does = notShown
		}
		s.acts = append(s.acts, does)
	}
	return s
}
