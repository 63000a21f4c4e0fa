package policy

import (
	"strings"
	"testing"

	"rollcall/schema"
)

// TestProblemsOfOwnRules: mistakes in rules, exceptions and tests name their
// line and what is expected there.
func TestProblemsOfOwnRules(t *testing.T) {
	const rest = ", owner: o, reason: r, expires: 2026-12-31, scope: {rules: [notice.missed]}"
	for name, c := range map[string]struct{ text, want string }{
		"an id of a built-in rule":        {"rules: [{id: notice.missed, subject: call, title: T., result: '\"pass\"'}]", `policy.yaml:2:14: key rules[0].id: expected a name such as own.slow-notice, found "notice.missed"`},
		"no result":                       {"rules:\n  - {id: own.a, subject: call, title: T.}", "policy.yaml:3:"},
		"no subject":                      {"rules: [{id: own.a, title: T., result: '\"pass\"'}]", "key rules[0].subject: expected one of call, session, obligation"},
		"no title":                        {"rules: [{id: own.a, subject: call, result: '\"pass\"'}]", "key rules[0].title: expected a sentence"},
		"an expression with a wrong name": {"rules:\n  - id: own.a\n    subject: call\n    title: T.\n    result: 'call.lenght > 1 ? \"fail\" : \"pass\"'", "policy.yaml:6:13: key rules[0].result: expected an expression: at line 1, column 5 of it: undefined field 'lenght'"},
		"a result that is no text":        {"rules: [{id: own.a, subject: call, title: T., result: call.teams}]", "expected a result of type string, found bool"},
		"another subject's variable":      {"rules: [{id: own.a, subject: call, title: T., applies: session.reported, result: '\"pass\"'}]", "undeclared reference to 'session'"},
		"a severity that is none":         {"rules: [{id: own.a, subject: call, severity: bad, title: T., result: '\"pass\"'}]", `expected one of info, low, medium, high, critical, found "bad"`},
		"two of one id":                   {"rules: [{id: own.a, subject: call, title: T., result: '\"pass\"'}, {id: own.a, subject: call, title: T., result: '\"pass\"'}]", `"own.a" is there twice`},

		"an exception without owner":  {"exceptions: [{id: e, reason: r, expires: 2026-12-31, scope: {rules: [notice.missed]}}]", "key exceptions[0].owner: expected who answers for the exception, found nothing"},
		"an exception without expiry": {"exceptions: [{id: e, owner: o, reason: r, scope: {rules: [notice.missed]}}]", "key exceptions[0].expires: expected a day such as 2026-12-31, found nothing"},
		"an exception without reason": {"exceptions: [{id: e, owner: o, expires: 2026-12-31, scope: {rules: [notice.missed]}}]", "key exceptions[0].reason"},
		"an exception without scope":  {"exceptions: [{id: e, owner: o, reason: r, expires: 2026-12-31}]", "key exceptions[0].scope: expected its rules"},
		"an owner without a name":     {"exceptions: [{id: e, owner: '', reason: r, expires: 2026-12-31, scope: {rules: [x]}}]", "key exceptions[0].owner: expected who answers for the exception, found an empty text"},
		"an expiry that is no day":    {"exceptions: [{id: e, owner: o, reason: r, expires: soon, scope: {rules: [x]}}]", `expected a day such as 2026-01-01, found "soon"`},
		"an unknown key":              {"exceptions: [{id: e" + rest + ", until: x}]", "key exceptions[0].until: expected one of id, owner, reason, ticket, expires, scope"},

		"a test that expects nothing":      {"tests: [{name: t, call: {}}]", "else it tests nothing"},
		"a test without a call":            {"tests: [{name: t, silent: [notice.missed]}]", "key tests[0].call: expected a call with its sessions"},
		"a session that is not there":      {"tests: [{name: t, call: {sessions: [{id: a}]}, finds: [notice.missed b]}]", `"notice.missed b" names no session`},
		"an interval that is none":         {"tests: [{name: t, call: {recorded: [3m-10s]}, silent: [notice.missed]}]", "expected an interval such as 10s-3m"},
		"intervals that touch":             {"tests: [{name: t, call: {recorded: [1s-2s, 2s-3s]}, silent: [notice.missed]}]", "expected intervals in order and apart"},
		"a session that ends too early":    {"tests: [{name: t, call: {sessions: [{id: a, joined: 5s, left: 1s}]}, silent: [x]}]", "expected an instant after joined"},
		"an event without instant":         {"tests: [{name: t, call: {sessions: [{id: a, shown: [{capture: recording}]}]}, silent: [x]}]", "expected at and capture"},
		"a stale time of nothing":          {"notice: {stale: 0s}", "expected a duration above 0s"},
		"a consent to something else":      {"consent: {required: [video]}", "expected one of recording, transcription"},
		"a tenant in two lists":            {"interop: {government_tenants: [a], commercial_tenants: [a]}", "stands in both lists"},
		"a clock skew that resolves to no": {"evidence: {clock_skew: 10ms}", "expected at least 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("policy.yaml", []byte("version: 1\n"+c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "policy.yaml:") {
				t.Errorf("got\n%v\nwithout %q", err, c.want)
			}
		})
	}
}

// TestExceptionCovers: a finding is covered where every part of the scope fits,
// and it began before the exception expired.
func TestExceptionCovers(t *testing.T) {
	p := parse(t, "version: 1\nexceptions: [{id: e, owner: o, reason: r, expires: 2026-03-03, scope: {rules: [notice.missed], app: care, raw_id: acs:A_B}}]")
	day := p.Exceptions()[0].Expires
	f := schema.Finding{Rule: "notice.missed", App: "care", RawID: p.Exceptions()[0].RawID, FirstAt: day.Add(-1)}
	if e, ok := p.Excepted(f); !ok || e.ID != "e" {
		t.Error("it is not covered")
	}
	for name, change := range map[string]func(*schema.Finding){
		"another rule": func(f *schema.Finding) { f.Rule = "notice.late" },
		"another app":  func(f *schema.Finding) { f.App = "desk" },
		"another user": func(f *schema.Finding) { f.RawID = "8:acs:c_d" },
		"later":        func(f *schema.Finding) { f.FirstAt = day },
	} {
		other := f
		change(&other)
		if _, ok := p.Excepted(other); ok {
			t.Errorf("%s is covered", name)
		}
	}
}
