package alerting

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/rules/alerts"
)

// A shelf is a store in memory.
type shelf struct {
	mu         sync.Mutex
	items      map[string]Item
	deliveries []Delivery
}

func (s *shelf) Changed(_ context.Context, since time.Time) (list []Item, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.items {
		if !i.Stored.Before(since) {
			list = append(list, i)
		}
	}
	return list, nil
}

func (s *shelf) Delivered(_ context.Context, target string) (map[string]Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]Delivery{}
	for _, d := range s.deliveries {
		if d.Target == target && d.Outcome != Failed {
			all[d.Alert] = d
		}
	}
	return all, nil
}

func (s *shelf) Record(_ context.Context, list []Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = append(s.deliveries, list...)
	return nil
}

// put puts an alert into the outbox.
func (s *shelf) put(id, when string, state alerts.State, reason string) {
	a := alerts.Alert{ID: id, State: state, Reason: reason, StartsAt: time.Now().UTC(), Labels: map[string]string{"capture": "recording", "when": when}}
	if state == alerts.Resolved {
		a.EndsAt = time.Now().UTC()
	}
	text, revision, err := a.Canonical()
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[id] = Item{Alert: a, Revision: revision, When: when, Text: text, At: time.Now(), Stored: time.Now()}
}

// An ear is a target that writes down what it hears.
type ear struct {
	start  time.Time
	batch  int
	mu     sync.Mutex
	deaf   bool   // it can't be reached
	refuse string // the alert that it refuses
	gone   bool   // it wants nothing more
	heard  []string
}

func (e *ear) Name() string  { return "ear" }
func (e *ear) Batch() int    { return e.batch }
func (e *ear) Forgets() bool { return e.batch > 1 }

// away makes it one that can't be reached, or can again.
func (e *ear) away(is bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deaf = is
}

func (e *ear) say(format string, args ...any) {
	e.heard = append(e.heard, fmt.Sprintf("%v ", time.Since(e.start).Truncate(time.Second))+fmt.Sprintf(format, args...))
}

func (e *ear) Send(_ context.Context, list []Outgoing) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf {
		return errors.New("connection refused")
	}
	if e.gone {
		e.say("asked in vain")
		return &Retired{"410 Gone"}
	}
	for _, o := range list {
		if o.ID == e.refuse {
			return &Refusal{"400 Bad Request"}
		}
	}
	for _, o := range list {
		text := o.ID + " resolved"
		if o.Firing {
			text = o.ID + " firing"
		}
		if o.Late > 0 {
			text += " late " + o.Late.Truncate(time.Second).String()
		}
		e.say("%s", text)
	}
	return nil
}

func (e *ear) Beat(_ context.Context, b Beat) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf {
		return errors.New("connection refused")
	}
	e.say("beat lag %v oldest %v", b.At.Sub(b.Watermark).Truncate(time.Second), b.Oldest.Truncate(time.Second))
	return nil
}

// A table is a timetable: what happens when, and what the target then heard.
type table struct {
	*testing.T
	shelf  *shelf
	ear    *ear
	judged func() time.Time
	stop   func()
}

func timetable(t *testing.T, batch int, run func(*table)) {
	synctest.Test(t, func(t *testing.T) {
		b := &table{T: t, shelf: &shelf{items: map[string]Item{}}, ear: &ear{batch: batch, start: time.Now()}}
		run(b)
		b.stop()
	})
}

// starts starts a courier that knows nothing but what is stored.
func (b *table) starts() {
	ctx, cancel := context.WithCancel(b.Context())
	c := NewCourier(DefaultConfig(), b.ear, Dependencies{Store: b.shelf, Clock: time.Now, Judged: b.judged, Logger: slog.New(slog.DiscardHandler)})
	done := make(chan error)
	go func() { done <- c.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

// at waits until some time after the beginning.
func (b *table) at(d time.Duration) {
	time.Sleep(d - time.Since(b.ear.start) + time.Millisecond)
	synctest.Wait()
}

func (b *table) heard(want ...string) {
	b.Helper()
	if !slices.Equal(b.ear.heard, want) {
		b.Errorf("after %v heard\n\t%s\nwant\n\t%s", time.Since(b.ear.start), strings.Join(b.ear.heard, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestResendsWhileItFires(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.starts()
		b.at(10 * time.Second)
		b.shelf.put("a", alerts.Live, alerts.Firing, "")
		b.at(75 * time.Second)
		b.heard("11s a firing", "1m11s a firing")
		b.shelf.put("a", alerts.Live, alerts.Resolved, alerts.CaptureEnded)
		b.at(140 * time.Second)
		b.heard("11s a firing", "1m11s a firing", "1m16s a resolved", "2m16s a resolved")
	})
}

func TestSurvivesARestart(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.shelf.put("a", alerts.Live, alerts.Firing, "")
		b.starts()
		b.at(5 * time.Second)
		b.heard("0s a firing")
		b.stop()
		b.shelf.put("b", alerts.Live, alerts.Firing, "") // evaluated and never delivered
		b.at(20 * time.Second)
		b.starts()
		b.at(30 * time.Second)
		b.heard("0s a firing", "20s b firing")
	})
}

func TestOutage(t *testing.T) {
	timetable(t, 1, func(b *table) {
		b.ear.away(true)
		b.shelf.put("a", alerts.Live, alerts.Firing, "")
		b.starts()
		b.at(time.Second)
		b.shelf.put("b", alerts.Live, alerts.Firing, "")
		b.shelf.put("c", alerts.Live, alerts.Firing, "")
		b.shelf.put("c", alerts.Live, alerts.Resolved, alerts.Refuted)
		b.at(5 * time.Minute)
		b.shelf.put("a", alerts.Live, alerts.Resolved, alerts.CaptureEnded)
		b.at(20 * time.Minute)
		b.heard()
		if n := len(b.shelf.deliveries); n < 5 || n > 20 || b.shelf.deliveries[0].Reason != "connection refused" {
			t.Errorf("%d attempts are written down: %v", n, b.shelf.deliveries)
		}
		b.ear.away(false)
		b.at(22 * time.Minute)
		// In order, each says how late it is; of what was refuted meanwhile nobody hears.
		if len(b.ear.heard) != 2 || !strings.Contains(b.ear.heard[0], "b firing late 20m") || !strings.Contains(b.ear.heard[1], "a firing late 15m") {
			t.Error(b.ear.heard)
		}
	})
}

// TestOverWhileOut: what began and ended while an Alertmanager was away fires
// there long enough to be seen, and then ends.
func TestOverWhileOut(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.shelf.put("a", alerts.Live, alerts.Resolved, alerts.CaptureEnded)
		b.starts()
		b.at(14 * time.Minute)
		if n := len(b.ear.heard); n != 15 || b.ear.heard[9] != "9m0s a firing" || b.ear.heard[10] != "10m0s a resolved" {
			t.Error(b.ear.heard)
		}
	})
}

func TestWithheld(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.shelf.put("a", alerts.Live, alerts.Withheld, alerts.Excepted)
		b.shelf.put("b", alerts.Live, alerts.Firing, "")
		b.starts()
		b.at(5 * time.Second)
		b.shelf.put("b", alerts.Live, alerts.Withheld, "evidence.silent-app")
		b.at(10 * time.Second)
		b.heard("0s b firing", "6s b resolved")
	})
}

func TestRefusalStopsNobodyElse(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.ear.refuse = "b"
		for _, id := range []string{"a", "b", "c"} {
			b.shelf.put(id, alerts.AfterCall, alerts.Firing, "")
		}
		b.starts()
		b.at(30 * time.Second)
		b.heard("0s a firing", "0s c firing")
		if d, _ := b.shelf.Delivered(t.Context(), "ear"); d["b"].Outcome != Refused || d["b"].Reason != "400 Bad Request" {
			t.Errorf("%+v", d["b"])
		}
	})
}

// TestATicketEnds: what nothing ends is not resent for ever.
func TestATicketEnds(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.shelf.put("a", alerts.AfterCall, alerts.Firing, "")
		b.starts()
		b.at(48 * time.Hour)
		if n := len(b.ear.heard); n != 24*60 {
			t.Errorf("it was told %d times", n)
		}
	})
}

// TestHeartbeat: who judges nothing says nothing, and what waits is told.
func TestHeartbeat(t *testing.T) {
	timetable(t, 64, func(b *table) {
		hung := time.Now().Add(150 * time.Second)
		b.judged = func() time.Time {
			if now := time.Now(); now.Before(hung) {
				return now.Add(-2 * time.Second)
			}
			return hung.Add(-2 * time.Second)
		}
		b.starts()
		b.at(10 * time.Minute)
		b.heard("0s beat lag 2s oldest 0s", "1m0s beat lag 2s oldest 0s", "2m0s beat lag 2s oldest 0s", "3m0s beat lag 32s oldest 0s")
	})
}

// TestGone: what answers that it is gone is not asked again, and each alert that it
// is not told is written down.
func TestGone(t *testing.T) {
	timetable(t, 1, func(b *table) {
		b.ear.gone = true
		b.shelf.put("a", alerts.Live, alerts.Firing, "")
		b.starts()
		b.at(time.Minute)
		b.shelf.put("b", alerts.Live, alerts.Firing, "")
		b.at(30 * time.Minute)
		b.heard("0s asked in vain")
		for _, id := range []string{"a", "b"} {
			if d, _ := b.shelf.Delivered(t.Context(), "ear"); d[id].Outcome != Refused || !strings.Contains(d[id].Reason, "410 Gone") {
				t.Errorf("%s: %+v", id, d[id])
			}
		}
		b.stop()
		b.ear.gone = false // somebody put it right
		b.shelf.put("c", alerts.Live, alerts.Firing, "")
		b.starts()
		b.at(31 * time.Minute)
		b.heard("0s asked in vain", "30m0s c firing")
	})
}

// TestLateBecauseNobodyJudged: an alert that was evaluated long after it held says
// how late it is, also where it was delivered at once.
func TestLateBecauseNobodyJudged(t *testing.T) {
	timetable(t, 64, func(b *table) {
		b.starts()
		b.at(10 * time.Minute)
		held := time.Now().Add(-9 * time.Minute)
		for id, when := range map[string]string{"live": alerts.Live, "ticket": alerts.AfterCall} {
			b.shelf.put(id, when, alerts.Firing, "")
			b.shelf.mu.Lock()
			i := b.shelf.items[id]
			i.HeldAt = held
			b.shelf.items[id] = i
			b.shelf.mu.Unlock()
		}
		b.at(10*time.Minute + 5*time.Second)
		slices.Sort(b.ear.heard)
		b.heard("10m1s live firing late 9m0s", "10m1s ticket firing")
	})
}
