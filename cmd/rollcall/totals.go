package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"rollcall/cmd/internal/outputs"
	"rollcall/reports/metering"
	"rollcall/reports/tariff"
	"rollcall/schema"
)

// printTotals closes a job with a short table.
func printTotals(w io.Writer, t outputs.Totals, dir string) {
	o := t.Counts.Obligations
	in := func(r schema.Result) int64 { return o[string(r)] }
	minutes := func(ms int64) string { return metering.Quantity(ms, tariff.UnitParticipantMin) }
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, value any, note string) { fmt.Fprintf(tw, "  %v\t  %s\t\n", value, name+note) }
	fmt.Fprintf(w, "%d messages, %d events, %d calls, %d sessions\n\n", t.Counts.Messages, t.Counts.AllEvents(), t.Counts.Calls, t.Counts.Sessions)
	row("notices reported in time", in(schema.ResultPass), "")
	row("reported late", in(schema.ResultLate), "")
	row("not reported", in(schema.ResultMissed), "")
	row("no evidence", in(schema.ResultNoEvidence), "")
	outside := in(schema.ResultNotApplicable) + in(schema.ResultTooShort) + in(schema.ResultPending)
	row("outside coverage", outside, fmt.Sprintf(" (%d not applicable, %d too short, %d pending)",
		in(schema.ResultNotApplicable), in(schema.ResultTooShort), in(schema.ResultPending)))
	row("coverage", coverage(o), "")
	row("", "", "")
	row("minutes consumed", minutes(t.Minutes.Consumed), "")
	row("billed to the resource", minutes(t.Minutes.Billed), "")
	row("covered by the Teams licence", minutes(t.Minutes.Covered), "")
	if t.Minutes.Unmapped > 0 {
		row("of no known meter", minutes(t.Minutes.Unmapped), "")
	}
	tw.Flush()
	if t.Counts.DeadLetters > 0 {
		fmt.Fprintf(w, "\n%d dead letters: what could not be read is in %s/dead_letters.ndjson\n", t.Counts.DeadLetters, dir)
	}
	fmt.Fprintf(w, "\nThe reports are in %s\n", dir)
}

// coverage is pass ÷ (pass + late + missed + no_evidence), in per cent with
// two decimals cut, so that it never looks better than it is.
func coverage(o map[string]int64) string {
	pass := o[string(schema.ResultPass)]
	all := pass + o[string(schema.ResultLate)] + o[string(schema.ResultMissed)] + o[string(schema.ResultNoEvidence)]
	if all == 0 {
		return "-"
	}
	basis := pass * 10_000 / all
	return fmt.Sprintf("%d.%02d %%", basis/100, basis%100)
}
