package alerting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/alerts"
)

// A Filter says which alerts are wanted; what is empty wants all.
type Filter struct {
	ID     string // or the beginning of it
	States []string
	CallID string
	Tenant string
	// OneTenant wants those of Tenant, even where that is empty.
	OneTenant bool
}

// A Listed is an alert with what became of it at each target.
type Listed struct {
	Item
	Deliveries []Delivery // the newest of each target, by target
}

// List lists alerts as they are now, the newest first.
func (o *Outbox) List(ctx context.Context, f Filter) ([]Listed, error) {
	condition, args := []string{"startsWith(alert_id, ?)"}, []any{f.ID}
	if f.CallID != "" {
		condition, args = append(condition, "call_id = ?"), append(args, f.CallID)
	}
	if f.OneTenant {
		condition, args = append(condition, "tenant = ?"), append(args, f.Tenant)
	}
	items, err := o.items(ctx, `SELECT revision, learnt, record, at, stored_at FROM (SELECT * FROM alerts WHERE `+strings.Join(condition, " AND ")+newestAlert+
		`) ORDER BY stored_at DESC, alert_id`, args)
	if err != nil {
		return nil, err
	}
	items = slices.DeleteFunc(items, func(i Item) bool { return len(f.States) > 0 && !slices.Contains(f.States, string(i.State)) })
	list := make([]Listed, len(items))
	place := map[string]int{}
	var ids []string
	for n, i := range items {
		list[n].Item, place[i.ID] = i, n
		ids = append(ids, i.ID)
	}
	for some := range slices.Chunk(ids, atOnce) {
		err := each(ctx, o.Conn, "the deliveries of alerts", `SELECT alert_id, revision, target, at, attempt, outcome, reason, late_ms FROM alert_deliveries
WHERE alert_id IN (?) ORDER BY alert_id, target, at DESC, stored_at DESC LIMIT 1 BY alert_id, target`, []any{some}, func(rows driver.Rows) error {
			var d Delivery
			var attempt uint32
			var outcome string
			var late int64
			err := rows.Scan(&d.Alert, &d.Revision, &d.Target, &d.At, &attempt, &outcome, &d.Reason, &late)
			d.At, d.Attempt, d.Outcome, d.Late = d.At.UTC(), int(attempt), Outcome(outcome), time.Duration(late)*time.Millisecond
			if n, ok := place[d.Alert]; ok {
				list[n].Deliveries = append(list[n].Deliveries, d)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Resend tells a target of an alert as it is now, whatever it was told before,
// and writes down what it said. Of what is withheld nobody is told.
func Resend(ctx context.Context, store Store, t Target, i Item, now time.Time) error {
	if i.State == alerts.Withheld {
		return fmt.Errorf("alert %s is withheld (%s): nobody is told", i.ID, i.Reason)
	}
	c := &Courier{target: t}
	o := c.outgoing(&track{Item: i, known: true, sent: i.Revision, first: now}, now)
	err := t.Send(ctx, []Outgoing{o})
	d := Delivery{Alert: i.ID, Revision: i.Revision, Target: t.Name(), At: now, Attempt: 1, Outcome: Sent, Late: max(0, now.Sub(i.Stored))}
	if err != nil {
		d.Outcome, d.Reason = Failed, err.Error()
	}
	if recorded := store.Record(ctx, []Delivery{d}); err == nil {
		err = recorded
	}
	return err
}

// Test tells a target of an alert that is none, and that it ended.
func Test(ctx context.Context, t Target, severity, when string, now time.Time) error {
	a := alerts.Alert{
		ID: "test", State: alerts.Firing, StartsAt: now,
		Labels:      map[string]string{"alertname": "RollcallTest", "service": "rollcall", "rule": "test", "severity": severity, "when": when},
		Annotations: map[string]string{"summary": "This is a test by rollcall alerts test. Nothing has happened.", "runbook": "rollcall alerts --help"},
	}
	text, revision, err := a.Canonical()
	if err != nil {
		return err
	}
	return t.Send(ctx, []Outgoing{{Item: Item{Alert: a, Revision: revision, When: when, Text: text, At: now, Stored: now}, Firing: true, EndsAt: now.Add(5 * time.Minute)}})
}
