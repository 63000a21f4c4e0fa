package assess

import (
	"testing"
	"time"
)

func TestLatest(t *testing.T) {
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	hour := func(after time.Duration, events uint64) busyHour {
		return busyHour{events, begin.Add(after), begin.Add(after + 30*time.Minute)}
	}
	var month []busyHour
	for d := range 30 {
		month = append(month, hour(time.Duration(d)*24*time.Hour, 50))
	}
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		hours []busyHour
		want  time.Duration // after begin; the half hour of the event's hour is added
	}{
		"one hour":                            {[]busyHour{hour(0, 10)}, 0},
		"an outlier among few":                {[]busyHour{hour(0, 3), hour(25*time.Hour, 1)}, 0},
		"years ahead":                         {[]busyHour{hour(0, 90), hour(time.Hour, 90), hour(3000*day, 18)}, time.Hour},
		"a day later, but not more":           {[]busyHour{hour(0, 10), hour(day, 1)}, day},
		"a month":                             {month, 29 * day},
		"a month with an outlier":             {append(month[:30:30], hour(90*day, 2)), 29 * day},
		"a meeting each week":                 {[]busyHour{hour(0, 40), hour(7*day, 40), hour(14*day, 40)}, 14 * day},
		"the few are before":                  {[]busyHour{hour(-3000*day, 1), hour(0, 10)}, 0},
		"two clocks ahead, each in its own":   {[]busyHour{hour(0, 100), hour(40*day, 2), hour(900*day, 2)}, 0},
		"an outlier joined to what is before": {[]busyHour{hour(0, 100), hour(20*time.Hour, 1), hour(40*time.Hour, 1)}, 40 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := latest(c.hours), begin.Add(c.want+30*time.Minute); !got.Equal(want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
	if !latest(nil).IsZero() {
		t.Error("nothing has an instant")
	}
}
