package otlp

import (
	"encoding/json"
	"testing"

	"rollcall/ingest/jsondoc"
)

// FuzzRead demands that whatever attributes are, they become an object, or
// nothing where they are too deep.
func FuzzRead(f *testing.F) {
	for _, record := range []string{
		`{"eventName":"n","timeUnixNano":"1","attributes":[{"key":"a","value":{"stringValue":"\ud83d\ude00"}},{"key":"a","value":{"intValue":"-5"}},{"key":"\u0061","value":{}}]}`,
		`{"body":{"kvlistValue":{"values":[{"key":"a","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":"NaN"},{"kvlistValue":{}}]}}}]}}}`,
		`{"attributes":[{"key":"data","value":{"kvlistValue":{"values":[{"key":"b","value":{"intValue":1e3}}]}}},{"key":5},7,{"key":"c","value":{"stringValue":[1]}}]}`,
	} {
		f.Add([]byte(record))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, value []byte) {
		var p jsondoc.Parser
		p.Reset(value)
		v, err := p.Next()
		if err != nil || v.Kind() != jsondoc.Object {
			return
		}
		r := d.Read(v)
		switch r.Data.Kind() {
		case jsondoc.Object:
			if !json.Valid(r.Data.Raw()) {
				t.Errorf("%s is read as %s", value, r.Data.Raw())
			}
		case jsondoc.Absent:
			if len(value) < 500 { // too short to be too deep
				t.Errorf("%s is read as nothing: %s", value, d.buf)
			}
		default:
			t.Errorf("%s is read as %s", value, r.Data.Raw())
		}
	})
}
