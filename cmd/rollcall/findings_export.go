package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"rollcall/reports/files"
	"rollcall/reports/findings"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
	"rollcall/schema"
)

func newFindingsExport(s *findingsStore) *cobra.Command {
	var f findingsFilter
	var format, out string
	cmd := &cobra.Command{
		Use:   "export --format FORMAT",
		Short: "Export findings as JSON, CSV or OCSF",
		Long: `Export writes findings for other systems, by default all that there are, also those that
are gone:

  ndjson  a line of JSON a finding: the fields of findings.ndjson with the status as
          it is now, owner, disposition, notes, predecessors, successor
  json    the same as one JSON array
  csv     the same as a table
  ocsf    a line of JSON a finding: OCSF ` + findings.OCSFVersion + ` Compliance Finding (class 2003) with the
          profile incident. What evidence closed has status_id 99 and the status's name.

--out writes the file whole or not at all; without it the output goes to the screen.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(s.scope, []string{schema.FindingNew, schema.FindingInProgress, schema.FindingSuppressed, schema.FindingClosed, schema.FindingSuperseded, schema.FindingWithdrawn}); err != nil {
				return err
			}
			if !slices.Contains([]string{"ndjson", "json", "csv", "ocsf"}, format) {
				return exit{exitUsage, fmt.Errorf("--format %q: it is one of ndjson, json, csv, ocsf", format)}
			}
			return s.with(cmd, func(store findings.Store) error {
				fill := func(w io.Writer) error {
					list := store.List(cmd.Context(), f.Filter)
					switch format {
					case "json":
						return findings.WriteJSON(w, list)
					case "csv":
						return findings.WriteCSV(w, list)
					case "ocsf":
						return findings.OCSF{Version: programVersion(), Rule: describeRule}.Write(w, list)
					}
					return findings.WriteNDJSON(w, list)
				}
				if out == "" {
					return fill(cmd.OutOrStdout())
				}
				written, err := files.Write(out, fill)
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", written.SHA256[:12], out)
				}
				return err
			})
		},
	}
	f.flags(cmd, &s.scope, "all")
	cmd.Flags().StringVar(&format, "format", "ndjson", "`FORMAT`: ndjson, json, csv, ocsf")
	cmd.Flags().StringVar(&out, "out", "", "`FILE` to write; default: the screen")
	return cmd
}

// describeRule describes a built-in rule; of a policy's own only the id is known.
func describeRule(id string) findings.Rule {
	for _, r := range catalogue.Rules() {
		if r.ID == id {
			return ruleInWords(r)
		}
	}
	return findings.Rule{ID: id}
}

func ruleInWords(r rule.Rule) findings.Rule {
	return findings.Rule{
		ID: r.ID, Title: r.Title, Control: r.Control.Says, Document: r.Control.Document, Section: r.Control.Section,
		Remediation: r.Remediation,
	}
}
