package calls

import (
	"strings"
	"time"
)

// An Occurrence is a call that nothing but a thread names, which other
// occurrences of the meeting share.
type Occurrence struct {
	Thread string
	Start  time.Time
}

const occurrenceForm = "2006-01-02T15:04:05.000Z"

// ID is the call's id: the thread, and where the thread alone names several
// calls, their starts besides.
func (o Occurrence) ID(several bool) string {
	if !several {
		return o.Thread
	}
	return o.Thread + "@" + o.Start.UTC().Format(occurrenceForm)
}

// ThreadOf returns the thread of which an id is that of an occurrence, whether
// it is one of several or not.
func ThreadOf(id string) string {
	if i := strings.LastIndexByte(id, '@'); i >= 0 {
		if _, err := time.Parse(occurrenceForm, id[i+1:]); err == nil {
			return id[:i]
		}
	}
	return id
}
