package brand

import (
	"strings"
	"testing"
	"time"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// today is an instant for which listings are judged.
var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// proven is an occasion at which the app is known to have called with Teams.
var proven = Occasion{At: today, Interop: Interop{Looked: true, Calls: 1, Last: today, CallID: "c"}}

func newBook(t testing.TB, p *policy.Policy) *Book {
	t.Helper()
	b, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func failed(checks []Check) string {
	var out []string
	for _, c := range checks {
		if c.Verdict == rule.Fail {
			out = append(out, c.Rule+": "+c.Seen)
		}
	}
	return strings.Join(out, "; ")
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newBook(b, policy.Default())
	}
}

func verdicts(checks []Check, id string) string {
	var out []string
	for _, c := range checks {
		if c.Rule == id {
			out = append(out, c.Field.String()+" "+string(c.Verdict))
		}
	}
	return strings.Join(out, ", ")
}

func parse(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("policy.yaml", []byte("version: 1\nbrand:\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func described(text string) schema.Listing {
	return schema.Listing{AppID: "care", AppName: "Care Line", CompanyName: "Northwind", Texts: []schema.ListingText{{Kind: "description", Locale: "en", Text: text}}}
}

// TestUnique: what reads like another company's name is found, and no other name.
func TestUnique(t *testing.T) {
	book := newBook(t, parse(t, `  others:
    - {company: Adatum Corporation, names: [Adatum Ledger, Meet], developers: [Ledger Works GmbH]}
    - {company: Northwind, names: [Care Line]}
`))
	for name, want := range map[string]bool{
		"Adatum Ledger": true, "ADATUM-LEDGER": true, "Adatum  Ledger Ltd.": true, "Аdаtum Lеdger": true, "Adatúm Ledger": true, "Adaturn Ledger": true, "Ad4tum L3dger": true,
		"Ledger Adatum": true, "Adatum Ledgers": true, "Adatum Legder": true, "Adatum Ledger Pro": true, "Ledger Works": true, "Adatum": true, "meet": true, "M e e t": true,
		"Adventure Ledger": false, "Meeting": false, "Meets": false, "Ledger": false, "Works": false, "Care Line": false, "Adatum Ledger2 Cloudless": false, "Tafelrunde": false, "株式会社": false, "": false,
	} {
		checks := book.Judge(schema.Listing{AppName: name, CompanyName: "Northwind"}, proven)
		if got := strings.Contains(verdicts(checks, RuleUnique), "appName fail"); got != want {
			t.Errorf("%q is another's: %v, want %v", name, got, want)
		}
	}
	versions := newBook(t, parse(t, "  others: [{company: Other, names: [Visits 12]}]\n"))
	if got := verdicts(versions.Judge(schema.Listing{AppName: "Visits 13"}, proven), RuleUnique); got != "appName pass" {
		t.Errorf("another version: %s", got)
	}
	if got := verdicts(newBook(t, policy.Default()).Judge(schema.Listing{AppName: "x"}, proven), RuleUnique); got != "appName not_applicable" {
		t.Errorf("without a list of others: %s", got)
	}
}

// TestGrants: what the officer vouches for counts, within its dates and scope and
// for its app; what the listing says does not.
func TestGrants(t *testing.T) {
	book := newBook(t, parse(t, `  certifications:
    - {id: m365, app: care, names: [Microsoft 365 Certified, Certified for Microsoft Teams], from: 2026-01-01, until: 2026-06-30}
  licences:
    - {id: marks, app: desk, names: [Wordmark licence 7], from: 2026-01-01, until: 2026-12-31, scope: [claim, name, statement]}
`))
	at := func(day string) Occasion {
		v, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return Occasion{At: v, Interop: proven.Interop}
	}
	certified := described("Certified for Microsoft Teams.")
	certified.Certification, certified.Licences = "microsoft 365  certified", []string{"MIT", "Wordmark licence 7", "Microsoft logo licence"}
	desk := schema.Listing{AppID: "desk", AppName: "Desk for Microsoft Teams", Licences: []string{"Wordmark licence 7"}, Texts: []schema.ListingText{{Kind: "tagline", Text: "The Microsoft Teams desk"}}}
	for name, c := range map[string]struct {
		listing schema.Listing
		day     string
		want    string // what fails
	}{
		"within its dates":  {certified, "2026-06-30", "brand.certification: Microsoft logo licence"},
		"before":            {certified, "2025-12-31", "brand.statement: Certified for Microsoft Teams.; brand.certification: Certified for Microsoft Teams.; brand.certification: microsoft 365 certified; brand.certification: Microsoft logo licence"},
		"after":             {certified, "2026-07-01", "brand.statement: Certified for Microsoft Teams.; brand.certification: Certified for Microsoft Teams.; brand.certification: microsoft 365 certified; brand.certification: Microsoft logo licence"},
		"licensed":          {desk, "2026-03-01", ""},
		"no longer":         {desk, "2027-01-01", "brand.name: Desk for Microsoft Teams; brand.statement: The Microsoft Teams desk"},
		"another app's":     {schema.Listing{AppID: "other", AppName: "Other", Certification: "Microsoft 365 Certified"}, "2026-03-01", "brand.certification: Microsoft 365 Certified"},
		"says it of itself": {schema.Listing{AppID: "care", AppName: "Care", Texts: []schema.ListingText{{Kind: "description", Text: "Verified by Microsoft, Microsoft 365 Certified."}}}, "2026-03-01", "brand.statement"},
	} {
		got := failed(book.Judge(c.listing, at(c.day)))
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for _, c := range book.Judge(certified, at("2026-07-01")) {
		if c.Field.Name == FieldCertification && (c.Since.Format(time.DateOnly) != "2026-07-01" || !strings.Contains(c.Expected, "m365 ended on 2026-06-30")) {
			t.Errorf("%+v", c)
		}
	}
}

// TestTruth: a statement of compatibility is no evidence without a call, and a
// kind of text that is no description may not have it.
func TestTruth(t *testing.T) {
	book := newBook(t, policy.Default())
	const statement = "Northwind Care Line integrated with Microsoft Teams"
	for name, c := range map[string]struct {
		kind string
		in   Interop
		want string
	}{
		"shown by a call":  {"description", Interop{Looked: true, Calls: 3}, "pass"},
		"no call":          {"description", Interop{Looked: true}, "no_evidence"},
		"nobody looked":    {"description", Interop{}, "no_evidence"},
		"no description":   {"tagline", Interop{Looked: true, Calls: 3}, "fail"},
		"full description": {"full_description", Interop{Looked: true, Calls: 3}, "pass"},
		"another spelling": {"longDescription", Interop{Looked: true, Calls: 3}, "pass"},
	} {
		l := described(statement)
		l.Texts[0].Kind = c.kind
		if got := verdicts(book.Judge(l, Occasion{At: today, Interop: c.in}), RuleStatement); !strings.HasSuffix(got, " "+c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestPolicyExtends: the policy's languages, patterns and words count.
func TestPolicyExtends(t *testing.T) {
	book := newBook(t, parse(t, `  wordmarks: [Contoso Cloud, {text: Orbit, ordinary: true}]
  owners: [Contoso]
  languages: [en]
  statements: {patterns: {en: ['{app} pairs nicely with {mark}']}, attribution: forbidden, kinds: [summary]}
  claims: {endorsement: {en: ['approuvé à {mark}']}, certification: {en: ['{mark} grade']}}
  ordinary: {en: ['in {mark} around']}
`))
	for text, want := range map[string]string{
		"Care Line pairs nicely with Contoso Cloud":   "",
		"Care Line integrated with Contoso Cloud":     "",
		"Care Line integriert mit Contoso Cloud":      RuleStatement, // not among the languages
		"Approuve a Contoso":                          RuleEndorsement,
		"Contoso Cloud grade":                         RuleCertification,
		"We met Contoso at a fair.":                   "", // an owner's name is no wordmark
		"Contoso Cloud is a trademark of Contoso.":    RuleStatement,
		"Satellites in Orbit around the earth":        "",
		"The best of Orbit":                           RuleStatement,
		"Microsoft Teams is not this policy's matter": "",
	} {
		l := described(text)
		l.Texts[0].Kind = "summary"
		got := failed(book.Judge(l, proven))
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestLongText: of a text that is too long nothing passes that was not looked at.
func TestLongText(t *testing.T) {
	book := newBook(t, policy.Default())
	long := strings.Repeat("Meet your advisers, please ", MaxText/20)
	if got := verdicts(book.Judge(described(long), proven), RuleStatement); got != "description (en) no_evidence" {
		t.Errorf("a long text: %s", got)
	}
	// A text of nothing but marks: what is found first is enough.
	if got := verdicts(book.Judge(described(strings.Repeat("not with Microsoft, Care Line, ", MaxText/32)), proven), RuleStatement); got != "description (en) fail" {
		t.Errorf("a text of marks: %s", got)
	}
}

// TestOutcome: findings name app, part and event, and are the same whatever else
// the listing has.
func TestOutcome(t *testing.T) {
	p := parse(t, "  window: 30d\napps: [{id: care, tenant: contoso}]\n")
	book := newBook(t, p)
	v := Version{Listing: described("Sponsored by Microsoft"), Event: "e1", At: today}
	ids := func(v Version) []string {
		var out []string
		for _, f := range Outcome(v, book.Judge(v.Listing, proven), p).Findings {
			if f.App != "care" || f.Tenant != "contoso" || f.Subject != "listing care: description (en)" || f.Evidence[0] != "e1" || !f.FirstAt.Equal(today) ||
				!strings.Contains(f.Message, `seen "Sponsored by Microsoft", expected `) {
				t.Errorf("%+v", f)
			}
			out = append(out, f.ID)
		}
		return out
	}
	first := ids(v)
	v.Listing.Texts = append([]schema.ListingText{{Kind: "tagline", Text: "Fine."}}, v.Listing.Texts...)
	if second := ids(v); len(first) != 2 || strings.Join(first, " ") != strings.Join(second, " ") {
		t.Errorf("%v and %v", first, second)
	}
	versions := []Version{{Listing: schema.Listing{AppID: "a"}, Event: "1", At: today}, {Listing: schema.Listing{AppID: "a"}, Event: "2", At: today}, {Listing: schema.Listing{AppID: "b"}, Event: "3"},
		{Listing: schema.Listing{AppID: "a"}, Event: "9", At: today.Add(-time.Hour)}}
	var shelf Shelf
	for _, v := range versions {
		shelf.Put(v)
	}
	if got := shelf.All(); len(got) != 2 || got[0].Event != "2" || got[1].Event != "3" {
		t.Errorf("the latest are %+v", got)
	}
}

func FuzzJudge(f *testing.F) {
	book := newBook(f, policy.Default())
	f.Add("Care Line", "Care Line integrated with Microsoft Teams", "en")
	f.Add("", "T\u200beams; \xff", "zz")
	f.Fuzz(func(t *testing.T, name, text, locale string) {
		l := schema.Listing{AppID: "a", AppName: name, CompanyName: text, Certification: text, Texts: []schema.ListingText{{Kind: "description", Locale: locale, Text: text}}}
		for _, c := range book.Judge(l, proven) {
			if c.From < 0 || c.To < c.From || c.Verdict == rule.Fail && (c.Seen == "" || c.Expected == "") {
				t.Fatalf("%+v", c)
			}
		}
	})
}
