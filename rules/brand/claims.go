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
		if len(s.marks) == 0 || inName && !slices.ContainsFunc(s.marks, func(m mark) bool { return j.meant(s, m, text, f.Locale, true) }) {
			continue
		}
		denied := j.spans(s, (*language.Language).Denials)
		j.claim(&endorsed, text, s, (*language.Language).Endorsements, denied, "no word that the owner of the mark stands behind the app")
		j.claim(&certified, text, s, (*language.Language).Certifications, denied, "no certification but one that the policy lists for the app, with its dates")
	}
	return []Check{endorsed, certified}
}

func (j *judging) spans(s sentence, find func(*language.Language, string) []language.Span) []language.Span {
	var out []language.Span
	for _, l := range j.languages {
		out = append(out, find(l, s.text)...)
	}
	return out
}

// claim notes the first claim of a sentence that is neither denied nor vouched
// for.
func (j *judging) claim(check *Check, text string, s sentence, find func(*language.Language, string) []language.Span, denied []language.Span, expected string) {
	if check.Verdict == rule.Fail {
		return
	}
	for _, at := range j.spans(s, find) {
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
				if t := bare(n.text); t != "" && strings.Contains(whole, t) && overlapsText(s.text, n.text, at) {
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
