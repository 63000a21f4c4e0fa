package alerting

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"rollcall/rules/rule"
)

// An Alertmanager is one instance of Prometheus Alertmanager, spoken to by its
// API v2 (POST /api/v2/alerts). Of a cluster each instance is a target.
type Alertmanager struct{ Endpoint }

// postable is an alert as the API takes it.
type postable struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

// Name implements Target.
func (a *Alertmanager) Name() string { return a.Endpoint.Name }

// Batch implements Target.
func (a *Alertmanager) Batch() int { return 64 }

// Forgets implements Target: an Alertmanager forgets what fires when it restarts,
// and resolves what nobody resends.
func (a *Alertmanager) Forgets() bool { return true }

// Send implements Target.
func (a *Alertmanager) Send(ctx context.Context, list []Outgoing) error {
	all := make([]postable, len(list))
	for i, o := range list {
		notes := maps.Clone(o.Annotations)
		if o.Late > 0 {
			notes["late"] = "delivered " + o.Late.Round(time.Second).String() + " after it was known"
		}
		if o.EndsAt.Before(o.StartsAt) {
			o.EndsAt = o.StartsAt // the API takes no other
		}
		all[i] = postable{o.Labels, notes, o.StartsAt, o.EndsAt}
	}
	return a.send(ctx, all)
}

// Beat implements Target: an alert that always fires while all is judged.
func (a *Alertmanager) Beat(ctx context.Context, b Beat) error {
	return a.send(ctx, []postable{{
		Labels: map[string]string{"alertname": "RollcallHeartbeat", "service": "rollcall", "severity": "none"},
		Annotations: map[string]string{
			"summary":       fmt.Sprintf("Rollcall has judged all evidence up to %s.", rule.Instant(b.Watermark)),
			"watermark":     rule.Instant(b.Watermark),
			"lag":           b.At.Sub(b.Watermark).Round(time.Millisecond).String(),
			"oldest_unsent": b.Oldest.Round(time.Second).String(),
		},
		StartsAt: b.Since, EndsAt: b.Until,
	}})
}

func (a *Alertmanager) send(ctx context.Context, all []postable) error {
	body, err := json.Marshal(all, json.Deterministic(true))
	if err != nil {
		return err
	}
	return a.post(ctx, strings.TrimSuffix(a.URL, "/")+"/api/v2/alerts", "application/json", body, nil)
}
