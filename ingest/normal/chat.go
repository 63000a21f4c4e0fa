package normal

import (
	"time"

	"rollcall/schema"
)

// Sent lets an event about a message speak of when that was sent, so that all
// of them are of the same call of a meeting.
func Sent(ev *schema.Event, id []byte, composed time.Time) {
	if at := schema.MessageTime(string(id), composed); !at.IsZero() {
		ev.First, ev.Last = at, at
	}
}
