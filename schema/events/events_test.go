package events

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compile(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	text, ok := Schema(kind)
	if !ok {
		t.Fatalf("%s has no schema", kind)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:rollcall:schema:"+kind, document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("urn:rollcall:schema:" + kind)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestKinds(t *testing.T) {
	want := []string{
		"rollcall.app.listing", "rollcall.capture.signalled", "rollcall.consent.answered", "rollcall.name.shown",
		"rollcall.notice.acknowledged", "rollcall.notice.shown", "rollcall.session.joined", "rollcall.session.left",
	}
	if got := Kinds(); !slices.Equal(got, want) {
		t.Errorf("Kinds() = %q, want %q", got, want)
	}
	if _, ok := Schema("rollcall.unheard"); ok {
		t.Error("a type that there is not has a schema")
	}
}

func TestSchemas(t *testing.T) {
	const who = `"callId":"c","participantId":"p"`
	const shown = `"capture":"recording","state":"started"`
	for _, test := range []struct{ name, kind, data, replace, with, want string }{
		{name: "joined", kind: "rollcall.session.joined", data: who + `,"displayName":""`},
		{name: "left, by raw id and thread", kind: "rollcall.session.left", data: `"threadId":"19:x@thread.v2","rawId":"8:acs:a_b"`},
		{name: "signalled", kind: "rollcall.capture.signalled", data: who + `,"capture":"recording","active":true,"consentRequired":false`},
		{name: "shown", kind: "rollcall.notice.shown", data: who + `,` + shown + `,"surface":"banner","clockOffsetMs":-12.5`},
		{name: "shown for both", kind: "rollcall.notice.shown", data: who + `,"capture":["recording","transcription"],"state":"resumed"`},
		{name: "acknowledged", kind: "rollcall.notice.acknowledged", data: who + `,"capture":"recording","noticeId":"n"`},
		{name: "answered", kind: "rollcall.consent.answered", data: who + `,"capture":"recording","answer":"granted"`},
		{name: "name", kind: "rollcall.name.shown", data: who + `,"subject":"8:acs:a_b","displayName":"Ann","surface":"teams"`},
		{name: "listing", kind: "rollcall.app.listing", data: `"appId":"a","appName":"A","assets":[{"kind":"logo","uri":"https://example.com/a.png"}]`},
		{name: "what a later version adds", kind: "rollcall.notice.shown", data: who + `,` + shown + `,"later":1`},

		{name: "no call", kind: "rollcall.notice.shown", data: `"participantId":"p",` + shown, want: "callId"},
		{name: "no participant", kind: "rollcall.notice.shown", data: `"callId":"c",` + shown, want: "participantId"},
		{name: "unknown capture", kind: "rollcall.notice.shown", data: who + `,"capture":"video","state":"started"`, want: "capture"},
		{name: "no state", kind: "rollcall.notice.shown", data: who + `,"capture":"recording"`, want: "state"},
		{name: "active as a text", kind: "rollcall.capture.signalled", data: who + `,"capture":"recording","active":"true"`, want: "active"},
		{name: "no UUID", kind: "rollcall.notice.shown", data: who + `,` + shown, replace: "3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2", with: "1", want: "id"},
		{name: "no date-time", kind: "rollcall.notice.shown", data: who + `,` + shown, replace: "2026-01-02T09:00:00Z", with: "yesterday", want: "time"},
		{name: "another type", kind: "rollcall.notice.shown", data: who + `,` + shown, replace: "rollcall.notice.shown", with: "rollcall.notice", want: "type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := `{"specversion":"1.0","id":"3f0d1c86-0e8f-4e4f-9d5e-8c6e41c0a8b2","source":"urn:app","type":"` + test.kind + `","time":"2026-01-02T09:00:00Z","data":{` + test.data + `}}`
			if test.replace != "" {
				text = strings.Replace(text, test.replace, test.with, 1)
			}
			event, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			err = compile(t, test.kind).Validate(event)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("the error is %v, want one that names %s", err, test.want)
			}
		})
	}
}
