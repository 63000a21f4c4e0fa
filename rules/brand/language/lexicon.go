package language

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/rules/policy"
)

// A class is a set of kinds of word: what a word may do in a claim or statement.
type class uint64

// The kinds of word. data/grammar.yaml says what each is for.
const (
	mark class = 1 << iota
	app
	company
	and  // also a comma
	dash // also a colon or bracket
	neg
	notOnly
	but
	fill
	aux
	by
	with
	forWhat
	endorsed
	endorses
	tie
	official
	maker
	certified
	certificate
	works
	supports
	join
	link
	object
	other
	use
	who
	stop
	trademark
	owner
	belong
	product
	bond
	apart
	helped
	among
	possessor // a mark that is an owner's name
	clause    // a word that begins another clause
)

// classes names the kinds of word as data/grammar.yaml and the languages' words
// have them.
var classes = map[string]class{
	"{mark}": mark, "{owner}": possessor, "{app}": app, "{company}": company, "and": and, "dash": dash, "neg": neg, "not_only": notOnly, "but": but,
	"fill": fill, "aux": aux, "by": by, "with": with, "for": forWhat, "endorsed": endorsed, "endorses": endorses, "tie": tie,
	"official": official, "maker": maker, "certified": certified, "certificate": certificate, "works": works, "supports": supports,
	"join": join, "link": link, "object": object, "other": other, "use": use, "who": who, "stop": stop, "trademark": trademark,
	"owner": owner, "belong": belong, "product": product, "bond": bond, "apart": apart, "helped": helped, "among": among,
}

// A token is a word, a sign or a phrase of a sentence.
type token struct {
	Span
	is class
	// wide says that it is a single sign of a script without spaces, which is less
	// than a word.
	wide bool
}

// A lexicon tells the kinds of a language's words.
type lexicon struct {
	// words are by their letters; those that end in * are beginnings of words.
	words, beginnings map[string]class
	// middles are what words may have anywhere in them.
	middles []middle
	// longest is how many words a phrase has at most, in bytes for signs of scripts
	// without spaces.
	longest, longestWide int
}

type middle struct {
	text string
	is   class
}

// newLexicon reads words by their kinds, those that ship and the policy's. A word of several parts is a phrase; a *
// at its end stands for any ending, one at its beginning for any beginning.
func newLexicon(words, own map[string][]string) (*lexicon, error) {
	x := &lexicon{words: map[string]class{}, beginnings: map[string]class{}}
	for name := range words {
		if classes[name] == 0 {
			return nil, fmt.Errorf("words: no kind of word is called %q", name)
		}
	}
	for name, c := range classes {
		for _, w := range slices.Concat(words[name], own[name]) {
			w = strings.NewReplacer("'", " ", "’", " ", "-", " ").Replace(Fold(strings.ToLower(w)))
			w = strings.Join(strings.Fields(w), " ")
			head, tail := strings.HasPrefix(w, "*"), strings.HasSuffix(w, "*")
			w = strings.Trim(w, "*")
			switch {
			case w == "":
				return nil, fmt.Errorf("words: an empty one in %q", name)
			case head:
				x.middles = append(x.middles, middle{w, c})
			case tail:
				x.beginnings[w] |= c
			default:
				x.words[w] |= c
			}
			x.longest = max(x.longest, strings.Count(w, " ")+1)
			if r, _ := utf8.DecodeRuneInString(w); wide(r) {
				x.longestWide = max(x.longestWide, len(w))
			}
		}
	}
	slices.SortFunc(x.middles, func(a, b middle) int { return strings.Compare(a.text, b.text) })
	return x, nil
}

// wide tells the letters of scripts that put no spaces between words.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー' || voiced(r)
}

// kinds returns what a word may be.
func (x *lexicon) kinds(word string) class {
	c := x.words[word]
	for i := range word {
		if i >= 2 {
			c |= x.beginnings[word[:i]]
		}
	}
	c |= x.beginnings[word]
	for _, m := range x.middles {
		if strings.Contains(word, m.text) {
			c |= m.is
		}
	}
	return c
}

// tokens splits a sentence, which is folded, into words and signs with their
// kinds; phrases are one. Marks in a list are one too. Owners are where the marks
// are owners' names.
func (x *lexicon) tokens(sentence string, owners []Span) []token {
	var out []token
	for i := 0; i < len(sentence); {
		r, size := utf8.DecodeRuneInString(sentence[i:])
		t := token{Span: Span{i, i + size}}
		switch {
		case string(r) == policy.MarkSign:
			t.is = mark
			if slices.ContainsFunc(owners, func(o Span) bool { return o.From == i }) {
				t.is |= possessor
			}
		case string(r) == policy.AppSign:
			t.is = app
		case string(r) == policy.CompanySign:
			t.is = company
		case r == '\uE003': // a word that is a mark elsewhere
		case r == ',' || r == '&' || r == '/' || r == '、' || r == '，' || r == '+' || r == '×':
			t.is = and
		case r == ':' || r == '(' || r == ')' || r == '[' || r == ']' || r == '–' || r == '—' || r == '：' || r == '（' || r == '）':
			t.is = dash
		case r == '-' && spaced(sentence, i):
			t.is = dash
		case wide(r):
			t = x.wideAt(sentence, i)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			end := wordEnd(sentence, i)
			t = token{Span: Span{i, end}, is: x.kinds(sentence[i:end])}
			t = x.phrase(sentence, t)
		default:
			i += size
			continue
		}
		i = t.To
		out = append(out, t)
	}
	return clauses(joined(out))
}

func spaced(text string, at int) bool {
	return at == 0 || text[at-1] == ' ' || at+1 == len(text) || text[at+1] == ' '
}

func wordEnd(text string, from int) int {
	for i, r := range text[from:] {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) || wide(r) || '\uE000' <= r && r <= '\uE003' {
			return from + i
		}
	}
	return len(text)
}

// wideAt is the longest word that a sentence without spaces has at a place, else
// a sign; signs of Katakana that are no word are one together: a word that was
// borrowed.
func (x *lexicon) wideAt(sentence string, from int) token {
	if end, c := x.wideWord(sentence, from); c != 0 {
		return token{Span: Span{from, end}, is: c}
	}
	to, borrowed := from, true
	for to < len(sentence) {
		r, size := utf8.DecodeRuneInString(sentence[to:])
		part := r == 'ー' || voiced(r)
		if to > from && !part {
			if _, c := x.wideWord(sentence, to); !borrowed || !unicode.Is(unicode.Katakana, r) || c != 0 {
				break
			}
		}
		borrowed = borrowed && (part || unicode.Is(unicode.Katakana, r))
		to += size
	}
	return token{Span: Span{from, to}, wide: !borrowed}
}

// wideWord is the longest word at a place, with its end.
func (x *lexicon) wideWord(sentence string, from int) (int, class) {
	for end := min(len(sentence), from+x.longestWide); end > from; end-- {
		if end < len(sentence) && !utf8.RuneStart(sentence[end]) {
			continue
		}
		// What follows may be a part of the last sign: し of じ.
		if next, _ := utf8.DecodeRuneInString(sentence[end:]); voiced(next) {
			continue
		}
		if c := x.words[sentence[from:end]]; c != 0 {
			return end, c
		}
	}
	return from, 0
}

// voiced tells the marks that are parts of the sign before them.
func voiced(r rune) bool { return r == '\u3099' || r == '\u309a' }

// phrase is the longest phrase that begins with a word, else that word.
func (x *lexicon) phrase(sentence string, first token) token {
	best := first
	text := sentence[first.From:first.To]
	at := first.To
	for range x.longest - 1 {
		for at < len(sentence) && (sentence[at] == ' ' || sentence[at] == '-' || sentence[at] == '\'') || strings.HasPrefix(sentence[min(at, len(sentence)):], "’") {
			_, size := utf8.DecodeRuneInString(sentence[at:])
			at += size
		}
		end := wordEnd(sentence, at)
		if end == at {
			break
		}
		text += " " + sentence[at:end]
		at = end
		if c := x.words[text] | x.phraseBeginning(text); c != 0 {
			best = token{Span: Span{first.From, end}, is: c}
		}
	}
	return best
}

// phraseBeginning is the kinds of phrases of which the last word may end in any
// way.
func (x *lexicon) phraseBeginning(text string) class {
	var c class
	for i := strings.LastIndexByte(text, ' ') + 2; i <= len(text); i++ {
		c |= x.beginnings[text[:i]]
	}
	return c
}

// joined makes one of marks that stand in a list.
func joined(list []token) []token {
	var out []token
	for _, t := range list {
		n := len(out)
		switch {
		case t.is&mark != 0 && n > 0 && out[n-1].is&mark != 0:
			out[n-1].To, out[n-1].is = t.To, out[n-1].is&t.is
		case t.is&mark != 0 && n > 1 && out[n-1].is&and != 0 && out[n-2].is&mark != 0:
			out[n-2].To, out[n-2].is = t.To, out[n-2].is&t.is
			out = out[:n-1]
		default:
			out = append(out, t)
		}
	}
	return out
}

// clauses notes the words that begin a clause of their own: an "and" before a verb,
// or before a name that has one.
func clauses(list []token) []token {
	for i, t := range list {
		if t.is&and == 0 || t.is&neg != 0 || i+1 == len(list) {
			continue
		}
		next := list[i+1].is
		if next&(app|company|mark) != 0 && i+2 < len(list) && list[i+2].is&neg == 0 {
			next = list[i+2].is &^ (app | company | mark)
			if next&(endorses|works|supports) != 0 {
				next |= aux
			}
		}
		if next&aux != 0 {
			list[i].is |= clause
		}
	}
	return list
}
