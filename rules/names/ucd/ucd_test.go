package ucd

import (
	"strings"
	"testing"
)

func TestTables(t *testing.T) {
	u := Load()
	if !strings.Contains(characterText, "Unicode "+Version) || !strings.Contains(confusableText, "version "+Version) {
		t.Errorf("the data are not of Unicode %s", Version)
	}
	for r, want := range map[rune]Script{'a': "Latin", 'é': "Latin", 'ж': "Cyrillic", 'ω': "Greek", 'ش': "Arabic", 'ש': "Hebrew", '王': "Han",
		'ก': "Thai", 'क': "Devanagari", ' ': Common, '1': Common, '\u0301': Inherited, '\u200d': Inherited, '\u0378': ""} {
		if got := u.Script(r); got != want {
			t.Errorf("%U is %q, want %q", r, got, want)
		}
	}
	for r, want := range map[rune]string{'а': "a", 'І': "l", '0': "O", 'm': "rn", 'ѕ': "s", 'œ': "oe"} {
		if got, _ := u.Prototype(r); got != want {
			t.Errorf("%U looks like %q, want %q", r, got, want)
		}
	}
	for r, want := range map[rune]Base{'ᴀ': {'a', false}, 'ʉ': {'u', true}, '🅐': {'A', false}, 'қ': {'к', true}, '🇩': {'D', false}} {
		if got, ok := u.Base(r); !ok || got != want {
			t.Errorf("the base of %U is %+v, want %+v", r, got, want)
		}
	}
	if _, ok := u.Base('й'); ok {
		t.Error("a letter that decomposes has a base")
	}
	if _, ok := u.Prototype('a'); ok || len(u.Prototypes()) < 6000 {
		t.Errorf("%d prototypes", len(u.Prototypes()))
	}
	for _, c := range []struct {
		set    Set
		in     rune
		not    rune
		called string
	}{
		{u.Unassigned, 0x378, 'a', "unassigned"}, {u.PrivateUse, 0xe000, 'a', "private use"}, {u.Format, 0x200b, ' ', "format"},
		{u.Ignorable, 0x3164, 'ㄱ', "ignorable"}, {u.Emoji, '🙂', 'a', "emoji"}, {u.Pictographic, '👩', 'a', "pictographic"},
		{u.EmojiPresentation, '🙂', '1', "emoji presentation"},
	} {
		if !c.set.Has(c.in) || c.set.Has(c.not) {
			t.Errorf("%s: %v %v", c.called, c.set.Has(c.in), c.set.Has(c.not))
		}
	}
	if !u.Letter('ß') || !u.Letter('王') || u.Letter('-') || u.Letter('7') || u.Letter('🙂') {
		t.Error("letters are not known")
	}
}
