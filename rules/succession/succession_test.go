package succession

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"rollcall/rules/rule"
	"rollcall/schema"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// at is an instant so many minutes after the start; negative: none.
func at(minute int) time.Time {
	if minute < 0 {
		return time.Time{}
	}
	return start.Add(time.Duration(minute) * time.Minute)
}

// exposure is one of alice's; her session is named by its call.
func exposure(call string, ordinal, from, until int, result schema.Result) Exposure {
	return Exposure{CallID: call, SessionID: call + "/alice", RawID: "8:acs:alice", EndpointID: "e", Capture: "recording", Ordinal: ordinal, From: at(from), Until: at(until), Result: result}
}

func finding(name string, e Exposure) schema.Finding {
	return schema.Finding{
		ID: rule.FindingID(name, e.SessionID, e.Capture, fmt.Sprint(e.Ordinal)), Rule: name, Status: schema.FindingNew, CallID: e.CallID,
		Subject: e.SessionID, RawID: e.RawID, Capture: e.Capture, FirstAt: e.From,
	}
}

func held(name string, e Exposure) Held { return Held{Finding: finding(name, e), Version: 7, Of: &e} }

func stays(h Held) Held {
	h.Stays = true
	return h
}

const missed, late = "notice.missed", "notice.late"

// TestChanges is the table of what can become of a finding.
func TestChanges(t *testing.T) {
	one, two := exposure("a", 1, 0, 10, schema.ResultMissed), exposure("a", 2, 20, 30, schema.ResultMissed)
	with := func(e Exposure, r schema.Result) Exposure {
		e.Result = r
		return e
	}
	other := exposure("b", 1, 1, 9, schema.ResultMissed)
	same := map[string][]string{"a": {"a"}}
	merged := map[string][]string{"a": {"b"}, "b": {"b"}}
	conflict := schema.Finding{ID: "c-a", Rule: "evidence.conflict", Status: schema.FindingNew, CallID: "a", Subject: "a", FirstAt: at(0)}
	for _, c := range []struct {
		name      string
		held      Held
		found     []Found
		exposures []Exposure
		sessions  []string
		heirs     map[string][]string
		action    schema.FindingAction // empty: nothing changed
		successor string
	}{
		{"a late receipt", held(missed, one), []Found{{Finding: finding(late, one)}}, []Exposure{with(one, schema.ResultLate)}, []string{"a/alice"}, same,
			schema.ActionSupersede, finding(late, one).ID},
		{"the late receipt was none", held(late, one), []Found{{Finding: finding(missed, one)}}, []Exposure{one}, []string{"a/alice"}, same,
			schema.ActionSupersede, finding(missed, one).ID},
		{"a receipt in time", held(missed, one), []Found{{Finding: finding(missed, two), Before: true}}, []Exposure{with(one, schema.ResultPass), two}, []string{"a/alice"}, same,
			schema.ActionWithdraw, ""},
		{"a native client after all", held(missed, one), nil, []Exposure{with(one, schema.ResultNotApplicable)}, []string{"a/alice"}, same, schema.ActionWithdraw, ""},
		{"too short after all", held(missed, one), nil, []Exposure{with(one, schema.ResultTooShort)}, []string{"a/alice"}, same, schema.ActionWithdraw, ""},
		{"left before the capture", held(missed, one), nil, nil, []string{"a/alice"}, same, schema.ActionWithdraw, ""},
		{"left before the capture, another device stayed", held(missed, one), []Found{{Finding: finding(missed, other), Before: true}}, []Exposure{other}, []string{"a/alice"},
			map[string][]string{"a": {"a", "b"}}, schema.ActionWithdraw, ""},
		{"two episodes are one", held(missed, two), []Found{{Finding: finding(missed, exposure("a", 1, 0, 30, "")), Before: true}},
			[]Exposure{exposure("a", 1, 0, 30, schema.ResultMissed)}, []string{"a/alice"}, same, schema.ActionSupersede, finding(missed, one).ID},
		{"an earlier episode is gone", held(missed, two), []Found{{Finding: finding(missed, exposure("a", 1, 20, 30, "")), Before: true}},
			[]Exposure{exposure("a", 1, 20, 30, schema.ResultMissed)}, []string{"a/alice"}, same, schema.ActionSupersede, finding(missed, one).ID},
		{"its calls merged", held(missed, one), []Found{{Finding: finding(missed, other)}}, []Exposure{other}, nil, merged, schema.ActionSupersede, finding(missed, other).ID},
		{"its calls merged, and the other half was told", held(missed, one), nil, []Exposure{with(other, schema.ResultPass)}, nil, merged, schema.ActionWithdraw, ""},
		{"its call went nowhere", held(missed, one), nil, nil, nil, map[string][]string{"a": {}}, schema.ActionWithdraw, ""},
		{"it stays", stays(held(missed, one)), []Found{{Finding: finding(missed, one), Before: true}}, []Exposure{one}, []string{"a/alice"}, same, "", ""},
		{"it stays, its bounds moved", stays(held(missed, one)), []Found{{Finding: finding(missed, exposure("a", 1, 3, 12, "")), Before: true}},
			[]Exposure{exposure("a", 1, 3, 12, schema.ResultMissed)}, []string{"a/alice"}, same, "", ""},
		{"its id means an earlier episode now", stays(held(missed, two)),
			[]Found{{Finding: finding(missed, two), Before: true}, {Finding: finding(missed, exposure("a", 3, 20, 30, ""))}},
			[]Exposure{exposure("a", 2, 12, 15, schema.ResultMissed), exposure("a", 3, 20, 30, schema.ResultMissed)}, []string{"a/alice"}, same,
			schema.ActionMove, finding(missed, exposure("a", 3, 20, 30, "")).ID},
		{"its id means another episode now, and its own is told", stays(held(missed, two)), []Found{{Finding: finding(missed, two), Before: true}},
			[]Exposure{exposure("a", 2, 12, 15, schema.ResultMissed), exposure("a", 3, 20, 30, schema.ResultPass)}, []string{"a/alice"}, same, schema.ActionMove, ""},
		{"on a whole call, which merged", Held{Finding: conflict, Version: 7}, []Found{{Finding: schema.Finding{ID: "c-b", Rule: "evidence.conflict", CallID: "b", Subject: "b", FirstAt: at(2)}, Before: true}},
			nil, nil, merged, schema.ActionSupersede, "c-b"},
		{"on a whole call, refuted", Held{Finding: conflict, Version: 7}, []Found{{Finding: schema.Finding{ID: "c-2", Rule: "evidence.conflict", CallID: "a", Subject: "a"}, Before: true}},
			nil, nil, same, schema.ActionWithdraw, ""},
		{"on a whole call, of another rule", Held{Finding: conflict, Version: 7}, []Found{{Finding: schema.Finding{ID: "c-b", Rule: "interop.pstn", CallID: "b"}}}, nil, nil, merged,
			schema.ActionWithdraw, ""},
		{"on a whole call, stays", Held{Finding: conflict, Version: 7, Stays: true}, []Found{{Finding: conflict, Before: true}}, nil, nil, same, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Input{Held: []Held{c.held}, Found: c.found, Exposures: c.exposures, Heirs: c.heirs, At: at(60), Sessions: map[string]bool{}}
			for _, id := range c.sessions {
				in.Sessions[id] = true
			}
			got, err := Changes(in)
			if err != nil {
				t.Fatal(err)
			}
			if c.action == "" {
				if len(got) != 0 {
					t.Errorf("%+v, want no change", got)
				}
				return
			}
			if len(got) != 1 || got[0].Action != c.action || got[0].Successor != c.successor || got[0].Reason == "" || got[0].Who != schema.Evaluation || got[0].Judged != 7 {
				t.Errorf("%+v, want %s to %q", got, c.action, c.successor)
			}
		})
	}
}

// TestOrderChangesNothing: what is new may come in any order.
func TestOrderChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		in := Input{Heirs: map[string][]string{"a": {"b", "c"}}, At: at(60), Sessions: map[string]bool{}}
		for n := range 4 {
			in.Held = append(in.Held, held(missed, exposure("a", n+1, 10*n, 10*n+r.IntN(12), schema.ResultMissed)))
			call := []string{"b", "c"}[r.IntN(2)]
			from := r.IntN(40)
			e := exposure(call, n+1, from, from+r.IntN(15), schema.ResultMissed)
			in.Exposures = append(in.Exposures, e)
			if r.IntN(3) > 0 {
				in.Found = append(in.Found, Found{Finding: finding([]string{missed, late}[r.IntN(2)], e)})
			}
		}
		first, err := Changes(in)
		if err != nil {
			t.Fatal(err)
		}
		r.Shuffle(len(in.Held), func(i, k int) { in.Held[i], in.Held[k] = in.Held[k], in.Held[i] })
		r.Shuffle(len(in.Found), func(i, k int) { in.Found[i], in.Found[k] = in.Found[k], in.Found[i] })
		r.Shuffle(len(in.Exposures), func(i, k int) { in.Exposures[i], in.Exposures[k] = in.Exposures[k], in.Exposures[i] })
		if second, err := Changes(in); err != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("%+v\nin another order\n%+v (%v)", first, second, err)
		}
	}
}

// TestReasonNamesThePolicy: where another version of the policy judges, nobody
// is to think that evidence came.
func TestReasonNamesThePolicy(t *testing.T) {
	one := exposure("a", 1, 0, 10, schema.ResultPass)
	held := held(missed, one)
	held.PolicyVersion = "old"
	conflict := Held{Finding: schema.Finding{ID: "c", Rule: "evidence.conflict", CallID: "a", Subject: "a", PolicyVersion: "old"}, Version: 7}
	for _, c := range []struct {
		name, policy string
		held         Held
		found        []Found
		reason       string
	}{
		{"the same policy", "old", held, nil, "by the evidence now the result of its exposure is pass"},
		{"another one", "new", held, nil, "judged by policy new in the place of old, the result of its exposure is pass"},
		{"it is not known", "", held, nil, "by the evidence now the result of its exposure is pass"},
		{"it is late by now", "new", held, []Found{{Finding: finding(late, one)}}, "judged by policy new in the place of old, it is notice.late"},
		{"on a whole call", "new", conflict, nil, "judged by policy new in the place of old, the rule finds nothing there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Changes(Input{Held: []Held{c.held}, Found: c.found, Exposures: []Exposure{one}, Heirs: map[string][]string{"a": {"a"}}, At: at(60),
				Sessions: map[string]bool{"a/alice": true}, Policies: map[string]string{"a": c.policy}})
			if err != nil || len(got) != 1 || got[0].Reason != c.reason || got[0].Policy != c.policy {
				t.Errorf("%+v (%v), want %q", got, err, c.reason)
			}
		})
	}
}
