package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/results"
	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/schema/tables"
)

func newRebuild() *cobra.Command {
	var file, since string
	var options ingest.RebuildOptions
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Read the stored messages anew after a change of the decoders",
		Long: `Rebuild reads the messages of a service's store anew and replaces the events that
an older version found in them. Reports and judgements never see the events of a
message twice, nor half of them. Dead letters that can be read now become events;
messages, the evidence, stay as they are.

A service that runs evaluates the touched calls again by itself, one that does
not when it starts. An interrupted rebuild is simply run again: it goes on where
it stopped, and with nothing left to do it does nothing.

Exit code 3: messages became dead letters that could be read before, or a service
of an older version went on reading meanwhile.`,
		Example: `  rollcall rebuild --config rollcall.yaml
  rollcall rebuild --topic acs-events --since 2026-03-01`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if options.Since, err = instant(since); err != nil {
				return exit{exitUsage, err}
			}
			cfg, err := config.Load(file, os.Environ())
			if err != nil {
				return err
			}
			did, err := rebuildStore(cmd, cfg, options)
			if err != nil {
				return err
			}
			printRebuilt(cmd, did)
			if did.Dead > 0 || did.Left > 0 {
				return exit{code: exitLook}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	f.StringArrayVar(&options.Topics, "topic", nil, "one `TOPIC` alone (repeatable); default: all")
	f.StringVar(&since, "since", "", "only what came at `TIME` or later, by Kafka's time, in whole blocks: a UTC day or RFC 3339")
	f.BoolVar(&options.All, "all", false, "also what this version has read: after a change of ingest.drop, or where events were lost")
	return cmd
}

// instant reads a UTC day or an RFC 3339 instant; nothing is the zero time.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--since %q: expected a day such as 2026-03-02, or an instant such as 2026-03-02T09:30:00Z", text)
	}
	return at, nil
}

func rebuildStore(cmd *cobra.Command, cfg config.Config, options ingest.RebuildOptions) (did ingest.Rebuilt, err error) {
	ctx, log := cmd.Context(), newLogger(cmd.ErrOrStderr(), false)
	conn, stop, err := results.Open(ctx, cfg, log)
	if err != nil {
		return did, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	// The views must know of withdrawn events before there are any.
	if _, err := tables.Migrate(ctx, conn, tables.MigrateOptions{Cluster: cfg.ClickHouse.Cluster, Cloud: cfg.ClickHouse.Cloud}); err != nil {
		return did, err
	}
	say, said := progress(cmd.ErrOrStderr()), time.Now()
	options.Progress = func(done, of int64) {
		if done == of || time.Since(said) >= time.Second {
			said = time.Now()
			say("%d of %d offsets", done, of)
		}
	}
	// No key: what a longer list drops now is in nothing that a rebuild writes
	// but in dead letters, where it leaves no trace.
	did, err = ingest.Rebuild(ctx, cfg.Intake(), ingest.RebuildDependencies{
		Conn: conn, Logger: log, DecoderVersion: decode.Version, Decoder: decode.New(decode.Options{Drop: cfg.Ingest.Drop}),
	}, options)
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted after %d messages; run it again, it goes on where it stopped", did.Messages)
	}
	return did, err
}

func printRebuilt(cmd *cobra.Command, did ingest.Rebuilt) {
	w := cmd.OutOrStdout()
	if did.Messages == 0 {
		fmt.Fprintln(w, "There is nothing to do: this version has read all that is stored.")
	} else {
		changes := []string{}
		for _, c := range []struct {
			n    int64
			what string
		}{
			{did.Added, "more than before"}, {did.Withdrawn, "no longer there"},
			{did.Read, "dead letters read"}, {did.Dead, "new dead letters"},
		} {
			if c.n > 0 {
				changes = append(changes, fmt.Sprintf("%d %s", c.n, c.what))
			}
		}
		if len(changes) == 0 {
			changes = append(changes, "as many as before, at the same places")
		}
		fmt.Fprintf(w, "%d messages read anew, %d events: %s\n", did.Messages, did.Events, strings.Join(changes, ", "))
	}
	if did.Left > 0 {
		fmt.Fprintf(w, "%d messages were read by an older version meanwhile: restart the service with this one, then run rebuild again\n", did.Left)
	}
}
