package names

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// ids are what stands for an id in a name: raw ids, GUIDs, long hexadecimal
// numbers, addresses.
var ids = regexp.MustCompile(`(?i)\b(8|28|4|48):(acs|orgid|gcch|dod|teamsvisitor|spool|live)[:_-]\S*|\b(acs|orgid|teamsvisitor):\S+` +
	`|\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?|\b4:\+?[0-9]{5,}|\b0x[0-9a-f]{6,}\b|(?:\b|_)[0-9a-f]{16,}\b|\b(?:tel|sips?|mailto|callto):\S*|[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().]{2,}`)

// idPrefixes are what is left of an id of which only the rest was known.
var idPrefixes = regexp.MustCompile(`(?i)\b(8|28|4|48)?:?(acs|orgid|gcch|dod|teamsvisitor|spool)\b:?`)

// missing judges whether there is a name at all.
func missing(s subject, in Input) Judgement {
	if !s.person() {
		return verdict(RuleMissing, rule.NotApplicable, "no-person")
	}
	reason, what := lacks(s.Name, s.RawID, in.Policy)
	if reason == "" || s.allowed(in) {
		return verdict(RuleMissing, rule.Pass, "")
	}
	j := verdict(RuleMissing, rule.Fail, reason)
	j.Severity = schema.SeverityLow
	j.Expected = "a name"
	j.Message = "shown by " + what + " and no name"
	return j
}

// lacks says what stands in the place of a name; empty where one is there.
func lacks(name, raw string, p policy.Names) (reason, what string) {
	t := ucd.Load()
	var b strings.Builder
	seen := false // something that can be seen and is no punctuation
	for _, r := range norm.NFKC.String(name) {
		switch {
		case t.Ignorable.Has(r), t.Format.Has(r), unicode.IsControl(r):
			continue
		case t.Pictographic.Has(r) && r > 0xff, t.Emoji.Has(r) && r > 0xff:
			seen = true
		}
		b.WriteRune(r)
	}
	text := strings.TrimSpace(b.String())
	if text == "" {
		return "empty", "nothing"
	}
	rest := ids.ReplaceAllString(text, " ")
	if raw != "" && len(raw) > 3 {
		for _, part := range []string{raw, raw[strings.LastIndexByte(raw, ':')+1:]} {
			rest = cutFold(rest, part)
		}
	}
	if rest != text {
		rest = idPrefixes.ReplaceAllString(rest, " ")
	}
	letters, digits := count(t, rest)
	switch {
	case letters == 0 && rest != text:
		return "id", "an id"
	case letters == 0 && digits > 0:
		return "number", "a number"
	case letters == 0 && !seen:
		return "placeholder", "punctuation"
	case letters == 0:
		return "", ""
	}
	if plain := policy.PlainName(rest); p.Words().Placeholders[plain] {
		if rest != text {
			return "id", "an id"
		}
		return "placeholder", "a placeholder"
	}
	return "", ""
}

// cutFold leaves a part out of a text, whatever its case.
func cutFold(text, part string) string {
	if i := strings.Index(strings.ToLower(text), strings.ToLower(part)); i >= 0 && len(part) > 3 && i+len(part) <= len(text) {
		return text[:i] + " " + text[i+len(part):]
	}
	return text
}

// count counts letters of any alphabet, and digits.
func count(t *ucd.Tables, s string) (letters, digits int) {
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r), t.Letter(r) && !unicode.IsPunct(r) && !unicode.IsSymbol(r):
			letters++
		}
	}
	return letters, digits
}
