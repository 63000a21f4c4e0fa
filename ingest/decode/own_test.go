package decode

import (
	"reflect"
	"strings"
	"testing"

	"rollcall/schema"
)

func cloudEvent(kind, data string) string {
	return `{"specversion":"1.0","id":"3F0D1C86-0e8f-4e4f-9d5e-8c6e41c0a8b2","source":"urn:app","type":"` + kind + `","time":"2026-01-02T09:00:00.500Z","data":{` + data + `}}`
}

func TestOwnEvents(t *testing.T) {
	const who = `"callId":"C1","participantId":"p1","rawId":"acs:A_B","endpointId":"e1","appId":"care","sdkVersion":"1.2"`
	participant := schema.Participant{ParticipantID: "p1", RawID: "8:acs:a_b", EndpointID: "e1", AppID: "care", SDKVersion: "1.2"}
	for _, test := range []struct {
		name, value string
		want        schema.Facts
		unread      string
	}{
		{"joined", cloudEvent("rollcall.session.joined", who+`,"displayName":" Ann "`),
			schema.Facts{Presence: &schema.Presence{Participant: participant, DisplayName: " Ann "}}, ""},
		{"left", cloudEvent("rollcall.session.left", who),
			schema.Facts{Presence: &schema.Presence{Participant: participant, Left: true}}, ""},
		{"signalled", cloudEvent("rollcall.capture.signalled", who+`,"capture":"Recording","active":"True","consentRequired":true`),
			schema.Facts{Signal: &schema.Signal{Capture: "recording", Active: true, ConsentRequired: true}}, ""},
		{"signal that says not whether it is on", cloudEvent("rollcall.capture.signalled", who+`,"capture":"recording"`),
			schema.Facts{}, "active: neither true nor false"},
		{"signal of two captures", cloudEvent("rollcall.capture.signalled", who+`,"active":true,"capture":["recording","transcription"]`),
			schema.Facts{}, "capture: a signal is of one capture"},
		{"shown", cloudEvent("rollcall.notice.shown", who+`,"noticeId":"n1","capture":["transcription","recording","recording"],"state":"Started","surface":"Banner","text":"Recorded\u0021","locale":"en-GB"`),
			schema.Facts{Notice: &schema.Notice{NoticeID: "n1", Captures: []string{"recording", "transcription"}, State: "started", Surface: "banner", Text: "Recorded!", Locale: "en-GB", Clock: schema.ClockSent}}, ""},
		{"shown, capture in commas", cloudEvent("rollcall.notice.shown", who+`,"capture":"recording, transcription"`),
			schema.Facts{Notice: &schema.Notice{Captures: []string{"recording", "transcription"}, Clock: schema.ClockSent}}, ""},
		{"shown, one capture unknown", cloudEvent("rollcall.notice.shown", who+`,"capture":["hologram","recording"]`),
			schema.Facts{Notice: &schema.Notice{Captures: []string{"recording"}, Clock: schema.ClockSent}}, "capture: a capture that is not known"},
		{"shown, none", cloudEvent("rollcall.notice.shown", who),
			schema.Facts{Notice: &schema.Notice{Captures: []string{}, Clock: schema.ClockSent}}, "capture: no capture is named"},
		{"acknowledged", cloudEvent("rollcall.notice.acknowledged", who+`,"noticeId":"n1","capture":"recording"`),
			schema.Facts{Notice: &schema.Notice{NoticeID: "n1", Captures: []string{"recording"}, Acknowledged: true, Clock: schema.ClockSent}}, ""},
		{"consent", cloudEvent("rollcall.consent.answered", who+`,"capture":"recording","answer":"Granted"`),
			schema.Facts{Consent: &schema.Consent{Captures: []string{"recording"}, Answer: "granted"}}, ""},
		{"consent without an answer", cloudEvent("rollcall.consent.answered", who+`,"capture":"recording","answer":"perhaps"`),
			schema.Facts{}, "answer: neither granted nor declined"},
		{"name", cloudEvent("rollcall.name.shown", who+`,"subject":"orgid:X","displayName":"null","label":"(External)","surface":"teams"`),
			schema.Facts{Name: &schema.NameSeen{RawID: "8:orgid:x", DisplayName: "null", Label: "(External)", Surface: "teams"}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			ev := one(t, test.value)
			test.want.Participant = &participant
			if !reflect.DeepEqual(ev.Facts, test.want) {
				t.Errorf("the facts are %+v, want %+v", ev.Facts, test.want)
			}
			if got := strings.Join(ev.Unread, "; "); got != test.unread {
				t.Errorf("the reasons are %q, want %q", got, test.unread)
			}
			if ev.Refs.CorrelationID != "C1" || ev.Source != schema.SourceRollcall || !reflect.DeepEqual(ev.Via, []schema.Via{schema.ViaCloudEvent}) {
				t.Errorf("refs %+v, source %s, via %v", ev.Refs, ev.Source, ev.Via)
			}
		})
	}
	if ev := one(t, cloudEvent("rollcall.future.thing", `"appId":"a"`)); ev.Kind != schema.KindUnknown || ev.Source != schema.SourceRollcall {
		t.Errorf("an own event of a later version is %+v", ev)
	}
}

func TestClockOffset(t *testing.T) {
	for _, test := range []struct{ offset, want, clock string }{
		{"", "2026-01-02T09:00:00.5Z", schema.ClockSent},
		{"1500", "2026-01-02T08:59:59Z", schema.ClockOffset},
		{"-1500.4", "2026-01-02T09:00:02Z", schema.ClockOffset},
		{`" 1500 "`, "2026-01-02T08:59:59Z", schema.ClockOffset},
		{`"null"`, "2026-01-02T09:00:00.5Z", schema.ClockSent},
		{`"a lot"`, "2026-01-02T09:00:00.5Z", schema.ClockSent},
	} {
		data := `"capture":"recording"`
		if test.offset != "" {
			data += `,"clockOffsetMs":` + test.offset
		}
		ev := one(t, cloudEvent("rollcall.notice.shown", data))
		if !ev.Time.Equal(at(t, test.want)) || ev.Facts.Notice.Clock != test.clock {
			t.Errorf("offset %s: at %v by %q, want %s by %q", test.offset, ev.Time, ev.Facts.Notice.Clock, test.want, test.clock)
		}
	}
}

// TestCarriersAgree holds the forms in which Application Insights brings an own
// event against its CloudEvent.
func TestCarriersAgree(t *testing.T) {
	const data = `"callId":"c1","participantId":"p1","appId":"care","noticeId":"n1","capture":["recording","transcription"],"state":"started","surface":"banner","text":"It's on","clockOffsetMs":-132`
	const attributes = `"id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2","callId":"c1","participantId":"p1","appId":"care","noticeId":"n1","capture":"[\"recording\",\"transcription\"]","state":"started","surface":"banner","text":"It's on"`
	quoted := strings.ReplaceAll(strings.ReplaceAll(`{`+attributes+`,"clockOffsetMs":"-132"}`, `\`, `\\`), `"`, `\"`)
	want := one(t, cloudEvent("rollcall.notice.shown", data))
	for name, value := range map[string]string{
		"record":               `{"records":[{"time":"2026-01-02T09:00:00.5000000Z","resourceId":"/SUBSCRIPTIONS/S","Type":"AppEvents","Name":"rollcall.notice.shown","Properties":{` + attributes + `,"clockOffsetMs":"-132"},"AppRoleName":"web"}]}`,
		"record by category":   `{"records":[{"time":"2026-01-02T09:00:00.5Z","category":"AppEvents","properties":{"name":"rollcall.notice.shown","properties":{` + attributes + `,"clockOffsetMs":"-132"}}}]}`,
		"properties as a text": `{"records":[{"time":"2026-01-02T09:00:00.5Z","Type":"AppEvents","Name":"rollcall.notice.shown","Properties":"` + quoted + `"}]}`,
		"flat row":             `{"TimeGenerated [UTC]":"1/2/2026, 9:00:00.500 AM","Name":"rollcall.notice.shown","Properties":"` + quoted + `","Type":"AppEvents"}`,
		"classic row":          `{"timestamp":"2026-01-02T09:00:00.5Z","name":"rollcall.notice.shown","itemType":"customEvent","customDimensions":"` + quoted + `"}`,
		"ingestion body":       `[{"name":"Microsoft.ApplicationInsights.Event","time":"2026-01-02T09:00:00.5Z","iKey":"k","data":{"baseType":"EventData","baseData":{"ver":2,"name":"rollcall.notice.shown","properties":{` + attributes + `},"measurements":{"clockOffsetMs":-132}}}}]`,
		"its own time counts":  `{"records":[{"time":"2026-01-02T09:00:07Z","Type":"AppEvents","Name":"Rollcall.Notice.Shown","Properties":{` + attributes + `,"clockOffsetMs":"-132","time":"2026-01-02T09:00:00.5Z"}}]}`,
		"capture in commas":    strings.Replace(`{"records":[{"time":"2026-01-02T09:00:00.5Z","Type":"AppEvents","Name":"rollcall.notice.shown","Properties":{`+attributes+`,"clockOffsetMs":"-132"}}]}`, `[\"recording\",\"transcription\"]`, "transcription,recording", 1),
	} {
		t.Run(name, func(t *testing.T) {
			got := one(t, value)
			if !reflect.DeepEqual(got.Via, []schema.Via{schema.ViaAppInsights}) {
				t.Errorf("carried by %v", got.Via)
			}
			got.Via = want.Via
			if !reflect.DeepEqual(got, want) {
				t.Errorf("decoded to\n%+v %+v, want\n%+v %+v", got, got.Facts.Notice, want, want.Facts.Notice)
			}
		})
	}
	const keyed = `{"key":"id","value":{"stringValue":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2"}},{"key":"callId","value":{"stringValue":"c1"}},{"key":"participantId","value":{"stringValue":"p1"}},{"key":"appId","value":{"stringValue":"care"}},{"key":"noticeId","value":{"stringValue":"n1"}},{"key":"capture","value":{"arrayValue":{"values":[{"stringValue":"recording"},{"stringValue":"transcription"}]}}},{"key":"state","value":{"stringValue":"started"}},{"key":"surface","value":{"stringValue":"banner"}},{"key":"text","value":{"stringValue":"It's on"}},{"key":"clockOffsetMs","value":{"intValue":"-132"}}`
	export := func(record string) string {
		return `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":[` + record + `]}]}]}`
	}
	for name, value := range map[string]string{
		"by eventName":                 export(`{"timeUnixNano":"1767344400500000000","observedTimeUnixNano":"1767344409000000000","eventName":"rollcall.notice.shown","attributes":[` + keyed + `]}`),
		"by event.name":                export(`{"timeUnixNano":1767344400500999999,"body":{"stringValue":"shown"},"attributes":[{"key":"event.name","value":{"stringValue":"Rollcall.notice.shown"}},` + keyed + `]}`),
		"by its body":                  export(`{"timeUnixNano":"0","observedTimeUnixNano":"1767344400500000000","body":{"stringValue":"rollcall.notice.shown"},"attributes":[` + keyed + `]}`),
		"nested in data":               export(`{"timeUnixNano":"1767344400500000000","eventName":"rollcall.notice.shown","attributes":[{"key":"data","value":{"kvlistValue":{"values":[` + keyed + `]}}}]}`),
		"nested in the body":           export(`{"timeUnixNano":"1767344400500000000","eventName":"rollcall.notice.shown","body":{"kvlistValue":{"values":[` + keyed + `]}}}`),
		"its own time counts":          export(`{"timeUnixNano":"1","eventName":"rollcall.notice.shown","attributes":[{"key":"time","value":{"stringValue":"2026-01-02T09:00:00.5Z"}},` + keyed + `]}`),
		"the first of one name counts": export(`{"timeUnixNano":"1767344400500000000","eventName":"rollcall.notice.shown","attributes":[` + keyed + `,{"key":"state","value":{"stringValue":"stopped"}}],"body":{"kvlistValue":{"values":[{"key":"callId","value":{"stringValue":"c2"}}]}}}`),
	} {
		t.Run("otlp "+name, func(t *testing.T) {
			got := one(t, value)
			if !reflect.DeepEqual(got.Via, []schema.Via{schema.ViaOTLP}) {
				t.Errorf("carried by %v", got.Via)
			}
			got.Via = want.Via
			if !reflect.DeepEqual(got, want) {
				t.Errorf("decoded to\n%+v %+v, want\n%+v %+v", got, got.Facts.Notice, want, want.Facts.Notice)
			}
		})
	}
	t.Run("without an id by content", func(t *testing.T) {
		a := one(t, strings.Replace(cloudEvent("rollcall.notice.shown", data), `"id"`, `"no"`, 1))
		b := one(t, `{"records":[{"time":"2026-01-02T09:00:00.5Z","Type":"AppEvents","Name":"rollcall.notice.shown","Properties":{`+strings.Replace(attributes, `"id"`, `"no"`, 1)+`,"clockOffsetMs":"-132"}}]}`)
		if a.ID != b.ID || a.ID == want.ID {
			t.Errorf("ids %s and %s, and with one %s", a.ID, b.ID, want.ID)
		}
	})
	t.Run("the source is no part of the key", func(t *testing.T) {
		other := one(t, strings.Replace(cloudEvent("rollcall.notice.shown", data), "urn:app", "urn:gateway", 1))
		if other.ID != want.ID {
			t.Errorf("ids %s and %s", other.ID, want.ID)
		}
	})
}

func TestListing(t *testing.T) {
	const lists = `"texts":[{"kind":"Description","locale":"en","text":" Works with\u0020Teams "},{"kind":"tagline","text":"x"}],"assets":[{"kind":"Logo","name":"logo.png","sha256":"ABCD","uri":"https://x/logo.png","data":"aGVsbG8="},{"kind":"icon","data":"aGVsbG8"}],"licences":["Microsoft partner"]`
	const about = `"appId":"care","appName":"Care ","companyName":"Contoso","developerName":"Ann","certification":"M365"`
	want := &schema.Listing{AppID: "care", AppName: "Care ", CompanyName: "Contoso", DeveloperName: "Ann", Certification: "M365",
		Texts:    []schema.ListingText{{Kind: "description", Locale: "en", Text: " Works with Teams "}, {Kind: "tagline", Text: "x"}},
		Assets:   []schema.ListingAsset{{Kind: "logo", Name: "logo.png", SHA256: "abcd", URI: "https://x/logo.png", Data: []byte("hello")}, {Kind: "icon", Data: []byte("hello")}},
		Licences: []string{"Microsoft partner"}}
	ev := one(t, cloudEvent("rollcall.app.listing", about+","+lists))
	checkFacts(t, ev, schema.Facts{Listing: want})
	if ev.Refs != (schema.CallRefs{}) || ev.Kind != "rollcall.app.listing" {
		t.Errorf("%s with the refs %+v", ev.Kind, ev.Refs)
	}
	texts := about
	for _, list := range strings.SplitAfter(strings.NewReplacer(`,"assets"`, "\x00,\"assets\"", `,"licences"`, "\x00,\"licences\"").Replace(","+lists), "\x00") {
		name, value, _ := strings.Cut(strings.TrimRight(list, "\x00"), ":")
		texts += name + `:"` + strings.ReplaceAll(strings.ReplaceAll(value, `\`, `\\`), `"`, `\"`) + `"`
	}
	insights := one(t, `{"records":[{"time":"2026-01-02T09:00:00.5Z","Type":"AppEvents","Name":"rollcall.app.listing","Properties":{"id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2",`+texts+`}}]}`)
	if insights.ID != ev.ID || insights.Content != ev.Content {
		t.Errorf("by Application Insights it is %+v", insights.Facts.Listing)
	}
	for data, reason := range map[string]string{
		`"texts":"no list"`: "texts: not a list",
		`"assets":[{"kind":"logo","data":"no base64!"}]`:             "assets.data: not base64",
		`"assets":[{"data":"` + strings.Repeat("A", 400_000) + `"}]`: "assets.data: 256 KiB or more",
		`"licences":[` + strings.Repeat(`"x",`, 1000) + `"x"]`:       "licences: more than 1,000",
	} {
		if got := strings.Join(one(t, cloudEvent("rollcall.app.listing", data)).Unread, "; "); got != reason {
			t.Errorf("of %.60s the reasons are %q, want %q", data, got, reason)
		}
	}
	if empty := one(t, cloudEvent("rollcall.app.listing", "")); empty.Facts.Listing == nil {
		t.Error("a listing that says nothing is none")
	}
}

// TestLogRecords holds what is no event of ours.
func TestLogRecords(t *testing.T) {
	r := newTestDecoder().Decode([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767344400500000000","body":{"stringValue":"hello"}},{"timeUnixNano":"1767344400500000000","body":{"stringValue":"hello!"}},{"body":{}}]}]}]}`))
	if len(r.Events) != 3 || len(r.Dead) != 0 {
		t.Fatalf("decoded to %+v", r)
	}
	if a, b := r.Events[0], r.Events[1]; a.Source != schema.SourceOTLP || a.Kind != schema.KindUnknown || !a.Time.Equal(at(t, "2026-01-02T09:00:00.5Z")) || a.ID == b.ID {
		t.Errorf("log records are %+v and %+v", a, b)
	}
	if c := r.Events[2]; !c.Time.IsZero() || c.TimeReason == "" {
		t.Errorf("a record without a time is of %v", c.Time)
	}
	token := newTestDecoder().Decode([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"key":"x","value":{"kvlistValue":{"values":[]}}}],"token":"SECRET"}]}]}]}`))
	if strings.Contains(string(token.Value), "SECRET") {
		t.Errorf("a secret is kept: %s", token.Value)
	}
}
