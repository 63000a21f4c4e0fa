package findings

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/export"
	"rollcall/reports/timeline"
	"rollcall/schema"
)

// A Store reads findings and takes what persons say of them. It is as safe for
// concurrent use as its connection.
//
// What several say at once is all kept, in the order of their clocks: of owner and
// disposition the last word holds each for itself. Who must not decide on what he
// has not seen gives Word.Seen.
type Store struct {
	// Results says which findings are seen, and whether under pseudonyms.
	Results export.Store
	// Now is the clock by which changes are dated.
	Now func() time.Time
}

// A Finding is a finding with what was said of it. Its status is the one that
// follows from all changes; the other fields are those of findings.ndjson.
type Finding struct {
	timeline.Finding
	// RuleVersion is the version of the rule that judged, 0 where it is not known
	// or a rule of the policy's own.
	RuleVersion uint32 `json:"rule_version"`
	// Seen and Expected are what a person compares, of the rules on names and brand.
	Seen        string `json:"seen,omitzero"`
	Expected    string `json:"expected,omitzero"`
	Owner       string `json:"owner"`
	Disposition string `json:"disposition"`
	// Alert is what became of the alert on it: firing, resolved or withheld, and
	// why; empty: there was none.
	Alert string `json:"alert"`
	Notes []Note `json:"notes"`
	// Predecessors are the findings that went over into this one.
	Predecessors []string `json:"predecessors"`
	// Successor is the finding that took the place of a superseded one.
	Successor string `json:"successor"`
	// Why says why an evaluation closed it.
	Why string `json:"why"`
	// ChangedAt is when anything changed last.
	ChangedAt timeline.Instant `json:"changed_at"`
	// Revision names the last word that holds for it, for Word.Seen; empty: nobody
	// said anything.
	Revision string `json:"revision"`

	unit string // the call's id, or the subject's in its place
	gone bool   // an evaluation closed it
}

// with puts a state to a finding.
func (s Store) with(f timeline.Finding, found bool, st *State) Finding {
	if st == nil {
		st = &State{}
	}
	out := Finding{
		Finding: f, RuleVersion: f.RuleVersion, Seen: f.Seen, Expected: f.Expected, Owner: st.Owner, Disposition: st.Disposition, Predecessors: st.From,
		ChangedAt: timeline.At(st.Changed), Revision: st.Word, gone: !found,
	}
	out.Status = st.Status(f.Status, found)
	for _, n := range st.Notes {
		n.Text = s.Results.Hide.Text(n.Text)
		out.Notes = append(out.Notes, n)
	}
	if !found && st.Gone != nil {
		out.Successor, out.Why = st.Gone.Successor, st.Gone.Reason
	}
	return out
}

// A Filter says which findings are wanted. An empty list wants all.
type Filter struct {
	// Statuses; without any those that are found now, whatever their status.
	Statuses                                                        []string
	Rules, Severities, Results, Apps, Owners, Dispositions, CallIDs []string
	Unowned                                                         bool // only those without an owner
}

// gone reports whether findings that are no longer found are wanted.
func (f Filter) gone() bool {
	return slices.Contains(f.Statuses, schema.FindingWithdrawn) || slices.Contains(f.Statuses, schema.FindingSuperseded)
}

func (f Filter) has(x Finding) bool {
	for _, c := range []struct {
		want []string
		is   string
	}{
		{f.Statuses, x.Status}, {f.Rules, x.Rule}, {f.Severities, x.Severity}, {f.Results, x.Result},
		{f.Apps, x.App}, {f.Owners, x.Owner}, {f.Dispositions, x.Disposition}, {f.CallIDs, x.CallID},
	} {
		if len(c.want) > 0 && !slices.Contains(c.want, c.is) {
			return false
		}
	}
	return !f.Unowned || x.Owner == ""
}

// List streams the findings of the scope that a filter wants: those found now in
// the order of findings.ndjson, then the others in the same order. Memory holds
// what persons have said. It may be ranged over more than once; Page hands out the
// same in parts.
func (s Store) List(ctx context.Context, want Filter) iter.Seq2[Finding, error] {
	return s.listAfter(ctx, want, place{})
}

// listAfter is the list behind a place.
func (s Store) listAfter(ctx context.Context, want Filter, after place) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		states, err := s.said(ctx)
		if err != nil {
			yield(Finding{}, err)
			return
		}
		s.alerted(ctx, s.wanted(ctx, want, after, states))(yield)
	}
}

// wanted streams the findings behind a place that a filter wants, with what was
// said of them.
func (s Store) wanted(ctx context.Context, want Filter, after place, states map[string]*State) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		if !after.Gone {
			judged := s.Results
			judged.Status = nil
			for f, err := range judged.FindingRowsAfter(ctx, after.FindingPlace) {
				if err != nil {
					yield(Finding{}, err)
					return
				}
				if x := s.with(f, true, states[f.ID]); want.has(x) && !yield(x, nil) {
					return
				}
			}
			after = place{}
		}
		if !want.gone() {
			return
		}
		for x, err := range s.goneRows(ctx, states, after.FindingPlace) {
			if err != nil || want.has(x) {
				if !yield(x, err) || err != nil {
					return
				}
			}
		}
	}
}

// goneRows streams the findings that evaluations closed, as they were last.
func (s Store) goneRows(ctx context.Context, states map[string]*State, after export.FindingPlace) iter.Seq2[Finding, error] {
	where, args := s.Results.Within("first_at")
	where, args = after.And(where, args)
	sql := `SELECT if(f.call_id GLOBAL IN (SELECT subject_id FROM subjects), '', f.call_id) AS call_id, ` + columns + `, c.record, c.digest FROM findings AS f FINAL
GLOBAL INNER JOIN (
    SELECT finding_id, argMax(record, (at, change_id)) AS record, argMax(digest, (at, change_id)) AS digest, argMax(action, (at, change_id)) AS last
    FROM finding_changes WHERE action IN ('supersede', 'withdraw', 'return') GROUP BY finding_id
    HAVING last != 'return' AND finding_id GLOBAL NOT IN (SELECT id FROM findings_current)
) AS c ON f.id = c.finding_id AND f.version = toUInt64OrZero(JSONExtractString(c.record, 'judged'))` + where + ` ORDER BY call_id, first_at, rule, id`
	return func(yield func(Finding, error) bool) {
		err := s.Results.Query(ctx, "closed findings", sql, args, func(rows driver.Rows) error {
			var record, digest string
			f, err := s.scan(rows, &record, &digest)
			if err != nil {
				return err
			}
			st := states[f.ID]
			if st == nil {
				c, err := schema.ReadFindingChange([]byte(record), []byte(digest))
				if err != nil {
					return err
				}
				st = &State{Gone: &c, Changed: c.At}
			}
			if !yield(s.with(f, false, st), nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(Finding{}, err)
		}
	}
}

var errStopped = errors.New("stopped")

// columns of findings but the call's, in the order of scan.
const columns = `f.id AS id, f.rule AS rule, f.severity, f.status, f.result, f.tenant AS tenant, f.app, f.subject, f.raw_id, f.capture, f.first_at AS first_at,
f.detected_at, f.message, f.evidence, f.policy_version, f.rule_version, f.seen, f.expected`

func (s Store) scan(rows driver.Rows, more ...any) (f timeline.Finding, err error) {
	var first, detected *time.Time
	err = rows.Scan(append([]any{&f.CallID, &f.ID, &f.Rule, &f.Severity, &f.Status, &f.Result, &f.Tenant, &f.App, &f.Subject, &f.RawID, &f.Capture,
		&first, &detected, &f.Message, &f.Evidence, &f.PolicyVersion, &f.RuleVersion, &f.Seen, &f.Expected}, more...)...)
	if first != nil {
		f.FirstAt = timeline.At(first.UTC())
	}
	if detected != nil {
		f.DetectedAt = timeline.At(detected.UTC())
	}
	hide := s.Results.Hide
	f.RawID, f.Message, f.Seen, f.Expected = hide.ID(f.RawID), hide.Text(f.Message), hide.Text(f.Seen), hide.Text(f.Expected)
	return f, err
}

// said are the states of all findings of which a person said
// something, and of those that inherited it.
func (s Store) said(ctx context.Context) (map[string]*State, error) {
	changes, err := s.read(ctx, "action NOT IN ('supersede', 'withdraw', 'move', 'return')", nil)
	if err != nil {
		return nil, err
	}
	known, fresh := map[string]bool{}, ids(changes, func(c schema.FindingChange) string { return c.Finding })
	for len(fresh) > 0 {
		var heirs []schema.FindingChange
		for some := range slices.Chunk(fresh, idsAtOnce) {
			for _, id := range some {
				known[id] = true
			}
			more, err := s.read(ctx, "action IN ('supersede', 'withdraw', 'move', 'return') AND finding_id IN (?)", []any{some})
			if err != nil {
				return nil, err
			}
			heirs = append(heirs, more...)
		}
		changes = append(changes, heirs...)
		fresh = slices.DeleteFunc(ids(heirs, func(c schema.FindingChange) string { return c.Successor }), func(id string) bool { return known[id] })
	}
	return Replay(changes), nil
}

// Statuses returns export.Store's Status: that of findings after what persons
// said of them up to now.
func (s Store) Statuses(ctx context.Context) (func(id, judged string) string, error) {
	states, err := s.said(ctx)
	if err != nil {
		return nil, err
	}
	return func(id, judged string) string {
		if st := states[id]; st != nil {
			return st.Status(judged, true)
		}
		return judged
	}, nil
}

// idsAtOnce bounds the ids in one query.
const idsAtOnce = 4000

func ids(changes []schema.FindingChange, of func(schema.FindingChange) string) []string {
	all := map[string]bool{}
	for _, c := range changes {
		all[of(c)] = true
	}
	delete(all, "")
	return slices.Sorted(maps.Keys(all))
}

// read reads changes, each once: the copy that was stored first.
func (s Store) read(ctx context.Context, condition string, args []any) (out []schema.FindingChange, err error) {
	if s.Results.Scope.OneTenant {
		condition, args = "tenant = ? AND ("+condition+")", append([]any{s.Results.Scope.Tenant}, args...)
	}
	sql := "SELECT record, digest FROM finding_changes WHERE " + condition + " ORDER BY stored_at, at, digest LIMIT 1 BY finding_id, change_id"
	err = s.Results.Query(ctx, "the changes of findings", sql, args, func(rows driver.Rows) error {
		var record, digest string
		if err := rows.Scan(&record, &digest); err != nil {
			return err
		}
		c, err := schema.ReadFindingChange([]byte(record), []byte(digest))
		out = append(out, c)
		return err
	})
	return out, err
}

// A History is a finding with every change that made it what it is, and those of
// the findings that went over into it, by time.
type History struct {
	Finding Finding                `json:"finding"`
	Changes []schema.FindingChange `json:"history"`

	judged string // the status that judging gave it
}

// ErrNone says that there is no finding of an id.
var ErrNone = errors.New("no such finding")

// An AmbiguousError says that several findings begin with an id.
type AmbiguousError struct {
	Asked string
	IDs   []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s may mean %d findings or more: %s; give more of the id", e.Asked, len(e.IDs), strings.Join(e.IDs, ", "))
}

// Get reads a finding, found now or not, by its id or the beginning of it. The
// error wraps ErrNone where there is none, or is an *AmbiguousError.
func (s Store) Get(ctx context.Context, asked string) (h History, err error) {
	asked = strings.ToLower(strings.TrimSpace(asked))
	if asked == "" {
		return h, fmt.Errorf("%w: the id is empty", ErrNone)
	}
	condition, args := "startsWith(f.id, ?)", []any{asked}
	if s.Results.Scope.OneTenant {
		condition, args = condition+" AND f.tenant = ?", append(args, s.Results.Scope.Tenant)
	}
	// A version that is being written counts once its call, or subject, says so.
	sql := `SELECT f.call_id, ` + columns + `, f.version, (f.call_id, f.version) GLOBAL IN (SELECT call_id, version FROM calls_current) AND f.status NOT IN ('withdrawn', 'superseded') AS of_call,
    (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL) AS of_subject, f.call_id GLOBAL IN (SELECT subject_id FROM subjects)
FROM findings AS f FINAL WHERE ` + condition + ` ORDER BY of_call OR of_subject DESC, f.version DESC LIMIT 1 BY id LIMIT 10`
	type match struct {
		timeline.Finding
		unit    string
		version uint64
		found   bool
	}
	var matches []match
	err = s.Results.Query(ctx, "a finding", sql, args, func(rows driver.Rows) error {
		var m match
		var ofCall, ofSubject, aside uint8
		m.Finding, err = s.scan(rows, &m.version, &ofCall, &ofSubject, &aside)
		m.found, m.unit = ofCall+ofSubject > 0, m.CallID
		if aside == 1 {
			m.CallID = ""
		}
		matches = append(matches, m)
		return err
	})
	if err != nil {
		return h, err
	}
	if len(matches) == 0 {
		return h, fmt.Errorf("%w: %s", ErrNone, timeline.Safe(asked))
	}
	m := matches[0]
	if len(matches) > 1 {
		e := &AmbiguousError{Asked: asked}
		for _, m := range matches {
			e.IDs = append(e.IDs, m.ID)
		}
		slices.Sort(e.IDs)
		return h, e
	}
	h.Changes, err = s.history(ctx, m.ID)
	if err != nil {
		return h, err
	}
	one := []Finding{s.with(m.Finding, m.found, Replay(h.Changes)[m.ID])}
	if err := s.alert(ctx, one); err != nil {
		return h, err
	}
	h.Finding = one[0]
	h.Finding.unit, h.judged = m.unit, m.Status
	for i := range h.Changes {
		h.Changes[i].Note = s.Results.Hide.Text(h.Changes[i].Note)
	}
	return h, nil
}

// history reads the changes of a finding and of all that went over into it.
func (s Store) history(ctx context.Context, id string) ([]schema.FindingChange, error) {
	byID := map[string]schema.FindingChange{}
	known, fresh := map[string]bool{}, []string{id}
	for len(fresh) > 0 {
		for _, id := range fresh {
			known[id] = true
		}
		some := fresh[:min(len(fresh), idsAtOnce)]
		changes, err := s.read(ctx, "finding_id IN (?) OR successor IN (?)", []any{some, some})
		if err != nil {
			return nil, err
		}
		fresh = fresh[len(some):]
		for _, c := range changes {
			if byID[c.ID] = c; !known[c.Finding] {
				known[c.Finding] = true
				fresh = append(fresh, c.Finding)
			}
		}
	}
	out := slices.Collect(maps.Values(byID))
	slices.SortFunc(out, func(a, b schema.FindingChange) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}
