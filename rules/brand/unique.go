package brand

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/rules/brand/lettering"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
)

// others are the names of other companies, as they read.
type others struct{ list []other }

// An other is a name of another company: as it stands, and as it reads.
type other struct {
	company, name          string
	owner                  string // the company, as it reads
	spaced, joined, sorted string
}

func newOthers(companies []policy.Company) others {
	var o others
	seen := map[string]bool{}
	for _, c := range companies {
		owner := strings.Join(reading(c.Name), "")
		for _, n := range slices.Concat([]string{c.Name}, c.Names, c.Developers) {
			words := reading(n)
			if k := strings.Join(words, " "); k != "" && !seen[k] {
				seen[k] = true
				o.list = append(o.list, other{c.Name, n, owner, k, strings.Join(words, ""), sorted(words)})
			}
		}
	}
	return o
}

// forms are words that say what kind of company one is: they tell none apart.
var forms = []string{"inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "plc", "gmbh", "ag", "kg", "se",
	"sa", "sas", "sarl", "sl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "sro", "spzoo", "ltda", "pty", "pte", "kk", "株式会社", "有限公司"}

// reading is a name as it reads, word by word: without case, accents, punctuation
// and the company's form, with digits for the letters that they look like.
func reading(name string) []string {
	var words []string
	var b strings.Builder
	digits := true
	flush := func() {
		if b.Len() == 0 {
			return
		}
		w := b.String()
		if !digits { // "C0ntoso", but not "Visits 12"
			w = leet.Replace(w)
		}
		words = append(words, w)
		b.Reset()
		digits = true
	}
	for _, g := range lettering.Read(name) {
		switch {
		case g.Word:
			b.WriteRune(g.Rune)
			digits = digits && '0' <= g.Rune && g.Rune <= '9'
		case g.Plain == '\'' || g.Plain == '’' || g.Plain == '.':
		default:
			flush()
		}
	}
	flush()
	isForm := func(f string) bool { return leet.Replace(f) == words[len(words)-1] }
	for len(words) > 1 && slices.ContainsFunc(forms, isForm) {
		words = words[:len(words)-1]
	}
	return words
}

// leet are digits and pairs that look like letters within a word.
var leet = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "rn", "m", "vv", "w", "i", "l")

// unique judges whether a name can be mistaken for another company's.
func (j *judging) unique(n named) Check {
	check := Check{Rule: RuleUnique, Verdict: rule.Pass, Field: n.Field, To: len(n.text)}
	if len(j.others.list) == 0 {
		check.Verdict = rule.NotApplicable
		return check
	}
	words := reading(n.text)
	own, name := strings.Join(reading(j.listing.CompanyName), ""), strings.Join(words, "")
	spaced, inOrder := strings.Join(words, " "), sorted(words)
	best, how := -1, ""
	for i, o := range j.others.list {
		if own != "" && o.owner == own {
			continue // the policy lists the company itself too
		}
		if h := o.like(name, spaced, inOrder); h != "" && (best < 0 || h == likeEqual) {
			best, how = i, h
			if h == likeEqual {
				break
			}
		}
	}
	if best >= 0 {
		o := j.others.list[best]
		check.Verdict, check.Seen = rule.Fail, clip(n.text)
		check.Expected = fmt.Sprintf("a name that is not %s %q of %s", how, o.name, o.company)
	}
	return check
}

// How one name is like another.
const (
	likeEqual = "read as"
	likeNear  = "one letter away from"
	likeIn    = "built upon"
)

// like says how a name, as it reads, can be mistaken for the other; empty where it
// can't.
func (o other) like(joined, spaced, sorted string) string {
	const least = 7 // letters of a name of which one may be wrong, or that others build upon
	switch {
	case joined == "":
		return ""
	case joined == o.joined || sorted == o.sorted:
		return likeEqual
	case len(o.joined) < least:
		return ""
	case strings.Contains(" "+spaced+" ", " "+o.spaced+" "):
		return likeIn
	case near(joined, o.joined):
		return likeNear
	}
	return ""
}

func sorted(words []string) string { return strings.Join(slices.Sorted(slices.Values(words)), " ") }

// near reports whether two names differ in one letter, or two that changed
// places. Digits are no letters: version 2 is not version 3.
func near(a, b string) bool {
	if d := len(a) - len(b); d < -utf8.UTFMax || d > utf8.UTFMax {
		return false
	}
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	k := 0
	for k < len(x)-i && x[len(x)-1-k] == y[len(y)-1-k] {
		k++
	}
	dx, dy := x[i:len(x)-k], y[i:len(y)-k]
	for _, r := range string(dx) + string(dy) {
		if '0' <= r && r <= '9' {
			return false
		}
	}
	return len(dy) <= 1 || len(dx) == 2 && len(dy) == 2 && dx[0] == dy[1] && dx[1] == dy[0]
}
