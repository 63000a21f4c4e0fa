package service

import (
	"context"

	"rollcall/cmd/internal/alerting"
	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/config"
	"rollcall/reports/export"
	"rollcall/rules/alerts"
	"rollcall/rules/catalogue"
	"rollcall/schema"
)

// Alerts are what a configuration makes of alerts.
type Alerts struct {
	Outbox *alerting.Outbox
	Terms  alerts.Terms
	// Targets are all that are told.
	Targets []alerting.Target
}

// NewAlerts makes them, without sending anything. The outbox has no connection
// yet.
func NewAlerts(cfg config.Config) (*Alerts, error) {
	a := &Alerts{
		Outbox: &alerting.Outbox{Wording: Wording(cfg)},
		Terms:  alerts.Terms{Least: schema.Severity(cfg.Alerts.MinSeverity), Recent: cfg.Alerts.Recent},
	}
	managers, hooks := cfg.Alerts.Targets()
	for _, e := range managers {
		m := &alerting.Alertmanager{Endpoint: e}
		if err := m.Connect(); err != nil {
			return nil, err
		}
		a.Targets = append(a.Targets, m)
	}
	for _, h := range hooks {
		if err := h.Connect(); err != nil {
			return nil, err
		}
		a.Targets = append(a.Targets, &h)
	}
	return a, nil
}

// Wording is how a configuration has alerts worded.
func Wording(cfg config.Config) alerts.Wording {
	w := alerts.Wording{Link: cfg.Alerts.Link, Runbook: cfg.Alerts.Runbook, Team: cfg.Alerts.TeamOf, Titles: map[string]string{}}
	for _, r := range catalogue.Rules() {
		w.Titles[r.ID] = r.Title
	}
	switch {
	case cfg.Alerts.Persons == config.PersonsRaw:
		w.Person = func(raw string) string { return raw }
	case cfg.Alerts.Persons == config.PersonsPseudonyms && cfg.Pseudonyms.Key.Reveal() != "":
		w.Person = export.NewPseudonyms([]byte(cfg.Pseudonyms.Key.Reveal())).ID
	}
	return w
}

// couriers are one a target: they bring alerts from the outbox.
func (s *Service) couriers(live *assess.Live) ([]*alerting.Courier, error) {
	metrics, err := alerting.NewMetrics(s.registry)
	if err != nil {
		return nil, err
	}
	cfg := alerting.DefaultConfig()
	cfg.Resend, cfg.Heartbeat = s.cfg.Alerts.Resend, s.cfg.Alerts.Heartbeat
	var all []*alerting.Courier
	for _, t := range s.alerts.Targets {
		cfg := cfg
		deps := alerting.Dependencies{Store: s.alerts.Outbox, Clock: s.clock, Judged: live.Judged, Logger: s.log, Metrics: metrics}
		if s.share != nil {
			cfg.Look = sharedLook
			deps.Mine = s.delivers
		}
		all = append(all, alerting.NewCourier(cfg, t, deps))
	}
	return all, nil
}

// deliver runs the couriers until ctx ends.
func (s *Service) deliver(ctx context.Context, all []*alerting.Courier, run func(func() error)) {
	s.alerts.Outbox.Wake = func() {
		for _, c := range all {
			c.Wake()
		}
	}
	for _, c := range all {
		run(func() error { return c.Run(ctx) })
	}
}
