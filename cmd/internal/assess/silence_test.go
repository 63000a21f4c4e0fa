package assess

import (
	"fmt"
	"testing"
	"time"

	"rollcall/rules/policy"
)

// gridJoin is Event Grid's word that a user joined a call.
func gridJoin(call, user string, at time.Time) string {
	const topic = "/subscriptions/5e3c1f6a-0b1d-4c57-9a3e-2f8b7c6d5e4f/resourcegroups/rg/providers/microsoft.communication/communicationservices/acs"
	return fmt.Sprintf(`[{"id":%q,"topic":%q,"subject":"call","data":{"user":{"communicationIdentifier":{"rawId":%[3]q,"communicationUser":{"id":%[3]q}}},"participantId":%q,"correlationId":%q},"eventType":"Microsoft.Communication.CallParticipantAdded","dataVersion":"1.0","metadataVersion":"1","eventTime":%q}]`,
		guid("added"+call+user), topic, acsUser(user), guid(call+user), guid(call), stamp(at))
}

// TestSilentAppIsOneAlertAtOnce: an app stops sending, with many calls going on.
// One alert speaks for all, before the hour is over; should the app speak after all,
// each miss is told that goes on.
func TestSilentAppIsOneAlertAtOnce(t *testing.T) {
	t.Run("calls evaluated together", func(t *testing.T) { silentApp(t, 1_000_000) })
	t.Run("calls kept, one after the other", func(t *testing.T) { silentApp(t, 1) })
}

func silentApp(t *testing.T, large int) {
	const calls = 20
	b := alarmed(t)
	b.live.cfg.Hours, b.live.cfg.Large = 0, large
	b.live.deps.Clock = func() time.Time { // evaluations are told apart by when they began
		b.clock = b.clock.Add(5 * time.Microsecond)
		return b.clock
	}
	p, err := policy.Parse("policy.yaml", []byte("version: 1\napps:\n  - {id: care, receipts: expected, resources: [acs]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	start := day(20, "10:00:00")
	after := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	states := "SELECT concat(rule, ' ', state, ' ', reason, ' ', toString(count())) FROM (SELECT rule, argMax(state, at) AS state, argMax(reason, at) AS reason FROM alerts GROUP BY alert_id, rule) GROUP BY rule, state, reason"
	var messages []string
	for i := range calls {
		call := fmt.Sprint("call", i)
		messages = append(messages, gridJoin(call, "alice", after(0)), recordingState(call, true, after(5), after(5)))
	}
	b.at(6, callTopic, messages...)
	b.at(69, "")
	b.wants(states)
	b.at(70, "")
	one := []string{"evidence.silent-app firing  1", "notice.missed withheld evidence.silent-app 20"}
	b.wants(states, one...)
	b.restarts()
	b.live.cfg.Hours, b.live.cfg.Large = 0, large
	b.at(80, "")
	b.wants(states, one...)
	b.at(90, callTopic, gridJoin("another", "alice", after(0)), recordingState("another", true, after(5), after(5)))
	b.wants(states, "evidence.silent-app firing  1", "notice.missed withheld evidence.silent-app 21")
	b.clock = after(120)
	b.produce(receiptTopic, b.clock, receipt("r1", fmt.Sprintf(`"callId":%q`, guid("call3")), "alice", after(100)))
	for range 3 { // the receipt; that the app spoke; the calls of which the alerts were withheld
		b.live.round(b.Context())
	}
	b.wants(states, "evidence.silent-app resolved refuted 1", "notice.late firing  1", "notice.missed firing  20", "notice.missed resolved told-late 1")
}
