package service

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/outputs"
	"rollcall/reports/export"
	"rollcall/reports/schedule"
)

// A reporter writes the scheduled reports. The ledger of periods in ClickHouse
// says which were written: each period once, also over downtime.
type reporter struct {
	*Service
	schedules []planned
	frontier  *assess.Frontier
	live      *assess.Live // nil where another process assesses
	written   prometheus.Counter
	failures  prometheus.Counter
}

type planned struct {
	config.Schedule
	due schedule.Schedule
}

func newReporter(s *Service, live *assess.Live) (*reporter, error) {
	r := &reporter{Service: s, frontier: s.frontier(), live: live,
		written:  prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcall_reports_written_total", Help: "Scheduled reports written."}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcall_reports_failures_total", Help: "Attempts to write a scheduled report that failed and are repeated."}),
	}
	for _, c := range s.cfg.Reports.Schedules {
		due, err := schedule.Parse(c.Cron, c.Zone)
		if err != nil {
			return nil, fmt.Errorf("reports.schedules, %s: %w", c.Name, err)
		}
		r.schedules = append(r.schedules, planned{c, due})
	}
	for _, c := range []prometheus.Collector{r.written, r.failures} {
		if err := s.registry.Register(c); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// lookInterval is how often the reporter looks what is due, and firstInterval
// how often until all is judged that a start found.
const (
	lookInterval  = 20 * time.Second
	firstInterval = time.Second
)

// run writes what is due until ctx ends.
func (r *reporter) run(ctx context.Context) error {
	tick := time.NewTicker(firstInterval)
	defer tick.Stop()
	for r.live != nil && r.live.Judged().IsZero() {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	tick.Reset(lookInterval)
	for {
		for _, p := range r.schedules {
			if err := r.catchUp(ctx, p); err != nil && ctx.Err() == nil {
				r.failures.Inc()
				r.log.Error("report failed, it is tried again", "schedule", p.Name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// catchUp writes the reports of a schedule that are due and not in the ledger,
// the oldest first. Nothing is due before its evidence is complete, and judged
// where this process judges. A period
// without usage gets its row in the ledger, which says so, and no files: old
// data would else bring a folder for every day since.
func (r *reporter) catchUp(ctx context.Context, p planned) error {
	now, err := r.frontier.Now(ctx)
	if err != nil {
		return err
	}
	if r.live != nil {
		if judged := r.live.Judged(); judged.Before(now) {
			now = judged
		}
	}
	since, err := r.since(ctx, p.Name)
	if err != nil || since.IsZero() {
		return err
	}
	dues := p.due.Between(since, now)
	if len(dues) == 0 {
		return nil
	}
	done, err := r.strings(ctx, "the ledger of periods", "SELECT period FROM periods_one WHERE schedule = ? AND due_at > ?", p.Name, since)
	if err != nil {
		return err
	}
	days, err := r.strings(ctx, "the days of usage", "SELECT DISTINCT toString(day) FROM usage_lines_current WHERE day >= toDate(?)", schedule.Day(dues[0]).From)
	if err != nil {
		return err
	}
	var idle []schedule.Period // without usage, and not in the ledger yet
	for _, due := range dues {
		period := schedule.Day(due)
		if done[period.Key] {
			continue
		}
		if !days[period.From] {
			idle = append(idle, period)
			continue
		}
		if err := r.record(ctx, p.Name, noUsage, nil, idle...); err != nil {
			return err
		}
		idle = nil
		if err := r.write(ctx, p, period, now); err != nil {
			return fmt.Errorf("period %s: %w", period.Key, err)
		}
	}
	if err := r.record(ctx, p.Name, noUsage, nil, idle...); err != nil || len(idle) == 0 {
		return err
	}
	r.log.Info("days without usage need no report", "schedule", p.Name, "days", len(idle), "first", idle[0].From, "last", idle[len(idle)-1].To)
	return nil
}

// noUsage is the note in the ledger on a period that has no report.
const noUsage = "no usage"

// since is the instant after which due times count: that of the newest report
// in the ledger, else the first day of usage. Zero: there is nothing to report.
func (r *reporter) since(ctx context.Context, name string) (time.Time, error) {
	var newest, first *time.Time
	err := r.conn.QueryRow(ctx, "SELECT maxOrNull(due_at) FROM periods_one WHERE schedule = ?", name).Scan(&newest)
	if err == nil && newest == nil {
		err = r.conn.QueryRow(ctx, "SELECT minOrNull(toDateTime64(day, 3, 'UTC')) FROM usage_lines_current").Scan(&first)
	}
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("read the ledger of periods: %w", err)
	case newest != nil:
		return *newest, nil
	case first != nil:
		// The first report is that of the first day, due after it closed.
		return first.Add(24*time.Hour - time.Millisecond), nil
	}
	return time.Time{}, nil
}

// strings reads a set of texts; what names it for errors.
func (r *reporter) strings(ctx context.Context, what, sql string, args ...any) (map[string]bool, error) {
	set := map[string]bool{}
	err := export.Store{Conn: r.conn}.Query(ctx, what, sql, args, func(rows driver.Rows) error {
		var s string
		err := rows.Scan(&s)
		set[s] = true
		return err
	})
	return set, err
}

// write writes one report whole and then its row in the ledger. If the process
// dies in between, the same files are written again in the same place.
func (r *reporter) write(ctx context.Context, p planned, period schedule.Period, now time.Time) error {
	dir := filepath.Join(r.cfg.Reports.Dir, p.Name, period.Key)
	written, err := outputs.WriteUsage(ctx, outputs.Report{
		Dir: dir, AsOf: now, Version: r.version, Tariff: r.terms.Tariff,
		Store: export.Store{Conn: r.conn, Scope: export.Scope{From: period.From, To: period.To}, Hide: r.pseudonyms()},
	})
	if err != nil {
		return err
	}
	digests := make([][]any, 0, len(written))
	for _, w := range written {
		digests = append(digests, []any{w.Name, w.SHA256})
	}
	if err := r.record(ctx, p.Name, "", digests, period); err != nil {
		return err
	}
	r.written.Inc()
	r.log.Info("report written", "schedule", p.Name, "period", period.Key, "day", period.From, "folder", dir,
		"late", r.clock().Sub(period.DueAt).Round(time.Second))
	return nil
}

// record writes the rows of periods into the ledger.
func (r *reporter) record(ctx context.Context, name, note string, files [][]any, periods ...schedule.Period) error {
	if len(periods) == 0 {
		return nil
	}
	batch, err := r.conn.PrepareBatch(ctx, "INSERT INTO periods (schedule, period, start, end, due_at, reported_at, files, note, version)")
	if err != nil {
		return fmt.Errorf("write the ledger of periods: %w", err)
	}
	defer batch.Close()
	reported := r.clock().UTC()
	for _, p := range periods {
		if err == nil {
			err = batch.Append(name, p.Key, p.Start, p.End, p.DueAt, reported, files, note, uint64(reported.UnixNano()))
		}
	}
	if err == nil {
		err = batch.Send()
	}
	if err != nil {
		return fmt.Errorf("write the ledger of periods: %w", err)
	}
	return nil
}
