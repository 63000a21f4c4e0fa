package metering

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"rollcall/reports/tariff"
	"rollcall/schema"
)

// Options is what metering needs besides the call and the tariff.
type Options struct {
	// Now bounds what is still open. Evidence never lies after it.
	Now time.Time
	// Owner says whose session it is by the policy's map; nil takes the app
	// that the session itself names, and no tenant. For a recording it is
	// asked with a session that has nothing but the resource.
	Owner func(schema.Session) (app, tenant string)
}

// Free is a session that Azure doesn't charge and that has no meter: it makes
// no line, and is counted so that its time is accounted for.
type Free struct {
	SessionID string
	Reason    string // "server endpoint", "bot of kind recording", …
	Ms        int64
}

// Call meters a call: the lines of its sessions, recordings, streams and
// messages, sorted by Compare. Amounts are rounded by the meter's rule once for each session (for
// an unmixed recording, for each session in each recording) and then booked on
// days, so the lines of one session and meter add up exactly to its amount.
func Call(c schema.Call, t *tariff.Tariff, o Options) []schema.UsageLine {
	m := meterer{call: c, tariff: t, opt: o}
	for _, s := range c.Sessions {
		m.session(s)
	}
	for i := range c.Recordings {
		m.recording(c.Recordings[i])
	}
	for i := range c.Streams {
		m.stream(c.Streams[i])
	}
	m.messages()
	slices.SortFunc(m.lines, Compare)
	return m.lines
}

// FreeSessions lists the sessions of a call that Azure doesn't charge and that
// no meter counts, sorted by session id. Their time is up to now.
func FreeSessions(c schema.Call, t *tariff.Tariff, o Options) []Free {
	m := meterer{call: c, tariff: t, opt: o}
	var out []Free
	for _, s := range c.Sessions {
		if v := classify(c, s, t); v.free != "" {
			spans, _ := m.interval(s)
			out = append(out, Free{s.ID, v.free, total(spans)})
		}
	}
	slices.SortFunc(out, func(a, b Free) int { return strings.Compare(a.SessionID, b.SessionID) })
	return out
}

// Compare orders usage lines as usage_lines.csv does: by day, call, session,
// meter and at last line id, which no two lines share.
func Compare(a, b schema.UsageLine) int {
	for _, p := range [...][2]string{
		{a.Day, b.Day}, {a.CallID, b.CallID}, {a.SessionID, b.SessionID}, {a.Meter, b.Meter}, {a.LineID, b.LineID},
	} {
		if c := strings.Compare(p[0], p[1]); c != 0 {
			return c
		}
	}
	return 0
}

// meterer collects the lines of one call.
type meterer struct {
	call   schema.Call
	tariff *tariff.Tariff
	opt    Options
	lines  []schema.UsageLine
}

// interval is a session's time as a list of at most one span, with what the
// reader of its lines must know about the bounds.
func (m *meterer) interval(s schema.Session) ([]span, string) {
	joined, left := s.Joined.At, s.Left.At
	switch {
	case joined.IsZero():
		return nil, "the time of joining is not known"
	case left.IsZero():
		note := "still open, metered up to " + instant(m.opt.Now)
		return union([]span{{joined.UnixMilli(), m.opt.Now.UnixMilli()}}), note
	case left.Before(joined):
		return nil, "the session ends before it begins"
	}
	note := ""
	if s.Left.Source.Assumed() || s.Joined.Source.Assumed() {
		note = "bounds are assumed: " + assumed(s)
	}
	return union([]span{{joined.UnixMilli(), left.UnixMilli()}}), note
}

// assumed names the bounds that no source states.
func assumed(s schema.Session) string {
	var parts []string
	if s.Joined.Source.Assumed() {
		parts = append(parts, "joined by "+strings.TrimPrefix(string(s.Joined.Source), "assumed:"))
	}
	if s.Left.Source.Assumed() {
		parts = append(parts, "left by "+strings.TrimPrefix(string(s.Left.Source), "assumed:"))
	}
	return strings.Join(parts, ", ")
}

// session meters one session.
func (m *meterer) session(s schema.Session) {
	v := classify(m.call, s, m.tariff)
	if v.free != "" {
		return
	}
	spans, bounds := m.interval(s)
	u := m.usageOf(s)
	u.Meter = v.meter
	u.Evidence = s.Events
	if spans == nil && bounds != "" && !open(s) {
		// Time that nothing bounds can't be metered; a line of nothing in the
		// bucket says that the session was there.
		u.Meter = tariff.Unmapped
		m.add(u, "", []share{{m.someDay(s.Joined.At, s.Left.At), 0}}, "", bounds, v.note)
		return
	}
	days := m.amount(spans, total(spans), v.meter)
	m.add(u, "", days, dialled(s, v.meter), v.note, bounds)
}

func open(s schema.Session) bool { return !s.Joined.At.IsZero() && s.Left.At.IsZero() }

// dialled is the number that a session's price depends on.
func dialled(s schema.Session, meter string) string {
	if meter == tariff.PSTNOut {
		return s.RawID
	}
	return ""
}

// amount rounds an amount by the meter's rule and books it on the days of the
// spans it was used in.
func (m *meterer) amount(spans []span, ms int64, meter string) []share {
	rounded := roundUp(ms, m.tariff.Rounding(meter))
	rule := m.tariff.Midnight()
	return withSurplus(book(spans, ms, rule), rounded-ms)
}

// usageOf is a line with what is known of a session.
func (m *meterer) usageOf(s schema.Session) schema.UsageLine {
	u := schema.UsageLine{
		CallID: m.call.ID, SessionID: s.ID, ParticipantID: s.ParticipantID, RawID: s.RawID,
		Resource: resourceID(s.Resource, m.call.Resource),
	}
	u.App, u.Tenant = m.owner(s)
	return u
}

func (m *meterer) owner(s schema.Session) (app, tenant string) {
	if m.opt.Owner == nil {
		return s.App, ""
	}
	return m.opt.Owner(s)
}

// add appends one line for each day. key tells lines of several recordings,
// streams or senders of one call or session apart; the unit is the meter's
// where the line has none. Notes are joined by semicolons, for
// the bucket the cause first.
func (m *meterer) add(u schema.UsageLine, key string, days []share, number string, notes ...string) {
	u.Unit = cmp.Or(u.Unit, unitOf(u.Meter, u.SessionID))
	u.Evidence = slices.Clone(u.Evidence)
	slices.Sort(u.Evidence)
	u.Evidence = slices.Compact(u.Evidence)
	for _, d := range days {
		line := u
		line.Day = d.day.Format(time.DateOnly)
		line.Raw = d.ms
		why := m.price(&line, d.day, number)
		line.Note = joinNotes(append(slices.Clone(notes), why)...)
		line.LineID = lineID(u.CallID, key, u.SessionID, u.Meter, line.Day)
		m.lines = append(m.lines, line)
	}
}

// price sets what depends on the tariff and returns a note on the choice.
func (m *meterer) price(line *schema.UsageLine, day time.Time, number string) string {
	line.Quantity = Quantity(line.Raw, line.Unit)
	line.Currency = m.tariff.Currency()
	line.TariffVersion = m.tariff.Version()
	if line.Meter == tariff.Unmapped {
		return "" // its cause says more than a missing rate
	}
	rate, ok := m.tariff.Rate(line.Meter, day, number)
	if !ok {
		if m.tariff == nil {
			return "" // the cover says once that there was no price book
		}
		return "unpriced: " + rate.Note
	}
	line.Rate = rate.Price.String()
	line.Cost = Cost(line.Raw, line.Unit, rate.Price)
	line.TariffRow = rate.Row
	return rate.Note
}

// unitOf is the catalogue's unit; in the bucket a session's minutes are
// participant-minutes, a recording's or a stream's are minutes.
func unitOf(meter, session string) string {
	if meter == tariff.Unmapped && session != "" {
		return tariff.UnitParticipantMin
	}
	found, _ := tariff.Find(meter)
	return found.Unit
}

// someDay is the day to book a line on whose time is not known.
func (m *meterer) someDay(candidates ...time.Time) time.Time {
	for _, at := range append(candidates, m.call.Start.At, m.call.End.At) {
		if !at.IsZero() {
			return dayOf(at)
		}
	}
	return dayOf(m.opt.Now)
}

// resourceID is the first resource that is known, in the form of usage.csv:
// lower case, with a leading slash.
func resourceID(candidates ...string) string {
	for _, r := range candidates {
		r = strings.ToLower(strings.TrimSpace(r))
		switch {
		case r == "":
		case strings.HasPrefix(r, "subscriptions/"):
			return "/" + r
		default:
			return r
		}
	}
	return ""
}

// lineID is the same for the same usage in every run: 32 hex digits of a hash
// over what makes the line one.
func lineID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0}) // no id holds a zero byte, so parts can't run together
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func joinNotes(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "; ")
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
