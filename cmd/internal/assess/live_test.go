package assess

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"rollcall/cmd/internal/embedded"
	"rollcall/ingest"
	"rollcall/ingest/kafka"
	"rollcall/rules/policy"
	"rollcall/schema/chdb"
)

// A bench is a live assessor on a store of its own, whose rounds the test
// calls and whose clock it sets.
type bench struct {
	*testing.T
	run    *embedded.Run
	live   *Live
	clock  time.Time
	next   map[string]int64 // offsets
	cursor ingest.Cursor
}

const callTopic, receiptTopic = "calls", "receipts"

func newBench(t *testing.T) *bench {
	t.Helper()
	if _, err := chdb.Find(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	run, err := embedded.Start(t.Context(), embedded.RunConfig{Topics: []string{callTopic, receiptTopic}, Partitions: 1, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{T: t, run: run, clock: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC), next: map[string]int64{}}
	metrics, err := NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return b.clock }
	b.live = NewLive(keepsAll(), LiveDependencies{
		Conn: run.Conn, Clock: clock, Logger: log, Metrics: metrics, Terms: Terms{Policy: policy.Default()},
		Frontier: &Frontier{Conn: run.Conn, Clock: clock, Marks: func(context.Context) ([]kafka.Mark, error) { return nil, nil }},
	})
	return b
}

// keepsAll keeps every call between its evaluations, as large ones are.
func keepsAll() LiveConfig {
	c := DefaultLiveConfig()
	c.Large = 1
	return c
}

// sends produces messages with a broker time, waits until they are stored, and
// lets the assessor see them.
func (b *bench) sends(topic string, at time.Time, messages ...string) {
	b.Helper()
	b.produce(topic, at, messages...)
	b.rounds()
}

// produce produces messages with a broker time, waits until they are stored, and
// tells the assessor of them.
func (b *bench) produce(topic string, at time.Time, messages ...string) {
	b.Helper()
	var list []kafka.Message
	for _, m := range messages {
		list = append(list, kafka.Message{Value: []byte(m), Time: at})
	}
	if _, err := b.run.Client.Produce(b.Context(), kafka.DefaultProduceConfig(), topic, 0, list); err != nil {
		b.Fatal(err)
	}
	b.next[topic] += int64(len(messages))
	if err := b.run.Wait(b.Context(), topic, 0, b.next[topic]); err != nil {
		b.Fatal(err)
	}
	news, cursor, _, err := ingest.Touched(b.Context(), b.run.Conn, b.cursor)
	if err != nil {
		b.Fatal(err)
	}
	b.cursor = cursor
	b.live.touch(touch{news.AliasKeys, news.Ranges})
}

// rounds lets the assessor do what there is to do.
func (b *bench) rounds() {
	b.Helper()
	b.live.round(b.Context())
	if left := b.live.take(); len(left) > 0 {
		b.Fatalf("%d alias sets were not evaluated", len(left))
	}
}

// restarts puts an assessor that knows nothing in the place of this one.
func (b *bench) restarts() {
	b.Helper()
	b.clock = b.clock.Add(time.Second)
	b.live = NewLive(keepsAll(), b.live.deps)
	b.rounds()
}

// rows reads a query of one text column, sorted.
func (b *bench) rows(sql string) []string {
	b.Helper()
	rows, err := b.run.Conn.Query(b.Context(), sql)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			b.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func (b *bench) wants(sql string, want ...string) {
	b.Helper()
	if got := b.rows(sql); !slices.Equal(got, want) {
		b.Errorf("%s:\ngot\n\t%s\nwant\n\t%s", sql, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// asAudit holds what the assessor stored against one evaluation of everything,
// as an audit does it.
func (b *bench) asAudit() {
	b.Helper()
	const results = `SELECT concat(call_id, ' ', session_id, ' ', capture, ' ', result, ' ', reason, ' ', receipt_id) FROM obligations_current
UNION ALL SELECT concat(call_id, ' ', session_id, ' ', toString(joined_at), ' ', ifNull(toString(left_at), 'open'), ' ', join_path) FROM sessions_current
UNION ALL SELECT concat(call_id, ' ', rule, ' ', subject, ' ', message) FROM findings_current
UNION ALL SELECT concat(call_id, ' ', json) FROM calls_current`
	live := b.rows(results)
	terms := b.live.deps.Terms
	terms.Now, terms.Gaps = b.clock, b.live.gaps.list
	for _, table := range []string{"calls", "sessions", "obligations", "findings", "usage_lines", "free_sessions", "checks"} {
		if err := b.run.Conn.Exec(b.Context(), "TRUNCATE TABLE "+table); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := All(b.Context(), b.run.Conn, terms, 1, nil); err != nil {
		b.Fatal(err)
	}
	if audit := b.rows(results); !slices.Equal(live, audit) {
		b.Errorf("live\n\t%s\naudit\n\t%s", strings.Join(live, "\n\t"), strings.Join(audit, "\n\t"))
	}
}

// day is an instant of the days that these tests are about.
func day(n int, clock string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05", fmt.Sprintf("2026-03-%02d %s", n, clock))
	if err != nil {
		panic(err)
	}
	return at
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z") }

// guid is an id that a name stands for.
func guid(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

const weekly = "19:meeting_d2Vla2x5@thread.v2"

func acsUser(name string) string {
	return "8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_" + name
}

// summary is a CallSummary of a user in a meeting, written an hour after it.
func summary(call, thread, user string, from time.Time, seconds int) string {
	return fmt.Sprintf(`{"records":[{"time":%q,"resourceId":"SUBSCRIPTIONS/5E3C1F6A-0B1D-4C57-9A3E-2F8B7C6D5E4F/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS","correlationId":%q,"operationName":"CallSummary","category":"CallSummary","properties":{"identifier":%q,"callStartTime":%q,"callDuration":%d,"callType":"Group","teamsThreadId":%q,"participantId":%q,"participantStartTime":%q,"participantDuration":"%d","endpointId":%q,"endpointType":"VoIP","sdkVersion":"1.30.1.0","participantType":"ACS"}}]}`,
		stamp(from.Add(time.Duration(seconds)*time.Second+time.Hour)), guid(call), strings.TrimPrefix(acsUser(user), "8:"), stamp(from), seconds, thread,
		guid(call+user), stamp(from), seconds, guid(user))
}

// recordingState is RecordingStateChanged of a call's only recording.
func recordingState(call string, active bool, start, at time.Time) string {
	state := map[bool]string{true: "active", false: "inactive"}[active]
	return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.RecordingStateChanged","specversion":"1.0","time":%q,"data":{"recordingId":%q,"state":%q,"startDateTime":%q,"correlationId":%q}}]`,
		guid(call+state+stamp(at)), guid("connection "+call), stamp(at), "rec-"+call, state, stamp(start), guid(call))
}

// receipt is a notice that an app showed to a user; ids names the call.
func receipt(id, ids, user string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.notice.shown","time":%q,"data":{"appId":"care","capture":"recording","state":"started","surface":"banner","rawId":%q,%s}}`,
		guid(id), stamp(at), acsUser(user), ids)
}

// meeting is an hour of one user in a call that is recorded from its tenth
// minute on.
func meeting(call, thread, user string, from time.Time) []string {
	return []string{summary(call, thread, user, from, 3600), recordingState(call, true, from.Add(10*time.Minute), from.Add(10*time.Minute)),
		recordingState(call, false, from.Add(10*time.Minute), from.Add(50*time.Minute))}
}

const results = "SELECT concat(result, ' ', reason) FROM obligations_current"

// TestGapKnownLater: a loss that is recorded after a call was judged, a dead
// letter that comes after it, and its replay judge the calls again into whose
// exposures they fall, and no other.
func TestGapKnownLater(t *testing.T) {
	from := day(2, "10:00:00")
	lost := from.Add(12 * time.Minute)
	begin := func(t *testing.T) *bench {
		b := newBench(t)
		b.sends(receiptTopic, from, receipt("other", fmt.Sprintf(`"callId":%q`, guid("elsewhere")), "bob", from))
		b.sends(callTopic, from, append(meeting("one", "null", "alice", from), meeting("two", "null", "carol", day(9, "10:00:00"))...)...)
		// The app is known by the session's receipt of a transcription.
		for call, user := range map[string]string{"one": "alice", "two": "carol"} {
			text := receipt("t"+call, fmt.Sprintf(`"callId":%q`, guid(call)), user, from)
			b.sends(receiptTopic, day(1, "10:00:00"), strings.Replace(text, `"capture":"recording"`, `"capture":"transcription"`, 1))
		}
		b.wants(results, "missed never-signalled", "missed never-signalled")
		return b
	}
	gap := func(b *bench) {
		err := b.run.Conn.Exec(b.Context(), fmt.Sprintf("INSERT INTO gaps (topic, epoch, partition, first, last, reason, after_time, before_time, writer) VALUES ('%s', 0, 0, 100, 110, 'retention', '%s', '%s', 'test')",
			receiptTopic, lost.Format("2006-01-02 15:04:05"), lost.Format("2006-01-02 15:04:05")))
		if err != nil {
			b.Fatal(err)
		}
	}
	later := func(b *bench) {
		b.clock = b.clock.Add(b.live.cfg.Gaps + time.Second)
		b.rounds()
	}
	t.Run("a recorded gap", func(t *testing.T) {
		b := begin(t)
		gap(b)
		later(b)
		b.wants(results, "missed never-signalled", "no_evidence evidence-gap")
		b.wants("SELECT toString(uniqExact(version)) FROM calls_current WHERE call_id = '"+guid("two")+"'", "1")
	})
	t.Run("a dead letter and its replay", func(t *testing.T) {
		b := begin(t)
		b.sends(receiptTopic, lost, `{"neither":`)
		later(b)
		b.wants(results, "missed never-signalled", "no_evidence evidence-gap")
		if err := b.run.Conn.Exec(b.Context(), "INSERT INTO dead_letters (topic, epoch, partition, offset, part, start, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, replayed_at) SELECT topic, epoch, partition, offset, part, start, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, now64(3) FROM dead_letters"); err != nil {
			t.Fatal(err)
		}
		later(b)
		b.wants(results, "missed never-signalled", "missed never-signalled")
	})
	t.Run("recorded while nobody assessed", func(t *testing.T) {
		b := begin(t)
		gap(b)
		b.restarts()
		b.wants(results, "missed never-signalled", "no_evidence evidence-gap")
		if err := b.run.Conn.Exec(b.Context(), "TRUNCATE TABLE gaps"); err != nil {
			t.Fatal(err)
		}
		b.restarts()
		b.wants(results, "missed never-signalled", "missed never-signalled")
	})
}

// TestOccurrencesOfAMeeting: late evidence on one occurrence of a daily meeting
// takes nothing from the others, whose receipts know only the thread.
func TestOccurrencesOfAMeeting(t *testing.T) {
	b := newBench(t)
	thread := fmt.Sprintf(`"threadId":%q`, weekly)
	for n, call := range []string{"mon", "tue", "wed"} {
		from := day(2+n, "10:00:00")
		b.sends(callTopic, from, meeting(call, weekly, "alice", from)...)
		b.sends(receiptTopic, from, receipt("r1"+call, thread, "alice", from.Add(10*time.Minute+time.Second)),
			receipt("r2"+call, thread, "alice", from.Add(40*time.Minute)))
	}
	b.wants(results, "pass ", "pass ", "pass ")
	// Monday's log is corrected on Friday, and touches Monday alone.
	b.sends(callTopic, day(6, "10:00:00"), strings.Replace(summary("mon", weekly, "alice", day(2, "10:00:00"), 3300), `"participantType"`, `"CallUpdatesVersion":2,"participantType"`, 1))
	b.wants(results, "pass ", "pass ", "pass ")
	b.wants("SELECT toString(count()) FROM calls_current", "3")
	b.asAudit()
}

// TestThreadKnownAloneForDays: what knows only a thread is one call while it
// pauses less than twelve hours, however it comes.
func TestThreadKnownAloneForDays(t *testing.T) {
	b := newBench(t)
	thread := fmt.Sprintf(`"threadId":%q`, weekly)
	sends := func(of ...time.Time) {
		for _, at := range of {
			b.sends(receiptTopic, at, receipt(stamp(at), thread, "alice", at))
		}
	}
	sends(day(2, "10:00:00"), day(2, "21:00:00"), day(3, "08:00:00"))
	b.wants("SELECT call_id FROM calls_current", weekly)
	sends(day(7, "10:00:00"))
	b.wants("SELECT call_id FROM calls_current", weekly+"@2026-03-02T10:00:00.000Z", weekly+"@2026-03-07T10:00:00.000Z")
	// The first of them is known by another id after all: the last is alone again.
	b.sends(callTopic, day(5, "10:00:00"), summary("long", weekly, "alice", day(2, "09:00:00"), 48*3600))
	b.wants("SELECT call_id FROM calls_current", sorted(weekly, guid("long"))...)
	b.asAudit()
}

// TestHalvesMergeLive: two calls are one as soon as an event names both, and the
// results of the one that is gone no longer count.
func TestHalvesMergeLive(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	connected := func(at string, more string) string {
		return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.ParticipantsUpdated","specversion":"1.0","time":%q,"data":{"callConnectionId":%q,"participants":[],"sequenceNumber":1%s}}]`, guid("c"+at), guid("conn"), at, guid("conn"), more)
	}
	b.sends(callTopic, from, summary("one", "null", "alice", from, 3600), connected(stamp(from), ""))
	b.wants("SELECT call_id FROM calls_current", sorted(guid("one"), guid("conn"))...)
	both := fmt.Sprintf(`"callId":%q,"callConnectionId":%q`, guid("one"), guid("conn"))
	b.sends(receiptTopic, from, receipt("edge", both, "alice", from.Add(time.Minute)))
	b.wants("SELECT call_id FROM calls_current", guid("one"))
	b.wants("SELECT concat(call_id, ' to ', superseded_by) FROM calls FINAL WHERE superseded_by != ''", guid("conn")+" to "+guid("one"))
	b.asAudit()
}

func sorted(of ...string) []string {
	slices.Sort(of)
	return of
}

// TestEdgeWithdrawnLive: a call record whose newer version no longer names the
// meeting leaves it, and the merged call's results with it.
func TestEdgeWithdrawnLive(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	record := func(version int, joinURL string) string {
		return fmt.Sprintf(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords(sessions())/$entity","version":%d,"type":"groupCall","modalities":["audio"],"lastModifiedDateTime":%q,"startDateTime":%q,"endDateTime":%q,"id":%q,"joinWebUrl":%q,"sessions":[{"id":%q,"startDateTime":%q,"endDateTime":%q,"caller":{"@odata.type":"#microsoft.graph.callRecords.participantEndpoint","userAgent":{"platform":"windows","productFamily":"teams"},"associatedIdentity":{"id":%q,"displayName":"Carol","tenantId":%q}}}]}`,
			version, stamp(from.Add(2*time.Hour)), stamp(from), stamp(from.Add(time.Hour)), guid("record"), joinURL, guid("s1"), stamp(from), stamp(from.Add(time.Hour)), guid("carol"), guid("tenant"))
	}
	b.sends(callTopic, from, summary("one", weekly, "alice", from, 3600), record(1, "https://teams.microsoft.com/l/meetup-join/19%3ameeting_d2Vla2x5%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d"))
	b.wants("SELECT call_id FROM sessions_current", guid("one"), guid("one"))
	b.sends(callTopic, from, record(2, ""))
	b.wants("SELECT call_id FROM sessions_current", sorted(guid("one"), guid("record"))...)
	b.asAudit()
}

// TestEventLeavesForAnotherCall: a copy of an event that counts more names
// another call. The call that it was of is evaluated without it.
func TestEventLeavesForAnotherCall(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	message := func(etag, call string) string {
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.chatMessage","id":"1","etag":%q,"messageType":"systemEventMessage","createdDateTime":%q,"lastModifiedDateTime":%q,"chatId":"19:other@thread.v2","eventDetail":{"@odata.type":"#microsoft.graph.callRecordingEventMessageDetail","callId":%q,"callRecordingStatus":"initial"}}`,
			etag, stamp(from.Add(time.Minute)), stamp(from.Add(time.Minute)), guid(call))
	}
	for _, call := range []string{"g1", "g2"} {
		b.sends(callTopic, from, fmt.Sprintf(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords/$entity","version":1,"type":"groupCall","lastModifiedDateTime":%q,"startDateTime":%q,"endDateTime":%q,"id":%q}`,
			stamp(from.Add(2*time.Hour)), stamp(from), stamp(from.Add(time.Hour)), guid(call)))
	}
	episodes := "SELECT concat(call_id, ' ', toString(length(JSONExtractArrayRaw(json, 'episodes')))) FROM calls_current"
	b.sends(callTopic, from, message("1", "g1"))
	b.wants(episodes, sorted(guid("g1")+" 1", guid("g2")+" 0")...)
	b.sends(callTopic, from, message("2", "g2"))
	b.wants(episodes, sorted(guid("g1")+" 0", guid("g2")+" 1")...)
	b.asAudit()
}

// TestRunawayAliasLive: an alias joins calls until it would join more than 20;
// then each of them is its own again, and says why.
func TestRunawayAliasLive(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	connected := func(n int) string {
		return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.CallConnected","specversion":"1.0","time":%q,"data":{"callConnectionId":%q,"correlationId":%q}}]`,
			guid(fmt.Sprint("event", n)), guid("shared"), stamp(from.Add(time.Duration(n)*time.Minute)), guid("shared"), guid(fmt.Sprint("call", n)))
	}
	var messages []string
	for n := range 20 {
		messages = append(messages, connected(n))
	}
	b.sends(callTopic, from, messages...)
	b.wants("SELECT call_id FROM calls_current", guid("call0"))
	b.sends(callTopic, from, connected(20))
	b.wants("SELECT toString(count()) FROM calls_current", "21")
	b.wants("SELECT toString(uniqExact(call_id)) FROM findings_current WHERE rule = 'evidence.conflict' AND severity = 'info'", "21")
	b.asAudit()
}

// TestEvidenceThatHasNotCome: an event that is dated after the frontier counts
// as soon as the frontier has passed it, though nothing else touches its call.
func TestEvidenceThatHasNotCome(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	b.clock = day(2, "12:00:00")
	b.sends(callTopic, from, meeting("one", "null", "alice", from)...)
	version := "SELECT toString(max(version)) FROM calls_current"
	ended := fmt.Sprintf(`[{"id":%q,"topic":"/subscriptions/s/resourcegroups/r/providers/microsoft.communication/communicationservices/acs","subject":"call/x","data":{"serverCallId":"x","correlationId":%q},"eventType":"Microsoft.Communication.CallEnded","eventTime":"2026-03-02T12:00:01.0000000Z","dataVersion":"1.0","metadataVersion":"1"}]`, guid("end"), guid("one"))
	b.sends(callTopic, from, ended)
	end := "SELECT concat(toString(end), ' ', JSONExtractString(json, 'end', 'source')) FROM calls_current"
	b.wants(end, "2026-03-02 11:00:00.000 call_summary")
	before := b.rows(version)
	b.clock = day(2, "12:00:02")
	b.rounds()
	b.wants(end, "2026-03-02 12:00:01.000 event_grid")
	if slices.Equal(before, b.rows(version)) {
		t.Error("the call was not evaluated again")
	}
	b.asAudit()
}

// TestEvidenceWithoutEnd: where each evaluation finds its call touched again, a
// round ends nevertheless, so that the frontier moves and what is due is judged.
func TestEvidenceWithoutEnd(t *testing.T) {
	b := newBench(t)
	from := day(2, "10:00:00")
	b.sends(callTopic, from, meeting("one", "null", "alice", from)...)
	keys := b.rows("SELECT arrayJoin(alias_keys) FROM calls_current")
	asked := 0
	b.live.deps.Clock = func() time.Time {
		if asked++; asked < 200 {
			b.live.Touch(keys)
			b.clock = b.clock.Add(time.Second)
		}
		return b.clock
	}
	b.live.Touch(keys)
	b.live.round(t.Context())
	if asked >= 200 {
		t.Error("the round went on until no evidence came")
	}
	b.live.round(t.Context())
	if !b.live.Judged().Before(b.clock) || b.live.Judged().IsZero() {
		t.Errorf("at %v all is judged up to %v", b.clock, b.live.Judged())
	}
}

// TestJudged: all is judged up to the last round but one that left nothing.
func TestJudged(t *testing.T) {
	b := newBench(t)
	if !b.live.Judged().IsZero() {
		t.Errorf("before any round: %v", b.live.Judged())
	}
	first := b.clock
	b.rounds()
	b.clock = b.clock.Add(time.Second)
	b.rounds()
	if got := b.live.Judged(); !got.Equal(first) {
		t.Errorf("after two rounds: %v, want %v", got, first)
	}
	b.live.deps.Conn = broken{b.run.Conn}
	b.clock = b.clock.Add(time.Second)
	b.live.Touch([]string{"any"})
	b.live.round(t.Context())
	if got := b.live.Judged(); !got.Equal(first) {
		t.Errorf("after a round that failed: %v, want %v", got, first)
	}
}

// broken is a store of which nothing can be read.
type broken struct{ driver.Conn }

func (broken) Query(context.Context, string, ...any) (driver.Rows, error) {
	return nil, errors.New("the test cuts the line")
}
