package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/spf13/cobra"

	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/outputs"
	"rollcall/cmd/internal/results"
	"rollcall/reports/export"
	"rollcall/reports/files"
	"rollcall/reports/findings"
	"rollcall/reports/timeline"
	"rollcall/rules/policy"
)

func newReport() *cobra.Command {
	var file, out string
	var scope export.Scope
	cmd := &cobra.Command{
		Use:   "report --out DIR",
		Short: "Write the reports on notices, names and usage from a service's store",
		Long: `Report writes, from the store of the service that the configuration describes,
whether it runs or not:

  compliance.xlsx, compliance.html  was everyone told: coverage, findings, what was not judged
  names.csv                         by which names people were shown, and the directory's name then
  usage.xlsx, usage.csv             usage by day, resource and meter
  usage_lines.csv                   a row a metered session or recording and day
  manifest.json                     the digests of all of them

--from and --to are UTC days, both included: of the beginning of each exposure
for notices, of the first sight for names, of the usage for usage. DIR is written
whole or not at all. The reports hold as of the newest judgement in the store, so
that the same store gives the same bytes. A tenant of which neither the store nor
the policy knows is an error; days of which the store has nothing give empty
reports, and that is said.`,
		Example: `  rollcall report --out march --from 2026-03-01 --to 2026-03-31
  rollcall report --config rollcall.yaml --tenant contoso --out contoso`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return exit{exitUsage, errors.New("--out is missing: it names the folder for the reports")}
			}
			if err := checkDays(scope.From, scope.To); err != nil {
				return exit{exitUsage, err}
			}
			scope.OneTenant = cmd.Flags().Changed("tenant")
			cfg, err := config.Load(file, os.Environ())
			if err != nil {
				return err
			}
			written, empty, err := writeReports(cmd, cfg, out, scope)
			if err != nil {
				return err
			}
			if empty {
				fmt.Fprintln(cmd.ErrOrStderr(), "The store has nothing of what was asked for: the reports are empty. Check --from, --to and --tenant, and whether the events have been ingested.")
			}
			for _, f := range written {
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", f.SHA256[:12], f.Name)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nThe reports are in %s\n", out)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "`DIR` for the reports (made where it is missing)")
	f.StringVar(&file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	f.StringVar(&scope.From, "from", "", "first UTC `DAY`, such as 2026-03-01; default: the first there is")
	f.StringVar(&scope.To, "to", "", "last UTC `DAY`, included; default: the last there is")
	f.StringVar(&scope.Tenant, "tenant", "", "one `TENANT` alone; empty: what no tenant is known of; default: all")
	return cmd
}

// checkDays checks the days of a scope.
func checkDays(from, to string) error {
	for _, d := range []struct{ flag, day string }{{"--from", from}, {"--to", to}} {
		if _, err := time.Parse(time.DateOnly, d.day); d.day != "" && err != nil {
			return fmt.Errorf("%s %q: expected a day such as 2026-03-02", d.flag, d.day)
		}
	}
	if from != "" && to != "" && to < from {
		return fmt.Errorf("--to %s is before --from %s", to, from)
	}
	return nil
}

// checkTenant wants the tenant of a scope among those of the store or the policy:
// a slip in its name would else give empty reports that look like real ones.
func checkTenant(ctx context.Context, store export.Store, p *policy.Policy) error {
	if !store.Scope.OneTenant || store.Scope.Tenant == "" || p.HasTenant(store.Scope.Tenant) {
		return nil
	}
	var known []string
	err := store.Query(ctx, "the tenants", "SELECT DISTINCT tenant FROM (SELECT tenant FROM sessions_current UNION ALL SELECT tenant FROM usage_lines_current) WHERE tenant != '' ORDER BY tenant", nil,
		func(rows driver.Rows) error {
			var name string
			err := rows.Scan(&name)
			known = append(known, name)
			return err
		})
	if err != nil || slices.Contains(known, store.Scope.Tenant) {
		return err
	}
	const most = 20
	list := "the store knows of none"
	if len(known) > 0 {
		list = "those of the store are " + timeline.Safe(strings.Join(known[:min(len(known), most)], ", "))
	}
	if len(known) > most {
		list += fmt.Sprintf(" and %d more", len(known)-most)
	}
	return fmt.Errorf("--tenant %s: no such tenant; %s", timeline.Safe(store.Scope.Tenant), list)
}

// nothing reports whether the store has neither an exposure nor usage of a scope.
func nothing(ctx context.Context, store export.Store) (bool, error) {
	where, args := store.Within("exposed_at")
	usage, _ := store.Within("day")
	var n uint64
	err := store.Query(ctx, "what there is", "SELECT count() FROM (SELECT 1 FROM obligations_current"+where+" LIMIT 1 UNION ALL SELECT 1 FROM usage_lines_current"+usage+" LIMIT 1)",
		append(args, args...), func(rows driver.Rows) error { return rows.Scan(&n) })
	return n == 0, err
}

// writeReports writes the reports of a scope from the store of a service. empty
// says that there was nothing to report.
func writeReports(cmd *cobra.Command, cfg config.Config, out string, scope export.Scope) (written []files.Written, empty bool, err error) {
	terms, digest, err := audit.Terms(cfg.Policy, cfg.Tariff)
	if err != nil {
		return nil, false, err
	}
	ctx := cmd.Context()
	conn, stop, err := results.Open(ctx, cfg, newLogger(cmd.ErrOrStderr(), false))
	if errors.Is(err, results.ErrNoData) {
		return nil, false, fmt.Errorf("%w; name the service's configuration by --config", err)
	}
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	store := export.Store{Conn: conn, Scope: scope, Hide: pseudonymsOf(cfg)}
	if err := checkTenant(ctx, store, terms.Policy); err != nil {
		return nil, false, err
	}
	if store.Status, err = (findings.Store{Results: store}).Statuses(ctx); err != nil {
		return nil, false, err
	}
	if empty, err = nothing(ctx, store); err != nil {
		return nil, false, err
	}
	var newest uint64
	err = store.Query(ctx, "the newest judgement", "SELECT max(version) FROM calls_current", nil, func(rows driver.Rows) error { return rows.Scan(&newest) })
	if err != nil {
		return nil, false, err
	}
	var asOf time.Time
	if newest > 0 {
		asOf = time.Unix(0, int64(newest)).UTC().Truncate(time.Millisecond)
	}
	written, err = outputs.WriteReports(ctx, outputs.Report{
		Dir: out, AsOf: asOf, Version: programVersion(), Tariff: terms.Tariff, Policy: digest, Inputs: []outputs.InputFile{}, Store: store,
	})
	return written, empty, err
}
