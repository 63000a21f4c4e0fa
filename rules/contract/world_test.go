package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/rules/assemble"
	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// base is second 0 of every timetable.
var base = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time {
	return base.Add(time.Duration(seconds*1000+0.5) * time.Millisecond)
}

// A who is a participant as a source names it.
type who struct{ pid, raw, endpoint, app string }

var (
	alice  = who{pid: "p-alice", raw: "8:acs:res_alice", endpoint: "e-alice"}
	alice2 = who{pid: "p-alice2", raw: "8:acs:res_alice", endpoint: "e-alice"} // after a rejoin
	tablet = who{pid: "p-tablet", raw: "8:acs:res_alice", endpoint: "e-tablet"}
	bob    = who{pid: "p-bob", raw: "8:acs:res_bob", endpoint: "e-bob"}
	carol  = who{pid: "p-carol", raw: "8:orgid:11111111-1111-1111-1111-111111111111", endpoint: "e-carol"}
	phone  = who{pid: "p-phone", raw: "4:+14255550123", endpoint: "e-phone"}
)

func (w who) participant() schema.Participant {
	return schema.Participant{ParticipantID: w.pid, RawID: w.raw, EndpointID: w.endpoint, AppID: w.app}
}

// byID, byEndpoint, byRaw and of name a participant as receipts may.
func (w who) byID() who         { return who{pid: w.pid} }
func (w who) byEndpoint() who   { return who{raw: w.raw, endpoint: w.endpoint} }
func (w who) byRaw() who        { return who{raw: w.raw} }
func (w who) of(app string) who { w.app = app; return w }

// A change alters an event that a builder made.
type change func(*schema.Event)

// event completes an event: its id is the hash of its content unless it was set.
func event(source schema.Source, kind string, seconds float64, facts schema.Facts, changes []change) schema.Event {
	e := schema.Event{Source: source, Kind: kind, Time: at(seconds), First: at(seconds), Last: at(seconds), Facts: facts,
		Refs: schema.CallRefs{CorrelationID: "call-1"}}
	if source == schema.SourceRollcall {
		e.Via = []schema.Via{schema.ViaCloudEvent}
	}
	for _, c := range changes {
		c(&e)
	}
	e.Content = contentOf(e)
	if e.ID == "" {
		e.ID = e.Content
	}
	return e
}

func contentOf(e schema.Event) string {
	e.ID, e.Content, e.Via = "", "", nil
	b, _ := json.Marshal(e)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

func id(name string) change          { return func(e *schema.Event) { e.ID = name } }
func resource(name string) change    { return func(e *schema.Event) { e.Resource = name } }
func connection(name string) change  { return func(e *schema.Event) { e.Refs.CallConnectionID = name } }
func thread(name string) change      { return func(e *schema.Event) { e.Refs.ThreadID = name } }
func written(seconds float64) change { return func(e *schema.Event) { e.Time = at(seconds) } }
func untimed(e *schema.Event)        { e.Time, e.First, e.Last = time.Time{}, time.Time{}, time.Time{} }
func version(v int64, key string) change {
	return func(e *schema.Event) { e.Version, e.ID = v, key }
}

// summary is a CallSummary, written an hour after the call unless changed.
func summary(w who, from, seconds float64, changes ...change) schema.Event {
	m := &schema.CallSummary{Participant: w.participant(), CallStart: at(0), CallDurationMs: 600_000, Start: at(from),
		DurationMs: int64(seconds*1000 + 0.5), EndpointType: "voip"}
	m.Participant.AppID = ""
	e := event(schema.SourceAzureMonitor, "CallSummary", 4200, schema.Facts{Summary: m}, append([]change{func(e *schema.Event) {
		e.First, e.Last = at(0), at(600)
	}}, changes...))
	return e
}

func participantType(t string) change {
	return func(e *schema.Event) { e.Facts.Summary.ParticipantType = t }
}
func endpointType(t string) change { return func(e *schema.Event) { e.Facts.Summary.EndpointType = t } }
func sdk(v string) change {
	return func(e *schema.Event) { e.Facts.Summary.Participant.SDKVersion = v }
}
func diagnostics(app string) change {
	return func(e *schema.Event) { e.Facts.Summary.AppName, e.Facts.Summary.HasDiagnostics = app, true }
}
func callDuration(ms int64) change {
	return func(e *schema.Event) { e.Facts.Summary.CallDurationMs = ms }
}

func presence(source schema.Source, w who, left bool, seconds float64, changes []change) schema.Event {
	f := schema.Facts{Presence: &schema.Presence{Participant: w.participant(), Left: left}}
	kind := "Microsoft.Communication.CallParticipantAdded"
	if source == schema.SourceRollcall {
		kind = "rollcall.session.joined"
		p := w.participant()
		f.Participant = &p
	}
	if source == schema.SourceEventGrid {
		f.Presence.Participant.EndpointID = ""
	}
	return event(source, kind, seconds, f, changes)
}

// added and removed are Event Grid's participant events; joins and leaves are
// the app's own.
func added(w who, seconds float64, c ...change) schema.Event {
	return presence(schema.SourceEventGrid, w, false, seconds, c)
}
func removed(w who, seconds float64, c ...change) schema.Event {
	return presence(schema.SourceEventGrid, w, true, seconds, c)
}
func joins(w who, seconds float64, c ...change) schema.Event {
	return presence(schema.SourceRollcall, w, false, seconds, c)
}
func leaves(w who, seconds float64, c ...change) schema.Event {
	return presence(schema.SourceRollcall, w, true, seconds, c)
}

func bound(source schema.Source, ended, conn bool, seconds float64, c []change) schema.Event {
	return event(source, "bound", seconds, schema.Facts{CallBound: &schema.CallBound{Ended: ended, Connection: conn, DurationMs: -1}}, c)
}
func callStarted(seconds float64, c ...change) schema.Event {
	return bound(schema.SourceEventGrid, false, false, seconds, c)
}
func callEnded(seconds float64, c ...change) schema.Event {
	return bound(schema.SourceEventGrid, true, false, seconds, c)
}
func connected(seconds float64, c ...change) schema.Event {
	return bound(schema.SourceCallAutomation, false, true, seconds, c)
}
func disconnected(seconds float64, c ...change) schema.Event {
	return bound(schema.SourceCallAutomation, true, true, seconds, c)
}

// recording is RecordingStateChanged of a recording that began at start.
func recording(name string, active bool, start, seconds float64, c ...change) schema.Event {
	return event(schema.SourceCallAutomation, "Microsoft.Communication.RecordingStateChanged", seconds,
		schema.Facts{RecordingFlip: &schema.RecordingState{RecordingID: name, Active: active, Start: at(start)}}, c)
}

func transcription(to string, seconds float64, c ...change) schema.Event {
	return event(schema.SourceCallAutomation, "Microsoft.Communication.Transcription", seconds,
		schema.Facts{Transcription: &schema.TranscriptionState{Change: to}}, c)
}

// recorded is a CallRecordingSummary, or with file RecordingFileStatusUpdated.
func recorded(name string, start, seconds float64, c ...change) schema.Event {
	return event(schema.SourceAzureMonitor, "CallRecordingSummary", 4000, schema.Facts{Recording: &schema.RecordingSummary{
		RecordingID: name, Start: at(start), LengthMs: int64(seconds*1000 + 0.5), Content: "audio_video", Channel: "mixed",
	}}, append([]change{func(e *schema.Event) { e.First, e.Last = at(start), at(start+seconds) }}, c...))
}
func file(e *schema.Event) { e.Source, e.Kind = schema.SourceEventGrid, "RecordingFileStatusUpdated" }
func pauses(of ...[2]float64) change {
	return func(e *schema.Event) {
		for _, p := range of {
			e.Facts.Recording.Pauses = append(e.Facts.Recording.Pauses, schema.Pause{Start: at(p[0]), DurationMs: int64((p[1] - p[0]) * 1000)})
		}
	}
}

func roster(sequence int64, seconds float64, of ...who) schema.Event {
	r := &schema.Roster{Sequence: sequence}
	for _, w := range of {
		r.RawIDs = append(r.RawIDs, w.raw)
	}
	slices.Sort(r.RawIDs)
	return event(schema.SourceCallAutomation, "Microsoft.Communication.ParticipantsUpdated", seconds, schema.Facts{Roster: r}, []change{connection("conn-1")})
}

func play(context string, completed bool, seconds float64) schema.Event {
	return event(schema.SourceCallAutomation, "Microsoft.Communication.PlayCompleted", seconds,
		schema.Facts{Play: &schema.Play{Context: context, Completed: completed}}, nil)
}

// signal is what the platform told a client; shows what the client told its user.
func signal(w who, capture string, active bool, seconds float64, c ...change) schema.Event {
	p := w.participant()
	return event(schema.SourceRollcall, "rollcall.capture.signalled", seconds,
		schema.Facts{Participant: &p, Signal: &schema.Signal{Capture: capture, Active: active}}, c)
}

func shows(w who, captures string, seconds float64, c ...change) schema.Event {
	p := w.participant()
	return event(schema.SourceRollcall, "rollcall.notice.shown", seconds, schema.Facts{Participant: &p, Notice: &schema.Notice{
		Captures: strings.Split(captures, "+"), State: "started", Surface: "banner", Clock: schema.ClockSent,
	}}, c)
}
func state(s string) change   { return func(e *schema.Event) { e.Facts.Notice.State = s } }
func surface(s string) change { return func(e *schema.Event) { e.Facts.Notice.Surface = s } }
func text(locale, s string) change {
	return func(e *schema.Event) { e.Facts.Notice.Locale, e.Facts.Notice.Text = locale, s }
}
func clock(basis string) change  { return func(e *schema.Event) { e.Facts.Notice.Clock = basis } }
func via(v ...schema.Via) change { return func(e *schema.Event) { e.Via = v } }

// A world is one call's evidence with what it is judged by.
type world struct {
	t      *testing.T
	policy *policy.Policy
	now    time.Time
	gaps   []notice.Gap
	events []schema.Event
}

// evidenceOf makes a world that is judged by the default policy, two hours on.
func evidenceOf(t *testing.T, events ...schema.Event) *world {
	t.Helper()
	return &world{t: t, policy: policy.Default(), now: at(7200), events: events}
}

func (w *world) under(text string) *world {
	w.t.Helper()
	p, err := policy.Parse("policy.yaml", []byte("version: 1\n"+text))
	if err != nil {
		w.t.Fatal(err)
	}
	w.policy = p
	return w
}

func (w *world) asOf(seconds float64) *world { w.now = at(seconds); return w }

func (w *world) without(gaps ...notice.Gap) *world { w.gaps = gaps; return w }

func (w *world) call(events []schema.Event) schema.Call {
	return assemble.Call("call-1", events, assemble.Options{Now: w.now, Quiet: w.policy.Base().Quiet})
}

func (w *world) judge(c schema.Call) []schema.Obligation {
	return notice.Obligations(c, notice.Input{Policy: w.policy, Now: w.now, Gaps: w.gaps})
}

// all is everything that must not depend on the order of evidence.
func (w *world) all(events []schema.Event) string {
	c := w.call(events)
	rows := w.judge(c)
	b, err := json.Marshal([]any{c, rows, notice.Judge(rows, w.policy), evidence.Judge(c, evidence.Input{Policy: w.policy})})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// shuffled assembles the evidence in other orders, with repeats, and wants the
// same to the byte.
func (w *world) shuffled() {
	w.t.Helper()
	want := w.all(w.events)
	random := rand.New(rand.NewPCG(7, uint64(len(w.events))))
	for range 12 {
		events := slices.Clone(w.events)
		for range random.IntN(4) {
			events = append(events, w.events[random.IntN(len(w.events))])
		}
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if got := w.all(events); got != want {
			w.t.Fatalf("the order of evidence changes what comes out:\n%s\n%s", want, got)
		}
	}
}

// wants compares the obligations with a timetable: a line each, sorted.
func (w *world) wants(timetable string) *world {
	w.t.Helper()
	w.shuffled()
	var got []string
	for _, o := range w.judge(w.call(w.events)) {
		got = append(got, row(o))
	}
	compare(w.t, got, timetable)
	return w
}

// sessions compares the sessions with a timetable.
func (w *world) sessions(timetable string) *world {
	w.t.Helper()
	w.shuffled()
	var got []string
	for _, s := range w.call(w.events).Sessions {
		got = append(got, fmt.Sprintf("%s %s(%s) to %s(%s) %s by %s", name(s.ParticipantID, s.RawID, s.EndpointID),
			sec(s.Joined.At), s.Joined.Source, sec(s.Left.At), s.Left.Source, s.JoinPath, s.PathEvidence))
	}
	compare(w.t, got, timetable)
	return w
}

// episodes compares the episodes with a timetable.
func (w *world) episodes(timetable string) *world {
	w.t.Helper()
	w.shuffled()
	var got []string
	for _, e := range w.call(w.events).Episodes {
		line := fmt.Sprintf("%s#%d %s(%s) to %s(%s)", e.Capture, e.Ordinal, sec(e.Start.At), e.Start.Source, sec(e.End.At), e.End.Source)
		if !e.AssumedFrom.IsZero() {
			line += " assumed from " + sec(e.AssumedFrom)
		}
		got = append(got, line)
	}
	compare(w.t, got, timetable)
	return w
}

func compare(t *testing.T, got []string, timetable string) {
	t.Helper()
	var want []string
	for line := range strings.Lines(timetable) {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// row is an obligation as timetables write it.
func row(o schema.Obligation) string {
	end := o.EpisodeEnd
	if end.IsZero() || !o.LeftAt.IsZero() && o.LeftAt.Before(end) {
		end = o.LeftAt
	}
	line := fmt.Sprintf("%s %s#%d %s-%s %s", name(o.ParticipantID, o.RawID, o.EndpointID), o.Capture, o.Ordinal, sec(o.ExposedAt), sec(end), o.Result)
	if o.Reason != "" {
		line += " " + strings.ReplaceAll(o.Reason, " ", "_")
	}
	if !o.ShownAt.IsZero() {
		line += " shown " + sec(o.ShownAt)
	}
	if !o.SignalledAt.IsZero() {
		line += " signalled " + sec(o.SignalledAt)
	}
	if o.Assumed {
		line += " assumed"
	}
	return line
}

func name(pid, raw, endpoint string) string {
	if pid != "" {
		return strings.TrimPrefix(pid, "p-")
	}
	raw = strings.TrimPrefix(strings.TrimPrefix(raw, "8:acs:res_"), "8:orgid:")
	if endpoint == "" {
		return raw
	}
	return raw + "@" + endpoint
}

// sec is an instant in seconds from base; "open" where there is none.
func sec(t time.Time) string {
	if t.IsZero() {
		return "open"
	}
	return strconv.FormatFloat(float64(t.Sub(base).Milliseconds())/1000, 'f', -1, 64)
}
