package policy

import (
	"strings"
	"testing"
	"time"
)

func TestBrand(t *testing.T) {
	b := parse(t, string(read(t, "full.yaml"))).Brand()
	if len(b.Wordmarks) != 3 || !b.Wordmarks[2].Ordinary || b.Window != 30*24*time.Hour || b.Attribution || *b.Threshold != 10 {
		t.Errorf("%+v", b)
	}
	if len(b.Others) != 1 || b.Others[0].Developers[0] != "Adatum Software" || len(b.Statements["en"]) != 1 || len(b.Endorsement) != 2 {
		t.Errorf("%+v", b)
	}
	at := func(day string) time.Time {
		v, err := time.Parse(time.DateTime, day)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	certification, licence := b.Grants[0], b.Grants[1]
	for _, c := range []struct {
		got, want bool
	}{
		{certification.Holds("contoso-care", GrantClaim, at("2026-01-01 00:00:00")), true},
		{certification.Holds("contoso-care", GrantClaim, at("2026-12-31 23:59:59")), true}, // its last day
		{certification.Holds("contoso-care", GrantClaim, at("2027-01-01 00:00:00")), false},
		{certification.Holds("contoso-care", GrantClaim, at("2025-12-31 23:59:59")), false},
		{certification.Holds("other", GrantClaim, at("2026-02-01 00:00:00")), false},
		{certification.Holds("contoso-care", GrantName, at("2026-02-01 00:00:00")), false},
		{licence.Holds("contoso-care", GrantName, at("2026-02-01 00:00:00")), true},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if d := Default().Brand(); len(d.Wordmarks) == 0 || len(d.Languages) != 10 || !d.Attribution {
		t.Errorf("the default is %+v", d)
	}
}

// TestBrandProblems: each mistake with its place, key and what was expected.
func TestBrandProblems(t *testing.T) {
	for text, want := range map[string]string{
		"brand: {marks: []}":           "p:2:9: key brand.marks: expected one of wordmarks, owners",
		"brand: {wordmarks: [x]}":      "p:2:21: key brand.wordmarks[0]: expected a wordmark of at least two letters",
		"brand: {wordmarks: [ab, ab]}": `p:2:25: key brand.wordmarks[1]: "ab" is there twice`,
		"brand: {languages: [xx]}":     "p:2:21: key brand.languages[0]: expected one of de, en",
		"brand: {window: 2160h}":       "p:2:17: key brand.window: expected a number of days such as 90d, from 1d to 3660d",
		"brand: {statements: {patterns: {en: ['works with {mark}']}}}":                                        "key brand.statements.patterns.en[0]: expected a pattern with {app} in it",
		"brand: {claims: {endorsement: {en: ['({mark}']}}}":                                                   "key brand.claims.endorsement.en[0]: expected a regular expression, found",
		"brand: {claims: {endorsement: {xx: ['{mark}']}}}":                                                    "key brand.claims.endorsement.xx: expected one of de, en",
		"brand: {words: {en: {praised: [lauded]}}}":                                                           "key brand.words.en.praised: expected one of among, and",
		"brand: {words: {en: {endorsed: ['*']}}}":                                                             "key brand.words.en.endorsed[0]: expected a word",
		"brand: {certifications: [{id: a, app: b, names: [c], from: 2026-01-01}]}":                            "key brand.certifications[0].until: expected the last day on which it holds",
		"brand: {certifications: [{id: a, app: b, names: [c], from: 2026-01-02, until: 2026-01-01}]}":         "expected a day that is not before 2026-01-02",
		"brand: {licences: [{id: a, app: b, names: [c], from: 2026-01-01, until: 2026-02-01, scope: [all]}]}": "key brand.licences[0].scope[0]: expected one of claim, name, statement, asset",
		"brand: {others: [{names: [x]}]}":                                                                     "key brand.others[0].company: expected the company's name",
		"brand: {assets: {threshold: 1000}}":                                                                  "key brand.assets.threshold: expected a whole number from 0 (equal only) to 100",
	} {
		_, err := Parse("p", []byte("version: 1\n"+text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
