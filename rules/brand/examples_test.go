package brand

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"rollcall/rules/policy"
	"rollcall/schema"
)

// examples are texts of one language: those that pass every rule, and those that
// fail the rule they stand under.
type examples struct {
	Honest        []string `yaml:"honest"`
	Statement     []string `yaml:"statement"`
	Endorsement   []string `yaml:"endorsement"`
	Certification []string `yaml:"certification"`
	Name          []string `yaml:"name"`
	HonestName    []string `yaml:"honest_name"`
}

// An example is a listing with what must be found in it: nothing, or a rule.
type example struct {
	text, rule string
	listings   []schema.Listing
}

func readExamples(t *testing.T, dir, code string) []example {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", dir, code+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var x examples
	if err := yaml.UnmarshalWithOptions(data, &x, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	var out []example
	for _, part := range []struct {
		rule  string
		texts []string
		name  bool
	}{{"", x.Honest, false}, {RuleStatement, x.Statement, false}, {RuleEndorsement, x.Endorsement, false}, {RuleCertification, x.Certification, false}, {RuleName, x.Name, true}, {"", x.HonestName, true}} {
		if len(part.texts) < 2 {
			t.Errorf("%s/%s has too few examples of %q", dir, code, part.rule)
		}
		for _, text := range part.texts {
			e := example{text: text, rule: part.rule}
			switch {
			case !part.name:
				e.listings = []schema.Listing{listed(text, code), listed(text, "")}
			case part.rule == "":
				e.listings = []schema.Listing{{AppName: text, CompanyName: text}}
			default:
				e.listings = []schema.Listing{{AppName: text}, {AppName: "Visits", DeveloperName: text}, {AppName: "Visits", CompanyName: text},
					{AppName: "Visits", Texts: []schema.ListingText{{Kind: "title", Locale: code, Text: text}}}}
			}
			out = append(out, e)
		}
	}
	return out
}

// listed is the listing of an app with a description.
func listed(text, locale string) schema.Listing {
	l := schema.Listing{AppID: "care", AppName: "Care Line 7", CompanyName: "Northwind", DeveloperName: "Northwind Software"}
	text = strings.NewReplacer("{app}", l.AppName, "{company}", l.CompanyName).Replace(text)
	l.Texts = []schema.ListingText{{Kind: "description", Locale: locale, Text: text}}
	return l
}

// wrong says what is wrong with what is found in an example, if anything is.
func (e example) wrong(book *Book, l schema.Listing) string {
	got := failed(book.Judge(l, proven))
	switch {
	case e.rule == "" && got != "":
		return got
	case !strings.Contains(got, e.rule):
		return "no " + e.rule + " but " + got
	}
	return ""
}

// TestExamples holds every rule to examples both ways in every language: those by
// which the rules were made, and those that were written apart from them.
func TestExamples(t *testing.T) {
	book := newBook(t, policy.Default())
	for _, dir := range []string{"examples", "independent"} {
		for _, code := range policy.BrandLanguages() {
			t.Run(dir+"/"+code, func(t *testing.T) {
				for _, e := range readExamples(t, dir, code) {
					for _, l := range e.listings {
						if wrong := e.wrong(book, l); wrong != "" {
							t.Errorf("%q: %s", e.text, wrong)
						}
					}
				}
			})
		}
	}
}

// TestTypography: how a text is set changes nothing of what it says.
func TestTypography(t *testing.T) {
	book := newBook(t, policy.Default())
	set := []func(string) string{
		func(s string) string {
			return strings.NewReplacer("Microsoft Teams", "Microsoft\u00a0Teams", "'", "’").Replace(s)
		},
		func(s string) string { return strings.ReplaceAll(s, "Microsoft", "**Microsoft**") },
		func(s string) string { return strings.ReplaceAll(s, "Microsoft", "<b>Microsoft</b>") },
		func(s string) string { return strings.ReplaceAll(s, "Microsoft Teams", "Microsoft Teams™") },
		func(s string) string {
			return strings.ReplaceAll(s, "Microsoft Teams", "[Microsoft Teams](https://example.org/x)")
		},
		func(s string) string { return "• " + s },
		func(s string) string { return "“" + s + "”" },
		func(s string) string { return "👉 " + s + " 🎉" },
		func(s string) string { return strings.ReplaceAll(s, "{app}", "*{app}*") },
		func(s string) string {
			i := max(strings.LastIndex(s, " "), 0)
			return s[:i] + strings.Replace(s[i:], " ", "\n", 1)
		},
	}
	for _, code := range policy.BrandLanguages() {
		t.Run(code, func(t *testing.T) {
			for i, e := range readExamples(t, "independent", code) {
				if e.rule == RuleName || len(e.listings) != 2 || strings.ContainsAny(e.text, "<*\u00ad®") {
					continue
				}
				text := set[i%len(set)](e.text)
				if wrong := e.wrong(book, listed(text, code)); wrong != "" {
					t.Errorf("%q: %s", text, wrong)
				}
			}
		})
	}
}
