package lookalike

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
)

// Skeleton is the skeleton of a text by Unicode TS 39, section 4: two texts with
// the same one look the same. It is for comparing, not for showing.
func Skeleton(s string) string {
	t := ucd.Load()
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if t.Ignorable.Has(r) {
			continue
		}
		if to, ok := t.Prototype(r); ok {
			b.WriteString(to)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}
