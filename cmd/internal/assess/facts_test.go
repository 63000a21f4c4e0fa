package assess

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"rollcall/schema"
)

// fill gives every field of a value something of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("te\"xt\n%d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 10, 0, 0, *n*1e6, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic(v.Type().String())
	}
}

// TestFacts: what is stored is read as it was, but for what nobody asks for.
func TestFacts(t *testing.T) {
	n := 0
	var s schema.Session
	fill(reflect.ValueOf(&s).Elem(), &n)
	var c schema.Call
	fill(reflect.ValueOf(&c).Elem(), &n)
	stored := func(v any) string {
		t.Helper()
		b, err := json.Marshal(v, json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var r factReader
	gotS, err := r.session(stored(s))
	if err != nil {
		t.Fatal(err)
	}
	s.Events = nil
	if !reflect.DeepEqual(gotS, s) {
		t.Errorf("session\nis   %+v\nwant %+v", gotS, s)
	}
	gotC, err := r.outline(stored(c))
	if err != nil {
		t.Fatal(err)
	}
	c.Sessions, c.Recordings, c.Threads, c.Messages, c.Streams, c.Names, c.Unmatched = nil, nil, nil, nil, nil, nil, nil
	for i := range c.Episodes {
		c.Episodes[i].Events = nil
	}
	if !reflect.DeepEqual(gotC, c) {
		t.Errorf("call\nis   %+v\nwant %+v", gotC, c)
	}
	var empty schema.Session
	if got, err := r.session(stored(empty)); err != nil || !reflect.DeepEqual(got, empty) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "[]", "{", `{"joined":{"at":"yesterday"}}`} {
		if _, err := r.session(bad); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
	if _, err := r.outline(`{"episodes":[{"ordinal":"x"}]}`); err == nil {
		t.Error("an ordinal that is none is read")
	}
}

func BenchmarkFacts(b *testing.B) {
	n := 0
	var s schema.Session
	fill(reflect.ValueOf(&s).Elem(), &n)
	text, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	var r factReader
	for b.Loop() {
		if _, err := r.session(string(text)); err != nil {
			b.Fatal(err)
		}
	}
}
