package compliance

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/spreadsheet"
	"rollcall/reports/spreadsheet/sheettest"
	"rollcall/reports/timeline"
	"rollcall/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

func cover() Cover {
	return Cover{
		AsOf: storetest.AsOf(), Generator: "rollcall 0.1.0", Policy: &spreadsheet.Digest{Name: "policy.yaml", SHA256: strings.Repeat("ab", 32)},
		Severities: map[string]string{"interop.pstn": "info", "notice.missed": "high"},
		Evidence:   spreadsheet.Evidence{Messages: 1234, Events: 2345, DeadLetters: 2, Beside: true, Gaps: []string{"acs-events, partition 1: offsets 5 to 9 were never read"}},
		Inputs:     []spreadsheet.Digest{{Name: "events/" + storetest.Markup + ".ndjson", SHA256: strings.Repeat("cd", 32)}},
	}
}

func sample(t *testing.T, scope export.Scope, hide *export.Pseudonyms) *Report {
	t.Helper()
	conn, _ := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	c := cover()
	c.Hidden, c.From, c.To, c.OneTenant, c.Tenant = hide != nil, scope.From, scope.To, scope.OneTenant, scope.Tenant
	r, err := Read(t.Context(), export.Store{Conn: conn, Scope: scope, Hide: hide}, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func workbook(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteWorkbook(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pageOf(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := WritePage(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
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
		t.Errorf("it differs from %s (run with -update to accept):\n%s", path, sheettest.FirstDifference(got, string(want)))
	}
}

func TestSample(t *testing.T) {
	r := sample(t, export.Scope{}, nil)
	data, text := workbook(t, r), pageOf(t, r)
	t.Run("cells", func(t *testing.T) { golden(t, "compliance.txt", sheettest.Dump(t, sheettest.Open(t, data))) })
	t.Run("page", func(t *testing.T) { golden(t, "compliance.html", text) })
	t.Run("the same bytes again", func(t *testing.T) {
		for range 5 {
			if !bytes.Equal(workbook(t, r), data) || pageOf(t, r) != text {
				t.Fatal("two runs differ")
			}
		}
	})
	t.Run("formulas", func(t *testing.T) {
		if n := sheettest.CheckFormulas(t, sheettest.Open(t, data)); n < 100 {
			t.Errorf("%d formulas, want those of rows, totals, cover and checks", n)
		}
	})
	t.Run("figures", func(t *testing.T) {
		if r.Total.Coverage() != "33.33" || r.Total.Judged() != 6 || r.Total.Outside() != 3 || r.FailingCalls != 1 {
			t.Errorf("%+v, coverage %s", r.Total, r.Total.Coverage())
		}
	})
	t.Run("checks", func(t *testing.T) {
		for _, c := range r.checks() {
			if c.left.value != c.right.value {
				t.Errorf("%s: %s is %d, %s is %d", c.name, c.left.words, c.left.value, c.right.words, c.right.value)
			}
		}
		if strings.Contains(text, "DIFFERS") {
			t.Error("the page says that figures differ")
		}
	})
	t.Run("passes are reports", func(t *testing.T) {
		if regexp.MustCompile(`(?i)\b(were|was) told\b`).MatchString(strings.ReplaceAll(text, "Whether anybody was told", "")) {
			t.Error("the page says of someone that they were told")
		}
	})
	t.Run("workbook's names stay text", func(t *testing.T) { inert(t, sheettest.Open(t, data)) })
	t.Run("page's names stay text", func(t *testing.T) { harmless(t, text) })
	t.Run("errors", func(t *testing.T) {
		broken := errors.New("connection lost")
		spoilt := *r
		spoilt.Findings = func(yield func(timeline.Finding, error) bool) { yield(timeline.Finding{}, broken) }
		if err := WriteWorkbook(io.Discard, &spoilt); !errors.Is(err, broken) {
			t.Errorf("the workbook gives %v", err)
		}
		if err := WritePage(io.Discard, &spoilt); !errors.Is(err, broken) {
			t.Errorf("the page gives %v", err)
		}
	})
	t.Run("findings go on on another sheet", func(t *testing.T) {
		var b bytes.Buffer
		if err := writeWorkbook(&b, r, 2); err != nil {
			t.Fatal(err)
		}
		if got := sheettest.Open(t, b.Bytes()).GetSheetList(); got[len(got)-1] != "Findings 2" || got[len(got)-2] != "Findings" {
			t.Errorf("the sheets are %q", got)
		}
	})
	t.Run("charts are native", func(t *testing.T) {
		f := sheettest.Open(t, data)
		charts := 0
		f.Pkg.Range(func(name, _ any) bool {
			if strings.HasPrefix(name.(string), "xl/charts/chart") {
				charts++
			}
			return true
		})
		if charts != 5 {
			t.Errorf("%d charts, want one a breakdown", charts)
		}
	})
}

// inert demands that no cell of text became a formula.
func inert(t *testing.T, f *excelize.File) {
	t.Helper()
	found := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, cells := range rows {
			for c, shown := range cells {
				if !strings.HasPrefix(shown, "=") {
					continue
				}
				found++
				ref := spreadsheet.Letter(c+1) + fmt.Sprint(r+1)
				if formula, _ := f.GetCellFormula(sheet, ref); formula != "" {
					t.Errorf("%s!%s became the formula %s", sheet, ref, formula)
				}
			}
		}
	}
	if found == 0 {
		t.Error("the app that is named like a formula is nowhere")
	}
}

// harmless demands of a page that it runs nothing, loads nothing and is well
// formed, whatever is in it.
func harmless(t *testing.T, text string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"<script", "javascript:", "http://", "https://", "url(", "@import", " style=\"", "<img", "<link", "<iframe"} {
		// The name of an app holds an address, as text; in pictures it is cut.
		if strings.Contains(strings.ReplaceAll(strings.ToLower(text), "http://example", ""), never) {
			t.Errorf("%q is in the page", never)
		}
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" || a.Key == "src" {
				t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
			}
		}
		if n.Type == html.ElementNode && n.Data == "style" {
			sum := sha256.Sum256([]byte(n.FirstChild.Data))
			if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(html.UnescapeString(text), "style-src "+hash+";") {
				t.Errorf("the policy does not allow the page's own style %s", hash)
			}
		}
	}
	for _, want := range []string{"default-src &#39;none&#39;", "&lt;img src=x onerror=alert(1)&gt;", "color-scheme: light dark", "@media print"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	for _, want := range []string{`invoice\u{202e}gnp.exe`, `\u{001b}[31m`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not written out", want)
		}
	}
	for _, never := range []string{"\x1b", "\u202e", "\x07"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is in the page as it came", never)
		}
	}
}

func TestScope(t *testing.T) {
	for _, c := range []struct {
		name  string
		scope export.Scope
		all   int64
		days  int
		never string
	}{
		{"a day", export.Scope{From: "2026-03-02", To: "2026-03-02"}, 2, 1, "8:acs:anna"},
		{"from a day", export.Scope{From: "2026-03-02"}, 3, 2, "8:acs:anna"},
		{"up to a day", export.Scope{To: "2026-03-01"}, 6, 1, "fabrikam"},
		{"a tenant", export.Scope{OneTenant: true, Tenant: "fabrikam"}, 2, 1, "contoso"},
		{"no tenant", export.Scope{OneTenant: true}, 0, 0, "contoso"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sample(t, c.scope, nil)
			text := pageOf(t, r) + sheettest.Dump(t, sheettest.Open(t, workbook(t, r)))
			if r.Total.All() != c.all || len(r.Tables[0].Rows) != c.days || strings.Contains(text, c.never) {
				t.Errorf("%d obligations on %d days; %q is there: %v", r.Total.All(), len(r.Tables[0].Rows), c.never, strings.Contains(text, c.never))
			}
		})
	}
}

func TestPersonsHidden(t *testing.T) {
	r := sample(t, export.Scope{}, export.NewPseudonyms([]byte("key")))
	text := pageOf(t, r) + sheettest.Dump(t, sheettest.Open(t, workbook(t, r)))
	for _, secret := range []string{"8:acs:", "8:orgid:", "4915112345678", "Ánna", "Bob"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the report", secret)
		}
	}
	if !strings.Contains(text, "p_") || !strings.Contains(text, "pseudonyms") {
		t.Error("there are no pseudonyms, or the report doesn't say so")
	}
}

func TestNothing(t *testing.T) {
	conn, _ := storetest.Open(t, "")
	r, err := Read(t.Context(), export.Store{Conn: conn}, Cover{})
	if err != nil {
		t.Fatal(err)
	}
	text := pageOf(t, r)
	if !strings.Contains(text, "nobody had to be told of anything") || !strings.Contains(text, "<b>–</b>") {
		t.Error("a report of nothing does not say so")
	}
	if f := sheettest.Open(t, workbook(t, r)); len(f.GetSheetList()) != 15 {
		t.Errorf("the sheets are %q", f.GetSheetList())
	}
}

// The coverage that is shown is never above the true one, and less than a
// hundredth of a per cent below it.
func TestCoverageIsCut(t *testing.T) {
	for _, c := range []struct {
		pass, other int64
		want        string
	}{
		{0, 0, ""}, {0, 1, "0.00"}, {1, 0, "100.00"}, {1, 2, "33.33"}, {2, 1, "66.66"}, {99_999, 1, "99.99"}, {999_999_999_999, 1, "99.99"}, {1, 999_999, "0.00"},
		{7, 93, "7.00"}, {29, 71, "29.00"}, {1 << 50, 1 << 50, "50.00"},
	} {
		if got := (Counts{Pass: c.pass, Missed: c.other}).Coverage(); got != c.want {
			t.Errorf("%d of %d is %s, want %s", c.pass, c.pass+c.other, got, c.want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		n := Counts{Pass: random.Int64N(1 << 40), Late: random.Int64N(1 << 20), Missed: random.Int64N(1 << 30), NoEvidence: random.Int64N(1 << 40)}
		if random.IntN(2) == 0 {
			n.NoEvidence = random.Int64N(3)
		}
		exact := new(big.Rat).SetFrac(big.NewInt(100*n.Pass), big.NewInt(n.Judged()))
		shown, _ := new(big.Rat).SetString(n.Coverage())
		gap := new(big.Rat).Sub(exact, shown)
		if gap.Sign() < 0 || gap.Cmp(big.NewRat(1, 100)) >= 0 {
			t.Fatalf("%+v: shown %s, exact %s", n, n.Coverage(), exact.FloatString(6))
		}
		if cell := cells(n, 5, 2, func(int) int { return 0 })[colCoverage].(excelize.Cell); fmt.Sprintf("%.2f", cell.Value) != n.Coverage() {
			t.Fatalf("%+v: the workbook says %v, the page %s", n, cell.Value, n.Coverage())
		}
	}
}

// Whatever the results are, all breakdowns add up to the same, and to what was
// put in.
func TestDenominatorsTie(t *testing.T) {
	conn, _ := storetest.Open(t, "")
	results := []schema.Result{schema.ResultNotApplicable, schema.ResultPass, schema.ResultLate, schema.ResultTooShort, schema.ResultPending,
		schema.ResultMissed, schema.ResultNoEvidence}
	var want Counts
	byDay := map[string]Counts{}
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 7))
		pick := func(from ...string) string { return from[random.IntN(len(from))] }
		c := storetest.Call{Version: 1}
		c.ID = fmt.Sprintf("call-%d", seed)
		for i := range random.IntN(400) {
			at := time.Date(2026, 3, 1+random.IntN(28), random.IntN(24), random.IntN(60), random.IntN(60), 0, time.UTC)
			o := storetest.Obligation{AppVersion: pick("", "1", "2"), SDKVersion: pick("", "1.38"), ExposureMs: random.Int64N(1e7)}
			o.Obligation = schema.Obligation{SessionID: fmt.Sprint("s", i), Capture: pick("recording", "transcription"), Ordinal: 1, App: pick("", "a", "b", "=c"),
				Tenant: pick("", "t"), JoinPath: schema.JoinPath(pick("pstn", "unknown", "acs_app:external_user")), Result: results[random.IntN(len(results))],
				Reason: pick("", "r", "<r>"), ExposedAt: at, JoinedAt: at, DueAt: at}
			if random.IntN(3) == 0 {
				o.AssumedMs = random.Int64N(o.ExposureMs + 1)
			}
			c.Obligations = append(c.Obligations, o)
			one := count(o)
			want.Add(one)
			day := byDay[at.Format(time.DateOnly)]
			day.Add(one)
			byDay[at.Format(time.DateOnly)] = day
		}
		storetest.Fill(t, conn, c)
		r, err := Read(t.Context(), export.Store{Conn: conn}, Cover{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Total != want {
			t.Fatalf("seed %d: %+v, want %+v", seed, r.Total, want)
		}
		for _, x := range r.Tables {
			if got := x.Total(); got != want {
				t.Errorf("seed %d: coverage %s adds up to %+v, want %+v", seed, x.Name, got, want)
			}
		}
		if len(r.Tables[0].Rows) != len(byDay) {
			t.Errorf("seed %d: %d days, want %d", seed, len(r.Tables[0].Rows), len(byDay))
		}
		for _, row := range r.Tables[0].Rows {
			if row.Counts != byDay[row.Keys[0]] {
				t.Errorf("seed %d, %s: %+v, want %+v", seed, row.Keys[0], row.Counts, byDay[row.Keys[0]])
			}
		}
		for _, check := range r.checks() {
			// Without findings and reports in the store those checks must differ.
			if store := strings.HasPrefix(check.name, "Finding"); !store && check.left.value != check.right.value {
				t.Errorf("seed %d: %s: %d and %d", seed, check.name, check.left.value, check.right.value)
			}
		}
		sheettest.CheckFormulas(t, sheettest.Open(t, workbook(t, r)))
	}
}

// count counts one obligation by the words of the design, not by the report's
// queries.
func count(o storetest.Obligation) Counts {
	var c Counts
	judged := true
	switch o.Result {
	case schema.ResultPass:
		c.Pass = 1
	case schema.ResultLate:
		c.Late = 1
	case schema.ResultMissed:
		c.Missed = 1
	case schema.ResultNoEvidence:
		c.NoEvidence = 1
	default:
		judged = false
		c.TooShort, c.Pending, c.NotApplicable = is(o, schema.ResultTooShort), is(o, schema.ResultPending), is(o, schema.ResultNotApplicable)
	}
	if o.AssumedMs > 0 {
		c.OnAssumed = 1
	}
	if judged {
		c.ExposureMs, c.AssumedMs = o.ExposureMs, o.AssumedMs
	} else {
		c.OutsideExposureMs, c.OutsideAssumed = o.ExposureMs, o.AssumedMs
	}
	return c
}

func is(o storetest.Obligation, r schema.Result) int64 {
	if o.Result == r {
		return 1
	}
	return 0
}

// A missing finding is seen: the checks say that the figures differ.
func TestChecksSeeWhatIsMissing(t *testing.T) {
	r := sample(t, export.Scope{}, nil)
	r.Rules = nil
	text := pageOf(t, r)
	if !strings.Contains(text, "3 of ") || !strings.Contains(text, "DIFFERS") {
		t.Error("the page does not say that findings are missing")
	}
	// excelize shows a format of words alone wrongly; the stored value decides.
	dump := sheettest.Dump(t, sheettest.Open(t, workbook(t, r)))
	if n := len(regexp.MustCompile(`(?m)^F\d+ number "0" .* = IF\(C`).FindAllString(dump, -1)); n != 3 {
		t.Errorf("the workbook says of %d figures that they differ, want 3", n)
	}
}
