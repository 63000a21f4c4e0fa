package jsondoc

import (
	"math/big"
	"strings"
	"testing"
)

func canonical(t testing.TB, document string) string {
	return string(parseOne(t, document).AppendCanonical(nil))
}

func TestCanonical(t *testing.T) {
	for _, tc := range []struct {
		want     string
		variants []string
	}{
		{`{"a":1,"b":[true,null,"x"]}`, []string{
			`{"a":1,"b":[true,null,"x"]}`, " {\n\"b\" : [ true , null , \"x\" ] , \"a\" : 1.0 } ", `{"\u0062":[true,null,"\u0078"],"\u0061":1e0}`,
		}},
		{`{"":0,"A":1,"a":2,"aa":3,"name-with-the-same-start-1":4,"name-with-the-same-start-2":5,"é":6,"｡":7,"😀":8}`, []string{
			`{"😀":8,"｡":7,"é":6,"name-with-the-same-start-2":5,"name-with-the-same-start-1":4,"aa":3,"a":2,"A":1,"":0}`,
			`{"\ud83d\ude00":8,"\uff61":7,"\u00e9":6,"name-with-the-same-start-\u0032":5,"name-with-the-same-start-1":4,"a\u0061":3,"a":2,"A":1,"":0}`,
		}},
		{`"/\"\\\b\f\n\r\t\u0000\u001fé😀"` + "", []string{
			`"\/\u0022\u005c\u0008\u000c\u000a\u000d\u0009\u0000\u001F\u00E9\uD83D\uDE00"`, `"/\"\\\b\f\n\r\t\u0000\u001fé😀"`,
		}},
		{`[{"a":{"b":1,"c":2},"d":[{"x":1,"y":2}]}]`, []string{`[{"d":[{"y":2,"x":1}],"a":{"c":2,"b":1}}]`}},
	} {
		for _, document := range tc.variants {
			if got := canonical(t, document); got != tc.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tc.want)
			}
		}
	}
}

func TestCanonicalTellsApart(t *testing.T) {
	seen := map[string]string{}
	for _, document := range []string{
		`1`, `"1"`, `-1`, `10`, `0.1`, `true`, `"true"`, `null`, `"null"`, `""`, `[]`, `{}`, `[[]]`, `[{}]`, `{"a":[]}`, `{"a":{}}`,
		`[1,2]`, `[2,1]`, `[12]`, `["1,2"]`, `{"a":1}`, `{"A":1}`, `{"a":"1"}`, `{"a":1,"b":2}`, `{"a":2,"b":1}`, `{"a":{"b":2}}`,
		`"a"`, `"\\u0061"`, `"\n"`, `"\\n"`, `"n"`, `"é"`, `"e\u0301"`, `"\u0000"`, `"\\"`, `"\\\\"`, `"a "`, `0.30000000000000004`, `0.3`,
		`12345678901234567890`, `12345678901234567891`, `1e999999999`, `1e999999998`, `1e-999999999`,
	} {
		form := canonical(t, document)
		if other, ok := seen[form]; ok {
			t.Errorf("%s and %s are both %s", document, other, form)
		}
		seen[form] = document
	}
}

func TestCanonicalNumbers(t *testing.T) {
	nines := strings.Repeat("9", 18)
	zeros := strings.Repeat("0", 18)
	for want, variants := range map[string][]string{
		"0":                     {`0`, `-0`, `0.0`, `-0.00e7`, `0e-99999999999999999999`},
		"1":                     {`1`, `1.0`, `1e0`, `10e-1`, `0.1e1`, `0.001E+3`, `1.000e-0`},
		"-960":                  {`-960`, `-9.6e2`, `-9600e-1`, `-960.0`},
		"315e-2":                {`3.15`, `0.315e1`, `315e-2`, `3.150`},
		"3146336e-11":           {`3.146336E-05`, `0.00003146336`},
		"100000000000000000000": {`1e20`, `100000000000000000000`},
		"1e21":                  {`1e21`, `1000000000000000000000`, `0.1e+22`},
		"1e999999999":           {`1e999999999`, `10e999999998`, `0.1e1000000000`},
		"1e1" + zeros:           {`1e1` + zeros, `10e` + nines, `0.1e1` + zeros[1:] + "1", `100e999999999999999998`},
		"1e" + nines:            {`1e` + nines, `0.1e1` + zeros, `0.01e1` + zeros[1:] + "1"},
		"1e-1" + zeros:          {`1e-1` + zeros, `0.1e-` + nines, `10e-1` + zeros[1:] + "1"},
		"1e9" + nines:           {`1e9` + nines, `0.1e10` + zeros},
		"1e10" + zeros:          {`1e10` + zeros, `10e9` + nines, `1e0000010` + zeros},
		"12e20" + zeros:         {`1.2e20` + zeros[1:] + "1", `120e19` + nines},
	} {
		for _, document := range variants {
			if got := canonical(t, document); got != want {
				t.Errorf("%s is %s, want %s", document, got, want)
			}
		}
	}
}

// FuzzNumber compares the normal form with exact arithmetic.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0.0", "1", "1.0", "10e-1", "960", "9.6e2", "1e-7", "100000e15", "0.001e3"} {
		f.Add(s, "1e0")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 40 || len(b) > 40 {
			return
		}
		exact := func(s string) *big.Rat {
			if s == "" || s[0] != '-' && s[0]-'0' > 9 {
				return nil
			}
			if end, bad := scanNumber([]byte(s), 0); bad != "" || end != len(s) {
				return nil
			}
			if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 6 {
				return nil // exact arithmetic would take for ever
			}
			r, ok := new(big.Rat).SetString(s)
			if !ok {
				t.Fatalf("%q is no number", s)
			}
			return r
		}
		x, y := exact(a), exact(b)
		if x == nil || y == nil || x.Denom().BitLen()+x.Num().BitLen() > 10_000 {
			return
		}
		first, second := string(appendNumber(nil, []byte(a))), string(appendNumber(nil, []byte(b)))
		if (x.Cmp(y) == 0) != (first == second) {
			t.Errorf("%s and %s have the forms %s and %s", a, b, first, second)
		}
		if z := exact(first); z == nil || z.Cmp(x) != 0 {
			t.Errorf("%s became %s", a, first)
		}
		i, ok := splitNumber([]byte(a)).integer()
		if want := x.IsInt() && x.Num().IsInt64(); ok != want || ok && x.Num().Int64() != i {
			t.Errorf("%s as a whole number: %d, %v", a, i, ok)
		}
	})
}
