package soak

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/cmd/internal/simulate"
)

// obligations is how many TestSoak compares at least; "make soak" gives a
// million, a plain "go test" compares fewer.
var obligations = flag.Int("obligations", 60_000, "compare at least this many obligations in TestSoak")

// firstSeed lets a long run go where none has been.
var firstSeed = flag.Uint64("seed", 0, "first seed of TestSoak")

var day = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// variety is the options of a seed: every eighth seed goes without or overdoes
// some of the switches.
func variety(seed uint64) simulate.Options {
	opt := simulate.SoakRun(seed, day, 40)
	opt.OpenCalls = 1
	if seed%3 == 0 { // busy hours, in which apps break
		opt.Span, opt.Outages = 4*time.Hour, 4
	}
	switch seed % 8 {
	case 1: // calm
		opt.Disorder, opt.Duplicates, opt.Lateness, opt.Malformed, opt.Hurt = 0, 0, 0, 0, 0
		opt.LostEvidence, opt.ClockSkew, opt.RosterLag, opt.IDChanges, opt.Defects = 0, 0, 0, 0, false
	case 2: // much is lost
		opt.LostEvidence = 0.3
	case 3: // clocks are wrong
		opt.ClockSkew = 0.5
	case 4: // calls go on, and what clients send is lost at times
		opt.Gaps = 6
		opt.OpenCalls = 10
	case 5: // nothing comes in order
		opt.Disorder, opt.Duplicates, opt.Lateness, opt.Malformed, opt.Hurt, opt.OddForms = 0.9, 0.5, 0.3, 0.05, 0.1, 0.3
	case 6: // no meetings
		opt.Interop = 0
		opt.Metadata, opt.Requests, opt.Logs = 0.8, 0.6, 0.7
	case 7: // meetings, and little but them
		opt.Interop, opt.LostEvidence, opt.ClockSkew = 1, 0.1, 0.2
		opt.Graph, opt.OTLP = 0.8, 0.5
	}
	return opt
}

// TestSoak compares many small simulations of varied seeds and switches.
func TestSoak(t *testing.T) {
	var total Report
	var mu sync.Mutex
	var wg sync.WaitGroup
	var next atomic.Uint64
	next.Store(*firstSeed)
	begun := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				seed := next.Add(1) - 1
				r, err := Run(variety(seed))
				mu.Lock()
				if err != nil {
					t.Errorf("seed %d: %v", seed, err)
				} else {
					for i, d := range r.Differences {
						if i < 3 {
							t.Errorf("seed %d: %s", seed, d)
						}
					}
					total.Add(r)
				}
				done := total.Obligations >= *obligations || len(total.Differences) > 500
				mu.Unlock()
				if done || err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	t.Log(total.Summary(time.Since(begun)))
	for _, want := range []string{"pass", "late", "too_short", "pending", "not_applicable",
		"missed signalled-not-shown", "missed never-signalled", "missed signal-unknown", "missed wrong-surface", "missed wrong-text",
		"no_evidence no-receipts", "no_evidence unknown-path", "no_evidence evidence-gap"} {
		if total.Results[want] == 0 {
			t.Errorf("no obligation is %s: the soak does not reach it", want)
		}
	}
	for _, want := range []string{"notice.missed", "notice.late", "notice.wrong-text", "notice.stale", "consent.missing", "consent.declined-but-captured",
		"interop.government-cloud", "interop.pstn", "interop.unsupported-join", "evidence.clock-skew", "evidence.clock-skew told",
		"notice.app-broken", "evidence.silent-app"} {
		if total.Rules[want] == 0 {
			t.Errorf("no finding of %s: the soak does not reach it", want)
		}
	}
	for _, want := range []string{"graph callRecord", "graph callRecordSession", "graph callEvent", "graph chatMessage", "graph user",
		"graph callRecording", "graph callTranscript", "graph changeNotification", "recording_metadata acsmetadata",
		"azure_monitor CallRecordingOperational", "azure_monitor CallAutomationStreamingUsage", "azure_monitor CallClosedCaptionsSummary",
		"azure_monitor Usage", "via otlp", "via app_insights", "via cloudevent"} {
		if total.Kinds[want] == 0 {
			t.Errorf("no event is %s: the soak lacks it", want)
		}
	}
}

// TestDemoDayAgrees compares the day that "rollcall demo" shows, on several
// dates.
func TestDemoDayAgrees(t *testing.T) {
	for i := range 5 {
		date := day.AddDate(0, i*5, i*3)
		r, err := Run(simulate.DemoDay(date))
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Differences) > 0 {
			t.Errorf("%s: %d differences\n%s", date.Format(time.DateOnly), len(r.Differences), strings.Join(r.Differences[:min(20, len(r.Differences))], "\n"))
		}
		if r.Obligations < 200 {
			t.Errorf("%s: only %d obligations", date.Format(time.DateOnly), r.Obligations)
		}
	}
}

// TestDifferencesAreFound: what is wrong on purpose is reported, or the
// comparison proves nothing.
func TestDifferencesAreFound(t *testing.T) {
	opt := simulate.SoakRun(3, day, 40)
	for name, spoil := range map[string]func(*simulate.Truth){
		"a session's end":    func(tr *simulate.Truth) { tr.Calls[7].Sessions[1].Left++ },
		"a join path":        func(tr *simulate.Truth) { tr.Calls[7].Sessions[0].JoinPath = "bot" },
		"a session too many": func(tr *simulate.Truth) { tr.Calls[7].Sessions = tr.Calls[7].Sessions[1:] },
		"a call too many":    func(tr *simulate.Truth) { tr.Calls = tr.Calls[1:] },
		"a total of usage":   func(tr *simulate.Truth) { tr.Usage[firstKey(tr.Usage)]++ },
		"a message too many": func(tr *simulate.Truth) {
			c := aChat(tr)
			c.ChatUsage[firstKey(c.ChatUsage)]++
		},
		"a name":                  func(tr *simulate.Truth) { tr.Calls[7].Names[0].Name += "x" },
		"an event of Graph":       func(tr *simulate.Truth) { tr.Tallies.Distinct["graph"]["callEvent"]++ },
		"a row of a log":          func(tr *simulate.Truth) { tr.Tallies.Distinct["azure_monitor"]["Usage"]++ },
		"an obligation's result":  func(tr *simulate.Truth) { anObligation(tr, "pass").Result = "late" },
		"an obligation's reason":  func(tr *simulate.Truth) { anObligation(tr, "missed").Reason = "signal-unknown-x" },
		"an obligation's receipt": func(tr *simulate.Truth) { anObligation(tr, "pass").ShownAt-- },
		"an obligation's signal":  func(tr *simulate.Truth) { anObligation(tr, "pass").SignalledAt++ },
		"an episode's start":      func(tr *simulate.Truth) { anObligation(tr, "pass").EpisodeStart++ },
		"a displayed name":        func(tr *simulate.Truth) { aName(tr).Name += "." },
		"a name's surface":        func(tr *simulate.Truth) { aName(tr).Surface = "teams" },
		"a finding on nobody":     func(tr *simulate.Truth) { aFinding(tr).ParticipantID = "" },
		"a finding's time":        func(tr *simulate.Truth) { aFinding(tr).At++ },
		"a finding too many": func(tr *simulate.Truth) {
			c := &tr.Calls[7]
			c.Findings = append(c.Findings, simulate.TruthFinding{Rule: "interop.pstn", Result: "fail", RawID: "4:+1"})
		},
		"a finding that the truth lacks": func(tr *simulate.Truth) { aCallWithFindings(tr).Findings = nil },
		"a clock that must be found":     func(tr *simulate.Truth) { aRightClock(tr).SkewTold = true },
		"a silent app":                   func(tr *simulate.Truth) { anHour(tr).Silent = "fail" },
		"a broken version":               func(tr *simulate.Truth) { anHour(tr).Broken[0].Result = "no_evidence" },
		"a dead letter":                  func(tr *simulate.Truth) { tr.Tallies.DeadLetters++ },
	} {
		messages, truth := simulate.Generate(opt)
		all := slices.Collect(messages) // completes the truth
		spoil(truth)
		r, err := Compare(slices.Values(all), truth, opt)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Differences) == 0 {
			t.Errorf("%s differs and nobody says so", name)
		}
	}
}

func firstKey(usage map[simulate.UsageKey]int64) (first simulate.UsageKey) {
	for k := range usage {
		return k
	}
	return first
}

// aChat is a call with a chat beside it.
func aChat(tr *simulate.Truth) *simulate.TruthCall {
	for i := range tr.Calls {
		if len(tr.Calls[i].ChatUsage) > 0 {
			return &tr.Calls[i]
		}
	}
	return &simulate.TruthCall{}
}

func anObligation(tr *simulate.Truth, result string) *simulate.TruthObligation {
	for i := range tr.Calls {
		for j := range tr.Calls[i].Obligations {
			if o := &tr.Calls[i].Obligations[j]; o.Result == result {
				return o
			}
		}
	}
	return &simulate.TruthObligation{}
}

func aCallWithFindings(tr *simulate.Truth) *simulate.TruthCall {
	for i := range tr.Calls {
		if len(tr.Calls[i].Findings) > 0 {
			return &tr.Calls[i]
		}
	}
	return &simulate.TruthCall{Findings: make([]simulate.TruthFinding, 1)}
}

func aFinding(tr *simulate.Truth) *simulate.TruthFinding { return &aCallWithFindings(tr).Findings[0] }

// anHour is one in which the rules on apps say that all is well.
func anHour(tr *simulate.Truth) *simulate.TruthHour {
	for i := range tr.Hours {
		if h := &tr.Hours[i]; h.Silent == "pass" && len(h.Broken) > 0 && h.Broken[0].Result == "pass" {
			return h
		}
	}
	return &simulate.TruthHour{Broken: make([]simulate.TruthVersion, 1)}
}

func aRightClock(tr *simulate.Truth) *simulate.TruthSession { return &tr.Calls[7].Sessions[0] }

func aName(tr *simulate.Truth) *simulate.TruthName {
	for i := range tr.Calls {
		if names := tr.Calls[i].Names; len(names) > 0 {
			return &names[0]
		}
	}
	return &simulate.TruthName{}
}

// TestAnyOrder: messages shuffled, and those that can be read sent again, tell
// the same.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(8) {
		opt := variety(seed)
		seq, truth := simulate.Generate(opt)
		all := slices.Collect(seq)
		for _, m := range all {
			if !m.Spoilt && !m.Hurt {
				all = append(all, m)
			}
		}
		random := rand.New(rand.NewPCG(seed, 1))
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		r, err := Compare(slices.Values(all), truth, opt)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Differences) > 0 {
			t.Errorf("seed %d: %d differences\n%s", seed, len(r.Differences), strings.Join(r.Differences[:min(5, len(r.Differences))], "\n"))
		}
	}
}

// TestGiantMeetingAgrees compares a meeting of many, recorded again and again.
func TestGiantMeetingAgrees(t *testing.T) {
	r, err := Run(simulate.Options{Seed: 1, Start: day, Profile: simulate.Soak, GiantParticipants: 1200, GiantEpisodes: 12})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) > 0 || r.Sessions != 1200 || r.Obligations < 10_000 {
		t.Errorf("%d sessions, %d obligations, %d differences\n%s", r.Sessions, r.Obligations, len(r.Differences),
			strings.Join(r.Differences[:min(5, len(r.Differences))], "\n"))
	}
}
