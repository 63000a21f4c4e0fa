package brand

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/rules/brand/language"
	"rollcall/rules/brand/lettering"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
)

// claimed judges whether a name or text claims affiliation or certification.
func (j *judging) claimed(f Field, text string, list []sentence, inName bool) []Check {
	endorsed := Check{Rule: RuleEndorsement, Verdict: rule.Pass, Field: f}
	certified := Check{Rule: RuleCertification, Verdict: rule.Pass, Field: f}
	for _, s := range list {
		if len(s.marks) == 0 || s.denied || inName && !slices.ContainsFunc(s.marks, func(m mark) bool { return j.meant(s, m, text, f.Locale, true) }) {
			continue
		}
		denied, said := s.denials(), s.spans(language.Reading.Attributions)
		// Within a statement, a claim must be about the mark; elsewhere its words
		// beside the mark are enough.
		stated := append(s.spans(language.Reading.Statements), said...)
		wider := func(find func(language.Reading) []language.Span) []language.Span {
			return slices.DeleteFunc(s.spans(find), func(at language.Span) bool {
				return slices.ContainsFunc(s.marks, func(m mark) bool {
					return at.Covers(m.Span) && slices.ContainsFunc(stated, func(o language.Span) bool { return o.Covers(m.Span) })
				})
			})
		}
		claims := append(outside(s.spans(language.Reading.Endorsements), said), wider(language.Reading.ImpliedEndorsements)...)
		if s.answer {
			claims = append(claims, language.Span{To: len(s.text)})
		}
		j.claim(&endorsed, text, s, claims, denied, "no word that the owner of the mark stands behind the app")
		certificates := append(s.spans(language.Reading.Certifications), wider(language.Reading.ImpliedCertifications)...)
		j.claim(&certified, text, s, certificates, denied, "no certification but one that the policy lists for the app, with its dates")
	}
	return []Check{endorsed, certified}
}

// outside are the spans that no other covers: whose mark a wordmark is claims
// nothing.
func outside(spans, others []language.Span) []language.Span {
	return slices.DeleteFunc(spans, func(s language.Span) bool {
		return slices.ContainsFunc(others, func(o language.Span) bool { return o.Covers(s) })
	})
}

// read has each language read the sentences that have marks, and those beside
// them, and notes what a sentence says by the one before or after it.
func (j *judging) read(list []sentence, locale string) {
	near := func(i int) bool { return i >= 0 && i < len(list) && len(list[i].marks) > 0 }
	for i := range list {
		if near(i-1) || near(i) || near(i+1) {
			var owners []language.Span
			for _, m := range list[i].marks {
				if slices.ContainsFunc(j.terms.Owners, func(o string) bool { return strings.EqualFold(o, m.Mark.Text) }) {
					owners = append(owners, m.Span)
				}
			}
			// A sentence is in the language of its text, or in another that its words
			// tell; of a text without a language it is too short to tell.
			var in []*language.Language
			if k := slices.IndexFunc(j.languages, func(l *language.Language) bool { return l.Code == primary(locale) }); k >= 0 {
				in = append(language.Guess(j.languages, "", list[i].text), j.languages[k])
			}
			for k, l := range j.languages {
				list[i].read = append(list[i].read, l.Read(list[i].text, owners))
				if slices.Contains(in, l) {
					list[i].languages = append(list[i].languages, k)
				}
			}
		}
	}
	for i := range list[:max(len(list), 1)-1] {
		s, next := &list[i], &list[i+1]
		if !s.asked {
			continue
		}
		for k := range min(len(s.read), len(next.read)) {
			s.denied = s.denied || next.read[k].Denies()
			s.stated = s.stated || s.read[k].Uses() && next.read[k].Connects()
			next.answer = next.answer || s.read[k].Asks() && next.read[k].Names()
		}
	}
}

// spans are the places of a sentence at which a language finds something.
func (s sentence) spans(find func(language.Reading) []language.Span) []language.Span {
	var out []language.Span
	for _, r := range s.read {
		out = append(out, find(r)...)
	}
	return out
}

// denials are the places at which the sentence denies. Only the languages that it
// may be in count: "no" denies nothing in Portuguese.
func (s sentence) denials() []language.Span {
	var out []language.Span
	for i, r := range s.read {
		if len(s.languages) == 0 || slices.Contains(s.languages, i) {
			out = append(out, r.Denials()...)
		}
	}
	return out
}

// claim notes the first claim of a sentence that is neither denied nor vouched
// for.
func (j *judging) claim(check *Check, text string, s sentence, claims, denied []language.Span, expected string) {
	if check.Verdict == rule.Fail {
		return
	}
	for _, at := range claims {
		// A mark of which the sentence makes an ordinary word claims nothing.
		i := slices.IndexFunc(s.marks, func(m mark) bool { return at.Covers(m.Span) })
		if i < 0 || slices.ContainsFunc(denied, at.Overlaps) || j.grantedClaim(s, at) {
			continue
		}
		m := s.marks[i]
		check.Verdict, check.From, check.To = rule.Fail, m.At, m.End
		check.Seen, check.Expected = clip(text[s.from:s.to]), expected
		return
	}
}

// grantedClaim reports whether the officer vouches for the certification or
// licence that a sentence names at a place.
func (j *judging) grantedClaim(s sentence, at language.Span) bool {
	whole := bare(s.text)
	return slices.ContainsFunc(j.terms.Grants, func(g policy.Grant) bool {
		return g.Holds(j.listing.AppID, policy.GrantClaim, j.occasion.At) && slices.ContainsFunc(g.Names, func(name string) bool {
			glyphs := lettering.Read(name)
			for _, n := range sentences(name, glyphs, j.pieces(name, glyphs, nil, nil)) {
				if t := bare(n.text); len(n.marks) > 0 && t != "" && strings.Contains(whole, t) && overlapsText(s.text, n.text, at) {
					return true
				}
			}
			return false
		})
	})
}

// overlapsText reports whether a text stands in a sentence over a place.
func overlapsText(sentence, text string, at language.Span) bool {
	text = strings.TrimSpace(text)
	for from := 0; ; {
		i := strings.Index(sentence[from:], text)
		if i < 0 {
			return false
		}
		if (language.Span{From: from + i, To: from + i + len(text)}).Overlaps(at) {
			return true
		}
		from += i + 1
	}
}

// bare is a text without white space around it.
func bare(text string) string { return strings.TrimSpace(text) }

// claims judges what the listing says of its own certification and licences: it
// counts only what the officer's policy says too.
func (j *judging) claims() []Check {
	var out []Check
	if c := strings.TrimSpace(j.listing.Certification); c != "" {
		check := j.own1(Field{Name: FieldCertification}, c)
		out = append(out, check)
	}
	for i, c := range j.listing.Licences {
		if c = strings.TrimSpace(c); c == "" {
			continue
		}
		check := j.own1(Field{Name: FieldLicences, Index: i}, c)
		// A licence that names no mark may be any other: that of the app's code.
		if check.Verdict == rule.Fail && len(j.finder.Find(lettering.Read(cut(c)))) == 0 {
			check.Verdict = rule.NoEvidence
		}
		out = append(out, check)
	}
	return out
}

// own1 judges one claim of the listing about itself.
func (j *judging) own1(f Field, claim string) Check {
	check := Check{Rule: RuleCertification, Verdict: rule.Fail, Field: f, To: len(claim), Seen: clip(claim),
		Expected: "a certification or licence that the policy lists for the app; what a listing says of itself is a claim"}
	for _, g := range j.terms.Grants {
		if g.App != j.listing.AppID || !slices.ContainsFunc(g.Names, func(n string) bool { return same(n, claim) }) {
			continue
		}
		switch {
		case g.Holds(g.App, policy.GrantClaim, j.occasion.At):
			return Check{Rule: RuleCertification, Verdict: rule.Pass, Field: f}
		case !slices.Contains(g.Scope, policy.GrantClaim):
			check.Expected = fmt.Sprintf("%s does not allow the listing to name it", g.ID)
		case j.occasion.At.Before(g.From):
			check.Expected = fmt.Sprintf("%s holds from %s", g.ID, g.From.Format(time.DateOnly))
		default:
			check.Expected = fmt.Sprintf("%s ended on %s", g.ID, g.Until.Format(time.DateOnly))
			check.Since = g.Until.AddDate(0, 0, 1)
		}
	}
	return check
}

// same compares two names without case, accents and white space.
func same(a, b string) bool {
	return strings.Join(strings.Fields(language.Fold(strings.ToLower(a))), " ") == strings.Join(strings.Fields(language.Fold(strings.ToLower(b))), " ")
}
