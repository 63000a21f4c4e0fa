package normal

import "testing"

func TestISODuration(t *testing.T) {
	for _, test := range []struct {
		text    string
		want    int64
		problem string
	}{
		{"PT40M19.26S", 2_419_260, ""},
		{"PT59S", 59_000, ""},
		{"PT0S", 0, ""},
		{"PT0.016S", 16, ""},
		{"PT0.0005S", 1, ""},
		{"PT1,5S", 1500, ""},
		{" pt1h2m3s ", 3_723_000, ""},
		{"P1DT1S", 86_401_000, ""},
		{"P2W", 14 * 86_400_000, ""},
		{"PT00H00M05.5S", 5500, ""},
		{"", NoDuration, DurationAbsent},
		{"null", NoDuration, DurationAbsent},
		{"-PT1S", NoDuration, DurationNegative},
		{"PT", NoDuration, DurationUnreadable},
		{"P", NoDuration, DurationUnreadable},
		{"P1DT", NoDuration, DurationUnreadable},
		{"PTT1S", NoDuration, DurationUnreadable},
		{"PT1S1M", NoDuration, DurationUnreadable},
		{"PT1S2S", NoDuration, DurationUnreadable},
		{"PT1", NoDuration, DurationUnreadable},
		{"P1Y", NoDuration, DurationUnreadable},
		{"P1S", NoDuration, DurationUnreadable},
		{"PT1D", NoDuration, DurationUnreadable},
		{"PT1.5H", NoDuration, DurationUnreadable},
		{"PT1.S", NoDuration, DurationUnreadable},
		{"40:19", NoDuration, DurationUnreadable},
		{"PT99999999999999999999H", NoDuration, DurationTooLong},
		{"PT9999999999999S", NoDuration, DurationTooLong},
		{"P36500DT999999H", NoDuration, DurationTooLong},
	} {
		if got, problem := ISODuration([]byte(test.text)); got != test.want || problem != test.problem {
			t.Errorf("%q is %d, %q, want %d, %q", test.text, got, problem, test.want, test.problem)
		}
	}
}

// FuzzISODuration demands a duration or a reason, within bounds.
func FuzzISODuration(f *testing.F) {
	for _, text := range []string{"PT40M19.26S", "P1DT2H", "PT", "P1W2DT3,4S", "PT\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		ms, problem := ISODuration(text)
		if (ms == NoDuration) != (problem != "") || ms < NoDuration || ms > MaxDuration {
			t.Errorf("%q is %d, %q", text, ms, problem)
		}
	})
}
