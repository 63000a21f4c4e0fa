package decode

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzDecode holds any bytes against what Decode promises: complete events,
// dead parts within the value, nothing left that is to be dropped, and the same
// events from what is stored.
func FuzzDecode(f *testing.F) {
	for _, file := range sampleFiles(f) {
		f.Add(read(f, file))
	}
	for _, value := range []string{
		summaryRow, gridEvent, callEvent, ownEvent, benchSummary, benchInsights,
		summaryRow + "\n{\"a\":tru}\r\n" + callEvent,
		"[" + summaryRow + `,{"a":1,"a":2},` + ownEvent + "]",
		`{"records":[{"time":"2026-01-01T00:00:00Z","Type":"AppEvents","Name":"n","Properties":"{\"p\":\"{\\\"token\\\":\\\"S\\\"}\"}"}]}`,
		`{"messageBody":"S","x":tru}` + "\n" + `{"token":["S",`,
	} {
		f.Add([]byte(value))
	}
	d, again := newTestDecoder(), newTestDecoder()
	f.Fuzz(func(t *testing.T, value []byte) {
		checkDecoded(t, d, again, value)
	})
}

// checkDecoded decodes a value with d, and what is stored of it with again, and
// fails where a promise of Decode is broken.
func checkDecoded(t testing.TB, d, again *Decoder, value []byte) Result {
	t.Helper()
	given := bytes.Clone(value)
	r := d.Decode(value)
	if !bytes.Equal(value, given) {
		t.Errorf("the message given was changed from %q", given)
	}
	for _, ev := range r.Events {
		if len(ev.ID) != 32 || len(ev.Content) != 32 || ev.Source == "" || ev.Kind == "" ||
			ev.Time.IsZero() != (ev.TimeReason != "") || ev.Last.Before(ev.First) {
			t.Errorf("incomplete event %+v", ev)
		}
		if _, err := json.Marshal(ev); err != nil {
			t.Errorf("event %+v can't be stored: %v", ev, err)
		}
	}
	for _, dead := range r.Dead {
		if dead.Reason == "" || dead.Offset < 0 || dead.Length < 0 || dead.Offset+dead.Length > len(r.Value) {
			t.Errorf("dead part %+v is not within %d bytes", dead, len(r.Value))
		}
	}
	var document any
	if json.Unmarshal(r.Value, &document) == nil {
		checkDropped(t, document, r.Value)
	}
	if second := again.Decode(r.Value); !reflect.DeepEqual(second.Events, r.Events) || !reflect.DeepEqual(second.Dead, r.Dead) || !bytes.Equal(second.Value, r.Value) {
		t.Errorf("what is stored decodes to\n%+v, at first it was\n%+v", second, r)
	}
	return r
}

// checkDropped fails if a member that is to be dropped has content.
func checkDropped(t testing.TB, document any, value []byte) {
	t.Helper()
	var none dropper
	switch document := document.(type) {
	case []any:
		for _, element := range document {
			checkDropped(t, element, value)
		}
	case map[string]any:
		for name, member := range document {
			none = newDropper(DefaultDrop(), nil)
			if !none.names(nil, []byte(name)) || member == nil || member == "" {
				checkDropped(t, member, value)
				continue
			}
			if text, ok := member.(string); !ok || !isPlaceholder([]byte(`"`+text+`"`)) {
				t.Errorf("%s is left in %q", name, value)
			}
		}
	}
}
