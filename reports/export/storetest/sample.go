package storetest

import (
	"fmt"
	"time"

	"rollcall/schema"
)

// The names of the sample are what an attacker would choose: a formula, a page's
// code, a terminal's control codes, and letters that turn the direction of text.
const (
	Formula  = `=HYPERLINK("http://example.org","open")`
	Markup   = `<img src=x onerror=alert(1)>`
	Terminal = "\x1b[31mred\x1b[0m\x07"
	Turned   = "invoice\u202egnp.exe"
)

// Ids of the sample's calls.
const (
	CallFailing = "0a000000-0000-4000-8000-000000000001" // Teams call: pass, late, missed, not applicable
	CallAssumed = "0b000000-0000-4000-8000-000000000002" // no evidence, too short; its end is assumed
	CallOpen    = "0c000000-0000-4000-8000-000000000003" // goes on: pending
)

// AsOf is the instant of the sample.
func AsOf() time.Time { return day(2, 12, 0, 0) }

func day(d, h, m, s int) time.Time { return time.Date(2026, 3, 1+d, h, m, s, 0, time.UTC) }

// id is an event's or a session's id.
func id(kind string, n int) string { return fmt.Sprintf("%s%0*d", kind, 32-len(kind), n) }

// Sample returns three calls of two days, two tenants and every result.
func Sample() []Call { return []Call{failing(), assumed(), open()} }

// A builder makes the parts of a call that repeat themselves.
type builder struct {
	Call
	events int
}

// event adds an event and returns its id.
func (b *builder) event(source, kind string, at time.Time) string {
	b.events++
	e := Event{ID: id(b.ID[:2]+"e", b.events), Source: source, Kind: kind, Time: at, File: "events/day.ndjson", Line: fmt.Sprint(b.events)}
	if source == "rollcall" {
		e.File, e.Line = "", "" // as if it had come from Kafka
	}
	b.Events = append(b.Events, e)
	return e.ID
}

func (b *builder) bound(at time.Time, kind string) schema.Bound {
	return schema.Bound{At: at, Source: schema.BoundEventGrid, Event: b.event("event_grid", "Microsoft.Communication."+kind, at)}
}

// session adds a session; the index of it is returned.
func (b *builder) session(name, raw string, path schema.JoinPath, identity schema.Identity, app string, joined, left time.Time) int {
	n := len(b.Sessions)
	s := schema.Session{
		ID: id(b.ID[:2]+"5", n+1), ParticipantID: fmt.Sprintf("%s-participant-%d", b.ID[:2], n+1), RawID: raw, EndpointID: fmt.Sprintf("endpoint-%d", n+1),
		Identity: identity, JoinPath: path, PathEvidence: "raw_id", DisplayName: name, Joined: b.bound(joined, "CallParticipantAdded"),
		Left: schema.Bound{Source: schema.BoundOpen},
	}
	if !left.IsZero() {
		s.Left = b.bound(left, "CallParticipantRemoved")
	}
	if app != "" {
		s.App, s.SDKVersion = app, "1.38.1"
	}
	s.Events = []string{s.Joined.Event}
	b.Sessions = append(b.Sessions, s)
	b.Owners[s.ID] = [2]string{b.Tenant, app}
	b.name(schema.ShownName{RawID: raw, Name: name, Source: schema.SourceEventGrid, Kinds: []string{"Microsoft.Communication.CallParticipantAdded"},
		First: joined, Last: joined, Event: s.Joined.Event})
	return n
}

// name adds a name that the call showed.
func (b *builder) name(n schema.ShownName) {
	n.Tenant = b.Tenant
	b.Shown = append(b.Shown, n)
}

// user says what the directory had of an identity.
func (b *builder) user(raw string, basis schema.DirectoryBasis, name string, from time.Time) {
	for i := range b.Shown {
		if n := &b.Shown[i]; n.RawID == raw {
			n.Directory = schema.DirectoryName{Basis: basis, Name: name, From: from, Event: b.event("graph", "user", time.Time{})}
		}
	}
}

// oblige adds the obligation of a session and an episode.
func (b *builder) oblige(n int, e schema.Episode, result schema.Result, reason string, version string, fill func(*Obligation)) {
	s := b.Sessions[n]
	from := s.Joined.At
	if e.Start.At.After(from) {
		from = e.Start.At
	}
	to := s.Left.At
	if to.IsZero() || !e.End.At.IsZero() && e.End.At.Before(to) {
		to = e.End.At
	}
	if to.IsZero() {
		to = AsOf()
	}
	o := Obligation{AppVersion: version, SDKVersion: s.SDKVersion, ExposureMs: to.Sub(from).Milliseconds()}
	o.Obligation = schema.Obligation{
		CallID: b.ID, Tenant: b.Owners[s.ID][0], App: b.Owners[s.ID][1], SessionID: s.ID, ParticipantID: s.ParticipantID, RawID: s.RawID, EndpointID: s.EndpointID,
		JoinPath: s.JoinPath, Capture: e.Capture, Ordinal: e.Ordinal, EpisodeStart: e.Start.At, EpisodeEnd: e.End.At, EpisodeEndSource: e.End.Source,
		JoinedAt: s.Joined.At, LeftAt: s.Left.At, LeftSource: s.Left.Source, ExposedAt: from, DueAt: from.Add(5 * time.Second), Result: result, Reason: reason,
		Evidence: append(append([]string{}, s.Events...), e.Events...),
	}
	if fill != nil {
		fill(&o)
	}
	b.Obligations = append(b.Obligations, o)
	b.finding(o)
}

// signalled and shown are what a session's client reported.
func (b *builder) signalled(n int, at time.Time, capture string) string {
	e := b.event("rollcall", "rollcall.capture.signalled", at)
	s := &b.Sessions[n]
	s.Signals = append(s.Signals, schema.SessionSignal{Event: e, At: at, Signal: schema.Signal{Capture: capture, Active: true}})
	return e
}

func (b *builder) shown(n int, at time.Time, text string, via []schema.Via, captures ...string) string {
	e := b.event("rollcall", "rollcall.notice.shown", at)
	s := &b.Sessions[n]
	s.Receipts = append(s.Receipts, schema.Receipt{Event: e, Via: via, At: at,
		Notice: schema.Notice{Captures: captures, State: "started", Surface: "banner", Text: text, Locale: "en", Clock: schema.ClockSent}})
	return e
}

// reports fills an obligation with a signal and a report after its exposure.
func (b *builder) reports(n int, e schema.Episode, signal, shown time.Duration, text string, via ...schema.Via) func(*Obligation) {
	return func(o *Obligation) {
		o.SignalledAt, o.ShownAt = o.ExposedAt.Add(signal), o.ExposedAt.Add(shown)
		o.DelayMs = shown.Milliseconds()
		first := b.signalled(n, o.SignalledAt, e.Capture)
		o.ReceiptID = b.shown(n, o.ShownAt, text, via, e.Capture)
		o.ReceiptVia, o.Surface, o.ClockBasis = via, "banner", schema.ClockSent
		o.Evidence = append(o.Evidence, first, o.ReceiptID)
	}
}

// finding states the violation that an obligation is.
func (b *builder) finding(o Obligation) {
	f := schema.Finding{ID: id(b.ID[:2]+"f", len(b.Findings)+1), Severity: schema.SeverityHigh, Status: "new", Result: "fail", CallID: b.ID, Tenant: o.Tenant,
		App: o.App, Subject: o.SessionID, RawID: o.RawID, Capture: o.Capture, FirstAt: o.ExposedAt, DetectedAt: o.DueAt.Add(time.Minute),
		Evidence: o.Evidence, PolicyVersion: "0123456789ab", RuleVersion: 1}
	switch o.Result {
	case schema.ResultMissed:
		f.Rule, f.Message = "notice.missed", "No notice of "+o.Capture+" was reported to "+b.Sessions[0].DisplayName+"."
	case schema.ResultNoEvidence:
		f.Rule, f.Result, f.Message = "notice.missed", "no_evidence", "Whether anybody was told of "+o.Capture+" is not known."
	case schema.ResultLate:
		f.Rule, f.Severity, f.Message = "notice.late", schema.SeverityMedium, "The notice of "+o.Capture+" was reported late."
	default:
		return
	}
	b.Findings = append(b.Findings, f)
}

func newCall(callID, tenant string, teams bool, start, end time.Time) *builder {
	b := &builder{Call: Call{Tenant: tenant, Version: 1, Owners: map[string][2]string{}}}
	b.ID, b.Teams, b.Resource = callID, teams, "/subscriptions/s/resourcegroups/g/providers/microsoft.communication/communicationservices/acs-"+tenant
	if teams {
		b.TeamsEvidence = "thread"
	}
	b.Start = b.bound(start, "CallStarted")
	b.End = schema.Bound{Source: schema.BoundOpen}
	if !end.IsZero() {
		b.End = b.bound(end, "CallEnded")
	}
	b.Aliases = []schema.Alias{
		{Kind: "call_connection_id", Value: callID[:2] + "connection", Event: b.Start.Event},
		{Kind: "correlation_id", Value: callID, Event: b.Start.Event},
		{Kind: "server_call_id", Value: "/conv/" + callID[:2], Event: b.Start.Event},
	}
	return b
}

func (b *builder) episode(capture string, ordinal int, start, end time.Time) schema.Episode {
	e := schema.Episode{Capture: capture, Ordinal: ordinal, Start: schema.Bound{At: start, Source: schema.BoundCallAutomation,
		Event: b.event("call_automation", "Microsoft.Communication.RecordingStateChanged", start)}, End: schema.Bound{Source: schema.BoundOpen}}
	if !end.IsZero() {
		e.End = schema.Bound{At: end, Source: schema.BoundCallAutomation, Event: b.event("call_automation", "Microsoft.Communication.RecordingStateChanged", end)}
	}
	e.Events = []string{e.Start.Event}
	b.Episodes = append(b.Episodes, e)
	return e
}

func failing() Call {
	b := newCall(CallFailing, "contoso", true, day(0, 9, 0, 0), day(0, 10, 0, 0))
	anna := b.session("Ánna Ősz", "8:acs:anna", schema.PathACSExternalUser, schema.IdentityExternalUser, "contoso-care", day(0, 9, 0, 0), day(0, 10, 0, 0))
	formula := b.session(Formula, "8:acs:formula", schema.PathACSExternalUser, schema.IdentityExternalUser, "contoso-care", day(0, 9, 5, 0), day(0, 9, 50, 0))
	b.session(Terminal, "8:acs:red", schema.PathACSExternalUser, schema.IdentityExternalUser, "contoso-care", day(0, 9, 5, 30), day(0, 9, 9, 0))
	markup := b.session(Markup, "8:acs:markup", schema.PathACSTeamsUser, schema.IdentityTeamsUser, "contoso-care", day(0, 9, 6, 0), day(0, 9, 40, 0))
	native := b.session(Turned, "8:orgid:native", schema.PathTeamsUser, schema.IdentityTeamsUser, "", day(0, 9, 7, 0), day(0, 10, 0, 0))
	recording := b.episode(schema.Recording, 1, day(0, 9, 10, 0), day(0, 9, 30, 0))
	transcription := b.episode(schema.Transcription, 1, day(0, 9, 20, 0), day(0, 9, 55, 0))
	both := []schema.Via{schema.ViaAppInsights, schema.ViaCloudEvent}
	b.oblige(anna, recording, schema.ResultPass, "", "4.2.0", b.reports(anna, recording, 300*time.Millisecond, 900*time.Millisecond, "Recording is on", both...))
	b.oblige(anna, transcription, schema.ResultLate, "", "4.2.0", b.reports(anna, transcription, 400*time.Millisecond, 7*time.Second, Terminal, schema.ViaCloudEvent))
	b.oblige(formula, recording, schema.ResultMissed, "signalled-not-shown", "4.1.0", func(o *Obligation) {
		o.SignalledAt = o.ExposedAt.Add(time.Second)
		o.Evidence = append(o.Evidence, b.signalled(formula, o.SignalledAt, schema.Recording))
	})
	b.oblige(formula, transcription, schema.ResultMissed, "signal-unknown", "4.1.0", nil)
	b.oblige(markup, recording, schema.ResultPass, "", "4.2.0", b.reports(markup, recording, 200*time.Millisecond, 1100*time.Millisecond, Markup, schema.ViaCloudEvent))
	b.oblige(native, recording, schema.ResultNotApplicable, "the native Teams client shows the platform's own notice", "", nil)
	b.Recordings = []schema.CallRecording{{ID: "recording-1", Kind: schema.RecordingACS, Content: "audio_video", Channel: "mixed", LengthMs: 1_200_000,
		Parts: []schema.Interval{{Start: recording.Start.At, End: recording.End.At}}, Events: recording.Events}}
	b.Lines = []schema.UsageLine{{LineID: id("0au", 1), Day: "2026-03-01", Tenant: "contoso", App: "contoso-care", Resource: b.Resource, CallID: b.ID,
		SessionID: b.Sessions[anna].ID, RawID: "8:acs:anna", Meter: "interop.voip.acs_participant_minute", Unit: "participant_minute", Raw: 3_600_000, Quantity: "60",
		Rate: "0.004", Currency: "USD", Cost: "0.24", TariffRow: "rates, line 3", TariffVersion: "v1", Evidence: b.Sessions[anna].Events}}
	b.Disputes = []schema.Dispute{{Bound: schema.DisputeLeft, Subject: b.Sessions[markup].ID, A: b.Sessions[markup].Left,
		B: schema.Bound{At: day(0, 9, 40, 4), Source: schema.BoundCallSummary, Event: b.event("azure_monitor", "CallSummary", day(0, 10, 5, 0))}}}
	b.name(schema.ShownName{RawID: "8:acs:anna", Name: "Ánna Ősz", Surface: "teams", Source: schema.SourceRollcall, Kinds: []string{"rollcall.name.shown", "rollcall.session.joined"},
		Labels: []string{"(External)"}, First: day(0, 9, 0, 1), Last: day(0, 9, 30, 0), Event: b.event("rollcall", "rollcall.name.shown", day(0, 9, 0, 1)), Result: "fail", Reason: "name.impersonation disguised",
		Expected: "no name that can be mistaken for “Anna Osz”", Severity: schema.SeverityHigh})
	b.name(schema.ShownName{Name: "", Surface: "acs_app", Source: schema.SourceRollcall, Kinds: []string{"rollcall.name.shown"}, Result: "fail", Reason: "name.missing empty",
		Expected: "a name", Severity: schema.SeverityLow})
	chat := "19:meeting_Y2hhdA@thread.v2"
	b.Threads = []schema.CallThread{{ID: chat, Kind: schema.ThreadMeeting}}
	b.Messages = []schema.CallMessage{
		{ThreadID: chat, MessageID: "1772355900000", At: day(0, 9, 5, 0), SenderID: "8:acs:anna", SenderName: "Ánna Ősz", Type: "text",
			Events: []string{b.event("event_grid", "Microsoft.Communication.ChatMessageReceived", day(0, 9, 5, 0)), b.event("graph", "chatMessage", day(0, 9, 5, 1))}},
		{ThreadID: chat, MessageID: "1772356200000", At: day(0, 9, 10, 0), SenderID: "8:orgid:native", SenderName: Turned, Type: "html", Edited: true,
			Events: []string{b.event("graph", "chatMessage", day(0, 9, 10, 0))}},
	}
	b.user("8:acs:markup", schema.DirectoryHeld, Markup, day(-3, 8, 0, 0))
	b.user("8:orgid:native", schema.DirectoryOnly, "Bob", time.Time{})
	return b.Call
}

func assumed() Call {
	b := newCall(CallAssumed, "fabrikam", false, day(1, 14, 0, 0), day(1, 14, 30, 0))
	b.End.Source, b.End.Event = schema.BoundAssumedLastLeave, ""
	turned := b.session(Turned, "8:acs:turned", schema.PathACSExternalUser, schema.IdentityExternalUser, Formula, day(1, 14, 0, 0), day(1, 14, 30, 0))
	short := b.session(Terminal, "4:+4915112345678", schema.PathUnknown, schema.IdentityUnknown, Formula, day(1, 14, 1, 0), day(1, 14, 1, 3))
	recording := b.episode(schema.Recording, 1, day(1, 14, 0, 30), time.Time{})
	recording.End, recording.AssumedFrom = schema.Bound{At: day(1, 14, 30, 0), Source: schema.BoundAssumedCallEnd}, day(1, 14, 20, 0)
	b.Episodes[0] = recording
	b.oblige(turned, recording, schema.ResultNoEvidence, "no-receipts", "", func(o *Obligation) { o.AssumedMs = 600_000 })
	b.oblige(short, recording, schema.ResultTooShort, "", "", nil)
	return b.Call
}

func open() Call {
	b := newCall(CallOpen, "contoso", false, day(2, 11, 59, 0), time.Time{})
	bob := b.session("Bob", "8:acs:bob", schema.PathACSExternalUser, schema.IdentityExternalUser, "contoso-care", day(2, 11, 59, 30), time.Time{})
	recording := b.episode(schema.Recording, 1, day(2, 11, 59, 58), time.Time{})
	b.oblige(bob, recording, schema.ResultPending, "", "4.2.0", nil)
	return b.Call
}
