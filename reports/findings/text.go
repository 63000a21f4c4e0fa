package findings

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"
	"time"

	"rollcall/reports/files"
	"rollcall/reports/timeline"
	"rollcall/schema"
)

// shortID is how much of an id a list shows: enough to name it.
const shortID = 12

// WriteText writes a line a finding for a terminal, and how many there are. Text
// from outside is made harmless.
func WriteText(w io.Writer, list iter.Seq2[Finding, error]) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FINDING\tSTATUS\tSEVERITY\tRULE\tRESULT\tBEGAN\tOWNER\tTENANT\tCALL")
	n := 0
	for f, err := range list {
		if err != nil {
			return err
		}
		n++
		owner := f.Owner
		if f.Disposition != "" {
			owner = strings.TrimSpace(owner + " (" + f.Disposition + ")")
		}
		cells := []string{f.ID[:min(shortID, len(f.ID))], f.Status, f.Severity, f.Rule, f.Result, files.Time(f.FirstAt.Time()), owner, f.Tenant, f.CallID}
		for i, c := range cells {
			cells[i] = cmp.Or(timeline.Safe(c), "-")
		}
		if _, err := fmt.Fprintln(t, strings.Join(cells, "\t")); err != nil {
			return err
		}
		// Columns are as wide as their widest cell of so many lines: memory stays
		// flat.
		if n%1000 == 0 {
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d findings\n", n)
	return err
}

// WriteLine says in one line how a finding is.
func (f Finding) WriteLine(w io.Writer) error {
	line := f.ID + "  " + f.Status
	if f.Disposition != "" {
		line += "  " + f.Disposition
	}
	if f.Owner != "" {
		line += "  owner " + f.Owner
	}
	_, err := fmt.Fprintln(w, timeline.Safe(line))
	return err
}

// WriteJSON writes the finding as a line of JSON.
func (f Finding) WriteJSON(w io.Writer) error { return line(w, f) }

// WriteJSON writes the finding and its history as a line of JSON.
func (h History) WriteJSON(w io.Writer) error { return line(w, h) }

// WriteText tells the finding and its history for a terminal.
func (h History) WriteText(w io.Writer) error {
	f := h.Finding
	for _, row := range [][2]string{
		{"finding", f.ID}, {"rule", f.Rule}, {"severity", f.Severity}, {"status", f.Status}, {"result", f.Result}, {"why", f.Why},
		{"successor", f.Successor}, {"took over", strings.Join(f.Predecessors, " ")}, {"owner", f.Owner}, {"disposition", f.Disposition}, {"alert", f.Alert},
		{"tenant", f.Tenant}, {"app", f.App}, {"call", f.CallID}, {"subject", f.Subject}, {"person", f.RawID}, {"capture", f.Capture},
		{"began", files.Time(f.FirstAt.Time())}, {"held from", files.Time(f.DetectedAt.Time())}, {"policy", f.PolicyVersion},
		{"rule version", versionOf(f.RuleVersion)},
		{"evidence", strings.Join(f.Evidence, " ")}, {"message", f.Message},
		{"seen", f.Seen}, {"expected", f.Expected},
	} {
		if row[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-12s %s\n", row[0], timeline.Safe(row[1])); err != nil {
			return err
		}
	}
	if len(h.Changes) == 0 {
		_, err := fmt.Fprintln(w, "\nNothing was said of it.")
		return err
	}
	fmt.Fprintln(w, "\nhistory")
	for _, c := range h.Changes {
		text := c.At.UTC().Format(time.RFC3339) + "  " + timeline.Safe(c.Who+": "+said(c))
		if c.Finding != f.ID {
			text += "  (of " + timeline.Safe(c.Finding[:min(shortID, len(c.Finding))]) + ")"
		}
		if _, err := fmt.Fprintln(w, "  "+text); err != nil {
			return err
		}
		if c.Note != "" {
			fmt.Fprintln(w, "      "+timeline.Safe(c.Note))
		}
	}
	return nil
}

// said says in words what a change did.
func said(c schema.FindingChange) string {
	switch c.Action {
	case schema.ActionAssign:
		if c.After.Owner == "" {
			return "taken from " + c.Before.Owner
		}
		return "assigned to " + c.After.Owner
	case schema.ActionNote:
		return "noted"
	case schema.ActionClose:
		return "closed as " + c.After.Disposition
	case schema.ActionReopen:
		return "reopened, was closed as " + c.Before.Disposition
	case schema.ActionSupersede:
		return "superseded by " + c.Successor + ": " + c.Reason
	case schema.ActionWithdraw:
		return "withdrawn: " + c.Reason
	case schema.ActionMove:
		if c.Successor == "" {
			return "begun anew, what was said of it was of an episode that is gone: " + c.Reason
		}
		return "begun anew, what was said of it went to " + c.Successor + ": " + c.Reason
	case schema.ActionReturn:
		return "found again: " + c.Reason
	}
	return string(c.Action)
}
