package decode

import (
	"bytes"
	"compress/gzip"
	"runtime"
	"strings"
	"testing"
)

// TestHostileMessages demands that a message that is too much ends as one dead
// part with a reason, costs a bounded amount of memory, and leaves nothing
// behind that is to be dropped.
func TestHostileMessages(t *testing.T) {
	const huge = 64 << 20
	fill := func(head, part, tail string) []byte {
		b := bytes.NewBuffer(make([]byte, 0, huge+len(tail)))
		b.WriteString(head)
		for b.Len()+len(part) <= huge {
			b.WriteString(part)
		}
		b.WriteString(tail)
		return b.Bytes()
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	const levels = 100_000
	for _, test := range []struct {
		name   string
		value  []byte
		reason string
	}{
		{"64 MB of numbers", fill("[", "0,", "0]"), "longer than 32 MiB"},
		{"64 MB of events", fill(`{"records":[`, summaryRow+",", summaryRow+"]}"), "longer than 32 MiB"},
		{"64 MB in one text", fill(`{"token":"SECRET","a":"`, "xxxxxxxx", `"}`), "longer than 32 MiB"},
		{"gzip bomb", bomb.Bytes(), "compressed with gzip"},
		{"zstd", []byte("\x28\xb5\x2f\xfd\x00"), "compressed with zstd"},
		{"100,000 levels of lists", []byte(strings.Repeat("[", levels) + strings.Repeat("]", levels)), "more than 128 arrays and objects"},
		{"100,000 levels of objects", []byte(strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels)), "more than 128 arrays and objects"},
		{"100,000 levels around a secret", []byte(strings.Repeat(`{"a":`, levels) + `{"body":{"content":"SECRET"}}` + strings.Repeat("}", levels)), "more than 128 arrays and objects"},
		{"100,000 levels in an event", []byte(strings.Replace(callEvent, "{}", strings.Repeat(`{"a":`, levels)+"1"+strings.Repeat("}", levels), 1)), "more than 128 arrays and objects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newTestDecoder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := d.Decode(test.value)
			runtime.ReadMemStats(&after)
			if len(r.Events) != 0 || len(r.Dead) != 1 || !strings.Contains(r.Dead[0].Reason, test.reason) || r.Dead[0].Length < len(r.Value)-2 {
				t.Errorf("%d events, dead %.300v, want one dead part because of %q", len(r.Events), r.Dead, test.reason)
			}
			if bytes.Contains(r.Value, []byte("SECRET")) {
				t.Error("dropped content would be stored")
			}
			// What is dropped costs two copies, and growing them as much again.
			if spent, limit := after.TotalAlloc-before.TotalAlloc, uint64(5*len(test.value)+1<<20); spent > limit {
				t.Errorf("it cost %d bytes for %d", spent, len(test.value))
			}
			if got := kindsOf(d.Decode([]byte(callEvent))); got != "Microsoft.Communication.CallConnected" {
				t.Errorf("the message after it is read as %q", got)
			}
		})
	}
}
