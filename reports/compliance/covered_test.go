package compliance

import (
	"strings"
	"testing"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/spreadsheet/sheettest"
)

// TestCoveredStandApart: what an exception covers is no failing finding, is not
// forgotten, and the figures still add up.
func TestCoveredStandApart(t *testing.T) {
	var before *Report
	var without string
	if !t.Run("without", func(t *testing.T) { // a store at a time
		before = sample(t, export.Scope{}, nil)
		without = pageOf(t, before)
	}) {
		return
	}
	conn, _ := storetest.Open(t, "")
	calls := storetest.Sample()
	covered := map[string]int64{}
	for i := range calls {
		for j := range calls[i].Findings {
			if f := &calls[i].Findings[j]; covered[f.Rule+f.Result] == 0 {
				f.Status = "suppressed"
				covered[f.Rule+f.Result] = 1
			}
		}
	}
	storetest.Fill(t, conn, calls...)
	r, err := Read(t.Context(), export.Store{Conn: conn}, cover())
	if err != nil {
		t.Fatal(err)
	}
	if covered["notice.missedfail"] == 0 || covered["notice.missedno_evidence"] == 0 {
		t.Fatalf("the sample lacks findings: %v", covered)
	}
	for i, x := range r.Rules {
		was := before.Rules[i]
		if x.CoveredFail != covered[x.Rule+"fail"] || x.CoveredNoEvidence != covered[x.Rule+"no_evidence"] ||
			x.Fail+x.CoveredFail != was.Fail || x.NoEvidence+x.CoveredNoEvidence != was.NoEvidence {
			t.Errorf("%+v, without exceptions %+v", x, was)
		}
	}
	for _, c := range r.checks() {
		if c.left.value != c.right.value {
			t.Errorf("%s: %s is %d, %s is %d", c.name, c.left.words, c.left.value, c.right.words, c.right.value)
		}
	}
	if r.Total != before.Total {
		t.Errorf("an exception changes coverage: %+v, want %+v", r.Total, before.Total)
	}
	const words = "findings are covered by an exception of the policy: 1 of the 2 missed notices"
	if !strings.Contains(pageOf(t, r), words) || strings.Contains(without, "covered by an exception") {
		t.Error("the page does not say what exceptions cover, or says it of nothing")
	}
	book := sheettest.Open(t, workbook(t, r))
	sheettest.CheckFormulas(t, book)
	if !strings.Contains(sheettest.Dump(t, book), words) {
		t.Error("the cover does not say what exceptions cover")
	}
}
