package export

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/files"
)

// Counts say how complete the evidence is and what was found; they are the
// figures of summary.json and of the covers.
type Counts struct {
	Messages    int64
	Events      map[string]map[string]int64 // source, kind
	DeadLetters int64
	Gaps        []string // in words
	Calls       int64
	Unjoined    int64 // calls that no correlation id names: what no call of ACS could be joined with
	Sessions    int64
	Obligations map[string]int64 // by result
	Findings    map[string]int64 // by rule, but those that an exception covers
	Suppressed  map[string]int64 // by rule: those
	Failing     int64            // findings with result fail, above info
	Checks      map[string]Check // by rule
}

// A Check is the population of a rule: how many subjects it judged, and how.
type Check struct {
	Population    uint64 `json:"population"`
	Pass          uint64 `json:"pass"`
	Fail          uint64 `json:"fail"`
	NoEvidence    uint64 `json:"no_evidence"`
	NotApplicable uint64 `json:"not_applicable"`
}

// AllEvents is the number of events of all sources.
func (c Counts) AllEvents() int64 {
	var n int64
	for _, kinds := range c.Events {
		for _, k := range kinds {
			n += k
		}
	}
	return n
}

// unjoined is true of a call that has aliases, but no correlation id.
const unjoined = "NOT arrayExists(a -> JSONExtractString(a, 'kind') = 'correlation_id', JSONExtractArrayRaw(json, 'aliases'))"

// Count counts. The scope's tenant limits what was found, not the evidence,
// which belongs to all of them.
func (s Store) Count(ctx context.Context) (Counts, error) {
	c := Counts{Events: map[string]map[string]int64{}, Obligations: map[string]int64{}, Findings: map[string]int64{}, Suppressed: map[string]int64{}}
	where, args := s.where(false)
	single := func(to *int64, sql string, args ...any) error {
		var n uint64
		if err := s.Conn.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		*to = int64(n)
		return nil
	}
	byName := func(to map[string]int64, sql string) error {
		return query(ctx, s.Conn, "counts", sql, args, func(rows driver.Rows) error {
			var name string
			var n uint64
			if err := rows.Scan(&name, &n); err != nil {
				return err
			}
			to[name] = int64(n)
			return nil
		})
	}
	steps := []func() error{
		func() error { return single(&c.Messages, "SELECT count() FROM messages_one") },
		func() error {
			return single(&c.DeadLetters, "SELECT count() FROM dead_letters_one WHERE replayed_at = toDateTime64(0, 3, 'UTC')")
		},
		func() error { return single(&c.Calls, "SELECT countIf(NOT chat) FROM calls_current"+where, args...) },
		func() error {
			return single(&c.Unjoined, "SELECT countIf(NOT chat AND "+unjoined+") FROM calls_current"+where, args...)
		},
		func() error { return single(&c.Sessions, "SELECT count() FROM sessions_current"+where, args...) },
		func() error {
			and := " WHERE "
			if where != "" {
				and = where + " AND "
			}
			return single(&c.Failing, "SELECT count() FROM findings_current"+and+"result = 'fail' AND severity != 'info' AND status != 'suppressed'", args...)
		},
		func() error {
			return byName(c.Obligations, "SELECT result, count() FROM obligations_current"+where+" GROUP BY result")
		},
		func() error {
			return byName(c.Findings, "SELECT rule, countIf(status != 'suppressed') AS open FROM findings_current"+where+" GROUP BY rule HAVING open > 0")
		},
		func() error {
			return byName(c.Suppressed, "SELECT rule, countIf(status = 'suppressed') AS covered FROM findings_current"+where+" GROUP BY rule HAVING covered > 0")
		},
		func() error { return s.countEvents(ctx, c.Events) },
		func() (err error) { c.Checks, err = s.checks(ctx); return err },
		func() (err error) { c.Gaps, err = s.gaps(ctx); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (s Store) countEvents(ctx context.Context, to map[string]map[string]int64) error {
	return query(ctx, s.Conn, "counts", "SELECT source, kind, count() FROM events_one GROUP BY source, kind", nil, func(rows driver.Rows) error {
		var source, kind string
		var n uint64
		if err := rows.Scan(&source, &kind, &n); err != nil {
			return err
		}
		if to[source] == nil {
			to[source] = map[string]int64{}
		}
		to[source][kind] = int64(n)
		return nil
	})
}

// checks adds up the populations of rules over all calls.
func (s Store) checks(ctx context.Context) (map[string]Check, error) {
	checks := map[string]Check{}
	sql := "SELECT rule, sum(population), sum(pass), sum(fail), sum(no_evidence), sum(not_applicable) FROM checks_current GROUP BY rule"
	err := query(ctx, s.Conn, "checks", sql, nil, func(rows driver.Rows) error {
		var rule string
		var c Check
		if err := rows.Scan(&rule, &c.Population, &c.Pass, &c.Fail, &c.NoEvidence, &c.NotApplicable); err != nil {
			return err
		}
		checks[rule] = c
		return nil
	})
	return checks, err
}

func (s Store) gaps(ctx context.Context) ([]string, error) {
	var gaps []string
	sql := "SELECT topic, partition, first, last, reason, before_time FROM gaps_one ORDER BY topic, epoch, partition, first"
	err := query(ctx, s.Conn, "gaps", sql, nil, func(rows driver.Rows) error {
		var topic, reason string
		var partition int32
		var first, last int64
		var before time.Time
		if err := rows.Scan(&topic, &partition, &first, &last, &reason, &before); err != nil {
			return err
		}
		gaps = append(gaps, fmt.Sprintf("%s, partition %d: offsets %d to %d were never read (%s, seen %s)",
			topic, partition, first, last, reason, files.Time(before)))
		return nil
	})
	return gaps, err
}

// OffsetCounts counts the events and the dead letters of each message of a
// partition, by offset.
func (s Store) OffsetCounts(ctx context.Context, topic string, partition int32, add func(offset int64, events, deadLetters int64)) error {
	sql := `SELECT offset, sum(e), sum(d) FROM (
    SELECT offset, 1 AS e, 0 AS d FROM events_one WHERE topic = ? AND partition = ?
    UNION ALL SELECT offset, 0, 1 FROM dead_letters_one WHERE topic = ? AND partition = ? AND replayed_at = toDateTime64(0, 3, 'UTC')
) GROUP BY offset`
	return query(ctx, s.Conn, "counts", sql, []any{topic, partition, topic, partition}, func(rows driver.Rows) error {
		var offset int64
		var events, dead uint64
		if err := rows.Scan(&offset, &events, &dead); err != nil {
			return err
		}
		add(offset, int64(events), int64(dead))
		return nil
	})
}
