package assess

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/brand"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// ofListings picks the events that say how apps present themselves.
const ofListings = "kind = 'rollcall.app.listing'"

// listingPrefix begins the ids of listings among subjects.
const listingPrefix = "listing\x00"

// listings judges the latest listing of each app that is known at now. Earlier
// ones are history: what was found of them closes.
func (s *subjects) listings(ctx context.Context) error {
	judged := map[string]bool{}
	err := eachListing(ctx, s.w.conn, s.terms, func(v brand.Version, out rule.Outcome, checks []brand.Check) {
		id := listingPrefix + v.App()
		judged[id] = true
		s.put(id, s.in.Policy, out)
		s.listingChecks(id, v, checks, out)
	})
	if err != nil {
		return err
	}
	before, err := s.stored(ctx, listingPrefix)
	if err != nil {
		return err
	}
	for _, id := range before {
		if !judged[id] {
			s.put(id, s.in.Policy, rule.Outcome{})
		}
	}
	return nil
}

// JudgeListings judges the listings of a store, and stores nothing.
func JudgeListings(ctx context.Context, conn driver.Conn, t Terms) (Judged, error) {
	var sum rule.Outcome
	err := eachListing(ctx, conn, t, func(_ brand.Version, out rule.Outcome, _ []brand.Check) { sum.Add(out) })
	return Judged{Findings: sum.Findings, Checks: sum.Checks}, err
}

// eachListing judges the latest listing of each app by the policy that is in force.
func eachListing(ctx context.Context, conn driver.Conn, t Terms, each func(brand.Version, rule.Outcome, []brand.Check)) error {
	latest, err := latestListings(ctx, conn, t.Now)
	if err != nil || len(latest) == 0 {
		return err
	}
	book, err := brand.New(t.Policy)
	if err != nil {
		return err
	}
	interop, err := interopOf(ctx, conn, t.Now, t.Policy.Brand().Window)
	if err != nil {
		return err
	}
	var gallery brand.Gallery
	if t.Gallery != nil {
		if gallery, err = t.Gallery(t.Policy); err != nil {
			gallery = brand.Gallery{Protected: brand.NoPictures(err), Others: brand.NoPictures(err)}
		}
	}
	for _, v := range latest {
		known := interop[v.Listing.AppID]
		known.Looked = true
		out, checks := catalogue.Listing(v, book, brand.Occasion{At: t.Now, Interop: known, Gallery: gallery}, catalogue.Input{Policy: t.Policy, Now: t.Now})
		each(v, out, checks)
	}
	return nil
}

// listingChecks takes what rules say of each part of a listing.
func (s *subjects) listingChecks(id string, v brand.Version, checks []brand.Check, out rule.Outcome) {
	tenant := s.in.Policy.App(schema.Session{App: v.App()}).Tenant
	next := 0 // findings come in the order of their checks
	for i, c := range checks {
		status := ""
		if next < len(out.Findings) && out.Findings[next].Rule == c.Rule && out.Findings[next].Result == string(c.Verdict) {
			status = out.Findings[next].Status
			next++
		}
		s.w.put(toListings, id, s.w.version, tenant, v.App(), v.Event, null(v.At), uint32(i+1), c.Rule, c.Field.Name, c.Field.Kind, c.Field.Locale,
			string(c.Verdict), status, c.Seen, c.Expected)
	}
}

// latestListings reads the listing of each app that counts at an instant. Of their
// many versions only one an app is held in memory.
func latestListings(ctx context.Context, conn driver.Conn, now time.Time) ([]brand.Version, error) {
	var shelf brand.Shelf
	var c copies
	keep := func() error {
		if !c.any {
			return nil
		}
		e, err := c.decoded()
		if err != nil {
			return err
		}
		if l := e.Facts.Listing; l != nil && (l.AppID != "" || l.AppName != "") {
			shelf.Put(brand.Version{Listing: *l, Event: e.ID, At: e.Time})
		}
		c = copies{}
		return nil
	}
	err := each(atNow(ctx, now, nil), conn, "the listings of apps", "SELECT "+eventColumns+" FROM events_one WHERE "+ofListings+" AND "+known+" ORDER BY event_id", nil,
		func(rows driver.Rows) error {
			r, err := scanRow(rows)
			if err != nil {
				return err
			}
			if c.any && c.event.ID != r.event.ID {
				if err := keep(); err != nil {
					return err
				}
			}
			c.add(r)
			return nil
		})
	if err == nil {
		err = keep()
	}
	return shelf.All(), err
}

// interopOf counts the calls in which each app's own users were with Teams, within
// a window before now.
func interopOf(ctx context.Context, conn driver.Conn, now time.Time, window time.Duration) (map[string]brand.Interop, error) {
	out := map[string]brand.Interop{}
	ctx = atNow(ctx, now, clickhouse.Parameters{"since": rule.Instant(now.Add(-window))})
	err := each(ctx, conn, "the calls of apps with Teams", `SELECT app, uniqExact(call_id), max(joined_at), argMax(call_id, (joined_at, call_id)) FROM sessions_current
WHERE app != '' AND startsWith(join_path, 'acs_app:') AND joined_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC') AND joined_at <= fromUnixTimestamp64Milli({now:Int64})
    AND call_id GLOBAL IN (SELECT call_id FROM calls_current WHERE teams)
GROUP BY app`, nil, func(rows driver.Rows) error {
		var app string
		var in brand.Interop
		var calls uint64
		var last *time.Time
		if err := rows.Scan(&app, &calls, &last, &in.CallID); err != nil {
			return err
		}
		in.Calls, in.Last = int(calls), deref(last)
		out[app] = in
		return nil
	})
	return out, err
}

// A listingWatch tells when a listing has become known, or the policy is another,
// since its last look. One that is stored ahead of the frontier is known later.
type listingWatch struct {
	seen   print
	policy string
}

// changed looks, and tells whether anything is new; taken is called when it was
// judged.
func (w *listingWatch) changed(ctx context.Context, conn driver.Conn, at time.Time, policy string) (is bool, taken func(), err error) {
	now := listingWatch{policy: policy}
	err = each(atNow(ctx, at, nil), conn, "whether a listing is new", "SELECT count(), sum(cityHash64(topic, epoch, partition, offset, idx, decoder)) FROM events WHERE "+ofListings+" AND "+known, nil, func(rows driver.Rows) error {
		return rows.Scan(&now.seen.rows, &now.seen.sum)
	})
	return now != *w, func() { *w = now }, err
}
