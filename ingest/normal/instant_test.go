package normal

import (
	"testing"
	"time"
)

func TestInstant(t *testing.T) {
	const at = "2023-05-25T17:43:25.746Z"
	tests := []struct{ name, text, want, problem string }{
		{"milliseconds", at, at, ""},
		{"seven digits are cut, not rounded", "2023-05-25T17:43:25.7469999Z", at, ""},
		{"one digit", "2024-01-09T17:06:50.3Z", "2024-01-09T17:06:50.300Z", ""},
		{"no fraction", "2022-08-07T13:53:12Z", "2022-08-07T13:53:12.000Z", ""},
		{"no seconds", "2022-08-07T13:53Z", "2022-08-07T13:53:00.000Z", ""},
		{"offset of zero", "2022-08-12T03:35:07.9129474+00:00", "2022-08-12T03:35:07.912Z", ""},
		{"offset to the west", "2021-02-19T16:59:10.464-08:00", "2021-02-20T00:59:10.464Z", ""},
		{"offset without a colon", "2021-02-19T16:59:10+0530", "2021-02-19T11:29:10.000Z", ""},
		{"no zone is UTC", "2023-05-25T17:43:25.746", at, ""},
		{"blank for T", "2023-05-25 17:43:25.746Z", at, ""},
		{"small letters", "2023-05-25t17:43:25.746z", at, ""},
		{"white space around", " 2023-05-25T17:43:25.746Z\t", at, ""},
		{"T is missing", "2021-03-1706:47:05.123Z", "2021-03-17T06:47:05.123Z", ""},
		{"portal", "5/25/2023, 5:43:25.746 PM", at, ""},
		{"portal after midnight", "12/1/2023, 12:00:01.000 AM", "2023-12-01T00:00:01.000Z", ""},
		{"portal at noon", "1/2/2023, 12:00:00 pm", "2023-01-02T12:00:00.000Z", ""},
		{"portal with a narrow space", "5/25/2023, 5:43:25.746\u202fPM", at, ""},
		{"leap day", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z", ""},

		{"empty", "", "", TimeAbsent},
		{"null", "null", "", TimeAbsent},
		{"prose", "insert utcNow() function", "", TimeUnreadable},
		{"day alone", "2023-05-25", "", TimeUnreadable},
		{"no leap day", "2023-02-29T00:00:00Z", "", TimeUnreadable},
		{"month 13", "2023-13-01T00:00:00Z", "", TimeUnreadable},
		{"hour 24", "2023-01-01T24:00:00Z", "", TimeUnreadable},
		{"second 60", "2016-12-31T23:59:60Z", "", TimeUnreadable},
		{"one digit for a day", "2021-03-7T06:47:05Z", "", TimeUnreadable},
		{"rest behind the zone", "2021-03-17T06:47:05Zulu", "", TimeUnreadable},
		{"empty fraction", "2021-03-17T06:47:05.Z", "", TimeUnreadable},
		{"day and month may be swapped", "5/6/2023, 17:43:25", "", TimeUnreadable},
		{"portal hour 13", "5/6/2023, 13:43:25 PM", "", TimeUnreadable},
		{"epoch number", "1613694358927", "", TimeUnreadable},
		{"default of .NET", "0001-01-01T00:00:00Z", "", TimeOutOfRange},
		{"year 9999", "9999-12-31T23:59:59.9999999Z", "", TimeOutOfRange},
		{"before 1970 by its offset", "1970-01-01T00:30:00+01:00", "", TimeOutOfRange},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problem := Instant([]byte(test.text))
			text := ""
			if !got.IsZero() {
				text = got.Format("2006-01-02T15:04:05.000Z07:00")
			}
			if text != test.want || problem != test.problem {
				t.Errorf("Instant(%q) = %s, %q, want %s, %q", test.text, text, problem, test.want, test.problem)
			}
		})
	}
}

// FuzzInstant holds the reader against the standard library's: what that one
// reads as RFC 3339 or as the portal's form, this one reads as the same
// instant.
func FuzzInstant(f *testing.F) {
	for _, s := range []string{
		"2023-05-25T17:43:25.7469999Z", "2021-02-19T16:59:10.464-08:00", "5/25/2023, 5:43:25.746 PM",
		"12/31/1999, 12:00:00 AM", "2024-02-29T23:59:59+23:59", "2100-02-28T00:00:00Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, problem := Instant([]byte(text))
		if (problem == "") == got.IsZero() {
			t.Fatalf("Instant(%q) = %v with problem %q", text, got, problem)
		}
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			const portal = "1/2/2006, 3:04:05 PM"
			want, err = time.Parse(portal, text)
			if err != nil || want.Format(portal) != text {
				return // it is no time, or the standard library is lenient
			}
		}
		if len(text) > 11 && text[10] == 'T' && text[12] == ':' {
			return // the standard library takes one digit for an hour
		}
		if n := len(text) - 6; n > 0 && (text[n] == '+' || text[n] == '-') && (text[n+1:n+3] > "23" || text[n+4:] > "59") {
			return // and an offset of 24 hours or 60 minutes
		}
		want = want.UTC().Truncate(time.Millisecond)
		if ms := want.UnixMilli(); ms < minMillis || ms >= maxMillis {
			if problem != TimeOutOfRange {
				t.Errorf("Instant(%q) = %v, %q, want it out of range", text, got, problem)
			}
			return
		}
		if !got.Equal(want) {
			t.Errorf("Instant(%q) = %v, %q, want %v", text, got, problem, want)
		}
	})
}
