package ownevent

import (
	"os"
	"path/filepath"
	"testing"

	"rollcall/ingest/cloudevent"
	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// FuzzDecode demands that whatever is in an object becomes a complete event
// that says why what it lacks is lacking.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("../../testdata/samples/eventgrid_cloudevents/*.json")
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
	for _, data := range []string{
		`"capture":"[\"recording\"]","clockOffsetMs":"-1.5","participantId":"p","id":"i"`,
		`"capture":"recording,transcription","active":"true","answer":"granted","subject":"8:acs:a_b","displayName":"n"`,
	} {
		for _, kind := range kinds {
			f.Add([]byte(`{"specversion":"1.0","type":"` + kind + `","time":"2026-01-01T00:00:00Z","data":{` + data + `}}`))
		}
	}
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
		e, ok := cloudevent.Read(v)
		if !ok {
			return
		}
		d.Decode(Carried{Via: schema.ViaCloudEvent, Type: e.Type, ID: e.ID, Time: e.Time, Data: e.Data}, &ev)
		if len(ev.ID) != 32 || len(ev.Content) != 32 || ev.Source == "" || ev.Kind == "" ||
			ev.Time.IsZero() != (ev.TimeReason != "") || ev.Last.Before(ev.First) {
			t.Errorf("incomplete event %+v of %s", ev, value)
		}
	})
}
