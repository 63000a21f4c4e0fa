// Package demo runs the main job on a small company's made-up day, in the real
// wire formats, through an embedded Kafka and ClickHouse.
package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/outputs"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/kafka"
	"rollcall/reports/export"
	"rollcall/reports/files"
	"rollcall/reports/tariff"
	"rollcall/rules/policy"
)

// Config says how the demo runs.
type Config struct {
	// Date is the simulated day; it decides the whole simulation.
	Date     time.Time
	Out      string
	Version  string
	Logger   *slog.Logger
	Progress func(format string, args ...any)
}

// partitions of each of the demo's topics.
const partitions = 3

// Run runs the demo. The policy and the price book that it used are left beside
// the reports, so that they can be looked at and used again.
func Run(ctx context.Context, cfg Config) (outputs.Totals, error) {
	var none outputs.Totals
	opt := simulate.DemoDay(cfg.Date)
	terms, digest, err := terms(cfg.Out, opt)
	if err != nil {
		return none, err
	}
	cfg.Progress("starting the embedded Kafka and ClickHouse")
	run, err := embedded.Start(ctx, embedded.RunConfig{Topics: simulate.Topics(), Partitions: partitions, Logger: cfg.Logger})
	if err != nil {
		return none, err
	}
	totals, err := job(ctx, cfg, run, opt, terms, digest)
	return totals, errors.Join(err, run.Close())
}

// terms writes the demo's policy and price book and reads them as any others.
func terms(out string, opt simulate.Options) (t assess.Terms, digest *files.Digest, err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return t, nil, fmt.Errorf("report folder: %w", err)
	}
	policyFile, bookFile := filepath.Join(out, "policy.yaml"), filepath.Join(out, "prices.yaml")
	rules := simulate.Policy(opt)
	for path, data := range map[string][]byte{policyFile: rules, bookFile: simulate.PriceBook(opt)} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return t, nil, err
		}
	}
	if t.Policy, err = policy.Parse(policyFile, rules); err != nil {
		return t, nil, err
	}
	if t.Tariff, err = tariff.Load(bookFile); err != nil {
		return t, nil, err
	}
	sum := sha256.Sum256(rules)
	return t, &files.Digest{Path: policyFile, SHA256: hex.EncodeToString(sum[:])}, nil
}

func job(ctx context.Context, cfg Config, run *embedded.Run, opt simulate.Options, terms assess.Terms, digest *files.Digest) (outputs.Totals, error) {
	var none outputs.Totals
	messages, _ := simulate.Generate(opt)
	cfg.Progress("producing the day's messages to %d topics", len(simulate.Topics()))
	f := feeder{run: run, batches: map[place][]kafka.Message{}, next: map[place]int64{}}
	for m := range messages {
		if err := f.add(ctx, m); err != nil {
			return none, err
		}
	}
	if err := f.finish(ctx); err != nil {
		return none, err
	}
	cfg.Progress("%d messages ingested", f.produced)
	if err := run.StopIngest(); err != nil {
		return none, err
	}
	latest, err := assess.LatestEvent(ctx, run.Conn)
	if err != nil {
		return none, err
	}
	terms.Now = latest.Add(terms.Policy.Base().Grace + time.Millisecond)
	if _, err := assess.All(ctx, run.Conn, terms, 1, nil); err != nil {
		return none, err
	}
	cfg.Progress("calls assembled, judged and metered; writing %s", cfg.Out)
	return outputs.Write(ctx, outputs.Report{
		Dir: cfg.Out, AsOf: terms.Now, Version: cfg.Version, Tariff: terms.Tariff, Policy: digest, Inputs: []outputs.InputFile{},
		Store: export.Store{Conn: run.Conn, AsOf: terms.Now, Run: 1},
	})
}

// place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

// A feeder produces the simulated messages, in batches a partition.
type feeder struct {
	run      *embedded.Run
	batches  map[place][]kafka.Message
	next     map[place]int64
	produced int
}

const batchMessages = 200

func (f *feeder) add(ctx context.Context, m simulate.Message) error {
	at := place{m.Topic, int32(f.produced % partitions)}
	if len(m.Key) > 0 {
		h := fnv.New32a()
		h.Write(m.Key)
		at.partition = int32(h.Sum32() % partitions)
	}
	f.produced++
	f.batches[at] = append(f.batches[at], kafka.Message{Key: m.Key, Value: append([]byte(nil), m.Value...), Time: m.At})
	if len(f.batches[at]) < batchMessages {
		return nil
	}
	return f.send(ctx, at)
}

func (f *feeder) send(ctx context.Context, at place) error {
	batch := f.batches[at]
	if err := f.run.Produce(ctx, kafka.DefaultProduceConfig(), at.topic, at.partition, batch); err != nil {
		return err
	}
	f.next[at] += int64(len(batch))
	f.batches[at] = batch[:0]
	return nil
}

// finish produces what is left and waits until all of it is stored.
func (f *feeder) finish(ctx context.Context) error {
	for at := range f.batches {
		if err := f.send(ctx, at); err != nil {
			return err
		}
	}
	for at, next := range f.next {
		if err := f.run.Wait(ctx, at.topic, at.partition, next); err != nil {
			return err
		}
	}
	return nil
}
