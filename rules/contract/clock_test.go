package contract

import (
	"testing"

	"rollcall/schema"
)

const estimating = "notice: {clock: estimate}"

// TestEstimatedClock proves fine print 12. Alice's clock is ahead or behind;
// her client states no offset.
func TestEstimatedClock(t *testing.T) {
	// seen is what alice's client sees and shows of a recording from 10 to 200
	// with its clock ahead by so much: signals half a second after the server,
	// a notice a second later.
	seen := func(ahead float64, more ...schema.Event) []schema.Event {
		return append([]schema.Event{
			summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
			joins(alice, 0.1+ahead), signal(alice, "recording", true, 10.5+ahead), signal(alice, "recording", false, 200.5+ahead),
			shows(alice, "recording", 11.5+ahead),
		}, more...)
	}
	cases := map[string]struct {
		events []schema.Event
		policy string
		want   string
		basis  string
	}{
		"taken as sent, a clock that is ahead makes it late":    {seen(30), "", "late shown 41.5 signalled 40.5", schema.ClockSent},
		"taken as sent, a clock that is behind loses it":        {seen(-30), "", "missed never-signalled", ""},
		"estimated, when ahead":                                 {seen(30), estimating, "pass shown 11.4 signalled 10.4", schema.ClockEstimate},
		"estimated, when behind":                                {seen(-30), estimating, "pass shown 11.4 signalled 10.4", schema.ClockEstimate},
		"estimated, when off by hours":                          {seen(7200), estimating, "pass shown 11.4 signalled 10.4", schema.ClockEstimate},
		"a clock that is right stays as sent":                   {seen(0), estimating, "pass shown 11.5 signalled 10.5", schema.ClockSent},
		"a signal that is slow does not make the clock wrong":   {[]schema.Event{summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), joins(alice, 0.1), leaves(alice, 600.2), signal(alice, "recording", true, 40), shows(alice, "recording", 41)}, estimating, "late shown 41 signalled 40", schema.ClockSent},
		"a client that gives its offset is not estimated":       {[]schema.Event{summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), signal(alice, "recording", true, 40), shows(alice, "recording", 41, clock(schema.ClockOffset))}, estimating, "late shown 41 signalled 40", schema.ClockOffset},
		"one signal is enough where nothing contradicts it":     {[]schema.Event{summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), signal(alice, "recording", true, 40), shows(alice, "recording", 41)}, estimating, "pass shown 11 signalled 10", schema.ClockEstimate},
		"signals that contradict each other tell nothing":       {[]schema.Event{summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), signal(alice, "recording", true, 40), signal(alice, "recording", false, 290), shows(alice, "recording", 41)}, estimating, "late shown 41 signalled 40", schema.ClockSent},
		"without signals there is nothing to estimate by":       {[]schema.Event{summary(alice, 0, 600), recording("rec", true, 10, 10), recording("rec", false, 10, 200), shows(alice, "recording", 41)}, estimating, "late shown 41", schema.ClockSent},
		"an estimate never makes a receipt earlier than it was": {seen(30, signal(alice, "recording", true, 45)), estimating, "pass shown 11.4 signalled 10.4", schema.ClockEstimate},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := evidenceOf(t, c.events...).asOf(20000)
			if c.policy != "" {
				w.under(c.policy)
			}
			w.wants("alice recording#1 10-200 " + c.want)
			for _, o := range w.judge(w.call(w.events)) {
				if o.ClockBasis != c.basis {
					t.Errorf("clock_basis is %q, want %q", o.ClockBasis, c.basis)
				}
			}
		})
	}
	t.Run("a capture that was on is signalled at the join", func(t *testing.T) {
		evidenceOf(t, summary(alice, 50, 550), recording("rec", true, 10, 10), recording("rec", false, 10, 200),
			signal(alice, "recording", true, 80.5), shows(alice, "recording", 81)).
			under(estimating).wants(`alice recording#1 50-200 pass shown 50.5 signalled 50`)
	})
	t.Run("bounds that only clients saw tell nothing of a clock", func(t *testing.T) {
		evidenceOf(t, summary(alice, 0, 600), signal(alice, "recording", true, 40), signal(alice, "recording", false, 90), shows(alice, "recording", 41)).
			under(estimating).wants(`alice recording#1 40-90 pass shown 41 signalled 40`)
	})
}
