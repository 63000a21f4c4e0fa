package workbook

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/metering"
	"rollcall/reports/spreadsheet"
	"rollcall/reports/spreadsheet/sheettest"
	"rollcall/reports/tariff"
	"rollcall/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGoldenCells(t *testing.T) {
	for name, book := range map[string]string{"usage.txt": sampleBook, "usage-without-price-book.txt": ""} {
		t.Run(name, func(t *testing.T) {
			got := sheettest.Dump(t, sheettest.Open(t, workbookBytes(t, sampleReport(t, book))))
			path := "testdata/" + name
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the cells differ from %s (run with -update to accept):\n%s", path, sheettest.FirstDifference(got, string(want)))
			}
		})
	}
}

func TestTheSameReportGivesTheSameBytes(t *testing.T) {
	first := workbookBytes(t, sampleReport(t, sampleBook))
	for range 20 { // a map's order shows up within a few tries
		if !bytes.Equal(first, workbookBytes(t, sampleReport(t, sampleBook))) {
			t.Fatal("two runs differ")
		}
	}
}

// Viewers that don't compute show the stored value, others their own result:
// both must be the same.
func TestFormulasCarryTheValueTheyCompute(t *testing.T) {
	f := sheettest.Open(t, workbookBytes(t, sampleReport(t, sampleBook)))
	if formulas := sheettest.CheckFormulas(t, f); formulas < 9 {
		t.Errorf("%d formulas, want totals on cover, summary, days and apps", formulas)
	}
}

func TestConsumedStandsBesideBilledAndCovered(t *testing.T) {
	f := sheettest.Open(t, workbookBytes(t, sampleReport(t, sampleBook)))
	for ref, want := range map[string]string{"E4": "Consumed", "F4": "Billed", "G4": "Not charged (Teams)", "A10": "Calling minutes (group voip)", "E10": "118.979433", "F10": "68.979433", "G10": "50"} {
		got, err := f.GetCellValue(sheetSummary, ref, excelize.Options{RawCellValue: true})
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q; %v", ref, got, want, err)
		}
	}
}

func TestSheetsAreSetUpForReading(t *testing.T) {
	f := sheettest.Open(t, workbookBytes(t, sampleReport(t, sampleBook)))
	want := []string{"Cover", "Summary", "Per meter and day", "Per app", "Not billed", "Unmapped", "Lines"}
	if got := f.GetSheetList(); !slices.Equal(got, want) {
		t.Fatalf("sheets %v, want %v", got, want)
	}
	names := f.GetDefinedName()
	for _, sheet := range want[1:] {
		panes, err := f.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.YSplit != 4 {
			t.Errorf("%s: header not frozen: %+v %v", sheet, panes, err)
		}
		for _, n := range []string{"_xlnm.Print_Titles", "_xlnm.Print_Area", "_xlnm._FilterDatabase"} {
			if !slices.ContainsFunc(names, func(d excelize.DefinedName) bool { return d.Name == n && d.Scope == sheet }) {
				t.Errorf("%s has no %s", sheet, n)
			}
		}
		layout, err := f.GetPageLayout(sheet)
		if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
			t.Errorf("%s: %+v %v", sheet, layout, err)
		}
		props, err := f.GetSheetProps(sheet)
		if err != nil || props.FitToPage == nil || !*props.FitToPage {
			t.Errorf("%s doesn't fit to a page's width", sheet)
		}
	}
}

// A number wider than its column shows as ####, text as cut off.
func TestColumnsAreWideEnough(t *testing.T) {
	f := sheettest.Open(t, workbookBytes(t, sampleReport(t, sampleBook)))
	for _, name := range f.GetSheetList()[1:] {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for r, cells := range rows {
			for c, shown := range cells {
				if r < 4 || c == 20 { // titles and the last column have room to the right
					continue
				}
				width, err := f.GetColWidth(name, spreadsheet.Letter(c+1))
				if err != nil {
					t.Fatal(err)
				}
				if float64(len([]rune(shown)))+1 > width && !strings.HasPrefix(shown, "Calling minutes") && !strings.HasPrefix(shown, "Total cost") {
					t.Errorf("%s!%s%d %q is wider than %v", name, spreadsheet.Letter(c+1), r+1, shown, width)
				}
			}
		}
	}
}

func TestTextFromOutsideStaysText(t *testing.T) {
	line := schema.UsageLine{Day: "2026-10-01", Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 1, Quantity: "0.000017"}
	evil := []string{"=1+1", "+1", "-1", "@x", "\t=1", "<b>&\"'", "1e5", "TRUE", "2026-01-01", "_x0041_", "a\x00\x01b", "\xff"}
	var lines []schema.UsageLine
	for _, s := range evil {
		l := line
		l.App, l.Tenant, l.Note, l.RawID, l.CallID = s, s, s, s, s
		lines = append(lines, l)
	}
	var sum metering.Summary
	for _, l := range lines {
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	f := sheettest.Open(t, workbookBytes(t, UsageReport{Rows: sum.Rows(), Apps: sum.Apps(), Lines: each(lines)}))
	for i, s := range evil[:9] {
		ref := fmt.Sprintf("C%d", i+5)
		got, err := f.GetCellValue(sheetLines, ref)
		if err != nil || got != s {
			t.Errorf("%q reads back as %q, %v", s, got, err)
		}
		kind, err := f.GetCellType(sheetLines, ref)
		if err != nil || kind != excelize.CellTypeInlineString {
			t.Errorf("%q is of type %v", s, kind)
		}
		if formula, _ := f.GetCellFormula(sheetLines, ref); formula != "" {
			t.Errorf("%q became the formula %q", s, formula)
		}
	}
}

func TestLinesGoOnOnAnotherSheet(t *testing.T) {
	var buf bytes.Buffer
	if err := write(&buf, sampleReport(t, sampleBook), 5); err != nil {
		t.Fatal(err)
	}
	f := sheettest.Open(t, buf.Bytes())
	got := f.GetSheetList()[6:]
	if want := []string{"Lines", "Lines 2", "Lines 3", "Lines 4"}; !slices.Equal(got, want) {
		t.Fatalf("sheets %v, want %v", got, want)
	}
	n := 0
	for _, name := range got {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		if rows[3][0] != "Day" {
			t.Errorf("%s has no header", name)
		}
		n += len(rows) - 4
	}
	if n != 18 {
		t.Errorf("%d lines on all sheets, want 18", n)
	}
}

func TestLinesThatDoNotTieToTheRowsAreNoReport(t *testing.T) {
	for name, spoil := range map[string]func(*UsageReport){
		"a line more": func(r *UsageReport) {
			all := r.Lines
			r.Lines = func(yield func(schema.UsageLine, error) bool) {
				for l, err := range all {
					if !yield(l, err) {
						return
					}
				}
				yield(schema.UsageLine{Meter: tariff.VoIP, Raw: 1}, nil)
			}
		},
		"no lines": func(r *UsageReport) { r.Lines = nil },
	} {
		t.Run(name, func(t *testing.T) {
			r := sampleReport(t, sampleBook)
			spoil(&r)
			var buf bytes.Buffer
			if err := Write(&buf, r); err == nil || !strings.Contains(err.Error(), "make the report again") || buf.Len() != 0 {
				t.Errorf("got %v and %d bytes", err, buf.Len())
			}
		})
	}
}

func TestErrorsReachTheCaller(t *testing.T) {
	broken := errors.New("connection lost")
	r := sampleReport(t, sampleBook)
	r.Lines = func(yield func(schema.UsageLine, error) bool) { yield(schema.UsageLine{}, broken) }
	if err := Write(io.Discard, r); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := Write(full{}, sampleReport(t, sampleBook)); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAReportOfNothing(t *testing.T) {
	f := sheettest.Open(t, workbookBytes(t, UsageReport{}))
	for sheet, want := range map[string]string{sheetSummary: "No usage in this period.", sheetUnmapped: "Nothing is unmapped.", sheetNotBilled: "Everything that was consumed is billed."} {
		if got, err := f.GetCellValue(sheet, "A5"); err != nil || got != want {
			t.Errorf("%s says %q, want %q; %v", sheet, got, want, err)
		}
	}
}

func TestCostsOfTwoCurrenciesAreNeverAdded(t *testing.T) {
	line := func(currency, day string) schema.UsageLine {
		return schema.UsageLine{Day: day, Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 600_000, Quantity: "10", Rate: "0.004", Currency: currency, Cost: "0.04"}
	}
	lines := []schema.UsageLine{line("EUR", "2026-10-01"), line("USD", "2026-10-02"), line("USD", "2026-10-02")}
	var sum metering.Summary
	for _, l := range lines {
		if err := sum.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	f := sheettest.Open(t, workbookBytes(t, UsageReport{Rows: sum.Rows(), Apps: sum.Apps(), Lines: each(lines)}))
	for ref, want := range map[string]string{"A8": "Total cost, EUR", "K8": "0.04", "A9": "Total cost, USD", "K9": "0.08"} {
		got, err := f.GetCellValue(sheetSummary, ref, excelize.Options{RawCellValue: true})
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q; %v", ref, got, want, err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	line := schema.UsageLine{
		LineID: strings.Repeat("a", 32), Day: "2026-10-01", Tenant: "contoso", App: "care", Resource: resourceA,
		CallID: strings.Repeat("b", 36), SessionID: strings.Repeat("c", 32), RawID: strings.Repeat("d", 80),
		Meter: tariff.VoIP, Unit: tariff.UnitParticipantMin, Raw: 600_000, Quantity: "10", Rate: "0.004", Currency: "USD",
		Cost: "0.04", TariffRow: "rates, line 3", TariffVersion: strings.Repeat("e", 64), Evidence: []string{strings.Repeat("f", 32)},
	}
	const n = 100_000
	row := metering.Row{Day: line.Day, Resource: resourceA, Meter: line.Meter, Unit: line.Unit, Raw: n * line.Raw, Rate: line.Rate, Currency: "USD"}.Priced()
	for b.Loop() {
		r := UsageReport{Rows: []metering.Row{row}, Lines: func(yield func(schema.UsageLine, error) bool) {
			for range n {
				if !yield(line, nil) {
					return
				}
			}
		}}
		if err := Write(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
