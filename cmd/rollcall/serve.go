package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/service"
)

func newServe() *cobra.Command {
	var file string
	var check bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Ingest from Kafka, judge calls as they go on, write scheduled reports",
		Long: `Serve reads events from Kafka into ClickHouse, judges and meters calls as their
evidence comes, and writes scheduled reports. Without a Kafka or ClickHouse
address both run in this process and keep their data in data_dir.

Every key of the configuration can be set by the environment too:
kafka.brokers by ROLLCALL_KAFKA_BROKERS, and so on. /metrics, /healthz and
/readyz are served on http.listen. SIGTERM stores what was read and ends.`,
		Example: `  rollcall serve
  rollcall serve --config rollcall.yaml
  rollcall serve --config rollcall.yaml --check-config`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, os.Environ())
			if err != nil {
				return err
			}
			if check {
				if _, _, err := audit.Terms(cfg.Policy, cfg.Tariff); err != nil {
					return err
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "The configuration is right.")
				return err
			}
			if os.Getenv("GOMEMLIMIT") == "" {
				debug.SetMemoryLimit(memoryOfService)
			}
			return service.Run(cmd.Context(), cfg, programVersion(), serviceLogger(cmd.ErrOrStderr(), cfg.Log))
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "config", "", "configuration `FILE` (YAML); default: everything embedded")
	f.BoolVar(&check, "check-config", false, "check the configuration, policy and price book, and end")
	return cmd
}

// memoryOfService is what the program itself takes, in bytes, before it collects
// more often what it no longer uses. A meeting of ten thousand needs half of it.
const memoryOfService = 400 << 20

// serviceLogger logs as the configuration says.
func serviceLogger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
