package appinsights

import (
	"os"
	"testing"

	"rollcall/ingest/jsondoc"
)

// FuzzRow demands that an item is found in at most the forms that there are,
// and that an event has what is read of it.
func FuzzRow(f *testing.F) {
	body, err := os.ReadFile("../../testdata/samples/appinsights/EventData.ingestion-body.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"time":"2026-01-01T00:00:00Z","Type":"AppEvents","Name":"n","Properties":{"a":"b"},"Measurements":{"c":1}}`))
	f.Add([]byte(`{"timestamp":"2026-01-01T00:00:00Z","name":"n","itemType":"customEvent","customDimensions":"{}"}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		var p jsondoc.Parser
		p.Reset(value)
		v, err := p.Next()
		if err != nil {
			return
		}
		for _, read := range []func(jsondoc.Value) (Item, bool){Row, Body} {
			item, ok := read(v)
			if ok != (item.Kind != "") || item.Event && !ok {
				t.Errorf("%s is read as %+v, %v", value, item, ok)
			}
		}
	})
}
