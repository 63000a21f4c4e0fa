package assess_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest"
	"rollcall/ingest/kafka"
	"rollcall/rules/policy"
	"rollcall/schema/chdb"
)

// TestBacktestOfLiveHistory: what a service judged as evidence came is taken over
// where judging it anew finds the same, and only there; nothing is written.
func TestBacktestOfLiveHistory(t *testing.T) {
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	const topic = "history"
	ctx := t.Context()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	run, err := embedded.Start(ctx, embedded.RunConfig{Topics: []string{topic}, Partitions: 1, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	opt := simulate.SoakRun(11, start, 25)
	opt.OpenCalls = 5
	text := string(simulate.Policy(opt)) + "consent: {required: [recording]}\n"
	parse := func(text string) *policy.Policy {
		t.Helper()
		p, err := policy.Parse("policy.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	today := parse(text)
	if _, err := assess.StorePolicy(ctx, run.Conn, today, []byte(text)); err != nil {
		t.Fatal(err)
	}
	metrics, err := assess.NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	var now time.Time
	clock := func() time.Time { return now }
	live := assess.NewLive(assess.DefaultLiveConfig(), assess.LiveDependencies{
		Conn: run.Conn, Clock: clock, Logger: log, Metrics: metrics, Terms: assess.Terms{Policy: today},
		Frontier: &assess.Frontier{Conn: run.Conn, Clock: clock, Marks: func(context.Context) ([]kafka.Mark, error) { return nil, nil }},
	})
	var cursor ingest.Cursor
	var batch []kafka.Message
	n := int64(0)
	judge := func() {
		t.Helper()
		if _, err := run.Client.Produce(ctx, kafka.DefaultProduceConfig(), topic, 0, batch); err != nil {
			t.Fatal(err)
		}
		n += int64(len(batch))
		batch = nil
		if err := run.Wait(ctx, topic, 0, n); err != nil {
			t.Fatal(err)
		}
		news, next, _, err := ingest.Touched(ctx, run.Conn, cursor)
		if err != nil {
			t.Fatal(err)
		}
		cursor = next
		live.Stored(ingest.Stored{AliasKeys: news.AliasKeys, Ranges: news.Ranges})
		live.Round(ctx)
	}
	messages, _ := simulate.Generate(opt)
	for m := range messages {
		if len(batch) == 400 {
			judge()
		}
		if m.At.After(now) {
			now = m.At
		}
		batch = append(batch, kafka.Message{Value: append([]byte(nil), m.Value...), Time: m.At})
	}
	judge()
	for range 3 { // what became due
		now = now.Add(10 * time.Minute)
		live.Round(ctx)
	}

	before := rows(t, run.Conn)
	hold := func(what string, after *policy.Policy) {
		t.Helper()
		terms, err := assess.TermsOfStore(ctx, run.Conn, assess.Terms{})
		if err != nil {
			t.Fatal(err)
		}
		var reports [2]string
		for i, anew := range []bool{false, true} {
			r, err := backtest.Run(ctx, run.Conn, backtest.Config{Before: terms, After: after, AtOnce: 9, Anew: anew})
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.MarshalIndent(r, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			reports[i] = string(b)
		}
		if reports[0] != reports[1] {
			t.Errorf("%s:\n%s\nanew:\n%s", what, reports[0], reports[1])
		}
	}
	others := map[string]*policy.Policy{
		"the same":    today,
		"a deadline":  parse(strings.ReplaceAll(text, "deadline: 5s", "deadline: 3s")),
		"exceptions":  parse(text + "exceptions: [{id: e, owner: o, reason: r, expires: 2027-01-01, scope: {rules: [notice.late, consent.missing]}}]\n"),
		"another use": parse(strings.ReplaceAll(text, "[recording]}", "[transcription]}")),
	}
	for what, after := range others {
		hold(what, after)
	}
	if got := rows(t, run.Conn); got != before {
		t.Errorf("something was written:\n%s\n%s", before, got)
	}

	applied := strings.ReplaceAll(text, "deadline: 5s", "deadline: 8s")
	if _, err := assess.ApplyPolicy(ctx, run.Conn, parse(applied), []byte(applied), start.Add(12*time.Hour)); err != nil {
		t.Fatal(err)
	}
	hold("an applied policy that judged nothing yet", others["a deadline"])
	for range 3 {
		now = now.Add(time.Minute)
		live.Round(ctx)
	}
	hold("an applied policy", others["a deadline"])
}

// rows are the numbers of rows of all tables. Merges, which drop rows of one key,
// are stopped first.
func rows(t *testing.T, conn driver.Conn) (all string) {
	t.Helper()
	if err := conn.Exec(t.Context(), "SYSTEM STOP MERGES"); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT toString(arraySort(groupArray((name, total_rows)))) FROM system.tables WHERE database = currentDatabase()").Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}
