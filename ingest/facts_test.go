package ingest

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"rollcall/schema"
)

// The hand-written summary is what encoding/json writes, for every field alone
// and all together, so that a field that is added to CallSummary is not lost.
func TestFactsAreWhatJSONWrites(t *testing.T) {
	var full schema.CallSummary
	var fill func(v reflect.Value, only int) int
	// fill sets the leaf fields of v: all, or only the one of that number.
	fill = func(v reflect.Value, only int) int {
		n := 0
		for i := range v.NumField() {
			f := v.Field(i)
			if f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[time.Time]() {
				n += fill(f, only-n)
				continue
			}
			if only < 0 || only == n {
				switch f.Interface().(type) {
				case time.Time:
					f.Set(reflect.ValueOf(time.Date(2026, 3, 29, 1, 2, 3, 120e6, time.UTC)))
				case string:
					f.SetString("text 1.0;x")
				case int64:
					f.SetInt(-1)
				case bool:
					f.SetBool(true)
				default:
					t.Fatalf("%s: teach this test and appendFacts the type %s", v.Type().Field(i).Name, f.Type())
				}
			}
			n++
		}
		return n
	}
	fields := fill(reflect.ValueOf(&full).Elem(), -1000)
	summaries := []schema.CallSummary{full, {}}
	for i := range fields {
		var one schema.CallSummary
		fill(reflect.ValueOf(&one).Elem(), i)
		summaries = append(summaries, one)
	}
	for _, change := range []func(*schema.CallSummary){
		func(s *schema.CallSummary) { s.AppName = "a\"b" },
		func(s *schema.CallSummary) { s.AppName = "Größe <&>\u2028\x00" },
		func(s *schema.CallSummary) { s.AppName = "bad \xff" },
		func(s *schema.CallSummary) { s.Start = s.Start.In(time.FixedZone("", 3600)) },
		func(s *schema.CallSummary) { s.Start = time.Date(1600, 1, 1, 0, 0, 0, 1, time.UTC) },
	} {
		changed := full
		change(&changed)
		summaries = append(summaries, changed)
	}
	for _, s := range summaries {
		compareFacts(t, schema.Facts{Summary: &s})
	}
	compareFacts(t, schema.Facts{})
	compareFacts(t, schema.Facts{Summary: &full, Participant: &schema.Participant{RawID: "r"}})
}

func compareFacts(t *testing.T, f schema.Facts) {
	t.Helper()
	want, err := json.Marshal(&f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := appendFacts([]byte("kept"), &f)
	if err != nil || string(got) != "kept"+string(want) {
		t.Errorf("got %s (%v)\nwant kept%s", got, err, want)
	}
}
