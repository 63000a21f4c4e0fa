package simulate

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

var day = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// simulation reads a simulation to its end.
func simulation(opt Options) ([]Message, *Truth) {
	seq, truth := Generate(opt)
	return slices.Collect(seq), truth
}

func digest(messages []Message) [32]byte {
	h := sha256.New()
	for _, m := range messages {
		fmt.Fprintf(h, "%s %s %d %d\n", m.Topic, m.Key, m.At.UnixMilli(), len(m.Value))
		h.Write(m.Value)
	}
	return [32]byte(h.Sum(nil))
}

func TestSameSeedSameBytes(t *testing.T) {
	for name, opt := range map[string]Options{"demo": DemoDay(day), "soak": SoakRun(7, day, 80)} {
		a, ta := simulation(opt)
		b, tb := simulation(opt)
		if digest(a) != digest(b) {
			t.Errorf("%s: two runs differ in their messages", name)
		}
		if !reflect.DeepEqual(ta, tb) {
			t.Errorf("%s: two runs differ in their truth", name)
		}
		opt.Seed++
		if c, _ := simulation(opt); digest(a) == digest(c) {
			t.Errorf("%s: another seed gives the same messages", name)
		}
	}
}

func TestSequenceReadTwiceBeginsAnew(t *testing.T) {
	seq, truth := Generate(DemoDay(day))
	first := slices.Collect(seq)
	n := len(truth.Obligations)
	for range seq {
		break // a reader that stops early must not spoil the next
	}
	if again := slices.Collect(seq); digest(first) != digest(again) || len(truth.Obligations) != n {
		t.Errorf("read again: %d messages and %d obligations, first %d and %d", len(again), len(truth.Obligations), len(first), n)
	}
}

// TestOnlySpoiltMessagesAreUnreadable reads every message as strict JSON: valid
// UTF-8, no key twice.
func TestOnlySpoiltMessagesAreUnreadable(t *testing.T) {
	spoilt, hurt := 0, 0
	for _, opt := range []Options{DemoDay(day), SoakRun(3, day, 150)} {
		opt.Malformed = 0.01
		messages, truth := simulation(opt)
		n, h := 0, 0
		for _, m := range messages {
			err := strict(bytes.TrimPrefix(m.Value, []byte("\ufeff")))
			switch {
			case m.Hurt:
				h++
			case !m.Spoilt && err != nil:
				t.Fatalf("%s: %v\n%.400s", m.Topic, err, m.Value)
			case m.Spoilt && err == nil && string(m.Value) != `{"hello":"world"}`:
				t.Errorf("spoilt message reads well: %.200s", m.Value)
			case m.Spoilt:
				n++
			}
		}
		if n != truth.Tallies.DeadLetters {
			t.Errorf("%d spoilt messages, the truth says %d", n, truth.Tallies.DeadLetters)
		}
		if h != truth.Tallies.Hurt {
			t.Errorf("%d hurt messages, the truth says %d", h, truth.Tallies.Hurt)
		}
		spoilt, hurt = spoilt+n, hurt+h
	}
	if spoilt < 20 || hurt < 3 {
		t.Errorf("only %d spoilt and %d hurt messages", spoilt, hurt)
	}
}

func strict(v []byte) error {
	if !utf8.Valid(v) {
		return errors.New("not UTF-8")
	}
	d := jsontext.NewDecoder(bytes.NewReader(v))
	for {
		if err := d.SkipValue(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func TestDeliveryChangesNoTruth(t *testing.T) {
	calm := SoakRun(11, day, 120)
	calm.Disorder, calm.Duplicates, calm.Lateness, calm.Malformed = 0, 0, 0, 0
	wild := calm
	wild.Disorder, wild.Duplicates, wild.Lateness, wild.Malformed = 0.9, 0.5, 0.2, 0.02
	a, want := simulation(calm)
	b, got := simulation(wild)
	if len(b) <= len(a) {
		t.Errorf("%d messages with repeats, %d without", len(b), len(a))
	}
	if !reflect.DeepEqual(want.Obligations, got.Obligations) || !maps.Equal(want.Usage, got.Usage) || !want.AsOf.Equal(got.AsOf) {
		t.Error("delivery changed the truth")
	}
	if !reflect.DeepEqual(want.Tallies.Distinct, got.Tallies.Distinct) {
		t.Errorf("distinct events differ:\n%v\n%v", want.Tallies.Distinct, got.Tallies.Distinct)
	}
}

func TestMessagesComeInOrderOfArrival(t *testing.T) {
	messages, _ := simulation(DemoDay(day))
	var last time.Time
	late := 0
	for _, m := range messages {
		if m.At.Before(last) {
			late++
		}
		last = m.At
	}
	// A batch bears its last event's arrival and may wait for 20 seconds.
	if late > len(messages)/10 {
		t.Errorf("%d of %d messages arrive before the one ahead of them", late, len(messages))
	}
}

// TestDemoDayIsASmallCompany pins what the demo promises to show.
func TestDemoDayIsASmallCompany(t *testing.T) {
	for _, date := range []time.Time{day, day.AddDate(0, 1, 3), day.AddDate(1, 4, 9)} {
		messages, truth := simulation(DemoDay(date))
		n := truth.Tallies
		within(t, "calls", n.Calls, 40, 60)
		within(t, "sessions", n.Sessions, 200, 400)
		within(t, "messages", len(messages), 3000, 5500)
		within(t, "dead letters", n.DeadLetters, 1, 20)
		for result, least := range map[string]int{"pass": 150, "late": 2, "missed": 5, "no_evidence": 5, "not_applicable": 50} {
			within(t, result, n.Results[result], least, 1000)
		}
		paths, reasons, apps, days := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, o := range truth.Obligations {
			paths[o.JoinPath], reasons[o.Reason], apps[o.App] = true, true, true
		}
		for k := range truth.Usage {
			days[k.Day] = true
		}
		for _, p := range joinPaths[:extension] {
			if !paths[p] {
				t.Errorf("%s: nobody of join path %s was to be told", date.Format(time.DateOnly), p)
			}
		}
		for _, r := range []string{"signalled-not-shown", "never-signalled", "signal-unknown", "no-receipts", "unknown-path"} {
			if !reasons[r] {
				t.Errorf("%s: no obligation with reason %s", date.Format(time.DateOnly), r)
			}
		}
		if len(apps) != 3 || len(days) != 2 {
			t.Errorf("%s: %d apps and %d days, want 3 and 2", date.Format(time.DateOnly), len(apps), len(days))
		}
	}
}

// TestTenAndTen: ten minutes of an app user with a Teams user are twenty
// consumed, ten billed, ten covered.
func TestTenAndTen(t *testing.T) {
	_, truth := simulation(DemoDay(day))
	for _, c := range truth.Calls {
		if !c.Teams || len(c.Sessions) != 2 || c.End-c.Start != 10*minute {
			continue
		}
		meters := map[string]int64{}
		for k, v := range c.Usage {
			meters[k.Meter] += v
		}
		if meters[meterInterop] != 10*minute || meters[meterTeams] != 10*minute {
			t.Errorf("usage %v, want ten minutes on either meter", meters)
		}
		return
	}
	t.Error("the demo has no call of ten minutes between an app user and a Teams user")
}

func within(t *testing.T, what string, n, lo, hi int) {
	t.Helper()
	if n < lo || n > hi {
		t.Errorf("%s: %d, want %d to %d", what, n, lo, hi)
	}
}

func TestSourcesAndTopicsAreNamed(t *testing.T) {
	messages, truth := simulation(DemoDay(day))
	count := map[string]int{}
	for _, m := range messages {
		count[m.Source]++
		if !slices.Contains(Topics(), m.Topic) {
			t.Fatalf("topic %q is not listed", m.Topic)
		}
	}
	if !maps.Equal(count, truth.Tallies.BySource) {
		t.Errorf("messages by source %v, the truth says %v", count, truth.Tallies.BySource)
	}
	for _, s := range sourceNames {
		if count[s] == 0 {
			t.Errorf("no message of source %s", s)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, bench := range []struct {
		name string
		opt  Options
	}{
		{"soak", SoakRun(1, day, 2000)},
		{"giant", Options{Seed: 1, Start: day, Profile: Soak, GiantParticipants: 10000, GiantEpisodes: 50}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			bench.opt.OnCall = func(*TruthCall) {}
			events, bytes := 0, int64(0)
			for b.Loop() {
				seq, truth := Generate(bench.opt)
				for range seq {
				}
				events += truth.Tallies.EventCount()
				bytes += truth.Tallies.Bytes
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(bytes)/1e6/b.Elapsed().Seconds(), "MB/s")
			b.ReportMetric(float64(events)/float64(b.N), "events/op")
		})
	}
}
