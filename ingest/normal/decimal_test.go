package normal

import (
	"bytes"
	"math/big"
	"testing"
)

func TestAppendDecimal(t *testing.T) {
	for _, test := range []struct {
		text, want string
		ok         bool
	}{
		{"1.25", "1.25", true},
		{" 1.250 ", "1.25", true},
		{"0.5000", "0.5", true},
		{"1e3", "1000", true},
		{"12.5E-3", "0.0125", true},
		{"-0.10", "-0.1", true},
		{"-0.0", "0", true},
		{"0010", "10", true},
		{"123456789.987654321", "123456789.987654321", true},
		{"120", "120", true},
		{"1e29", "100000000000000000000000000000", true},
		{"1e99", "", false},
		{"1e-31", "", false},
		{"", "", false},
		{"1,5", "", false},
		{"NaN", "", false},
		{"0x10", "", false},
	} {
		got, ok := AppendDecimal(nil, []byte(test.text))
		if string(got) != test.want || ok != test.ok {
			t.Errorf("%q is %q, %v, want %q, %v", test.text, got, ok, test.want, test.ok)
		}
	}
}

// FuzzDecimal holds the plain form against math/big.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"1.25", "1e3", "-0.10", "0010.5E-2", "999999.000001"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 100 {
			return
		}
		plain, ok := AppendDecimal(nil, text)
		if !ok {
			return
		}
		got, okGot := new(big.Rat).SetString(string(plain))

		want, okWant := new(big.Rat).SetString(string(bytes.TrimSpace(text)))
		if !okWant {
			want = new(big.Rat) // an exponent that big refuses, which only nothing can have
		}
		if !okGot || got.Cmp(want) != 0 {
			t.Errorf("%q is %q", text, plain)
		}
		if again, ok := AppendDecimal(nil, plain); !ok || string(again) != string(plain) {
			t.Errorf("%q in plain form is %q, of which it is %q", text, plain, again)
		}
	})
}
