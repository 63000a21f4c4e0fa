package compliance

import (
	"strings"
	"testing"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/spreadsheet/sheettest"
)

// TestBrand: the parts of listings that do not pass are shown with what was seen
// beside what was expected, of listings that count alone and of a tenant's own.
func TestBrand(t *testing.T) {
	conn, _ := storetest.Open(t, "")
	for _, sql := range []string{
		"INSERT INTO subjects (subject_id, version) VALUES ('listing care', 2), ('listing desk', 2)",
		`INSERT INTO listing_checks (subject_id, version, tenant, app, event_id, listed_at, position, rule, field, kind, locale, result, status, seen, expected) VALUES
('listing care', 1, 'contoso', 'care', 'e0', '2026-03-01 10:00:00', 1, 'brand.name', 'appName', '', '', 'fail', 'new', 'Old Teams', 'x'),
('listing care', 2, 'contoso', 'care', 'e1', '2026-03-02 10:00:00', 1, 'brand.name', 'appName', '', '', 'fail', 'new', 'Contoso Teams', 'a name of its own'),
('listing care', 2, 'contoso', 'care', 'e1', '2026-03-02 10:00:00', 2, 'brand.statement', 'texts', 'description', 'en', 'no_evidence', 'new', '=works with Microsoft Teams', 'a call'),
('listing care', 2, 'contoso', 'care', 'e1', '2026-03-02 10:00:00', 3, 'brand.endorsement', 'texts', 'description', 'en', 'pass', '', '', ''),
('listing desk', 2, 'fabrikam', 'desk', 'e2', '2026-03-02 11:00:00', 1, 'brand.name', 'appName', '', '', 'pass', '', '', '')`,
	} {
		if err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	report := func(store export.Store) (string, string) {
		store.Conn = conn
		r, err := Read(t.Context(), store, cover())
		if err != nil {
			t.Fatal(err)
		}
		return sheettest.Dump(t, sheettest.Open(t, workbook(t, r))), pageOf(t, r)
	}
	cells, page := report(export.Store{})
	for _, want := range []string{"Contoso Teams", "a name of its own", "=works with Microsoft Teams", "description (en)", "2 listings; 2 of their parts pass or are not applicable, 2 do not."} {
		if !strings.Contains(cells, want) || !strings.Contains(page, strings.ReplaceAll(want, "'", "&#39;")) {
			t.Errorf("%q is not in the workbook or the page", want)
		}
	}
	if strings.Contains(cells, "Old Teams") {
		t.Error("an earlier version of the listing is shown")
	}
	if cells, page = report(export.Store{Scope: export.Scope{OneTenant: true, Tenant: "fabrikam"}}); strings.Contains(cells+page, "Contoso Teams") || !strings.Contains(cells, "1 listings") {
		t.Error("a tenant's report has another's listing")
	}
	if cells, page = report(export.Store{Hide: export.NewPseudonyms([]byte("key"))}); strings.Contains(cells+page, "Contoso Teams") {
		t.Error("names stand in a report with pseudonyms")
	}
}
