package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/audit"
	"rollcall/reports/export"
)

// memoryOfAudit is what the program itself takes, in bytes, before it collects
// its garbage sooner; the embedded ClickHouse has a limit of its own beside it.
const memoryOfAudit = 288 << 20

func newAudit() *cobra.Command {
	var cfg audit.Config
	var asOf string
	var pseudonyms, verbose bool
	cmd := &cobra.Command{
		Use:   "audit --out DIR PATH...",
		Short: "Audit files of events and write the reports",
		Long: `Audit reads files and folders of events (.json, .ndjson, .jsonl, also .gz; a file
holds one message or one a line), runs them through the whole pipeline in this
process and writes to DIR:

  coverage.csv         a row an obligation: who had to be told of what, and was
  findings.ndjson      the violations, with evidence
  sessions.csv         who was in which call, from when to when, on what evidence
  names.csv            by which names people were shown, and the directory's name then
  capabilities.csv     what each kind of user can do, and was seen to do
  usage_lines.csv      a row a metered session or recording and day
  usage.csv, .xlsx     usage by day, resource and meter
  compliance.xlsx      coverage, findings and what was not judged, with charts;
  compliance.html      the same in one page, with pictures of failing calls
  calls.ndjson         a line a call, as rollcall explain --json tells it
  dead_letters.ndjson  what could not be read
  evidence.ndjson      where the events lie that the other files name
  summary.json, manifest.json

Every kind of event is recognised from itself. Without --policy the default
policy holds; without --tariff nothing has a rate. DIR is written whole or not
at all.

Exit code 3 says that there is something to look at: findings that fail above
"info", or dead letters.`,
		Example: `  rollcall audit --out out events/
  rollcall audit --policy policy.yaml --tariff prices.yaml --out out PT1H.json receipts.ndjson.gz`,
		Args: usage(some("files or folders of events to read")),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg.Paths = args
			if cfg.Out == "" {
				return exit{exitUsage, errors.New("--out is missing: it names the folder for the reports")}
			}
			if asOf != "" {
				t, err := time.Parse(time.RFC3339, asOf)
				if err != nil {
					return exit{exitUsage, fmt.Errorf("--as-of %q: expected an instant such as 2026-03-01T12:00:00Z", asOf)}
				}
				cfg.AsOf = t.UTC().Truncate(time.Millisecond)
			}
			if pseudonyms {
				key := os.Getenv("ROLLCALL_PSEUDONYM_KEY")
				if key == "" {
					return exit{exitUsage, errors.New("--pseudonyms needs a key: set ROLLCALL_PSEUDONYM_KEY")}
				}
				cfg.Pseudonyms = export.NewPseudonyms([]byte(key))
			}
			if os.Getenv("GOMEMLIMIT") == "" {
				debug.SetMemoryLimit(memoryOfAudit)
			}
			cfg.Version = programVersion()
			cfg.Logger = newLogger(cmd.ErrOrStderr(), verbose)
			cfg.Progress = progress(cmd.ErrOrStderr())
			totals, err := audit.Run(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			printTotals(cmd.OutOrStdout(), totals, cfg.Out)
			if totals.Counts.Failing > 0 || totals.Counts.DeadLetters > 0 {
				return exit{code: exitLook}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&cfg.PolicyFile, "policy", "", "policy `FILE` (YAML); default: the built-in policy")
	f.StringVar(&cfg.TariffFile, "tariff", "", "price book `FILE` (YAML); default: no rates")
	f.StringVar(&asOf, "as-of", "", "judge as of this `INSTANT` (RFC 3339); default: the latest event (but for outliers: few, and more than 24 h after all others) plus the policy's grace and 1 ms")
	f.StringVar(&cfg.Out, "out", "", "`DIR` for the reports (made where it is missing)")
	f.BoolVar(&pseudonyms, "pseudonyms", false, "replace raw ids and names by pseudonyms under $ROLLCALL_PSEUDONYM_KEY")
	f.BoolVar(&verbose, "verbose", false, "log what the pipeline does")
	return cmd
}
