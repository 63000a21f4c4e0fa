package assess

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/findings"
)

// of names a call as the app's own events do.
func of(call string) string { return fmt.Sprintf(`"callId":%q`, guid(call)) }

// joined is the app's word that a user came into a call.
func joined(call, user string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.session.joined","time":%q,"data":{"appId":"care","rawId":%q,%s}}`,
		guid("joined "+call+user), stamp(at), acsUser(user), of(call))
}

// signalled is what the platform told a user's client of the recording.
func signalled(id, call, user string, active bool, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.capture.signalled","time":%q,"data":{"appId":"care","capture":"recording","active":%v,"rawId":%q,%s}}`,
		guid(id), stamp(at), active, acsUser(user), of(call))
}

// goesOn begins a call of some users that is recorded and goes on.
func (b *bench) goesOn(call string, from time.Time, users ...string) {
	b.Helper()
	messages := []string{recordingState(call, true, from, from)}
	for _, u := range users {
		messages = append(messages, joined(call, u, from))
	}
	b.clock = from.Add(time.Second)
	b.sends(callTopic, from, messages...)
}

const (
	versions   = "SELECT concat(call_id, ' ', toString(version)) FROM calls_current"
	reasonsOf  = "SELECT concat(splitByChar('_', raw_id)[-1], ' ', result, ' ', reason) FROM obligations_current"
	findingsOf = "SELECT concat(splitByChar('_', raw_id)[-1], ' ', rule, ' ', result) FROM findings_current"
)

// TestKept: what is said in a call that is kept, and what falls due in it, is
// judged and written session by session, under the version that counts already.
func TestKept(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	b.goesOn("one", from, "alice", "bob", "carol")
	b.wants(reasonsOf, "alice pending ", "bob pending ", "carol pending ")
	before := b.rows(versions)

	b.clock = from.Add(3 * time.Second)
	inTime := receipt("in time", of("one"), "alice", from.Add(2*time.Second))
	b.sends(receiptTopic, b.clock, inTime)
	b.wants(reasonsOf, "alice pass ", "bob pending ", "carol pending ")

	b.clock = from.Add(70 * time.Second)
	b.rounds()
	b.wants(reasonsOf, "alice pass ", "bob missed never-signalled", "carol missed never-signalled")
	b.wants(findingsOf, "bob notice.missed fail", "carol notice.missed fail")
	missed := b.list("new")

	b.clock = from.Add(80 * time.Second)
	b.sends(receiptTopic, b.clock, signalled("signal", "one", "carol", true, from.Add(time.Second)), inTime,
		receipt("late", of("one"), "bob", from.Add(30*time.Second)))
	b.wants(reasonsOf, "alice pass ", "bob late ", "carol missed signalled-not-shown")
	b.wants(findingsOf, "bob notice.late fail", "carol notice.missed fail")
	if gone := b.list("superseded"); len(gone) != 1 || !slices.ContainsFunc(missed, func(f findings.Finding) bool { return f.ID == gone[0].ID }) {
		t.Errorf("superseded are %+v", gone)
	}
	b.clock = from.Add(90 * time.Second)
	b.sends(receiptTopic, b.clock, receipt("early enough", of("one"), "carol", from.Add(4*time.Second)))
	b.wants(reasonsOf, "alice pass ", "bob late ", "carol pass ")
	b.wants(findingsOf, "bob notice.late fail")
	if gone := b.list("withdrawn"); len(gone) != 1 || gone[0].Rule != "notice.missed" {
		t.Errorf("withdrawn are %+v", gone)
	}
	b.wants("SELECT concat(toString(population), ' ', toString(pass), ' ', toString(fail)) FROM checks_current WHERE rule = 'notice.late'", "3 2 1")
	if after := b.rows(versions); !slices.Equal(after, before) {
		t.Errorf("the call was evaluated anew: %q, %q", before, after)
	}

	b.sends(callTopic, b.clock, recordingState("one", false, from, from.Add(85*time.Second)))
	if after := b.rows(versions); slices.Equal(after, before) {
		t.Error("the end of the recording did not have the call evaluated anew")
	}
	b.wants(findingsOf, "bob notice.late fail")
	b.asAudit()
}

// TestKeptNames: what is found of a name stands while its session is judged
// again for what was said in it.
func TestKeptNames(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	b.clock = from.Add(time.Second)
	named := strings.Replace(joined("one", "alice", from), `"appId":"care"`, `"appId":"care","displayName":"Alice \u202e Vance"`, 1)
	b.sends(callTopic, from, recordingState("one", true, from, from), named)
	b.clock = from.Add(70 * time.Second)
	b.rounds()
	b.wants(findingsOf, "alice name.unsafe fail", "alice notice.missed fail")
	before := b.rows(versions)
	b.clock = from.Add(80 * time.Second)
	b.sends(receiptTopic, b.clock, receipt("late", of("one"), "alice", from.Add(30*time.Second)))
	b.wants(findingsOf, "alice name.unsafe fail", "alice notice.late fail")
	if gone := b.list("withdrawn"); len(gone) > 0 {
		t.Errorf("withdrawn are %+v", gone)
	}
	if after := b.rows(versions); !slices.Equal(after, before) {
		t.Errorf("the call was evaluated anew: %q, %q", before, after)
	}
	b.asAudit()
}

// TestKeptCallsAsAudit: whatever is said in calls that go on, in whatever order
// and how often, they come to what one evaluation of everything gives.
func TestKeptCallsAsAudit(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	r := rand.New(rand.NewPCG(7, 1))
	users := []string{"alice", "bob", "carol", "dave"}
	calls := []string{"one", "two", "three"}
	for _, call := range calls {
		b.goesOn(call, from, users...)
	}
	kept := b.rows(versions)
	var said []string
	for step := range 25 {
		b.clock = b.clock.Add(time.Duration(r.IntN(12)) * time.Second)
		var messages []string
		for i := range r.IntN(4) {
			call, user, at := calls[r.IntN(len(calls))], users[r.IntN(len(users))], from.Add(time.Duration(r.Int64N(int64(b.clock.Sub(from)))))
			id := fmt.Sprint("said ", step, i)
			switch r.IntN(6) {
			case 0:
				messages = append(messages, signalled(id, call, user, true, at))
			case 1, 2, 3:
				messages = append(messages, receipt(id, of(call), user, at))
			case 4:
				messages = append(messages, receipt(id, of(call), user, b.clock.Add(5*time.Second))) // its clock is ahead
			default:
				if len(said) > 0 {
					messages = append(messages, said[r.IntN(len(said))])
				}
			}
		}
		said = append(said, messages...)
		if len(messages) > 0 {
			b.sends(receiptTopic, b.clock, messages...)
		} else {
			b.rounds()
		}
	}
	if after := b.rows(versions); !slices.Equal(after, kept) {
		t.Errorf("calls were evaluated anew: %s; %s", strings.Join(kept, ", "), strings.Join(after, ", "))
	}
	b.asAudit()
}

// TestKeptConflict: an event that comes again with other content gives a kept
// call one receipt, the one that counts, and a conflict.
func TestKeptConflict(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	late := from.Add(30 * time.Second)
	other := map[string]string{
		"time":    receipt("time", of("time"), "alice", from.Add(2*time.Second)),
		"person":  receipt("person", of("person"), "bob", late),
		"surface": strings.Replace(receipt("surface", of("surface"), "alice", late), "banner", "audio", 1),
	}
	var first, again []string
	for call, message := range other {
		b.goesOn(call, from, "alice", "bob")
		first, again = append(first, receipt(call, of(call), "alice", late)), append(again, message)
	}
	b.clock = from.Add(40 * time.Second)
	b.sends(receiptTopic, b.clock, first...)
	b.clock = from.Add(50 * time.Second)
	b.sends(receiptTopic, b.clock, again...)
	b.wants("SELECT DISTINCT concat(rule, ' ', subject) FROM findings_current WHERE rule = 'evidence.conflict'", "evidence.conflict event.content")
	b.asAudit()
}

// TestKeptInterrupted: a service that ends between any two writes of an
// amendment comes to what an uninterrupted one does, with one history.
func TestKeptInterrupted(t *testing.T) {
	b := newBench(t)
	conn := b.live.deps.Conn
	for n := range 8 {
		call, from := fmt.Sprint("call ", n), day(2, "10:00:00").Add(time.Duration(n)*time.Hour)
		b.goesOn(call, from, "alice", "bob")
		b.clock = from.Add(80 * time.Second)
		b.rounds()
		b.live.deps.Conn = &ending{Conn: conn, after: n}
		b.produce(receiptTopic, b.clock, receipt("late "+call, of(call), "alice", from.Add(30*time.Second)), receipt("in time "+call, of(call), "bob", from.Add(2*time.Second)))
		b.live.round(b.Context())
		b.live.deps.Conn = conn
		b.restarts()
		if err := b.live.resume(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.rounds()
		b.wants(findingsOf+fmt.Sprintf(" WHERE call_id = '%s'", guid(call)), "alice notice.late fail")
		b.wants(fmt.Sprintf("SELECT concat(action, ' ', toString(uniqExact(change_id))) FROM finding_changes WHERE call_id = '%s' GROUP BY action", guid(call)), "supersede 1", "withdraw 1")
	}
	b.asAudit()
}

// An ending connection takes so many writes and no more.
type ending struct {
	driver.Conn
	after int
}

func (f *ending) fails() error {
	if f.after--; f.after < 0 {
		return errors.New("the service ends here")
	}
	return nil
}

func (f *ending) Exec(ctx context.Context, query string, args ...any) error {
	if err := f.fails(); err != nil {
		return err
	}
	return f.Conn.Exec(ctx, query, args...)
}

func (f *ending) PrepareBatch(ctx context.Context, query string, opts ...driver.PrepareBatchOption) (driver.Batch, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.Conn.PrepareBatch(ctx, query, opts...)
}
