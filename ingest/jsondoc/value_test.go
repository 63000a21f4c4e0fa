package jsondoc

import (
	"slices"
	"testing"
)

func TestGet(t *testing.T) {
	v := parseOne(t, `{"callId":1,"CALLID":2,"Time":3,"time":4,"\u0041pp":5,"o":{"callid":6},"é":7,"É":8,"@x":9,"list":[{"y":0}],"last":10}`)
	for name, want := range map[string]string{
		"callId": "1", "CALLID": "2", "callid": "1", "CallID": "1", // exact, else the first
		"time": "4", "Time": "3", "TIME": "3",
		"App": "5", "app": "5",
		"É": "8", "é": "7", // only ASCII letters are folded
		"@x": "9", "`x": "", "@X": "9",
		"last": "10", "Last": "10",
		"y": "", "": "", "missing": "", "callI": "",
	} {
		if got := v.Get(name); got.Text() != want || got.Exists() != (want != "") {
			t.Errorf("Get(%q) is %q, want %q", name, got.Text(), want)
		}
	}
	if got := v.GetAny("missing", "LAST", "time").Text(); got != "10" {
		t.Errorf("GetAny is %q, want that of last", got)
	}
	if v.GetAny("missing", "o2").Exists() || v.GetAny().Exists() {
		t.Error("GetAny found what is not there")
	}
}

func TestWrongKinds(t *testing.T) {
	values := []Value{{}}
	for _, document := range []string{`null`, `true`, `1`, `"a"`, `[1]`, `{"a":1}`} {
		values = append(values, parseOne(t, document))
	}
	for i, v := range values {
		if v.Kind() != Kind(i) || v.Exists() != (i > 0) {
			t.Errorf("value %d: kind %v, exists %v", i, v.Kind(), v.Exists())
		}
		if got := v.Get("a").Exists(); got != (v.Kind() == Object) {
			t.Errorf("%v: Get %v", v.Kind(), got)
		}
		if got := v.Index(0).Exists(); got != (v.Kind() == Array) {
			t.Errorf("%v: Index %v", v.Kind(), got)
		}
		if v.Index(-1).Exists() || v.Index(1).Exists() {
			t.Errorf("%v: an index out of range exists", v.Kind())
		}
		if got, want := v.Len(), max(0, i-int(String)); got != min(1, want) {
			t.Errorf("%v: Len %d", v.Kind(), got)
		}
		if _, ok := v.Str(); ok != (v.Kind() == String) {
			t.Errorf("%v: Str %v", v.Kind(), ok)
		}
		if _, ok := v.Int(); ok != (v.Kind() == Number) {
			t.Errorf("%v: Int %v", v.Kind(), ok)
		}
		if _, ok := v.Bool(); ok != (v.Kind() == Bool) {
			t.Errorf("%v: Bool %v", v.Kind(), ok)
		}
		if got, want := v.Text(), []string{"", "", "true", "1", "a", "", ""}[i]; got != want || !v.Is(want) || string(v.AppendText(nil)) != want {
			t.Errorf("%v: Text %q, want %q", v.Kind(), got, want)
		}
		if got, want := string(v.Raw()), []string{"", "null", "true", "1", `"a"`, "[1]", `{"a":1}`}[i]; got != want {
			t.Errorf("%v: Raw %q, want %q", v.Kind(), got, want)
		}
		if got, want := string(v.AppendCanonical(nil)), string(v.Raw()); got != want {
			t.Errorf("%v: AppendCanonical %q, want %q", v.Kind(), got, want)
		}
	}
}

func TestText(t *testing.T) {
	for document, want := range map[string]string{
		`""`: "", `"a"`: "a", `"\"\\\/\b\f\n\r\tA\u0042"`: "\"\\/\b\f\n\r\tAB",
		`"x\ud83d\uDE00y"`: "x😀y", `"\u00e9é\u0000"`: "éé\x00", `1.50`: "1.50", `-0`: "-0", `false`: "false",
	} {
		v := parseOne(t, document)
		if got := v.Text(); got != want || !v.Is(want) || v.Is(want+"x") || string(v.AppendText([]byte(">"))) != ">"+want {
			t.Errorf("%s: Text %q, AppendText %q, want %q", document, got, v.AppendText(nil), want)
		}
	}
}

func TestInt(t *testing.T) {
	for document, want := range map[string]int64{
		`0`: 0, `-0`: 0, `0.000`: 0, `0e999999999999999999999`: 0, `960`: 960, `"5"`: 5, `" 5 "`: 5, `"\t-5\n"`: -5, `5.0`: 5, `"5.00"`: 5, `1e3`: 1000,
		`1.5e1`: 15, `120e-1`: 12, `0.5e1`: 5, `1000000000000000000`: 1e18, `1e18`: 1e18, `10e17`: 1e18,
		`9223372036854775807`: 9223372036854775807, `-9223372036854775808`: -9223372036854775808, `9223372036854775807.000`: 9223372036854775807,
		`0.00000000000000000000000000001e29`: 1, `100000000000000000000e-20`: 1,
	} {
		if got, ok := parseOne(t, document).Int(); !ok || got != want {
			t.Errorf("%s: %d, %v, want %d", document, got, ok, want)
		}
	}
	for _, document := range []string{
		`0.5`, `1e-1`, `9223372036854775808`, `-9223372036854775809`, `1e19`, `18446744073709551616`, `99999999999999999999`,
		`1e999999999`, `1e-999999999`, `1e99999999999999999999999`, `-1e9223372036854775807`, `"1e9223372036854775808"`,
		`""`, `" "`, `"-"`, `"+5"`, `"05"`, `"0x10"`, `"5 6"`, `"5,0"`, `"five"`, `"NaN"`, `"٥"`, `true`, `null`, `[5]`,
	} {
		if got, ok := parseOne(t, document).Int(); ok {
			t.Errorf("%s: %d, want none", document, got)
		}
	}
}

func TestBool(t *testing.T) {
	for document, want := range map[string]bool{`true`: true, `false`: false, `"TRUE"`: true, `"False"`: false, `" true "`: true} {
		if got, ok := parseOne(t, document).Bool(); !ok || got != want {
			t.Errorf("%s: %v, %v", document, got, ok)
		}
	}
	for _, document := range []string{`1`, `"1"`, `"yes"`, `""`, `null`} {
		if _, ok := parseOne(t, document).Bool(); ok {
			t.Errorf("%s is not a bool", document)
		}
	}
}

func TestIteration(t *testing.T) {
	v := parseOne(t, ` {"a":[1,[2,3],{"x":{}}],"\u0062":{},"c":[],"d":"e"}`)
	var members, elements []string
	for name, value := range v.Members() {
		members = append(members, name.Text()+"="+string(value.Raw()))
	}
	if want := []string{`a=[1,[2,3],{"x":{}}]`, `b={}`, `c=[]`, `d="e"`}; !slices.Equal(members, want) {
		t.Errorf("members %q, want %q", members, want)
	}
	for e := range v.Get("a").Elements() {
		elements = append(elements, string(e.Raw()))
	}
	if want := []string{`1`, `[2,3]`, `{"x":{}}`}; !slices.Equal(elements, want) {
		t.Errorf("elements %q, want %q", elements, want)
	}
	if v.Len() != 4 || v.Get("a").Len() != 3 || v.Get("b").Len() != 0 || string(v.Get("a").Index(1).Index(1).Raw()) != "3" {
		t.Errorf("Len or Index: %d, %d", v.Len(), v.Get("a").Len())
	}
	for range v.Members() {
		break
	}
	for range v.Get("a").Elements() {
		break
	}
}

func TestSpan(t *testing.T) {
	data := []byte("\ufeff{\"a\": [1, \"two\"]}\r\n {\"b\":3}")
	var p Parser
	p.Reset(data)
	for _, want := range []string{`"two"`, `3`} {
		v, err := p.Next()
		if err != nil {
			t.Fatal(err)
		}
		value := v.Get("b")
		if !value.Exists() {
			value = v.Get("a").Index(1)
		}
		if start, end := value.Span(); string(data[start:end]) != want || string(value.Raw()) != want {
			t.Errorf("span %d to %d, raw %s, want %s", start, end, value.Raw(), want)
		}
	}
}
