package decode

import (
	"fmt"
	"strings"
	"testing"
)

// TestCutListKeepsWhatIsWhole: a message that ends in the midst of an event
// still has those before it, and says that it is cut.
func TestCutListKeepsWhatIsWhole(t *testing.T) {
	grid := func(i int) string {
		return fmt.Sprintf(`{"id":"%d","topic":"/subscriptions/0/resourcegroups/rg/providers/microsoft.communication/communicationservices/acs","subject":"call/x","data":{"correlationId":"063929e3-0ae7-487c-bf39-d63e40b9%04d"},"eventType":"Microsoft.Communication.CallStarted","eventTime":"2026-01-01T00:00:00Z"}`, i, i)
	}
	log := func(i int) string {
		return fmt.Sprintf(`{"time":"2026-01-01T00:00:00.000Z","correlationId":"063929e3-0ae7-487c-bf39-d63e40b9%04d","category":"CallSummary","properties":{"callDuration":3}}`, i)
	}
	d := New(Options{})
	for _, c := range []struct {
		name, message string
		events, dead  int
	}{
		{"list", "[" + grid(1) + "," + grid(2) + `,{"id":"3","topic":"/sub`, 2, 1},
		{"records", `{"records":[` + log(1) + ", " + log(2) + `,{"time":"2026-01`, 2, 1},
		{"behind a comma", "[" + grid(1) + ",", 1, 1},
		{"behind an event", "[" + grid(1) + "," + grid(2), 2, 1},
		{"within the first", "[" + grid(1)[:100], 0, 1},
		{"before another line", "[" + grid(1) + `,{"id":` + "\n[" + grid(2) + "]\n", 2, 1},
		{"one broken before", "[" + grid(1) + `,{"a":tru},` + grid(2) + `,{"id":"3`, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := d.Decode([]byte(c.message))
			if len(r.Events) != c.events || len(r.Dead) != c.dead {
				t.Errorf("%d events and %d dead parts, want %d and %d: %+v", len(r.Events), len(r.Dead), c.events, c.dead, r.Dead)
			}
			end := 0
			for _, x := range r.Dead {
				end = max(end, x.Offset+x.Length)
			}
			if cut := strings.TrimRight(c.message, "\n"); c.name != "before another line" && end != len(cut) {
				t.Errorf("what is dead ends at %d, the message at %d", end, len(cut))
			}
		})
	}
}
