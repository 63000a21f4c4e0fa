package tables_test

import (
	"encoding/hex"
	"testing"
	"time"

	"rollcall/schema/tables"
)

func message() tables.Message {
	return tables.Message{
		Salt: [16]byte{1, 2, 3}, Topic: "t", Epoch: 1, Partition: 2, Offset: 3,
		BrokerTime: time.UnixMilli(1767225600123), Key: []byte("k"), Length: 5, Flags: 4, Value: []byte("value"),
		Headers: func(yield func(string, []byte) bool) { yield("n", []byte("v")) },
	}
}

// The chain of later versions rests on this value: it must never change.
func TestCommitmentIsFixed(t *testing.T) {
	var c tables.Committer
	const want = "0119312c139ec43123b7382f4ff19aa530508b5c44a55101b9cce1485177f79c"
	for range 2 { // the second time with kept memory
		if got := hex.EncodeToString(c.Commit(message())); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCommitmentBindsEverything(t *testing.T) {
	var c tables.Committer
	seen := map[string]string{string(c.Commit(message())): "unchanged"}
	for name, change := range map[string]func(*tables.Message){
		"salt":        func(m *tables.Message) { m.Salt[15] = 1 },
		"topic":       func(m *tables.Message) { m.Topic = "u" },
		"epoch":       func(m *tables.Message) { m.Epoch++ },
		"partition":   func(m *tables.Message) { m.Partition++ },
		"offset":      func(m *tables.Message) { m.Offset++ },
		"time":        func(m *tables.Message) { m.BrokerTime = m.BrokerTime.Add(time.Millisecond) },
		"key":         func(m *tables.Message) { m.Key = []byte("kk") },
		"no headers":  func(m *tables.Message) { m.Headers = nil },
		"header name": func(m *tables.Message) { m.Headers = func(y func(string, []byte) bool) { y("nv", nil) } },
		"two headers": func(m *tables.Message) {
			m.Headers = func(y func(string, []byte) bool) { _ = y("n", []byte("v")) && y("", nil) }
		},
		"length":        func(m *tables.Message) { m.Length++ },
		"flags":         func(m *tables.Message) { m.Flags = 0 },
		"value":         func(m *tables.Message) { m.Value = []byte("valuf") },
		"moved a byte":  func(m *tables.Message) { m.Key, m.Value = []byte("kv"), []byte("alue") },
		"header to key": func(m *tables.Message) { m.Key, m.Headers = []byte("knv"), nil },
	} {
		m := message()
		change(&m)
		sum := string(c.Commit(m))
		if other, ok := seen[sum]; ok {
			t.Errorf("%q commits to the same as %q", name, other)
		}
		seen[sum] = name
	}
}
