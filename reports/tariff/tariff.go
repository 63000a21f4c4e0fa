package tariff

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// A Rounding says how the milliseconds of one session are rounded up before
// they are charged. Azure states millisecond precision for VoIP and nothing
// for telephone legs, so it is a setting of each meter.
type Rounding string

// The rounding rules; the zero value is RoundExact.
const (
	RoundExact  Rounding = "exact"
	RoundSecond Rounding = "second"
	RoundSix    Rounding = "6s"
	RoundMinute Rounding = "minute"
)

// Step returns the block in milliseconds up to which time is rounded.
func (r Rounding) Step() int64 {
	switch r {
	case RoundSecond:
		return 1_000
	case RoundSix:
		return 6_000
	case RoundMinute:
		return 60_000
	}
	return 1
}

// A Midnight says on which UTC day a session over midnight is booked.
type Midnight string

// The midnight rules; the zero value is MidnightSplit.
const (
	MidnightSplit    Midnight = "split"
	MidnightFirstDay Midnight = "first_day"
	MidnightLastDay  Midnight = "last_day"
)

// A File is a file that a tariff was read from.
type File struct {
	Path   string
	SHA256 string // 64 hex digits
}

// A Rate is a price found for one meter on one day.
type Rate struct {
	// Price is per minute, participant-minute or message.
	Price decimal.Decimal
	// Row says where the price stands: "rates, line 3".
	Row string
	// Note says what a reader has to know of the choice; mostly empty.
	Note string
}

// A Tariff is a price book that has been read. A nil Tariff is the tariff of
// nobody's book: no rates, no listed bots, exact rounding, split at midnight.
type Tariff struct {
	currency  string
	version   string
	files     []File
	rates     map[string][]rateRow // by meter, newest from first
	zero      map[string]bool      // zero-rated meters
	prefixes  map[string]prefixRow
	longest   int // digits of the longest prefix in prefixes and rates
	bots      map[string]BotKind
	rounding  map[string]Rounding
	midnight  Midnight
	billPause bool
}

// rateRow is one entry of a book's list of rates.
type rateRow struct {
	price   decimal.Decimal
	from    string // YYYY-MM-DD; empty: from the beginning
	country string
	prefix  string
	row     string
}

// Currency is the book's ISO 4217 code, empty without a book.
func (t *Tariff) Currency() string {
	if t == nil {
		return ""
	}
	return t.currency
}

// Version identifies the book and its file of prefixes by content: 64 hex
// digits, empty without a book.
func (t *Tariff) Version() string {
	if t == nil {
		return ""
	}
	return t.version
}

// Files lists the files that the tariff was read from, the book first.
func (t *Tariff) Files() []File {
	if t == nil {
		return nil
	}
	return append([]File(nil), t.files...)
}

// Rounding is the rule for a meter's time, applied once per session and meter.
func (t *Tariff) Rounding(meter string) Rounding {
	if t == nil || t.rounding[meter] == "" {
		return RoundExact
	}
	return t.rounding[meter]
}

// Midnight is the rule for sessions over midnight UTC.
func (t *Tariff) Midnight() Midnight {
	if t == nil || t.midnight == "" {
		return MidnightSplit
	}
	return t.midnight
}

// BillsPauses reports whether the paused time of a recording counts as
// recorded. No source says what Azure does, so it is a setting; by default it
// does not count.
func (t *Tariff) BillsPauses() bool { return t != nil && t.billPause }

// Bot returns the kind that the book gives to a bot's raw id.
func (t *Tariff) Bot(rawID string) (BotKind, bool) {
	if t == nil {
		return "", false
	}
	k, ok := t.bots[botKey(rawID)]
	return k, ok
}

// Rate finds the price of a meter on a UTC day. number is the raw id or number
// that was dialled, for outbound telephone legs; empty where it is not known.
// Where there is no price, ok is false and the Rate's Note says why.
func (t *Tariff) Rate(meter string, day time.Time, number string) (r Rate, ok bool) {
	if t == nil {
		return Rate{Note: "no price book was given"}, false
	}
	if t.zero[meter] {
		return Rate{Row: "catalogue: zero-rated"}, true
	}
	on := day.UTC().Format(time.DateOnly)
	if meter == PSTNOut {
		return t.outbound(on, digits(number))
	}
	return t.byCountry(meter, on)
}

// byCountry picks the newest row in force. The evidence never tells the
// country of the operator's own number, so rows of several countries leave the
// price open; a book with one country leaves no choice.
func (t *Tariff) byCountry(meter, on string) (Rate, bool) {
	var best *rateRow
	countries := map[string]bool{}
	rows := t.rates[meter]
	for i := range rows {
		if rows[i].from > on {
			continue
		}
		countries[rows[i].country] = true
		if best == nil {
			best = &rows[i] // rows are sorted, the newest first
		}
	}
	switch {
	case best == nil && len(rows) == 0:
		return Rate{Note: "the price book has no rate for this meter"}, false
	case best == nil:
		return Rate{Note: "the price book has no rate for this meter on this day"}, false
	case len(countries) > 1:
		return Rate{Note: "the price book has rates of several countries and the number's country is not in the evidence"}, false
	}
	r := Rate{Price: best.price, Row: best.row}
	if best.country != "" {
		r.Note = "rate of " + best.country + ", the only country in the price book"
	}
	return r, true
}

// outbound picks the row with the longest prefix of the number; at equal
// length the book's own row wins over the file of prefixes, which is a public
// list, and the newer over the older.
func (t *Tariff) outbound(on, number string) (Rate, bool) {
	if number == "" {
		return t.anyDestination(on)
	}
	for n := min(len(number), t.longest); n >= 0; n-- {
		prefix := number[:n]
		for _, row := range t.rates[PSTNOut] {
			if row.prefix == prefix && row.from <= on {
				return Rate{Price: row.price, Row: row.row}, true
			}
		}
		if p, ok := t.prefixes[prefix]; ok && n > 0 {
			return Rate{Price: p.price, Row: p.row}, true
		}
	}
	return Rate{Note: "the price book has no rate for this destination"}, false
}

// anyDestination prices a leg whose destination is not known: only a book that
// asks one price of all destinations can.
func (t *Tariff) anyDestination(on string) (Rate, bool) {
	if len(t.prefixes) == 0 {
		flat := true
		for _, row := range t.rates[PSTNOut] {
			flat = flat && row.prefix == ""
		}
		for _, row := range t.rates[PSTNOut] {
			if flat && row.from <= on {
				return Rate{Price: row.price, Row: row.row}, true
			}
		}
	}
	return Rate{Note: "the number that was dialled is not known"}, false
}

// digits takes the digits of a telephone number out of a raw id such as
// "4:+14255550100" or "4:+14255550100_asserted"; empty where there is none.
func digits(id string) string {
	id = strings.TrimSpace(id)
	id = strings.TrimPrefix(id, "4:")
	id, _, _ = strings.Cut(id, "_")
	id, plus := strings.CutPrefix(id, "+")
	var b strings.Builder
	for _, c := range id {
		switch {
		case c >= '0' && c <= '9':
			b.WriteRune(c)
		case c == ' ' || c == '-' || c == '(' || c == ')' || c == '.':
		default:
			return "" // a GUID or a withheld number
		}
	}
	// A GUID has a hyphen too, but no plus, and is longer than any number
	// (E.164 allows 15 digits).
	if b.Len() > 15 || (!plus && b.Len() < 7) {
		return ""
	}
	return b.String()
}
