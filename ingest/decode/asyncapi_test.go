package decode

import (
	"encoding/json"
	"testing"

	"github.com/goccy/go-yaml"

	"rollcall/schema/documents"
)

// TestAsyncAPIExamples reads the examples of asyncapi.yaml: each gives an event
// of the kind that it is named for.
func TestAsyncAPIExamples(t *testing.T) {
	text, err := yaml.YAMLToJSON(documents.AsyncAPI())
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Components struct {
			Messages map[string]struct {
				Examples []struct {
					Name    string
					Payload json.RawMessage
				}
			}
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	read := 0
	for message, m := range d.Components.Messages {
		for _, e := range m.Examples {
			r := New(Options{Drop: DefaultDrop()}).Decode(e.Payload)
			read++
			if len(r.Dead) > 0 || len(r.Events) != 1 || r.Events[0].Kind != e.Name {
				t.Errorf("%s, example %s: %d events, %+v, dead %+v", message, e.Name, len(r.Events), r.Events, r.Dead)
			}
		}
	}
	if read < 16 {
		t.Errorf("%d examples were read", read)
	}
}
