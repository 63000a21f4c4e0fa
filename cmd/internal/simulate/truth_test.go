package simulate

import (
	"fmt"
	"testing"
	"time"
)

// TestTruthHoldsTogether finds the exposures and the usage of many random calls
// by the contract's interval formulas, which the walk does not use, and holds
// the two together.
func TestTruthHoldsTogether(t *testing.T) {
	obligations := 0
	for seed := range uint64(6) {
		opt := SoakRun(seed, day, 150)
		opt.OpenCalls = 5
		_, truth := simulation(opt)
		now := truth.AsOf.UnixMilli()
		for i := range truth.Calls {
			c := &truth.Calls[i]
			checkExposures(t, c, now)
			checkUsage(t, c, now)
			obligations += len(c.Obligations)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if obligations < 3000 {
		t.Errorf("only %d obligations", obligations)
	}
}

type exposureKey struct {
	pid, capture string
	ordinal      int
}

func checkExposures(t *testing.T, c *TruthCall, now int64) {
	want := map[exposureKey]span{}
	for _, s := range c.Sessions {
		if s.Joined < c.Start || s.Left != 0 && (s.Left <= s.Joined || c.End != 0 && s.Left > c.End) {
			t.Errorf("call %s: session %+v lies not within it", c.CallID, s)
		}
		for _, e := range c.Episodes {
			x := span{max(s.Joined, e.Start), min(orNow(s.Left, now), orNow(e.End, now))}
			if x.start < x.end {
				want[exposureKey{s.ParticipantID, e.Capture, e.Ordinal}] = x
			}
		}
	}
	for _, o := range c.Obligations {
		key := exposureKey{o.ParticipantID, o.Capture, o.Ordinal}
		x, ok := want[key]
		delete(want, key)
		if !ok || o.ExposedAt != x.start {
			t.Errorf("call %s: %+v has the exposure %v (%v)", c.CallID, o, x, ok)
			continue
		}
		if err := consistent(&o, x, now); err != nil {
			t.Errorf("call %s: %v: %+v", c.CallID, err, o)
		}
	}
	for key := range want {
		t.Errorf("call %s: no obligation for %+v", c.CallID, key)
	}
}

func orNow(at, now int64) int64 {
	if at == 0 {
		return now
	}
	return at
}

// consistent holds a result against the instants beside it.
func consistent(o *TruthObligation, x span, now int64) error {
	shown := o.ShownAt != 0
	if shown && (o.ShownAt < o.ExposedAt-2000 || o.ShownAt >= x.end) {
		return fmt.Errorf("shown outside the exposure that ends at %d", x.end)
	}
	if o.SignalledAt != 0 && (o.SignalledAt < x.start-2000 || o.SignalledAt >= x.end) {
		return fmt.Errorf("signalled outside the exposure")
	}
	open := o.Left == 0 && o.EpisodeEnd == 0
	fits := map[string]bool{
		"not_applicable": o.Reason != "",
		"pass":           shown && o.ShownAt <= o.DueAt,
		"late":           shown && o.ShownAt > o.DueAt,
		"too_short":      !shown && x.end < o.DueAt && !open,
		"pending":        !shown && now < o.DueAt+60_000,
		"missed":         !shown && now >= o.DueAt+60_000 && o.Reason != "",
		"no_evidence":    !shown && now >= o.DueAt+60_000 && (o.Reason == "no-receipts" || o.Reason == "unknown-path"),
	}
	if !fits[o.Result] {
		return fmt.Errorf("%s does not fit", o.Result)
	}
	return nil
}

// checkUsage sums the sessions' lengths for each meter that only they feed.
func checkUsage(t *testing.T, c *TruthCall, now int64) {
	want, got := map[string]int64{}, map[string]int64{}
	for _, s := range c.Sessions {
		want[s.Meter] += orNow(s.Left, now) - s.Joined
	}
	for k, v := range c.Usage {
		got[k.Meter] += v
		if v < 0 || k.Resource != c.Resource {
			t.Errorf("call %s: usage %v of %d", c.CallID, k, v)
		}
	}
	for _, m := range []string{meterVoIP, meterInterop, meterTeams} {
		if want[m] != got[m] {
			t.Errorf("call %s: %s is %d, the sessions' lengths sum to %d", c.CallID, m, got[m], want[m])
		}
	}
}

// TestEveryResultAndReasonOccurs: a soak that never reaches a corner proves
// nothing about it.
func TestEveryResultAndReasonOccurs(t *testing.T) {
	seen := map[string]int{}
	told := map[bool]int{}
	for seed := range uint64(4) {
		opt := SoakRun(seed, day, 300)
		opt.OpenCalls = 8
		_, truth := simulation(opt)
		for _, o := range truth.Obligations {
			seen[o.Result+" "+o.Reason]++
			seen[o.Result+" "]++
			if o.Result == "missed" {
				told[o.Told]++
			}
		}
		for k := range truth.Usage {
			seen[k.Meter]++
		}
		for _, c := range truth.Calls {
			for _, s := range c.Sessions {
				seen[fmt.Sprint("left assumed ", s.LeftAssumed)]++
			}
			for _, e := range c.Episodes {
				seen[fmt.Sprint("end assumed ", e.EndAssumed)]++
			}
		}
	}
	for _, want := range []string{"not_applicable ", "pass ", "late ", "too_short ", "pending ",
		"missed wrong-surface", "missed wrong-text", "missed signalled-not-shown", "missed never-signalled", "missed signal-unknown",
		"no_evidence no-receipts", "no_evidence unknown-path",
		meterVoIP, meterInterop, meterTeams, meterTeamsRec, meterUnmixed, meterTranscription, meterChat, meterUnmapped,
		"left assumed true", "end assumed true"} {
		if seen[want] == 0 {
			t.Errorf("%q never occurs", want)
		}
	}
	if told[true] == 0 || told[false] == 0 {
		t.Errorf("misses of people who were in fact told: %d, not told: %d; want both", told[true], told[false])
	}
}

// A lone call: one recording from 10 s to 60 s after its start, one user of the
// care app who is there throughout unless the case says otherwise.
func lone(edit func(c *script, s *session)) *script {
	start := day.UnixMilli()
	a := &app{id: "care", receipts: true, deadline: 5000, res: &resource{lower: "/r"}}
	c := &script{app: a, start: start, end: start + 100*second, eventGrid: true, callbacks: true, once: 1,
		sessions: []session{{who: &person{raw: "8:acs:r_u"}, reports: true, joined: start, left: start + 100*second}},
		runs:     []run{{start: start + 10*second, end: start + 60*second, summary: true}}}
	edit(c, &c.sessions[0])
	return c
}

func (c *script) show(ms int64, edit ...func(*show)) {
	s := show{caps: 1, at: c.start + ms}
	for _, e := range edit {
		e(&s)
	}
	c.shows = append(c.shows, s)
}

// TestWalk pins the truth of cases whose right answer design.md, section 5,
// spells out. Instants are milliseconds after the call's start.
func TestWalk(t *testing.T) {
	paused := func(s *show) { s.state = statePaused }
	signalled := func(c *script) {
		c.signals = append(c.signals, signal{sess: 0, cap: recording, active: true, at: c.start + 10200})
	}
	cases := []struct {
		name  string
		edit  func(c *script, s *session)
		want  []string // result and reason of each obligation
		shown int64
	}{
		{"in time", func(c *script, s *session) { c.show(11000) }, []string{"pass "}, 11000},
		{"just in time", func(c *script, s *session) { c.show(15000) }, []string{"pass "}, 15000},
		{"a millisecond late", func(c *script, s *session) { c.show(15001) }, []string{"late "}, 15001},
		{"early within the tolerance", func(c *script, s *session) { c.show(8000) }, []string{"pass "}, 8000},
		{"a millisecond too early", func(c *script, s *session) { c.show(7999) }, []string{"missed never-signalled"}, 0},
		{"the first that counts", func(c *script, s *session) { c.show(20000); c.show(7000); c.show(9000) }, []string{"pass "}, 9000},
		{"in the last millisecond", func(c *script, s *session) { c.show(59999) }, []string{"late "}, 59999},
		{"when it was over", func(c *script, s *session) { c.show(60000) }, []string{"missed never-signalled"}, 0},
		{"after leaving", func(c *script, s *session) { s.left = c.start + 30*second; c.show(30000) }, []string{"missed never-signalled"}, 0},
		{"signalled, not shown", func(c *script, s *session) { signalled(c) }, []string{"missed signalled-not-shown"}, 0},
		{"a silent client", func(c *script, s *session) { s.acts = silent }, []string{"missed signal-unknown"}, 0},
		{"receipts lost", func(c *script, s *session) { c.show(11000); signalled(c); s.noReceipts = true }, []string{"missed signal-unknown"}, 0},
		{"wrong capture", func(c *script, s *session) { c.show(11000, func(n *show) { n.caps = 2 }); signalled(c) }, []string{"missed signalled-not-shown"}, 0},
		{"both captures in one", func(c *script, s *session) { c.show(11000, func(n *show) { n.caps = 3 }) }, []string{"pass "}, 11000},
		{"spoken", func(c *script, s *session) { c.show(11000, func(n *show) { n.surface = surfaceAudio }); signalled(c) }, []string{"missed wrong-surface"}, 0},
		{"a paused notice tells nothing", func(c *script, s *session) { c.show(11000, paused) }, []string{"missed never-signalled"}, 0},
		{"late joiner", func(c *script, s *session) { s.joined = c.start + 40*second; c.show(44000) }, []string{"pass "}, 44000},
		{"left before it began", func(c *script, s *session) { s.left = c.start + 10*second }, nil, 0},
		{"came when it was over", func(c *script, s *session) { s.joined = c.start + 60*second }, nil, 0},
		{"left before it was due", func(c *script, s *session) { s.left = c.start + 14999 }, []string{"too_short "}, 0},
		{"left when it was due", func(c *script, s *session) { s.left = c.start + 15000 }, []string{"missed never-signalled"}, 0},
		{"two touching recordings are one episode", func(c *script, s *session) {
			c.runs = append(c.runs, run{start: c.start + 60*second, end: c.start + 70*second})
			c.show(61000)
		}, []string{"late "}, 61000},
		{"two overlapping recordings are one episode", func(c *script, s *session) {
			c.runs = append(c.runs, run{start: c.start + 5*second, end: c.start + 20*second})
			c.show(6000)
		}, []string{"pass "}, 6000},
		{"a pause makes two", func(c *script, s *session) {
			c.runs[0].pauses = []span{{c.start + 30*second, c.start + 40*second}}
			c.show(11000)
		}, []string{"pass ", "missed never-signalled"}, 11000},
		{"no receipts by policy", func(c *script, s *session) { c.app.receipts, s.reports = false, false }, []string{"no_evidence no-receipts"}, 0},
		{"a Teams client", func(c *script, s *session) { s.model = teamsClient }, []string{"not_applicable the Teams client shows the platform's own notice"}, 0},
		{"an unknown path is judged", func(c *script, s *session) { s.model = undecided; s.reports = false }, []string{"no_evidence unknown-path"}, 0},
		{"an unstated clock error", func(c *script, s *session) { c.show(11000); s.skew = -5000 }, []string{"missed never-signalled"}, 0},
		{"a stated clock error", func(c *script, s *session) { c.show(11000); s.skew, s.skewSaid = -5000, true }, []string{"pass "}, 11000},
		{"the end unknown", func(c *script, s *session) { c.runs[0].noStop, c.runs[0].noSummary = true, true; c.show(90000) }, []string{"late "}, 90000},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := lone(tc.edit)
			var got []string
			var shown int64
			for _, o := range walk(c, nil, appHours{}).Obligations {
				got = append(got, o.Result+" "+o.Reason)
				if o.ShownAt != 0 && shown == 0 {
					shown = o.ShownAt - c.start
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) || shown != tc.shown {
				t.Errorf("got %q shown %d, want %q shown %d", got, shown, tc.want, tc.shown)
			}
		})
	}
}

// TestWhatOnlyClientsSaw: a capture that no server speaks of is on from the
// first client that sees it until all that saw it and are there say it ended.
func TestWhatOnlyClientsSaw(t *testing.T) {
	c := lone(func(c *script, s *session) {})
	c.runs[0].source = ofClients
	c.runs[0].summary = false
	other := c.sessions[0]
	other.who, other.left = &person{raw: "8:acs:r_v"}, c.start+50*second
	c.sessions = append(c.sessions, other, c.sessions[0])
	c.once = 3
	at := func(s int32, on bool, ms int64) signal {
		return signal{sess: s, cap: recording, active: on, at: c.start + ms}
	}
	c.signals = []signal{at(0, true, 10300), at(1, true, 10100), at(2, true, 10500), at(0, false, 60800), at(2, false, 60200)}
	got := walk(c, nil, appHours{}).Episodes
	if len(got) != 1 || got[0].Start-c.start != 10100 || got[0].End-c.start != 60800 || got[0].EndAssumed {
		t.Errorf("episodes %+v, want one from 10100 to 60800 after %d", got, c.start)
	}
	c.signals = c.signals[:3]
	if got = walk(c, nil, appHours{}).Episodes; len(got) != 1 || got[0].End != c.end || !got[0].EndAssumed {
		t.Errorf("nobody says it ended: %+v, want it to end with the call, assumed", got)
	}
}

// TestUsageOverMidnight: a session is split by day, to the millisecond.
func TestUsageOverMidnight(t *testing.T) {
	c := lone(func(c *script, s *session) {})
	c.runs = nil
	shift := day.Add(-30*time.Second).UnixMilli() - c.start
	c.start, c.end = c.start+shift, c.end+shift
	c.sessions[0].joined, c.sessions[0].left = c.start, c.end
	got := walk(c, nil, appHours{}).Usage
	a, b := UsageKey{"2026-11-19", "/r", meterVoIP}, UsageKey{"2026-11-20", "/r", meterVoIP}
	if len(got) != 2 || got[a] != 30000 || got[b] != 70000 {
		t.Errorf("usage %v, want 30 s before midnight and 70 s after", got)
	}
}

// TestGiant: everybody in the giant call owes an answer for each episode.
func TestGiant(t *testing.T) {
	var calls, obligations, episodes int
	opt := Options{Seed: 2, Start: day, Profile: Soak, GiantParticipants: 500, GiantEpisodes: 50,
		OnCall: func(c *TruthCall) { calls++; obligations += len(c.Obligations); episodes += len(c.Episodes) }}
	_, truth := simulation(opt)
	if calls != 1 || episodes != 50 || obligations < 500*50/2 || len(truth.Calls) != 0 {
		t.Errorf("%d calls, %d episodes, %d obligations, %d kept", calls, episodes, obligations, len(truth.Calls))
	}
	if n := truth.Tallies.EventCount(); n < 2*obligations {
		t.Errorf("%d events for %d obligations", n, obligations)
	}
}
