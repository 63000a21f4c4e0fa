// Package outputs writes the folder of files that an audit leaves (design.md,
// section 8): all of them or none.
package outputs

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"rollcall/reports/compliance"
	"rollcall/reports/export"
	"rollcall/reports/files"
	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
	"rollcall/reports/tariff"
	"rollcall/reports/workbook"
	"rollcall/rules/catalogue"
)

// A Report is what is needed to write the files, besides the store.
type Report struct {
	Dir     string
	AsOf    time.Time
	Version string // of the program
	Tariff  *tariff.Tariff
	// Inputs, Policy and Tariff files go to the manifest and the covers.
	Inputs []InputFile
	Policy *files.Digest
	// Problems are parts of input files that never were messages, sorted by
	// file and line.
	Problems []export.DeadLetter
	Store    export.Store
}

// An InputFile is a line of "files" in summary.json.
type InputFile struct {
	Path        string `json:"path"`
	Messages    int64  `json:"messages"`
	Events      int64  `json:"events"`
	DeadLetters int64  `json:"dead_letters"`
	SHA256      string `json:"-"`
}

// Totals are the figures that the command prints at its end.
type Totals struct {
	Counts  export.Counts
	Minutes metering.Totals
	Files   []files.Written
}

// Summary is summary.json. Messages, events and dead letters are counted as they
// were read, by file too: a copy of an event, which changes no result, counts
// again.
type Summary struct {
	AsOf        string                      `json:"as_of"`
	Version     string                      `json:"version"`
	Messages    int64                       `json:"messages"`
	Events      map[string]map[string]int64 `json:"events"`
	DeadLetters int64                       `json:"dead_letters"`
	Calls       int64                       `json:"calls"`
	// Unjoined counts the calls that no correlation id names: evidence that could
	// not be joined with a call of ACS stays a call of its own.
	Unjoined    int64            `json:"unjoined"`
	Sessions    int64            `json:"sessions"`
	Obligations map[string]int64 `json:"obligations"`
	Findings    map[string]int64 `json:"findings"`
	// Suppressed counts the findings that an exception covers, which are not
	// among Findings.
	Suppressed map[string]int64        `json:"suppressed,omitempty"`
	Checks     map[string]export.Check `json:"checks"`
	Currency   string                  `json:"currency"`
	Cost       map[string]string       `json:"cost"`
	Unpriced   map[string]string       `json:"unpriced"`
	Files      []InputFile             `json:"files"`
}

// Write writes all files into r.Dir. On an error the folder is as it was.
func Write(ctx context.Context, r Report) (t Totals, err error) {
	set, err := files.NewSet(r.Dir)
	if err != nil {
		return t, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, set.Abort())
		}
	}()
	if t.Counts, err = r.Store.Count(ctx); err != nil {
		return t, err
	}
	t.Counts.DeadLetters += int64(len(r.Problems))
	usage, err := r.Store.Summary(ctx)
	if err != nil {
		return t, err
	}
	rows := usage.Rows()
	if t.Minutes, err = metering.TotalsOf(rows); err != nil {
		return t, err
	}
	cover := r.compliance(t.Counts)
	cover.Evidence.Beside = true
	notices, err := compliance.Read(ctx, r.Store, cover)
	if err != nil {
		return t, err
	}
	book := r.workbook(ctx, t.Counts, usage)
	book.Cover.Beside = true
	for _, f := range slices.Concat([]file{
		{"coverage.csv", func(w io.Writer) error { return r.Store.Coverage(ctx, w) }},
		{"findings.ndjson", func(w io.Writer) error { return r.Store.Findings(ctx, w) }},
		{"sessions.csv", func(w io.Writer) error { return r.Store.Sessions(ctx, w) }},
		{"names.csv", func(w io.Writer) error { return r.Store.Names(ctx, w) }},
		{"capabilities.csv", func(w io.Writer) error { return r.capabilities(ctx, w) }},
		{"usage_lines.csv", func(w io.Writer) error { return files.UsageLines(w, r.Store.Lines(ctx)) }},
		{"usage.csv", func(w io.Writer) error { return files.Usage(w, rows) }},
		{"usage.xlsx", func(w io.Writer) error { return workbook.Write(w, book) }},
		{"calls.ndjson", func(w io.Writer) error { return r.Store.WriteCalls(ctx, w) }},
	}, complianceFiles(notices), []file{
		{"dead_letters.ndjson", func(w io.Writer) error { return r.Store.DeadLetters(ctx, w, r.Problems) }},
		{"evidence.ndjson", func(w io.Writer) error { return r.Store.Evidence(ctx, w) }},
		{"summary.json", func(w io.Writer) error { return r.summary(w, t.Counts, rows) }},
	}) {
		if err = f.write(ctx, set); err != nil {
			return t, err
		}
	}
	if _, err = set.Write("manifest.json", func(w io.Writer) error { return r.manifest(w, set.Written()) }); err != nil {
		return t, err
	}
	t.Files = set.Written()
	return t, set.Commit()
}

// WriteUsage writes the usage files alone: those of a scheduled report.
func WriteUsage(ctx context.Context, r Report) (written []files.Written, err error) {
	return r.writeSome(ctx, false)
}

// WriteReports writes the reports on notices, names and usage: those on demand.
func WriteReports(ctx context.Context, r Report) (written []files.Written, err error) {
	return r.writeSome(ctx, true)
}

// writeSome writes the reports of a store that others write to meanwhile.
func (r Report) writeSome(ctx context.Context, notices bool) (written []files.Written, err error) {
	set, err := files.NewSet(r.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, set.Abort())
		}
	}()
	counts, err := r.Store.Count(ctx)
	if err != nil {
		return nil, err
	}
	usage, err := r.Store.Summary(ctx)
	if err != nil {
		return nil, err
	}
	all := []file{
		{"usage_lines.csv", func(w io.Writer) error { return files.UsageLines(w, r.Store.Lines(ctx)) }},
		{"usage.csv", func(w io.Writer) error { return files.Usage(w, usage.Rows()) }},
		{"usage.xlsx", func(w io.Writer) error { return workbook.Write(w, r.workbook(ctx, counts, usage)) }},
	}
	if notices {
		report, err := compliance.Read(ctx, r.Store, r.compliance(counts))
		if err != nil {
			return nil, err
		}
		all = append(all, complianceFiles(report)...)
		all = append(all, file{"names.csv", func(w io.Writer) error { return r.Store.Names(ctx, w) }})
	}
	all = append(all, file{"manifest.json", func(w io.Writer) error { return r.manifest(w, set.Written()) }})
	for _, f := range all {
		if err = f.write(ctx, set); err != nil {
			return nil, err
		}
	}
	return set.Written(), set.Commit()
}

// A file is one of the outputs.
type file struct {
	name string
	fill func(io.Writer) error
}

// noMemory is ClickHouse's MEMORY_LIMIT_EXCEEDED.
const noMemory = 241

// longestPause is how long is waited for memory, the last of four times.
const longestPause = 8 * time.Second

// write writes the file; where ClickHouse has no memory left for a moment, as
// while it merges, again after a pause.
func (f file) write(ctx context.Context, set *files.Set) error {
	for pause := time.Second; ; pause *= 2 {
		_, err := set.Write(f.name, f.fill)
		var exception *clickhouse.Exception
		if !errors.As(err, &exception) || exception.Code != noMemory || pause > longestPause {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func complianceFiles(r *compliance.Report) []file {
	return []file{
		{"compliance.xlsx", func(w io.Writer) error { return compliance.WriteWorkbook(w, r) }},
		{"compliance.html", func(w io.Writer) error { return compliance.WritePage(w, r) }},
	}
}

func (r Report) workbook(ctx context.Context, c export.Counts, usage *metering.Summary) workbook.UsageReport {
	cover := workbook.Cover{
		AsOf: r.AsOf, Generator: "rollcall " + r.Version, From: r.Store.Scope.From, To: r.Store.Scope.To,
		Messages: c.Messages, Events: c.AllEvents(), DeadLetters: c.DeadLetters, Gaps: c.Gaps, TariffVersion: r.Tariff.Version(),
	}
	for _, f := range r.Tariff.Files() {
		cover.Tariff = append(cover.Tariff, workbook.Digest{Name: f.Path, SHA256: f.SHA256})
	}
	for _, f := range r.Inputs {
		cover.Inputs = append(cover.Inputs, workbook.Digest{Name: f.Path, SHA256: f.SHA256})
	}
	return workbook.UsageReport{
		Cover: cover, Rows: usage.Rows(), Apps: usage.Apps(), NotBilled: usage.NotBilled(), Unmapped: usage.Unmapped(),
		Lines: r.Store.Lines(ctx),
	}
}

// compliance is the cover of the report on notices.
func (r Report) compliance(c export.Counts) compliance.Cover {
	scope := r.Store.Scope
	cover := compliance.Cover{
		From: scope.From, To: scope.To, OneTenant: scope.OneTenant, Tenant: scope.Tenant, AsOf: r.AsOf, Generator: "rollcall " + r.Version,
		Evidence:   spreadsheet.Evidence{Messages: c.Messages, Events: c.AllEvents(), DeadLetters: c.DeadLetters, Gaps: c.Gaps},
		Hidden:     r.Store.Hide != nil,
		Severities: severities(),
	}
	if r.Policy != nil {
		cover.Policy = &spreadsheet.Digest{Name: r.Policy.Path, SHA256: r.Policy.SHA256}
	}
	for _, f := range r.Inputs {
		cover.Inputs = append(cover.Inputs, spreadsheet.Digest{Name: f.Path, SHA256: f.SHA256})
	}
	return cover
}

// severities are those of all rules.
func severities() map[string]string {
	all := map[string]string{}
	for _, r := range catalogue.Rules() {
		all[r.ID] = string(r.Severity)
	}
	return all
}

// checks gives every rule its population, also where it had nothing to judge.
func checks(found map[string]export.Check) map[string]export.Check {
	all := map[string]export.Check{}
	for _, r := range catalogue.Rules() {
		all[r.ID] = export.Check{}
	}
	maps.Copy(all, found)
	return all
}

func (r Report) summary(w io.Writer, c export.Counts, rows []metering.Row) error {
	s := Summary{
		AsOf: files.Time(r.AsOf), Version: r.Version, Messages: c.Messages, Events: c.Events, DeadLetters: c.DeadLetters,
		Calls: c.Calls, Unjoined: c.Unjoined, Sessions: c.Sessions, Obligations: c.Obligations, Findings: c.Findings, Suppressed: c.Suppressed, Checks: checks(c.Checks),
		Currency: r.Tariff.Currency(), Cost: map[string]string{}, Unpriced: map[string]string{}, Files: r.Inputs,
	}
	byMeter := map[string][]metering.Row{}
	unpriced := map[string]int64{}
	units := map[string]string{}
	for _, row := range rows {
		if row.Rate == "" {
			unpriced[row.Meter] += row.Raw
			units[row.Meter] = row.Unit
			continue
		}
		byMeter[row.Meter] = append(byMeter[row.Meter], row)
	}
	for meter, priced := range byMeter {
		s.Cost[meter] = metering.CostOf(priced, r.Tariff.Currency())
	}
	for meter, raw := range unpriced {
		s.Unpriced[meter] = metering.Quantity(raw, units[meter])
	}
	return indented(w, s)
}

func (r Report) manifest(w io.Writer, written []files.Written) error {
	m := files.Manifest{Version: r.Version, AsOf: files.Time(r.AsOf), Policy: r.Policy, Inputs: []files.Digest{}, Tariff: []files.Digest{}}
	for _, f := range r.Inputs {
		m.Inputs = append(m.Inputs, files.Digest{Path: f.Path, SHA256: f.SHA256})
	}
	for _, f := range r.Tariff.Files() {
		m.Tariff = append(m.Tariff, files.Digest{Path: f.Path, SHA256: f.SHA256})
	}
	for _, f := range written {
		m.Outputs = append(m.Outputs, files.Digest{Path: f.Name, SHA256: f.SHA256})
	}
	return m.Write(w)
}

func indented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
