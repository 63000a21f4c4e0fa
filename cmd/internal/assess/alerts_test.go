package assess

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/alerting"
	"rollcall/rules/alerts"
	"rollcall/rules/policy"
)

// alarmed is a bench whose assessor writes alerts.
func alarmed(t *testing.T) *bench {
	b := newBench(t)
	b.clock = day(20, "10:00:00")
	b.live.deps.Outbox = &alerting.Outbox{Conn: b.run.Conn, Wording: alerts.Wording{Person: func(raw string) string { return "person " + raw[len(raw)-5:] }}}
	b.live.deps.Alerts = alerts.DefaultTerms()
	return b
}

// joins is an app's word that its user is in a call.
func joins(call, user string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.session.joined","time":%q,"data":{"appId":"care","rawId":%q,"endpointId":%q,"callId":%q}}`,
		guid("joined"+call+user), stamp(at), acsUser(user), guid(user), guid(call))
}

// at sets the clock to some seconds after the beginning, and evaluates.
func (b *bench) at(seconds float64, topic string, messages ...string) {
	b.Helper()
	b.clock = day(20, "10:00:00").Add(time.Duration(seconds * float64(time.Second)))
	if len(messages) == 0 {
		b.rounds()
		return
	}
	b.sends(topic, b.clock, messages...)
}

// ringing lists the alerts as they are.
func (b *bench) ringing(want ...string) {
	b.Helper()
	b.wants(`SELECT concat(rule, ' ', learnt, ' ', argMax(state, at), ' ', argMax(reason, at)) FROM alerts GROUP BY alert_id, rule, learnt`, want...)
}

// TestAlertTimetable: a user joins a call at 0 s, the recording starts at 5 s, and
// the app says nothing of it.
func TestAlertTimetable(t *testing.T) {
	start := day(20, "10:00:00")
	after := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	begin := func(t *testing.T) *bench {
		b := alarmed(t)
		b.at(0, callTopic, joins("one", "alice", after(0)), joins("one", "bobby", after(0)))
		b.at(5, callTopic, recordingState("one", true, after(5), after(5)))
		b.at(69.9, "")
		b.ringing()
		b.at(70, "") // due 5 s after the recording started, and 60 s for what is under way
		b.ringing("notice.missed live firing ")
		return b
	}
	record := func(b *bench) string {
		return strings.Join(b.rows("SELECT argMax(record, at) FROM alerts"), "")
	}
	t.Run("one alert names both", func(t *testing.T) {
		b := begin(t)
		for _, want := range []string{`"who":"person alice, person bobby"`, `"explain":"rollcall explain ` + guid("one") + `"`, `"status":"recording still on"`, `"since":"2026-03-20T10:00:05.000Z"`, "2 users of care not told"} {
			if text := record(b); !strings.Contains(text, want) {
				t.Errorf("%s\nis without %s", text, want)
			}
		}
	})
	t.Run("a repeat changes nothing", func(t *testing.T) {
		b := begin(t)
		const all = "SELECT concat(toString(at), revision, record) FROM alerts UNION ALL SELECT concat(finding_id, toString(at)) FROM alert_findings"
		before := b.rows(all)
		b.restarts()
		b.at(80, callTopic, joins("one", "alice", after(0)))
		b.wants(all, before...)
	})
	t.Run("a late receipt takes its user out, the second resolves it", func(t *testing.T) {
		b := begin(t)
		ids := fmt.Sprintf(`"callId":%q`, guid("one"))
		b.at(90, receiptTopic, receipt("r1", ids, "alice", after(89)))
		b.ringing("notice.late after_call firing ", "notice.missed live firing ")
		if text := strings.Join(b.rows("SELECT argMax(record, at) FROM alerts WHERE rule = 'notice.missed'"), ""); strings.Contains(text, "alice") || !strings.Contains(text, "1 user of care") {
			t.Error(text)
		}
		b.at(95, receiptTopic, receipt("r2", ids, "bobby", after(94)))
		b.ringing("notice.late after_call firing ", "notice.missed live resolved told-late")
	})
	t.Run("a receipt that was under way refutes it", func(t *testing.T) {
		b := begin(t)
		ids := fmt.Sprintf(`"callId":%q`, guid("one"))
		b.at(90, receiptTopic, receipt("r1", ids, "alice", after(6)), receipt("r2", ids, "bobby", after(7)))
		b.ringing("notice.missed live resolved refuted")
	})
	t.Run("the recording's end resolves it and leaves the finding open", func(t *testing.T) {
		b := begin(t)
		b.at(100, callTopic, recordingState("one", false, after(5), after(100)))
		b.ringing("notice.missed live resolved capture-ended")
		b.wants("SELECT concat(rule, ' ', status) FROM findings_current", "notice.missed new", "notice.missed new")
		// A second recording is an alert of its own.
		b.at(200, callTopic, strings.ReplaceAll(recordingState("one", true, after(200), after(200)), "rec-one", "rec-two"))
		b.at(266, "")
		b.ringing("notice.missed live firing ", "notice.missed live resolved capture-ended")
	})
	t.Run("a crash before the alert was made of its findings", func(t *testing.T) {
		b := begin(t)
		const made = "SELECT concat(toString(at), revision, record) FROM alerts"
		before := b.rows(made)
		if err := b.run.Conn.Exec(b.Context(), "TRUNCATE TABLE alerts"); err != nil {
			t.Fatal(err)
		}
		if err := b.live.resume(b.Context()); err != nil {
			t.Fatal(err)
		}
		b.wants(made, before...)
	})
}

// TestAlertAfterCall: what is learnt when the call is over never pages, and what
// was over long ago is withheld.
func TestAlertAfterCall(t *testing.T) {
	b := alarmed(t)
	b.clock = day(20, "13:00:00")
	b.sends(callTopic, b.clock, meeting("one", "null", "alice", day(20, "10:00:00"))...)
	b.ringing("notice.missed after_call firing ")
	b.sends(callTopic, b.clock, meeting("two", "null", "alice", day(2, "10:00:00"))...)
	b.ringing("notice.missed after_call firing ", "notice.missed after_call withheld long-ago")
}

// TestSilentAppGathers: of an app that sends nothing one alert is left.
func TestSilentAppGathers(t *testing.T) {
	b := alarmed(t)
	b.clock = day(20, "11:30:00")
	rules := "version: 1\napps:\n  - {id: care, receipts: expected, resources: [acs]}\n"
	p, err := policy.Parse("policy.yaml", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	for i := range 6 {
		from := day(20, "10:00:00").Add(time.Duration(i) * time.Second)
		call := fmt.Sprint("call", i)
		b.sends(callTopic, b.clock, summary(call, "null", "alice", from, 900), recordingState(call, true, from, from), recordingState(call, false, from, from.Add(800*time.Second)))
	}
	b.wants("SELECT concat(rule, ' ', argMax(state, at), ' ', argMax(reason, at)) FROM alerts GROUP BY alert_id, rule", repeat("notice.missed firing ", 6)...)
	b.clock = day(20, "11:32:00")
	b.rounds()
	b.wants("SELECT concat(rule, ' ', learnt, ' ', argMax(state, at), ' ', argMax(reason, at)) FROM alerts GROUP BY alert_id, rule, learnt",
		append([]string{"evidence.silent-app live firing "}, repeat("notice.missed after_call withheld evidence.silent-app", 6)...)...)
	// Evaluated again, and with one more miss of that hour, it stays one.
	from := day(20, "10:10:00")
	b.sends(callTopic, b.clock, summary("call7", "null", "bobby", from, 900), recordingState("call7", true, from, from), recordingState("call7", false, from, from.Add(800*time.Second)))
	b.wants("SELECT toString(countIf(s = 'firing')) FROM (SELECT argMax(state, at) AS s FROM alerts GROUP BY alert_id)", "1")
}

func repeat(text string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = text
	}
	return out
}
