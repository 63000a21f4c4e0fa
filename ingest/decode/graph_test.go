package decode

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/schema"
)

const (
	meetingThread = "19:meeting_ZjY4@thread.v2"
	meetingURL    = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_ZjY4%40thread.v2/0?context=%7b%22Tid%22%3a%22dc368399-474c-4d40-900c-6265431fd81f%22%2c%22Oid%22%3a%22976F4B31-fd01-4e0b-9178-29cc40c14438%22%7d"
	organizerID   = "8:orgid:976f4b31-fd01-4e0b-9178-29cc40c14438"
	ownerGUID     = "821809F5-0000-0000-0000-3b5136c0e777"
	ownerID       = "8:orgid:821809f5-0000-0000-0000-3b5136c0e777"
)

// callRecordOf is a callRecord with more members.
func callRecordOf(more string) string {
	return `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords/$entity","id":"E523d2ed-2966-4b6b-925b-754a88034cc5","version":3,"type":"groupCall","modalities":["Audio","video"],
		"lastModifiedDateTime":"2026-01-02T10:00:00Z","startDateTime":"2026-01-02T09:00:00Z","endDateTime":"2026-01-02T09:30:00Z","joinWebUrl":"` + meetingURL + `"` + more + `}`
}

const recordSessions = `,"sessions":[
	{"id":"S1","startDateTime":"2026-01-02T09:00:01Z","endDateTime":"2026-01-02T09:10:00.1234Z",
	 "caller":{"@odata.type":"#microsoft.graph.callRecords.participantEndpoint","userAgent":{"headerValue":"CallSignalingAgent (27/1.3)","platform":"Windows","productFamily":"Teams"},
	  "associatedIdentity":{"@odata.type":"#microsoft.graph.callRecords.userIdentity","id":"` + ownerGUID + `","displayName":"Abbie","tenantId":"T1"}},
	 "callee":{"@odata.type":"#microsoft.graph.callRecords.serviceEndpoint","userAgent":{"role":"mediationServer"}}},
	{"id":"S2","caller":{"userAgent":{"productFamily":"azureCommunicationServices","platform":"web"},"identity":{"user":null,"azureCommunicationServicesUser":{"id":"8:acs:R_U","displayName":"Ann (External)"}}},
	 "segments":[{"startDateTime":"2026-01-02T09:05:00Z","endDateTime":"2026-01-02T09:06:00Z"},{"startDateTime":"2026-01-02T09:06:00Z","endDateTime":"2026-01-02T09:07:00Z"}]},
	{"id":"S3","startDateTime":"2026-01-02T09:20:00Z","caller":{"associatedIdentity":{"@odata.type":"#microsoft.graph.communicationsPhoneIdentity","id":"+14255550123"}}}]`

func TestCallRecord(t *testing.T) {
	call := schema.CallRecord{Type: "groupcall", Modalities: []string{"audio", "video"},
		Start: at(t, "2026-01-02T09:00:00Z"), End: at(t, "2026-01-02T09:30:00Z"), Organizer: organizerID}
	with := func(change func(*schema.CallRecord)) schema.Facts {
		r := call
		change(&r)
		return schema.Facts{Record: &r}
	}
	presence := func(session, raw, name, when string, left bool) schema.Presence {
		return schema.Presence{SessionID: session, Participant: schema.Participant{RawID: raw}, DisplayName: name, At: at(t, when), Left: left}
	}
	owner := presence("S1", ownerID, "Abbie", "2026-01-02T09:00:01Z", false)
	owner.UserAgent, owner.Platform, owner.ProductFamily, owner.TenantID = "CallSignalingAgent (27/1.3)", "windows", "teams", "T1"
	ownerLeft := owner
	ownerLeft.Left, ownerLeft.At = true, at(t, "2026-01-02T09:10:00.123Z")
	ann := presence("S2", "8:acs:r_u", "Ann (External)", "2026-01-02T09:05:00Z", false)
	ann.Platform, ann.ProductFamily = "web", "azurecommunicationservices"
	annLeft := ann
	annLeft.Left, annLeft.At = true, at(t, "2026-01-02T09:07:00Z")
	const people = `{"id":"x","identity":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}}},{"id":"x","identity":{"guest":{"id":"G-1","displayName":" Guest "}}},{"identity":{"phone":{"id":"+14255550123","displayName":null}}}`
	for _, test := range []struct {
		name, value string
		want        schema.Facts
	}{
		{"alone", callRecordOf(""), schema.Facts{Record: &call}},
		{"with its organizer and participants", callRecordOf(`,"organizer_v2":{"identity":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}}},"participants_v2":[` + people + `],"participants_v2@odata.nextLink":"x"`),
			with(func(r *schema.CallRecord) {
				r.Organizer, r.Partial = ownerID, true
				r.Names = []schema.NameSeen{{RawID: ownerID, DisplayName: "Abbie"}, {RawID: ownerID, DisplayName: "Abbie"}, {RawID: "8:teamsvisitor:g-1", DisplayName: " Guest "}}
			})},
		{"older organizer and participants", callRecordOf(`,"organizer":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}},"participants":[{"acsUser":{"id":"8:acs:R_U","displayName":"Ann"}}]`),
			with(func(r *schema.CallRecord) {
				r.Organizer = ownerID
				r.Names = []schema.NameSeen{{RawID: ownerID, DisplayName: "Abbie"}, {RawID: "8:acs:r_u", DisplayName: "Ann"}}
			})},
		{"with its sessions", callRecordOf(recordSessions), with(func(r *schema.CallRecord) {
			r.Presences = []schema.Presence{owner, ownerLeft, ann, annLeft, presence("S3", "4:+14255550123", "", "2026-01-02T09:20:00Z", false)}
		})},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			checkFacts(t, ev, test.want)
			if want := (schema.CallRefs{GraphCallID: "e523d2ed-2966-4b6b-925b-754a88034cc5", ThreadID: meetingThread}); ev.Refs != want || ev.Version != 3 || ev.Kind != "callRecord" {
				t.Errorf("%s version %d refs %+v, want %+v", ev.Kind, ev.Version, ev.Refs, want)
			}
		})
	}
	bare, full := one(t, callRecordOf("")), one(t, callRecordOf(recordSessions))
	if bare.ID == full.ID {
		t.Error("a record without its sessions would replace one with them")
	}
	again := one(t, strings.Replace(callRecordOf(""), `"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords/$entity"`, `"@odata.type":"#microsoft.graph.callRecords.callRecord"`, 1))
	if again.ID != bare.ID || again.Content != bare.Content {
		t.Error("a record that is fetched in another way is another event, or in conflict")
	}
	newer := one(t, strings.Replace(callRecordOf(""), `"version":3`, `"version":"4"`, 1))
	if newer.ID != bare.ID || newer.Version != 4 {
		t.Errorf("a newer version is %s %d, the older %s %d", newer.ID, newer.Version, bare.ID, bare.Version)
	}
}

func TestPagesOfCallRecords(t *testing.T) {
	const context = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#communications/callRecords('E523d2ed-2966-4b6b-925b-754a88034cc5')/`
	page := newTestDecoder().Decode([]byte(context + `sessions(segments())","value":` + strings.TrimPrefix(recordSessions, `,"sessions":`) + `}`))
	if got, want := kindsOf(page), "callRecordSession callRecordSession callRecordSession"; got != want {
		t.Fatalf("a page of sessions is %q, want %q", got, want)
	}
	whole := one(t, callRecordOf(recordSessions))
	var presences []schema.Presence
	for i := range page.Events {
		if page.Events[i].Refs.GraphCallID != whole.Refs.GraphCallID {
			t.Errorf("session %d has the refs %+v", i, page.Events[i].Refs)
		}
		presences = append(presences, page.Events[i].Presences()...)
	}
	if !reflect.DeepEqual(presences, whole.Presences()) {
		t.Errorf("the page's presences are %+v, the record's %+v", presences, whole.Presences())
	}
	people := newTestDecoder().Decode([]byte(context + `participants_v2","value":[{"id":"a","identity":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}}},{"id":"a","identity":{"guest":{"id":"g","displayName":"Guest"}}}]}`))
	if got, want := kindsOf(people), "callRecordParticipant callRecordParticipant"; got != want {
		t.Fatalf("a page of participants is %q, want %q", got, want)
	}
	if people.Events[0].ID == people.Events[1].ID || people.Events[1].Names()[0].RawID != "8:teamsvisitor:g" {
		t.Errorf("participants are %+v", people.Events)
	}
}

func TestMeetingCallEvents(t *testing.T) {
	event := func(kind, more string) string {
		return `{"@odata.type":"#microsoft.graph.callevent","@odata.id":"communications/onlineMeetings(joinWebUrl='` + strings.ReplaceAll(meetingURL, "%", "%25") + `')/meetingCallEvents","id":"n1","eventType":"` + kind + `","eventDateTime":"2026-01-02T09:00:00.1239999Z"` + more + `}`
	}
	when := at(t, "2026-01-02T09:00:00.123Z")
	const user = `"user":{"id":"` + ownerGUID + `","displayName":"Abbie","tenantId":"T1"}`
	abbie := schema.Presence{Participant: schema.Participant{RawID: ownerID}, DisplayName: "Abbie", TenantID: "T1", SourceID: "p1", At: when}
	change := func(changes ...func(*schema.Presence)) schema.Facts {
		p := abbie
		for _, c := range changes {
			c(&p)
		}
		return schema.Facts{RosterChange: &schema.RosterChange{Presences: []schema.Presence{p}}}
	}
	left := func(p *schema.Presence) { p.Left = true }
	for _, test := range []struct {
		name, value string
		want        schema.Facts
	}{
		{"started", event("callStarted", ""), schema.Facts{CallBound: &schema.CallBound{DurationMs: -1}}},
		{"ended, older", event("Microsoft.Communication.CallEnded", `,"state":"terminated"`), schema.Facts{CallBound: &schema.CallBound{Ended: true, DurationMs: -1}}},
		{"in the call", event("rosterUpdated", `,"participants@delta":[{"id":"p1","isInLobby":false,"info":{"identity":{`+user+`}}}]`), change()},
		{"in the lobby", event("rosterUpdated", `,"participants@delta":[{"id":"p1","isInLobby":"true","info":{"identity":{`+user+`}}}]`), change(func(p *schema.Presence) { p.InLobby = true })},
		{"removed", event("rosterUpdated", `,"participants@delta":[{"id":"p1","info":{"identity":{`+user+`}},"removedState":{"reason":"left"}}]`), change(left, func(p *schema.Presence) { p.Reason = "left" })},
		{"not removed", event("rosterUpdated", `,"participants@delta":[{"id":"p1","info":{"identity":{`+user+`}},"removedState":null}]`), change()},
		{"joined, second generation", event("Microsoft.Communication.CallRosterUpdate", `,"state":"active","activeParticipants@joined":[{"id":"p1","Identity":{"User":{"Id":"`+ownerGUID+`","DisplayName":"Abbie","TenantId":"T1"}}}]`), change()},
		{"exited, second generation", event("Microsoft.Communication.CallRosterUpdate", `,"activeParticipants@exited":[{"id":"p1","Identity":{`+user+`}}]`), change(left)},
		{"delta, first generation", event("Microsoft.Communication.CallRosterUpdate", `,"activeParticipants@delta":[{"id":"p1",`+user+`}]`), change()},
		{"remove, first generation", event("Microsoft.Communication.CallRosterUpdate", `,"activeParticipants@remove":[{"id":"p1",`+user+`}]`), change(left)},
		{"nobody", event("rosterUpdated", ""), schema.Facts{RosterChange: &schema.RosterChange{Presences: []schema.Presence{}}}},
		{"something new", event("callPaused", ""), schema.Facts{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			checkFacts(t, ev, test.want)
			if ev.Refs != (schema.CallRefs{ThreadID: meetingThread}) || ev.Kind != "callEvent" {
				t.Errorf("%s with refs %+v", ev.Kind, ev.Refs)
			}
		})
	}
	types := []string{"azureCommunicationServicesUser", "guest", "phone", "applicationInstance", "application"}
	for i, want := range []string{"8:acs:r_u", "8:teamsvisitor:x", "4:+1", "28:orgid:x", "28:x"} {
		id := map[string]string{"azureCommunicationServicesUser": "8:acs:R_U", "phone": "+1"}[types[i]]
		if id == "" {
			id = "x"
		}
		ev := one(t, event("rosterUpdated", `,"participants@delta":[{"info":{"identity":{"user":null,"`+types[i]+`":{"id":"`+id+`"}}}}]`))
		if got := ev.Presences(); len(got) != 1 || got[0].Participant.RawID != want {
			t.Errorf("%s is %+v, want %s", types[i], got, want)
		}
	}
	for kind, want := range map[string]string{"aadUser": ownerID, "anonymousGuest": "8:teamsvisitor:821809f5-0000-0000-0000-3b5136c0e777", "": ownerID} {
		ev := one(t, event("rosterUpdated", `,"participants@delta":[{"info":{"identity":{"user":{"id":"`+ownerGUID+`","userIdentityType":"`+kind+`"}}}}]`))
		if got := ev.Presences(); len(got) != 1 || got[0].Participant.RawID != want {
			t.Errorf("a user of type %q is %+v, want %s", kind, got, want)
		}
	}
	if unread := one(t, event("rosterUpdated", `,"participants@delta":[{"info":{}}]`)).Unread; len(unread) != 1 {
		t.Errorf("a participant without an id: %q", unread)
	}
}

func TestSystemMessages(t *testing.T) {
	message := func(created, modified, detail string) string {
		return `{"id":"16","etag":"17","messageType":"systemEventMessage","createdDateTime":"` + created + `","lastModifiedDateTime":"` + modified + `","chatId":"` + meetingThread + `","channelIdentity":null,"from":null,"body":{"contentType":"html","content":"<systemEventMessage/>"},"eventDetail":{` + detail + `,"callId":"C86c6052-410b-4e7c-b843-9a09f576e4d5"}}`
	}
	const recording, transcript = `"@odata.type":"#microsoft.graph.callRecordingEventMessageDetail"`, `"@odata.type":"#Microsoft.Teams.GraphSvc.callTranscriptEventMessageDetail"`
	const who = `,"initiator":{"user":{"id":"` + ownerGUID + `","displayName":null}},"meetingOrganizer":{"user":{"id":"` + ownerGUID + `"}}`
	const nine, half = "2026-01-02T09:00:00Z", "2026-01-02T09:30:00Z"
	call := "c86c6052-410b-4e7c-b843-9a09f576e4d5"
	facts := func(m schema.CaptureMessage, start string, ms int64) schema.Facts {
		m.MessageID = "16"
		f := schema.Facts{CaptureMessage: &m}
		if start != "" {
			f.Span = &schema.CaptureSpan{Capture: m.Capture, Key: call, Start: at(t, start), DurationMs: ms}
		}
		return f
	}
	for _, test := range []struct {
		name, value string
		want        schema.Facts
	}{
		{"recording began", message(nine, nine, recording+`,"callRecordingStatus":"initial","callRecordingDuration":null`+who),
			facts(schema.CaptureMessage{Capture: schema.Recording, Status: "initial", Created: at(t, nine), Modified: at(t, nine), DurationMs: -1, Initiator: ownerID, Organizer: ownerID}, nine, -1)},
		{"message of the beginning, changed after the end", message(nine, half, recording+`,"callRecordingStatus":"success","callRecordingDuration":"PT29M","callRecordingUrl":"https://x"`),
			facts(schema.CaptureMessage{Capture: schema.Recording, Status: "success", Created: at(t, nine), Modified: at(t, half), DurationMs: 29 * 60_000, URL: "https://x"}, nine, 29*60_000)},
		{"message of the end", message(half, "2026-01-02T09:30:10Z", recording+`,"callRecordingStatus":"chunkFinished","callRecordingDuration":"PT30M"`),
			facts(schema.CaptureMessage{Capture: schema.Recording, Status: "chunkfinished", Created: at(t, half), Modified: at(t, "2026-01-02T09:30:10Z"), DurationMs: 30 * 60_000}, nine, 30*60_000)},
		{"recording failed", message(half, half, recording+`,"callRecordingStatus":"failure"`),
			facts(schema.CaptureMessage{Capture: schema.Recording, Status: "failure", Created: at(t, half), Modified: at(t, half), DurationMs: -1}, "", 0)},
		{"transcription", message(nine, nine, transcript+`,"callTranscriptICalUid":"x "`),
			facts(schema.CaptureMessage{Capture: schema.Transcription, Created: at(t, nine), Modified: at(t, nine), DurationMs: -1}, nine, -1)},
		{"transcription, other spelling, malformed time", message("2026-01-0209:00:00Z", nine, `"@odata.type":"#microsoft.graph.callTranscriptEventMessageDetail"`),
			facts(schema.CaptureMessage{Capture: schema.Transcription, Created: at(t, nine), Modified: at(t, nine), DurationMs: -1}, nine, -1)},
		{"call began", message(nine, nine, `"@odata.type":"#microsoft.graph.callStartedEventMessageDetail","callEventType":"meeting"`),
			schema.Facts{CallBound: &schema.CallBound{DurationMs: -1}}},
		{"call ended", message(half, half, `"@odata.type":"#microsoft.graph.callEndedEventMessageDetail","callEventType":"call","callDuration":"PT59.5S","callParticipants":[{"participant":{"user":{"id":"`+ownerGUID+`","displayName":"Abbie "}}},{"participant":{"user":{"id":"976f4b31-fd01-4e0b-9178-29cc40c14438","displayName":null}}}]`),
			schema.Facts{CallBound: &schema.CallBound{Ended: true, DurationMs: 59_500, Names: []schema.NameSeen{{RawID: ownerID, DisplayName: "Abbie "}, {RawID: organizerID}}}}},
		{"shared screen", message(nine, nine, `"@odata.type":"#microsoft.graph.callStartedEventMessageDetail","callEventType":"screenShare"`), schema.Facts{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			checkFacts(t, ev, test.want)
			if want := (schema.CallRefs{GraphCallID: call, ThreadID: meetingThread}); ev.Refs != want || ev.Version != 17 {
				t.Errorf("version %d, refs %+v, want %+v", ev.Version, ev.Refs, want)
			}
			wrapped := one(t, `{"value":[{"subscriptionId":"s","changeType":"created","tenantId":"t","resource":"chats('`+meetingThread+`')/messages('16')","contentDecryptedBySimulator":`+test.value+`,"encryptedContent":{}}],"validationTokens":["x"]}`)
			if wrapped.ID != ev.ID || wrapped.Content != ev.Content || wrapped.Kind != ev.Kind {
				t.Errorf("in a notification it is %+v, else %+v", wrapped, ev)
			}
		})
	}
	if one(t, message(nine, nine, `"@odata.type":"#microsoft.graph.membersJoinedEventMessageDetail"`)).Facts != (schema.Facts{}) {
		t.Error("a message that somebody joined a chat states facts about calls")
	}
}

func TestWrittenMessages(t *testing.T) {
	const message = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#chats('x')/messages/$entity","id":"1613694358927","etag":"1613694358927","messageType":"message","createdDateTime":"2026-01-02T09:00:00Z","lastModifiedDateTime":"2026-01-02T09:00:00Z","deletedDateTime":null,"lastEditedDateTime":null,"chatId":"` + meetingThread + `","from":{"user":{"id":"` + ownerGUID + `","displayName":"Abbie"}},"body":{"contentType":"html","content":"secret"}}`
	want := schema.ChatMessage{ThreadID: meetingThread, MessageID: "1613694358927", Change: schema.ChatSent, Version: 1613694358927,
		SenderID: ownerID, SenderName: "Abbie", Type: "html", Composed: at(t, "2026-01-02T09:00:00Z")}
	ev := one(t, message)
	checkFacts(t, ev, schema.Facts{Message: &want})
	sent := at(t, "2021-02-19T00:25:58.927Z") // as the id says
	if want := (schema.CallRefs{ChatID: meetingThread}); ev.Refs != want || !ev.First.Equal(sent) || !ev.Last.Equal(sent) {
		t.Errorf("what somebody writes in a chat is of %+v from %s to %s, want %+v at %s", ev.Refs, ev.First, ev.Last, want, sent)
	}
	edited := one(t, strings.NewReplacer(`"etag":"1613694358927"`, `"etag":"1613694358999"`, `"lastEditedDateTime":null`, `"lastEditedDateTime":"2026-01-02T09:01:00Z"`).Replace(message))
	if edited.ID != ev.ID || edited.Version <= ev.Version || edited.Facts.Message.Change != schema.ChatEdited {
		t.Errorf("edited it is %+v %+v", edited, edited.Facts.Message)
	}
	deleted := one(t, strings.Replace(message, `"deletedDateTime":null`, `"deletedDateTime":"2026-01-02T09:01:00Z"`, 1))
	if m := deleted.Facts.Message; m.Change != schema.ChatDeleted || !m.Changed.Equal(at(t, "2026-01-02T09:01:00Z")) {
		t.Errorf("deleted it is %+v", m)
	}
}

func TestArtifacts(t *testing.T) {
	const meetingID = "MSo5NzZmNGIzMS1mZDAxLTRlMGItOTE3OC0yOWNjNDBjMTQ0MzgqMCoqMTk6bWVldGluZ19aalk0TXpRNU9UQXRZamxqWWkwMFpESXdMVGczTkdZdFptUTNNRGhtWm1FMk9EVTNAdGhyZWFkLnYy"
	ev := one(t, `{"id":"r1","meetingId":"`+meetingID+`","callId":"C1","createdDateTime":"2026-01-02T09:00:00Z","endDateTime":"2026-01-02T09:30:00Z","recordingContentUrl":"u"}`)
	checkFacts(t, ev, schema.Facts{Artifact: &schema.Artifact{Capture: schema.Recording, ID: "r1", MeetingID: meetingID, Organizer: organizerID, Created: at(t, "2026-01-02T09:00:00Z"), End: at(t, "2026-01-02T09:30:00Z")}})
	if want := (schema.CallRefs{GraphCallID: "C1", ThreadID: "19:meeting_ZjY4MzQ5OTAtYjljYi00ZDIwLTg3NGYtZmQ3MDhmZmE2ODU3@thread.v2"}); ev.Refs != want {
		t.Errorf("refs are %+v, want %+v", ev.Refs, want)
	}
	if ev.Last.Sub(ev.First) != 30*time.Minute {
		t.Errorf("it speaks of %v to %v", ev.First, ev.Last)
	}
}

func TestNotifications(t *testing.T) {
	const encrypted = `{"subscriptionId":"s","changeType":"Updated","resource":"communications/onlineMeetings(joinWebUrl='` + meetingURL + `')/meetingCallEvents","resourceData":{"@odata.type":"#microsoft.graph.callevent","id":"n1"},"EncryptedContent":{"data":"x"},"clientState":"secret"}`
	r := newTestDecoder().Decode([]byte(`{"value":[` + encrypted + `,{"subscriptionId":"s","lifecycleEvent":"missed"}],"validationTokens":["secret"]}`))
	if got, want := kindsOf(r), "changeNotification lifecycleNotification"; got != want {
		t.Fatalf("decoded to %q, want %q", got, want)
	}
	if strings.Contains(string(r.Value), "secret") || !strings.Contains(string(r.Value), `"data":"x"`) {
		t.Errorf("secrets are kept, or the encrypted content is not: %s", r.Value)
	}
	n := r.Events[0].Facts.Notification
	if n == nil || !n.Encrypted || n.Change != "updated" || n.Type != "callevent" || r.Events[0].Refs.ThreadID != meetingThread {
		t.Errorf("the notification is %+v of %+v", n, r.Events[0].Refs)
	}
	if n := r.Events[1].Facts.Notification; n == nil || n.Lifecycle != "missed" {
		t.Errorf("the lifecycle notification is %+v", n)
	}
	// A rich notification whose resource was decrypted in place.
	inPlace := one(t, `{"subscriptionId":"s","changeType":"updated","resource":"r","resourceData":{"@odata.type":"#microsoft.graph.callevent","id":"n1","eventType":"callStarted","eventDateTime":"2026-01-02T09:00:00Z"}}`)
	if inPlace.Kind != "callEvent" || inPlace.Facts.CallBound == nil {
		t.Errorf("decrypted in place it is %+v", inPlace)
	}
	asText := one(t, `{"subscriptionId":"s","changeType":"updated","resource":"r","decryptedContent":"{\"@odata.type\":\"#microsoft.graph.callevent\",\"id\":\"n1\",\"eventType\":\"callStarted\",\"eventDateTime\":\"2026-01-02T09:00:00Z\"}"}`)
	if asText.ID != inPlace.ID || asText.Content != inPlace.Content {
		t.Errorf("decrypted to a text it is %+v, in place %+v", asText, inPlace)
	}
}

func TestDirectory(t *testing.T) {
	r := newTestDecoder().Decode([]byte(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id,displayName,userPrincipalName)","@odata.deltaLink":"x","value":[
		{"id":"` + ownerGUID + `","displayName":" Abbie ","userPrincipalName":"abbie@contoso.com","mail":"m"},
		{"id":"b","displayName":null},{"id":"c"},{"id":"d","@removed":{"reason":"changed"}},{"id":"e","@removed":{}},{"displayName":"nobody"},
		{"@odata.type":"#microsoft.graph.group","id":"g"}]}`))
	if got, want := kindsOf(r), "user user user user user user unknown"; !strings.HasPrefix(got, "user user user user user user") {
		t.Fatalf("decoded to %q, want %q", got, want)
	}
	want := []*schema.DirectoryEntry{
		{RawID: ownerID, DisplayName: " Abbie ", Principal: "abbie@contoso.com"},
		{RawID: "8:orgid:b", Cleared: []string{"displayName"}},
		{RawID: "8:orgid:c"},
		{RawID: "8:orgid:d", Removed: "changed"},
		{RawID: "8:orgid:e", Removed: "deleted"},
		nil,
	}
	for i, w := range want {
		if got := r.Events[i].Facts.Directory; !reflect.DeepEqual(got, w) {
			t.Errorf("user %d is %+v, want %+v", i, got, w)
		}
	}
	single := one(t, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$entity","id":"`+ownerGUID+`","displayName":" Abbie ","userPrincipalName":"abbie@contoso.com"}`)
	if single.Content != r.Events[0].Content {
		t.Errorf("one user is %+v, on a page %+v", single, r.Events[0])
	}
}
