package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/alerting"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/results"
	"rollcall/cmd/internal/service"
	"rollcall/reports/timeline"
	"rollcall/rules/alerts"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
)

func newAlerts() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "See what was alerted and why, test the way of alerts, send again, read runbooks",
		Long: `Alerts works on the outbox of the service that the configuration describes:
every alert that was sent, failed or was withheld is there with its reason.

An alert gathers the findings of one rule on one call, app, capture and episode.
It is

  firing    somebody is to hear; when=live pages, when=after_call never does
  resolved  told-late, refuted, capture-ended, left or moved; a finding stays open
            where only the capture ended or the person left
  withheld  by an exception, as long ago, or because a finding on the whole app
            speaks for it (evidence.silent-app, notice.app-broken)`,
		Example: `  rollcall alerts list --state firing
  rollcall alerts list --call 3f2b6c1e-0d4f-4a53-9a55-7d1c54ad1df1 --json
  rollcall alerts test --config rollcall.yaml
  rollcall alerts resend 0bf0 --config rollcall.yaml
  rollcall alerts seen --since 24h
  rollcall alerts runbook notice.missed`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit{exitUsage, fmt.Errorf("unknown command %q; see %s --help", args[0], cmd.CommandPath())}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	a := &alertsCommand{}
	cmd.PersistentFlags().StringVar(&a.file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	cmd.AddCommand(a.list(), a.test(), a.resend(), a.seen(), newRunbook())
	return cmd
}

// An alertsCommand is what the commands below alerts have in common.
type alertsCommand struct{ file string }

// with opens the outbox of the service.
func (a *alertsCommand) with(cmd *cobra.Command, do func(context.Context, *service.Alerts) error) (err error) {
	cfg, err := config.Load(a.file, os.Environ())
	if err != nil {
		return err
	}
	all, err := service.NewAlerts(cfg)
	if err != nil {
		return err
	}
	conn, stop, err := results.Open(cmd.Context(), cfg, newLogger(cmd.ErrOrStderr(), false))
	if errors.Is(err, results.ErrNoData) {
		return fmt.Errorf("%w; name the service's configuration by --config", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	all.Outbox.Conn = conn
	return do(cmd.Context(), all)
}

func (a *alertsCommand) list() *cobra.Command {
	var f alerting.Filter
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [ID]",
		Short: "List alerts, whom they reached, and why not",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.ID = args[0]
			}
			all := []string{string(alerts.Firing), string(alerts.Resolved), string(alerts.Withheld)}
			for _, s := range f.States {
				if !slices.Contains(all, s) {
					return exit{exitUsage, fmt.Errorf("--state %q: it is one of %s", s, strings.Join(all, ", "))}
				}
			}
			f.OneTenant = cmd.Flags().Changed("tenant")
			return a.with(cmd, func(ctx context.Context, all *service.Alerts) error {
				list, err := all.Outbox.List(ctx, f)
				if err != nil {
					return err
				}
				if asJSON {
					return writeAlertsJSON(cmd.OutOrStdout(), list)
				}
				return writeAlerts(cmd.OutOrStdout(), list, all.Targets)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.States, "state", nil, "`STATE`: firing, resolved, withheld; several with commas; default: all")
	flags.StringVar(&f.CallID, "call", "", "`CALL` by its whole id")
	flags.StringVar(&f.Tenant, "tenant", "", "one `TENANT` alone; empty: what no tenant is known of; default: all")
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line, with all deliveries")
	return cmd
}

// writeAlerts writes a line for each alert.
func writeAlerts(out io.Writer, list []alerting.Listed, targets []alerting.Target) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTATE\tWHEN\tSEVERITY\tSINCE\tREACHED\tWHAT")
	for _, l := range list {
		state := string(l.State)
		if l.Reason != "" {
			state += " (" + l.Reason + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.ID[:min(8, len(l.ID))], state, l.When, l.Labels["severity"], rule.Instant(l.StartsAt),
			reached(l, targets), timeline.Safe(l.Annotations["summary"]))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%d alerts\n", len(list))
	return err
}

// reached says whom an alert reached, and who has not got it.
func reached(l alerting.Listed, targets []alerting.Target) string {
	var parts []string
	told := map[string]bool{}
	for _, d := range l.Deliveries {
		told[d.Target] = true
		part := d.Target + " " + string(d.Outcome)
		switch {
		case d.Outcome != alerting.Sent:
			part += " (" + timeline.Safe(d.Reason) + ")"
		case d.Revision != l.Revision && l.State != alerts.Withheld:
			part += ", not yet as it is now"
		}
		parts = append(parts, part)
	}
	for _, t := range targets {
		if !told[t.Name()] && l.State == alerts.Firing {
			parts = append(parts, t.Name()+" not yet")
		}
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, "; ")
}

// writeAlertsJSON writes a JSON object a line.
func writeAlertsJSON(out io.Writer, list []alerting.Listed) error {
	type delivery struct {
		Target   string    `json:"target"`
		At       time.Time `json:"at"`
		Revision string    `json:"revision"`
		Outcome  string    `json:"outcome"`
		Reason   string    `json:"reason,omitempty"`
		Attempt  int       `json:"attempt"`
		LateMs   int64     `json:"late_ms"`
	}
	encoder := json.NewEncoder(out)
	for _, l := range list {
		deliveries := []delivery{}
		for _, d := range l.Deliveries {
			deliveries = append(deliveries, delivery{d.Target, d.At, d.Revision, string(d.Outcome), d.Reason, d.Attempt, d.Late.Milliseconds()})
		}
		err := encoder.Encode(struct {
			Alert      json.RawMessage `json:"alert"`
			Revision   string          `json:"revision"`
			Deliveries []delivery      `json:"deliveries"`
		}{l.Text, l.Revision, deliveries})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *alertsCommand) test() *cobra.Command {
	var severity, when string
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Send a test alert to every target of the configuration",
		Long: `Test sends an alert by the name of RollcallTest to every Alertmanager and webhook
of the configuration, with the labels service=rollcall, severity and when, so
that it takes the route of a real one. It ends after five minutes.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(a.file, os.Environ())
			if err != nil {
				return err
			}
			all, err := service.NewAlerts(cfg)
			if err != nil {
				return err
			}
			if len(all.Targets) == 0 {
				return errors.New("the configuration has no target: name some in alerts.alertmanagers or alerts.webhooks")
			}
			return toEach(cmd, all.Targets, func(t alerting.Target) error {
				return alerting.Test(cmd.Context(), t, severity, when, time.Now().UTC())
			})
		},
	}
	cmd.Flags().StringVar(&severity, "severity", "high", "the label `severity`")
	cmd.Flags().StringVar(&when, "when", alerts.Live, "the label `when`: live or after_call")
	return cmd
}

func (a *alertsCommand) resend() *cobra.Command {
	return &cobra.Command{
		Use:   "resend ID",
		Short: "Send an alert again, as it is now, to every target of the configuration",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd, func(ctx context.Context, all *service.Alerts) error {
				list, err := all.Outbox.List(ctx, alerting.Filter{ID: args[0]})
				switch {
				case err != nil:
					return err
				case len(list) != 1:
					return fmt.Errorf("%d alerts have an id that begins with %q; see rollcall alerts list", len(list), args[0])
				case len(all.Targets) == 0:
					return errors.New("the configuration has no target: name some in alerts.alertmanagers or alerts.webhooks")
				}
				return toEach(cmd, all.Targets, func(t alerting.Target) error {
					return alerting.Resend(ctx, all.Outbox, t, list[0].Item, time.Now().UTC())
				})
			})
		},
	}
}

// toEach does something at every target and says how it went.
func toEach(cmd *cobra.Command, targets []alerting.Target, do func(alerting.Target) error) error {
	var errs []error
	for _, t := range targets {
		err := do(t)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t.Name(), err))
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s took it\n", t.Name())
	}
	return errors.Join(errs...)
}

func newRunbook() *cobra.Command {
	return &cobra.Command{
		Use:   "runbook [RULE]",
		Short: "What to do about an alert of a rule; without one, of all",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, r := range catalogue.Rules() {
				if len(args) > 0 && r.ID != args[0] {
					continue
				}
				if _, err := io.WriteString(cmd.OutOrStdout(), runbook(r)); err != nil {
					return err
				}
				if len(args) > 0 {
					return nil
				}
			}
			if len(args) > 0 {
				return fmt.Errorf("there is no built-in rule %q; rules of the policy's own are described there", args[0])
			}
			return nil
		},
	}
}

// runbook is what the catalogue knows of a rule, for whoever is on call.
func runbook(r rule.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (%s)\n\n%s\n\n", r.ID, r.Severity, r.Title)
	fmt.Fprintf(&b, "## What it violates\n%s (%s, %s)\n\n", r.Control.Says, r.Control.Document, r.Control.Section)
	fmt.Fprintf(&b, "## What to do\n1. See what is known: the alert's annotation explain, or rollcall findings list --rule %s.\n", r.ID)
	fmt.Fprintf(&b, "2. %s\n3. Say what came of it: rollcall findings close ID --as true, false_positive or accepted_risk.\n\n", r.Remediation)
	b.WriteString("## When it is none\n")
	for _, f := range r.FalsePositives {
		fmt.Fprintf(&b, "- %s\n", f)
	}
	b.WriteString("\n")
	return b.String()
}
