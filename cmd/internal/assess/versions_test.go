package assess

import (
	"fmt"
	"testing"
	"time"

	"rollcall/rules/policy"
)

// version reads the text of a policy.
func version(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// stores has the store keep a policy as a service does that starts with it.
func (b *bench) stores(text string, want bool) {
	b.Helper()
	stored, err := StorePolicy(b.Context(), b.run.Conn, version(b.T, text), []byte(text))
	if err != nil || stored != want {
		b.Fatalf("stored %v, %v", stored, err)
	}
}

// TestVersionsLive: a call is judged by the policy in force at its start, also
// when late evidence has it evaluated again and after a restart; history is
// judged anew only where a version is applied to it.
func TestVersionsLive(t *testing.T) {
	const first = "version: 1\neffective_from: 2026-03-05\nnotice: {deadline: 5s}\n"
	const second = "version: 1\neffective_from: 2026-03-10\nnotice: {deadline: 20s}\n"
	const third = "version: 1\nnotice: {deadline: 5s, early: 1s}\n"
	v1, v2, v3 := version(t, first).ID, version(t, second).ID, version(t, third).ID
	b := newBench(t)
	b.stores(first, true)
	b.stores(first, false)
	b.stores(second, true)
	// A call a version, and one from before the first; each user is told ten
	// seconds after the recording began.
	days := map[string]int{"old": 2, "one": 6, "two": 12}
	var calls, receipts []string
	for name, d := range days {
		from := day(d, "10:00:00")
		calls = append(calls, meeting(name, "null", "user-"+name, from)...)
		receipts = append(receipts, receipt(name, fmt.Sprintf(`"callId":%q`, guid(name)), "user-"+name, from.Add(10*time.Minute+10*time.Second)))
	}
	b.sends(callTopic, day(12, "12:00:00"), calls...)
	b.sends(receiptTopic, day(12, "12:00:00"), receipts...)
	late := func(name, v string) string { return fmt.Sprintf("%s notice.late %s", guid(name), v) }
	const found = "SELECT concat(call_id, ' ', rule, ' ', policy_version) FROM findings_current WHERE rule LIKE 'notice.%'"
	b.wants(found, sorted(late("old", v1), late("one", v1))...)

	// Late evidence, a restart and a changed version change nothing of this.
	b.clock = b.clock.Add(time.Hour)
	b.sends(callTopic, b.clock, summary("one", "null", "late", day(6, "10:00:00"), 60))
	b.restarts()
	b.wants(found, sorted(late("old", v1), late("one", v1))...)
	b.wants("SELECT toString(uniqExact(version)) FROM calls_current", "2")

	// Applied from the sixth on, a version judges what is as old anew, and nothing older.
	if n, err := ApplyPolicy(b.Context(), b.run.Conn, version(t, third), []byte(third), day(6, "00:00:00")); err != nil || n != 2 {
		t.Fatalf("%d calls are to be judged anew, %v", n, err)
	}
	b.stores(second, false)
	b.stores(third, false)
	b.clock = b.clock.Add(time.Hour)
	b.rounds()
	b.wants(found, sorted(late("old", v1), late("one", v3), late("two", v3))...)
	b.clock = b.clock.Add(time.Hour)
	b.stores("version: 1\neffective_from: 2026-03-12\nnotice: {deadline: 30s}\n", true)
	b.sends(callTopic, b.clock, summary("two", "null", "late", day(12, "10:00:00"), 60))
	b.wants(found, sorted(late("old", v1), late("one", v3))...)
	if v2 == v3 {
		t.Error("versions have the same name")
	}
}

// TestQuietIsThatOfTheStart: how long a call may be without evidence is laid
// down by the policy in force at its start.
func TestQuietIsThatOfTheStart(t *testing.T) {
	b := newBench(t)
	b.clock = day(12, "16:00:00")
	b.stores("version: 1\nnotice: {quiet: 1h}\n", true)
	b.stores("version: 1\neffective_from: 2026-03-12\nnotice: {quiet: 24h}\n", true)
	for name, d := range map[string]int{"before": 11, "after": 12} {
		from := day(d, "14:00:00")
		b.sends(callTopic, from, recordingState(name, true, from, from))
	}
	b.wants("SELECT concat(call_id, ' ', if(end IS NULL, 'open', 'ended')) FROM calls_current", sorted(guid("before")+" ended", guid("after")+" open")...)
}

// TestExceptionsOfAChangedPolicy: what a changed policy's exceptions cover, and
// which cover nothing, is said within minutes.
func TestExceptionsOfAChangedPolicy(t *testing.T) {
	const scope = ", reason: agreed, expires: 2027-01-01, scope: {rules: "
	const excepting = "version: 1\nexceptions: [{id: used, owner: o" + scope + "[notice.missed]}}, {id: unused, owner: o" + scope + "[notice.late]}}]\n"
	b := newBench(t)
	b.stores("version: 1\n", true)
	b.sends(callTopic, day(6, "10:00:00"), meeting("one", "null", "alice", day(6, "10:00:00"))...)
	b.clock = b.clock.Add(2 * time.Minute)
	b.rounds()
	if _, err := ApplyPolicy(b.Context(), b.run.Conn, version(t, excepting), []byte(excepting), day(1, "00:00:00")); err != nil {
		t.Fatal(err)
	}
	b.clock = b.clock.Add(2 * time.Minute)
	b.rounds()
	b.wants("SELECT concat(rule, ' ', subject, ' ', status) FROM findings_current WHERE rule LIKE 'policy.%' OR rule = 'notice.missed'",
		sorted("policy.exception-unused exception unused new", "notice.missed "+b.list("suppressed")[0].Subject+" suppressed")...)
}

// TestWithdrawnByPolicy: what goes because another version was applied says so,
// and what comes back with a third one, too.
func TestWithdrawnByPolicy(t *testing.T) {
	const strict = "version: 1\nnotice: {deadline: 5s}\n"
	const lenient = "version: 1\nnotice: {deadline: 20s}\n"
	const again = "version: 1\nnotice: {deadline: 4s}\n"
	b := newBench(t)
	b.stores(strict, true)
	from := day(6, "10:00:00")
	b.sends(callTopic, from, meeting("one", "null", "alice", from)...)
	b.sends(receiptTopic, from, receipt("r", fmt.Sprintf(`"callId":%q`, guid("one")), "alice", from.Add(10*time.Minute+10*time.Second)))
	if list := b.list("new"); len(list) != 1 || list[0].Rule != "notice.late" {
		t.Fatalf("found %+v", list)
	}
	applies := func(text string) {
		t.Helper()
		if _, err := ApplyPolicy(b.Context(), b.run.Conn, version(t, text), []byte(text), day(1, "00:00:00")); err != nil {
			t.Fatal(err)
		}
		b.clock = b.clock.Add(time.Hour)
		b.rounds()
	}
	applies(lenient)
	why := fmt.Sprintf("judged by policy %s in the place of %s, the result of its exposure is pass", version(t, lenient).ID, version(t, strict).ID)
	if gone := b.list("withdrawn"); len(gone) != 1 || gone[0].Why != why {
		t.Errorf("withdrawn are %+v, want %q", gone, why)
	}
	applies(again)
	b.wants("SELECT JSONExtractString(record, 'reason') FROM finding_changes WHERE action = 'return'",
		fmt.Sprintf("judged by policy %s in the place of %s, it is found again", version(t, again).ID, version(t, lenient).ID))
}
