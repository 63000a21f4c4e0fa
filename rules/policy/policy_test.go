package policy

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/schema"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Parse("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFullPolicy(t *testing.T) {
	p := parse(t, string(read(t, "full.yaml")))
	if want := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); !p.EffectiveFrom.Equal(want) {
		t.Errorf("effective from %v", p.EffectiveFrom)
	}
	care := p.App(schema.Session{App: "contoso-care"})
	n := p.Notice(care)
	if care.Tenant != "contoso" || !care.SendsReceipts || n.Deadline != 10*time.Second || n.Grace != 120*time.Second || n.Early != 2*time.Second || n.Clock != ClockEstimate {
		t.Errorf("contoso-care: %+v, %+v", care, n)
	}
	if !n.Obliges(schema.PathPSTN) || n.Obliges(schema.PathBot) || !n.Obliges(schema.PathUnknown) {
		t.Error("who is obligated is not what the file says")
	}
	if n.Accepts(schema.PathACSExternalUser, "toast") || !n.Accepts(schema.PathACSExternalUser, "dialog") || !n.Accepts(schema.PathACSTeamsUser, "toast") ||
		n.Accepts(schema.PathACSTeamsUser, "audio") || !n.Accepts(schema.PathPSTN, "audio") {
		t.Error("surfaces are not what the file says")
	}
	if !slices.Equal(n.Plays["recording-notice"], []string{"recording", "transcription"}) {
		t.Errorf("plays %v", n.Plays)
	}
	if p.Conflict(schema.BoundRoster, schema.BoundCallSummary) != 10*time.Second || p.Conflict(schema.BoundEventGrid, schema.BoundCallSummary) != 2*time.Second {
		t.Error("tolerances of conflicts are not what the file says")
	}
	if base := p.Base(); base.Deadline != 5*time.Second || base.Grace != time.Minute {
		t.Errorf("an override changed the base: %+v", base)
	}
	if silent := p.App(schema.Session{App: "silent"}); silent.SendsReceipts {
		t.Error("silent is expected to send receipts")
	}
	for _, raw := range []string{"8:acs:aa_bb", "8:acs:aa_cc"} {
		if got := p.App(schema.Session{RawID: raw, App: "other"}); got.ID != "contoso-care" {
			t.Errorf("user %s is of %q", raw, got.ID)
		}
	}
}

func TestNamesByLocale(t *testing.T) {
	n := parse(t, string(read(t, "full.yaml"))).Base()
	for _, c := range []struct {
		capture, locale, text string
		want                  bool
	}{
		{"recording", "en", "This call is being Recorded", true},
		{"recording", "en", "This call is being transcribed", false},
		{"transcription", "EN_us", "This call is being transcribed", true},
		{"recording", "de-AT", "Aufzeichnung läuft", true},
		{"recording", "de-AT", "Mitschrift läuft", false},
		{"transcription", "de-AT", "irgendetwas", true}, // no pattern for it
		{"recording", "fi", "rec", true},                // * holds for any other
		{"recording", "fi", "Aufzeichnung", false},
		{"recording", "de", "rec", true}, // what ships decides nothing
		{"recording", "", "nothing", false},
		{"recording", "en", "", true},
	} {
		if got := n.Names(c.capture, c.locale, c.text); got != c.want {
			t.Errorf("%s in %q: %q names it: %v", c.capture, c.locale, c.text, got)
		}
	}
}

// TestByteOrderMark: a mark that some editors put before the text is none of it.
func TestByteOrderMark(t *testing.T) {
	if p := parse(t, "\ufeffversion: 1\r\nnotice:\r\n  deadline: 7s\r\n"); p.Base().Deadline != 7*time.Second {
		t.Errorf("the deadline is %s", p.Base().Deadline)
	}
	if _, err := Parse("policy.yaml", []byte("\ufeffversions: 1")); err == nil || !strings.Contains(err.Error(), "policy.yaml:1:1: key versions:") {
		t.Errorf("got %v", err)
	}
}

func TestDefaults(t *testing.T) {
	p := parse(t, string(read(t, "least.yaml")))
	if !reflect.DeepEqual(p.Base(), Default().Base()) || p.Conflict("a", "b") != 2*time.Second || !p.EffectiveFrom.IsZero() {
		t.Error("a policy of version alone is not the default")
	}
	if a := p.App(schema.Session{App: "x"}); a.ID != "x" || !a.SendsReceipts {
		t.Errorf("an app that the policy does not know: %+v", a)
	}
	if a := Default().App(schema.Session{App: "x", RawID: "8:acs:a_b", Resource: "/r"}); a.ID != "x" {
		t.Errorf("the default policy's app: %+v", a)
	}
}

func TestAppByResource(t *testing.T) {
	const arm = "/subscriptions/s/resourcegroups/g/providers/microsoft.communication/communicationservices/acs-prod"
	p := parse(t, `version: 1
apps:
  - {id: one, tenant: t, resources: [ACS-Prod]}
  - {id: two, tenant: t, resources: ["`+strings.ToUpper(arm[1:])+`"]}
  - {id: three, users: ["8:acs:a_b"]}
`)
	for _, c := range []struct {
		session schema.Session
		want    string
	}{
		{schema.Session{Resource: arm, App: "one"}, "one t"},
		{schema.Session{Resource: arm, App: "two"}, "two t"},
		{schema.Session{Resource: arm, App: "other"}, "other t"}, // several share it: only the tenant is known
		{schema.Session{Resource: arm}, " t"},
		{schema.Session{Resource: arm, RawID: "8:acs:a_b", App: "one"}, "three "}, // users above resources
		{schema.Session{Resource: "/other", App: "two"}, "two t"},
		{schema.Session{}, " "},
	} {
		if got := p.App(c.session); got.ID+" "+got.Tenant != c.want {
			t.Errorf("%+v: got %q of %q, want %q", c.session, got.ID, got.Tenant, c.want)
		}
	}
}

// TestProblems wants each mistake named with its place, key and what was
// expected, and several at once.
func TestProblems(t *testing.T) {
	cases := map[string]struct {
		text string
		want []string
	}{
		"no version":                {"notice: {}", []string{"policy.yaml:1:1: key version: expected 1 (the format of this file), found nothing"}},
		"empty":                     {"", []string{`policy.yaml:1:1: key version: expected 1 (the format of this file), found nothing; begin the file with "version: 1"`}},
		"another version":           {"version: 2", []string{`policy.yaml:1:10: key version: expected 1 (the format of this file), found "2"`}},
		"unknown key":               {"version: 1\nnotices: {}", []string{"policy.yaml:2:1: key notices: expected one of version, effective_from, notice, consent, interop, evidence, names, brand, apps, tenants, rules, exceptions, tests"}},
		"unknown key below":         {"version: 1\nnotice:\n  dead: 5s", []string{"policy.yaml:3:3: key notice.dead: expected one of deadline, early"}},
		"a number for a duration":   {"version: 1\nnotice:\n  deadline: 5", []string{`policy.yaml:3:13: key notice.deadline: expected a duration such as 5s or 1m30s, found "5"`}},
		"a negative duration":       {"version: 1\nnotice: {grace: -5s}", []string{`key notice.grace: expected a duration such as 5s or 1m30s between 0s and a year, found "-5s"`}},
		"less than a millisecond":   {"version: 1\nnotice: {grace: 5us}", []string{`key notice.grace: expected whole milliseconds`}},
		"a list for a duration":     {"version: 1\nnotice: {grace: [5s]}", []string{`key notice.grace: expected a duration such as 5s or 1m30s, found a list`}},
		"not a day":                 {"version: 1\neffective_from: soon", []string{`policy.yaml:2:17: key effective_from: expected a day such as 2026-01-01, found "soon"`}},
		"not a join path":           {"version: 1\nnotice: {obligated: [pstn, everyone]}", []string{`policy.yaml:2:28: key notice.obligated[1]: expected one of acs_app:external_user`}},
		"not a join path as a key":  {"version: 1\nnotice: {exempt: {all: x}}", []string{`key notice.exempt.all: expected a join path`}},
		"unknown can't be exempt":   {"version: 1\nnotice: {exempt: {unknown: x}}", []string{`key notice.exempt.unknown: expected any path but this one`}},
		"an exemption needs reason": {"version: 1\nnotice: {exempt: {bot: ''}}", []string{`key notice.exempt.bot: expected the reason for not telling this join path, found an empty text`}},
		"quiet below the top":       {"version: 1\napps: [{id: a, notice: {quiet: 1h}}]", []string{`key apps[0].notice.quiet: expected only in the file's own notice`}},
		"an app without id":         {"version: 1\napps: [{tenant: t}]", []string{`key apps[0].id: expected the app's name, found nothing`}},
		"an app twice":              {"version: 1\napps: [{id: a}, {id: a}]", []string{`policy.yaml:2:17: key apps[1].id: "a" is there twice`}},
		"a tenant twice":            {"version: 1\ntenants: [{id: a}, {id: a}]", []string{`key tenants[1].id: "a" is there twice`}},
		"a tenant not declared":     {"version: 1\napps: [{id: a, tenant: contsoo}]\ntenants: [{id: contoso}, {id: fabrikam}]", []string{`policy.yaml:2:24: key apps[0].tenant: expected a tenant of the list tenants (contoso, fabrikam), found "contsoo"; mend the name or add it there`}},
		"receipts of another word":  {"version: 1\napps: [{id: a, receipts: maybe}]", []string{`key apps[0].receipts: expected one of expected, none, found "maybe"`}},
		"a pattern that is none":    {"version: 1\nnotice: {texts: {en: {recording: ['(']}}}", []string{`key notice.texts.en.recording[0]: expected a regular expression, found "("`}},
		"a pattern for everything":  {"version: 1\nnotice: {texts: {en: {recording: ['.*']}}}", []string{`expected a regular expression that does not match everything`}},
		"a capture that is none":    {"version: 1\nnotice: {texts: {en: {video: [x]}}}", []string{`key notice.texts.en.video: expected one of recording, transcription`}},
		"a play of no capture":      {"version: 1\nnotice: {plays: {a: [video]}}", []string{`key notice.plays.a[0]: expected one of recording, transcription, found "video"`}},
		"too small a tolerance":     {"version: 1\nevidence: {conflict: 10ms}", []string{`key evidence.conflict: expected at least 1s`}},
		"a pair of one":             {"version: 1\nevidence: {pairs: [{sources: [roster], conflict: 5s}]}", []string{`key evidence.pairs[0].sources: expected two different sources`}},
		"a pair without tolerance":  {"version: 1\nevidence: {pairs: [{sources: [roster, event_grid]}]}", []string{`key evidence.pairs[0].conflict: expected a duration`}},
		"not YAML":                  {"version: 1\nnotice: [", []string{"policy.yaml:2:", "not readable as YAML"}},
		"a key twice":               {"version: 1\nversion: 1", []string{"policy.yaml:2:1"}},
		"two documents":             {"version: 1\n---\nversion: 1", []string{"policy.yaml:3:", "expected one YAML document, found a second"}},
		"an alias":                  {"version: 1\nnotice: &a {}\ntenants: *a", []string{"an anchor, alias or tag, which a policy does not use"}},
		"a text, not keys":          {"hello", []string{`policy.yaml:1:1: key (the file): expected keys and values, found "hello"`}},
		"too deep":                  {"version: 1\nnotice: " + strings.Repeat("[", 100), []string{"expected at most 64 levels"}},
		"several at once": {"version: 3\nnotice: {deadline: soon, early: 1}\napps: [{id: a, receipts: x}]\n", []string{
			"policy.yaml:1:10: key version", "policy.yaml:2:20: key notice.deadline", "policy.yaml:2:33: key notice.early", "policy.yaml:3:26: key apps[0].receipts"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("policy.yaml", []byte(c.text))
			if _, is := errors.AsType[Problems](err); !is {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwithout %q", err, want)
				}
			}
		})
	}
}

// TestPublishedSchema wants the schema to take every example, and to refuse
// mistakes that editors can show.
func TestPublishedSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	published, err := c.Compile("policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(data []byte) error {
		asJSON, err := yaml.YAMLToJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			t.Fatal(err)
		}
		return published.Validate(v)
	}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, f := range files {
		data := read(t, filepath.Base(f))
		if _, err := Parse(f, data); err != nil {
			t.Errorf("%s does not parse: %v", f, err)
		}
		if err := validate(data); err != nil {
			t.Errorf("%s does not fit the schema: %v", f, err)
		}
	}
	for _, bad := range []string{"notice: {}", "version: 2", "version: 1\nnotice: {deadline: 5}", "version: 1\napps: [{tenant: t}]",
		"version: 1\nnotice: {exempt: {unknown: x}}", "version: 1\napps: [{id: a, notice: {quiet: 1h}}]", "version: 1\nnotice: {clock: best}",
		"version: 1\nevidence: {pairs: [{sources: [roster], conflict: 5s}]}", "version: 1\nrule: []", "version: 1\nnames: {namesakes: perhaps}",
		"version: 1\nnames: {impersonators: [bot]}", "version: 1\nnames: {protected: [{kind: desk}]}", "version: 1\nnames: {label: [x]}",
		"version: 1\nexceptions: [{id: e, reason: r, expires: 2026-12-31, scope: {rules: [x]}}]", "version: 1\nexceptions: [{id: e, owner: o, reason: r, scope: {rules: [x]}}]",
		"version: 1\nexceptions: [{id: e, owner: o, reason: r, expires: 2026-12-31, scope: {app: a}}]", "version: 1\nrules: [{id: notice.x, subject: call, title: T., result: '\"pass\"'}]",
		"version: 1\nrules: [{id: own.x, subject: app, title: T., result: '\"pass\"'}]", "version: 1\nrules: [{id: own.x, subject: call, result: '\"pass\"'}]",
		"version: 1\ntests: [{name: t, call: {}}]", "version: 1\ntests: [{name: t, silent: [x]}]", "version: 1\nnotice: {stale: 5}", "version: 1\nconsent: {required: [video]}",
		"version: 1\ntests: [{name: t, silent: [x], call: {sessions: [{id: a, shown: [{capture: recording}]}]}}]",
		"version: 1\ntests: [{name: t, silent: [x], call: {}, listing: {appName: A}}]", "version: 1\ntests: [{name: t, silent: [x], listing: {}}]",
		"version: 1\ntests: [{name: t, silent: [x], listing: {appName: A, texts: [{kind: description}]}}]", "version: 1\ntests: [{name: t, silent: [x], listing: {assets: []}}]",
		"version: 1\ntests: [{name: t, silent: [x], call: {sessions: [{id: a, name: A}]}}]"} {
		if validate([]byte(bad)) == nil {
			t.Errorf("the schema takes %q", bad)
		}
		if _, err := Parse("p", []byte(bad)); err == nil {
			t.Errorf("Parse takes %q", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{"version: 1\nnotice: {deadline: 5}", "? a\n: b", "&a [*a]", "<<: {}", "- - -", "version: |\n  1\n", "apps: [null]", "version: !!int 1", "{:}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("f", data)
		if (p == nil) == (err == nil) {
			t.Fatalf("policy %v, error %v", p, err)
		}
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "f:") && !strings.Contains(err.Error(), "f:") {
					t.Fatalf("a problem without its file: %q", err)
				}
			}
			return
		}
		s := schema.Session{App: "a", RawID: "8:acs:a_b", Resource: "/r/x"}
		n := p.Notice(p.App(s))
		n.Names("recording", "en-US", "text")
		if n.Deadline < 0 || n.Early < 0 || n.Grace < 0 {
			t.Fatalf("negative terms %+v", n)
		}
	})
}
