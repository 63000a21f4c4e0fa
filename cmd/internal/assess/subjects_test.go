package assess

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/rules/policy"
)

// TestSilentHourLive: an app that sends nothing in an hour is found, and not any
// more once something of that hour comes late; as an audit would find it.
func TestSilentHourLive(t *testing.T) {
	b := newBench(t)
	p, err := policy.Parse("policy.yaml", []byte(`version: 1
apps: [{id: care, resources: [acs]}]
exceptions: [{id: none, owner: o, reason: r, expires: 2026-03-19, scope: {rules: [notice.late]}}]`))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	var messages []string
	for i := range 5 {
		messages = append(messages, meeting(fmt.Sprint("call", i), "null", fmt.Sprint("user", i), day(19, "09:30:00"))...)
	}
	b.sends(callTopic, day(19, "11:40:00"), messages...)
	const silent = "SELECT concat(rule, ' ', call_id, subject) FROM findings_current WHERE rule LIKE 'evidence.%' OR rule LIKE 'policy.%'"
	const care, old = "evidence.silent-app care 2026-03-19T10:00:00.000Z", "policy.exception-expired exception none"
	b.wants(silent, care, old)
	b.wants("SELECT concat(toString(sum(fail)), ' of ', toString(sum(population))) FROM checks_current WHERE rule = 'evidence.silent-app'", "1 of 1")
	b.wants("SELECT toString(sum(pass)) FROM checks_current WHERE rule = 'evidence.gap'", "1")

	b.clock = b.clock.Add(time.Minute)
	b.sends(receiptTopic, b.clock, receipt("late", fmt.Sprintf(`"callId":%q`, guid("call1")), "user1", day(19, "10:05:00")))
	b.clock = b.clock.Add(time.Minute)
	b.rounds()
	b.wants(silent, old)
	b.wants("SELECT concat(toString(sum(pass)), ' of ', toString(sum(population))) FROM checks_current WHERE rule = 'evidence.silent-app'", "1 of 1")
}

// TestHourThatACallLeft: an hour in which too few sessions ended after all, since
// one of them ended in the next, is no longer found to be silent.
func TestHourThatACallLeft(t *testing.T) {
	b := newBench(t)
	p, err := policy.Parse("policy.yaml", []byte("version: 1\napps: [{id: care, resources: [acs]}]"))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	var messages []string
	for i := range 5 {
		messages = append(messages, meeting(fmt.Sprint("call", i), "null", fmt.Sprint("user", i), day(19, "09:30:00"))...)
	}
	b.sends(callTopic, day(19, "11:40:00"), messages...)
	const silent = "SELECT subject FROM findings_current WHERE rule = 'evidence.silent-app'"
	b.wants(silent, "care 2026-03-19T10:00:00.000Z")
	corrected := strings.Replace(summary("call0", "null", "user0", day(19, "09:30:00"), 2*3600), `"participantType"`, `"CallUpdatesVersion":2,"participantType"`, 1)
	b.sends(callTopic, day(19, "12:40:00"), corrected)
	b.clock = b.clock.Add(time.Minute)
	b.rounds()
	b.wants(silent)
}
