package azuremonitor

import (
	"os"
	"path/filepath"
	"testing"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// FuzzDecode demands that whatever is in an object becomes a complete event
// that says why what it lacks is lacking.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("../../testdata/samples/azuremonitor/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		value, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(value)
	}
	var w normal.Writer
	d := New(&w)
	f.Fuzz(func(t *testing.T, value []byte) {
		var p jsondoc.Parser
		p.Reset(value)
		v, err := p.Next()
		if err != nil {
			return
		}
		if v.Kind() == jsondoc.Array {
			v = v.Index(0)
		}
		var ev schema.Event
		kind := d.Read(v)
		if kind == "" {
			kind = schema.KindUnknown
		}
		d.Decode(kind, &ev)
		if len(ev.ID) != 32 || len(ev.Content) != 32 || ev.Source == "" || ev.Kind == "" ||
			ev.Time.IsZero() != (ev.TimeReason != "") || ev.Last.Before(ev.First) {
			t.Errorf("incomplete event %+v of %s", ev, value)
		}
	})
}
