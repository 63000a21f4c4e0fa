package schedule

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func mustParse(t *testing.T, expression, zone string) Schedule {
	t.Helper()
	s, err := Parse(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

// Every day has one due time, in whatever zone and at whatever hour, over two
// years of changing clocks.
func TestEveryLocalDayIsDueOnce(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Tehran",
		"Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns", "Africa/Cairo"}
	for _, zone := range zones {
		for _, expression := range []string{"15 0 * * *", "30 1 * * *", "0 2 * * *", "30 2 * * *", "59 2 * * *", "0 3 * * *", "0 0 * * *"} {
			s := mustParse(t, expression, zone)
			due := s.Between(utc("2024-12-31 12:00:00"), utc("2026-12-31 12:00:00"))
			seen := map[string]bool{}
			var last time.Time
			for _, d := range due {
				key := Day(d).Key
				if seen[key] {
					t.Errorf("%s %s: %s is due twice", zone, expression, key)
				}
				seen[key] = true
				if !d.At.After(last) {
					t.Errorf("%s %s: %v is not after %v", zone, expression, d.At, last)
				}
				last = d.At
			}
			if len(due) < 729 || len(due) > 731 {
				t.Errorf("%s %s: %d due times in two years", zone, expression, len(due))
			}
		}
	}
}

func TestClockChanges(t *testing.T) {
	cases := map[string]struct {
		expression, zone string
		after, upTo      string
		want             []string
	}{
		"a skipped time is the first instant that exists": {
			"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00:00", "2026-03-29 12:00:00", []string{"2026-03-29 01:00:00"},
		},
		"a repeated time is due the first time": {
			"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00:00", "2026-10-25 12:00:00", []string{"2026-10-25 00:30:00"},
		},
		"after the first of a repeated time nothing more is due": {
			"30 2 * * *", "Europe/Berlin", "2026-10-25 00:30:00", "2026-10-25 12:00:00", nil,
		},
		"a half-hour change": {
			"15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00:00", "2026-10-04 00:00:00", []string{"2026-10-03 15:30:00"},
		},
		"downtime of three days is caught up": {
			"15 0 * * *", "UTC", "2026-03-01 00:15:00", "2026-03-04 10:00:00", []string{"2026-03-02 00:15:00", "2026-03-03 00:15:00", "2026-03-04 00:15:00"},
		},
		"the instant itself is due, the one after which is asked is not": {
			"15 0 * * *", "UTC", "2026-03-01 00:15:00", "2026-03-02 00:15:00", []string{"2026-03-02 00:15:00"},
		},
		"an expression that never matches ends": {"0 0 30 2 *", "UTC", "2026-03-01 00:00:00", "2027-03-01 00:00:00", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			due := mustParse(t, c.expression, c.zone).Between(utc(c.after), utc(c.upTo))
			if len(due) != len(c.want) {
				t.Fatalf("due %v, want %v", due, c.want)
			}
			for i, d := range due {
				if !d.At.Equal(utc(c.want[i])) {
					t.Errorf("due %v, want %v", d.At, c.want[i])
				}
			}
		})
	}
}

func TestDayIsTheNewestClosedDay(t *testing.T) {
	for _, c := range []struct{ at, day, key string }{
		{"2026-03-03 00:15:00", "2026-03-02", "2026-03-03"},
		{"2026-03-03 00:00:00", "2026-03-02", "2026-03-03"},
		{"2026-03-03 23:59:00", "2026-03-02", "2026-03-03"},
	} {
		p := Day(Due{At: utc(c.at), Local: utc(c.at)})
		if p.From != c.day || p.To != c.day || p.Key != c.key || p.End.Sub(p.Start) != 24*time.Hour {
			t.Errorf("%s: %+v", c.at, p)
		}
	}
}

func TestParseSaysWhatItExpected(t *testing.T) {
	if _, err := Parse("0 0 * *", "UTC"); err == nil {
		t.Error("four fields are accepted")
	}
	if _, err := Parse("0 0 * * *", "Mars/Olympus"); err == nil {
		t.Error("an unknown zone is accepted")
	}
}
