// Package brand judges how apps present themselves in stores and catalogues
// (design.md, section 6): whether names and texts are free of protected words,
// claim no affiliation, endorsement or certification, and can't be mistaken for
// another company's. It is pure. DESIGN.md says what is taken for what.
package brand

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"rollcall/rules/brand/language"
	"rollcall/rules/brand/lettering"
	"rollcall/rules/brand/wordmark"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A Book is a policy's brand section, prepared for judging many listings. It may
// be used by several goroutines.
type Book struct {
	terms     policy.Brand
	finder    *wordmark.Finder
	owners    map[string]bool // texts of marks that are owners' names and no wordmarks
	sites     map[string]bool // the owners' own, without .com
	languages []*language.Language
	others    others
}

// New prepares a policy's brand section. It fails only where a language of the
// policy does not ship.
func New(p *policy.Policy) (*Book, error) {
	terms := p.Brand()
	b := &Book{terms: terms, owners: map[string]bool{}, sites: map[string]bool{}}
	var marks []wordmark.Mark
	protected := map[string]bool{}
	for _, w := range terms.Wordmarks {
		marks = append(marks, wordmark.Mark{Text: w.Text, Ordinary: w.Ordinary})
		protected[strings.ToLower(w.Text)] = true
	}
	for _, o := range terms.Owners {
		if !protected[strings.ToLower(o)] {
			marks = append(marks, wordmark.Mark{Text: o})
			// "Microsoft Corporation" has a wordmark in it; another owner's name is
			// none by itself.
			b.owners[o] = len(wordmark.New(marks[:len(terms.Wordmarks)]).Find(lettering.Read(o))) == 0
		}
	}
	for _, m := range marks {
		if !m.Ordinary {
			b.sites[strings.ToLower(strings.ReplaceAll(m.Text, " ", ""))] = true
		}
	}
	b.finder = wordmark.New(marks)
	for _, code := range terms.Languages {
		l, err := language.Load(code, terms)
		if err != nil {
			return nil, err
		}
		b.languages = append(b.languages, l)
	}
	b.others = newOthers(terms.Others)
	return b, nil
}

// An Occasion is what a listing is judged with, besides itself.
type Occasion struct {
	// At is the instant for which it is judged: licences and certifications must
	// hold then.
	At time.Time
	// Interop is what is known of the app's calls with Teams.
	Interop Interop
	// Gallery holds what pictures are compared with.
	Gallery Gallery
}

// Interop is what the store knows of an app's calls with Teams in the policy's
// window.
type Interop struct {
	// Looked says that there is a store, and that it was asked.
	Looked bool
	Calls  int
	Last   time.Time
	CallID string // the last
}

// A Field is a part of a listing that is judged by itself.
type Field struct {
	// Name is that of the listing's member: appName, companyName, developerName,
	// certification, licences, texts, assets.
	Name string
	// Index is the place in a list; 0 elsewhere.
	Index int
	// Kind and Locale are those of a text or asset.
	Kind, Locale string
}

// String names the field for people: "description (en-GB)".
func (f Field) String() string {
	s := cmp.Or(f.Kind, f.Name)
	if f.Name == FieldLicences {
		s = fmt.Sprintf("licences[%d]", f.Index)
	}
	if f.Locale != "" {
		s += " (" + f.Locale + ")"
	}
	return s
}

// The names of fields.
const (
	FieldAppName       = "appName"
	FieldCompanyName   = "companyName"
	FieldDeveloperName = "developerName"
	FieldCertification = "certification"
	FieldLicences      = "licences"
	FieldTexts         = "texts"
	FieldAssets        = "assets"
)

// A Check is what one rule says of one field.
type Check struct {
	Rule    string
	Verdict rule.Verdict
	Field   Field
	// From and To bound what was seen in the field's text, in bytes.
	From, To int
	// Seen is what was seen, Expected what was expected instead; of a pass, both
	// are empty.
	Seen, Expected string
	// Since is the instant from which it held, where that is not the listing's.
	Since time.Time
}

// Judge has every rule judge a listing.
func (b *Book) Judge(l schema.Listing, o Occasion) []Check {
	j := &judging{Book: b, listing: l, occasion: o}
	j.prepare()
	var out []Check
	for _, n := range j.names {
		out = append(out, j.name(n)...)
	}
	for i, t := range l.Texts {
		if !isName(t.Kind) {
			out = append(out, j.text(Field{Name: FieldTexts, Index: i, Kind: t.Kind, Locale: t.Locale}, t.Text)...)
		}
	}
	return append(append(out, j.claims()...), j.pictures()...)
}

// judging is the judging of one listing.
type judging struct {
	*Book
	listing   schema.Listing
	occasion  Occasion
	names     []named
	own       *wordmark.Finder
	companies map[string]bool
}

// named is a name that the listing gives to the app, its company or developer.
type named struct {
	Field
	text string
}

// ofCompany tells the names of companies and developers from those of apps.
func (n named) ofCompany() bool {
	switch bareKind(n.Kind) {
	case "developername", "companyname", "publisher", "publishername":
		return true
	}
	return n.Name == FieldCompanyName || n.Name == FieldDeveloperName
}

// isName tells the kinds of text that are names: those of stores, by locale.
func isName(kind string) bool {
	switch bareKind(kind) {
	case "name", "title", "appname", "shortname", "fullname", "nameshort", "namefull", "developername", "companyname", "publisher", "publishername":
		return true
	}
	return false
}

// bareKind is a kind of text as all stores write it: short_description and
// shortDescription are one.
func bareKind(kind string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', '.', ' ':
			return -1
		}
		return unicode.ToLower(r)
	}, kind)
}

func (j *judging) prepare() {
	l := j.listing
	for _, n := range []named{{Field{Name: FieldAppName}, l.AppName}, {Field{Name: FieldCompanyName}, l.CompanyName}, {Field{Name: FieldDeveloperName}, l.DeveloperName}} {
		if strings.TrimSpace(n.text) != "" {
			j.names = append(j.names, n)
		}
	}
	for i, t := range l.Texts {
		if isName(t.Kind) && strings.TrimSpace(t.Text) != "" {
			j.names = append(j.names, named{Field{Name: FieldTexts, Index: i, Kind: t.Kind, Locale: t.Locale}, t.Text})
		}
	}
	// A name that has a wordmark in it makes no statement truthful, unless it may.
	var own []wordmark.Mark
	j.companies = map[string]bool{}
	for _, n := range j.names {
		text := strings.Join(strings.Fields(n.text), " ")
		glyphs := lettering.Read(text)
		if len(glyphs) < 2 || len(text) > 200 || len(j.finder.Find(glyphs)) > 0 && !j.granted(policy.GrantName) {
			continue
		}
		own = append(own, wordmark.Mark{Text: text})
		if n.ofCompany() {
			j.companies[text] = true
		}
	}
	for _, n := range j.names {
		if !n.ofCompany() {
			delete(j.companies, strings.Join(strings.Fields(n.text), " "))
		}
	}
	if len(own) > 0 {
		j.own = wordmark.New(own)
	}
}

// granted reports whether the officer vouches that the app may use protected
// words or pictures in a way.
func (j *judging) granted(scope string) bool {
	return slices.ContainsFunc(j.terms.Grants, func(g policy.Grant) bool { return g.Holds(j.listing.AppID, scope, j.occasion.At) })
}

// name judges a name by the rules on names, claims and uniqueness.
func (j *judging) name(n named) []Check {
	glyphs := lettering.Read(cut(n.text))
	check := Check{Rule: RuleName, Verdict: rule.Pass, Field: n.Field}
	found := sentences(n.text, glyphs, j.pieces(n.text, glyphs, nil, nil))
	j.read(found, n.Locale)
	if m, ok := j.firstMark(found, n.text, n.Locale, true); ok && !j.granted(policy.GrantName) {
		check.Verdict, check.From, check.To = rule.Fail, m.At, m.End
		check.Seen = n.text
		check.Expected = fmt.Sprintf("a name of the company's own, without %q", m.Mark.Text)
	}
	return append([]Check{check, j.unique(n)}, j.claimed(n.Field, n.text, found, true)...)
}

// firstMark returns the first wordmark of some sentences that is meant as one.
func (j *judging) firstMark(list []sentence, text, locale string, inName bool) (wordmark.Match, bool) {
	for _, s := range list {
		for _, m := range s.marks {
			if !j.owners[m.Mark.Text] && j.meant(s, m, text, locale, inName) {
				return m.Match, true
			}
		}
	}
	return wordmark.Match{}, false
}

// meant reports whether a mark that may be an ordinary word is meant as the mark.
func (j *judging) meant(s sentence, m mark, text, locale string, inName bool) bool {
	if !m.Mark.Ordinary || m.Disguised {
		return true
	}
	w := m.word
	w.InName = inName
	if inName {
		// Names are short and say nothing of their language, and in them all words
		// have capitals: what is ordinary in any language is.
		if w.Lower && strings.ToLower(text) != text {
			return false
		}
		return !slices.ContainsFunc(j.languages, func(l *language.Language) bool { return l.Ordinary(s.text, w) })
	}
	guessed := language.Guess(j.languages, primary(locale), text)
	if len(guessed) == 0 {
		return !m.Lower
	}
	return !slices.ContainsFunc(guessed, func(l *language.Language) bool { return !l.IsMark(s.text, w) })
}

// primary is the language of a locale: "de" of "de-AT".
func primary(locale string) string {
	l, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-")
	return l
}

// text judges a text by the rules on statements and claims.
func (j *judging) text(f Field, text string) []Check {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	short := cut(text)
	glyphs := lettering.Read(short)
	list := sentences(short, glyphs, j.pieces(short, glyphs, j.own, j.companies))
	for i := range list {
		s := list[i]
		list[i].keep(func(m mark) bool { return j.meant(s, m, short, f.Locale, false) })
	}
	j.read(list, f.Locale)
	checks := append([]Check{j.statement(f, short, list)}, j.claimed(f, short, list, false)...)
	if len(short) < len(text) {
		for i := range checks {
			if c := &checks[i]; c.Verdict != rule.Fail {
				c.Verdict, c.Seen = rule.NoEvidence, fmt.Sprintf("a text of %d bytes", len(text))
				c.Expected = fmt.Sprintf("at most %d bytes: what comes after is not judged", MaxText)
			}
		}
	}
	return checks
}

// cut bounds what is judged of a text.
func cut(text string) string {
	if len(text) <= MaxText {
		return text
	}
	return strings.ToValidUTF8(text[:MaxText], "")
}

// statement judges whether each wordmark of a text is in a statement that may
// stand there.
func (j *judging) statement(f Field, text string, list []sentence) Check {
	check := Check{Rule: RuleStatement, Verdict: rule.Pass, Field: f}
	if j.granted(policy.GrantStatement) {
		return check
	}
	may := slices.ContainsFunc(j.terms.Kinds, func(k string) bool { return bareKind(k) == bareKind(f.Kind) })
	for _, s := range list {
		var allowed, stated []language.Span
		if len(s.marks) == 0 {
			continue
		}
		if may {
			stated = s.spans(language.Reading.Statements)
		}
		if j.terms.Attribution {
			allowed = append(s.spans(language.Reading.Attributions), s.denials()...)
		}
		whole := language.Span{To: len(s.text)}
		if s.denied && j.terms.Attribution {
			allowed = append(allowed, whole)
		}
		if s.stated && may {
			stated = append(stated, whole)
		}
		claimed := j.granted(policy.GrantClaim)
		for _, m := range s.marks {
			covers := func(a language.Span) bool { return a.Covers(m.Span) }
			switch {
			case j.owners[m.Mark.Text]:
			case slices.ContainsFunc(allowed, covers):
			case claimed && j.grantedClaim(s, m.Span):
			case !m.Disguised && slices.ContainsFunc(stated, covers):
				j.truth(&check, text, s, m)
			default:
				check.Verdict, check.From, check.To = rule.Fail, m.At, m.End
				check.Seen, check.Expected = clip(text[s.from:s.to]), j.expected(f, m, may)
				return check
			}
		}
	}
	return check
}

// truth judges a statement of compatibility by what is known of the app's calls.
func (j *judging) truth(check *Check, text string, s sentence, m mark) {
	in := j.occasion.Interop
	if in.Looked && in.Calls > 0 || check.Verdict == rule.NoEvidence {
		return
	}
	check.Verdict, check.From, check.To = rule.NoEvidence, m.At, m.End
	check.Seen = clip(text[s.from:s.to])
	check.Expected = fmt.Sprintf("a call of the app with Teams within %d days, which shows the statement to be true: there is none", int(j.terms.Window/(24*time.Hour)))
	if !in.Looked {
		check.Expected = "a call of the app with Teams, which shows the statement to be true: no store was asked"
	}
}

// expected says what might stand where a wordmark does.
func (j *judging) expected(f Field, m mark, may bool) string {
	what := fmt.Sprintf("no %q", m.Mark.Text)
	name := strings.TrimSpace(j.listing.CompanyName + " " + j.listing.AppName)
	switch {
	case !may:
		return fmt.Sprintf("%s in a text of the kind %s: only %s may have it, in a statement of compatibility", what, cmp.Or(f.Kind, "(none)"), strings.Join(j.terms.Kinds, ", "))
	case m.Disguised:
		return fmt.Sprintf("%s, also in other letters", what)
	case name == "" || j.own == nil:
		return what
	}
	return fmt.Sprintf("%s but in a statement of compatibility with the app's own name, such as %q", what, clip(name)+" integrated with Microsoft Teams")
}

// clip bounds what is repeated of a text.
func clip(text string) string {
	const most = 200
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
