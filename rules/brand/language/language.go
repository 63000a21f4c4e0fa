// Package language has what the brand rules know of languages, as data: how
// compatibility is stated, how affiliation and certification are claimed and
// denied, and how "Teams" the product is told from teams of people. It is pure.
//
// Claims and statements are read by a grammar that is the same in all languages,
// data/grammar.yaml: which kinds of word stand how near to a wordmark. Each other
// file under data describes one language, with its words of each kind; en.yaml says
// what the keys mean.
package language

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"

	"rollcall/rules/brand/lettering"
	"rollcall/rules/policy"
)

//go:embed data/*.yaml
var files embed.FS

// How capitals tell a name from an ordinary word.
const (
	caseTelling = "telling" // a capital within a sentence is a name's
	caseNoun    = "noun"    // every noun has one
	caseAny     = "any"     // a word in Latin letters is a name
)

// A Language is what is known of one.
type Language struct {
	Code string

	letterCase, start string
	common            map[string]bool
	scripts           []*unicode.RangeTable

	name, nameCapital      []*regexp.Regexp
	ordinary, ordinaryText []*regexp.Regexp

	// What the policy adds.
	statement, endorsement, certification []*regexp.Regexp

	lexicon *lexicon
	forms   *grammar
}

type data struct {
	Case         string   `yaml:"case"`
	Start        string   `yaml:"start"`
	Script       []string `yaml:"script"`
	Common       []string `yaml:"common"`
	Name         []string `yaml:"name"`
	NameCapital  []string `yaml:"name_capital"`
	Ordinary     []string `yaml:"ordinary"`
	OrdinaryText []string `yaml:"ordinary_text"`

	Words map[string][]string `yaml:"words"`
	Forms forms               `yaml:"forms"`
}

// Load returns a language with the policy's own patterns beside those that ship.
// Those were checked when the policy was read; an error says that no such
// language ships.
func Load(code string, terms policy.Brand) (*Language, error) {
	text, err := files.ReadFile("data/" + code + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("language %q: %w", code, err)
	}
	var d data
	if err := yaml.UnmarshalWithOptions(text, &d, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("language %q: %w", code, err)
	}
	l := &Language{Code: code, letterCase: d.Case, start: d.Start, common: map[string]bool{}}
	for _, w := range d.Common {
		l.common[Fold(strings.ToLower(w))] = true
	}
	for _, s := range d.Script {
		l.scripts = append(l.scripts, unicode.Scripts[s])
	}
	for _, part := range []struct {
		to      *[]*regexp.Regexp
		shipped []string
		own     []string
	}{
		{&l.name, d.Name, nil}, {&l.nameCapital, d.NameCapital, nil}, {&l.ordinary, d.Ordinary, terms.Ordinary[code]}, {&l.ordinaryText, d.OrdinaryText, nil},
		{&l.statement, nil, terms.Statements[code]}, {&l.endorsement, nil, terms.Endorsement[code]}, {&l.certification, nil, terms.Certification[code]},
	} {
		for _, t := range slices.Concat(part.shipped, part.own) {
			re, err := compile(t)
			if err != nil {
				return nil, fmt.Errorf("language %q: %w", code, err)
			}
			*part.to = append(*part.to, re)
		}
	}
	if l.lexicon, err = newLexicon(d.Words, terms.Words[code]); err != nil {
		return nil, fmt.Errorf("language %q: %w", code, err)
	}
	if l.forms, err = readGrammar(d.Forms); err != nil {
		return nil, fmt.Errorf("language %q: %w", code, err)
	}
	return l, nil
}

// marks is what {mark} stands for: a wordmark, or a list of them.
const marks = policy.MarkSign + `(?: ?(?:,|/|&|、|・|，|,? ?and|,? ?or|und|oder|et|ou|y|o|e|en|of|i|oraz|lub|と|や|および|和|及|与|與|或) ?` + policy.MarkSign + `)*`

// compile makes a pattern of a text with {mark}, {app} and {company}.
func compile(t string) (*regexp.Regexp, error) {
	t = strings.ReplaceAll(policy.BrandPlaceholders.Replace(t), policy.MarkSign, "(?:"+marks+")")
	return regexp.Compile("(?i)" + Fold(t))
}

// Fold brings a text, or a pattern, to the letters that patterns are held
// against: without accents, other scripts' lookalikes as Latin letters. ASCII
// stays as it is.
func Fold(text string) string {
	var b strings.Builder
	for _, g := range lettering.Read(text) {
		if g.End-g.At == 1 {
			b.WriteString(text[g.At:g.End])
		} else {
			b.WriteRune(g.Rune)
		}
	}
	return b.String()
}

// A Span is a place in a text, in bytes.
type Span struct{ From, To int }

// Overlaps reports whether two spans share anything.
func (s Span) Overlaps(o Span) bool { return s.From < o.To && o.From < s.To }

// Covers reports whether a span holds all of another.
func (s Span) Covers(o Span) bool { return s.From <= o.From && o.To <= s.To }

func find(list []*regexp.Regexp, text string) []Span {
	var out []Span
	for _, re := range list {
		for _, m := range re.FindAllStringIndex(text, -1) {
			out = append(out, Span{m[0], m[1]})
		}
	}
	return out
}

// A Word is a word that is both a mark and an ordinary one, where it stands.
type Word struct {
	Span
	// Lower and Upper say that it has no capital, or nothing else.
	Lower, Upper bool
	// First says that it begins its sentence; Shouted, that most of the sentence
	// is in capitals; Titled, that most of its words begin with one.
	First, Shouted, Titled bool
	// AfterOwn says that the app's or company's own name stands before it.
	AfterOwn bool
	// InName says that it stands in a name, not in a sentence.
	InName bool
}

// IsMark reports whether a word means the mark in its sentence.
func (l *Language) IsMark(sentence string, w Word) bool {
	within := func(list []*regexp.Regexp) bool {
		return slices.ContainsFunc(find(list, sentence), func(s Span) bool { return s.Covers(w.Span) })
	}
	switch {
	case within(l.name):
		return true
	case !w.Lower && within(l.nameCapital):
		return true
	case within(l.ordinary), within(l.ordinaryText):
		return false
	case w.InName:
		return true
	case l.letterCase == caseAny:
		return true
	case w.Lower, l.letterCase == caseNoun:
		return w.AfterOwn && !w.Lower && !w.Shouted
	case w.Shouted:
		return false
	case w.Upper:
		return true
	case w.First:
		return l.start == "name"
	case w.Titled:
		return w.AfterOwn
	}
	return true
}

// Ordinary reports whether the words around a word of a name say that it is an
// ordinary one.
func (l *Language) Ordinary(sentence string, w Word) bool {
	return slices.ContainsFunc(find(l.ordinary, sentence), func(s Span) bool { return s.Covers(w.Span) })
}

// Guess says in which of some languages a text is, by its script and commonest
// words; stated is what is said of it. There are several where as many words are of
// each, and none where none is.
func Guess(among []*Language, stated, text string) []*Language {
	words := map[string]int{}
	for _, w := range strings.FieldsFunc(Fold(strings.ToLower(text)), func(r rune) bool { return !unicode.IsLetter(r) }) {
		words[w]++
	}
	japanese := strings.ContainsFunc(text, kana)
	var best []*Language
	var told *Language
	most, toldScore := 0, 0
	for _, l := range among {
		score := 0
		for w := range l.common {
			score += words[w]
		}
		if len(l.scripts) > 0 {
			score = 0
			for _, r := range text {
				if unicode.In(r, l.scripts...) && (l.Code != "zh" || !japanese) {
					score += 2
				}
			}
		}
		switch {
		case score > most:
			best, most = []*Language{l}, score
		case score == most && score > 0:
			best = append(best, l)
		}
		if l.Code == stated {
			told, toldScore = l, score
		}
	}
	if told != nil && (len(best) == 0 || most < 3 || most <= 2*toldScore) {
		return []*Language{told}
	}
	return best
}

func kana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }
