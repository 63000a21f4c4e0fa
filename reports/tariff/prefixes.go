package tariff

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"
)

// prefixRow is one destination of the file of outbound telephone rates.
type prefixRow struct {
	price decimal.Decimal
	row   string
}

// prefixHeader is the header of the public rate file
// (Azure/Communication, pricing/communication-services-pstn-rates.csv).
const prefixHeader = "Destination Name,Destination Type,Country,Prefix,Price / min"

var (
	prefixForm = regexp.MustCompile(`^[0-9]{1,15}$`)
	rateForm   = regexp.MustCompile(`^(?:0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?$`)
)

// parsePrefixes reads the file of outbound telephone rates. Every mistake is
// reported with file and line.
func parsePrefixes(name string, data []byte) (map[string]prefixRow, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil || strings.Join(header, ",") != prefixHeader {
		return nil, fmt.Errorf("%s:1: expected the header %q", name, prefixHeader)
	}
	rows := map[string]prefixRow{}
	lines := map[string]int{}
	var errs problems
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			errs.add("%s:%d:%d: not CSV: %v", name, syntax.Line, syntax.Column, syntax.Err)
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		at := fmt.Sprintf("%s:%d", name, line)
		if len(rec) != 5 {
			errs.add("%s: %d fields, expected 5: %s", at, len(rec), prefixHeader)
			continue
		}
		prefix, price := strings.TrimSpace(rec[3]), strings.TrimSpace(rec[4])
		if !prefixForm.MatchString(prefix) {
			errs.add("%s: Prefix %q: expected 1 to 15 digits without +", at, clip(prefix))
			continue
		}
		if !rateForm.MatchString(price) {
			errs.add("%s: Price / min %q: expected a decimal such as 0.013", at, clip(price))
			continue
		}
		if first, twice := lines[prefix]; twice {
			errs.add("%s: Prefix %s is in line %d already", at, prefix, first)
			continue
		}
		lines[prefix] = line
		d, err := decimal.NewFromString(price)
		if err != nil {
			errs.add("%s: Price / min %q: %v", at, clip(price), err)
			continue
		}
		rows[prefix] = prefixRow{d, fmt.Sprintf("pstn_outbound, line %d, prefix %s", line, prefix)}
	}
	return rows, errs.err()
}
