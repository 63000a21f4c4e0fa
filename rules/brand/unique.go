package brand

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/rules/brand/lettering"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
)

// others are the names of other companies, as they read.
type others struct {
	list []other
	by   map[string]int // the whole name, without what all companies have
}

type other struct {
	company, name, key string
}

func newOthers(companies []policy.Company) others {
	o := others{by: map[string]int{}}
	for _, c := range companies {
		for _, n := range slices.Concat([]string{c.Name}, c.Names, c.Developers) {
			k := strings.Join(reading(n), " ")
			if _, there := o.by[k]; !there && k != "" {
				o.by[k] = len(o.list)
				o.list = append(o.list, other{c.Name, n, k})
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
	own := strings.Join(reading(j.listing.CompanyName), "")
	best, how := -1, ""
	for i, o := range j.others.list {
		if own != "" && strings.Join(reading(o.company), "") == own {
			continue // the policy lists the company itself too
		}
		if h := confusable(words, o.key); h != "" && (best < 0 || h == likeEqual) {
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

// confusable says how a name, as words, can be mistaken for another; empty where
// it can't.
func confusable(words []string, key string) string {
	name, other := strings.Join(words, ""), strings.ReplaceAll(key, " ", "")
	const least = 7 // letters of a name of which one may be wrong, or that others build upon
	switch {
	case name == "":
		return ""
	case name == other || sorted(words) == sorted(strings.Fields(key)):
		return likeEqual
	case len(other) < least:
		return ""
	case strings.Contains(" "+strings.Join(words, " ")+" ", " "+key+" "):
		return likeIn
	case near(name, other):
		return likeNear
	}
	return ""
}

func sorted(words []string) string { return strings.Join(slices.Sorted(slices.Values(words)), " ") }

// near reports whether two names differ in one letter, or two that changed
// places. Digits are no letters: version 2 is not version 3.
func near(a, b string) bool {
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
