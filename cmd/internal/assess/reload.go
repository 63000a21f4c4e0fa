package assess

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
	"rollcall/rules/reload"
)

// policies are the stored versions of the policy as a Live knows them, and what
// is to be judged anew because of them. The zero value is ready to use.
type policies struct {
	rows uint64 // of the table, when it was read
	list []*policy.Policy
	anew []history
	// changed is true where there are versions by which the policy's exceptions
	// were not judged yet.
	changed bool

	mu      sync.Mutex
	attempt *reload.Attempt // the last reading of the file, while no finding says so
}

// A history is a stretch of it that is judged anew by an applied version.
type history struct {
	version string
	since   time.Time
	before  uint64 // calls of which the newest evaluation is older
	after   string // the id of the call up to which it was done
	calls   int
}

const (
	// historyPage is how many calls of a history are judged anew in a round.
	historyPage = 2000
	// historyMargin is how long after a version was stored an evaluation may have
	// begun that did not know it.
	historyMargin = 10 * time.Minute
)

// refresh reads the versions of the policy where there are more than before. An
// applied one is a history to judge anew: after a start all that were ever
// applied, of which nothing is left where it was done.
func (p *policies) refresh(ctx context.Context, conn driver.Conn) error {
	var rows uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM policy_versions").Scan(&rows); err != nil || rows == p.rows {
		return err
	}
	stored, err := storedPolicies(ctx, conn)
	if err != nil {
		return err
	}
	list, err := inOrder(stored)
	if err != nil {
		return err
	}
	for i, s := range stored {
		if s.applied && uint64(i) >= p.rows {
			p.anew = append(p.anew, history{version: s.id, since: s.from, before: Version(s.at.Add(historyMargin))})
		}
	}
	p.rows, p.list, p.changed = uint64(len(stored)), list, true
	return nil
}

// judgeHistory touches some more of the calls that are to be judged anew, and
// asks for another round where there may be more.
func (l *Live) judgeHistory(ctx context.Context) error {
	if len(l.policies.anew) == 0 {
		l.settle()
		return nil
	}
	if !l.leads() {
		return nil
	}
	h := &l.policies.anew[0]
	after := h.after
	var keys []string
	n := 0
	err := each(ctx, l.deps.Conn, "the calls to judge anew", `SELECT call_id, alias_keys FROM calls_current
WHERE (start >= fromUnixTimestamp64Milli(toInt64(?)) OR start IS NULL) AND version < toUInt64(?) AND call_id > ? ORDER BY call_id LIMIT `+strconv.Itoa(historyPage),
		[]any{h.since.UnixMilli(), h.before, h.after}, func(rows driver.Rows) error {
			var more []string
			if err := rows.Scan(&h.after, &more); err != nil {
				return err
			}
			keys = append(keys, more...)
			n++
			return nil
		})
	if err != nil {
		return err
	}
	if err := l.again(ctx, [][]string{keys}); err != nil {
		h.after = after
		return err
	}
	l.rouse() // for another round
	h.calls += n
	if n < historyPage {
		l.deps.Logger.Info("assess: history is judged anew by an applied policy", "policy", h.version, "since", h.since, "calls", h.calls)
		if l.policies.anew = l.policies.anew[1:]; len(l.policies.anew) == 0 {
			l.settle() // this round evaluates the last of them
		}
	}
	return nil
}

// settle has what is neither a call nor an hour judged soon by changed versions:
// an exception that covers nothing, or no longer holds, is not to wait.
func (l *Live) settle() {
	if l.policies.changed {
		l.policies.changed, l.hours.rest = false, time.Time{}
	}
}

// Reloaded says that the policy file was read: problem says why it can't be
// used, nil that it can. It returns at once; the next round makes it a finding.
func (l *Live) Reloaded(at time.Time, problem error) {
	a := &reload.Attempt{At: at.UTC().Truncate(time.Millisecond)}
	if problem != nil {
		a.Problem = problem.Error()
	}
	l.deps.Metrics.reloaded(problem == nil)
	l.policies.mu.Lock()
	l.policies.attempt = a
	l.policies.mu.Unlock()
	l.Touch(nil)
}

// reloadID names the reading of the policy among subjects.
const reloadID = "policy"

// judgeReload judges the last reading of the policy, where it was not.
func (l *Live) judgeReload(ctx context.Context, now time.Time) error {
	l.policies.mu.Lock()
	a := l.policies.attempt
	l.policies.mu.Unlock()
	if a == nil {
		return nil
	}
	t := l.terms(now)
	judged := *a
	judged.Kept = t.Policy.ID
	s := l.subjects(now, t)
	s.put(reloadID, nil, catalogue.Reload(judged))
	if err := s.flush(ctx); err != nil {
		return err
	}
	l.policies.mu.Lock()
	if l.policies.attempt == a {
		l.policies.attempt = nil
	}
	l.policies.mu.Unlock()
	return nil
}

// terms are those for an instant, with what the store knows by now.
func (l *Live) terms(now time.Time) Terms {
	t := l.deps.Terms
	t.Now, t.Gaps, t.Known = now, l.gaps.list, l.alike.index
	return t.under(l.policies.list)
}
