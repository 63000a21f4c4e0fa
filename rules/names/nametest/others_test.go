package nametest_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"rollcall/rules/names"
	"rollcall/rules/policy"
)

// TestOtherFonts says how far the rules reach beyond the fonts that they know:
// of the characters that look alike in others, one is put into a name for each.
// There is no table of all that looks alike, so the bar is not all of them.
func TestOtherFonts(t *testing.T) {
	const bar = 88 // of 100
	text, err := os.ReadFile("testdata/others.txt")
	if err != nil {
		t.Fatal(err)
	}
	shipped := policy.DefaultNames()
	all, found := 0, 0
	var missed strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		letter, err1 := strconv.ParseUint(f[0], 16, 32)
		like, err2 := strconv.ParseUint(f[1], 16, 32)
		if err1 != nil || err2 != nil || len(f) != 5 {
			t.Fatalf("line %q: want two characters, their likeness, a font and a name", line)
		}
		before, after := "Harb", "enov Tisk"
		switch {
		case letter >= 0x530:
			before, after = "Սար", "գիս Մամյան"
		case letter >= 0x400:
			before, after = "Сан", "дор Жигун"
		case letter >= 0x370:
			before, after = "Πεξ", "δος Ζηκων"
		}
		in := names.Input{Policy: shipped, Known: directoryOf([]string{before + string(rune(letter)) + after})}
		all++
		if _, ok := failures(before+string(rune(like))+after, in)[names.RuleImpersonation]; ok {
			found++
		} else {
			fmt.Fprintf(&missed, "\n  %s for %s: %s (%s)", string(rune(like)), string(rune(letter)), f[4], f[3])
		}
	}
	t.Logf("%d of %d characters that look alike in other fonts are found; not:%s", found, all, missed.String())
	if found*100 < bar*all {
		t.Errorf("%d of %d is less than %d of 100", found, all, bar)
	}
}
