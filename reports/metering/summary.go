package metering

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

// A Row is usage of one meter at one rate, summed: a row of usage.csv. Raw is
// added up first; Quantity and Cost are computed from the sum.
type Row struct {
	Day      string // YYYY-MM-DD, UTC; empty in sums over days
	Resource string
	Tenant   string // only in sums by app
	App      string // only in sums by app
	Meter    string
	Unit     string
	Raw      int64  // milliseconds, or a count
	Rate     string // decimal; empty: unpriced
	Currency string
	Quantity string // decimal, at most 6 places
	Cost     string // decimal, at most 10 places; empty: unpriced
}

// A Cause is usage that went to the bucket "unmapped" for one cause.
type Cause struct {
	Cause    string
	Unit     string
	Raw      int64
	Quantity string
	Lines    int64
}

// A NotBilled is usage that was consumed and is not charged: zero-rated meters
// by tenant and app, and sessions that have no meter at all, by reason.
type NotBilled struct {
	Reason   string
	Tenant   string
	App      string
	Meter    string // empty for sessions without a meter
	Unit     string
	Raw      int64
	Quantity string
	Lines    int64 // or sessions, where there is no meter
}

// A Summary adds up usage lines, one at a time and in any order. What it holds
// grows with the days, resources, apps, meters and rates in use, not with the
// number of lines or calls. The zero value is ready to use; it is not safe for
// concurrent use.
type Summary struct {
	rows   map[Row]int64
	apps   map[Row]int64
	causes map[Cause]tally
	idle   map[NotBilled]tally
}

// tally is a sum with the number of its parts.
type tally struct{ raw, lines int64 }

// Add adds one line. It fails where a sum leaves the range of 64 bits: the
// input is then broken, because the range is 292 million years.
func (s *Summary) Add(l schema.UsageLine) error {
	if s.rows == nil {
		*s = Summary{map[Row]int64{}, map[Row]int64{}, map[Cause]tally{}, map[NotBilled]tally{}}
	}
	row := Row{Day: l.Day, Resource: l.Resource, Meter: l.Meter, Unit: l.Unit, Rate: l.Rate, Currency: l.Currency}
	app := Row{Tenant: l.Tenant, App: l.App, Meter: l.Meter, Unit: l.Unit, Rate: l.Rate, Currency: l.Currency}
	err := addRaw(s.rows, row, l.Raw)
	if err == nil {
		err = addRaw(s.apps, app, l.Raw)
	}
	meter, known := tariff.Find(l.Meter)
	switch {
	case err != nil:
	case !known || l.Meter == tariff.Unmapped:
		cause, _, _ := strings.Cut(l.Note, "; ")
		err = addTally(s.causes, Cause{Cause: cause, Unit: l.Unit}, l.Raw)
	case meter.ZeroRated:
		err = addTally(s.idle, NotBilled{
			Reason: zeroRatedReason(meter), Tenant: l.Tenant, App: l.App, Meter: l.Meter, Unit: l.Unit,
		}, l.Raw)
	}
	if err != nil {
		return fmt.Errorf("usage line %s of call %s: %w", l.LineID, l.CallID, err)
	}
	return nil
}

// zeroRatedReason says why Azure doesn't charge a zero-rated meter.
func zeroRatedReason(m tariff.Meter) string {
	if m.Name == tariff.RecordingTeams {
		return "recorded by Teams"
	}
	return "covered by the Teams licence"
}

// AddFree adds a session that has no meter.
func (s *Summary) AddFree(f Free) error {
	if s.rows == nil {
		*s = Summary{map[Row]int64{}, map[Row]int64{}, map[Cause]tally{}, map[NotBilled]tally{}}
	}
	return addTally(s.idle, NotBilled{Reason: "no meter: " + f.Reason, Unit: tariff.UnitParticipantMin}, f.Ms)
}

func addRaw[K comparable](m map[K]int64, k K, raw int64) error {
	sum, err := checkedAdd(m[k], raw)
	m[k] = sum
	return err
}

func addTally[K comparable](m map[K]tally, k K, raw int64) error {
	t := m[k]
	sum, err := checkedAdd(t.raw, raw)
	m[k] = tally{sum, t.lines + 1}
	return err
}

func checkedAdd(a, b int64) (int64, error) {
	if (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b) {
		return a, fmt.Errorf("the sum %d + %d leaves the range of 64 bits", a, b)
	}
	return a + b, nil
}

// Rows are the rows of usage.csv, sorted by day, resource, meter and rate.
func (s *Summary) Rows() []Row { return collect(s.rows) }

// Apps are the sums by tenant, app, meter and rate, sorted so.
func (s *Summary) Apps() []Row { return collect(s.apps) }

func collect(sums map[Row]int64) []Row {
	out := make([]Row, 0, len(sums))
	for r, raw := range sums {
		r.Raw = raw
		out = append(out, r.Priced())
	}
	slices.SortFunc(out, compareRows)
	return out
}

// Priced is the row with Quantity and Cost computed from Raw, Unit and Rate.
func (r Row) Priced() Row {
	r.Quantity, r.Cost = Quantity(r.Raw, r.Unit), ""
	if rate, err := decimal.NewFromString(r.Rate); err == nil {
		r.Cost = Cost(r.Raw, r.Unit, rate)
	}
	return r
}

func compareRows(a, b Row) int {
	return cmp.Or(
		strings.Compare(a.Day, b.Day), strings.Compare(a.Resource, b.Resource),
		strings.Compare(a.Tenant, b.Tenant), strings.Compare(a.App, b.App),
		cmp.Compare(tariff.Position(a.Meter), tariff.Position(b.Meter)), strings.Compare(a.Meter, b.Meter), strings.Compare(a.Unit, b.Unit),
		compareRates(a.Rate, b.Rate), strings.Compare(a.Currency, b.Currency),
	)
}

// compareRates orders rates by value, unpriced first.
func compareRates(a, b string) int {
	x, errX := decimal.NewFromString(a)
	y, errY := decimal.NewFromString(b)
	if errX != nil || errY != nil {
		return strings.Compare(a, b)
	}
	return x.Cmp(y)
}

// ByMeter adds up rows over days, resources and apps, one for each meter,
// unit, rate and currency, in catalogue order.
func ByMeter(rows []Row) ([]Row, error) {
	sums := map[Row]int64{}
	for _, r := range rows {
		k := Row{Meter: r.Meter, Unit: r.Unit, Rate: r.Rate, Currency: r.Currency}
		if err := addRaw(sums, k, r.Raw); err != nil {
			return nil, fmt.Errorf("meter %s: %w", r.Meter, err)
		}
	}
	return collect(sums), nil
}

// Unmapped is the usage without a meter by cause, the largest first.
func (s *Summary) Unmapped() []Cause {
	var out []Cause
	for c, t := range s.causes {
		c.Raw, c.Lines, c.Quantity = t.raw, t.lines, Quantity(t.raw, c.Unit)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Raw, a.Raw), strings.Compare(a.Cause, b.Cause), strings.Compare(a.Unit, b.Unit))
	})
	return out
}

// NotBilled is the usage that is consumed and not charged, sorted by reason,
// tenant, app and meter.
func (s *Summary) NotBilled() []NotBilled {
	var out []NotBilled
	for _, n := range slices.Collect(maps.Keys(s.idle)) {
		t := s.idle[n]
		n.Raw, n.Lines, n.Quantity = t.raw, t.lines, Quantity(t.raw, n.Unit)
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b NotBilled) int {
		return cmp.Or(strings.Compare(a.Reason, b.Reason), strings.Compare(a.Tenant, b.Tenant),
			strings.Compare(a.App, b.App), strings.Compare(a.Meter, b.Meter))
	})
	return out
}

// Totals are the calling minutes of a report in milliseconds: what the meters
// of the voip group counted, and who pays for it. Consumed = Billed + Covered.
type Totals struct {
	Consumed int64
	Billed   int64 // on meters that are charged to the ACS resource
	Covered  int64 // on meters that a Teams licence covers
	Unmapped int64 // time whose meter is not known; in none of the others
}

// TotalsOf adds up the calling minutes of rows.
func TotalsOf(rows []Row) (Totals, error) {
	var t Totals
	for _, r := range rows {
		m, _ := tariff.Find(r.Meter)
		to := &t.Billed
		switch {
		case r.Unit == tariff.UnitMessage:
			continue
		case m.Group == tariff.GroupUnmapped || m.Name == "":
			to = &t.Unmapped
		case m.Group != tariff.GroupVoIP:
			continue
		case m.ZeroRated:
			to = &t.Covered
		}
		sum, err := checkedAdd(*to, r.Raw)
		if err != nil {
			return t, err
		}
		*to = sum
	}
	consumed, err := checkedAdd(t.Billed, t.Covered)
	t.Consumed = consumed
	return t, err
}

// CostOf is the cost of rows of one currency as a decimal of at most 10
// places. The exact costs are added and the sum is rounded once, so a total
// is the same however the rows are grouped.
func CostOf(rows []Row, currency string) string {
	sum := new(big.Rat)
	for _, r := range rows {
		rate, err := decimal.NewFromString(r.Rate)
		if err != nil || r.Currency != currency {
			continue
		}
		cost := new(big.Rat).Mul(new(big.Rat).SetInt64(r.Raw), rate.Rat())
		sum.Add(sum, cost.Quo(cost, new(big.Rat).SetInt64(per(r.Unit))))
	}
	scaled := new(big.Int).Mul(sum.Num(), power10(costPlaces))
	return decimal.NewFromBigInt(divideHalfEven(scaled, sum.Denom()), -costPlaces).String()
}

// ByMeterName gives for summary.json the cost of each meter that has a rate,
// in the given currency, and the quantity of each that has usage without one.
// Messages of the bucket can't be added to its minutes and are "unmapped.message".
func ByMeterName(rows []Row, currency string) (cost, unpriced map[string]string, err error) {
	byMeter, bare := map[string][]Row{}, map[Row]int64{}
	for _, r := range rows {
		if r.Rate != "" {
			byMeter[r.Meter] = append(byMeter[r.Meter], r)
			continue
		}
		// One entry for a meter: in the bucket, minutes and participant-minutes
		// are both divided by 60,000.
		k := Row{Meter: r.Meter, Unit: tariff.UnitMinute}
		if r.Unit == tariff.UnitMessage {
			k.Unit = tariff.UnitMessage
		}
		if err := addRaw(bare, k, r.Raw); err != nil {
			return nil, nil, fmt.Errorf("meter %s: %w", r.Meter, err)
		}
	}
	cost, unpriced = map[string]string{}, map[string]string{}
	for meter, rows := range byMeter {
		cost[meter] = CostOf(rows, currency)
	}
	for k, raw := range bare {
		name := k.Meter
		if name == tariff.Unmapped && k.Unit == tariff.UnitMessage {
			name += ".message"
		}
		unpriced[name] = Quantity(raw, k.Unit)
	}
	return cost, unpriced, nil
}
