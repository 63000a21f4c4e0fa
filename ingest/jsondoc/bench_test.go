package jsondoc

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

var benchmarks = []struct{ name, document string }{
	{"CallSummary", callSummary},
	{"EventGrid", participantAdded},
	{"CallSummaryIndented", indented(callSummary)},
}

// BenchmarkParse is one message onto the tape.
func BenchmarkParse(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			data := []byte(bm.document)
			var p Parser
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				p.Reset(data)
				if _, err := p.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseAndGet adds what a decoder does: reading 23 fields by name in
// any case, without copying them.
func BenchmarkParseAndGet(b *testing.B) {
	data := []byte(callSummary)
	var p Parser
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	found := 0
	for b.Loop() {
		p.Reset(data)
		v, err := p.Next()
		if err != nil {
			b.Fatal(err)
		}
		properties := v.Get("records").Index(0).Get("properties")
		for _, name := range callSummaryFields {
			if properties.Get(name).Exists() {
				found++
			}
		}
	}
	if found == 0 {
		b.Fatal("no field found")
	}
}

// BenchmarkGet is those 23 lookups alone.
func BenchmarkGet(b *testing.B) {
	properties := parseOne(b, callSummary).Get("records").Index(0).Get("properties")
	for b.Loop() {
		for _, name := range callSummaryFields {
			properties.Get(name)
		}
	}
}

// BenchmarkCanonical is the normal form of a parsed record.
func BenchmarkCanonical(b *testing.B) {
	v := parseOne(b, callSummary)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = v.AppendCanonical(dst[:0])
	}
}

// BenchmarkJSONText is candidate a: jsontext's tokens, checked for UTF-8 and
// duplicate names, without the tape that would be built from them.
func BenchmarkJSONText(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			data := []byte(bm.document)
			in := bytes.NewReader(data)
			d := jsontext.NewDecoder(in)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				in.Reset(data)
				d.Reset(in)
				for {
					if _, err := d.ReadToken(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkEncodingJSON is the standard library into a map, for scale.
func BenchmarkEncodingJSON(b *testing.B) {
	data := []byte(callSummary)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			b.Fatal(err)
		}
	}
}
