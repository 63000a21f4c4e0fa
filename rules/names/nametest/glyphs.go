package nametest

import (
	"fmt"
	"strconv"
	"strings"
)

// glyphs are the characters that look like each letter, by drawing.
func glyphs() (map[rune][]rune, error) {
	text, err := files.ReadFile("testdata/glyphs.txt")
	if err != nil {
		return nil, err
	}
	out := map[rune][]rune{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 3)
		if len(f) < 3 {
			return nil, fmt.Errorf("glyphs.txt: line %q: want two characters and their likeness", line)
		}
		letter, err1 := strconv.ParseUint(f[0], 16, 32)
		like, err2 := strconv.ParseUint(f[1], 16, 32)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("glyphs.txt: line %q: want hexadecimal numbers", line)
		}
		out[rune(letter)] = append(out[rune(letter)], rune(like))
	}
	return out, nil
}
