package lettering

import (
	"strings"

	"rollcall/rules/names/ucd"
)

// smallForms are, for each Latin letter, the small letters of which only the
// capital looks like it, and forms of Latin letters that are read as it without
// looking quite like it. What else looks like a Latin letter, Unicode TS 39 says.
const smallForms = `
a ɑ ᴀ
b в β ß ь ɓ ʙ
c ƈ ᴄ
d đ ɗ ᴅ
e є э ɛ ǝ ə ᴇ
f ғ ꜰ ꝼ
g ɢ
h н η ħ ʜ
i ɨ ɪ
j ᴊ
k к κ ᴋ
l ł ɫ ƚ ʟ
m м μ ɱ ᴍ
n п η ŋ ɲ ɴ
o ø ѳ ө ɵ ᴏ
p п ᴘ
r г ɍ ʀ ꞃ
s ѕ ʂ ꜱ ꞅ
t т τ ŧ ţ ᴛ ꞇ
u ц υ ʋ ᴜ
v ᴠ
w ш ω ѡ ᴡ
x ҳ
y у γ ɏ ʏ
z ƶ ᴢ
`

var latinOf = func() map[rune]rune {
	m := map[rune]rune{}
	for line := range strings.Lines(strings.TrimSpace(smallForms)) {
		fields := strings.Fields(line)
		for _, f := range fields[1:] {
			for _, r := range f {
				if _, seen := m[r]; !seen {
					m[r] = rune(fields[0][0])
				}
			}
		}
	}
	return m
}()

// lookalike returns the Latin letter or digit, in lower case, that a character
// beyond ASCII is taken for.
func lookalike(r, lower rune) (rune, bool) {
	switch {
	case 0x1F150 <= r && r <= 0x1F169: // letters in black circles
		return 'a' + r - 0x1F150, true
	case 0x1F170 <= r && r <= 0x1F189: // and in black squares
		return 'a' + r - 0x1F170, true
	case 0x1F1E6 <= r && r <= 0x1F1FF: // regional indicators
		return 'a' + r - 0x1F1E6, true
	case 0x2E80 <= r && r <= 0x9FFF, 0xAC00 <= r && r <= 0xD7FF: // Han, Kana, Hangul: the strokes of a sign are no letter
		return 0, false
	}
	if l, ok := latinOf[lower]; ok {
		return l, true
	}
	for _, c := range []rune{r, lower} {
		to, ok := ucd.Load().Prototype(c)
		if ok && len(to) == 1 && ('a' <= to[0]|0x20 && to[0]|0x20 <= 'z' || '0' <= to[0] && to[0] <= '9') {
			return rune(strings.ToLower(to)[0]), true
		}
	}
	return 0, false
}
