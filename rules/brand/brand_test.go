package brand

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

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

type examples struct {
	Honest        []string `yaml:"honest"`
	Statement     []string `yaml:"statement"`
	Endorsement   []string `yaml:"endorsement"`
	Certification []string `yaml:"certification"`
	Name          []string `yaml:"name"`
	HonestName    []string `yaml:"honest_name"`
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

// TestExamples holds every rule to examples both ways in every language.
func TestExamples(t *testing.T) {
	book := newBook(t, policy.Default())
	for _, code := range policy.BrandLanguages() {
		data, err := os.ReadFile(filepath.Join("testdata", "examples", code+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var x examples
		if err := yaml.UnmarshalWithOptions(data, &x, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		listing := func(text, locale string) schema.Listing {
			l := schema.Listing{AppID: "care", AppName: "Care Line 7", CompanyName: "Northwind", DeveloperName: "Northwind Software"}
			text = strings.NewReplacer("{app}", l.AppName, "{company}", l.CompanyName).Replace(text)
			l.Texts = []schema.ListingText{{Kind: "description", Locale: locale, Text: text}}
			return l
		}
		t.Run(code, func(t *testing.T) {
			for _, locale := range []string{code, ""} {
				for _, text := range x.Honest {
					if got := failed(book.Judge(listing(text, locale), proven)); got != "" {
						t.Errorf("%q in %q is honest: %s", text, locale, got)
					}
				}
				for id, list := range map[string][]string{RuleStatement: x.Statement, RuleEndorsement: x.Endorsement, RuleCertification: x.Certification} {
					if len(list) < 3 {
						t.Errorf("%s has too few examples", id)
					}
					for _, text := range list {
						if got := failed(book.Judge(listing(text, locale), proven)); !strings.Contains(got, id) {
							t.Errorf("%q in %q is no %s: %s", text, locale, id, got)
						}
					}
				}
			}
			for _, name := range x.Name {
				for _, l := range []schema.Listing{{AppName: name}, {AppName: "Visits", DeveloperName: name}, {AppName: "Visits", Texts: []schema.ListingText{{Kind: "title", Locale: code, Text: name}}}} {
					if got := failed(book.Judge(l, proven)); !strings.Contains(got, RuleName) {
						t.Errorf("the name %q passes: %s", name, got)
					}
				}
			}
			for _, name := range x.HonestName {
				if got := failed(book.Judge(schema.Listing{AppName: name, CompanyName: name}, proven)); got != "" {
					t.Errorf("the name %q is honest: %s", name, got)
				}
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newBook(b, policy.Default())
	}
}
