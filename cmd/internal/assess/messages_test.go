package assess

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/rules/assemble"
	"rollcall/rules/calls"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// A told call is what messages tell of one call, without a store between.
type told struct {
	call        schema.Call
	obligations []schema.Obligation
	findings    []schema.Finding
	lines       []schema.UsageLine
}

// tell decodes messages, resolves and evaluates their calls a day later, by id.
// Any order and repetition of the messages must tell the same.
func tell(t *testing.T, messages ...string) map[string]told {
	t.Helper()
	want := tellOnce(t, messages)
	text := func(m map[string]told) string {
		var out []string
		for _, id := range slices.Sorted(maps.Keys(m)) {
			b, err := json.Marshal([]any{m[id].call, m[id].obligations, m[id].findings, m[id].lines})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(b))
		}
		return strings.Join(out, "\n")
	}
	random := rand.New(rand.NewPCG(5, uint64(len(messages))))
	for range 6 {
		again := append(slices.Clone(messages), messages[random.IntN(len(messages))])
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := text(tellOnce(t, again)); got != text(want) {
			t.Fatalf("order changes what is told:\n%s\n%s", text(want), got)
		}
	}
	return want
}

func tellOnce(t *testing.T, messages []string) map[string]told {
	t.Helper()
	d := decode.New(decode.Options{Drop: decode.DefaultDrop()})
	best := map[string]schema.Event{}
	var latest time.Time
	for _, m := range messages {
		r := d.Decode([]byte(m))
		if len(r.Dead) > 0 {
			t.Fatalf("%s: %s", r.Dead[0].Reason, m)
		}
		for _, e := range r.Events {
			if old, seen := best[e.ID]; !seen || e.Version > old.Version || e.Version == old.Version && e.Content < old.Content {
				best[e.ID] = e
			}
			if e.Time.After(latest) {
				latest = e.Time
			}
		}
	}
	var all []keyed
	var l setList
	for _, id := range slices.Sorted(maps.Keys(best)) {
		e := best[id]
		if aliases, key := ingest.Aliases(&e); key != "" {
			all = append(all, keyed{key, e})
			l.add(calls.AliasSet{Key: key, Aliases: aliases, First: e.First, Last: e.Last, Time: e.Time, Own: e.Source == schema.SourceRollcall})
		}
	}
	res := calls.Resolve(l.sets)
	byCall := map[string][]schema.Event{}
	for _, k := range all {
		if id, ok := res.Calls[k.key]; ok {
			byCall[id] = append(byCall[id], k.event)
		}
	}
	terms := Terms{Policy: policy.Default(), Now: latest.Add(48 * time.Hour)}
	out := map[string]told{}
	for id, events := range byCall {
		var o told
		r, err := Evaluate(assemble.NewSpine(id, events, terms.assembling()), Doubts{SetAside: asideOf(res)[id]}, terms, func(_ schema.Call, p Part) error {
			o.obligations = append(o.obligations, p.Obligations...)
			o.findings = append(o.findings, p.Findings...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		o.call, o.findings, o.lines = r.Call, append(o.findings, r.Findings...), r.Lines
		out[id] = o
	}
	return out
}

// only is the single call that is told.
func only(t *testing.T, m map[string]told) told {
	t.Helper()
	if len(m) != 1 {
		t.Fatalf("%d calls, want one: %v", len(m), slices.Sorted(maps.Keys(m)))
	}
	for _, o := range m {
		return o
	}
	return told{}
}

// rows writes a call's sessions, episodes and obligations, by the time of
// their day.
func (o told) rows() (out []string) {
	sec := func(at time.Time) string {
		if at.IsZero() {
			return "open"
		}
		return at.Format("15:04:05.999")
	}
	names := map[string]string{}
	for _, s := range o.call.Sessions {
		name := s.RawID[strings.LastIndexAny(s.RawID, "_:")+1:]
		for _, known := range []string{"carol", "dave", "erin"} {
			name = strings.ReplaceAll(name, guid(known), known)
		}
		names[s.ID] = name
		out = append(out, fmt.Sprintf("%s %s(%s)-%s(%s) %s by %s", name, sec(s.Joined.At), s.Joined.Source, sec(s.Left.At), s.Left.Source, s.JoinPath, s.PathEvidence))
	}
	for _, e := range o.call.Episodes {
		out = append(out, fmt.Sprintf("%s#%d %s(%s)-%s(%s)", e.Capture, e.Ordinal, sec(e.Start.At), e.Start.Source, sec(e.End.At), e.End.Source))
	}
	for _, b := range o.obligations {
		out = append(out, fmt.Sprintf("%s must know of %s#%d: %s %s", names[b.SessionID], b.Capture, b.Ordinal, b.Result, b.Reason))
	}
	slices.Sort(out)
	return out
}

func (o told) wants(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := o.rows(); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// logged is a CallSummary as Azure Monitor writes it, of anybody.
func logged(call, thread, identifier, kind, endpointType, pid string, callStart, from time.Time, seconds int) string {
	return fmt.Sprintf(`{"records":[{"time":%q,"resourceId":"SUBSCRIPTIONS/5E3C1F6A-0B1D-4C57-9A3E-2F8B7C6D5E4F/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.COMMUNICATION/COMMUNICATIONSERVICES/ACS","correlationId":%q,"operationName":"CallSummary","category":"CallSummary","properties":{"identifier":%q,"callStartTime":%q,"callDuration":3600,"callType":"Group","teamsThreadId":%q,"participantId":%q,"participantStartTime":%q,"participantDuration":%d,"endpointId":"null","endpointType":%q,"sdkVersion":"null","participantType":%q}}]}`,
		stamp(callStart.Add(2*time.Hour)), guid(call), identifier, stamp(callStart), thread, pid, stamp(from), seconds, endpointType, kind)
}

// joinURL is the address of a meeting, as Graph gives it.
const joinURL = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_d2Vla2x5%40thread.v2/0?context=%7b%22Tid%22%3a%22f69f5191-20ae-4093-8dae-3ec09edeb253%22%7d"

// meetingID is the base64 id of the meeting, which holds its thread.
func meetingID() string {
	return base64.StdEncoding.EncodeToString([]byte("1*" + guid("organizer") + "*0**" + weekly))
}

// graphSession is a session of a callRecord.
func graphSession(id, identity, family string, from, to time.Time) string {
	return fmt.Sprintf(`{"id":%q,"modalities":["audio"],"startDateTime":%q,"endDateTime":%q,"caller":{"@odata.type":"#microsoft.graph.callRecords.participantEndpoint","userAgent":{"@odata.type":"#microsoft.graph.callRecords.clientUserAgent","headerValue":"x","platform":"windows","productFamily":%q},"associatedIdentity":%s},"callee":{"@odata.type":"#microsoft.graph.callRecords.serviceEndpoint","userAgent":{"@odata.type":"#microsoft.graph.callRecords.serviceUserAgent","role":"mediaController"}}}`,
		guid(id), stamp(from), stamp(to), family, identity)
}

func userIdentity(name string) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.userIdentity","id":%q,"displayName":%q,"tenantId":"f69f5191-20ae-4093-8dae-3ec09edeb253"}`, guid(name), name)
}

func graphRecord(id, url string, from, to time.Time, sessions ...string) string {
	return fmt.Sprintf(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords(sessions())/$entity","version":1,"type":"groupCall","modalities":["audio"],"lastModifiedDateTime":%q,"startDateTime":%q,"endDateTime":%q,"id":%q,"joinWebUrl":%q,"sessions":[%s]}`,
		stamp(to.Add(30*time.Minute)), stamp(from), stamp(to), guid(id), url, strings.Join(sessions, ","))
}

// chatRecording is Teams' system message about a recording: as it begins, and
// the same message when it is over.
func chatRecording(id, callID, status, duration string, created, modified time.Time) string {
	if duration != "" {
		duration = fmt.Sprintf(`"callRecordingDuration":%q,`, duration)
	}
	return fmt.Sprintf(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#chats('x')/messages/$entity","id":%q,"etag":"%d","messageType":"systemEventMessage","createdDateTime":%q,"lastModifiedDateTime":%q,"chatId":%q,"from":null,"body":{"contentType":"html","content":"<systemEventMessage/>"},"eventDetail":{"@odata.type":"#microsoft.graph.callRecordingEventMessageDetail","callId":%q,%s"callRecordingStatus":%q,"initiator":{"user":{"id":%q,"displayName":null}}}}`,
		id, modified.UnixMilli(), stamp(created), stamp(modified), weekly, guid(callID), duration, status, guid("carol"))
}

// TestInteropMeetingWithoutEventGrid: Event Grid has no events of interop
// meetings, so that logs, Graph and the app's receipts must tell all.
func TestInteropMeetingWithoutEventGrid(t *testing.T) {
	from := day(2, "10:00:00")
	at := func(seconds float64) time.Time { return from.Add(time.Duration(seconds*1000) * time.Millisecond) }
	thread := fmt.Sprintf(`"threadId":%q`, weekly)
	dave := strings.Replace(receipt("r2", thread, "x", at(700)), acsUser("x"), guid("dave"), 1)
	o := only(t, tell(t,
		logged("one", weekly, "acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_alice", "ACS as Teams external user", "VoIP", guid("p1"), from, at(10), 3000),
		logged("one", weekly, guid("carol"), "Teams", "VoIP", guid("p2"), from, from, 3600),
		logged("one", weekly, guid("dave"), "ACS as Microsoft 365 user", "VoIP", guid("p3"), from, at(60), 3000),
		logged("one", weekly, "null", "null", "PSTN", guid("p4"), from, at(100), 1000),
		graphRecord("record", joinURL, from, at(3601), graphSession("s1", userIdentity("carol"), "teams", at(0.4), at(3600.2)), graphSession("s2", userIdentity("dave"), "azureCommunicationServices", at(60.2), at(3060.4)),
			graphSession("s3", `{"@odata.type":"#microsoft.graph.azureCommunicationServicesUserIdentity","id":"8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_alice"}`, "azureCommunicationServices", at(10.1), at(3010.3)),
			graphSession("s4", `{"@odata.type":"#microsoft.graph.communicationsPhoneIdentity","id":"+14255550123"}`, "unknown", at(100.2), at(1100.3))),
		chatRecording("1", "record", "initial", "", at(600), at(600)),
		chatRecording("1", "record", "success", "PT20M0.5S", at(600), at(1810)),
		receipt("r1", thread, "alice", at(602)), dave,
	))
	o.wants(t,
		"alice 10:00:10(call_summary)-10:50:10.3(graph) acs_app:external_user by raw_id",
		"carol 10:00:00(call_summary)-11:00:00.2(graph) teams_client:teams_user by participant_type",
		"dave 10:01:00(call_summary)-10:51:00.4(graph) acs_app:teams_user by participant_type",
		"+14255550123 10:01:40(call_summary)-10:18:20.3(graph) pstn by endpoint_type",
		"recording#1 10:10:00(teams_chat)-10:30:00.5(teams_chat)",
		"alice must know of recording#1: pass ",
		"carol must know of recording#1: not_applicable the native Teams client shows the platform's own notice",
		"dave must know of recording#1: late ",
		"+14255550123 must know of recording#1: not_applicable told by the platform's announcement")
	if o.call.ID != guid("one") || !o.call.Teams {
		t.Errorf("call %s, Teams %v", o.call.ID, o.call.Teams)
	}
}

// TestMeetingsOfOneThread: three days of one meeting, of which logs are written
// while the next is on and receipts know only the thread.
func TestMeetingsOfOneThread(t *testing.T) {
	thread := fmt.Sprintf(`"threadId":%q`, weekly)
	var messages []string
	for n, call := range []string{"mon", "tue", "wed"} {
		from := day(2+n, "10:00:00")
		messages = append(messages, meeting(call, weekly, "alice", from)...)
		messages = append(messages, receipt("r"+call, thread, "alice", from.Add(10*time.Minute+time.Second)),
			fmt.Sprintf(`{"records":[{"time":%q,"correlationId":%q,"category":"CallDiagnostics","properties":{"identifier":"acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_alice","participantId":%q,"mediaType":"Audio"}}]}`,
				stamp(from.Add(24*time.Hour+5*time.Minute)), guid(call), guid(call+"alice")),
			fmt.Sprintf(`{"records":[{"time":%q,"category":"CallSurvey","correlationId":%q,"properties":{"surveyId":"s%s","callId":%q,"overallRatingScore":"4"}}]}`,
				stamp(from.Add(24*time.Hour+6*time.Minute)), guid(call+"alice"), call, guid(call)))
	}
	got := tell(t, messages...)
	if len(got) != 3 {
		t.Fatalf("%d calls, want three", len(got))
	}
	for id, o := range got {
		if len(o.obligations) != 1 || o.obligations[0].Result != schema.ResultPass {
			t.Errorf("%s: %v", id, o.rows())
		}
	}
}

// TestBackToBack: two occurrences of one day, whose logs come an hour later.
func TestBackToBack(t *testing.T) {
	first, second := day(2, "10:00:00"), day(2, "11:00:05")
	got := tell(t, append(meeting("one", weekly, "alice", first), meeting("two", weekly, "alice", second)...)...)
	if len(got) != 2 {
		t.Errorf("%d calls, want two", len(got))
	}
}

// serverCall is a server call id: the address of a conversation, which is the
// same in copies with other query parts.
func serverCall(name, query string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("https://conv-usea2-01.conv.skype.com/conv/" + name + "?" + query))
}

// TestCorrelationIdThatChanges: a call between two becomes one of a group, under
// another correlation id.
func TestCorrelationIdThatChanges(t *testing.T) {
	from := day(2, "10:00:00")
	started := func(id, call, server string, at time.Time) string {
		return fmt.Sprintf(`[{"id":%q,"topic":"/subscriptions/s/resourcegroups/r/providers/microsoft.communication/communicationservices/acs","subject":"call/x","data":{"startedBy":{"communicationIdentifier":{"rawId":%q},"role":"Attendee"},"serverCallId":%q,"correlationId":%q,"isTwoParty":true},"eventType":"Microsoft.Communication.CallStarted","eventTime":%q,"dataVersion":"1.0","metadataVersion":"1"}]`,
			guid(id), acsUser("alice"), server, guid(call), stamp(at))
	}
	o := only(t, tell(t, started("e1", "zz", serverCall("c1", "i=0&e=1"), from), started("e2", "b", serverCall("c1", "i=4&e=2"), from.Add(time.Minute)),
		summary("zz", "null", "alice", from, 60), summary("b", "null", "alice", from.Add(time.Minute), 600)))
	if o.call.ID != guid("zz") || len(o.call.Sessions) != 2 {
		t.Errorf("call %s with %d sessions, want the earliest id and two", o.call.ID, len(o.call.Sessions))
	}
}

// TestGraphIdsThatHoldTheThread: what names a meeting by its address or its
// base64 id belongs to the call of that thread.
func TestGraphIdsThatHoldTheThread(t *testing.T) {
	from := day(2, "10:00:00")
	at := func(minutes int) time.Time { return from.Add(time.Duration(minutes) * time.Minute) }
	event := func(kind string, at time.Time, more string) string {
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.callevent","@odata.id":"communications/onlineMeetings(joinWebUrl='%s')/meetingCallEvents","id":%q,"eventType":%q,"eventDateTime":%q%s}`,
			joinURL, guid(kind+stamp(at)), kind, stamp(at), more)
	}
	roster := func(removed string, name string) string {
		return fmt.Sprintf(`,"participants@delta":[{"id":%q,"isInLobby":false,%s"info":{"identity":{"user":{"id":%q,"displayName":%q}}}}]`, guid("r"+name), removed, guid(name), name)
	}
	o := only(t, tell(t,
		summary("one", weekly, "alice", from, 3600),
		event("callStarted", from.Add(-time.Second), ""), event("callEnded", at(60), ""),
		event("rosterUpdated", at(5), roster("", "carol")), event("rosterUpdated", at(50), roster(`"removedState":{"reason":"removed"},`, "carol")),
		fmt.Sprintf(`{"id":"rec","meetingId":%q,"createdDateTime":%q,"endDateTime":%q,"recordingContentUrl":"communications/onlineMeetings/x/recordings/rec/content","meetingOrganizer":{"user":{"id":%q}}}`,
			meetingID(), stamp(at(10)), stamp(at(40)), guid("organizer")),
	))
	var names []string
	for _, s := range o.call.Sessions {
		names = append(names, s.RawID+" "+string(s.Joined.Source)+" "+string(s.JoinPath))
	}
	if want := []string{acsUser("alice") + " call_summary acs_app:external_user", "8:orgid:" + guid("carol") + " roster unknown"}; !slices.Equal(names, want) {
		t.Errorf("sessions %q, want %q", names, want)
	}
	if e := o.call.Episodes; len(e) != 1 || e[0].Start.Source != schema.BoundGraph || !e[0].Start.At.Equal(at(10)) || !e[0].End.At.Equal(at(40)) {
		t.Errorf("episodes %+v, want the file's", e)
	}
	if len(o.call.Recordings) != 1 || o.call.Recordings[0].Kind != schema.RecordingTeams {
		t.Errorf("recordings %+v, want one of Teams", o.call.Recordings)
	}
}

// TestPlaceholdersNameNoCall: what stands for nothing joins nothing.
func TestPlaceholdersNameNoCall(t *testing.T) {
	from := day(2, "10:00:00")
	for _, nothing := range []string{"null", "Redacted", "00000000-0000-0000-0000-000000000000", ""} {
		t.Run(nothing, func(t *testing.T) {
			ids := fmt.Sprintf(`"callId":%q,"serverCallId":%[1]q,"callConnectionId":%[1]q,"threadId":%[1]q`, nothing)
			got := tell(t, summary("one", nothing, "alice", from, 600), summary("two", nothing, "bob", from, 600), receipt("r", ids, "alice", from))
			if len(got) != 2 {
				t.Errorf("%d calls, want two", len(got))
			}
		})
	}
}

// TestWhoseRecording: ACS's own and Teams' recordings of one meeting are told
// apart; only ACS's are charged.
func TestWhoseRecording(t *testing.T) {
	from := day(2, "10:00:00")
	at := func(minutes int) time.Time { return from.Add(time.Duration(minutes) * time.Minute) }
	state := func(kind, state string, at time.Time) string {
		return fmt.Sprintf(`[{"id":%q,"source":"calling/callConnections/%s","type":"Microsoft.Communication.RecordingStateChanged","specversion":"1.0","time":%q,"data":{"recordingId":"rec-%s","recordingKind":%q,"state":%q,"startDateTime":%q,"correlationId":%q}}]`,
			guid(kind+state), guid("k"), stamp(at), kind, kind, state, stamp(from.Add(10*time.Minute)), guid("one"))
	}
	base := []string{summary("one", weekly, "alice", from, 3600), graphRecord("record", joinURL, from, at(60))}
	kinds := func(o told) (out []string) {
		for _, r := range o.call.Recordings {
			out = append(out, r.Kind)
		}
		slices.Sort(out)
		return out
	}
	cases := map[string]struct {
		messages []string
		want     []string
	}{
		"Call Automation names the kind":           {[]string{state("azureCommunicationServices", "active", at(10)), state("azureCommunicationServices", "inactive", at(20)), state("teams", "active", at(10)), state("teams", "inactive", at(30))}, []string{schema.RecordingACS, schema.RecordingTeams}},
		"a compliance recording":                   {[]string{state("teamsCompliance", "active", at(10)), state("teamsCompliance", "inactive", at(20))}, []string{schema.RecordingTeamsCompliance}},
		"the chat tells of Teams'":                 {[]string{chatRecording("1", "record", "success", "PT20M", at(10), at(30))}, []string{schema.RecordingTeams}},
		"the chat and Call Automation, of the one": {[]string{state("teams", "active", at(10)), state("teams", "inactive", at(30)), chatRecording("1", "record", "success", "PT20M", at(10), at(30))}, []string{schema.RecordingTeams}},
		"the chat beside ACS's":                    {[]string{state("azureCommunicationServices", "active", at(10)), state("azureCommunicationServices", "inactive", at(20)), chatRecording("1", "record", "success", "PT20M", at(10), at(30))}, []string{schema.RecordingACS, schema.RecordingTeams}},
		"metadata is of ACS's": {[]string{fmt.Sprintf(`{"resourceId":%q,"callId":%q,"chunkDocumentId":"d","chunkIndex":0,"chunkStartTime":%q,"chunkDuration":60000,"pauseResumeIntervals":[],"recordingInfo":{"contentType":"mixed","channelType":"audioVideo","format":"mp4"},"participants":[{"participantId":%q}]}`,
			guid("resource"), guid("one"), stamp(at(10)), acsUser("alice"))}, []string{""}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := only(t, tell(t, append(slices.Clone(base), c.messages...)...))
			if got := kinds(o); !slices.Equal(got, c.want) {
				t.Errorf("kinds %q, want %q", got, c.want)
			}
			for _, l := range o.lines {
				if strings.HasPrefix(l.Meter, "recording.") && (l.Meter == "recording.teams.minute") != strings.Contains(l.Note, "Teams") {
					t.Errorf("line %+v", l)
				}
			}
		})
	}
}

// TestLateVersions: a later version of a CallSummary replaces what came before,
// whenever it comes; a plain one ranks below all.
func TestLateVersions(t *testing.T) {
	from := day(2, "10:00:00")
	version := func(seconds int, v string) string {
		m := summary("one", "null", "alice", from, seconds)
		if v != "" {
			m = strings.Replace(m, `"participantType"`, `"CallUpdatesVersion":`+v+`,"participantType"`, 1)
		}
		return m
	}
	for name, c := range map[string]struct {
		messages []string
		want     string
	}{
		"plain alone":               {[]string{version(100, "")}, "10:01:40"},
		"an update above plain":     {[]string{version(100, ""), version(90, "1")}, "10:01:30"},
		"the highest as a number":   {[]string{version(100, ""), version(90, `"9"`), version(80, "10")}, "10:01:20"},
		"whatever the log's length": {[]string{version(300, "2"), version(200, "3"), version(400, "")}, "10:03:20"},
	} {
		t.Run(name, func(t *testing.T) {
			o := only(t, tell(t, c.messages...))
			if len(o.call.Sessions) != 1 || o.call.Sessions[0].Left.At.Format("15:04:05") != c.want {
				t.Errorf("got %v, want it to end at %s", o.rows(), c.want)
			}
		})
	}
}
