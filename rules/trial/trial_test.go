package trial

import (
	"os"
	"strings"
	"testing"
	"time"

	"rollcall/rules/catalogue"
	"rollcall/rules/exceptions"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

func parse(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("policy.yaml", []byte("version: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func judge(t *testing.T, p *policy.Policy) rule.Outcome {
	t.Helper()
	out, err := Judge(p.Trials()[0], p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestExample runs the tests of the example that has every key.
func TestExample(t *testing.T) {
	data, err := os.ReadFile("../policy/testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse("full.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Run(p) {
		t.Error(f)
	}
	if len(p.Trials()) < 2 {
		t.Error("the example has no tests")
	}
}

const untold = `
tests:
  - name: nobody is told
    call: {recorded: [10s-3m], sessions: [{id: alice, raw_id: "8:acs:a_b", app: care}]}
`

// breaks is a rule that fails when it is run.
const breaks = "\nrules: [{id: own.x, subject: session, title: X., result: '[\"pass\"][1]'}]"

func TestFailuresAreTold(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"holds":                   {untold + "    finds: [notice.missed alice]\n    silent: [notice.late, own.x]\nrules: [{id: own.x, subject: call, title: X., result: '\"pass\"'}]", ""},
		"is not found":            {untold + "    finds: [notice.late]", `policy.yaml:4:5: test "nobody is told": expected notice.late, which is not found; found notice.missed alice`},
		"is not silent":           {untold + "    silent: [notice.missed]", "notice.missed is not silent: No notice of recording was reported to 8:acs:a_b"},
		"a rule that nobody has":  {untold + "    silent: [notice.mised]", "there is no rule notice.mised"},
		"an own rule that no one": {untold + "    finds: [own.y]", "there is no rule own.y"},
		"a rule that can't judge": {untold + "    finds: [own.x alice]" + breaks, "expected own.x alice, which is not found; found notice.missed alice, own.x alice no_evidence"},
		"what is not known":       {untold + "    finds: [own.x alice no_evidence, notice.missed alice fail]" + breaks, ""},
	} {
		t.Run(name, func(t *testing.T) {
			failures := Run(parse(t, c.text))
			if c.want == "" && len(failures) > 0 || c.want != "" && (len(failures) != 1 || !strings.Contains(failures[0].String(), c.want)) {
				t.Errorf("got %v, want %q", failures, c.want)
			}
		})
	}
}

// TestOwnRules: own rules judge calls, sessions and obligations; one that fails
// when it is run fails alone.
func TestOwnRules(t *testing.T) {
	p := parse(t, untold+`    silent: [own.a]
rules:
  - {id: own.a, subject: call, title: Too many., result: 'size(call.sessions) > 1 ? "fail" : "pass"'}
  - {id: own.b, subject: session, severity: low, title: B., result: 'session.raw_id == "8:acs:a_b" ? "fail" : "pass"', message: '"App " + session.app'}
  - {id: own.c, subject: obligation, title: C., applies: 'obligation.capture == "transcription"', result: '"fail"'}
  - {id: own.d, subject: obligation, title: D., result: 'obligation.delay_ms / (obligation.ordinal - 1) > 0 ? "fail" : "pass"'}
  - {id: own.e, subject: session, title: E., result: '"perhaps"'}
  - {id: own.f, subject: obligation, severity: critical, title: F has no message., result: '"fail"'}
`)
	out := judge(t, p)
	for id, want := range map[string]rule.Population{
		"own.a": {Population: 1, Pass: 1}, "own.b": {Population: 1, Fail: 1}, "own.c": {Population: 1, NotApplicable: 1},
		"own.d": {Population: 1, NoEvidence: 1}, "own.e": {Population: 1, NoEvidence: 1}, "own.f": {Population: 1, Fail: 1},
		"notice.missed": {Population: 1, Fail: 1},
	} {
		if got := out.Checks[id]; got != want {
			t.Errorf("%s judged %+v, want %+v", id, got, want)
		}
	}
	got := map[string]schema.Finding{}
	for _, f := range out.Findings {
		got[f.Rule] = f
	}
	if f := got["own.b"]; f.Message != "App care" || f.Severity != schema.SeverityLow || f.Subject != "alice" || f.CallID != "test" {
		t.Errorf("%+v", f)
	}
	if f := got["own.d"]; f.Result != "no_evidence" || !strings.Contains(f.Message, "division by zero") {
		t.Errorf("%+v", f)
	}
	if f := got["own.e"]; f.Result != "no_evidence" || !strings.Contains(f.Message, "perhaps") {
		t.Errorf("%+v", f)
	}
	if f := got["own.f"]; f.Message != "F has no message." || f.Capture != "recording" || f.Severity != schema.SeverityCritical {
		t.Errorf("%+v", f)
	}
}

// TestExceptions: what is covered is suppressed and told apart; what is expired
// or covers nothing is reported.
func TestExceptions(t *testing.T) {
	p := parse(t, untold+`    finds: [notice.missed]
exceptions:
  - {id: pilot, owner: jane, reason: No banner yet., ticket: OPS-1, expires: 2026-02-01, scope: {rules: [notice.missed], app: care}}
  - {id: other, owner: joe, reason: Another app., expires: 2027-01-01, scope: {rules: [notice.missed], app: desk}}
  - {id: past, owner: joe, reason: Long ago., expires: 2025-12-31, scope: {rules: [notice.missed]}}
`)
	out := judge(t, p)
	var covered []schema.Finding
	for _, f := range out.Findings {
		if f.Rule == "notice.missed" {
			covered = append(covered, f)
			if f.Status != rule.StatusSuppressed || !strings.Contains(f.Message, "Excepted by jane until 2026-02-01T00:00:00.000Z (pilot, OPS-1): No banner yet.") {
				t.Errorf("%+v", f)
			}
		}
	}
	since := func(day string) (first []string) {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		in := parse(t, "effective_from: 2026-01-05"+untold+"    finds: [notice.missed]\nexceptions: [{id: other, owner: joe, reason: Another app., expires: 2027-01-01, scope: {rules: [notice.missed], app: desk}}]")
		for _, f := range catalogue.Exceptions(covered, catalogue.Input{Policy: in, Now: now}).Findings {
			first = append(first, f.FirstAt.Format(time.DateOnly))
		}
		return first
	}
	if a, b := since("2026-01-15"), since("2026-01-16"); strings.Join(a, " ") != "2026-01-05" || strings.Join(b, " ") != "2026-01-05" {
		t.Errorf("an exception is unused from %v, and a day later from %v", a, b)
	}
	at := func(day string) []string {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range catalogue.Exceptions(covered, catalogue.Input{Policy: p, Now: now}).Findings {
			got = append(got, f.Rule+" "+f.Subject)
		}
		return got
	}
	want := exceptions.RuleUnused + " exception other," + exceptions.RuleExpired + " exception past"
	if got := at("2026-01-15"); strings.Join(got, ",") != want {
		t.Errorf("got %q", got)
	}
	if got := at("2026-02-01"); len(got) != 3 || got[0] != exceptions.RuleExpired+" exception pilot" {
		t.Errorf("got %q", got)
	}
}

// TestLoad: a policy that is not what its officer meant does not judge.
func TestLoad(t *testing.T) {
	for text, want := range map[string]string{
		"version: 1" + untold + "    finds: [notice.missed]":  "",
		"version: 1" + untold + "    silent: [notice.missed]": `p.yaml:3:5: test "nobody is told": notice.missed is not silent`,
		"version: 2": "key version",
		"version: 1\nexceptions: [{id: e, owner: o, reason: r, expires: 2027-01-01, scope: {rules: [notice.mised]}}]": "there is no rule notice.mised",
	} {
		p, err := Load("p.yaml", []byte(text))
		if (p == nil) != (want != "") || want != "" && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
}
