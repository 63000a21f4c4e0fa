// Package audit runs files through the whole pipeline, embedded, and writes
// what follows from them.
package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"time"

	"crypto/sha256"
	"encoding/hex"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/inputs"
	"rollcall/cmd/internal/outputs"
	"rollcall/cmd/internal/pictures"
	"rollcall/ingest/kafka"
	"rollcall/reports/export"
	"rollcall/reports/files"
	"rollcall/reports/tariff"
	"rollcall/rules/policy"
	"rollcall/rules/trial"
)

// Config says what to audit, and how.
type Config struct {
	Paths      []string
	PolicyFile string // empty: the default policy
	TariffFile string // empty: nothing has a rate
	AsOf       time.Time
	Out        string
	Pseudonyms *export.Pseudonyms
	Version    string
	Logger     *slog.Logger
	// Progress is told in words what is being done; nil: nobody is.
	Progress func(format string, args ...any)
}

// Terms reads the policy and the price book, which are checked before anything
// starts.
func Terms(policyFile, tariffFile string) (t assess.Terms, digest *files.Digest, err error) {
	t.Policy = policy.Default()
	var errs []error
	if policyFile != "" {
		data, err := os.ReadFile(policyFile)
		if err == nil {
			t.Policy, err = trial.Load(policyFile, data)
			if err == nil {
				t.Gallery = pictures.NewLoader(policyFile).For
				_, err = t.Gallery(t.Policy)
			}
			sum := sha256.Sum256(data)
			digest = &files.Digest{Path: policyFile, SHA256: hex.EncodeToString(sum[:])}
		} else {
			err = fmt.Errorf("policy: %w", err)
		}
		errs = append(errs, err)
	}
	if tariffFile != "" {
		t.Tariff, err = tariff.Load(tariffFile)
		errs = append(errs, err)
	}
	return t, digest, errors.Join(errs...)
}

// AsOf is the instant for which evidence is judged where none is given: the
// latest event, plus the time that receipts may be under way, plus 1 ms.
func AsOf(latest time.Time, p *policy.Policy) time.Time {
	if latest.IsZero() {
		return time.UnixMilli(0).UTC() // nothing has a time
	}
	return latest.Add(p.Base().Grace + time.Millisecond)
}

// topic is where an audit's messages go.
const topic = "audit"

// Run audits.
func Run(ctx context.Context, cfg Config) (outputs.Totals, error) {
	var none outputs.Totals
	terms, digest, err := Terms(cfg.PolicyFile, cfg.TariffFile)
	if err != nil {
		return none, err
	}
	if cfg.Progress == nil {
		cfg.Progress = func(string, ...any) {}
	}
	if err := writable(cfg.Out); err != nil {
		return none, err
	}
	run, err := embedded.Start(ctx, embedded.RunConfig{Topics: []string{topic}, Partitions: 1, Logger: cfg.Logger})
	if err != nil {
		return none, err
	}
	totals, err := read(ctx, cfg, run, terms, digest)
	return totals, errors.Join(err, run.Close())
}

// writable finds out before anything is read whether the reports can be written
// to a folder. One that does not exist yet is left to be made at the end.
func writable(dir string) error {
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
			continue
		}
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is no folder", at)
		}
		if err == nil {
			var probe string
			if probe, err = os.MkdirTemp(at, ".rollcall-"); err == nil {
				err = os.Remove(probe)
			}
		}
		if err != nil {
			return fmt.Errorf("report folder %s: %w", dir, err)
		}
		return nil
	}
}

func read(ctx context.Context, cfg Config, run *embedded.Run, terms assess.Terms, digest *files.Digest) (outputs.Totals, error) {
	var none outputs.Totals
	f := feeder{ctx: ctx, run: run, progress: cfg.Progress}
	list, err := inputs.Read(cfg.Paths, inputs.DefaultMaxMessage, inputs.Sink{Message: f.message, Problem: f.problem, Skip: cfg.Out})
	if err == nil {
		err = f.finish()
	}
	if err != nil {
		return none, err
	}
	if err := run.StopIngest(); err != nil {
		return none, err
	}
	if terms.Now = cfg.AsOf; terms.Now.IsZero() {
		latest, err := assess.LatestEvent(ctx, run.Conn)
		if err != nil {
			return none, err
		}
		terms.Now = AsOf(latest, terms.Policy)
	}
	cfg.Progress("judging as of %s", terms.Now.Format("2006-01-02T15:04:05.000Z"))
	after, err := assess.DatedAfter(ctx, run.Conn, terms.Now)
	if err != nil {
		return none, err
	}
	if after > 0 {
		cfg.Progress("%d events are dated after that and were left out; --as-of with a later instant takes them in", after)
	}
	if _, err := assess.All(ctx, run.Conn, terms, 1, nil); err != nil {
		return none, err
	}
	store := export.Store{Conn: run.Conn, AsOf: terms.Now, Hide: cfg.Pseudonyms, Run: 1}
	inputs, err := f.files(ctx, store, list)
	if err != nil {
		return none, err
	}
	cfg.Progress("writing %s", cfg.Out)
	return outputs.Write(ctx, outputs.Report{
		Dir: cfg.Out, AsOf: terms.Now, Version: cfg.Version, Tariff: terms.Tariff, Inputs: inputs, Policy: digest,
		Problems: f.problems, Store: store,
	})
}

// A feeder produces input messages to the embedded broker, in step with ingest,
// so that memory stays bounded.
type feeder struct {
	ctx      context.Context
	run      *embedded.Run
	progress func(string, ...any)
	batch    []kafka.Message
	bytes    int
	produced int64
	kept     int64 // bytes since ingest was last waited for
	starts   []fileStart
	problems []export.DeadLetter
}

// fileStart is the offset at which a file's messages begin.
type fileStart struct {
	path   string
	offset int64
}

// Bounds of one request and of what is under way.
const (
	batchMessages = 500
	batchBytes    = 4 << 20
	windowBytes   = 64 << 20
)

func (f *feeder) message(m inputs.Message) error {
	if n := len(f.starts); n == 0 || f.starts[n-1].path != m.File {
		f.starts = append(f.starts, fileStart{m.File, f.produced + int64(len(f.batch))})
	}
	f.batch = append(f.batch, kafka.Message{
		Value: append([]byte(nil), m.Value...),
		Headers: []kafka.Header{
			{Key: export.HeaderFile, Value: []byte(m.File)},
			{Key: export.HeaderLine, Value: strconv.AppendInt(nil, int64(m.Line), 10)},
			{Key: export.HeaderSHA256, Value: []byte(m.SHA256)},
		},
	})
	f.bytes += len(m.Value) + 200
	if len(f.batch) >= batchMessages || f.bytes >= batchBytes {
		return f.send()
	}
	return nil
}

func (f *feeder) problem(p inputs.Problem) {
	f.problems = append(f.problems, export.FileProblem(p.File, p.Line, p.Reason, p.Length, p.SHA256, p.Raw))
}

// produceConfig allows one message of the largest size.
var produceConfig = kafka.ProduceConfig{BatchBytes: batchBytes + inputs.DefaultMaxMessage}

func (f *feeder) send() error {
	if len(f.batch) == 0 {
		return nil
	}
	if err := f.run.Produce(f.ctx, produceConfig, topic, 0, f.batch); err != nil {
		return err
	}
	f.produced += int64(len(f.batch))
	f.kept += int64(f.bytes)
	f.batch, f.bytes = f.batch[:0], 0
	if f.kept < windowBytes {
		return nil
	}
	return f.settle()
}

// settle waits until everything produced is stored and lets the broker forget
// it.
func (f *feeder) settle() error {
	if err := f.run.Wait(f.ctx, topic, 0, f.produced); err != nil {
		return err
	}
	f.kept = 0
	f.progress("%d messages read", f.produced)
	_, err := f.run.Client.DeleteRecords(f.ctx, topic, 0, f.produced)
	return err
}

func (f *feeder) finish() error {
	if err := f.send(); err != nil {
		return err
	}
	f.progress("%d messages read", f.produced)
	sort.SliceStable(f.problems, func(i, j int) bool { return f.problems[i].Compare(f.problems[j]) < 0 })
	return f.run.Wait(f.ctx, topic, 0, f.produced)
}

// files counts the events and dead letters of each input file. A file's
// messages lie at consecutive offsets.
func (f *feeder) files(ctx context.Context, store export.Store, list []inputs.File) ([]outputs.InputFile, error) {
	out := make([]outputs.InputFile, len(list))
	index := map[string]int{}
	for i, l := range list {
		out[i] = outputs.InputFile{Path: l.Path, Messages: int64(l.Messages), DeadLetters: int64(l.Problems), SHA256: l.SHA256}
		index[l.Path] = i
	}
	err := store.OffsetCounts(ctx, topic, 0, func(offset, events, dead int64) {
		at, found := slices.BinarySearchFunc(f.starts, offset, func(s fileStart, o int64) int { return int(s.offset - o) })
		if !found {
			at--
		}
		i := index[f.starts[at].path]
		out[i].Events += events
		out[i].DeadLetters += dead
	})
	return out, err
}
