package contract

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rollcall/rules/apphour"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// judged has every rule judge the call of some events, and the app in each hour
// that it touches.
func (w *world) judged(events []schema.Event) rule.Outcome {
	call := w.call(events)
	in := catalogue.Input{Policy: w.policy, Now: w.now, Gaps: w.gaps, Evidence: evidence.Input{Policy: w.policy}}
	var out rule.Outcome
	var tallies []apphour.Tally
	outline := call
	outline.Sessions = nil
	rows := w.judge(call)
	for _, s := range call.Sessions {
		var own []schema.Obligation
		for _, o := range rows {
			if o.SessionID == s.ID {
				own = append(own, o)
			}
		}
		out.Add(catalogue.Session(outline, s, own, in))
		tallies = append(tallies, catalogue.Hours(outline, s, own, in)...)
	}
	out.Add(catalogue.Call(call, in))
	for _, versions := range apphour.Apps(apphour.Merge(tallies)) {
		out.Add(catalogue.App(versions, in))
	}
	rule.SortFindings(out.Findings)
	return out
}

// finds compares the findings but those of notice.missed and notice.late, which
// the obligations tell, with a timetable; in any order of the evidence.
func (w *world) finds(timetable string) *world {
	w.t.Helper()
	render := func(o rule.Outcome) string { return fmt.Sprintf("%+v", o) }
	out := w.judged(w.events)
	random := rand.New(rand.NewPCG(3, uint64(len(w.events))))
	for range 5 {
		events := slices.Clone(w.events)
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if got := w.judged(events); render(got) != render(out) {
			w.t.Fatalf("the order of evidence changes what is found:\n%+v\n%+v", out, got)
		}
	}
	names := map[string]string{}
	for _, s := range w.call(w.events).Sessions {
		names[s.ID] = name(s.ParticipantID, s.RawID, s.EndpointID)
	}
	ids := map[string]bool{}
	var got []string
	for _, f := range out.Findings {
		if ids[f.ID] {
			w.t.Errorf("two findings have the id %s", f.ID)
		}
		ids[f.ID] = true
		if f.Rule == "notice.missed" || f.Rule == "notice.late" {
			continue
		}
		subject := f.Subject
		if n, ok := names[subject]; ok {
			subject = n
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Rule, subject, f.Capture)))
		if f.Message == "" || f.FirstAt.IsZero() || f.DetectedAt.Before(f.FirstAt) || len(f.Evidence) == 0 || f.Result != "fail" {
			w.t.Errorf("%+v", f)
		}
	}
	compare(w.t, got, timetable)
	for id, p := range out.Checks {
		if p.Population != p.Pass+p.Fail+p.NoEvidence+p.NotApplicable {
			w.t.Errorf("%s: %+v", id, p)
		}
	}
	return w
}

// checks compares the population of a rule: pass, fail, no evidence, not
// applicable.
func (w *world) checks(id, want string) *world {
	w.t.Helper()
	p := w.judged(w.events).Checks[id]
	if got := fmt.Sprintf("%d %d %d %d", p.Pass, p.Fail, p.NoEvidence, p.NotApplicable); got != want {
		w.t.Errorf("%s judged %s, want %s (pass, fail, no evidence, not applicable)", id, got, want)
	}
	return w
}

func answers(w who, capture, answer string, seconds float64, c ...change) schema.Event {
	p := w.participant()
	return event(schema.SourceRollcall, "rollcall.consent.answered", seconds,
		schema.Facts{Participant: &p, Consent: &schema.Consent{Captures: []string{capture}, Answer: answer}}, c)
}

func requiresConsent(e *schema.Event) { e.Facts.Signal.ConsentRequired = true }

func tenant(id string) change { return func(e *schema.Event) { e.Facts.Summary.TenantID = id } }

func ofTenant(p schema.Presence, id string) schema.Presence { p.TenantID = id; return p }

func withTenant(e schema.Event, id string) schema.Event {
	for i := range e.Facts.Record.Presences {
		e.Facts.Record.Presences[i].TenantID = id
	}
	return e
}

func adds(phone string, seconds float64, succeeded bool) schema.Event {
	return event(schema.SourceCallAutomation, "Microsoft.Communication.AddParticipantSucceeded", seconds,
		schema.Facts{Request: &schema.Request{Operation: "add_participant", Succeeded: succeeded, RawID: phone}}, nil)
}

// taped is a call of Alice from 0 to 600 s, recorded from 10 to 200 s.
func taped(more ...schema.Event) []schema.Event {
	return append([]schema.Event{summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200)}, more...)
}

const meeting = "19:meeting_abc@thread.v2"

// TestRulesBothWays: every rule of a call finds what it is for, and is silent
// where it must be.
func TestRulesBothWays(t *testing.T) {
	usGov := who{pid: "p-gov", raw: "8:gcch:22222222-2222-2222-2222-222222222222", endpoint: "e-gov"}
	visitor := who{pid: "p-visitor", raw: "8:teamsvisitor:33333333333333333333333333333333", endpoint: "e-visitor"}
	for name, c := range map[string]struct {
		events       []schema.Event
		policy       string
		now          float64
		want         string
		rule, counts string
	}{
		"a wrong text": {events: taped(shows(alice, "recording", 11, text("en-US", "This meeting is being transcribed."))),
			want: "notice.wrong-text alice recording", rule: "notice.wrong-text", counts: "0 1 0 0"},
		"a right one":                        {events: taped(shows(alice, "recording", 11, text("en-US", "This meeting is being recorded."))), rule: "notice.wrong-text", counts: "1 0 0 0"},
		"no text":                            {events: taped(shows(alice, "recording", 11)), rule: "notice.wrong-text", counts: "0 0 0 1"},
		"a locale without patterns":          {events: taped(shows(alice, "recording", 11, text("fi", "?"))), rule: "notice.wrong-text", counts: "0 0 0 1"},
		"the text of an end":                 {events: taped(shows(alice, "recording", 11), shows(alice, "recording", 201, state("stopped"), text("en", "It is over."))), rule: "notice.wrong-text", counts: "0 0 0 1"},
		"one of two captures unnamed":        {events: taped(transcription("on", 10), transcription("off", 200), shows(alice, "recording+transcription", 11, text("en", "Recording."))), want: "notice.wrong-text alice transcription"},
		"one of which nobody had to be told": {events: taped(shows(alice, "recording+transcription", 11, text("en", "Recording."))), rule: "notice.wrong-text", counts: "1 0 0 0"},
		"again and again is one":             {events: taped(shows(alice, "recording", 11, text("en", "hi")), shows(alice, "recording", 12, text("en", "hi"))), want: "notice.wrong-text alice recording", rule: "notice.wrong-text", counts: "0 2 0 0"},

		"still shown after the end": {events: taped(shows(alice, "recording", 11)), policy: "notice: {stale: 60s}",
			want: "notice.stale alice recording", rule: "notice.stale", counts: "0 1 0 0"},
		"taken away in time":              {events: taped(shows(alice, "recording", 11), shows(alice, "recording", 203, state("stopped"))), policy: "notice: {stale: 60s}", rule: "notice.stale", counts: "1 0 0 0"},
		"taken away too late":             {events: taped(shows(alice, "recording", 11), shows(alice, "recording", 290, state("stopped"))), policy: "notice: {stale: 60s}", want: "notice.stale alice recording"},
		"an app that never sends stopped": {events: taped(shows(alice, "recording", 11)), rule: "notice.stale", counts: "0 0 0 1"},
		"left before it could be stale":   {events: []schema.Event{summary(alice, 0, 230), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 11)}, policy: "notice: {stale: 60s}", rule: "notice.stale", counts: "0 0 0 1"},
		"on again before that":            {events: taped(shows(alice, "recording", 11), recording("r2", true, 240, 240), recording("r2", false, 240, 590), shows(alice, "recording", 241)), policy: "notice: {stale: 60s}", rule: "notice.stale", counts: "0 0 0 2"},
		"not judged before the grace":     {events: []schema.Event{added(alice, 0), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 11)}, policy: "notice: {stale: 60s}", now: 310, rule: "notice.stale", counts: "0 0 0 1"},

		"consent that a signal requires": {events: taped(signal(alice, "recording", true, 10.2, requiresConsent), shows(alice, "recording", 11)),
			want: "consent.missing alice recording", rule: "consent.missing", counts: "0 1 0 0"},
		"and that is given":                {events: taped(signal(alice, "recording", true, 10.2, requiresConsent), shows(alice, "recording", 11), answers(alice, "recording", "granted", 15)), rule: "consent.missing", counts: "1 0 0 0"},
		"a signal that requires none":      {events: taped(signal(alice, "recording", true, 10.2), shows(alice, "recording", 11)), rule: "consent.missing", counts: "0 0 0 1"},
		"consent that the policy requires": {events: taped(shows(alice, "recording", 11)), policy: "consent: {required: [recording]}", want: "consent.missing alice recording"},
		"to another capture":               {events: taped(shows(alice, "recording", 11)), policy: "consent: {required: [transcription]}", rule: "consent.missing", counts: "0 0 0 1"},
		"an app that sends nothing":        {events: taped(diagnosed()), policy: "consent: {required: [recording]}\napps: [{id: mute, receipts: none}]", rule: "consent.missing", counts: "0 0 1 0"},
		"consent holds for one session": {events: []schema.Event{summary(alice, 0, 300), summary(alice2, 310, 290), recording("rec", true, 10, 10), recording("rec", false, 10, 580),
			shows(alice.byID(), "recording", 11), answers(alice.byID(), "recording", "granted", 15), shows(alice2.byID(), "recording", 311)},
			policy: "consent: {required: [recording]}", want: "consent.missing alice2 recording", rule: "consent.missing", counts: "1 1 0 0"},
		"also where the answer names the identity alone": {events: []schema.Event{summary(alice, 0, 300), summary(alice2, 310, 290), recording("rec", true, 10, 10), recording("rec", false, 10, 580),
			shows(alice.byID(), "recording", 11), answers(who{raw: alice.raw}, "recording", "granted", 15), shows(alice2.byID(), "recording", 311)},
			policy: "consent: {required: [recording]}", want: "consent.missing alice2 recording", rule: "consent.missing", counts: "1 1 0 0"},
		"or the device that came back": {events: []schema.Event{summary(alice, 0, 300), summary(alice2, 310, 290), recording("rec", true, 10, 10), recording("rec", false, 10, 580),
			shows(alice.byID(), "recording", 11), answers(who{raw: alice.raw, endpoint: alice.endpoint}, "recording", "granted", 309), shows(alice2.byID(), "recording", 311)},
			policy: "consent: {required: [recording]}", want: "consent.missing alice recording", rule: "consent.missing", counts: "1 1 0 0"},
		"no time to answer":         {events: []schema.Event{summary(alice, 0, 40), recording("rec", true, 10, 10), recording("rec", false, 10, 40), shows(alice, "recording", 11)}, policy: "consent: {required: [recording]}", rule: "consent.missing", counts: "0 0 0 1"},
		"declined, and captured":    {events: taped(shows(alice, "recording", 11), answers(alice, "recording", "declined", 15)), want: "consent.declined-but-captured alice recording", rule: "consent.declined-but-captured", counts: "0 1 0 0"},
		"declined, and left":        {events: []schema.Event{summary(alice, 0, 30), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 11), answers(alice, "recording", "declined", 15)}, rule: "consent.declined-but-captured", counts: "1 0 0 0"},
		"declined, and granted":     {events: taped(shows(alice, "recording", 11), answers(alice, "recording", "declined", 15), answers(alice, "recording", "granted", 20)), rule: "consent.declined-but-captured", counts: "1 0 0 0"},
		"a Teams client needs none": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams")), recording("rec", true, 10, 10), recording("rec", false, 10, 200)}, policy: "consent: {required: [recording]}", rule: "consent.missing", counts: "0 0 0 1"},

		"an id of a government cloud": {events: []schema.Event{summary(alice, 0, 600, thread(meeting)), summary(usGov, 0, 600, participantType("Teams"))},
			want: "interop.government-cloud gov", rule: "interop.government-cloud", counts: "0 1 0 1"},
		"a tenant that the policy lists": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), tenant("gov-1"), thread(meeting))},
			policy: "interop: {government_tenants: [GOV-1]}", want: "interop.government-cloud carol"},
		"a tenant that is listed as none": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), tenant("com-1"), thread(meeting))},
			policy: "interop: {commercial_tenants: [com-1]}", rule: "interop.government-cloud", counts: "1 0 0 0"},
		"a tenant that only Graph tells": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread("19:meeting_x@thread.v2")), rosterChange(1, ofTenant(in(carol, "1"), "gov-1"))},
			policy: "interop: {government_tenants: [gov-1]}", want: "interop.government-cloud carol", rule: "interop.government-cloud", counts: "0 1 0 0"},
		"or its record of the call": {events: []schema.Event{withTenant(record(1, "g", seat{who: carol, id: "s1", family: "teams", from: 1, to: 100}), "com-1")},
			policy: "interop: {commercial_tenants: [com-1]}", rule: "interop.government-cloud", counts: "1 0 0 0"},
		"an unlisted tenant is no evidence": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), tenant("x"), thread(meeting))}, rule: "interop.government-cloud", counts: "0 0 1 0"},

		"a telephone that an app brought into a meeting": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread(meeting)), summary(phone, 50, 60, endpointType("pstn")), adds(phone.raw, 49, true)},
			want: "interop.pstn phone", rule: "interop.pstn", counts: "0 1 0 0"},
		"two telephones, of which the logs name neither": {events: []schema.Event{summary(alice, 0, 600, thread(meeting)), summary(who{pid: "p-leg"}, 50, 60, endpointType("pstn")), adds(phone.raw, 49, true), adds("4:+14255550199", 55, true), adds(phone.raw, 70, true)},
			want: "interop.pstn call-1\ninterop.pstn call-1", rule: "interop.pstn", counts: "0 1 0 0"},
		"a telephone of whose coming nothing tells": {events: []schema.Event{summary(alice, 0, 600, thread(meeting)), summary(phone, 50, 60, endpointType("pstn"))}, rule: "interop.pstn", counts: "0 0 1 0"},
		"a request that failed":                     {events: []schema.Event{summary(alice, 0, 600, thread(meeting)), summary(phone, 50, 60, endpointType("pstn")), adds(phone.raw, 49, false)}, rule: "interop.pstn", counts: "0 0 1 0"},
		"a meeting without telephones":              {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread(meeting)), summary(alice, 5, 600)}, rule: "interop.pstn", counts: "1 0 0 0"},
		"a request that failed, and no telephone":   {events: []schema.Event{summary(alice, 0, 600, thread(meeting)), adds(phone.raw, 49, false)}, rule: "interop.pstn", counts: "1 0 0 0"},
		"a meeting that goes on":                    {events: []schema.Event{joins(alice, 0, thread(meeting)), roster(1, 1, alice)}, rule: "interop.pstn", counts: "0 0 0 1"},
		"a meeting that only the app speaks of":     {events: []schema.Event{joins(alice, 0, thread(meeting)), leaves(alice, 600)}, rule: "interop.pstn", counts: "0 0 1 0"},
		"a meeting without external users":          {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread(meeting)), summary(phone, 50, 60, endpointType("pstn"))}, rule: "interop.pstn", counts: "0 0 0 1"},
		"a Teams call of which nobody knows":        {events: []schema.Event{summary(carol, 0, 600, participantType("Teams")), summary(alice, 5, 600)}, rule: "interop.pstn", counts: "0 0 1 0"},
		"a telephone in a plain call":               {events: []schema.Event{summary(alice, 0, 600), summary(phone, 50, 60, endpointType("pstn")), adds(phone.raw, 49, true)}, rule: "interop.pstn", counts: "0 0 0 1"},

		"an external user in a Teams call that is no meeting": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread("19:abc@thread.v2")), summary(alice, 5, 600)},
			want: "interop.unsupported-join acs_app:external_user call", rule: "interop.unsupported-join", counts: "1 1 0 0"},
		"in a meeting":            {events: []schema.Event{summary(carol, 0, 600, participantType("Teams"), thread(meeting)), summary(alice, 5, 600), summary(visitor, 6, 600)}, rule: "interop.unsupported-join", counts: "3 0 0 0"},
		"nobody knows what it is": {events: []schema.Event{summary(carol, 0, 600, participantType("Teams")), summary(alice, 5, 600)}, rule: "interop.unsupported-join", counts: "0 0 2 0"},
		"a Teams user in a call that the SDK began": {events: []schema.Event{summary(carol, 20, 600, participantType("Teams"), thread("19:abc@thread.v2")), summary(alice, 0, 600)},
			want: "interop.unsupported-join acs_app:external_user call\ninterop.unsupported-join teams_client:teams_user join_acs_call"},
		"a plain call": {events: []schema.Event{summary(alice, 0, 600), summary(bob, 0, 600)}, rule: "interop.unsupported-join", counts: "0 0 0 2"},

		"a clock that is ahead": {events: taped(joins(alice, 120), signal(alice, "recording", true, 130.2), signal(alice, "recording", false, 320), shows(alice, "recording", 131)),
			want: "evidence.clock-skew alice", rule: "evidence.clock-skew", counts: "0 1 0 0"},
		"what another session of the identity may have said": {events: []schema.Event{summary(alice, 0, 300), summary(alice2, 400, 300), recording("rec", true, 10, 10), recording("rec", false, 10, 600), transcription("on", 10), transcription("off", 600),
			signal(who{raw: alice.raw}, "recording", true, 400.2), signal(who{raw: alice.raw}, "transcription", true, 400.3)}, rule: "evidence.clock-skew", counts: "0 0 2 0"},
		"a clock that is right":             {events: taped(joins(alice, 0.2), signal(alice, "recording", true, 10.2), shows(alice, "recording", 11)), rule: "evidence.clock-skew", counts: "1 0 0 0"},
		"one slow word is no evidence":      {events: taped(signal(alice, "recording", true, 60), shows(alice, "recording", 61)), rule: "evidence.clock-skew", counts: "0 0 1 0"},
		"a client that says nothing":        {events: taped(), rule: "evidence.clock-skew", counts: "0 0 0 1"},
		"as much as the policy allows":      {events: taped(joins(alice, 120), signal(alice, "recording", true, 130.2)), policy: "evidence: {clock_skew: 150s}", rule: "evidence.clock-skew", counts: "1 0 0 0"},
		"a telephone is told by a play":     {events: []schema.Event{summary(phone, 0, 600, endpointType("pstn")), recording("rec", true, 10, 10), recording("rec", false, 10, 200), play("told", true, 12)}, policy: "notice: {obligated: [pstn], plays: {told: [recording]}}", rule: "notice.missed", counts: "1 0 0 0"},
		"and by one that was cut short not": {events: []schema.Event{summary(phone, 0, 600, endpointType("pstn")), recording("rec", true, 10, 10), recording("rec", false, 10, 200), play("told", false, 12)}, policy: "notice: {obligated: [pstn], plays: {told: [recording]}}", rule: "notice.missed", counts: "0 1 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...)
			if c.policy != "" {
				w.under(c.policy)
			}
			if c.now != 0 {
				w.asOf(c.now)
			}
			w.finds(c.want)
			if c.rule != "" {
				w.checks(c.rule, c.counts)
			}
		})
	}
}

// diagnosed makes Alice's session that of the app "mute".
func diagnosed() schema.Event {
	return summary(alice, 0, 600, diagnostics("mute"), version(2, "alice"))
}
