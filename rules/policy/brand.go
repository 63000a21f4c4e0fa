package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Brand holds the parameters of the brand rules: whose marks are protected, what
// may be said of them, and who may say more.
type Brand struct {
	Wordmarks []Wordmark
	// Owners are the names of who owns the wordmarks; affiliation with them is
	// claimed as much as with a wordmark.
	Owners []string
	// Languages are those in which statements of compatibility may be made, of
	// which claims are known and "Teams" is told from teams.
	Languages []string
	// Window is how far back a call with Teams shows a statement of compatibility
	// to be true.
	Window time.Duration
	// Kinds are the kinds of text within which a statement of compatibility may
	// stand.
	Kinds []string
	// Attribution allows sentences that only say whose mark a wordmark is, or that
	// there is no affiliation.
	Attribution bool
	// Statements, Endorsement and Certification are patterns besides those that
	// ship, by language: see BrandPattern. Ordinary are words around a wordmark
	// that is an ordinary word there.
	Statements, Endorsement, Certification, Ordinary map[string][]string
	// Words are words besides those that ship, by language and kind.
	Words map[string]map[string][]string
	// Grants are the licences and certifications that hold.
	Grants []Grant
	// Others are other companies, from which a listing must be told apart.
	Others []Company
	// References are the files or folders of protected pictures, relative to the
	// policy file; Threshold is how far a picture may differ from one and still
	// be taken for it, nil where the policy leaves that to the rule.
	References []string
	Threshold  *int
}

// A Wordmark is a protected word or words.
type Wordmark struct {
	Text string
	// Ordinary says that it is an ordinary word too, so that the words around it
	// tell what it means.
	Ordinary bool
}

// A Grant is a licence or certification that somebody other than the listing
// vouches for: the officer.
type Grant struct {
	ID string
	// Licence tells a licence from a certification.
	Licence bool
	// App has it; Names are what listings may call it.
	App   string
	Names []string
	// From and Until are the first and the last day (UTC) on which it holds.
	From, Until time.Time
	// Scope is what it allows.
	Scope []string
	// Source says where it can be seen.
	Source string
}

// What a grant may allow.
const (
	GrantClaim     = "claim"     // to name the certification or licence
	GrantName      = "name"      // a wordmark in the app's or developer's name
	GrantStatement = "statement" // a wordmark in any text
	GrantAsset     = "asset"     // a protected picture
)

// Holds reports whether the grant allows an app something at an instant.
func (g Grant) Holds(app, scope string, at time.Time) bool {
	return g.App == app && slices.Contains(g.Scope, scope) && !at.Before(g.From) && at.Before(g.Until.AddDate(0, 0, 1))
}

// A Company is another company, with the names that are its own.
type Company struct {
	Name              string
	Names, Developers []string
	// Logos are files or folders of its pictures, relative to the policy file.
	Logos []string
}

// Brand returns the parameters of the brand rules.
func (p *Policy) Brand() Brand { return p.brand }

// BrandLanguages are the languages of which patterns ship.
func BrandLanguages() []string {
	return []string{"de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh"}
}

func defaultBrand() Brand {
	return Brand{
		Wordmarks: []Wordmark{{Text: "Microsoft Teams"}, {Text: "MS Teams"}, {Text: "Teams", Ordinary: true}, {Text: "Microsoft"},
			{Text: "Microsoft 365"}, {Text: "Office 365"}, {Text: "Skype"}, {Text: "Skype for Business"},
			{Text: "M365"}, {Text: "O365"}, {Text: "マイクロソフト"}, {Text: "マイクロソフト チームズ"}, {Text: "微软"}, {Text: "微軟"}, {Text: "チームズ"}},
		Owners:      []string{"Microsoft", "Microsoft Corporation"},
		Languages:   BrandLanguages(),
		Window:      90 * 24 * time.Hour,
		Kinds:       []string{"description", "short_description", "long_description", "full_description"},
		Attribution: true,
	}
}

// Bounds of what a policy says of brands.
const (
	maxBrandPatterns = 500 // of a kind and language
	maxBrandNames    = 100_000
)

func (r *reader) brand(n ast.Node, key string, p *Policy) {
	b := &p.brand
	known := []string{"wordmarks", "owners", "languages", "window", "statements", "claims", "words", "ordinary", "certifications", "licences", "others", "assets"}
	r.each(n, key, known, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "wordmarks":
			b.Wordmarks = r.wordmarks(v, at)
		case "owners":
			b.Owners = r.texts(v, at, "names of who owns the wordmarks")
		case "languages":
			b.Languages = nil
			list, _ := r.list(v, at, "languages")
			for i, v := range list {
				if l := choice(r, v, fmt.Sprintf("%s[%d]", at, i), BrandLanguages()...); l != "" && !slices.Contains(b.Languages, l) {
					b.Languages = append(b.Languages, l)
				}
			}
		case "window":
			b.Window = r.days(v, at, b.Window)
		case "statements":
			r.brandStatements(v, at, b)
		case "claims":
			r.each(v, at, []string{"endorsement", "certification"}, func(k string, v ast.Node) {
				to := &b.Endorsement
				if k == "certification" {
					to = &b.Certification
				}
				*to = r.brandPatterns(v, join(at, k), "{mark}")
			})
		case "words":
			b.Words = r.brandWords(v, at)
		case "ordinary":
			b.Ordinary = r.brandPatterns(v, at, "{mark}")
		case "certifications":
			r.grants(v, at, false, b)
		case "licences":
			r.grants(v, at, true, b)
		case "others":
			r.companies(v, at, b)
		case "assets":
			r.brandAssets(v, at, b)
		}
	})
}

// wordmarks reads the protected words, each a text or one with its ways.
func (r *reader) wordmarks(n ast.Node, key string) []Wordmark {
	var out []Wordmark
	values, _ := r.list(n, key, "wordmarks")
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		var w Wordmark
		if _, plain := v.(*ast.StringNode); plain {
			w.Text = r.words(v, at, "a wordmark")
		} else {
			r.each(v, at, []string{"text", "ordinary"}, func(k string, v ast.Node) {
				if k == "text" {
					w.Text = r.words(v, join(at, k), "a wordmark")
				} else {
					w.Ordinary = choice(r, v, join(at, k), "true", "false") == "true"
				}
			})
		}
		switch {
		case len([]rune(w.Text)) < 2:
			r.wrong(v, at, "expected a wordmark of at least two letters")
		case slices.ContainsFunc(out, func(o Wordmark) bool { return o.Text == w.Text }):
			r.wrong(v, at, "%q is there twice", clip(w.Text))
		default:
			out = append(out, w)
		}
	}
	return out
}

func (r *reader) brandStatements(n ast.Node, key string, b *Brand) {
	r.each(n, key, []string{"kinds", "patterns", "attribution"}, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "kinds":
			b.Kinds = nil
			for _, t := range r.texts(v, at, "kinds of text such as description") {
				b.Kinds = append(b.Kinds, strings.ToLower(t))
			}
		case "patterns":
			b.Statements = r.brandPatterns(v, at, "{mark}", "{app}")
		case "attribution":
			b.Attribution = choice(r, v, at, "allowed", "forbidden") == "allowed"
		}
	})
}

// brandPatterns reads patterns by language. Each is a regular expression (RE2,
// case and accents ignored) in which {mark} stands for a wordmark, {app} for the
// app's own name with or without the company's, and {company} for the company's.
func (r *reader) brandPatterns(n ast.Node, key string, needed ...string) map[string][]string {
	out := map[string][]string{}
	r.each(n, key, BrandLanguages(), func(language string, v ast.Node) {
		at := join(key, language)
		list := r.texts(v, at, "regular expressions")
		if len(list) > maxBrandPatterns {
			r.wrong(v, at, "expected at most %d patterns, found %d", maxBrandPatterns, len(list))
			return
		}
		for i, t := range list {
			missing := slices.IndexFunc(needed, func(s string) bool { return !strings.Contains(t, s) })
			re, err := regexp.Compile("(?i)" + BrandPlaceholders.Replace(t))
			switch {
			case missing >= 0:
				r.wrong(v, fmt.Sprintf("%s[%d]", at, i), "expected a pattern with %s in it, found %q", needed[missing], clip(t))
			case err != nil:
				r.wrong(v, fmt.Sprintf("%s[%d]", at, i), "expected a regular expression, found %q: %v", clip(t), err)
			case re.MatchString(""):
				r.wrong(v, fmt.Sprintf("%s[%d]", at, i), "expected a regular expression that does not match everything, found %q", clip(t))
			default:
				out[language] = append(out[language], t)
			}
		}
	})
	return out
}

// What stands for a wordmark and for the listing's own names in the texts that
// patterns are held against. They are of private use, so that no text has them
// of itself.
const (
	MarkSign    = "\uE000"
	AppSign     = "\uE001"
	CompanySign = "\uE002"
)

// BrandPlaceholders puts into patterns what stands for a wordmark and for the
// listing's own names.
var BrandPlaceholders = strings.NewReplacer("{mark}", MarkSign, "{app}", "(?:"+CompanySign+`(?:['’]s)?[\s,:/–-]*)?`+AppSign+`(?: (?:by|from|von|de|di|da|van|od|par|por) `+CompanySign+`)?`, "{company}", CompanySign)

// grants reads licences or certifications.
func (r *reader) grants(n ast.Node, key string, licence bool, b *Brand) {
	what := "certification"
	if licence {
		what = "licence"
	}
	r.entry(n, key, what, func(v ast.Node, at, id string) {
		g := Grant{ID: id, Licence: licence, Scope: []string{GrantClaim}}
		r.each(v, at, []string{"id", "app", "names", "from", "until", "scope", "source"}, func(k string, v ast.Node) {
			at := join(at, k)
			switch k {
			case "app":
				g.App = r.words(v, at, "the id of the app that has it")
			case "names":
				g.Names = r.texts(v, at, "what a listing may call it")
			case "from":
				g.From = r.day(v, at)
			case "until":
				g.Until = r.day(v, at)
			case "scope":
				g.Scope = nil
				list, _ := r.list(v, at, "what it allows")
				for i, v := range list {
					if s := choice(r, v, fmt.Sprintf("%s[%d]", at, i), GrantClaim, GrantName, GrantStatement, GrantAsset); s != "" {
						g.Scope = append(g.Scope, s)
					}
				}
			case "source":
				g.Source = r.words(v, at, "where it can be seen")
			}
		})
		for _, missing := range []struct {
			is       bool
			k, words string
		}{
			{g.App == "", "app", "the id of the app that has it"},
			{len(g.Names) == 0, "names", "what a listing may call it, such as [Microsoft 365 Certified]"},
			{g.From.IsZero(), "from", "the first day on which it holds, such as 2026-01-01"},
			{g.Until.IsZero(), "until", "the last day on which it holds, such as 2026-12-31"},
		} {
			if missing.is {
				r.wrong(v, join(at, missing.k), "expected %s", missing.words)
			}
		}
		if g.Until.Before(g.From) {
			r.wrong(v, join(at, "until"), "expected a day that is not before %s", g.From.Format(time.DateOnly))
		}
		b.Grants = append(b.Grants, g)
	})
}

func (r *reader) companies(n ast.Node, key string, b *Brand) {
	values, _ := r.list(n, key, "other companies")
	count := 0
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		var c Company
		r.each(v, at, []string{"company", "names", "developers", "logos"}, func(k string, v ast.Node) {
			at := join(at, k)
			switch k {
			case "company":
				c.Name = r.words(v, at, "the company's name")
			case "names":
				c.Names = r.texts(v, at, "names of its apps")
			case "developers":
				c.Developers = r.texts(v, at, "names of its developers")
			case "logos":
				c.Logos = r.texts(v, at, "files or folders of its logos, relative to this file")
			}
		})
		if c.Name == "" {
			r.wrong(v, join(at, "company"), "expected the company's name, found nothing")
		}
		if count += 1 + len(c.Names) + len(c.Developers); count > maxBrandNames {
			r.wrong(v, at, "expected at most %d names of other companies", maxBrandNames)
			return
		}
		b.Others = append(b.Others, c)
	}
}

func (r *reader) brandAssets(n ast.Node, key string, b *Brand) {
	r.each(n, key, []string{"references", "threshold"}, func(k string, v ast.Node) {
		at := join(key, k)
		if k == "references" {
			b.References = r.texts(v, at, "files or folders of protected pictures, relative to this file")
			return
		}
		t, ok := r.text(v, at, "a whole number")
		if !ok {
			return
		}
		i, err := strconv.Atoi(t)
		if err != nil || i < 0 || i > 100 {
			r.wrong(v, at, "expected a whole number from 0 (equal only) to 100, found %q", clip(t))
			return
		}
		b.Threshold = &i
	})
}

// days reads a whole number of days, such as 90d.
func (r *reader) days(n ast.Node, key string, otherwise time.Duration) time.Duration {
	const expected = "a number of days such as 90d"
	t, ok := r.text(n, key, expected)
	if !ok {
		return otherwise
	}
	number, suffix := strings.CutSuffix(strings.TrimSpace(t), "d")
	i, err := strconv.Atoi(number)
	if !suffix || err != nil || i < 1 || i > 3660 {
		r.wrong(n, key, "expected %s, from 1d to 3660d, found %q", expected, clip(t))
		return otherwise
	}
	return time.Duration(i) * 24 * time.Hour
}
