package jsondoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzParser compares with jsontext, which is as strict, and with what
// encoding/json reads.
func FuzzParser(f *testing.F) {
	for _, bm := range benchmarks {
		f.Add([]byte(bm.document))
	}
	for _, s := range []string{
		`{"a":1,"\u0061":2}`, `["\ud83d\ude00","\ud800"]`, `[1.0,-0e+1,01]`, "\ufeff{}\r\n[]", `{"a":{"a":[{},[],null,true,false]}}`, "\"é\xff\"",
		`[[[[[[[[[[[[]]]]]]]]]]]]`, `"\"\\\/\b\f\n\r\t"`, `1 2`, `{"abcdefgh":1,"ABCDEFGH":2}`, `"0123456789` + "\x01",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		var p Parser
		p.Reset(data)
		v, err := p.Next()
		if err != nil {
			agreeOnInvalid(t, data, err)
			return
		}
		got, form := toAny(v), v.AppendCanonical(nil)
		checkSpans(t, data, v)
		if _, err := p.Next(); err == io.EOF {
			agreeOnValid(t, data, got)
		} else if jsontext.Value(data).IsValid() {
			t.Errorf("more than one document, then %v: %q", err, data)
		}
		for n := 0; ; n++ {
			if _, err := p.Next(); err != nil {
				break
			}
			if n > len(data) {
				t.Fatal("more documents than bytes")
			}
		}
		if !bytes.Equal(data, before) {
			t.Error("the data was changed")
		}
		p.Reset(form)
		again, err := p.Next()
		if err != nil {
			t.Fatalf("the normal form %q: %v", form, err)
		}
		if second := again.AppendCanonical(nil); !bytes.Equal(form, second) {
			t.Errorf("the normal form of %q is not that of itself, %q", form, second)
		}
	})
}

func agreeOnInvalid(t *testing.T, data []byte, err error) {
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		if syntax.Offset < syntax.Document || syntax.Offset > len(data) {
			t.Errorf("offset %d of %d bytes", syntax.Offset, len(data))
		}
		if syntax.Msg == badDepth {
			return
		}
	}
	if jsontext.Value(data).IsValid() {
		t.Errorf("%q is valid, got %v", data, err)
	}
}

// agreeOnValid is called for data that holds just one document.
func agreeOnValid(t *testing.T, data []byte, got any) {
	if bytes.Contains(data, []byte("\ufeff")) {
		return // around a document it means nothing here and is wrong to others
	}
	if !jsontext.Value(data).IsValid() {
		t.Errorf("%q is not valid", data)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var want any
	if err := d.Decode(&want); err != nil {
		t.Errorf("%q: %v", data, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q is read as %v", data, got)
	}
}

func toAny(v Value) any {
	switch v.Kind() {
	case Bool:
		return v.Is("true")
	case Number:
		return json.Number(v.Text())
	case String:
		return v.Text()
	case Array:
		elements := []any{}
		for e := range v.Elements() {
			elements = append(elements, toAny(e))
		}
		return elements
	case Object:
		members := map[string]any{}
		for name, value := range v.Members() {
			members[name.Text()] = toAny(value)
		}
		return members
	}
	return nil
}

// checkSpans checks that every value lies within the one around it, that the
// raw bytes are JSON, and that Get finds every member.
func checkSpans(t *testing.T, data []byte, v Value) {
	start, end := v.Span()
	if !bytes.Equal(data[start:end], v.Raw()) || !json.Valid(v.Raw()) {
		t.Fatalf("bytes %d to %d are %q", start, end, v.Raw())
	}
	inside := func(part Value) {
		if s, e := part.Span(); s <= start || e >= end {
			t.Fatalf("%d to %d is not within %d to %d", s, e, start, end)
		}
		checkSpans(t, data, part)
	}
	for e := range v.Elements() {
		inside(e)
	}
	for name, value := range v.Members() {
		if v.Get(name.Text()) != value {
			t.Fatalf("Get(%q) finds another member", name.Text())
		}
		inside(value)
	}
}
