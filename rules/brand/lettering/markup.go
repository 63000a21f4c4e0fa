package lettering

import (
	"html"
	"strings"
	"unicode/utf8"
)

// longest is how many bytes a tag or a sign by its name has at most.
const longest = 80

// breaks are the tags after which a new line begins.
var breaks = []string{"br", "p", "li", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td"}

// markup reads the tag, or the sign by its name or number, that a text begins
// with: n bytes of it stand for shown, or for nothing where that is 0. n is 0
// where it is neither.
func markup(text string) (shown rune, n int) {
	if text[0] == '&' {
		end := strings.IndexByte(text[:min(len(text), 12)], ';')
		if end < 2 {
			return 0, 0
		}
		sign := html.UnescapeString(text[:end+1])
		r, size := utf8.DecodeRuneInString(sign)
		if size != len(sign) || r == '&' && text[:end+1] != "&amp;" {
			return 0, 0
		}
		return r, end + 1
	}
	end := strings.IndexByte(text[:min(len(text), longest)], '>')
	name := strings.TrimPrefix(text[1:max(end, 1)], "/")
	letters := strings.IndexFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
	if letters < 0 {
		letters = len(name)
	}
	if end < 2 || letters == 0 || strings.ContainsAny(name[:1], "0123456789") || strings.IndexByte(text[1:end], '<') >= 0 {
		return 0, 0
	}
	for _, b := range breaks {
		if strings.EqualFold(name[:letters], b) {
			return '\n', end + 1
		}
	}
	return 0, end + 1
}
