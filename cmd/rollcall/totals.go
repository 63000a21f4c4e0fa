package main

import (
	"fmt"
	"io"
	"time"

	"rollcall/cmd/internal/outputs"
	"rollcall/reports/metering"
	"rollcall/reports/tariff"
	"rollcall/schema"
)

// progress says what is being done, with the time since it was made.
func progress(w io.Writer) func(format string, args ...any) {
	begin := time.Now()
	return func(format string, args ...any) {
		fmt.Fprintf(w, "%6.1f s  %s\n", time.Since(begin).Seconds(), fmt.Sprintf(format, args...))
	}
}

// printTotals closes a job with a short table.
func printTotals(w io.Writer, t outputs.Totals, dir string) {
	o := t.Counts.Obligations
	in := func(r schema.Result) string { return fmt.Sprint(o[string(r)]) }
	minutes := func(ms int64) string { return metering.Quantity(ms, tariff.UnitParticipantMin) }
	row := func(value, name string) { fmt.Fprintf(w, "  %14s  %s\n", value, name) }
	fmt.Fprintf(w, "%s, %s, %s, %s\n\n", number(t.Counts.Messages, "message"), number(t.Counts.AllEvents(), "event"),
		number(t.Counts.Calls, "call"), number(t.Counts.Sessions, "session"))
	if t.Counts.AllEvents() == 0 {
		fmt.Fprint(w, "No event was read: the figures below say nothing about any call.\n\n")
	}
	fmt.Fprintln(w, "Notices of recording and transcription")
	row(in(schema.ResultPass), "reported in time")
	row(in(schema.ResultLate), "reported late")
	row(in(schema.ResultMissed), "not reported")
	row(in(schema.ResultNoEvidence), "no evidence: not known")
	row(coverage(o), "coverage (in time ÷ the four above)")
	row(fmt.Sprint(o[string(schema.ResultNotApplicable)]+o[string(schema.ResultTooShort)]+o[string(schema.ResultPending)]),
		fmt.Sprintf("outside coverage: %s not applicable, %s too short, %s pending",
			in(schema.ResultNotApplicable), in(schema.ResultTooShort), in(schema.ResultPending)))
	fmt.Fprintln(w, "\nCalling minutes")
	row(minutes(t.Minutes.Consumed), "consumed")
	row(minutes(t.Minutes.Billed), "billed to the resource")
	row(minutes(t.Minutes.Covered), "covered by the Teams licence")
	if t.Minutes.Unmapped > 0 {
		row(minutes(t.Minutes.Unmapped), "besides, of no known meter")
	}
	if t.Counts.DeadLetters > 0 {
		fmt.Fprintf(w, "\n%s: what could not be read is in %s/dead_letters.ndjson\n", number(t.Counts.DeadLetters, "dead letter"), dir)
	}
	fmt.Fprintf(w, "\nThe reports are in %s\n", dir)
}

// number counts things in words.
func number(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
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
