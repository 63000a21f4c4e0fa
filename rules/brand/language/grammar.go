package language

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// A grammar says, with kinds of word, how claims and statements are made in any
// language: see data/grammar.yaml.
type grammar struct {
	statement, attribution, denial, endorsement, certification []form
	// implied are claims of a wider kind, for marks that are in no statement.
	impliedEndorsement, impliedCertification []form
}

// A form is a sequence of kinds of word with gaps between them.
type form struct {
	text  string
	steps []step
}

// A step is a word of some kinds, or a gap of at most some words.
type step struct {
	is class
	// gap says how much may stand there: half words, as a sign of a script without
	// spaces is half of one; -1 is no gap. never are the kinds that may not.
	gap   int
	never class
}

// What never stands within a gap. In a claim: what begins another thing that is
// said; in a tight one, what joins words to others.
const (
	neverStated  = stop | but
	neverDenied  = but | dash | clause | works | join
	neverImplied = stop | but | dash | works | supports | join
	neverClaimed = neverImplied | use | app | clause
	neverTight   = neverClaimed | by | with | forWhat | and | aux | app | who
)

// forms are those of data/grammar.yaml, or those that a language has besides.
type forms struct {
	Statement     []string `yaml:"statement"`
	Attribution   []string `yaml:"attribution"`
	Denial        []string `yaml:"denial"`
	Endorsement   []string `yaml:"endorsement"`
	Certification []string `yaml:"certification"`
	Implied       struct {
		Endorsement   []string `yaml:"endorsement"`
		Certification []string `yaml:"certification"`
	} `yaml:"implied"`
}

// shipped are the forms of data/grammar.yaml.
var shipped = sync.OnceValues(func() (forms, error) {
	var d forms
	text, err := files.ReadFile("data/grammar.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(text, &d, yaml.Strict())
	}
	return d, err
})

// readGrammar reads the forms that ship, with those of a language.
func readGrammar(own forms) (*grammar, error) {
	d, err := shipped()
	if err != nil {
		return nil, fmt.Errorf("grammar: %w", err)
	}
	g := &grammar{}
	for _, part := range []struct {
		to    *[]form
		list  []string
		never class
	}{{&g.statement, slices.Concat(d.Statement, own.Statement), neverStated}, {&g.attribution, slices.Concat(d.Attribution, own.Attribution), 0}, {&g.denial, slices.Concat(d.Denial, own.Denial), neverDenied}, {&g.endorsement, slices.Concat(d.Endorsement, own.Endorsement), neverClaimed}, {&g.certification, slices.Concat(d.Certification, own.Certification), neverClaimed},
		{&g.impliedEndorsement, slices.Concat(d.Implied.Endorsement, own.Implied.Endorsement), neverImplied}, {&g.impliedCertification, slices.Concat(d.Implied.Certification, own.Implied.Certification), neverImplied},
	} {
		for _, t := range part.list {
			f, err := newForm(t, part.never)
			if err != nil {
				return nil, fmt.Errorf("grammar: %q: %w", t, err)
			}
			*part.to = append(*part.to, f)
		}
	}
	return g, nil
}

// newForm reads a form: kinds of word ("a|b" is either), ~n a gap of at most n
// words that add nothing of their own, -n one of at most n that describe the word
// beside it, +n one that may compare ("certified as safe by").
func newForm(text string, never class) (form, error) {
	f := form{text: text}
	for _, word := range strings.Fields(text) {
		s := step{gap: -1}
		switch word[0] {
		case '~', '-', '+':
			n, err := strconv.Atoi(word[1:])
			if err != nil {
				return f, fmt.Errorf("%q is no gap", word)
			}
			s.gap, s.never = 2*n, never
			switch word[0] {
			case '-':
				s.never = neverTight | never
			case '+':
				s.never = never &^ stop
			}
		default:
			for name := range strings.SplitSeq(word, "|") {
				c, ok := classes[name]
				if !ok {
					return f, fmt.Errorf("no kind of word is called %q", name)
				}
				s.is |= c
			}
		}
		f.steps = append(f.steps, s)
	}
	return f, nil
}

// maxGap is how many words, of whatever weight, a gap has at most.
const maxGap = 24

// find returns the shortest places, as places in the list, at which tokens have
// the form: one for each token with which one begins.
func (f form) find(list []token) []Span {
	var out []Span
	for i := range list {
		if end := f.at(list, i, 0); end > i {
			out = append(out, Span{i, end})
		}
	}
	return out
}

// at returns the end of the steps from one on where they begin at a token; 0 where
// they do not.
func (f form) at(list []token, i, from int) int {
	if from == len(f.steps) {
		return i
	}
	s := f.steps[from]
	if s.gap < 0 {
		if i < len(list) && list[i].is&s.is != 0 {
			return f.at(list, i+1, from+1)
		}
		return 0
	}
	for budget, n := s.gap, 0; n <= maxGap; n++ {
		if end := f.at(list, i, from+1); end > 0 {
			return end
		}
		if i >= len(list) || list[i].is&s.never != 0 {
			return 0
		}
		if budget -= list[i].weight(); budget < 0 {
			return 0
		}
		i++
	}
	return 0
}

// weight is how much a token adds to a gap, in half words.
func (t token) weight() int {
	switch {
	case t.is&(fill|and|dash|aux|neg|company|by|with|forWhat|object|other) != 0:
		return 0
	case t.wide:
		return 1
	}
	return 2
}
