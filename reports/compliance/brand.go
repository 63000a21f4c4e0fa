package compliance

import (
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/spreadsheet"
	"rollcall/reports/timeline"
)

// A BrandCheck is a part of an app's listing that does not pass a rule: what was
// seen beside what was expected.
type BrandCheck struct {
	Tenant, App, Rule, Result, Status string
	Part                              string // of the listing: "description (en)"
	Seen, Expected                    string
	ListedAt                          time.Time
	Event                             string
}

// Brand is what the brand rules say of the apps' listings.
type Brand struct {
	Listings int64 // that were judged
	Passed   int64 // parts of them that pass or to which a rule does not apply
	// Rows are those that do not pass, the first of All.
	Rows []BrandCheck
	All  int64
}

// mostBrand is how many parts of listings a report shows: a sheet's bound.
const mostBrand = 50_000

// brand reads what the brand rules say of the listings that count.
func (rd reader) brand(r *Report) error {
	where, args := rd.store.Within("listed_at")
	err := rd.store.Query(rd.ctx, "listings", "SELECT uniqExact(subject_id), countIf(result IN ('pass', 'not_applicable')), countIf(result NOT IN ('pass', 'not_applicable')) FROM listing_checks_current"+where, args,
		func(rows driver.Rows) error {
			var n [3]uint64
			err := rows.Scan(&n[0], &n[1], &n[2])
			r.Brand.Listings, r.Brand.Passed, r.Brand.All = int64(n[0]), int64(n[1]), int64(n[2])
			return err
		})
	if err != nil {
		return err
	}
	sql := `SELECT tenant, app, rule, result, status, if(field IN ('texts', 'assets'), kind, field), locale, seen, expected, listed_at, event_id FROM (
    SELECT * FROM listing_checks_current` + where + `
) WHERE result NOT IN ('pass', 'not_applicable') ORDER BY result = 'fail' DESC, app, subject_id, position LIMIT ` + fmt.Sprint(mostBrand)
	return rd.store.Query(rd.ctx, "listings", sql, args, func(rows driver.Rows) error {
		var c BrandCheck
		var locale string
		var at *time.Time
		err := rows.Scan(&c.Tenant, &c.App, &c.Rule, &c.Result, &c.Status, &c.Part, &locale, &c.Seen, &c.Expected, &at, &c.Event)
		if locale != "" {
			c.Part += " (" + locale + ")"
		}
		if at != nil {
			c.ListedAt = at.UTC()
		}
		c.Seen, c.Expected = rd.store.Hide.Text(c.Seen), rd.store.Hide.Text(c.Expected)
		r.Brand.Rows = append(r.Brand.Rows, c)
		return err
	})
}

// words say how much was judged, and what is not shown.
func (b Brand) words() string {
	if b.Listings == 0 {
		return "No listing was judged: none is known."
	}
	text := fmt.Sprintf("%s listings; %s of their parts pass or are not applicable, %s do not.", spreadsheet.Thousands(b.Listings), spreadsheet.Thousands(b.Passed), spreadsheet.Thousands(b.All))
	if more := b.All - int64(len(b.Rows)); more > 0 {
		text += fmt.Sprintf(" %s more are in the store.", spreadsheet.Thousands(more))
	}
	return text
}

// brand is the sheet of the listings' parts that do not pass.
func (b *builder) brand() error {
	of := b.report.Brand
	var rows [][]any
	for _, c := range of.Rows {
		rows = append(rows, []any{
			b.say(c.Rule), resultName(c.Result), b.say(c.Status), b.say(known(c.App)), b.say(c.Part), b.say(c.Seen), b.say(c.Expected),
			spreadsheet.Instant(timeline.At(c.ListedAt).Time()), b.say(c.Tenant), b.say(c.Event),
		})
	}
	empty := "Every part of every listing passes."
	if of.Listings == 0 {
		empty = of.words()
	}
	return b.Table(sheetBrand, spreadsheet.Layout{
		Title: "Brand: what listings of apps say", Subtitle: of.words() + " What a listing says of its own certification is a claim · " + b.report.period(),
		Columns: []spreadsheet.Column{
			spreadsheet.Text("Rule", 22), spreadsheet.Text("Result", 13), spreadsheet.Text("Status", 13), spreadsheet.Text("App", 26), spreadsheet.Text("Part", 30),
			spreadsheet.Wrap("Seen", 60), spreadsheet.Wrap("Expected", 60), spreadsheet.At("Listed", 26), spreadsheet.Text("Tenant", 20), spreadsheet.Text("Evidence (event id)", 37),
		},
	}, rows, empty, nil)
}

// brandTable is the same for the page.
func brandTable(of Brand) table {
	out := table{Title: "Brand: what listings of apps say", Note: of.words(), Heads: heads([]string{"Rule", "Result", "Status", "App", "Part", "Seen", "Expected", "Listed"}, nil)}
	for _, c := range of.Rows[:min(len(of.Rows), mostTable)] {
		out.Rows = append(out.Rows, tableRow{Cells: []cell{
			text(c.Rule), text(resultName(c.Result)), text(c.Status), {known(c.App), "k"}, {c.Part, "k"}, {c.Seen, "what"}, {c.Expected, "what"},
			{strings.TrimSpace(timeline.At(c.ListedAt).String()), "n"},
		}})
	}
	if more := of.All - int64(len(out.Rows)); more > 0 && len(of.Rows) > len(out.Rows) {
		out.Note += fmt.Sprintf(" %s more rows are in compliance.xlsx.", spreadsheet.Thousands(more))
	}
	return out
}
