package language

import (
	"regexp"
	"slices"
	"strings"
)

// A Reading is a sentence as a language reads it. It finds what the sentence says
// of the marks in it, by the language's grammar and the policy's patterns.
type Reading struct {
	language *Language
	sentence string
	tokens   []token
}

// Read reads a sentence, which is folded and has signs for marks and names. Owners
// are the places of the marks that are names of who owns them.
func (l *Language) Read(sentence string, owners []Span) Reading {
	r := Reading{language: l, sentence: sentence}
	// Kana tells Japanese from Chinese, which has many of its words.
	if l.Code != "zh" || !strings.ContainsFunc(sentence, kana) {
		r.tokens = l.lexicon.tokens(sentence, owners)
	}
	return r
}

func (r Reading) find(patterns []*regexp.Regexp, forms []form) []Span {
	out := find(patterns, r.sentence)
	if !slices.ContainsFunc(r.tokens, func(t token) bool { return t.is&mark != 0 }) {
		return out
	}
	for _, f := range forms {
		for _, s := range f.find(r.tokens) {
			out = append(out, Span{r.tokens[s.From].From, r.tokens[s.To-1].To})
		}
	}
	return out
}

// Statements finds where the sentence states the app's compatibility.
func (r Reading) Statements() []Span { return r.find(r.language.statement, r.language.forms.statement) }

// Attributions finds where the sentence says whose mark a wordmark is.
func (r Reading) Attributions() []Span {
	return r.find(nil, r.language.forms.attribution)
}

// Denials finds where the sentence denies affiliation.
func (r Reading) Denials() []Span {
	return r.find(nil, r.language.forms.denial)
}

// Endorsements finds where the sentence claims affiliation, endorsement or
// sponsorship.
func (r Reading) Endorsements() []Span {
	return r.find(r.language.endorsement, r.language.forms.endorsement)
}

// Certifications finds where the sentence claims a certification or the owner's
// branding.
func (r Reading) Certifications() []Span {
	return r.find(r.language.certification, r.language.forms.certification)
}

// ImpliedEndorsements finds where the sentence has words of such a claim beside a
// mark, whatever joins them. Beside a statement they may be about anything.
func (r Reading) ImpliedEndorsements() []Span {
	return r.find(nil, r.language.forms.impliedEndorsement)
}

// ImpliedCertifications is the same for certification.
func (r Reading) ImpliedCertifications() []Span {
	return r.find(nil, r.language.forms.impliedCertification)
}

// Denies reports whether the sentence begins with a no: an answer that denies what
// was asked before it.
func (r Reading) Denies() bool { return r.begins(neg, 4) }

// Asks reports whether the sentence asks who stands behind the app.
func (r Reading) Asks() bool { return r.has(who) && r.has(endorsed|endorses|maker) }

// Names reports whether the sentence begins with a mark.
func (r Reading) Names() bool { return r.begins(mark, 3) && !r.has(neg) }

// Uses reports whether the sentence asks whether somebody uses a mark.
func (r Reading) Uses() bool { return r.has(use|join|works) && r.has(mark) && !r.has(stop) }

// Connects reports whether the sentence says of the app that it works with what
// was named before.
func (r Reading) Connects() bool {
	return r.begins(app, 3) && r.has(works|supports|join) && !r.has(stop)
}

func (r Reading) has(c class) bool {
	return slices.ContainsFunc(r.tokens, func(t token) bool { return t.is&c != 0 })
}

func (r Reading) begins(c class, within int) bool {
	return slices.ContainsFunc(r.tokens[:min(within, len(r.tokens))], func(t token) bool { return t.is&c != 0 })
}
