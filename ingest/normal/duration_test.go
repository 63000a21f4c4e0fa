package normal

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
)

func TestDuration(t *testing.T) {
	tests := []struct {
		name, text string
		unit       Unit
		want       int64
		problem    string
	}{
		{"whole seconds", "960", Seconds, 960_000, ""},
		{"white space around", " 5 ", Seconds, 5_000, ""},
		{"two decimals", "73872.94", Seconds, 73_872_940, ""},
		{"binary fraction as written", "49.728617199999995", Seconds, 49_729, ""},
		{"half goes up", "0.0005", Seconds, 1, ""},
		{"below half goes down", "0.00049999999999999999999", Seconds, 0, ""},
		{"half of a millisecond", "1172487.5", Milliseconds, 1_172_488, ""},
		{"milliseconds with decimals", "1172487.9394", Milliseconds, 1_172_488, ""},
		{"carry", "9.9999", Seconds, 10_000, ""},
		{"exponent", "3.34E+02", Seconds, 334_000, ""},
		{"negative exponent", "5e-4", Seconds, 1, ""},
		{"tiny exponent", "5e-99999999999999999999", Seconds, 0, ""},
		{"leading zeros", "0082", Seconds, 82_000, ""},
		{"plus", "+1", Seconds, 1_000, ""},
		{"zero", "0", Seconds, 0, ""},
		{"negative zero", "-0.0", Seconds, 0, ""},
		{"a hundred years", "3153600000", Seconds, MaxDuration, ""},

		{"empty", "", Seconds, -1, DurationAbsent},
		{"null", "null", Seconds, -1, DurationAbsent},
		{"negative", "-1", Seconds, -1, DurationNegative},
		{"a little negative", "-0.0000001", Seconds, -1, DurationNegative},
		{"too long", "3153600001", Seconds, -1, DurationTooLong},
		{"too long for 64 bits", "99999999999999999999999", Milliseconds, -1, DurationTooLong},
		{"huge exponent", "1e99999999999999999999", Seconds, -1, DurationTooLong},
		{"not a number", "NaN", Seconds, -1, DurationUnreadable},
		{"infinite", "Infinity", Seconds, -1, DurationUnreadable},
		{"hexadecimal", "0x10", Seconds, -1, DurationUnreadable},
		{"decimal comma", "1,5", Seconds, -1, DurationUnreadable},
		{"no digit before the point", ".5", Seconds, -1, DurationUnreadable},
		{"no digit behind the point", "5.", Seconds, -1, DurationUnreadable},
		{"no exponent", "5e", Seconds, -1, DurationUnreadable},
		{"time span", "00:00:05", Seconds, -1, DurationUnreadable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problem := Duration([]byte(test.text), test.unit)
			if got != test.want || problem != test.problem {
				t.Errorf("Duration(%q) = %d, %q, want %d, %q", test.text, got, problem, test.want, test.problem)
			}
		})
	}
}

func TestOffset(t *testing.T) {
	for text, want := range map[string]int64{"-132": -132, "132.5": 133, "-132.5": -133, "0": 0, "1e3": 1000} {
		if got, ok := Offset([]byte(text)); !ok || got != want {
			t.Errorf("Offset(%q) = %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "soon", "1e30"} {
		if got, ok := Offset([]byte(text)); ok {
			t.Errorf("Offset(%q) = %d, want it refused", text, got)
		}
	}
}

// decimalForm is what a number may look like; the exponent is kept short for
// the reference's sake.
var decimalForm = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)

// FuzzDuration holds the reader against exact fractions.
func FuzzDuration(f *testing.F) {
	for _, s := range []string{"73872.94", "49.728617199999995", "0.0005", "3.34E+02", "-0.0", "3153600000", "1e-3", "", "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, problem := Duration([]byte(text), Seconds)
		if (problem == "") != (got >= 0) {
			t.Fatalf("Duration(%q) = %d with problem %q", text, got, problem)
		}
		trimmed := strings.TrimSpace(text)
		if !decimalForm.MatchString(trimmed) {
			if long := strings.ContainsAny(trimmed, "eE"); !long && problem != DurationUnreadable && problem != DurationAbsent {
				t.Errorf("Duration(%q) = %d, %q, want it unreadable", text, got, problem)
			}
			return
		}
		exact, _ := new(big.Rat).SetString(trimmed)
		want := new(big.Rat).Add(new(big.Rat).Mul(exact, big.NewRat(1000, 1)), big.NewRat(1, 2))
		ms := new(big.Int).Div(want.Num(), want.Denom())
		switch {
		case exact.Sign() < 0:
			if problem != DurationNegative {
				t.Errorf("Duration(%q) = %d, %q, want it negative", text, got, problem)
			}
		case ms.Cmp(big.NewInt(MaxDuration)) > 0:
			if problem != DurationTooLong {
				t.Errorf("Duration(%q) = %d, %q, want it too long", text, got, problem)
			}
		case ms.Cmp(big.NewInt(got)) != 0:
			t.Errorf("Duration(%q) = %d, %q, want %s", text, got, problem, ms)
		}
	})
}
