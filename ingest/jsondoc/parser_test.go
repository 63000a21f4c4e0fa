package jsondoc

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// documents returns the raw documents of data and the error that ends it.
func documents(data string) (raw []string, err error) {
	var p Parser
	p.Reset([]byte(data))
	for {
		v, err := p.Next()
		if err != nil {
			return raw, err
		}
		raw = append(raw, string(v.Raw()))
	}
}

func TestAccepted(t *testing.T) {
	for _, document := range []string{
		`{}`, `[]`, `""`, `0`, `-0`, `-1`, `10`, `1.5`, `0.1`, `-0.0e-0`, `1e5`, `1E+5`, `1e-5`, `1e999999999`, `true`, `false`, `null`,
		`[[[]]]`, `[1,"a",null,{}]`, `{"a":{"b":[{}]}}`, `{"":0}`, `{"a":1,"A":2}`,
		" [ 1 ,\t2\r\n] ", `{ "a" : 1 , "b" : 2 }`,
		`"\"\\\/\b\f\n\r\t\u0041"`, `"\ud83d\ude00"`, `"\uD83D\uDE00"`, `"\u0000"`, "\"\x7f\"", `"é漢😀"`, `"abcdefgé"`, `"abcdefg\n"`,
		"\"\xef\xbf\xbd\"", "\"\xef\xbb\xbf\"", "\"\u2028\"",
		callSummary, participantAdded, indented(callSummary),
	} {
		if raw, err := documents(document); err != io.EOF || len(raw) != 1 || raw[0] != strings.TrimSpace(document) {
			t.Errorf("%.80q: got %.80q and %v", document, raw, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		document string
		offset   int
		msg      string // a part of it
	}{
		{`{`, 1, "the text ends, expected a name in double quotes or '}'"},
		{`[`, 1, "the text ends, expected a value"},
		{`[1,]`, 3, `found ']', expected a value`},
		{`[1 2]`, 3, `found '2', expected ',' or ']'`},
		{`[,1]`, 1, `expected a value`},
		{`]`, 0, `expected a value`},
		{`[}`, 1, `expected a value`},
		{`[1}`, 2, `expected ',' or ']'`},
		{`{"a":1]`, 6, `expected ',' or '}'`},
		{`{"a":1,}`, 7, `found '}', expected a name`},
		{`{"a" 1}`, 5, `expected ':'`},
		{`{"a"`, 4, `expected ':'`},
		{`{"a":}`, 5, `expected a value`},
		{`{"a":1 "b":2}`, 7, `expected ',' or '}'`},
		{`{a:1}`, 1, `found 'a', expected a name in double quotes`},
		{`{1:1}`, 1, `expected a name`},
		{`{'a':1}`, 1, `expected a name`},
		{`{"a":1`, 6, `the text ends, expected ',' or '}'`},
		{`NaN`, 0, `expected a value`},
		{`Infinity`, 0, `expected a value`},
		{`[-Infinity]`, 2, `expected a digit`},
		{`[+1]`, 1, `expected a value`},
		{`[.5]`, 1, `expected a value`},
		{`[1.]`, 3, `expected a digit`},
		{`[1e]`, 3, `expected a digit`},
		{`[1e+]`, 4, `expected a digit`},
		{`[-]`, 2, `expected a digit`},
		{`[01]`, 1, `needless zero`},
		{`[-01]`, 2, `needless zero`},
		{`01`, 0, `needless zero`},
		{`0x10`, 1, `found 'x', expected white space or a new document`},
		{`1,2`, 1, `found ','`},
		{`1-2`, 1, `found '-'`},
		{`truefalse`, 4, `expected white space`},
		{`tru`, 3, `expected true, false or null in full`},
		{`[nul]`, 4, `expected true, false or null in full`},
		{`True`, 0, `expected a value`},
		{`"abc`, 4, `the text ends, expected the closing double quote`},
		{`"abcdefgh`, 9, `expected the closing double quote`},
		{`"\`, 2, `the text ends, expected one of`},
		{`"\x41"`, 2, `found 'x', expected one of`},
		{`"\u00g0"`, 5, `found 'g', expected four hexadecimal digits`},
		{`"\u12"`, 5, `hexadecimal`},
		{`"\ud800"`, 1, `surrogate`},
		{`"a\ud800x"`, 2, `surrogate`},
		{`"\udc00"`, 1, `surrogate`},
		{`"\ud800\ud800"`, 1, `surrogate`},
		{`"\ud800\n"`, 1, `surrogate`},
		{`"\ud800\u12g4"`, 11, `hexadecimal`},
		{"\"a\nb\"", 2, `control character`},
		{"\"abcdefghijk\x00\"", 12, `control character`},
		{"\"a\x80\"", 2, `not valid UTF-8`},
		{"\"abcdefgh\xc3\"", 9, `not valid UTF-8`},
		{"\"é\xff\"", 3, `not valid UTF-8`},
		{"\"\xc0\xaf\"", 1, `not valid UTF-8`},     // overlong
		{"\"\xed\xa0\x80\"", 1, `not valid UTF-8`}, // a surrogate
		{"\"\xf4\x90\x80\x80\"", 1, `not valid UTF-8`},
		{"{\"\xff\":1}", 2, `not valid UTF-8`},
		{"\xff", 0, `found byte 0xff, expected a value`},
		{"\xef\xbb", 0, `found byte 0xef`},
		{"[1,\v2]", 3, `found byte 0x0b`},
		{"[\u00a01]", 1, `expected a value`},
		{`{"a":1,"a":2}`, 7, `this name already`},
		{`{"a":1,"b":[{"a":{}}],"a":2}`, 22, `this name already`},
		{`{"a":1,"\u0061":2}`, 7, `this name already`},
		{`{"\u0061":1,"a":2}`, 12, `this name already`},
		{`{"x\n":1,"x\u000a":2}`, 9, `this name already`},
		{`{"é":1,"\u00e9":2}`, 8, `this name already`},
		{`[{"a":1},{"b":{"c":1,"c":2}}]`, 21, `this name already`},
		{`// no` + "\n1", 0, `expected a value`},
		{`[1/*no*/]`, 2, `expected ',' or ']'`},
	} {
		_, err := documents(tc.document)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: want a SyntaxError, got %v", tc.document, err)
			continue
		}
		if syntax.Offset != tc.offset || !strings.Contains(syntax.Msg, tc.msg) {
			t.Errorf("%q: want byte %d: …%s…, got %v", tc.document, tc.offset, tc.msg, err)
		}
	}
}

func TestStream(t *testing.T) {
	const bom = "\ufeff"
	for _, tc := range []struct {
		name, data string
		want       []string
		broken     int // where the document that can't be read begins; -1: there is none
	}{
		{"nothing", "", nil, -1},
		{"blank lines", "\r\n \n\t\r\n", nil, -1},
		{"byte order mark only", bom, nil, -1},
		{"lines", "{}\n[1]\n", []string{"{}", "[1]"}, -1},
		{"CRLF, blank lines and a byte order mark", bom + "{\"a\":1}\r\n\r\n{\"b\":2}\r\n", []string{`{"a":1}`, `{"b":2}`}, -1},
		{"nothing between", `{}{}[]"a""b"`, []string{"{}", "{}", "[]", `"a"`, `"b"`}, -1},
		{"files put together", bom + "{}" + bom + "{}\n" + bom, []string{"{}", "{}"}, -1},
		{"numbers and literals", `1 2{}3"x"true[]null`, []string{"1", "2", "{}", "3", `"x"`, "true", "[]", "null"}, -1},
		{"a number before a byte order mark", "1" + bom + "{}", []string{"1", "{}"}, -1},
		{"the last is cut off", `{"a":1} {"b":`, []string{`{"a":1}`}, 8},
		{"one is broken", `{"a":1}{"b":x}{"c":3}`, []string{`{"a":1}`}, 7},
		{"a comma between", `{},{}`, []string{"{}"}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := documents(tc.data)
			if !slices.Equal(got, tc.want) {
				t.Errorf("documents: got %q, want %q", got, tc.want)
			}
			var syntax *SyntaxError
			if tc.broken < 0 && err != io.EOF || tc.broken >= 0 && (!errors.As(err, &syntax) || syntax.Document != tc.broken) {
				t.Errorf("end: got %v, want a broken document at %d", err, tc.broken)
			}
		})
	}
}

func TestNextAfterTheEnd(t *testing.T) {
	var p Parser
	for range 2 {
		p.Reset([]byte(`1 x 2`))
		if v, err := p.Next(); err != nil || v.Text() != "1" || p.Offset() != 1 {
			t.Fatalf("first: %v, %v, offset %d", v, err, p.Offset())
		}
		_, first := p.Next()
		v, second := p.Next()
		if first == nil || first != second || v.Exists() || p.Offset() != 2 {
			t.Fatalf("the error is not kept: %v, then %v, offset %d", first, second, p.Offset())
		}
	}
	var unused Parser
	if _, err := unused.Next(); err != io.EOF {
		t.Errorf("a Parser without data: got %v, want io.EOF", err)
	}
}

func TestDepth(t *testing.T) {
	nest := func(open, close string, depth int) string {
		return strings.Repeat(open, depth) + "0" + strings.Repeat(close, depth)
	}
	for _, kind := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		if _, err := documents(nest(kind[0], kind[1], MaxDepth)); err != io.EOF {
			t.Errorf("%d times %s: %v", MaxDepth, kind[0], err)
		}
		for _, depth := range []int{MaxDepth + 1, 100_000} {
			_, err := documents(nest(kind[0], kind[1], depth))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Msg != badDepth || syntax.Offset != MaxDepth*len(kind[0]) {
				t.Errorf("%d times %s: got %v", depth, kind[0], err)
			}
		}
	}
	if want := fmt.Sprintf("more than %d ", MaxDepth); !strings.HasPrefix(badDepth, want) {
		t.Errorf("the message says %q, want %q", badDepth, want)
	}
}

func TestHugeString(t *testing.T) {
	const size = 64 << 20
	data := make([]byte, 0, size+10)
	data = append(data, `{"a":"`...)
	for range size {
		data = append(data, 'x')
	}
	data = append(data, `"}`...)
	var p Parser
	p.Reset(data)
	v, err := p.Next()
	if err != nil || len(v.Get("a").Bytes()) != size {
		t.Fatalf("%v, %d bytes", err, len(v.Get("a").Bytes()))
	}
	p.Reset(data[:len(data)-2])
	if _, err := p.Next(); err == nil {
		t.Fatal("a string without its end was accepted")
	}
}

// TestWideObjects: time stays linear whatever the names; were it quadratic,
// this would take hours.
func TestWideObjects(t *testing.T) {
	const count = 300_000
	for _, tc := range []struct{ name, format string }{
		{"plain", "name%d"},
		{"equal hashes", "the-same-%020d-at-both-ends"},
		{"escaped", "\\u0061%d"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(`{"inner":{`)
			for i := range count {
				fmt.Fprintf(&b, `"`+tc.format+`":%d,`, i, i)
			}
			distinct := b.String()
			if raw, err := documents(distinct + `"last":0}}`); err != io.EOF || len(raw) != 1 {
				t.Fatalf("distinct names: %v", err)
			}
			for _, i := range []int{0, wideObject - 1, wideObject, count - 1} {
				var syntax *SyntaxError
				_, err := documents(distinct + fmt.Sprintf(`"`+tc.format+`":0}}`, i))
				if !errors.As(err, &syntax) || syntax.Msg != badDuplicate || syntax.Offset != len(distinct) {
					t.Errorf("name %d twice: %v", i, err)
				}
			}
		})
	}
	t.Run("only the case differs", func(t *testing.T) {
		var b strings.Builder
		for i := range 1 << 17 {
			name := []byte("abcdefghijklmnopqrstu")
			for bit := range 17 {
				if i>>bit&1 == 1 {
					name[bit] -= 'a' - 'A'
				}
			}
			fmt.Fprintf(&b, `,"%s":0`, name)
		}
		if _, err := documents("{" + b.String()[1:] + "}"); err != io.EOF {
			t.Fatal(err)
		}
	})
}

// TestNestedWideObjects: the names of one object are no duplicates of those of
// another, before, in or after it, also when all are wide.
func TestNestedWideObjects(t *testing.T) {
	var members strings.Builder
	for i := range 2 * wideObject {
		fmt.Fprintf(&members, `,"name%d":0`, i)
	}
	object := "{" + members.String()[1:] + `,"o":%s}`
	document := fmt.Sprintf(object, fmt.Sprintf(object, "["+fmt.Sprintf(object, "1")+","+fmt.Sprintf(object, "2")+"]"))
	if _, err := documents(document + document); err != io.EOF {
		t.Fatal(err)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	var p Parser
	var canonical []byte
	data := []byte(callSummary + participantAdded + indented(callSummary))
	read := func() {
		p.Reset(data)
		for {
			v, err := p.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for record := range v.Get("records").Elements() {
				properties := record.Get("properties")
				for _, name := range callSummaryFields {
					_ = properties.Get(name).Raw()
				}
				if n, ok := properties.Get("participantDuration").Int(); !ok || n != 3955 {
					t.Fatalf("participantDuration is %d, %v", n, ok)
				}
			}
			canonical = v.AppendCanonical(canonical[:0])
		}
	}
	if allocs := testing.AllocsPerRun(100, read); allocs != 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
}
