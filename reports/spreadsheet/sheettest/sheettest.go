// Package sheettest reads workbooks for tests, the way their readers do.
package sheettest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rollcall/reports/spreadsheet"
)

// Open opens a workbook until the test ends.
func Open(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// Dump writes every cell with its type, its stored value, how it is shown and
// its formula: what a reader of the workbook gets.
func Dump(t testing.TB, f *excelize.File) string {
	t.Helper()
	var b strings.Builder
	for _, name := range f.GetSheetList() {
		fmt.Fprintf(&b, "# %s\n", name)
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for r, cells := range rows {
			for c := range cells {
				ref := spreadsheet.Letter(c+1) + strconv.Itoa(r+1)
				stored, err := f.GetCellValue(name, ref, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				if stored == "" {
					continue
				}
				kind, err := f.GetCellType(name, ref)
				if err != nil {
					t.Fatal(err)
				}
				formula, err := f.GetCellFormula(name, ref)
				if err != nil {
					t.Fatal(err)
				}
				word := "number"
				if kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
					word = "text"
				}
				fmt.Fprintf(&b, "%s %s %q", ref, word, stored)
				if shown := cells[c]; shown != stored {
					fmt.Fprintf(&b, " shown %q", strings.TrimSpace(shown))
				}
				if formula != "" {
					fmt.Fprintf(&b, " = %s", formula)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// CheckFormulas demands that every formula stores the value that it computes,
// and returns how many there are.
func CheckFormulas(t testing.TB, f *excelize.File) int {
	t.Helper()
	formulas := 0
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for r, cells := range rows {
			for c := range cells {
				ref := spreadsheet.Letter(c+1) + strconv.Itoa(r+1)
				formula, err := f.GetCellFormula(name, ref)
				if err != nil {
					t.Fatal(err)
				}
				if formula == "" {
					continue
				}
				formulas++
				stored, err := f.GetCellValue(name, ref, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				computed, err := f.CalcCellValue(name, ref, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatalf("%s!%s = %s: %v", name, ref, formula, err)
				}
				if stored == "" || stored != computed {
					t.Errorf("%s!%s = %s stores %q and computes %q", name, ref, formula, stored, computed)
				}
			}
		}
	}
	return formulas
}

// FirstDifference shows the first line in which two texts differ.
func FirstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return "one is longer"
}
