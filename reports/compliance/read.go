package compliance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/export"
	"rollcall/reports/timeline"
	"rollcall/schema"
)

// mostFailing is how many failing calls are drawn.
const mostFailing = 500

// attempts is how often a store that calls are judged in meanwhile is read
// again until its parts agree.
const attempts = 3

// Read reads a report from the results of a store. From and To of its scope
// limit it to obligations that began on those UTC days, and to findings of
// them.
func Read(ctx context.Context, store export.Store, cover Cover) (*Report, error) {
	var err error
	for range attempts {
		var r *Report
		if r, err = read(ctx, store, cover); err != nil {
			return nil, err
		}
		if err = r.ties(); err == nil {
			return r, nil
		}
	}
	return nil, err
}

// A dimension is what coverage is broken down by.
type dimension struct {
	name, title string
	heads       []string
	columns     []string // SQL
	days        bool
}

// dimensions are the breakdowns, in the order of the sheets.
var dimensions = []dimension{
	{"By day", "Coverage by day", []string{"Day (UTC)"}, []string{"toString(toDate(exposed_at, 'UTC'))"}, true},
	{"By app", "Coverage by app", []string{"Tenant", "App"}, []string{"tenant", "app"}, false},
	{"By capture", "Coverage by capture", []string{"Capture"}, []string{"capture"}, false},
	{"By client", "Coverage by client version", []string{"App", "App version", headSDK}, []string{"app", "app_version", "sdk_version"}, false},
	{"By join path", "Coverage by join path", []string{"Join path"}, []string{"join_path"}, false},
}

// countColumns are the columns of Counts.
const countColumns = `countIf(result = 'pass'), countIf(result = 'late'), countIf(result = 'missed'), countIf(result = 'no_evidence'),
countIf(result = 'too_short'), countIf(result = 'pending'), countIf(result = 'not_applicable'), countIf(assumed_ms > 0),
sumIf(exposure_ms, result IN ('pass', 'late', 'missed', 'no_evidence')), sumIf(assumed_ms, result IN ('pass', 'late', 'missed', 'no_evidence')),
sumIf(exposure_ms, result NOT IN ('pass', 'late', 'missed', 'no_evidence')), sumIf(assumed_ms, result NOT IN ('pass', 'late', 'missed', 'no_evidence'))`

func scanCounts(rows driver.Rows, before ...any) (Counts, error) {
	var n [8]uint64
	var c Counts
	to := before
	for i := range n {
		to = append(to, &n[i])
	}
	err := rows.Scan(append(to, &c.ExposureMs, &c.AssumedMs, &c.OutsideExposureMs, &c.OutsideAssumed)...)
	for i, p := range []*int64{&c.Pass, &c.Late, &c.Missed, &c.NoEvidence, &c.TooShort, &c.Pending, &c.NotApplicable, &c.OnAssumed} {
		*p = int64(n[i])
	}
	return c, err
}

type reader struct {
	ctx   context.Context
	store export.Store
	where string // of obligations
	args  []any
}

func read(ctx context.Context, store export.Store, cover Cover) (*Report, error) {
	rd := reader{ctx: ctx, store: store}
	rd.where, rd.args = store.Within("exposed_at")
	r := &Report{Cover: cover, Findings: store.FindingRows(ctx)}
	for _, step := range []func(*Report) error{
		rd.total, rd.tables, rd.reasons, rd.reported, rd.rules, rd.names, rd.brand, rd.policies, rd.failing,
	} {
		if err := step(r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// query runs a query over the obligations of the scope; %s stands for its
// condition.
func (rd reader) query(what, sql string, read func(driver.Rows) error) error {
	return rd.store.Query(rd.ctx, what, fmt.Sprintf(sql, rd.where), rd.args, read)
}

func (rd reader) total(r *Report) error {
	return rd.query("coverage", "SELECT "+countColumns+" FROM obligations_current%s", func(rows driver.Rows) (err error) {
		r.Total, err = scanCounts(rows)
		return err
	})
}

func (rd reader) tables(r *Report) error {
	for _, d := range dimensions {
		t := Table{Name: d.name, Title: d.title, Heads: d.heads, Days: d.days}
		keys := strings.Join(d.columns, ", ")
		order := keys
		if !d.days {
			order = "countIf(result IN ('pass', 'late', 'missed', 'no_evidence')) DESC, count() DESC, " + keys
		}
		sql := "SELECT " + keys + ", " + countColumns + " FROM obligations_current%s GROUP BY " + keys + " ORDER BY " + order
		err := rd.query(strings.ToLower(d.title), sql, func(rows driver.Rows) error {
			row := Row{Keys: make([]string, len(d.columns))}
			var to []any
			for i := range row.Keys {
				to = append(to, &row.Keys[i])
			}
			var err error
			row.Counts, err = scanCounts(rows, to...)
			t.Rows = append(t.Rows, row)
			return err
		})
		if err != nil {
			return err
		}
		r.Tables = append(r.Tables, t)
	}
	return nil
}

// reasons counts what is not a pass, by reason.
func (rd reader) reasons(r *Report) error {
	sql := `SELECT result, reason, app, join_path, count(), sum(exposure_ms), sum(assumed_ms) FROM (
    SELECT result, reason, app, join_path, exposure_ms, assumed_ms FROM obligations_current%s
) WHERE result != 'pass'
GROUP BY result, reason, app, join_path ORDER BY result, count() DESC, reason, app, join_path`
	judged := []string{string(schema.ResultLate), string(schema.ResultMissed), string(schema.ResultNoEvidence)}
	return rd.query("reasons", sql, func(rows driver.Rows) error {
		var x Reason
		var n uint64
		err := rows.Scan(&x.Result, &x.Reason, &x.App, &x.JoinPath, &n, &x.ExposureMs, &x.AsMs)
		x.Number = int64(n)
		if slices.Contains(judged, x.Result) {
			r.Why = append(r.Why, x)
		} else {
			r.Outside = append(r.Outside, x)
		}
		return err
	})
}

// reported counts the reports that count, by the way in which they came.
func (rd reader) reported(r *Report) error {
	three := func(of string) string {
		return "quantileExactIf(0.5)(ifNull(" + of + ", 0), isNotNull(" + of + ")), quantileExactIf(0.95)(ifNull(" + of +
			", 0), isNotNull(" + of + ")), maxIf(ifNull(" + of + ", 0), isNotNull(" + of + "))"
	}
	sql := `SELECT via, surface, clock_basis, countIf(result = 'pass'), countIf(result = 'late'), countIf(isNotNull(platform)), ` +
		three("delay") + ", " + three("platform") + ", " + three("app_delay") + ` FROM (
    SELECT arrayStringConcat(receipt_via, ', ') AS via, surface, clock_basis, result, delay_ms AS delay,
        if(isNull(delay_ms), NULL, date_diff('millisecond', exposed_at, signalled_at)) AS platform,
        date_diff('millisecond', signalled_at, shown_at) AS app_delay
    FROM obligations_current%s
) WHERE result IN ('pass', 'late')
GROUP BY via, surface, clock_basis ORDER BY via, surface, clock_basis`
	return rd.query("reports of notices", sql, func(rows driver.Rows) error {
		var x Reported
		var pass, late, signalled uint64
		err := rows.Scan(&x.Via, &x.Surface, &x.Clock, &pass, &late, &signalled, &x.Delay.Half, &x.Delay.Most, &x.Delay.Max,
			&x.Platform.Half, &x.Platform.Most, &x.Platform.Max, &x.App.Half, &x.App.Most, &x.App.Max)
		x.Pass, x.Late, x.Signalled = int64(pass), int64(late), int64(signalled)
		r.Reported = append(r.Reported, x)
		return err
	})
}

// rules counts the findings that stand.
func (rd reader) rules(r *Report) error {
	where, args := rd.store.Within("first_at")
	sql := `SELECT rule, severity, countIf(result = 'fail' AND NOT covered), countIf(result = 'no_evidence' AND NOT covered),
    countIf(result = 'fail' AND covered), countIf(result = 'no_evidence' AND covered) FROM (
    SELECT rule, severity, result, status, status = '` + schema.FindingSuppressed + `' AS covered FROM findings_current` + where + `
) WHERE status NOT IN ('withdrawn', 'superseded') GROUP BY rule, severity ORDER BY rule, severity`
	err := rd.store.Query(rd.ctx, "findings", sql, args, func(rows driver.Rows) error {
		var x Rule
		var fail, none, coveredFail, coveredNone uint64
		err := rows.Scan(&x.Rule, &x.Severity, &fail, &none, &coveredFail, &coveredNone)
		x.Fail, x.NoEvidence, x.CoveredFail, x.CoveredNoEvidence = int64(fail), int64(none), int64(coveredFail), int64(coveredNone)
		r.Rules = append(r.Rules, x)
		return err
	})
	if err != nil || where != "" {
		return err // what rules looked at is counted by call, not by day or tenant
	}
	return rd.populations(r)
}

// populations adds what the rules looked at, also those without findings or
// without anything to look at: silence is not to be mistaken for health.
func (rd reader) populations(r *Report) error {
	sql := "SELECT rule, sum(population), sum(pass), sum(fail), sum(no_evidence), sum(not_applicable) FROM checks_current GROUP BY rule ORDER BY rule"
	err := rd.store.Query(rd.ctx, "populations", sql, nil, func(rows driver.Rows) error {
		var rule string
		var n [5]uint64
		err := rows.Scan(&rule, &n[0], &n[1], &n[2], &n[3], &n[4])
		looked := &Population{int64(n[0]), int64(n[1]), int64(n[2]), int64(n[3]), int64(n[4])}
		if i := slices.IndexFunc(r.Rules, func(x Rule) bool { return x.Rule == rule }); i >= 0 {
			r.Rules[i].Looked = looked
		} else {
			r.Rules = append(r.Rules, Rule{Rule: rule, Severity: r.Cover.Severities[rule], Looked: looked})
		}
		return err
	})
	for rule, severity := range r.Cover.Severities {
		if !slices.ContainsFunc(r.Rules, func(x Rule) bool { return x.Rule == rule }) {
			r.Rules = append(r.Rules, Rule{Rule: rule, Severity: severity, Looked: &Population{}})
		}
	}
	slices.SortStableFunc(r.Rules, func(a, b Rule) int { return strings.Compare(a.Rule, b.Rule) })
	return err
}

func (rd reader) policies(r *Report) error {
	where, args := rd.store.Within("first_at")
	sql := "SELECT DISTINCT policy_version FROM findings_current" + where + " ORDER BY policy_version"
	return rd.store.Query(rd.ctx, "policies", sql, args, func(rows driver.Rows) error {
		var id string
		err := rows.Scan(&id)
		if id != "" {
			r.Policies = append(r.Policies, id)
		}
		return err
	})
}

// failing draws the calls with the most missed and late notices.
func (rd reader) failing(r *Report) error {
	var ids []string
	sql := `SELECT call_id, count() OVER () FROM (
    SELECT call_id, countIf(result = 'missed') AS missed, countIf(result = 'late') AS late FROM obligations_current%s GROUP BY call_id
) WHERE missed + late > 0 ORDER BY missed DESC, late DESC, call_id LIMIT ` + fmt.Sprint(mostFailing)
	err := rd.query("failing calls", sql, func(rows driver.Rows) error {
		var id string
		var all uint64
		err := rows.Scan(&id, &all)
		ids, r.FailingCalls = append(ids, id), int64(all)
		return err
	})
	for _, id := range ids {
		if err != nil {
			return err
		}
		// Drawn at once and let go: a meeting of ten thousand is large.
		var c *timeline.Call
		if c, err = rd.store.Outline(rd.ctx, id); errors.Is(err, export.ErrNoCall) {
			err = nil // it became part of another one meanwhile
			continue
		}
		if err == nil {
			if l, ok := newLane(c); ok {
				r.lanes = append(r.lanes, l)
			}
		}
	}
	return err
}

// ties compares the parts of a report, which were read one after the other.
func (r *Report) ties() error {
	for _, t := range r.Tables {
		if got := t.Total(); got != r.Total {
			return fmt.Errorf("coverage %s adds up to %d obligations, coverage altogether to %d: calls were judged meanwhile; make the report again",
				strings.ToLower(t.Name), got.All(), r.Total.All())
		}
	}
	var why, outside int64
	for _, x := range r.Why {
		why += x.Number
	}
	for _, x := range r.Outside {
		outside += x.Number
	}
	if why != r.Total.Judged()-r.Total.Pass || outside != r.Total.Outside() {
		return errors.New("the reasons don't add up to the results: calls were judged meanwhile; make the report again")
	}
	return nil
}
