package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An entry is something that happened, for the chronicle.
type entry struct {
	at     time.Time // zero: not known
	rank   int       // order at one instant
	who    string    // label of the session; empty: the call
	what   string
	color  string
	source string
}

// chronicle tells in order what happened, each with its source.
func (t *teller) chronicle() {
	t.section("What happened", "in UTC; the app's own reports by its clock")
	entries := append(t.ofCall(), t.ofSessions()...)
	slices.SortStableFunc(entries, func(a, b entry) int {
		if a.at.IsZero() != b.at.IsZero() {
			return map[bool]int{true: 1, false: -1}[a.at.IsZero()]
		}
		return cmp.Or(a.at.Compare(b.at), a.rank-b.rank)
	})
	who := 0
	for _, e := range entries {
		who = max(who, columns(e.who))
	}
	who = min(who, 24, t.opt.Width/4)
	day := ""
	for _, e := range entries {
		clock := "unknown time"
		if !e.at.IsZero() {
			if d := e.at.Format(time.DateOnly); d != day {
				day = d
				t.line(2, t.paint(dim, day))
			}
			clock = e.at.Format("15:04:05.000")
		}
		t.entry(clock, who, e)
	}
	t.rest()
	if n := len(t.c.UnmatchedReceipts); n > 0 {
		t.text(2, yellow, fmt.Sprintf("%s of participants that nothing else knows: %s", plural(n, "report"), t.sources(t.c.UnmatchedReceipts)))
	}
}

// entry writes one of them: beside its source where both fit in a line, else
// above it.
func (t *teller) entry(clock string, who int, e entry) {
	indent := 2 + len(clock) + 2
	label := ""
	if who > 0 {
		label = pad(e.who, who) + "  "
		indent += who + 2
	}
	room := t.opt.Width - indent
	lines := wrap(e.what, room)
	first, source := lines[0], e.source
	if source != "" && len(lines) == 1 && columns(first)+4+columns(source) <= room {
		t.line(2, clock+"  "+label+t.paint(e.color, first)+"  "+t.paint(dim, "· "+source))
		return
	}
	t.line(2, clock+"  "+label+t.paint(e.color, first))
	for _, l := range lines[1:] {
		t.line(indent, t.paint(e.color, l))
	}
	if source != "" {
		for _, l := range wrap("· "+source, room) {
			t.line(indent, t.paint(dim, l))
		}
	}
}

// ofCall are the entries of the call and its episodes.
func (t *teller) ofCall() []entry {
	out := []entry{{at: t.c.Start.At.Time(), rank: 0, what: "the call began", source: t.boundSource(t.c.Start)}}
	if t.c.End.At.Known() {
		out = append(out, entry{at: t.c.End.At.Time(), rank: 9, what: "the call ended", source: t.boundSource(t.c.End)})
	}
	for _, e := range t.c.Episodes {
		name := fmt.Sprintf("%s %d", Safe(e.Capture), e.Ordinal)
		out = append(out, entry{at: e.Start.At.Time(), rank: 2, what: name + " began", color: bold, source: t.boundSource(e.Start)})
		if e.End.At.Known() {
			s := t.boundSource(e.End)
			if e.AssumedFrom.Known() {
				s += "; last seen on at " + clockOf(e.AssumedFrom)
			}
			out = append(out, entry{at: e.End.At.Time(), rank: 6, what: name + " ended", color: bold, source: s})
		}
	}
	for _, p := range t.c.Plays {
		out = append(out, entry{at: p.At.Time(), rank: 4, what: "audio was played to its end, context " + quoted(p.OperationContext), source: t.source(p.Event)})
	}
	return out
}

// ofSessions are the entries of the sessions that are told.
func (t *teller) ofSessions() []entry {
	var out []entry
	// What a client said without naming its session is told once, with all
	// sessions that it fits.
	seen := map[string]int{}
	add := func(event string, e entry) {
		if i, ok := seen[event]; ok {
			out[i].what += ", and for " + e.who
			return
		}
		seen[event] = len(out)
		out = append(out, e)
	}
	for i := range t.c.Sessions {
		s := &t.c.Sessions[i]
		if !t.shown[s.SessionID] {
			continue
		}
		who := t.labels[s.SessionID]
		out = append(out, entry{at: s.Joined.At.Time(), rank: 1, who: who, what: "joined", source: t.boundSource(s.Joined)})
		if s.Left.At.Known() {
			out = append(out, entry{at: s.Left.At.Time(), rank: 7, who: who, what: "left", source: t.boundSource(s.Left)})
		}
		for _, g := range s.Signals {
			add(g.Event, entry{at: g.At.Time(), rank: 3, who: who, what: signalled(g), source: t.source(g.Event)})
		}
		for _, r := range s.Receipts {
			add(r.Event, entry{at: r.At.Time(), rank: 5, who: who, what: shown(r), color: green, source: t.source(r.Event)})
		}
	}
	return out
}

func signalled(g Signal) string {
	state := "off"
	if g.Active {
		state = "on"
	}
	s := "saw the platform's signal: " + Safe(g.Capture) + " " + state
	if g.ConsentRequired {
		s += ", consent required"
	}
	return s
}

func shown(r Receipt) string {
	verb := "reported a notice shown"
	if r.Acknowledged {
		verb = "reported a notice acknowledged"
	}
	parts := []string{strings.Join(r.Captures, " and ")}
	for _, p := range []string{r.State, r.Surface} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	s := verb + ": " + Safe(strings.Join(parts, ", "))
	if r.Text != "" {
		s += ", " + quoted(r.Text)
	}
	if len(r.Via) > 0 {
		s += ", via " + Safe(strings.Join(r.Via, " and "))
	}
	return s
}
