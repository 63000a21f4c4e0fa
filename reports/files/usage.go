package files

import (
	"io"
	"iter"
	"strconv"
	"strings"

	"rollcall/reports/metering"
	"rollcall/schema"
)

// UsageLines writes usage_lines.csv with the columns of design.md, section 8.
// The lines come sorted by metering.Compare; an error among them ends the file.
func UsageLines(w io.Writer, lines iter.Seq2[schema.UsageLine, error]) error {
	c, err := NewCSV(w, "line_id", "day", "tenant", "app", "resource_id", "call_id", "session_id",
		"participant_id", "raw_id", "meter", "unit", "raw", "quantity", "rate", "currency", "cost",
		"tariff_row", "tariff_version", "evidence", "correction_of", "note")
	if err != nil {
		return err
	}
	for l, err := range lines {
		if err != nil {
			return err
		}
		err := c.Row(Plain(l.LineID), Plain(l.Day), Text(l.Tenant), Text(l.App), Text(l.Resource),
			Text(l.CallID), Text(l.SessionID), Text(l.ParticipantID), Text(l.RawID), Text(l.Meter),
			Plain(l.Unit), Plain(strconv.FormatInt(l.Raw, 10)), Plain(l.Quantity), Plain(l.Rate),
			Plain(l.Currency), Plain(l.Cost), Text(l.TariffRow), Plain(l.TariffVersion),
			Text(strings.Join(l.Evidence, " ")), Plain(l.CorrectionOf), Text(l.Note))
		if err != nil {
			return err
		}
	}
	return c.Close()
}

// Usage writes usage.csv with the columns of design.md, section 8.
func Usage(w io.Writer, rows []metering.Row) error {
	c, err := NewCSV(w, "day", "resource_id", "meter", "unit", "raw", "quantity", "rate", "currency", "cost")
	if err != nil {
		return err
	}
	for _, r := range rows {
		err := c.Row(Plain(r.Day), Text(r.Resource), Text(r.Meter), Plain(r.Unit),
			Plain(strconv.FormatInt(r.Raw, 10)), Plain(r.Quantity), Plain(r.Rate), Plain(r.Currency), Plain(r.Cost))
		if err != nil {
			return err
		}
	}
	return c.Close()
}
