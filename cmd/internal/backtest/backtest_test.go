package backtest_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest/kafka"
	"rollcall/rules/policy"
	"rollcall/schema/chdb"
)

const topic = "history"

// history is a store with some simulated calls that were judged.
func history(t *testing.T, opt simulate.Options) (driver.Conn, assess.Terms, *simulate.Truth) {
	t.Helper()
	return judgedBy(t, opt, []*policy.Policy{parsed(t, string(simulate.Policy(opt)))})
}

// judgedBy is a history, with some messages more, that was judged by versions of a
// policy.
func judgedBy(t *testing.T, opt simulate.Options, versions []*policy.Policy, more ...string) (driver.Conn, assess.Terms, *simulate.Truth) {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	ctx := t.Context()
	run, err := embedded.Start(ctx, embedded.RunConfig{Topics: []string{topic}, Partitions: 1, Logger: slog.New(slog.DiscardHandler), MaxMemory: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	messages, truth := simulate.Generate(opt)
	var batch []kafka.Message
	n := int64(0)
	send := func() {
		if _, err := run.Client.Produce(ctx, kafka.DefaultProduceConfig(), topic, 0, batch); err != nil {
			t.Fatal(err)
		}
		n += int64(len(batch))
		batch = nil
		if err := run.Wait(ctx, topic, 0, n); err != nil {
			t.Fatal(err)
		}
	}
	for m := range messages {
		if batch = append(batch, kafka.Message{Value: append([]byte(nil), m.Value...), Time: m.At}); len(batch) == 5000 {
			send()
		}
	}
	for _, text := range more {
		batch = append(batch, kafka.Message{Value: []byte(text), Time: truth.AsOf})
	}
	send()
	terms := assess.Terms{Policy: versions[len(versions)-1], Versions: versions, Now: truth.AsOf}
	if _, err := assess.All(ctx, run.Conn, terms, assess.Version(truth.AsOf), nil); err != nil {
		t.Fatal(err)
	}
	found, err := assess.TermsOfStore(ctx, run.Conn, terms)
	if err != nil {
		t.Fatal(err)
	}
	terms.Now = found.Now
	if !terms.Now.Equal(truth.AsOf) {
		t.Fatalf("the store was judged as of %v, not of %v", terms.Now, truth.AsOf)
	}
	return run.Conn, terms, truth
}

func parsed(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sizes are the numbers of rows of all tables. Merges, which drop rows of one
// key, are stopped first.
func sizes(t *testing.T, conn driver.Conn) string {
	t.Helper()
	if err := conn.Exec(t.Context(), "SYSTEM STOP MERGES"); err != nil {
		t.Fatal(err)
	}
	var all string
	if err := conn.QueryRow(t.Context(), "SELECT toString(arraySort(groupArray((name, total_rows)))) FROM system.tables WHERE database = currentDatabase()").Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBacktest: the same policy finds the same as is stored; another finds what
// the simulator's truth says, and nothing is written.
func TestBacktest(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	opt := simulate.SoakRun(5, start, 150)
	conn, terms, truth := history(t, opt)
	before := sizes(t, conn)
	try := func(after *policy.Policy, since time.Time) *backtest.Report {
		t.Helper()
		r, err := backtest.Run(t.Context(), conn, backtest.Config{Before: terms, After: after, Since: since})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	text := string(simulate.Policy(opt))
	deadlines := regexp.MustCompile(`deadline: \w+`)
	within := func(d string) *policy.Policy { return parsed(t, deadlines.ReplaceAllString(text, "deadline: "+d)) }

	same := try(terms.Policy, time.Time{})
	var calls uint64
	if err := conn.QueryRow(t.Context(), "SELECT count() FROM calls_current").Scan(&calls); err != nil || same.Calls != int(calls) {
		t.Errorf("%d calls were judged of %d, %v", same.Calls, calls, err)
	}
	stored := map[string]int{}
	rows, err := conn.Query(t.Context(), "SELECT rule, toInt64(sum(fail)) FROM checks_current GROUP BY rule")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var rule string
		var fail int64
		if err := rows.Scan(&rule, &fail); err != nil {
			t.Fatal(err)
		}
		stored[rule] = int(fail)
	}
	for id, o := range same.Rules {
		if o.New+o.Gone+o.Changed > 0 || !reflect.DeepEqual(o.Before, o.After) {
			t.Errorf("%s: the same policy finds something else: %+v", id, o)
		}
		if o.Before.Fail != stored[id] {
			t.Errorf("%s: fails %d times, stored are %d", id, o.Before.Fail, stored[id])
		}
	}
	if same.Worse() {
		t.Error("the same policy is worse")
	}

	late := 0
	for _, o := range truth.Obligations {
		if o.Result == "late" {
			late++
		}
	}
	patient := try(within("1h"), time.Time{})
	if r := patient.Rules["notice.late"]; late == 0 || r.Gone != late || r.New+r.Changed != 0 || r.After.Fail != 0 || len(r.Examples) != min(late, 3) {
		t.Errorf("without a deadline, %d being late: %+v", late, r)
	}
	if patient.Worse() {
		t.Error("nothing new is found and it is worse")
	}
	strict := try(within("1s"), time.Time{})
	if r := strict.Rules["notice.late"]; r.New == 0 || r.Before.Fail+r.New-r.Gone != r.After.Fail || r.Examples[0].After == nil || r.Examples[0].Before != nil || !strict.Worse() {
		t.Errorf("with a deadline of a second: %+v", r)
	}
	excepted := try(parsed(t, text+"\nexceptions: [{id: e, owner: o, reason: r, expires: 2027-01-01, scope: {rules: [notice.late]}}]\n"), time.Time{})
	if r := excepted.Rules["notice.late"]; r.Changed != late || r.After.Suppressed != late || r.Before.Suppressed != 0 || excepted.Worse() {
		t.Errorf("excepted: %+v", r)
	}

	if part := try(terms.Policy, start.Add(12*time.Hour)); part.Calls == 0 || part.Calls >= same.Calls {
		t.Errorf("of %d calls %d are of the second half", same.Calls, part.Calls)
	}
	if got := sizes(t, conn); got != before {
		t.Errorf("something was written:\n%s\n%s", before, got)
	}
	for range 2 {
		a, _ := json.Marshal(strict)
		b, _ := json.Marshal(try(within("1s"), time.Time{}))
		if string(a) != string(b) {
			t.Error("two runs differ")
		}
	}
}
