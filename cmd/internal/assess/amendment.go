package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/rule"
	"rollcall/rules/succession"
	"rollcall/schema"
)

// An amendment writes down what becomes of the findings on some sessions of a
// call that are judged again under the version that counts. A finding that is no
// more keeps its row, with a status that says so.
type amendment struct {
	w      *writer
	call   string
	parts  []Part          // as they are judged now
	rules  map[string]bool // that judge sessions: the others' findings on them stand
	at     time.Time
	policy string
}

func (a amendment) findings(ctx context.Context) error {
	held, err := a.held(ctx)
	if err != nil {
		return err
	}
	in := succession.Input{
		At: a.at, Sessions: map[string]bool{}, Heirs: map[string][]string{a.call: {a.call}}, Policies: map[string]string{a.call: a.policy},
	}
	of := map[string]*succession.Exposure{} // by the id of the finding on it
	on := map[string][]succession.Held{}    // by session
	for _, h := range held {
		on[h.Subject] = append(on[h.Subject], h)
	}
	for _, p := range a.parts {
		in.Sessions[p.Session.ID] = true
		for _, o := range p.Obligations {
			e := succession.Exposure{
				CallID: a.call, SessionID: o.SessionID, RawID: o.RawID, EndpointID: o.EndpointID, Capture: o.Capture, Ordinal: o.Ordinal,
				From: o.ExposedAt, Until: until(o), Result: o.Result,
			}
			in.Exposures = append(in.Exposures, e)
			for _, h := range on[o.SessionID] {
				if h.Capture == o.Capture {
					of[rule.FindingID(h.Rule, o.SessionID, o.Capture, fmt.Sprint(o.Ordinal))] = &e
				}
			}
		}
		for _, f := range p.Findings {
			_, before := held[f.ID]
			in.Found = append(in.Found, succession.Found{Finding: f, Before: before})
		}
	}
	var back []schema.FindingChange // that are found again
	closed, err := closedFindings(ctx, a.w.conn, []string{a.call}, in.Policies, a.at)
	if err != nil {
		return err
	}
	for _, f := range in.Found {
		c, was := closed[f.ID]
		if _, stays := held[f.ID]; stays {
			delete(held, f.ID)
		} else if was {
			if c, err = c.Named(); err != nil {
				return err
			}
			back = append(back, c)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(held)) {
		h := held[id]
		h.Of = of[id]
		in.Held = append(in.Held, h)
	}
	changes, err := succession.Changes(in)
	if err != nil {
		return err
	}
	if err := a.w.change(ctx, append(changes, back...)); err != nil {
		return err
	}
	return a.close(ctx, changes)
}

// held are the findings that stand of those that judging the sessions gives, by
// id.
func (a amendment) held(ctx context.Context) (map[string]succession.Held, error) {
	held := map[string]succession.Held{}
	for parts := range slices.Chunk(a.parts, unitsAtOnce) {
		subjects := make([]string, len(parts))
		for i, p := range parts {
			subjects[i] = p.Session.ID
		}
		err := each(ctx, a.w.conn, "the findings before", `SELECT version, id, rule, status, tenant, app, subject, raw_id, capture, first_at, policy_version
FROM findings AS f FINAL WHERE call_id = ? AND version = ? AND subject IN (?) AND `+stands, []any{a.call, a.w.version, subjects}, func(rows driver.Rows) error {
			h := succession.Held{Finding: schema.Finding{CallID: a.call}}
			var first *time.Time
			if err := rows.Scan(&h.Version, &h.ID, &h.Rule, &h.Status, &h.Tenant, &h.App, &h.Subject, &h.RawID, &h.Capture, &first, &h.PolicyVersion); err != nil {
				return err
			}
			h.FirstAt = deref(first)
			if a.rules[h.Rule] {
				held[h.ID] = h
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return held, nil
}

// close marks the findings that are no more.
func (a amendment) close(ctx context.Context, changes []schema.FindingChange) error {
	ids := map[string][]string{} // by status
	for _, c := range changes {
		ids[c.After.Status] = append(ids[c.After.Status], c.Finding)
	}
	for _, status := range slices.Sorted(maps.Keys(ids)) {
		for some := range slices.Chunk(ids[status], peopleAtOnce) {
			err := a.w.conn.Exec(ctx, "INSERT INTO findings SELECT * REPLACE (? AS status) FROM findings FINAL WHERE call_id = ? AND version = ? AND id IN (?)",
				status, a.call, a.w.version, some)
			if err != nil {
				return fmt.Errorf("close findings: %w", err)
			}
		}
	}
	return nil
}

// until is the end of the exposure of an obligation; zero while it goes on.
func until(o schema.Obligation) time.Time {
	if o.LeftAt.IsZero() || !o.EpisodeEnd.IsZero() && o.EpisodeEnd.Before(o.LeftAt) {
		return o.EpisodeEnd
	}
	return o.LeftAt
}
