package alerting

import (
	"context"
	"errors"
	"time"
)

// retire notes that a target wants nothing more, where its answer says so.
func (c *Courier) retire(err error) bool {
	var retired *Retired
	if !errors.As(err, &retired) {
		return false
	}
	c.mu.Lock()
	c.retired = true
	c.mu.Unlock()
	c.log.Error("alerts: a target wants nothing more, and is sent nothing until a restart; take it out of the configuration, or put its address right",
		"target", c.target.Name(), "reason", retired.Reason)
	return true
}

func (c *Courier) isRetired() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.retired
}

// giveUp writes down what a retired target is not told, once for each alert.
func (c *Courier) giveUp(ctx context.Context, now time.Time) error {
	var rows []Delivery
	for _, t := range c.tracks {
		if !t.waits() {
			continue
		}
		t.sent, t.last = t.Revision, now
		d := Delivery{Alert: t.ID, Revision: t.Revision, Target: c.target.Name(), At: now, Attempt: t.attempts + 1, Outcome: Refused,
			Reason: "the target is retired (410 Gone)", Late: max(0, now.Sub(t.Stored))}
		c.metrics.delivered(d)
		rows = append(rows, d)
	}
	return c.store.Record(ctx, rows)
}
