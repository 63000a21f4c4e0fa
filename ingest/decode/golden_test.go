package decode

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rollcall/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are real messages and samples of the platform's documentation.
const samples = "../../testdata/samples"

// sampleFiles returns the names of all sample files.
func sampleFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(samples + "/*/*.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d samples found below %s, want over 60 (%v)", len(files), samples, err)
	}
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	value, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func newTestDecoder() *Decoder {
	return New(Options{Drop: DefaultDrop(), HashKey: []byte("salt of the tests")})
}

// TestGolden decodes every sample and compares the events with those recorded:
// run it with -update after a change that is meant, and raise Version.
func TestGolden(t *testing.T) {
	d := newTestDecoder()
	for _, file := range sampleFiles(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		source := filepath.Base(filepath.Dir(file))
		t.Run(source+"/"+name, func(t *testing.T) {
			r := d.Decode(read(t, file))
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			for _, part := range []any{r.Events, r.Dead} {
				if err := e.Encode(part); err != nil {
					t.Fatal(err)
				}
			}
			checkRoundTrip(t, r.Events)
			golden := filepath.Join("testdata/golden", source, name+".json")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("decoded to\n%s\nwant\n%s", got.Bytes(), want)
			}
		})
	}
}

// checkRoundTrip demands that facts are the same after they were stored.
func checkRoundTrip(t *testing.T, events []schema.Event) {
	t.Helper()
	for _, ev := range events {
		stored, err := json.Marshal(ev.Facts)
		if err != nil {
			t.Fatal(err)
		}
		var again schema.Facts
		if err := json.Unmarshal(stored, &again); err != nil || !reflect.DeepEqual(again, ev.Facts) {
			t.Errorf("%s: the facts %s are stored as other ones (%v)", ev.Kind, stored, err)
		}
	}
}

// TestSamplesAreRead demands that only bare payloads have no envelope.
func TestSamplesAreRead(t *testing.T) {
	d := newTestDecoder()
	for _, file := range sampleFiles(t) {
		value := read(t, file)
		r := d.Decode(value)
		bare := bytes.HasPrefix(bytes.TrimLeft(value, "{ \r\n"), []byte(`"properties"`))
		for _, part := range []string{".spec-data-only.", ".docs-operation-header.", ".shared-fields"} {
			bare = bare || strings.Contains(file, part)
		}
		if !bare && (len(r.Dead) > 0 || len(r.Events) == 0) {
			t.Errorf("%s gives %d events and is dead: %+v", file, len(r.Events), r.Dead)
		}
		for _, ev := range r.Events {
			if len(ev.ID) != 32 || len(ev.Content) != 32 || ev.Source == "" || ev.Kind == "" ||
				ev.Time.IsZero() != (ev.TimeReason != "") {
				t.Errorf("%s gives an incomplete event: %+v", file, ev)
			}
		}
	}
}
