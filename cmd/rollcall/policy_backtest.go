package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/pictures"
	"rollcall/cmd/internal/results"
	"rollcall/reports/timeline"
	"rollcall/rules/policy"
	"rollcall/rules/trial"
)

func newPolicyBacktest() *cobra.Command {
	var name, since, file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "backtest --policy NEW",
		Short: "Say what another policy would find in the stored history",
		Long: `Backtest judges the calls of a service's store twice, by the policies that judge
them today and by another, and says by rule what would be new, gone or changed,
with up to three examples of each, the earliest. The other policy judges all of
the calls, whatever its effective_from says. Nothing is sent, and nothing is
written to the store.

What the store holds of a call is taken over where the same policy and rules found
it and time changes nothing of it any more; then only the rules judge that the
policies have otherwise. Another deadline or exception needs results alone, other
names what was displayed, most other changes the sessions of every call; which
sessions are of which app or tenant has those calls judged by every rule. Listings
are judged as they stand, each policy with the pictures that it names, by paths
relative to its file: where one can't be read there is no evidence.

The store is that of the service that the configuration describes, whether it
runs or not. Calls are judged as of the newest judgement there. The hours of apps
(notice.app-broken, evidence.silent-app) are judged from the calls that started
at --since or later; rules on partitions and on the policy itself are left out.
A finding has changed where its severity, status, result, message, tenant or app
is another. Where pseudonyms are configured, messages and names are left out.

Exit code 3: something would newly fail above "info"; 1: the file can't be used,
or a test in it does not hold.`,
		Example: `  rollcall policy backtest --policy new.yaml
  rollcall policy backtest --policy new.yaml --since 2026-03-01 --config rollcall.yaml --json`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" {
				return exit{exitUsage, errors.New("--policy is missing: it names the policy file to try")}
			}
			from, err := instant(since)
			if err != nil {
				return exit{exitUsage, err}
			}
			after, _, err := loadPolicy(name)
			if err != nil {
				return err
			}
			cfg, err := config.Load(file, os.Environ())
			if err != nil {
				return err
			}
			r, err := backtestStore(cmd, cfg, name, after, from)
			if err != nil {
				return err
			}
			if cfg.Pseudonyms.Enabled {
				r.Anonymous()
			}
			if err := printBacktest(cmd.OutOrStdout(), r, asJSON); err != nil {
				return err
			}
			if r.Worse() {
				return exit{code: exitLook}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "policy", "", "the policy `FILE` to try")
	f.StringVar(&since, "since", "", "only calls that started at `TIME` or later: a UTC day or RFC 3339")
	f.StringVar(&file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	f.BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// loadPolicy reads a policy file that is to judge, with its text.
func loadPolicy(name string) (*policy.Policy, []byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, fmt.Errorf("policy: %w", err)
	}
	p, err := trial.Load(name, text)
	return p, text, err
}

func backtestStore(cmd *cobra.Command, cfg config.Config, name string, after *policy.Policy, since time.Time) (r *backtest.Report, err error) {
	fallback, _, err := audit.Terms(cfg.Policy, "")
	if err != nil {
		return nil, err
	}
	ctx := cmd.Context()
	conn, stop, err := results.Open(ctx, cfg, newLogger(cmd.ErrOrStderr(), false))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	before, err := assess.TermsOfStore(ctx, conn, fallback)
	if err != nil {
		return nil, err
	}
	before.Gallery = pictures.NewLoader(cfg.Policy).For
	say, begun, said := progress(cmd.ErrOrStderr()), time.Now(), time.Now()
	r, err = backtest.Run(ctx, conn, backtest.Config{Before: before, After: after, Gallery: pictures.NewLoader(name).For, Since: since, Progress: func(calls int) {
		if time.Since(said) >= time.Second {
			said = time.Now()
			say("%d calls judged, %.0f a second", calls, float64(calls)/time.Since(begun).Seconds())
		}
	}})
	if err == nil {
		say("%d calls judged in %.1f s", r.Calls, time.Since(begun).Seconds())
	}
	return r, err
}

func printBacktest(w io.Writer, r *backtest.Report, asJSON bool) error {
	if asJSON {
		return json.MarshalWrite(w, r, json.Deterministic(true), jsontext.WithIndent("  "))
	}
	since := "the beginning"
	if r.Since != "" {
		since = r.Since
	}
	fmt.Fprintf(w, "%d calls since %s, as of %s: %s now, %s then\n\n", r.Calls, since, r.AsOf, strings.Join(r.Before, ", "), r.After)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "rule\tfails now\tthen\tno evidence now\tthen\tsuppressed now\tthen\tnew\tgone\tchanged")
	ids := slices.Sorted(maps.Keys(r.Rules))
	for _, id := range ids {
		o := r.Rules[id]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", id, o.Before.Fail, o.After.Fail, o.Before.NoEvidence, o.After.NoEvidence,
			o.Before.Suppressed, o.After.Suppressed, o.New, o.Gone, o.Changed)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, id := range ids {
		for _, e := range r.Rules[id].Examples {
			at := "call " + e.CallID
			if e.CallID == "" {
				at = e.Subject
			}
			fmt.Fprintf(w, "\n%s: %s, %s\n", e.Change, id, timeline.Safe(at))
			printState(w, "now", e.Before)
			printState(w, "then", e.After)
		}
	}
	return nil
}

func printState(w io.Writer, when string, s *backtest.State) {
	if s != nil {
		fmt.Fprintf(w, "  %-4s  %s, %s, %s  %s\n", when, s.Severity, s.Result, s.Status, timeline.Safe(s.Message))
	}
}
