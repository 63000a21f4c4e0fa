//go:build bench

package assess

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/kafka"
	"rollcall/rules/calls"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// TestEvaluationCost holds the evaluation of calls against the reading of their
// events from ClickHouse: judging must not be what an audit waits for.
func TestEvaluationCost(t *testing.T) {
	ctx := t.Context()
	run, err := embedded.Start(ctx, embedded.RunConfig{Topics: []string{"bench"}, Partitions: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	messages, truth := simulate.Generate(simulate.SoakRun(3, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 800))
	var batch []kafka.Message
	for m := range messages {
		batch = append(batch, kafka.Message{Value: append([]byte(nil), m.Value...), Time: m.At})
	}
	if _, err := run.Client.Produce(ctx, kafka.DefaultProduceConfig(), "bench", 0, batch); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(ctx, "bench", 0, int64(len(batch))); err != nil {
		t.Fatal(err)
	}
	sets, settled, err := aliasSets(ctx, run.Conn, truth.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeSets(ctx, run.Conn, 1, calls.Resolve(sets)); err != nil {
		t.Fatal(err)
	}
	terms := Terms{Policy: policy.Default(), Now: truth.AsOf}
	for round := range 3 {
		var evaluating time.Duration
		events, n := 0, 0
		begin := time.Now()
		for g, err := range callsOfRun(ctx, run.Conn, 1, terms.assembling(), settled) {
			if err != nil {
				t.Fatal(err)
			}
			events, n = events+g.n, n+1
			at := time.Now()
			if _, err := Evaluate(g.events.Spine(), Doubts{}, terms, func(schema.Call, Part) error { return nil }); err != nil {
				t.Fatal(err)
			}
			evaluating += time.Since(at)
		}
		reading := time.Since(begin) - evaluating
		fmt.Printf("round %d: %d calls, %d events: reading %.0f ms, evaluating %.0f ms, ratio %.2f\n",
			round+1, n, events, reading.Seconds()*1000, evaluating.Seconds()*1000, evaluating.Seconds()/reading.Seconds())
		if round == 2 && evaluating > reading {
			t.Error("evaluating calls takes longer than reading their events")
		}
	}
}
