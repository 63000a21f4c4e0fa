package contract

import (
	"slices"
	"strings"
	"testing"

	"rollcall/rules/calls"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// TestConflict proves: server sources that disagree by more than 2 s (per pair,
// in the policy) give one evidence.conflict of severity info per call and bound.
func TestConflict(t *testing.T) {
	cases := map[string]struct {
		events []schema.Event
		policy string
		want   []string // subjects
	}{
		"sources that agree to 2 s":                         {[]schema.Event{added(alice, 0), removed(alice, 102), summary(alice, 0, 100)}, "", nil},
		"sources that differ by more":                       {[]schema.Event{added(alice, 0), removed(alice, 102.001), summary(alice, 0, 100)}, "", []string{"session.left"}},
		"one finding for all sessions":                      {[]schema.Event{added(alice, 0), removed(alice, 110), summary(alice, 0, 100), added(bob, 0), removed(bob, 120), summary(bob, 0, 100)}, "", []string{"session.left"}},
		"one for each bound":                                {[]schema.Event{added(alice, 9), removed(alice, 110), summary(alice, 0, 100)}, "", []string{"session.joined", "session.left"}},
		"per pair in the policy":                            {[]schema.Event{added(alice, 0), removed(alice, 109), summary(alice, 0, 100)}, "evidence: {pairs: [{sources: [call_summary, event_grid], conflict: 10s}]}", nil},
		"another pair keeps its own":                        {[]schema.Event{added(alice, 0), removed(alice, 109), summary(alice, 0, 100)}, "evidence: {pairs: [{sources: [roster, event_grid], conflict: 10s}]}", []string{"session.left"}},
		"all pairs":                                         {[]schema.Event{added(alice, 0), removed(alice, 109), summary(alice, 0, 100)}, "evidence: {conflict: 9s}", nil},
		"the app is no server":                              {[]schema.Event{leaves(alice, 300), summary(alice, 0, 100)}, "", nil},
		"an episode's end":                                  {[]schema.Event{summary(alice, 0, 600), recording("r", true, 10, 10), recording("r", false, 10, 100), recorded("r", 10, 80)}, "", []string{"episode.end"}},
		"known pauses are no conflict":                      {[]schema.Event{summary(alice, 0, 600), recording("r", true, 10, 10), recording("r", false, 10, 50), recording("r", true, 10, 70), recording("r", false, 10, 100), recorded("r", 10, 70)}, "", nil},
		"an episode's start":                                {[]schema.Event{summary(alice, 0, 600), recording("r", true, 10, 10), recording("r", false, 10, 100), recorded("r", 15, 85)}, "", []string{"episode.start"}},
		"a connection that came later lists who was there":  {[]schema.Event{added(alice, 0), removed(alice, 500), roster(1, 300, alice), roster(2, 500.5)}, "", nil},
		"a roster that changes is compared":                 {[]schema.Event{added(alice, 0), removed(alice, 500), roster(1, 100, bob), roster(2, 300, alice, bob), roster(3, 500.5, bob)}, "", []string{"session.joined"}},
		"the roster says that one was there before the log": {[]schema.Event{summary(alice, 100, 500), roster(1, 50, alice)}, "", []string{"session.joined"}},
		"two summaries of a recording":                      {[]schema.Event{summary(alice, 0, 600), recorded("r", 10, 80), recorded("r", 14, 76, file)}, "", []string{"episode.start"}},
		"two summaries that agree":                          {[]schema.Event{summary(alice, 0, 600), recorded("r", 10, 80), recorded("r", 10.4, 79.6, file)}, "", nil},
		"a transcription that streamed on":                  {[]schema.Event{summary(alice, 0, 600), transcription("on", 10), transcription("off", 100), streamed(10.5, 120)}, "", []string{"episode.end"}},
		"which the policy lets differ":                      {[]schema.Event{summary(alice, 0, 600), transcription("on", 10), transcription("off", 100), streamed(10.5, 120)}, "evidence: {pairs: [{sources: [call_automation, streaming_usage], conflict: 60s}]}", nil},
		"a participant who left before the end":             {[]schema.Event{summary(alice, 0, 600), transcription("on", 10), transcription("off", 100), streamed(40, 30)}, "", nil},
		"a transcription that streamed before":              {[]schema.Event{summary(alice, 0, 600), transcription("on", 10), transcription("off", 100), streamed(5, 95)}, "", []string{"episode.start"}},
		"a client's signals are no server's":                {[]schema.Event{summary(alice, 0, 600), recording("r", true, 10, 10), recording("r", false, 10, 100), signal(alice, "recording", true, 30), signal(alice, "recording", false, 60)}, "", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			if c.policy != "" {
				w.under(c.policy)
			}
			w.shuffled()
			call := w.call(w.events)
			in := evidence.Input{Policy: w.policy}
			var got []string
			for _, f := range evidence.Judge(call, in).Findings {
				got = append(got, f.Subject)
				if f.Severity != schema.SeverityInfo || f.Rule != "evidence.conflict" || len(f.Evidence) < 2 || f.FirstAt.IsZero() || f.DetectedAt.Before(f.FirstAt) {
					t.Errorf("finding %+v", f)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if p := evidence.Judge(call, in).Checks[evidence.RuleConflict]; p.Fail != len(c.want) || p.Population != p.Pass+p.Fail+p.NotApplicable+p.NoEvidence {
				t.Errorf("population %+v", p)
			}
		})
	}
}

// streamed is streaming usage of a transcription.
func streamed(start, seconds float64) schema.Event {
	return event(schema.SourceAzureMonitor, "CallAutomationStreamingUsage", 4000, schema.Facts{Span: &schema.CaptureSpan{
		Capture: schema.Transcription, Key: "s", Start: at(start), DurationMs: int64(seconds * 1000)}}, nil)
}

func TestConflictOfIdsAndContents(t *testing.T) {
	w := evidenceOf(t, summary(alice, 0, 600, connection("conn-9")))
	in := evidence.Input{Policy: w.policy, Tenant: "t",
		SetAside: []calls.SetAside{{Alias: "call_connection_id:conn-9", Reason: calls.ReasonApart, Calls: []string{"call-1"}}},
		Contents: []evidence.Content{{Event: "b", At: at(5)}, {Event: "a", At: at(3)}}}
	found := evidence.Judge(w.call(w.events), in).Findings
	if len(found) != 2 {
		t.Fatalf("got %+v", found)
	}
	if f := found[0]; !strings.Contains(f.Message, "24 h") || len(f.Evidence) != 1 || f.Tenant != "t" {
		t.Errorf("alias: %+v", f)
	}
	if f := found[1]; !slices.Equal(f.Evidence, []string{"a", "b"}) || !f.FirstAt.Equal(at(3)) || !f.DetectedAt.Equal(at(5)) {
		t.Errorf("contents: %+v", f)
	}
	if found[0].ID == found[1].ID {
		t.Error("two findings share an id")
	}
}

// TestPopulations proves the counts of section 5.
func TestPopulations(t *testing.T) {
	var rows []schema.Obligation
	for _, r := range []schema.Result{schema.ResultNotApplicable, schema.ResultPass, schema.ResultLate, schema.ResultTooShort,
		schema.ResultPending, schema.ResultMissed, schema.ResultNoEvidence} {
		rows = append(rows, schema.Obligation{Result: r})
	}
	got := notice.Judge(rows, policy.Default()).Checks
	if want := (rule.Population{Population: 7, Pass: 2, Fail: 1, NoEvidence: 1, NotApplicable: 3}); got[notice.RuleMissed] != want {
		t.Errorf("notice.missed: %+v", got[notice.RuleMissed])
	}
	if want := (rule.Population{Population: 7, Pass: 1, Fail: 1, NoEvidence: 1, NotApplicable: 4}); got[notice.RuleLate] != want {
		t.Errorf("notice.late: %+v", got[notice.RuleLate])
	}
}

// TestFindings: what is found, from which instant on, on what evidence.
func TestFindings(t *testing.T) {
	w := evidenceOf(t, summary(alice, 0, 600, id("s-alice")), summary(bob, 0, 600, id("s-bob")), summary(carol, 0, 600, id("s-carol")),
		recording("rec", true, 10, 10, id("on")), recording("rec", false, 10, 200, id("off")),
		shows(alice, "recording", 100, id("shown")), signal(bob, "recording", true, 10.5, id("signal")))
	found := notice.Judge(w.judge(w.call(w.events)), w.policy).Findings
	got := map[string]schema.Finding{}
	for _, f := range found {
		got[f.RawID] = f
	}
	for raw, want := range map[string]struct {
		rule, result string
		held         float64
		evidence     []string
	}{
		alice.raw: {"notice.late", "fail", 100, []string{"off", "on", "s-alice", "shown"}},
		bob.raw:   {"notice.missed", "fail", 75, []string{"off", "on", "s-bob", "signal"}},
		carol.raw: {"notice.missed", "no_evidence", 75, []string{"off", "on", "s-carol"}},
	} {
		f := got[raw]
		if f.Rule != want.rule || f.Result != want.result || !f.DetectedAt.Equal(at(want.held)) || !f.FirstAt.Equal(at(10)) || !slices.Equal(f.Evidence, want.evidence) {
			t.Errorf("%s: %+v", raw, f)
		}
	}
	if len(found) != 3 {
		t.Errorf("%d findings", len(found))
	}
}

// TestUnmatched proves fine print 2.
func TestUnmatched(t *testing.T) {
	stray := shows(alice, "recording", 11, id("stray"))
	w := evidenceOf(t, summary(bob, 0, 600), stray)
	w.shuffled()
	if c := w.call(w.events); !slices.Equal(c.Unmatched, []string{"stray"}) || len(c.Sessions) != 1 {
		t.Errorf("unmatched %v, %d sessions", c.Unmatched, len(c.Sessions))
	}
	w.events = append(w.events, summary(alice, 0, 600)) // the evidence comes
	if c := w.call(w.events); len(c.Unmatched) != 0 || len(c.Sessions) != 2 {
		t.Errorf("unmatched %v, %d sessions", c.Unmatched, len(c.Sessions))
	}
}

// TestDelays: what the platform took and what the app took stand apart.
func TestDelays(t *testing.T) {
	w := evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
		signal(alice, "recording", true, 10.4), shows(alice, "recording", 11.1))
	o := w.judge(w.call(w.events))[0]
	if platform, app := o.SignalledAt.Sub(o.ExposedAt), o.ShownAt.Sub(o.SignalledAt); platform.Milliseconds() != 400 || app.Milliseconds() != 700 || o.DelayMs != 1100 {
		t.Errorf("platform %v, app %v, delay %d ms", platform, app, o.DelayMs)
	}
}

// TestUserInTwoCalls: one user in two calls at once is two calls' business.
func TestUserInTwoCalls(t *testing.T) {
	set := func(key string, aliases ...string) calls.AliasSet {
		return calls.AliasSet{Key: key, Aliases: aliases, First: at(0), Last: at(600), Time: at(0)}
	}
	r := calls.Resolve([]calls.AliasSet{set("1", "correlation_id:a"), set("2", "correlation_id:b")})
	if r.Calls["1"] != "a" || r.Calls["2"] != "b" {
		t.Fatalf("got %v", r.Calls)
	}
	told := evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice.byRaw(), "recording", 11))
	told.wants(`alice recording#1 10-200 pass shown 11`)
	other := evidenceOf(t, summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200))
	other.wants(`alice recording#1 10-200 missed signal-unknown`)
}
