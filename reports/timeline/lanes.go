package timeline

import (
	"fmt"
	"strings"
	"time"
)

// A Span is the time that a call's picture shows.
type Span struct{ From, To time.Time }

// Span returns the time from the first to the last thing that is known of the
// call; what goes on ends with it. It is empty where nothing has a time.
func (c *Call) Span() Span {
	var s Span
	add := func(list ...Instant) {
		for _, i := range list {
			if !i.Known() {
				continue
			}
			if s.From.IsZero() || i.Time().Before(s.From) {
				s.From = i.Time()
			}
			if i.Time().After(s.To) {
				s.To = i.Time()
			}
		}
	}
	add(c.Start.At, c.End.At)
	for i := range c.Sessions {
		x := &c.Sessions[i]
		add(x.Joined.At, x.Left.At)
		for _, r := range x.Receipts {
			add(r.At)
		}
	}
	for _, e := range c.Episodes {
		add(e.Start.At, e.End.At)
	}
	for _, o := range c.Obligations {
		add(o.DueAt)
	}
	return s
}

// lanes draws the call: a lane for each capture and each session.
func (t *teller) lanes() {
	span := t.c.Span()
	if !span.From.Before(span.To) {
		return
	}
	label := 0
	for id, l := range t.labels {
		if t.shown[id] {
			label = max(label, columns(l))
		}
	}
	label = min(max(label, len("transcription")), 26, t.opt.Width/4)
	const results = 18
	d := drawing{span: span, size: t.opt.Width - 2 - label - 2 - 2 - results}
	t.section("At a glance", "one column is "+Duration(span.To.Sub(span.From)/time.Duration(d.size)))
	t.line(2+label+2, t.paint(dim, d.axis()))
	for _, capture := range [...]string{"recording", "transcription"} {
		if row, any := d.captures(t.c.Episodes, capture); any {
			t.line(2, pad(capture, label)+"  "+row)
		}
	}
	for i := range t.c.Sessions {
		s := &t.c.Sessions[i]
		if t.shown[s.SessionID] {
			t.line(2, pad(t.labels[s.SessionID], label)+"  "+t.bar(d, s)+"  "+t.results(s.SessionID, results))
		}
	}
	t.rest()
	t.line(2, t.paint(dim, fit("█ on  ─ in the call  ━ while it is on  ◆ platform's signal  ● reported  ✗ due, not reported", t.opt.Width-2)))
}

// A drawing maps time to columns.
type drawing struct {
	span Span
	size int
}

// column is where an instant lies.
func (d drawing) column(at time.Time) int {
	all := d.span.To.Sub(d.span.From)
	return min(max(int(int64(d.size)*int64(at.Sub(d.span.From)/time.Microsecond)/int64(max(all/time.Microsecond, 1))), 0), d.size-1)
}

// axis writes the clock at both ends and, where there is room, between them.
func (d drawing) axis() string {
	row := []rune(strings.Repeat(" ", d.size))
	put := func(at int, s string) { copy(row[at:], []rune(s)) }
	form := "15:04:05"
	put(0, d.span.From.Format(form))
	put(d.size-len(form), d.span.To.Format(form))
	if d.size >= 4*len(form) {
		middle := d.span.From.Add(d.span.To.Sub(d.span.From) / 2)
		put(d.size/2-len(form)/2, middle.Format(form))
	}
	return string(row)
}

// until is the end of an interval that may go on.
func (d drawing) until(i Instant) time.Time {
	if i.Known() {
		return i.Time()
	}
	return d.span.To
}

func (d drawing) captures(episodes []Episode, capture string) (string, bool) {
	row, any := []rune(strings.Repeat("·", d.size)), false
	for _, e := range episodes {
		if e.Capture == capture && e.Start.At.Known() {
			any = true
			d.fill(row, e.Start.At.Time(), d.until(e.End.At), '█')
		}
	}
	return string(row), any
}

func (d drawing) fill(row []rune, from, to time.Time, with rune) {
	for i := d.column(from); i <= d.column(to); i++ {
		row[i] = with
	}
}

// bar draws a session. What is rare is drawn over what is common.
func (t *teller) bar(d drawing, s *Session) string {
	row := []rune(strings.Repeat(" ", d.size))
	if s.Joined.At.Known() {
		d.fill(row, s.Joined.At.Time(), d.until(s.Left.At), '─')
	}
	var failed []int
	for i := range t.c.Obligations {
		o := &t.c.Obligations[i]
		if o.SessionID != s.SessionID || !o.ExposedAt.Known() {
			continue
		}
		d.fill(row, o.ExposedAt.Time(), o.ExposedAt.Time().Add(time.Duration(o.ExposureMs)*time.Millisecond), '━')
		if o.Result == "missed" && o.DueAt.Known() {
			failed = append(failed, d.column(o.DueAt.Time()))
		}
	}
	for _, g := range s.Signals {
		if g.Active && s.near(g.At) {
			row[d.column(g.At.Time())] = '◆'
		}
	}
	for _, r := range s.Receipts {
		if s.near(r.At) && !r.Acknowledged && (r.State == "started" || r.State == "resumed") {
			row[d.column(r.At.Time())] = '●'
		}
	}
	for _, i := range failed {
		row[i] = '✗'
	}
	return strings.ReplaceAll(string(row), "✗", t.paint(red, "✗"))
}

// near reports whether what a client said is of the time of the session: one
// that names no session may fit several.
func (s *Session) near(i Instant) bool {
	const around = 10 * time.Second // clients' clocks differ
	return i.Known() && !i.Time().Before(s.Joined.At.Time().Add(-around)) &&
		(!s.Left.At.Known() || !i.Time().After(s.Left.At.Time().Add(around)))
}

// results are a session's results in short.
func (t *teller) results(session string, size int) string {
	count := map[string]int{}
	var order []string
	for i := range t.c.Obligations {
		if o := &t.c.Obligations[i]; o.SessionID == session {
			if count[o.Result] == 0 {
				order = append(order, o.Result)
			}
			count[o.Result]++
		}
	}
	worst, text := "", ""
	for i, r := range order {
		if i > 0 {
			text += ", "
		}
		text += words(r)
		if count[r] > 1 {
			text += fmt.Sprintf(" ×%d", count[r])
		}
		if attention(r) > attention(worst) {
			worst = r
		}
	}
	return t.paint(resultColor(worst), fit(text, size))
}
