package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/demo"
)

func newDemo() *cobra.Command {
	cfg := demo.Config{}
	var date string
	var verbose bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Audit a small company's made-up day",
		Long: `Demo makes up a small company's day in the real wire formats, produces it to an
embedded Kafka, ingests it into an embedded ClickHouse, assembles calls, judges
notices, meters usage and writes the same reports as rollcall audit. It ends by
itself in under a minute.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			day, err := time.Parse(time.DateOnly, date)
			if err != nil {
				return exit{exitUsage, fmt.Errorf("--date %q: expected a day such as 2026-03-02", date)}
			}
			cfg.Date, cfg.Version = day, programVersion()
			cfg.Logger = newLogger(cmd.ErrOrStderr(), verbose)
			cfg.Progress = progress(cmd.ErrOrStderr())
			totals, err := demo.Run(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout())
			printTotals(cmd.OutOrStdout(), totals, cfg.Out)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&cfg.Out, "out", "out", "`DIR` for the reports")
	f.StringVar(&date, "date", "2026-03-02", "the simulated `DAY`, which decides the whole simulation")
	f.BoolVar(&verbose, "verbose", false, "log what the pipeline does")
	return cmd
}
