package output

import (
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/inputs"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/kafka"
)

var day = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// write writes a simulation to a folder.
func write(t *testing.T, dir string, opt simulate.Options) *simulate.Truth {
	t.Helper()
	f, err := NewFiles(filepath.Join(dir, "messages"))
	if err != nil {
		t.Fatal(err)
	}
	truth, err := NewTruth(dir)
	if err != nil {
		t.Fatal(err)
	}
	opt.OnCall = truth.Call
	known, err := Run(t.Context(), opt, 0, f)
	if err == nil {
		err = errors.Join(f.Close(), truth.Close(opt, known))
	}
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// tree reads all files below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFilesOfOneSeedAreTheSame(t *testing.T) {
	opt := simulate.SoakRun(4, day, 30)
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	write(t, a, opt)
	write(t, b, opt)
	opt.Seed++
	write(t, c, opt)
	first := tree(t, a)
	if !reflect.DeepEqual(first, tree(t, b)) {
		t.Error("one seed gives different files")
	}
	for name, data := range tree(t, c) {
		if data == first[name] && len(data) > 200 {
			t.Errorf("another seed gives the same %s", name)
		}
	}
	if len(first) != len(simulate.Topics())+10 {
		t.Errorf("%d files", len(first))
	}
}

// TestFilesReadBack: every message that is one line is one message of its file;
// the truth's rows are all there.
func TestFilesReadBack(t *testing.T) {
	opt := simulate.SoakRun(5, day, 40)
	opt.OpenCalls = 3
	dir := t.TempDir()
	write(t, dir, opt)
	seq, truth := simulate.Generate(opt)
	want := map[string]int{}
	for m := range seq {
		want[string(m.Value)]++
	}
	n := 0
	_, err := inputs.Read([]string{filepath.Join(dir, "messages")}, inputs.DefaultMaxMessage, inputs.Sink{
		Message: func(m inputs.Message) error { n++; delete(want, string(m.Value)); return nil },
		Problem: func(p inputs.Problem) { t.Errorf("%+v", p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for v := range want {
		if !slices.Contains([]byte(v), '\n') {
			t.Errorf("message is not read back: %.200q", v)
		}
	}
	if n < truth.Tallies.Messages {
		t.Errorf("%d messages read, %d were written", n, truth.Tallies.Messages)
	}
	for name, want := range map[string]int{"truth_sessions.csv": truth.Tallies.Sessions, "truth_obligations.csv": len(truth.Obligations),
		"truth_usage.csv": len(truth.Usage), "truth_findings.csv": total(truth.Tallies.Findings), "truth_directory.csv": len(truth.Directory),
		"truth_hours.csv": verdicts(truth)} {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(file).ReadAll()
		file.Close()
		if err != nil || len(rows) != want+1 {
			t.Errorf("%s has %d rows (%v), want %d and a header", name, len(rows), err, want)
		}
	}
}

// verdicts is how often the rules on apps judge an hour.
func verdicts(truth *simulate.Truth) int {
	n := 0
	for _, h := range truth.Hours {
		if n += len(h.Broken); h.Silent != "" {
			n++
		}
	}
	return n
}

// TestAbortLeavesNothing that could be taken for a whole simulation.
func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := NewFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := NewTruth(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	opt := simulate.SoakRun(1, day, 50)
	opt.OnCall = func(c *simulate.TruthCall) { truth.Call(c); cancel() }
	if _, err := Run(ctx, opt, 0, f); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := errors.Join(f.Abort(), truth.Abort()); err != nil {
		t.Error(err)
	}
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

// TestRate: a rate takes the time that it must, to a few milliseconds.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		truth, err := Run(t.Context(), simulate.SoakRun(2, day, 20), 100, NewDiscard())
		if err != nil {
			t.Fatal(err)
		}
		want := time.Duration(truth.Tallies.Messages) * 10 * time.Millisecond
		if took := time.Since(begun); took < want-50*time.Millisecond || took > want+50*time.Millisecond {
			t.Errorf("%d messages at 100 a second took %v, want %v", truth.Tallies.Messages, took, want)
		}
	})
}

// TestKafka: every message arrives once, in its topic, one key in one partition.
func TestKafka(t *testing.T) {
	broker, err := embedded.StartBroker(embedded.BrokerConfig{Topics: simulate.Topics()[:2], Partitions: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { broker.Close() })
	cfg := kafka.DefaultClientConfig()
	cfg.Brokers = broker.Addresses()
	client, err := kafka.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	k, err := NewKafka(t.Context(), client, 4, false)
	if err != nil {
		t.Fatal(err)
	}
	opt := simulate.SoakRun(6, day, 50)
	opt.Metadata = 1
	want := map[string]int{}
	seq, _ := simulate.Generate(opt)
	for m := range seq {
		want[m.Topic]++
	}
	if _, err := Run(t.Context(), opt, 0, k); err != nil {
		t.Fatal(err)
	}
	marks, err := client.Marks(t.Context(), simulate.Topics())
	if err != nil {
		t.Fatal(err)
	}
	got, partitions := map[string]int{}, map[string]int{}
	for _, m := range marks {
		got[m.Topic] += int(m.HighWater)
		partitions[m.Topic]++
		if m.HighWater == 0 {
			t.Errorf("%s partition %d got nothing", m.Topic, m.Partition)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("messages %v, want %v", got, want)
	}
	for i, topic := range simulate.Topics() {
		if n := map[bool]int{true: 2, false: 4}[i < 2]; partitions[topic] != n {
			t.Errorf("%s has %d partitions, want %d", topic, partitions[topic], n)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	giant := simulate.Options{Seed: 1, Start: day, Profile: simulate.Soak, GiantParticipants: 10000, GiantEpisodes: 50}
	for name, opt := range map[string]simulate.Options{"soak": simulate.SoakRun(1, day, 2000), "giant": giant} {
		b.Run(name, func(b *testing.B) {
			opt.OnCall = func(*simulate.TruthCall) {}
			events := 0
			for b.Loop() {
				truth, err := Run(b.Context(), opt, 0, NewDiscard())
				if err != nil {
					b.Fatal(err)
				}
				events += truth.Tallies.EventCount()
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func total(of map[string]int) (n int) {
	for _, v := range of {
		n += v
	}
	return n
}
