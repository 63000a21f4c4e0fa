package graph

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
	files, err := filepath.Glob("../../testdata/samples/graph/*.json")
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
		items := []Item{{Value: v, Kind: Kind(v)}}
		if list, around := Items(v); list.Exists() {
			items = items[:0]
			for one := range list.Elements() {
				items = append(items, around.Of(one))
			}
		}
		for _, item := range items {
			if item.Kind != "" && item.Value.Kind() == jsondoc.Object {
				check(t, d, item, value)
			}
		}
	})
}

func check(t *testing.T, d *Decoder, item Item, value []byte) {
	t.Helper()
	var ev schema.Event
	d.Decode(item, &ev)
	if len(ev.ID) != 32 || len(ev.Content) != 32 || ev.Source == "" || ev.Kind == "" ||
		ev.Time.IsZero() != (ev.TimeReason != "") || ev.Last.Before(ev.First) {
		t.Errorf("incomplete event %+v of %s", ev, value)
	}
	if r := ev.Facts.Record; r != nil {
		for _, p := range r.Presences {
			if p.At.IsZero() || p.Reason != "" || p.Participant.RawID == "" {
				t.Errorf("incomplete presence %+v of %s", p, value)
			}
		}
	}
}
