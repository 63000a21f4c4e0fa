package apphour

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

var hour = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return hour.Add(time.Duration(seconds) * time.Second) }

// A visit is a session of an app in a test.
type visit struct {
	app, version      string
	left              int // seconds; 0: still there
	signalled, showed int // seconds; 0: never
	exempt            bool
}

func (v visit) tallies(p *policy.Policy, i int) []Tally {
	s := schema.Session{ID: fmt.Sprint("s", i), App: v.app, AppVersion: v.version, JoinPath: schema.PathACSExternalUser}
	o := schema.Obligation{SessionID: s.ID, Capture: schema.Recording, Ordinal: 1, Result: schema.ResultMissed}
	if v.exempt {
		o.Result = schema.ResultNotApplicable
	}
	if v.left != 0 {
		s.Left = schema.Bound{At: at(v.left), Source: schema.BoundCallSummary, Event: fmt.Sprint("left", i)}
	}
	if v.signalled != 0 {
		s.Reported = true
		o.SignalledAt = at(v.signalled)
		s.Signals = []schema.SessionSignal{{Event: fmt.Sprint("signal", i), At: at(v.signalled), Signal: schema.Signal{Capture: schema.Recording, Active: true}}}
	}
	if v.showed != 0 {
		s.Reported = true
		s.Receipts = []schema.Receipt{{Event: fmt.Sprint("shown", i), At: at(v.showed)}}
	}
	return Of(rule.NewSession(schema.Call{ID: "c"}, s, []schema.Obligation{o}, p, at(9000)))
}

func times(n int, v visit) []visit { return slices.Repeat([]visit{v}, n) }

func TestApps(t *testing.T) {
	silent := visit{app: "care", left: 600}
	dumb := visit{app: "care", version: "2", left: 600, signalled: 100}
	for name, c := range map[string]struct {
		visits []visit
		policy string
		now    int
		want   []string
	}{
		"five sessions end in silence":              {times(5, silent), "", 9000, []string{"silent care 2026-03-02T10:00:00.000Z"}},
		"four are too few":                          {times(4, silent), "", 9000, nil},
		"in two hours":                              {append(times(4, silent), visit{app: "care", left: 4000}), "", 9000, nil},
		"before the hour is over and the grace":     {times(5, silent), "", 3659, nil},
		"from then on":                              {times(5, silent), "", 3660, []string{"silent care 2026-03-02T10:00:00.000Z"}},
		"another session sends":                     {append(times(5, silent), visit{app: "care", left: 700, showed: 500}), "", 9000, nil},
		"another app sends":                         {append(times(5, silent), visit{app: "desk", left: 700, showed: 500}), "", 9000, []string{"silent care 2026-03-02T10:00:00.000Z"}},
		"sessions that need not be told":            {times(5, visit{app: "care", left: 600, exempt: true}), "", 9000, nil},
		"an app that sends no receipts":             {times(5, silent), "apps: [{id: care, receipts: none}]", 9000, nil},
		"no known app":                              {times(5, visit{left: 600}), "", 9000, nil},
		"signalled and nothing shown":               {times(5, dumb), "", 9000, []string{"broken care 2 2026-03-02T10:00:00.000Z"}},
		"four signalled":                            {times(4, dumb), "", 9000, nil},
		"one of the version showed something":       {append(times(5, dumb), visit{app: "care", version: "2", signalled: 50, showed: 55}), "", 9000, nil},
		"shown in the next hour":                    {append(times(5, dumb), visit{app: "care", version: "2", signalled: 3599, showed: 3601}), "", 9000, nil},
		"another version showed something":          {append(times(5, dumb), visit{app: "care", version: "1", signalled: 50, showed: 55}), "", 9000, []string{"broken care 2 2026-03-02T10:00:00.000Z"}},
		"signalled and shown nothing is no silence": {append(times(5, silent), visit{app: "care", version: "2", left: 800, signalled: 100}), "", 9000, nil},
		"a version that is not named":               {times(5, visit{app: "care", signalled: 100}), "", 9000, []string{"broken care 2026-03-02T10:00:00.000Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Parse("p", []byte("version: 1\n"+c.policy))
			if err != nil {
				t.Fatal(err)
			}
			var list []Tally
			for i, v := range c.visits {
				list = append(list, v.tallies(p, i)...)
			}
			merged := Merge(list)
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			if again := Merge(Merge(list)); !reflect.DeepEqual(merged, again) {
				t.Errorf("the order of sessions changes the tallies:\n%+v\n%+v", merged, again)
			}
			var got []string
			checked := map[string]rule.Population{}
			for _, versions := range Apps(merged) {
				broken := JudgeBroken(rule.Rule{ID: "broken"}, versions, p, at(c.now), nil)
				silent := JudgeSilent(rule.Rule{ID: "silent"}, versions, p, at(c.now), nil)
				broken.Add(silent)
				for _, f := range broken.Findings {
					got = append(got, f.Rule+" "+f.Subject)
					if len(f.Evidence) == 0 || f.DetectedAt.Before(f.FirstAt) || f.App != "care" {
						t.Errorf("%+v", f)
					}
				}
				for id, n := range broken.Checks {
					sum := checked[id]
					sum.Add(n)
					checked[id] = sum
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for id, n := range checked {
				if n.Population != n.Pass+n.Fail+n.NoEvidence+n.NotApplicable || n.Population == 0 {
					t.Errorf("%s: %+v", id, n)
				}
			}
		})
	}
}

// TestLostEvidence: where what an app sent may have been lost, nobody is accused;
// what did come counts.
func TestLostEvidence(t *testing.T) {
	hourly := func(first, last int) []notice.Gap { return []notice.Gap{{First: at(first), Last: at(last)}} }
	lost := schema.Obligation{SessionID: "late", Capture: schema.Recording, Ordinal: 1, Result: schema.ResultNoEvidence, Reason: notice.ReasonEvidenceGap, SignalledAt: at(3590)}
	inNext := rule.NewSession(schema.Call{ID: "c"}, schema.Session{ID: "late", App: "care", Reported: true, Left: schema.Bound{At: at(4000), Event: "left"},
		Signals: []schema.SessionSignal{{Event: "signal", At: at(3590), Signal: schema.Signal{Capture: schema.Recording, Active: true}}}}, []schema.Obligation{lost}, policy.Default(), at(9000))
	for name, c := range map[string]struct {
		visits []visit
		more   []Tally
		gaps   []notice.Gap
		want   string // of broken and silent
	}{
		"silent in a gap":                                {times(5, visit{app: "care", left: 600}), nil, hourly(100, 200), "not_applicable no_evidence"},
		"silent beside a gap":                            {times(5, visit{app: "care", left: 600}), nil, hourly(3600, 4000), "not_applicable fail"},
		"in a gap of another app":                        {times(5, visit{app: "care", left: 600}), nil, []notice.Gap{{App: "desk", First: at(100), Last: at(200)}}, "not_applicable fail"},
		"what came in spite of a gap":                    {append(times(5, visit{app: "care", left: 600}), visit{app: "care", left: 600, showed: 10}), nil, hourly(100, 200), "not_applicable pass"},
		"shown nothing in a gap":                         {times(5, visit{app: "care", signalled: 100}), nil, hourly(90, 95), "no_evidence not_applicable"},
		"shown something in spite of it":                 {append(times(5, visit{app: "care", signalled: 100}), visit{app: "care", signalled: 100, showed: 110}), nil, hourly(90, 95), "pass not_applicable"},
		"shown nothing":                                  {times(5, visit{app: "care", signalled: 100}), nil, nil, "fail not_applicable"},
		"signalled at the end, and then a gap":           {times(4, visit{app: "care", signalled: 100}), Of(inNext), hourly(3600, 4000), "no_evidence not_applicable"},
		"signalled at the end of four others' that fail": {times(5, visit{app: "care", signalled: 100}), nil, hourly(3600, 4000), "fail not_applicable"},
	} {
		t.Run(name, func(t *testing.T) {
			var list []Tally
			for i, v := range c.visits {
				list = append(list, v.tallies(policy.Default(), i)...)
			}
			versions := Apps(Merge(append(list, c.more...)))[0]
			verdict := func(o rule.Outcome, id string) string {
				for _, v := range rule.Verdicts() {
					var want rule.Population
					want.Count(v)
					if o.Checks[id] == want {
						return string(v)
					}
				}
				return "several"
			}
			broken := JudgeBroken(rule.Rule{ID: "r"}, versions, policy.Default(), at(9000), c.gaps)
			silent := JudgeSilent(rule.Rule{ID: "r"}, versions, policy.Default(), at(9000), c.gaps)
			if got := verdict(broken, "r") + " " + verdict(silent, "r"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
