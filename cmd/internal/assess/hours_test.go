package assess

import (
	"slices"
	"testing"
	"time"

	"rollcall/rules/apphour"
	"rollcall/rules/policy"
)

// TestHoursThatAreDue: an hour is judged once it is over and its grace, and
// again when something new is known of it.
func TestHoursThatAreDue(t *testing.T) {
	p, err := policy.Parse("p", []byte("version: 1\napps: [{id: a, notice: {grace: 10m}}]"))
	if err != nil {
		t.Fatal(err)
	}
	ten := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var h hours
	if first := h.take(ten, p, true); len(first) < 47 || slices.Contains(first, ten.Add(-time.Hour)) {
		t.Errorf("after a start: %v", first)
	}
	h = hours{until: ten}
	for _, c := range []struct {
		now  time.Time
		want []time.Time
	}{
		{ten.Add(59 * time.Second), nil},
		{ten.Add(time.Minute), []time.Time{ten.Add(-time.Hour)}},
		{ten.Add(9 * time.Minute), nil},
		{ten.Add(10 * time.Minute), []time.Time{ten.Add(-time.Hour)}},
	} {
		got := h.take(c.now, p, true)
		if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("at %v: %v, want %v", c.now, got, c.want)
		}
		h.touched, h.until = nil, c.now
	}
	h.touch([]apphour.Tally{{Key: apphour.Key{Hour: ten.AddDate(0, -1, 0)}}})
	if got := h.take(h.until, p, true); len(got) != 1 || !got[0].Equal(ten.AddDate(0, -1, 0)) {
		t.Errorf("touched: %v", got)
	}
}
