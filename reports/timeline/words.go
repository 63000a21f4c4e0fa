package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/schema"
)

// sourceNames are the sources in words.
var sourceNames = map[string]string{
	string(schema.SourceAzureMonitor): "Azure Monitor", string(schema.SourceEventGrid): "Event Grid",
	string(schema.SourceCallAutomation): "Call Automation", string(schema.SourceRollcall): "the app",
	string(schema.SourceGraph): "Graph", string(schema.SourceAppInsights): "App Insights",
	string(schema.SourceRecordingFile): "recording metadata", string(schema.SourceOTLP): "OTLP",
}

// boundNames are the sources of bounds that have no event, in words.
var boundNames = map[string]string{
	string(schema.BoundAssumedNextJoin):  "assumed: ended by the next join",
	string(schema.BoundAssumedCallEnd):   "assumed: ended with the call",
	string(schema.BoundAssumedLastLeave): "assumed: the last one left",
	string(schema.BoundAssumedLastSeen):  "assumed: the last evidence",
	string(schema.BoundAssumedFirstSeen): "assumed: the first evidence",
	string(schema.BoundOpen):             "goes on",
}

// place says where an event lies.
func (e *Event) place() string {
	switch {
	case e.File != "":
		return e.File + ":" + strconv.Itoa(e.Line)
	case e.Partition != nil && e.Offset != nil:
		return fmt.Sprintf("%s/%d@%d", e.Topic, *e.Partition, *e.Offset)
	}
	return ""
}

// title is the event's source and kind in short.
func (e *Event) title() string {
	return cmp.Or(sourceNames[e.Source], e.Source) + " " + shortKind(e.Kind)
}

// shortKind is a kind without what all kinds of its source begin with.
func shortKind(kind string) string {
	kind = kind[strings.LastIndexByte(kind, '/')+1:]
	return strings.TrimPrefix(kind, "Microsoft.Communication.")
}

// source says which event states something, and where it lies.
func (t *teller) source(id string) string {
	e := t.events[id]
	switch {
	case id == "":
		return ""
	case e == nil:
		return "event " + short(id)
	}
	return Safe(fmt.Sprintf("%s, %s", e.title(), cmp.Or(e.place(), short(id))))
}

// sources names several events, the earliest few of them.
func (t *teller) sources(ids []string) string {
	const most = 3
	when := func(id string) time.Time {
		if e := t.events[id]; e != nil {
			return e.Time.Time()
		}
		return time.Time{}
	}
	ids = slices.SortedStableFunc(slices.Values(ids), func(a, b string) int { return when(a).Compare(when(b)) })
	var out []string
	for _, id := range ids[:min(len(ids), most)] {
		out = append(out, t.source(id))
	}
	text := strings.Join(out, "; ")
	if n := len(ids) - most; n > 0 {
		text += fmt.Sprintf("; and %d more", n)
	}
	return text
}

// boundSource says what a bound rests on.
func (t *teller) boundSource(b Bound) string {
	if words, ok := boundNames[b.Source]; ok {
		if b.Event != "" {
			return words + " (" + t.source(b.Event) + ")"
		}
		return words
	}
	return cmp.Or(t.source(b.Event), Safe(strings.ReplaceAll(b.Source, "_", " ")))
}

// short is the beginning of an id.
func short(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

// Duration is a length of time in words, to the millisecond: "4 min 29.5 s".
func Duration(d time.Duration) string {
	if d < 0 {
		return "-" + Duration(-d)
	}
	d = d.Truncate(time.Millisecond)
	h, m := d/time.Hour, d%time.Hour/time.Minute
	seconds := strconv.FormatInt(int64(d%time.Minute/time.Second), 10)
	if ms := d % time.Second / time.Millisecond; ms != 0 {
		seconds += strings.TrimRight(fmt.Sprintf(".%03d", ms), "0")
	}
	seconds += " s"
	switch {
	case h > 0:
		return fmt.Sprintf("%d h %d min %s", h, m, seconds)
	case m > 0:
		return fmt.Sprintf("%d min %s", m, seconds)
	}
	return seconds
}

func milliseconds(ms int64) string { return Duration(time.Duration(ms) * time.Millisecond) }

// Name is how a session is called: its displayed name, else its raw id, else
// the participant's or its own id.
func (s *Session) Name() string {
	switch {
	case strings.TrimSpace(s.DisplayName) != "":
		return s.DisplayName
	case s.RawID != "":
		return middle(s.RawID, 22)
	case s.ParticipantID != "":
		return "participant " + short(s.ParticipantID)
	}
	return "session " + short(s.SessionID)
}

// middle leaves out the middle of an id: the kind in front and the last digits
// are what tells ids apart.
func middle(id string, size int) string {
	r := []rune(id)
	if len(r) <= size {
		return id
	}
	head := size / 3
	return string(r[:head]) + "…" + string(r[len(r)-(size-head-1):])
}

// Labels gives each session a name of its own, by its id: sessions that share a
// name are numbered in their order.
func (c *Call) Labels() map[string]string {
	count := map[string]int{}
	for i := range c.Sessions {
		count[c.Sessions[i].Name()]++
	}
	nth, labels := map[string]int{}, map[string]string{}
	for i := range c.Sessions {
		s := &c.Sessions[i]
		name := s.Name()
		if count[name] > 1 {
			nth[name]++
			name += fmt.Sprintf(" (%d)", nth[name])
		}
		labels[s.SessionID] = name
	}
	return labels
}

// plural is a count with its noun.
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// words makes a name of the document readable: "call_connection_id".
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// quoted is text from outside between quotation marks, shortened.
func quoted(s string) string {
	if utf8.RuneCountInString(s) > 120 {
		s = string([]rune(s)[:119]) + "…"
	}
	return "“" + Safe(s) + "”"
}
