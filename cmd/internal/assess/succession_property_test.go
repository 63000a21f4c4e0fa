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
	"rollcall/schema"
)

// mixed is evidence on two halves of a call, and on another call, of which every
// order passes through other findings.
func mixed() map[string]string {
	from := day(2, "10:00:00")
	call := fmt.Sprintf(`"callId":%q`, guid("one"))
	conn := fmt.Sprintf(`"callConnectionId":%q`, guid("connection one"))
	joined := func(user string) string {
		return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.session.joined","time":%q,"data":{"appId":"care","rawId":%q,"endpointId":%q,%s}}`,
			guid("joined"+user), stamp(from.Add(2*time.Second)), acsUser(user), guid(user), conn)
	}
	state := func(active string, at time.Time) string {
		return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.RecordingStateChanged","specversion":"1.0","time":%q,"data":{"recordingId":"half","state":%q,"startDateTime":%q,"callConnectionId":%q}}]`,
			guid("half"+active), guid("connection one"), stamp(at), active, stamp(from.Add(5*time.Minute)), guid("connection one"))
	}
	edge := fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.CallConnected","specversion":"1.0","time":%q,"data":{"callConnectionId":%q,"correlationId":%q}}]`,
		guid("edge"), guid("connection one"), stamp(from), guid("connection one"), guid("one"))
	all := map[string]string{
		"alice joined": joined("alice"), "bob joined": joined("bob"),
		"half on": state("active", from.Add(5*time.Minute)), "half off": state("inactive", from.Add(20*time.Minute)), "edge": edge,
		"bob": summary("one", "null", "bob", from, 3000), "alice's late receipt": receipt("late", call, "alice", from.Add(12*time.Minute)),
		"bob's receipt in time": receipt("pass", conn, "bob", from.Add(30*time.Minute+time.Second)),
		"on again":              recordingState("one", true, from.Add(30*time.Minute), from.Add(30*time.Minute)),
		"off again":             recordingState("one", false, from.Add(30*time.Minute), from.Add(40*time.Minute)),
	}
	for i, m := range meeting("one", "null", "alice", from)[:1] {
		all[fmt.Sprint("alice ", i)] = m
	}
	return all
}

// TestFindingsInAnyOrder: in whatever order evidence comes, the findings at the
// end are the same; each that ever was is found or closed, what took its place
// can be followed to the end, and what a person said of all goes along.
func TestFindingsInAnyOrder(t *testing.T) {
	var first []string
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { findingsInOrder(t, seed, &first) })
	}
}

// findingsInOrder is TestFindingsInAnyOrder in one order; first are the findings of the
// first one.
func findingsInOrder(t *testing.T, seed uint64, first *[]string) {
	evidence := mixed()
	b := newBench(t)
	names := sortedKeys(evidence)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	for _, name := range names {
		b.clock = b.clock.Add(time.Second)
		b.sends(callTopic, day(2, "10:00:00"), evidence[name])
		for _, f := range b.list("new") {
			b.says(f.ID, findings.Word{Action: schema.ActionAssign, Owner: "ana"})
		}
	}
	var now []string
	found := map[string]bool{}
	for _, f := range b.list() {
		now = append(now, strings.Join([]string{f.ID, f.Rule, f.Status, f.Result, f.CallID, f.Owner}, " "))
		found[f.ID] = true
	}
	slices.Sort(now)
	if *first == nil {
		*first = now
	}
	if len(now) < 2 || !slices.Equal(now, *first) {
		t.Errorf("in the order %q there are\n\t%s\nwant\n\t%s", names, strings.Join(now, "\n\t"), strings.Join(*first, "\n\t"))
	}
	gone := map[string]findings.Finding{}
	for _, f := range b.list("superseded", "withdrawn") {
		gone[f.ID] = f
	}
	for _, id := range b.rows("SELECT DISTINCT id FROM findings") {
		if _, is := gone[id]; is == found[id] {
			t.Errorf("in the order %q finding %s is found: %v, and gone: %v", names, id, found[id], is)
		}
		for step := 0; !found[id] && gone[id].Status != schema.FindingWithdrawn; id = gone[id].Successor {
			if step++; step > len(gone) || id == "" {
				t.Errorf("in the order %q the successors lead nowhere", names)
				break
			}
		}
	}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// failing refuses the inserts into a table while it is told to.
type failing struct {
	driver.Conn
	table *string
}

func (f failing) PrepareBatch(ctx context.Context, query string, o ...driver.PrepareBatchOption) (driver.Batch, error) {
	if *f.table != "" && strings.HasPrefix(query, "INSERT INTO "+*f.table+" (") {
		return nil, errors.New("the server is gone")
	}
	return f.Conn.PrepareBatch(ctx, query, o...)
}

// TestCrashBetweenChangesAndVersion: what an evaluation wrote before it failed
// shows nothing half, and who evaluates again writes the same.
func TestCrashBetweenChangesAndVersion(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	b.sends(callTopic, from, meeting("one", "null", "alice", from)...)
	missed := b.list("new")[0]
	var table string
	b.live.deps.Conn = failing{b.run.Conn, &table}
	table = "calls"
	message := receipt("r", fmt.Sprintf(`"callId":%q`, guid("one")), "alice", from.Add(12*time.Minute))
	b.produce(receiptTopic, from, message)
	b.live.round(t.Context())
	b.wants("SELECT action FROM finding_changes", "supersede")
	if list := b.list(); len(list) != 1 || list[0].ID != missed.ID || list[0].Status != schema.FindingNew {
		t.Errorf("after the failure there are %+v", list)
	}
	b.says(missed.ID, findings.Word{Action: schema.ActionAssign, Owner: "ana"})
	table = ""
	b.rounds()
	list := b.list()
	if len(list) != 1 || list[0].Rule != "notice.late" || list[0].Owner != "ana" {
		t.Errorf("after the second try there are %+v", list)
	}
	b.wants("SELECT toString(uniqExact(change_id)) FROM finding_changes", "2")
	if gone := b.list("superseded"); len(gone) != 1 || gone[0].Successor != list[0].ID {
		t.Errorf("gone are %+v", gone)
	}
}
