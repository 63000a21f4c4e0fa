package recordingfile

import (
	"os"
	"testing"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// FuzzDecode demands that whatever is in an object becomes a complete event
// that says why what it lacks is lacking.
func FuzzDecode(f *testing.F) {
	file, err := os.ReadFile("../../testdata/samples/recording_metadata/acsmetadata.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	var w normal.Writer
	f.Fuzz(func(t *testing.T, value []byte) {
		var p jsondoc.Parser
		p.Reset(value)
		v, err := p.Next()
		if err != nil {
			return
		}
		var ev schema.Event
		Decode(&w, v, &ev)
		if len(ev.ID) != 32 || len(ev.Content) != 32 || ev.Source == "" || ev.Kind == "" ||
			ev.Time.IsZero() != (ev.TimeReason != "") || ev.Last.Before(ev.First) {
			t.Errorf("incomplete event %+v of %s", ev, value)
		}
	})
}
