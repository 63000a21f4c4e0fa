package policy

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// BrandWordKinds are the kinds of word with which the brand rules read texts: what
// is recommended, who is a partner, what connects. rules/brand/language says what
// each is for.
func BrandWordKinds() []string {
	return []string{"among", "and", "apart", "aux", "belong", "bond", "but", "by", "certificate", "certified", "endorsed", "endorses", "fill", "for", "helped",
		"join", "link", "maker", "neg", "not_only", "object", "official", "other", "owner", "product", "stop", "supports", "tie", "trademark", "use", "who", "with", "works"}
}

// brandWords reads words by language and kind.
func (r *reader) brandWords(n ast.Node, key string) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	r.each(n, key, BrandLanguages(), func(language string, v ast.Node) {
		at := join(key, language)
		kinds := map[string][]string{}
		r.each(v, at, BrandWordKinds(), func(kind string, v ast.Node) {
			at := join(at, kind)
			list := r.texts(v, at, "words")
			if len(list) > maxBrandPatterns {
				r.wrong(v, at, "expected at most %d words, found %d", maxBrandPatterns, len(list))
				return
			}
			for i, w := range list {
				if !strings.ContainsFunc(w, unicode.IsLetter) {
					r.wrong(v, fmt.Sprintf("%s[%d]", at, i), "expected a word, or the beginning of one with a * behind, found %q", clip(w))
				}
			}
			kinds[kind] = list
		})
		out[language] = kinds
	})
	return out
}
