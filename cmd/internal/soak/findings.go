package soak

import (
	"fmt"
	"strings"

	"rollcall/cmd/internal/simulate"
)

// ofCalls are the families of rules on calls that the truth knows.
var ofCalls = []string{"notice.", "consent.", "interop.", "evidence."}

// surelySkewed is how wrong a clock is, in ms, of which evidence.clock-skew may
// speak: the simulation's policy allows ten seconds, and clients are signalled
// up to two late.
const surelySkewed = 8000

// findings holds the findings on the call against the truth: each rule, whom it
// is about, of what, and when that began; one answer may be about several
// episodes. Whose clock is wrong depends on how much a client said: where the
// truth says that it was enough it must be found, once, and nobody whose clock is
// right is accused. Of the others the truth says nothing.
func (c *comparison) findings() {
	all, want, got := map[string]bool{}, map[string]int{}, map[string]int{}
	skewed := map[*simulate.TruthSession]int{}
	for _, f := range c.truth.Findings {
		want[line(f)]++
		all[line(f)] = true
	}
	for i := range c.got.Findings {
		f := &c.got.Findings[i]
		c.Findings++
		if !known(f.Rule) {
			continue
		}
		found := simulate.TruthFinding{Rule: f.Rule, Result: f.Result, RawID: f.RawID, Capture: f.Capture, At: millis(f.FirstAt)}
		t := c.session[f.Subject]
		if t != nil {
			found.ParticipantID, found.RawID = t.ParticipantID, ""
		}
		if c.Rules[f.Rule]++; f.Rule != "evidence.clock-skew" {
			got[line(found)]++
			all[line(found)] = true
		} else if t == nil || max(t.Skew, -t.Skew) < surelySkewed {
			c.differ("%s: its clock is right", line(found))
		} else {
			skewed[t]++
		}
	}
	for i := range c.truth.Sessions {
		t := &c.truth.Sessions[i]
		if n := skewed[t]; n > 1 || n == 0 && t.SkewTold {
			c.differ("%s: its clock is %d ms wrong, %d findings say so", name(t), t.Skew, n)
		}
		if t.SkewTold {
			c.Rules["evidence.clock-skew told"]++
		}
	}
	for _, l := range sorted(all) {
		equal(c, "findings", l, got[l], want[l])
	}
}

func known(rule string) bool {
	for _, family := range ofCalls {
		if strings.HasPrefix(rule, family) {
			return true
		}
	}
	return false
}

// line tells findings apart.
func line(f simulate.TruthFinding) string {
	return fmt.Sprintf("%s %s about %q %q, %s from %s", f.Rule, f.Result, f.ParticipantID, f.RawID, f.Capture, clock(f.At))
}
