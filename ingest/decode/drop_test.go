package decode

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"rollcall/schema"
)

func TestDrop(t *testing.T) {
	const chat = `[{"id":"e","topic":"/subscriptions/s","eventType":"Microsoft.Communication.ChatMessageReceived","eventTime":"2026-01-01T00:00:00Z","data":{"messageBody":"SECRET","threadId":"t"}}]`
	for _, test := range []struct{ name, value string }{
		{"chat message", chat},
		{"in another case", strings.Replace(chat, "messageBody", "MESSAGEBODY", 1)},
		{"name with an escape", strings.Replace(chat, "messageBody", `message\u0042ody`, 1)},
		{"an object", strings.Replace(chat, `"SECRET"`, `{"a":["SECRET","]}"]}`, 1)},
		{"white space around", strings.Replace(chat, `"messageBody":`, "\"messageBody\" \r\n: ", 1)},
		{"content of a Graph message", `{"@odata.type":"#microsoft.graph.chatMessage","id":"1","body":{"contentType":"html","content":"SECRET"}}`},
		{"content in a list of bodies", `{"@odata.type":"#microsoft.graph.chatMessage","id":"1","body":[{"content":"SECRET"}]}`},
		{"incoming call", `{"specversion":"1.0","id":"1","source":"/subscriptions/s","type":"Microsoft.Communication.IncomingCall","time":"2026-01-01T00:00:00Z","data":{"incomingCallContext":"SECRET"}}`},
		{"list of tokens", `{"value":[{"subscriptionId":"s","changeType":"created","clientState":"SECRET"}],"validationTokens":["SECRET","SECRET"]}`},
		{"JSON within a text", `{"records":[{"time":"2026-01-01T00:00:00Z","Type":"AppEvents","Name":"n","Properties":"{\"token\":\"SECRET\",\"b\":\"é\"}"}]}`},
		{"JSON within JSON within a text", `{"records":[{"time":"2026-01-01T00:00:00Z","Type":"AppEvents","Name":"n","Properties":"{\"p\":\"{\\\"token\\\":\\\"SECRET\\\"}\"}"}]}`},
		{"attribute of OpenTelemetry", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"},"attributes":[{"key":"a","value":{"stringValue":"b"}},{"key":"Token","value":{"stringValue":"SECRET"}}]}]}]}]}`},
		{"attribute whose key has an escape", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"key":"\u0074oken","value":{"kvlistValue":{"values":[{"key":"value","value":"SECRET"}]}}}]}]}]}]}`},
		{"second document", `{"records":[]}` + "\n" + chat},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := []byte(test.value)
			r := newTestDecoder().Decode(in)
			if bytes.Contains(r.Value, []byte("SECRET")) {
				t.Errorf("the content is still there: %s", r.Value)
			}
			if !bytes.Contains(r.Value, []byte(dropped)) {
				t.Errorf("nothing is in its place: %s", r.Value)
			}
			for decoder := json.NewDecoder(bytes.NewReader(r.Value)); decoder.More(); {
				if err := decoder.Decode(new(any)); err != nil {
					t.Errorf("the stored value is no JSON: %v: %s", err, r.Value)
					break
				}
			}
			if len(r.Events) != 1 || len(r.Dead) != 0 {
				t.Fatalf("decoded to %+v", r)
			}
			if string(in) != test.value {
				t.Error("the message given was changed")
			}
			again := newTestDecoder().Decode(r.Value)
			if !reflect.DeepEqual(again.Events, r.Events) || !bytes.Equal(again.Value, r.Value) {
				t.Errorf("a rebuild from what is stored differs:\n%+v\n%+v", again, r)
			}
			other := New(Options{Drop: DefaultDrop(), HashKey: []byte("another salt")}).Decode([]byte(test.value))
			if !reflect.DeepEqual(other.Events, r.Events) || bytes.Equal(other.Value, r.Value) {
				t.Error("the salt changes the events, or does not change what is stored")
			}
		})
	}
}

func TestDropKeepsTheRest(t *testing.T) {
	for _, value := range []string{
		ownEvent, summaryRow,
		`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"key":"a","value":{"stringValue":"token"}},{"key":"token","value":null}]}]}]}]}`,
		`{"@odata.type":"#microsoft.graph.chatMessage","id":"1","content":"kept","body":{"contentType":"html"},"messageBody":null}`,
		`{"records":[{"time":"2026-01-01T00:00:00Z","category":"X","properties":{"a":"messageBody","b":"{\"messageBodyLength\":5}"}}]}`,
	} {
		in := []byte(value)
		r := newTestDecoder().Decode(in)
		if &r.Value[0] != &in[0] || len(r.Value) != len(in) {
			t.Errorf("%s was replaced by %s", in, r.Value)
		}
	}
	unsalted := New(Options{Drop: []string{"text"}}).Decode([]byte(strings.Replace(ownEvent, `"state"`, `"text":"hello","state"`, 1)))
	if want := `"text":"dropped:` + strings.Repeat("0", 64) + `"`; !bytes.Contains(unsalted.Value, []byte(want)) {
		t.Errorf("without a key a trace of the content is left: %s", unsalted.Value)
	}
	if got := unsalted.Events[0].Facts.Notice.State; got != "started" {
		t.Errorf("the state behind a dropped text is %q", got)
	}
}

func TestDropInBrokenMessages(t *testing.T) {
	broken := `{"messageBody":"SECRET","x":tru}` + "\n" + `{"incomingCallContext":"SECRET` + "\n" + `{"token":["SECRET",` + "\n" + callEvent
	r := newTestDecoder().Decode([]byte(broken))
	if bytes.Contains(r.Value, []byte("SECRET")) {
		t.Errorf("dropped content of broken documents would be stored: %s", r.Value)
	}
	if len(r.Events) != 1 || r.Events[0].Kind != "Microsoft.Communication.CallConnected" || len(r.Dead) == 0 {
		t.Errorf("decoded to %+v", r)
	}
	for _, dead := range r.Dead {
		if dead.Offset+dead.Length > len(r.Value) {
			t.Errorf("%+v is not within the stored value of %d bytes", dead, len(r.Value))
		}
	}
}

// TestEventsOutliveTheDecoder demands that events copied from a result are not
// changed by the next message.
func TestEventsOutliveTheDecoder(t *testing.T) {
	d := newTestDecoder()
	value := []byte(ownEvent)
	kept := append([]schema.Event(nil), d.Decode(value).Events...)
	want := one(t, ownEvent)
	clear(value)
	for _, next := range []string{summaryRow, callEvent, benchSummary, benchOwn} {
		d.Decode([]byte(next))
	}
	if !reflect.DeepEqual(kept[0], want) {
		t.Errorf("the event became %+v, was %+v", kept[0], want)
	}
}
