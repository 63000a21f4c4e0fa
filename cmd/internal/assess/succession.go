package assess

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/rule"
	"rollcall/rules/succession"
	"rollcall/schema"
)

// Where the versions that count are written down.
const (
	ofCalls    = "SELECT call_id, version FROM calls_current WHERE call_id IN (?)"
	ofSubjects = "SELECT subject_id, version FROM subjects FINAL WHERE subject_id IN (?)"
)

// heirs are the calls that took over the evidence of each stored call, itself
// among them where it is evaluated again, and every call that is evaluated.
func (a around) heirs() map[string][]string {
	of := map[string][]string{}
	for id := range a.about {
		of[id] = []string{id}
	}
	for _, c := range a.stored {
		var heirs []string
		for _, key := range c.keys {
			if id, ok := a.resolution.Calls[key]; ok {
				heirs = append(heirs, id)
			}
		}
		slices.Sort(heirs)
		of[c.id] = slices.Compact(append(of[c.id], heirs...))
	}
	for id := range of {
		slices.Sort(of[id])
		of[id] = slices.Compact(of[id])
	}
	return of
}

// stands picks the findings f that were not taken back while their version
// counted (amendment).
const stands = "f.status NOT IN ('" + schema.FindingWithdrawn + "', '" + schema.FindingSuperseded + "')"

// How many calls, and how many findings, are asked for at once: a query is to
// stay below the length that ClickHouse takes.
const (
	unitsAtOnce  = 200
	peopleAtOnce = 400
)

// succeed writes what became of the findings of calls, or of other subjects,
// that the version of w, whose rows are written but don't count yet, no longer
// has. current says which versions count. Written before the version counts, a
// change is written again, under the same id, by whoever evaluates after a crash.
//
// Of a meeting of ten thousand most findings stay: which do not is asked of
// ClickHouse, and only of those more is read.
func succeed(ctx context.Context, w *writer, current string, heirs map[string][]string) error {
	for units := range slices.Chunk(slices.Sorted(maps.Keys(heirs)), unitsAtOnce) {
		s := successor{w: w, current: current, heirs: heirs, units: units, at: time.Unix(0, int64(w.version))}
		for _, id := range units {
			s.after = append(s.after, heirs[id]...)
		}
		slices.Sort(s.after)
		if s.after = slices.Compact(s.after); len(s.after) == 0 {
			// Of these calls no evidence is left: what was found on them is withdrawn.
			s.after = []string{""}
		}
		if err := s.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

type successor struct {
	w            *writer
	current      string // the query of the versions that count
	heirs        map[string][]string
	units, after []string // ids of calls, or subjects, before and after
	at           time.Time
}

func (s successor) run(ctx context.Context) error {
	held, err := s.heldFindings(ctx)
	if err != nil {
		return err
	}
	changes, err := s.returned(ctx)
	if err != nil {
		return err
	}
	// The findings on one person are judged together, as far as may be.
	slices.SortFunc(held, func(a, b succession.Held) int {
		return cmp.Or(strings.Compare(a.RawID, b.RawID), strings.Compare(a.Subject, b.Subject), strings.Compare(a.ID, b.ID))
	})
	for some := range slices.Chunk(held, peopleAtOnce) {
		more, err := s.changes(ctx, some)
		if err != nil {
			return err
		}
		changes = append(changes, more...)
	}
	return s.w.change(ctx, changes)
}

// heldFindings are the findings that the version before had and this one has
// not, and those that stay and of which a person has said something.
func (s successor) heldFindings(ctx context.Context) (out []succession.Held, err error) {
	// Ids are compared as numbers: the half million of a large meeting are held in
	// memory meanwhile.
	const number = "reinterpretAsUInt128(unhex(id))"
	const found = "SELECT " + number + " FROM findings WHERE call_id IN (?) AND version = ?"
	sql := `SELECT call_id, version, id, rule, status, tenant, app, subject, raw_id, capture, first_at, policy_version, ` + number + ` GLOBAL IN (` + found + `) AS stays
FROM findings AS f FINAL WHERE f.call_id IN (?) AND (f.call_id, f.version) GLOBAL IN (` + s.current + `) AND ` + stands + `
AND (NOT stays OR f.id GLOBAL IN (
    SELECT finding_id FROM finding_changes WHERE call_id IN (?) UNION ALL SELECT successor FROM finding_changes WHERE successor_call IN (?)
))`
	err = each(ctx, s.w.conn, "the findings before", sql, []any{s.after, s.w.version, s.units, s.units, s.units, s.units}, func(rows driver.Rows) error {
		var h succession.Held
		var first *time.Time
		var stays uint8
		if err := rows.Scan(&h.CallID, &h.Version, &h.ID, &h.Rule, &h.Status, &h.Tenant, &h.App, &h.Subject, &h.RawID, &h.Capture, &first, &h.PolicyVersion, &stays); err != nil {
			return err
		}
		h.FirstAt, h.Stays = deref(first), stays == 1
		out = append(out, h)
		return nil
	})
	return out, err
}

// changes judges some of the findings held.
func (s successor) changes(ctx context.Context, held []succession.Held) ([]schema.FindingChange, error) {
	var subjects, people []string
	for _, h := range held {
		subjects, people = append(subjects, h.Subject), append(people, h.RawID)
	}
	slices.Sort(subjects)
	slices.Sort(people)
	subjects, people = slices.Compact(subjects), slices.Compact(people)
	in := succession.Input{Held: held, Heirs: s.heirs, Policies: s.w.judged, At: s.at, Sessions: map[string]bool{}}
	const exposures = `SELECT call_id, session_id, raw_id, endpoint_id, capture, ordinal, exposed_at, if(left_at IS NULL OR episode_end < left_at, episode_end, left_at), result FROM obligations AS o FINAL WHERE `
	of := map[string]*succession.Exposure{}
	err := each(ctx, s.w.conn, "the exposures before", exposures+"o.call_id IN (?) AND (o.call_id, o.version) GLOBAL IN ("+s.current+") AND session_id IN (?)",
		[]any{s.units, s.units, subjects}, func(rows driver.Rows) error {
			e, err := scanExposure(rows)
			for _, h := range held {
				if h.Subject == e.SessionID && h.Capture == e.Capture {
					of[rule.FindingID(h.Rule, e.SessionID, e.Capture, fmt.Sprint(e.Ordinal))] = &e
				}
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	for i := range held {
		held[i].Of = of[held[i].ID]
	}
	err = each(ctx, s.w.conn, "the exposures", exposures+"o.call_id IN (?) AND o.version = ? AND (session_id IN (?) OR raw_id IN (?))",
		[]any{s.after, s.w.version, subjects, people}, func(rows driver.Rows) error {
			e, err := scanExposure(rows)
			in.Exposures = append(in.Exposures, e)
			return err
		})
	if err != nil {
		return nil, err
	}
	err = each(ctx, s.w.conn, "the sessions", "SELECT DISTINCT session_id FROM sessions WHERE call_id IN (?) AND version = ? AND session_id IN (?)",
		[]any{s.after, s.w.version, subjects}, func(rows driver.Rows) error {
			var id string
			err := rows.Scan(&id)
			in.Sessions[id] = true
			return err
		})
	if err != nil {
		return nil, err
	}
	err = each(ctx, s.w.conn, "the findings", `SELECT call_id, id, rule, subject, raw_id, capture, first_at, id GLOBAL IN (
    SELECT f.id FROM findings AS f FINAL WHERE f.call_id IN (?) AND (f.call_id, f.version) GLOBAL IN (`+s.current+`) AND `+stands+`
)
FROM findings AS n FINAL WHERE n.call_id IN (?) AND n.version = ? AND (subject IN (?) OR raw_id IN (?))`,
		[]any{s.units, s.units, s.after, s.w.version, subjects, people}, func(rows driver.Rows) error {
			var f succession.Found
			var first *time.Time
			var before uint8
			err := rows.Scan(&f.CallID, &f.ID, &f.Rule, &f.Subject, &f.RawID, &f.Capture, &first, &before)
			f.FirstAt, f.Before = deref(first), before == 1
			in.Found = append(in.Found, f)
			return err
		})
	if err != nil {
		return nil, err
	}
	return succession.Changes(in)
}

func scanExposure(rows driver.Rows) (e succession.Exposure, err error) {
	var from, until *time.Time
	var ordinal uint32
	var result string
	err = rows.Scan(&e.CallID, &e.SessionID, &e.RawID, &e.EndpointID, &e.Capture, &ordinal, &from, &until, &result)
	e.Ordinal, e.From, e.Until, e.Result = int(ordinal), deref(from), deref(until), schema.Result(result)
	return e, err
}

// returned are the findings that were closed by an evaluation and are found
// again.
func (s successor) returned(ctx context.Context) (out []schema.FindingChange, err error) {
	closed, err := closedFindings(ctx, s.w.conn, s.after, s.w.judged, s.at)
	if err != nil {
		return nil, err
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(closed)), peopleAtOnce) {
		err := each(ctx, s.w.conn, "the findings", "SELECT DISTINCT id FROM findings WHERE call_id IN (?) AND version = ? AND id IN (?) ORDER BY id",
			[]any{s.after, s.w.version, ids}, func(rows driver.Rows) error {
				var id string
				if err := rows.Scan(&id); err != nil {
					return err
				}
				c, err := closed[id].Named()
				out = append(out, c)
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// closedFindings lists, by id, the findings of calls that an evaluation closed,
// each with the change that it would be to find it again at an instant, by the
// policies that judge the calls then.
func closedFindings(ctx context.Context, conn driver.Conn, calls []string, policies map[string]string, at time.Time) (map[string]schema.FindingChange, error) {
	sql := `SELECT finding_id, argMax(call_id, (at, change_id)), argMax(tenant, (at, change_id)), argMax(change_id, (at, change_id)), argMax(action, (at, change_id)) AS last, argMax(JSONExtractString(record, 'policy'), (at, change_id))
FROM finding_changes WHERE call_id IN (?) AND action IN ('` + string(schema.ActionSupersede) + `', '` + string(schema.ActionWithdraw) + `', '` + string(schema.ActionReturn) + `')
GROUP BY finding_id HAVING last != '` + string(schema.ActionReturn) + `' ORDER BY finding_id`
	closed := map[string]schema.FindingChange{}
	return closed, each(ctx, conn, "the findings that were closed", sql, []any{calls}, func(rows driver.Rows) error {
		c := schema.FindingChange{At: at, Who: schema.Evaluation, Action: schema.ActionReturn}
		var last, closedBy string
		if err := rows.Scan(&c.Finding, &c.CallID, &c.Tenant, &c.Undoes, &last, &closedBy); err != nil {
			return err
		}
		basis := "by the evidence now"
		if c.Policy = policies[c.CallID]; c.Policy != "" && closedBy != "" && c.Policy != closedBy {
			basis = succession.ByPolicy(c.Policy, closedBy)
		}
		c.Reason = basis + " it is found again"
		c.Before.Status, c.After.Status = schema.FindingWithdrawn, schema.FindingNew
		if last == string(schema.ActionSupersede) {
			c.Before.Status = schema.FindingSuperseded
		}
		closed[c.Finding] = c
		return nil
	})
}

// change adds changes of findings.
func (w *writer) change(ctx context.Context, changes []schema.FindingChange) error {
	rows := pending{insert: schema.InsertFindingChange}
	for _, c := range changes {
		row, err := c.Row()
		if err != nil {
			return err
		}
		rows.rows = append(rows.rows, row)
	}
	return w.send(ctx, &rows)
}
