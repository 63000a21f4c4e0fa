package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/config"
	"rollcall/schema/tables"
)

func newMigrate() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the tables of the configured ClickHouse to the newest state",
		Long: `Migrate makes or changes the tables of the ClickHouse that the configuration
names. Serve does the same when it starts; this is for those whose service has no
right to. Steps that were done are not done again.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, os.Environ())
			if err != nil {
				return err
			}
			if cfg.ClickHouse.Embedded() {
				return exit{exitUsage, errors.New("clickhouse.dsn is empty: the embedded ClickHouse is migrated by serve itself")}
			}
			options, err := cfg.ClickHouse.Options()
			if err != nil {
				return fmt.Errorf("clickhouse.dsn: %w", err)
			}
			conn, err := tables.Connect(cmd.Context(), options, tables.OpenOptions{})
			if err != nil {
				return err
			}
			defer conn.Close()
			applied, err := tables.Migrate(cmd.Context(), conn, tables.MigrateOptions{Cluster: cfg.ClickHouse.Cluster, Cloud: cfg.ClickHouse.Cloud})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d steps done\n", applied)
			return err
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (YAML)")
	return cmd
}
