package alerting

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/rules/alerts"
)

// An Item is an alert as it is in the outbox, with what delivery decides by.
type Item struct {
	alerts.Alert
	Revision string
	When     string    // alerts.Live or alerts.AfterCall
	Text     []byte    // the alert's bytes
	At       time.Time // of the evaluation
	Stored   time.Time // by ClickHouse's clock
}

// An Outcome is how an attempt to deliver ended.
type Outcome string

// The outcomes of attempts.
const (
	Sent    Outcome = "sent"
	Failed  Outcome = "failed"  // it is tried again
	Refused Outcome = "refused" // it is not
)

// A Delivery is an attempt to deliver a revision of an alert to a target.
type Delivery struct {
	Alert, Revision, Target string
	At                      time.Time
	Attempt                 int
	Outcome                 Outcome
	Reason                  string
	Late                    time.Duration // since the revision was stored
}

// A Store is where alerts come from and deliveries go to.
type Store interface {
	// Changed lists the alerts of which a revision was stored since an instant, as
	// they are now; since zero all that may have to be sent.
	Changed(ctx context.Context, since time.Time) ([]Item, error)
	// Delivered lists what was sent to a target, or refused by it, last, by alert.
	Delivered(ctx context.Context, target string) (map[string]Delivery, error)
	// Record adds deliveries.
	Record(ctx context.Context, list []Delivery) error
}

// Changed implements Store. Where since is zero it leaves out what nobody
// waits for any more: all that is older than a month but what still goes on.
func (o *Outbox) Changed(ctx context.Context, since time.Time) ([]Item, error) {
	condition := "a.state = 'firing' AND a.learnt = 'live' AND a.capture != '' OR a.stored_at > now64(6) - INTERVAL 31 DAY"
	var args []any
	inner := "1"
	if !since.IsZero() {
		condition, inner = "1", "alert_id IN (SELECT alert_id FROM alerts WHERE stored_at >= fromUnixTimestamp64Micro(toInt64(?)))"
		args = append(args, since.UnixMicro())
	}
	return o.items(ctx, `SELECT a.revision, a.learnt, a.record, a.at, a.stored_at
FROM (SELECT * FROM alerts WHERE `+inner+newestAlert+`) AS a WHERE `+condition+" ORDER BY a.stored_at, a.alert_id", args)
}

// newestAlert keeps the revision of an alert that counts.
const newestAlert = " ORDER BY alert_id, at DESC, stored_at DESC LIMIT 1 BY alert_id"

func (o *Outbox) items(ctx context.Context, sql string, args []any) (list []Item, err error) {
	err = each(ctx, o.Conn, "the alerts", sql, args, func(rows driver.Rows) error {
		var i Item
		var text string
		if err := rows.Scan(&i.Revision, &i.When, &text, &i.At, &i.Stored); err != nil {
			return err
		}
		i.Text, i.At, i.Stored = []byte(text), i.At.UTC(), i.Stored.UTC()
		if err := json.Unmarshal(i.Text, &i.Alert); err != nil {
			return fmt.Errorf("revision %s is no alert: %w", i.Revision, err)
		}
		list = append(list, i)
		return nil
	})
	return list, err
}

// Delivered implements Store.
func (o *Outbox) Delivered(ctx context.Context, target string) (map[string]Delivery, error) {
	all := map[string]Delivery{}
	err := each(ctx, o.Conn, "the deliveries of alerts", `SELECT alert_id, revision, at, outcome, late_ms FROM alert_deliveries
WHERE target = ? AND outcome IN ('sent', 'refused') ORDER BY alert_id, at DESC, stored_at DESC LIMIT 1 BY alert_id`, []any{target}, func(rows driver.Rows) error {
		d := Delivery{Target: target}
		var outcome string
		var late int64
		err := rows.Scan(&d.Alert, &d.Revision, &d.At, &outcome, &late)
		d.At, d.Outcome, d.Late = d.At.UTC(), Outcome(outcome), time.Duration(late)*time.Millisecond
		all[d.Alert] = d
		return err
	})
	return all, err
}

// Record implements Store.
func (o *Outbox) Record(ctx context.Context, list []Delivery) error {
	var rows [][]any
	for _, d := range list {
		rows = append(rows, []any{d.Alert, d.Revision, d.Target, d.At, uint32(d.Attempt), string(d.Outcome), d.Reason, d.Late.Milliseconds()})
	}
	err := insert(ctx, o.Conn, "INSERT INTO alert_deliveries (alert_id, revision, target, at, attempt, outcome, reason, late_ms)", rows)
	if err != nil {
		return fmt.Errorf("write the deliveries of alerts: %w", err)
	}
	return nil
}
