package tariff

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/shopspring/decimal"
)

// Load reads a price book and the file of prefixes that it names, whose path
// is relative to the book. The error lists every mistake, one a line.
func Load(path string) (*Tariff, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("price book: %w", err)
	}
	return Parse(path, data, func(rel string) (string, []byte, error) {
		if !filepath.IsAbs(rel) {
			rel = filepath.Join(filepath.Dir(path), rel)
		}
		b, err := os.ReadFile(rel)
		return rel, b, err
	})
}

// Parse reads a price book from memory. open returns the path and content of
// the file that pstn_outbound names. Parse itself does no I/O.
func Parse(name string, data []byte, open func(rel string) (path string, data []byte, err error)) (*Tariff, error) {
	b := &book{
		reader: reader{file: name},
		open:   open,
		meters: map[string]Meter{},
		rows:   map[string]int{},
		tariff: &Tariff{
			rates: map[string][]rateRow{}, zero: map[string]bool{},
			bots: map[string]BotKind{}, rounding: map[string]Rounding{},
		},
	}
	for _, m := range Catalogue() {
		if m.Name != Unmapped {
			b.meters[m.Name] = m
			b.names = append(b.names, m.Name)
			b.tariff.zero[m.Name] = m.ZeroRated
		}
	}
	b.remember(name, data)
	if m := b.document(data); m != nil {
		b.read(m)
	}
	if err := b.err(); err != nil {
		return nil, err
	}
	return b.finish(), nil
}

// book is a price book while it is being read.
type book struct {
	reader
	open   func(string) (string, []byte, error)
	meters map[string]Meter // those a book may name
	names  []string         // of meters, in catalogue order
	rows   map[string]int   // line of each meter, country, prefix and from
	tariff *Tariff
}

var bookKeys = []string{"currency", "rates", "pstn_outbound", "bots", "rounding", "recording", "midnight"}

func (b *book) read(m *ast.MappingNode) {
	currency := false
	b.each(m, "", bookKeys, func(key string, v ast.Node) {
		switch key {
		case "currency":
			currency = true
			b.currency(v)
		case "rates":
			for i, n := range b.list(v, key) {
				b.rate(n, fmt.Sprintf("rates[%d]", i))
			}
		case "pstn_outbound":
			b.prefixes(v)
		case "bots":
			for i, n := range b.list(v, key) {
				b.bot(n, fmt.Sprintf("bots[%d]", i))
			}
		case "rounding":
			b.roundings(v)
		case "recording":
			b.recording(v)
		case "midnight":
			if w, ok := choice(&b.reader, v, key, MidnightSplit, MidnightFirstDay, MidnightLastDay); ok {
				b.tariff.midnight = w
			}
		}
	})
	if !currency {
		b.wrong(m, "currency", "missing, expected an ISO 4217 code such as USD")
	}
}

var (
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	countryForm  = regexp.MustCompile(`^[A-Z]{2}$`)
)

func (b *book) currency(v ast.Node) {
	const expected = "an ISO 4217 code such as USD"
	if s, ok := b.text(v, "currency", expected); ok {
		if !currencyForm.MatchString(s) {
			b.wrong(v, "currency", "expected %s; found %q", expected, clip(s))
		}
		b.tariff.currency = s
	}
}

// rate reads one entry of rates.
func (b *book) rate(n ast.Node, at string) {
	m := b.mapping(n, at)
	if m == nil {
		return
	}
	row := rateRow{}
	meter, found := "", map[string]bool{}
	b.each(m, at, []string{"meter", "rate", "from", "country", "prefix"}, func(key string, v ast.Node) {
		found[key] = true
		k := at + "." + key
		switch key {
		case "meter":
			meter = b.meter(v, k)
		case "rate":
			row.price = b.price(v, k)
		case "from":
			row.from = b.day(v, k)
		case "country":
			row.country = b.matching(v, k, countryForm, "an ISO 3166 code of two capital letters such as US")
		case "prefix":
			row.prefix = b.matching(v, k, prefixForm, "1 to 15 digits without +")
		}
	})
	for _, key := range []string{"meter", "rate"} {
		if !found[key] {
			b.wrong(n, at, "the key %s is missing", key)
		}
	}
	if meter == "" {
		return
	}
	b.fits(n, at, meter, row)
	line := n.GetToken().Position.Line
	row.row = fmt.Sprintf("rates, line %d", line)
	id := strings.Join([]string{meter, row.country, row.prefix, row.from}, "\x00")
	if first, twice := b.rows[id]; twice {
		b.wrong(n, at, "the same meter, country, prefix and from stand in line %d already", first)
		return
	}
	b.rows[id] = line
	b.tariff.rates[meter] = append(b.tariff.rates[meter], row)
}

// fits refuses parts of a row that could never have an effect: a price that is
// written and silently not applied would be a wrong bill.
func (b *book) fits(n ast.Node, at, meter string, row rateRow) {
	inbound := meter == PSTNInGeographic || meter == PSTNInTollFree
	switch {
	case b.meters[meter].ZeroRated && !row.price.IsZero():
		b.wrong(n, at+".rate", "%s is covered by the Teams licence, its rate is 0", meter)
	case row.prefix != "" && meter != PSTNOut:
		b.wrong(n, at+".prefix", "only %s has prefixes, %s has none", PSTNOut, meter)
	case row.country != "" && meter == PSTNOut && row.prefix == "":
		b.wrong(n, at+".country", "%s is priced by prefix: expected the key prefix, or a file in pstn_outbound", PSTNOut)
	case row.country != "" && meter != PSTNOut && !inbound:
		b.wrong(n, at+".country", "%s has one rate in all countries", meter)
	}
}

func (b *book) meter(v ast.Node, key string) string {
	s, ok := b.text(v, key, "the name of a meter")
	if !ok {
		return ""
	}
	if _, known := b.meters[s]; !known {
		b.wrong(v, key, "unknown meter %q, expected one of: %s", clip(s), strings.Join(b.names, ", "))
		return ""
	}
	return s
}

// price reads a rate exactly as it is written. A number without quotes is fine
// where its digits are the decimal itself; 4e-3 or 0x10 are not.
func (b *book) price(v ast.Node, key string) decimal.Decimal {
	const expected = `a decimal in quotes such as "0.004", not negative, with at most 12 digits before and after the point`
	s, ok := b.text(v, key, expected)
	if !ok {
		return decimal.Decimal{}
	}
	d, err := decimal.NewFromString(s)
	if err != nil || !rateForm.MatchString(s) {
		b.wrong(v, key, "expected %s; found %s", expected, clip(s))
		return decimal.Decimal{}
	}
	return d
}

func (b *book) day(v ast.Node, key string) string {
	const expected = "a day such as 2026-01-31"
	s, ok := b.text(v, key, expected)
	if !ok {
		return ""
	}
	if d, err := time.Parse(time.DateOnly, s); err != nil || d.Format(time.DateOnly) != s {
		b.wrong(v, key, "expected %s; found %q", expected, clip(s))
		return ""
	}
	return s
}

func (b *book) matching(v ast.Node, key string, form *regexp.Regexp, expected string) string {
	s, ok := b.text(v, key, expected)
	if ok && !form.MatchString(s) {
		b.wrong(v, key, "expected %s; found %q", expected, clip(s))
		return ""
	}
	return s
}

// prefixes reads the file of outbound telephone rates.
func (b *book) prefixes(v ast.Node) {
	const key, expected = "pstn_outbound", "the path of a CSV file, relative to this file"
	rel, ok := b.text(v, key, expected)
	if !ok {
		return
	}
	if rel == "" {
		b.wrong(v, key, "expected %s; found \"\"", expected)
		return
	}
	if b.open == nil {
		b.wrong(v, key, "no file can be opened here")
		return
	}
	path, data, err := b.open(rel)
	if err != nil {
		b.wrong(v, key, "%v; expected %s", err, expected)
		return
	}
	b.remember(path, data)
	rows, err := parsePrefixes(path, data)
	if err != nil {
		b.add("%w", err)
	}
	b.tariff.prefixes = rows
}

func (b *book) bot(n ast.Node, at string) {
	m := b.mapping(n, at)
	if m == nil {
		return
	}
	var id string
	var kind BotKind
	b.each(m, at, []string{"id", "kind"}, func(key string, v ast.Node) {
		switch key {
		case "id":
			id, _ = b.text(v, at+".id", "a raw id such as 28:…")
		case "kind":
			kind, _ = choice(&b.reader, v, at+".kind", BotKinds()...)
		}
	})
	if botKey(id) == "" {
		b.wrong(n, at+".id", "missing, expected a raw id such as 28:…")
		return
	}
	if kind == "" {
		b.wrong(n, at+".kind", "missing or wrong, the bot %s needs one", clip(id))
		return
	}
	if _, twice := b.tariff.bots[botKey(id)]; twice {
		b.wrong(n, at+".id", "the bot %s stands in the list twice", clip(id))
		return
	}
	b.tariff.bots[botKey(id)] = kind
}

func (b *book) roundings(v ast.Node) {
	m := b.mapping(v, "rounding")
	if m == nil {
		return
	}
	b.each(m, "rounding", b.names, func(meter string, v ast.Node) {
		at := "rounding." + meter
		if b.meters[meter].Counts() {
			b.wrong(v, at, "counts messages, there is no time to round")
			return
		}
		if r, ok := choice(&b.reader, v, at, RoundExact, RoundSecond, RoundSix, RoundMinute); ok {
			b.tariff.rounding[meter] = r
		}
	})
}

// recording reads recording: {paused_time: free | billed}.
func (b *book) recording(v ast.Node) {
	m := b.mapping(v, "recording")
	if m == nil {
		return
	}
	b.each(m, "recording", []string{"paused_time"}, func(_ string, v ast.Node) {
		w, _ := choice(&b.reader, v, "recording.paused_time", "free", "billed")
		b.tariff.billPause = w == "billed"
	})
}

// remember notes a file's digest.
func (b *book) remember(path string, data []byte) {
	sum := sha256.Sum256(data)
	b.tariff.files = append(b.tariff.files, File{path, hex.EncodeToString(sum[:])})
}

// finish sorts the rows and names the version: the digest of the digests, so
// that a changed file of prefixes is another version too.
func (b *book) finish() *Tariff {
	t := b.tariff
	h := sha256.New()
	for _, f := range t.files {
		fmt.Fprintln(h, f.SHA256)
	}
	t.version = hex.EncodeToString(h.Sum(nil))
	for _, rows := range t.rates {
		slices.SortStableFunc(rows, func(x, y rateRow) int { return strings.Compare(y.from, x.from) })
		for _, r := range rows {
			t.longest = max(t.longest, len(r.prefix))
		}
	}
	for p := range t.prefixes {
		t.longest = max(t.longest, len(p))
	}
	return t
}
