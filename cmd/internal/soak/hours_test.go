package soak

import (
	"testing"
	"time"

	"rollcall/cmd/internal/simulate"
)

// TestAppsBreak: in busy hours apps fall silent and show nothing, and at times
// what they sent is lost: the hours that are found are those of the truth.
func TestAppsBreak(t *testing.T) {
	var total Report
	for seed := range uint64(4) {
		opt := simulate.SoakRun(900+seed, day, 20)
		opt.Span, opt.Outages, opt.Interop = 3*time.Hour, 5, 0.1
		if seed%2 == 0 {
			opt.Gaps = 8
		}
		r, err := Run(opt)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range r.Differences {
			if i < 3 {
				t.Errorf("seed %d: %s", seed, d)
			}
		}
		total.Add(r)
	}
	for _, rule := range []string{simulate.RuleSilentApp, simulate.RuleAppBroken} {
		for _, verdict := range []string{"", " pass", " no evidence"} {
			if total.Rules[rule+verdict] == 0 {
				t.Errorf("no hour with %s%s: %v", rule, verdict, total.Rules)
			}
		}
	}
}
