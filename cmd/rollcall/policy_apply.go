package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/results"
	"rollcall/rules/policy"
	"rollcall/schema/tables"
)

func newPolicyApply() *cobra.Command {
	var since, file string
	cmd := &cobra.Command{
		Use:   "apply NEW --since TIME",
		Short: "Have another policy judge the history since an instant anew",
		Long: `Apply stores a policy file as a version that judges every call which started at
--since or later, in the place of every version that would judge it today and
whatever the file's effective_from says. Older calls are judged as before.

A service that runs judges those calls anew by itself, one that does not when it
starts, and says in its log how many; findings say by which version they are. The
service's own file stays as it is: put the new one in its place. A later version
judges new calls where its effective_from is --since or later.

Look first, by policy backtest, what it changes. Exit code 1: the file can't be
used, or a test in it does not hold.`,
		Example: `  rollcall policy apply new.yaml --since 2026-03-01 --config rollcall.yaml`,
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if since == "" {
				return exit{exitUsage, errors.New("--since is missing: it says from when on calls are judged anew")}
			}
			from, err := instant(since)
			if err != nil {
				return exit{exitUsage, err}
			}
			p, text, err := loadPolicy(args[0])
			if err != nil {
				return err
			}
			cfg, err := config.Load(file, os.Environ())
			if err != nil {
				return err
			}
			calls, err := applyPolicy(cmd, cfg, p, text, from)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Version %s judges every call that started at %s or later: the service judges %d calls anew.\n",
				p.ID, from.UTC().Format(time.RFC3339), calls)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "calls that started at `TIME` or later: a UTC day or RFC 3339")
	f.StringVar(&file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	return cmd
}

// applyPolicy stores the version, and counts the calls that it judges anew.
func applyPolicy(cmd *cobra.Command, cfg config.Config, p *policy.Policy, text []byte, since time.Time) (calls uint64, err error) {
	ctx := cmd.Context()
	conn, stop, err := results.Open(ctx, cfg, newLogger(cmd.ErrOrStderr(), false))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if _, err := tables.Migrate(ctx, conn, tables.MigrateOptions{Cluster: cfg.ClickHouse.Cluster, Cloud: cfg.ClickHouse.Cloud}); err != nil {
		return 0, err
	}
	return assess.ApplyPolicy(ctx, conn, p, text, since)
}
