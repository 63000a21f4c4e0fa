package assess

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/touched"
	"rollcall/ingest"
	"rollcall/ingest/kafka"
	"rollcall/ingest/kafka/kafkatest"
)

// A fleet is a bench with several assessors that share its calls.
type fleet struct {
	*bench
	config  kafka.Config
	client  *kafka.Client
	members []*crew
	tells   *touched.Announcer
}

// A crew is an assessor with its membership.
type crew struct {
	*Live
	share *touched.Share
	leave func()
}

const touchedTopic = "touched"

func newFleet(t *testing.T, size int) *fleet {
	f := &fleet{bench: alarmed(t), config: kafka.DefaultConfig()}
	f.config.Brokers, f.config.Group = kafkatest.StartFake(t).Brokers, "g"
	f.config.MaxWait, f.config.JoinBackoff, f.config.HeartbeatInterval, f.config.CommitInterval = 50*time.Millisecond, 50*time.Millisecond, 100*time.Millisecond, 50*time.Millisecond
	var err error
	if f.client, err = kafka.NewClient(f.config.ClientConfig); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	if err := touched.CreateTopic(t.Context(), f.client, touchedTopic, 8); err != nil {
		t.Fatal(err)
	}
	f.tells = &touched.Announcer{Client: f.client, Topic: touchedTopic, Roots: &touched.Roots{Conn: f.run.Conn}}
	for range size {
		f.joins()
	}
	f.holds(8 / size)
	return f
}

// joins adds an assessor.
func (f *fleet) joins() {
	c := &crew{}
	c.share = touched.NewShare(touched.NewConfig(f.config, touchedTopic), &touched.Announcer{Client: f.client, Topic: touchedTopic, Roots: &touched.Roots{Conn: f.run.Conn}},
		slog.New(slog.DiscardHandler), nil)
	deps := f.live.deps
	deps.Share = c.share
	frontier := *deps.Frontier
	deps.Frontier = &frontier
	c.Live = NewLive(f.live.cfg, deps)
	ctx, cancel := context.WithCancel(f.Context())
	done := make(chan error, 1)
	go func() { done <- c.share.Run(ctx, func() {}) }()
	left := false
	c.leave = func() {
		if !left {
			left = true
			cancel()
			if err := <-done; err != nil {
				f.Error(err)
			}
		}
	}
	f.Cleanup(c.leave)
	f.members = append(f.members, c)
}

func (f *fleet) eventually(what string, is func() bool) {
	f.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(3 * time.Minute); !is(); {
		select {
		case <-tick.C:
		case <-deadline:
			f.Fatalf("waited in vain until %s", what)
		}
	}
}

// holds waits until each member holds so many partitions.
func (f *fleet) holds(n int) {
	f.Helper()
	for _, c := range f.members {
		f.eventually(fmt.Sprintf("each member holds %d partitions", n), func() bool {
			ring, _, _ := c.share.Held()
			return len(ring.Held) == n
		})
	}
}

// goes takes a member away; quietly it does not know of it yet.
func (f *fleet) goes(i int) *crew {
	f.Helper()
	c := f.members[i]
	c.leave()
	f.members = append(f.members[:i:i], f.members[i+1:]...)
	f.holds(8 / len(f.members))
	return c
}

// sends produces messages, has them told as ingest does, and lets all do what
// there is to do.
func (f *fleet) sends(topic string, messages ...string) {
	f.Helper()
	cursor := f.cursor
	f.produce(topic, f.clock, messages...)
	news, _, _, err := ingest.Touched(f.Context(), f.run.Conn, cursor)
	if err != nil {
		f.Fatal(err)
	}
	if err := f.tells.Stored(f.Context(), news.AliasKeys, nil); err != nil {
		f.Fatal(err)
	}
	f.rounds()
}

// rounds lets all do what there is to do, until nobody has told anybody anything.
func (f *fleet) rounds() {
	f.Helper()
	f.eventually("nobody is told anything", func() bool {
		before := f.told()
		for _, c := range f.members {
			marks, err := c.share.Marks(f.Context())
			if err != nil {
				f.Fatal(err)
			}
			f.eventually("what was told has come", func() bool {
				c.round(f.Context())
				return c.share.Reached(marks)
			})
			if left := c.take(); len(left) > 0 {
				c.Touch(left)
				return false
			}
		}
		return f.told() == before
	})
}

// told is how much the topic says.
func (f *fleet) told() (n int64) {
	f.Helper()
	marks, err := f.client.Marks(f.Context(), []string{touchedTopic})
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range marks {
		n += m.HighWater
	}
	return n
}

// at sets the clock to some seconds after the beginning.
func (f *fleet) at(seconds float64) {
	f.Helper()
	f.clock = day(20, "10:00:00").Add(time.Duration(seconds * float64(time.Second)))
	f.rounds()
}

// name finds a call that a member holds by its correlation id.
func (f *fleet) name(member int, like string) string {
	for i := 0; ; i++ {
		name := fmt.Sprint(like, i)
		if ring, _, _ := f.members[member].share.Held(); ring.Holds(guid(name)) {
			return name
		}
	}
}

// planned is the member that has a call's deadline, or -1.
func (f *fleet) planned(call string) int {
	at := -1
	for i, c := range f.members {
		if p := c.plans.of[call]; !p.at.IsZero() {
			if at >= 0 {
				f.Errorf("two have the deadline of %s", call)
			}
			at = i
		}
	}
	return at
}

// alone is what one assessor makes of the same evidence.
func (f *fleet) alone(sql string) []string {
	f.Helper()
	for _, table := range []string{"calls", "sessions", "obligations", "findings", "usage_lines", "free_sessions", "checks", "app_hours", "alerts", "alert_findings"} {
		if err := f.run.Conn.Exec(f.Context(), "TRUNCATE TABLE "+table); err != nil {
			f.Fatal(err)
		}
	}
	one := NewLive(f.live.cfg, f.live.deps)
	one.Touch(f.bench.rows("SELECT DISTINCT alias_key FROM events WHERE alias_key != ''"))
	one.round(f.Context())
	return f.bench.rows(sql)
}

// connects ties a call connection to nothing but itself.
func connects(connection string, at time.Time) string {
	return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.ParticipantsUpdated","specversion":"1.0","time":%q,"data":{"callConnectionId":%q,"participants":[],"sequenceNumber":1}}]`,
		guid("c"+connection), guid(connection), stamp(at), guid(connection))
}

// alertBytes are the alerts as they are now, to the byte.
const alertBytes = "SELECT concat(alert_id, ' ', argMax(revision, at), ' ', argMax(record, at)) FROM alerts GROUP BY alert_id"

// ties is an app's word that two calls are one.
func ties(one, two string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.capture.signalled","time":%q,"data":{"appId":"care","capture":"recording","state":"started","rawId":%q,"callId":%q,"callConnectionId":%q}}`,
		guid("tie"+one+two), stamp(at), acsUser("alice"), guid(one), guid(two))
}

// TestReplicasMergeCalls: the halves of a call are held by two assessors until an
// event ties them. Who holds the root has it then, and its deadline; the alert is
// that of one assessor alone, to the byte.
func TestReplicasMergeCalls(t *testing.T) {
	f := newFleet(t, 2)
	start := day(20, "10:00:00")
	root, half := f.name(0, "root"), f.name(1, "half")
	f.at(0)
	f.sends(callTopic, joins(root, "alice", start), connects(half, start))
	f.at(1)
	f.wants("SELECT call_id FROM calls_current", sorted(guid(root), guid(half))...)
	if a, b := f.planned(guid(root)), f.planned(guid(half)); a != 0 || b != 1 {
		t.Errorf("the deadlines are with %d and %d, want 0 and 1", a, b)
	}
	recording := strings.ReplaceAll(recordingState(half, true, start.Add(5*time.Second), start.Add(5*time.Second)), fmt.Sprintf(`,"correlationId":%q`, guid(half)), "")
	recording = strings.ReplaceAll(recording, guid("connection "+half), guid(half))
	recording = strings.ReplaceAll(recording, `"recordingId"`, fmt.Sprintf(`"callConnectionId":%q,"recordingId"`, guid(half)))
	f.at(5)
	f.sends(callTopic, recording)
	f.at(6)
	f.sends(receiptTopic, ties(root, half, start.Add(6*time.Second)))
	f.wants("SELECT call_id FROM calls_current", guid(root))
	f.wants("SELECT concat(call_id, ' to ', superseded_by) FROM calls FINAL WHERE superseded_by != ''", guid(half)+" to "+guid(root))
	if a, b := f.planned(guid(root)), f.planned(guid(half)); a != 0 || b != -1 {
		t.Errorf("the deadlines are with %d and %d, want 0 and nobody", a, b)
	}
	f.at(69.9)
	f.ringing()
	f.at(70)
	f.ringing("notice.missed live firing ")
	got := f.bench.rows(alertBytes)
	f.at(71)
	if now := f.bench.rows(alertBytes); strings.Join(now, "") != strings.Join(got, "") {
		t.Errorf("a second later\n%q\nand before\n%q", now, got)
	}
	if want := f.alone(alertBytes); strings.Join(got, "") != strings.Join(want, "") {
		t.Errorf("two alert\n%q\none alone\n%q", got, want)
	}
	f.asAudit()
}

// TestReplicasJudged: who leads says of all how far they are; one that hangs is
// noticed.
func TestReplicasJudged(t *testing.T) {
	f := newFleet(t, 2)
	lead, other := f.members[0], f.members[1]
	if ring, _, _ := other.share.Held(); ring.Leads() {
		lead, other = other, lead
	}
	for i := range 4 {
		f.at(float64(6 * i))
	}
	before := lead.Judged()
	if before.IsZero() || !before.Before(f.clock) {
		t.Fatalf("at %v all is judged up to %v", f.clock, before)
	}
	f.members = []*crew{lead} // the other does nothing more, and holds what it has
	for i := range 4 {
		f.at(float64(24 + 6*i))
	}
	if at := lead.Judged(); at.After(other.Judged()) || at.IsZero() {
		t.Errorf("who leads says %v, of one that stands at %v", at, other.Judged())
	}
	if !lead.judged.After(lead.Judged()) {
		t.Errorf("who leads stands at %v itself", lead.judged)
	}
}

// TestReplicaTakesOver: an assessor that has gone leaves its deadlines to another.
// One that does not know that it has gone does no harm.
func TestReplicaTakesOver(t *testing.T) {
	f := newFleet(t, 2)
	start := day(20, "10:00:00")
	var calls []string
	f.at(0)
	for member := range 2 {
		for _, user := range []string{"alice", "bobby"} {
			calls = append(calls, f.name(member, user))
		}
	}
	var messages []string
	for _, call := range calls {
		messages = append(messages, joins(call, "alice", start), recordingState(call, true, start.Add(5*time.Second), start.Add(5*time.Second)))
	}
	f.clock = start.Add(6 * time.Second)
	f.sends(callTopic, messages...)
	for i, call := range calls {
		if at := f.planned(guid(call)); at != i/2 {
			t.Errorf("call %d of 4 is planned by %d", i, at)
		}
	}
	// Both are kept, and one is told late: its receipt is stored, and nobody is told.
	ids := fmt.Sprintf(`"callId":%q`, guid(calls[0]))
	gone := f.goes(0)
	f.produce(receiptTopic, f.clock, receipt("r", ids, "alice", start.Add(7*time.Second)))
	f.at(69)
	f.ringing()
	for _, call := range calls[1:] {
		if at := f.planned(guid(call)); at != 0 {
			t.Errorf("call %s is planned by nobody", call)
		}
	}
	f.at(70)
	f.ringing("notice.missed live firing ", "notice.missed live firing ", "notice.missed live firing ")
	before := f.bench.rows(alertBytes)
	// The one that has gone goes on with what it knew.
	gone.round(f.Context())
	gone.Touch(f.bench.rows("SELECT arrayJoin(alias_keys) FROM calls_current"))
	gone.round(f.Context())
	f.at(72)
	f.ringing("notice.missed live firing ", "notice.missed live firing ", "notice.missed live firing ")
	if now := f.bench.rows(alertBytes); strings.Join(now, "") != strings.Join(before, "") {
		t.Errorf("after it\n%q\nbefore\n%q", now, before)
	}
	if want := f.alone(alertBytes); strings.Join(before, "") != strings.Join(want, "") {
		t.Errorf("the fleet alerts\n%q\none alone\n%q", before, want)
	}
	f.asAudit()
}
