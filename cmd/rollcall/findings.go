package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/results"
	"rollcall/reports/export"
	"rollcall/reports/findings"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
	"rollcall/schema"
)

func newFindings() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "findings",
		Short: "Review findings: list, show, assign, note, close, reopen, export",
		Long: `Findings works on what the rules found in the store of the service that the
configuration describes, whether it runs or not.

A finding is open while the evidence holds it. Its status is one of

  new          nobody has taken it up
  in_progress  it has an owner
  suppressed   an exception of the policy covers it
  closed       a person closed it, with a disposition: true (it is as the finding
               says), false_positive, accepted_risk
  superseded   its calls merged or its bounds moved: its successor took over
               owner, notes and disposition
  withdrawn    evidence that came later refutes it; data that stops coming never does

Whatever is said of a finding is added to its history with the time and a name;
nothing there is ever changed or deleted. An id may be shortened as far as only
one finding begins with it.`,
		Example: `  rollcall findings list --severity high --status new
  rollcall findings show 0bf0
  rollcall findings assign 0bf0 --to ana
  rollcall findings note 0bf0 "asked the vendor for the app's log"
  rollcall findings close 0bf0 --as false_positive --note "the banner was on the second screen"
  rollcall findings export --format ocsf --out findings.ocsf.ndjson`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit{exitUsage, fmt.Errorf("unknown command %q; see %s --help", args[0], cmd.CommandPath())}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	f := findingsStore{}
	cmd.PersistentFlags().StringVar(&f.file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	cmd.PersistentFlags().StringVar(&f.scope.Tenant, "tenant", "", "one `TENANT` alone; empty: what no tenant is known of; default: all")
	cmd.AddCommand(newFindingsList(&f), newFindingsShow(&f), newFindingsExport(&f),
		newFindingsSay(&f, schema.ActionAssign), newFindingsSay(&f, schema.ActionNote), newFindingsSay(&f, schema.ActionClose), newFindingsSay(&f, schema.ActionReopen))
	return cmd
}

// findingsStore opens the store that the flags name.
type findingsStore struct {
	file  string
	scope export.Scope
}

func (f *findingsStore) with(cmd *cobra.Command, do func(findings.Store) error) (err error) {
	cfg, err := config.Load(f.file, os.Environ())
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
	store := export.Store{Conn: conn, Scope: f.scope, Hide: pseudonymsOf(cfg)}
	if store.Scope.OneTenant = cmd.Flags().Changed("tenant"); store.Scope.OneTenant {
		terms, _, err := audit.Terms(cfg.Policy, cfg.Tariff)
		if err != nil {
			return err
		}
		if err := checkTenant(cmd.Context(), store, terms.Policy); err != nil {
			return err
		}
	}
	return do(findings.Store{Results: store, Now: time.Now})
}

// A findingsFilter is what the flags of list and export want.
type findingsFilter struct{ findings.Filter }

func (f *findingsFilter) flags(cmd *cobra.Command, scope *export.Scope, status string) {
	flags := cmd.Flags()
	list := func(to *[]string, name, help string) { flags.StringSliceVar(to, name, nil, help) }
	flags.StringSliceVar(&f.Statuses, "status", nil, "`STATUS`, several with commas, or all; default: "+status)
	list(&f.Rules, "rule", "`RULE`, such as notice.missed; several with commas")
	list(&f.Severities, "severity", "`SEVERITY`: info, low, medium, high, critical; several with commas")
	list(&f.Results, "result", "`RESULT`: fail or no_evidence")
	list(&f.Apps, "app", "`APP`; several with commas")
	list(&f.CallIDs, "call", "`CALL` by its whole id; several with commas")
	list(&f.Owners, "owner", "`OWNER`; several with commas")
	list(&f.Dispositions, "disposition", "`DISPOSITION`: true, false_positive, accepted_risk; several with commas")
	flags.BoolVar(&f.Unowned, "unowned", false, "only those without an owner")
	flags.StringVar(&scope.From, "from", "", "first UTC `DAY` on which they began, such as 2026-03-01")
	flags.StringVar(&scope.To, "to", "", "last UTC `DAY` on which they began, included")
}

// check wants values that there are, so that a slip doesn't look like an empty
// list. none are the statuses without the flag.
func (f *findingsFilter) check(scope export.Scope, none []string) error {
	all := []string{schema.FindingNew, schema.FindingInProgress, schema.FindingSuppressed, schema.FindingClosed, schema.FindingSuperseded, schema.FindingWithdrawn}
	switch {
	case len(f.Statuses) == 0:
		f.Statuses = none
	case slices.Equal(f.Statuses, []string{"all"}):
		f.Statuses = all
	}
	for _, c := range []struct {
		flag       string
		said, real []string
	}{
		{"--status", f.Statuses, all},
		{"--severity", f.Severities, []string{string(schema.SeverityInfo), string(schema.SeverityLow), string(schema.SeverityMedium), string(schema.SeverityHigh), string(schema.SeverityCritical)}},
		{"--result", f.Results, []string{"fail", "no_evidence"}},
		{"--disposition", f.Dispositions, []string{schema.DispositionTrue, schema.DispositionFalsePositive, schema.DispositionAcceptedRisk}},
	} {
		for _, word := range c.said {
			if !slices.Contains(c.real, word) {
				return exit{exitUsage, fmt.Errorf("%s %q: it is one of %s", c.flag, word, strings.Join(c.real, ", "))}
			}
		}
	}
	for _, id := range f.Rules {
		// What a policy's own rules found stays when the policy has them no more.
		if !strings.HasPrefix(id, "own.") && !slices.ContainsFunc(catalogue.Rules(), func(r rule.Rule) bool { return r.ID == id }) {
			return exit{exitUsage, fmt.Errorf("--rule %q: there is no such rule", id)}
		}
	}
	if err := checkDays(scope.From, scope.To); err != nil {
		return exit{exitUsage, err}
	}
	return nil
}

func newFindingsList(s *findingsStore) *cobra.Command {
	var f findingsFilter
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List findings, by default those that are new or in progress",
		Long: `List writes a line a finding: those that are found now by call and time, then, where
--status asks for them, those that are gone. --json writes a line of JSON each, --csv
a table with all fields.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(s.scope, []string{schema.FindingNew, schema.FindingInProgress}); err != nil {
				return err
			}
			return s.with(cmd, func(store findings.Store) error {
				list := store.List(cmd.Context(), f.Filter)
				switch {
				case asJSON:
					return findings.WriteNDJSON(cmd.OutOrStdout(), list)
				case asCSV:
					return findings.WriteCSV(cmd.OutOrStdout(), list)
				}
				return findings.WriteText(cmd.OutOrStdout(), list)
			})
		},
	}
	f.flags(cmd, &s.scope, "new,in_progress")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a line of JSON a finding")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "comma-separated values with all fields")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	return cmd
}

func newFindingsShow(s *findingsStore) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show FINDING",
		Short: "Show one finding with its history",
		Long: `Show tells a finding, whether it is still found or not, and everything that happened
to it and to the findings that it took the place of. Each change has its digest:
what was altered in the store is not shown but reported as an error.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.with(cmd, func(store findings.Store) error {
				h, err := store.Get(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return h.WriteJSON(cmd.OutOrStdout())
				}
				return h.WriteText(cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one line of JSON: the finding and its history")
	return cmd
}

// newFindingsSay makes the command by which a person says something of findings.
func newFindingsSay(s *findingsStore, action schema.FindingAction) *cobra.Command {
	w := findings.Word{Action: action}
	var asJSON bool
	cmd := &cobra.Command{
		Args: usage(some("findings by their ids")),
		RunE: func(cmd *cobra.Command, args []string) error {
			if action == schema.ActionNote {
				if len(args) < 2 {
					return exit{exitUsage, errors.New("name the finding, then the note; see rollcall findings note --help")}
				}
				args, w.Note = args[:len(args)-1], args[len(args)-1]
			}
			if action == schema.ActionAssign && !cmd.Flags().Changed("to") {
				return exit{exitUsage, errors.New("--to is missing: it names the owner; --to '' takes the finding from its owner")}
			}
			w.Disposition = strings.ReplaceAll(w.Disposition, "-", "_")
			if action == schema.ActionClose && w.Disposition == "" {
				return exit{exitUsage, errors.New("--as is missing: true, false_positive or accepted_risk")}
			}
			if w.Who == "" {
				return exit{exitUsage, errors.New("the name of this account is not known: give yours by --by")}
			}
			if err := w.Check(); err != nil {
				return exit{exitUsage, err}
			}
			return s.with(cmd, func(store findings.Store) error {
				for _, id := range args {
					f, err := store.Say(cmd.Context(), id, w)
					if err != nil {
						return err
					}
					if asJSON {
						err = f.WriteJSON(cmd.OutOrStdout())
					} else {
						err = f.WriteLine(cmd.OutOrStdout())
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	const several = "\n\nSeveral findings may be named; what was said of those before one that fails stands."
	switch action {
	case schema.ActionAssign:
		cmd.Use, cmd.Short = "assign FINDING… --to OWNER", "Give findings to an owner"
		cmd.Long = `Assign gives findings to an owner, and so puts new ones in progress. With --to '' they
have no owner.` + several
		cmd.Flags().StringVar(&w.Owner, "to", "", "the `OWNER`, by a name of your own; empty: nobody")
	case schema.ActionNote:
		cmd.Use, cmd.Short = "note FINDING… TEXT", "Write a note on findings"
		cmd.Long = "Note adds a note to findings. It can't be taken back: the history only grows." + several
	case schema.ActionClose:
		cmd.Use, cmd.Short, cmd.Aliases = "close FINDING… --as DISPOSITION", "Close findings with a disposition", []string{"dispose"}
		cmd.Long = `Close closes findings with what a person decided: true (it is as the finding says, and
has been dealt with), false_positive, or accepted_risk. A closed finding stays closed
when it is judged again, and so does the successor that takes its place. Closing it
again changes the disposition.` + several
		cmd.Flags().StringVar(&w.Disposition, "as", "", "`DISPOSITION`: true, false_positive, accepted_risk")
	case schema.ActionReopen:
		cmd.Use, cmd.Short = "reopen FINDING…", "Open closed findings again"
		cmd.Long = "Reopen takes back the disposition of closed findings; owner and notes stay." + several
	}
	if action != schema.ActionNote {
		cmd.Flags().StringVar(&w.Note, "note", "", "a note that goes with it, as `TEXT`")
	}
	cmd.Flags().StringVar(&w.Who, "by", account(), "`NAME` under which it is kept; default: this account's")
	cmd.Flags().Lookup("by").DefValue = "" // the help is the same on every machine
	cmd.Flags().BoolVar(&asJSON, "json", false, "write each finding as a line of JSON")
	return cmd
}

// account is the name of the account that runs the command; empty where it has
// none.
func account() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
