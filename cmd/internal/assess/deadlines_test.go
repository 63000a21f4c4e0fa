package assess

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/rules/policy"
)

// TestDueByItself: what falls due though nothing more is heard, an answer to the
// question for consent or the end of a notice, is judged when it does, in kept
// calls as in others.
func TestDueByItself(t *testing.T) {
	b := newBench(t)
	p, err := policy.Parse("p", []byte("version: 1\nnotice: {stale: 30s}\n"))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	from := day(2, "10:00:00")
	for call, large := range map[string]int{"kept": 1, "other": 1000} {
		b.live.cfg.Large = large
		b.goesOn(call, from, "alice", "bob")
		asked := strings.Replace(signalled("asked "+call, call, "alice", true, from.Add(time.Second)), `"active":true`, `"active":true,"consentRequired":true`, 1)
		left := strings.NewReplacer("session.joined", "session.left", guid("joined "+call+"alice"), guid("left "+call)).Replace(joined(call, "alice", from.Add(90*time.Second)))
		b.clock = from.Add(90 * time.Second)
		b.sends(receiptTopic, b.clock, asked, left, receipt("alice "+call, of(call), "alice", from.Add(2*time.Second)), receipt("bob "+call, of(call), "bob", from.Add(2*time.Second)))
		b.sends(callTopic, b.clock, recordingState(call, false, from, from.Add(85*time.Second)))
	}
	b.clock = from.Add(119 * time.Second)
	b.rounds()
	b.wants(findingsOf)
	b.clock = from.Add(120 * time.Second)
	b.rounds()
	b.wants(findingsOf, "alice consent.missing fail", "alice consent.missing fail")
	b.clock = from.Add(175 * time.Second)
	b.rounds()
	b.wants(findingsOf, "alice consent.missing fail", "alice consent.missing fail", "bob notice.stale fail", "bob notice.stale fail")
	b.asAudit()
}

// TestPlans: a call is looked at once for all that was planned, at the instant
// that was planned last, and what waits does not grow with how often it was.
func TestPlans(t *testing.T) {
	at := func(s int) time.Time { return day(2, "10:00:00").Add(time.Duration(s) * time.Second) }
	var p plans
	wants := func(s int, keys ...string) {
		t.Helper()
		var got []string
		for _, k := range p.due(at(s)) {
			got = append(got, k...)
		}
		if !reflect.DeepEqual(got, keys) {
			t.Errorf("after %d s %q are due, want %q", s, got, keys)
		}
	}
	for i := range 1000 {
		p.set("one", at(100+i), []string{"a"})
	}
	p.set("two", at(50), []string{"b"})
	p.set("two", at(40), []string{"c"})
	p.set("three", at(60), []string{"d"})
	p.set("three", time.Time{}, nil)
	if n := len(p.queue); n > 4 {
		t.Errorf("%d entries wait", n)
	}
	wants(39)
	wants(40, "c")
	wants(1098)
	p.set("one", at(1100), []string{"e"})
	wants(1099)
	wants(1100, "e")
	wants(5000)
	if len(p.of) != 0 || len(p.queue) != 0 {
		t.Errorf("left are %v, %v", p.of, p.queue)
	}
}
