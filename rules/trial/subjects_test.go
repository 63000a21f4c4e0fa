package trial

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rollcall/rules/policy"
)

// TestSubjects: a test can be about whatever a rule judges, both ways, and what
// does not hold is told.
func TestSubjects(t *testing.T) {
	const terms = `
names: {protected: [Satya Nadella]}
brand:
  certifications: [{id: m365, app: care, names: [Microsoft 365 Certified], from: 2026-01-01, until: 2026-06-30, scope: [claim]}]
  others: [{company: Adatum, names: [Adatum Ledger]}]
`
	const listing = "\n    listing: {appId: care, appName: Care Line, companyName: Northwind, "
	const call = `
    call:
      recorded: [10s-3m]
      sessions:
        - {id: jane, path: teams_client:teams_user, raw_id: "8:orgid:aaaaaaaa-0000-4000-8000-000000000001", name: Jane Doe, directory_name: Jane Doe}
        - {id: eve, raw_id: "8:acs:a_b", name: `
	const five = `
    call:
      recorded: [10s-3m]
      sessions:
        - {id: a, app: care, app_version: "2", left: 5m, signalled: [{at: 11s, capture: recording}]}
        - {id: b, app: care, app_version: "2", left: 5m, signalled: [{at: 11s, capture: recording}]}
        - {id: c, app: care, app_version: "2", left: 5m, signalled: [{at: 11s, capture: recording}]}
        - {id: d, app: care, app_version: "2", left: 5m, signalled: [{at: 11s, capture: recording}]}
`
	cases := map[string]struct{ text, want string }{
		"a truthful statement":          {listing + "texts: [{locale: en, text: Northwind Care Line integrated with Microsoft Teams}]}\n    silent: [brand.statement, brand.name]", ""},
		"without a call with Teams":     {listing + "texts: [{text: Northwind Care Line integrated with Microsoft Teams}], with_teams: false}\n    finds: [brand.statement description no_evidence]", ""},
		"a mark in a name":              {listing + "developerName: Northwind Teams}\n    finds: [brand.name developerName]\n    silent: [brand.statement]", ""},
		"not that name":                 {listing + "developerName: Northwind Teams}\n    finds: [brand.name appName]", "expected brand.name appName, which is not found; found brand.name developerName"},
		"a text in one of two locales":  {listing + "texts: [{locale: en, text: We count.}, {locale: de, text: Wie Microsoft Teams}]}\n    finds: [brand.statement description (de), brand.statement description]", ""},
		"not in the other locale":       {listing + "texts: [{locale: en, text: We count.}, {locale: de, text: Wie Microsoft Teams}]}\n    finds: [brand.statement description (en)]", "expected brand.statement description (en), which is not found"},
		"not silent":                    {listing + "texts: [{text: Like Microsoft Teams}]}\n    silent: [brand.statement]", "brand.statement is not silent: The description of the listing of care"},
		"endorsement and another's":     {"\n    listing: {appId: care, appName: Adatum Ledger, texts: [{text: Sponsored by Microsoft}]}\n    finds: [brand.endorsement description, brand.not-unique appName]", ""},
		"a certification that holds":    {"\n    start: 2026-03-01" + listing + "certification: Microsoft 365 Certified}\n    silent: [brand.certification]", ""},
		"a certification that is over":  {"\n    start: 2026-07-02" + listing + "certification: Microsoft 365 Certified}\n    finds: [brand.certification certification]", ""},
		"a name that looks like Jane's": {call + "J\u0430ne Doe}\n    finds: [name.impersonation eve]\n    silent: [name.directory-mismatch, name.missing]", ""},
		"a protected name":              {call + "Satya Nadella}\n    finds: [name.impersonation eve]", ""},
		"a name of her own":             {call + "Eve Adams}\n    silent: [name.impersonation, name.missing, name.brand, name.unsafe, name.external-label, name.directory-mismatch]", ""},
		"no name at all":                {call + "''}\n    finds: [name.missing eve]", ""},
		"another than the directory's":  {strings.Replace(call, "name: Jane Doe,", "name: Janet Doe,", 1) + "Eve}\n    finds: [name.directory-mismatch jane]", ""},
		"four sessions break no app":    {five + "    silent: [notice.app-broken, evidence.silent-app]", ""},
		"five do": {five + `        - {id: e, app: care, app_version: "2", left: 5m, signalled: [{at: 11s, capture: recording}]}
    finds: [notice.app-broken care]
    silent: [evidence.silent-app]`, ""},
	}
	text := terms + "tests:\n"
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		text += "  - name: " + strconv.Quote(name) + strings.TrimRight(cases[name].text, "\n") + "\n"
	}
	failed := map[string]string{} // of one run: a policy is prepared once for all its tests
	for _, f := range Run(parse(t, text)) {
		failed[f.Name] = f.String()
	}
	for name, c := range cases {
		if got := failed[name]; c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestSubjectsThatAreNone: what a test's subject lacks is named with its place.
func TestSubjectsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"{name: t, silent: [x], listing: {}}":                                                   "p.yaml:2:41: key tests[0].listing: expected what the listing says",
		"{name: t, silent: [x], listing: {appNames: A}}":                                        "key tests[0].listing.appNames: expected one of appId, appName",
		"{name: t, silent: [x], listing: {texts: [{kind: description}]}}":                       "key tests[0].listing.texts[0].text: expected a text of the listing, found nothing",
		"{name: t, silent: [x], listing: {appName: A}, call: {}}":                               "key tests[0].listing: expected a call or a listing, found both",
		"{name: t, silent: [x]}":                                                                "key tests[0].call: expected a call with its sessions, or a listing, found nothing",
		"{name: t, finds: [brand.name tagline], listing: {appName: A}}":                         `key tests[0].finds: "brand.name tagline" names no part of the test's listing`,
		"{name: t, finds: [notice.missed bob], call: {sessions: [{id: alice}]}}":                `key tests[0].finds: "notice.missed bob" names no session or app of the test's call`,
		"{name: t, silent: [x], call: {sessions: [{id: alice, name: Alice}]}}":                  "key tests[0].call.sessions[0].raw_id: expected a raw id such as 8:acs:… with the name",
		"{name: t, silent: [x], call: {sessions: [{id: a, raw_id: '8:acs:a', name: [Alice]}]}}": "key tests[0].call.sessions[0].name: expected the name that the others see, found a list",
	} {
		_, err := policy.Parse("p.yaml", []byte("version: 1\ntests: ["+text+"]"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
