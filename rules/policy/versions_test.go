package policy

import (
	"testing"
	"time"
)

func day(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }

// TestInForce: which version judges a call, by the call's start, before and
// after a version was applied to history.
func TestInForce(t *testing.T) {
	first, second, again := &Policy{ID: "1", EffectiveFrom: day(5)}, &Policy{ID: "2", EffectiveFrom: day(10)}, &Policy{ID: "3", EffectiveFrom: day(10)}
	all := []*Policy{second, first, again}
	always := []*Policy{{ID: "a"}, second, {ID: "b"}}
	news := &Policy{ID: "new", EffectiveFrom: day(20)}
	for _, c := range []struct {
		versions []*Policy
		start    time.Time
		want     string
	}{
		{all, day(1), "1"}, // older than the first: judged by the first
		{all, time.Time{}, "1"},
		{all, day(5), "1"},
		{all, day(10).Add(-time.Millisecond), "1"},
		{all, day(10), "3"}, // of one day the later in the list
		{all, day(20), "3"},
		{always, day(1), "b"}, // of those that hold from the beginning too
		{always, time.Time{}, "b"},
		{always, day(10), "2"},
		{Apply(all, news, day(7)), day(1), "1"},
		{Apply(all, news, day(7)), day(7).Add(-time.Millisecond), "1"},
		{Apply(all, news, day(7)), day(7), "new"},
		{Apply(all, news, day(7)), day(25), "new"},
		{Apply(all, news, day(5)), day(1), "new"}, // no older one is left
		{append(Apply(all, news, day(7)), &Policy{ID: "4", EffectiveFrom: day(8)}), day(9), "4"},
	} {
		if got := InForce(c.versions, c.start); got.ID != c.want {
			t.Errorf("at %v version %s holds, want %s", c.start, got.ID, c.want)
		}
	}
	if InForce(nil, day(1)) != nil {
		t.Error("without versions one holds")
	}
	if news.EffectiveFrom != day(20) {
		t.Error("applying changed the version itself")
	}
}
