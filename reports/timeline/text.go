package timeline

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Options say how a call is told.
type Options struct {
	// Width is the terminal's, in columns; 0: 100.
	Width int
	// Color marks results with ANSI colours.
	Color bool
	// All tells every session; else those of a large call that matter most.
	All bool
}

// mostSessions and mostObligations are what is told of a large call.
const (
	mostSessions    = 40
	mostObligations = 120
	narrowest       = 60
)

// Text tells a call for a terminal. Whatever comes from outside is made
// harmless by Safe.
func Text(w io.Writer, c *Call, o Options) error {
	if o.Width == 0 {
		o.Width = 100
	}
	o.Width = max(o.Width, narrowest)
	t := &teller{c: c, w: bufio.NewWriter(w), opt: o, events: map[string]*Event{}, labels: c.Labels(), shown: map[string]bool{}}
	for i := range c.Events {
		t.events[c.Events[i].ID] = &c.Events[i]
	}
	for id, label := range t.labels {
		t.labels[id] = Safe(label)
	}
	t.choose()
	if c.chat() {
		t.chatHead()
		t.ids()
		t.names()
		t.messages()
		t.findings()
		t.usage()
		return t.w.Flush()
	}
	t.head()
	t.ids()
	t.lanes()
	t.sessions()
	t.names()
	t.chronicle()
	t.messages()
	t.obligations()
	t.findings()
	t.recordings()
	t.disputes()
	t.usage()
	return t.w.Flush()
}

// A teller writes one call. Errors stick to its writer.
type teller struct {
	c      *Call
	w      *bufio.Writer
	opt    Options
	events map[string]*Event
	labels map[string]string // of sessions, safe
	shown  map[string]bool   // sessions that are told
}

// choose picks the sessions that are told: those with a result that wants
// attention first.
func (t *teller) choose() {
	worst := map[string]int{}
	for _, o := range t.c.Obligations {
		worst[o.SessionID] = max(worst[o.SessionID], attention(o.Result))
	}
	order := make([]*Session, len(t.c.Sessions))
	for i := range t.c.Sessions {
		order[i] = &t.c.Sessions[i]
	}
	slices.SortStableFunc(order, func(a, b *Session) int { return cmp.Compare(worst[b.SessionID], worst[a.SessionID]) })
	for i, s := range order {
		t.shown[s.SessionID] = t.opt.All || i < mostSessions
	}
}

// attention ranks results by how much they want to be looked at.
func attention(result string) int {
	return 1 + slices.Index([]string{"not_applicable", "too_short", "pass", "pending", "late", "no_evidence", "missed"}, result)
}

// rest says how many sessions are not told.
func (t *teller) rest() {
	if n := len(t.c.Sessions) - min(len(t.c.Sessions), mostSessions); n > 0 && !t.opt.All {
		t.line(2, t.paint(dim, fmt.Sprintf("and %s whose results want attention least; --all tells them too", plural(n, "more session"))))
	}
}

// The colours, as parameters of ANSI's SGR.
const (
	bold    = "1"
	dim     = "2"
	red     = "1;31"
	green   = "32"
	yellow  = "33"
	magenta = "35"
	cyan    = "36"
)

func (t *teller) paint(color, s string) string {
	if !t.opt.Color || color == "" || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func resultColor(result string) string {
	switch result {
	case "pass":
		return green
	case "late":
		return yellow
	case "missed", "fail":
		return red
	case "no_evidence":
		return magenta
	case "pending":
		return cyan
	}
	return dim
}

func (t *teller) line(indent int, s string) {
	// A bufio.Writer keeps its first error until Flush.
	_, _ = t.w.WriteString(strings.Repeat(" ", indent))
	_, _ = t.w.WriteString(s)
	_ = t.w.WriteByte('\n')
}

// text writes words over as many lines as they need, what follows the first
// indented to hang.
func (t *teller) text(indent int, color, s string) {
	for _, l := range wrap(s, t.opt.Width-indent) {
		t.line(indent, t.paint(color, l))
	}
}

func (t *teller) section(name, note string) {
	_ = t.w.WriteByte('\n')
	s := t.paint(bold, strings.ToUpper(name))
	if note != "" {
		s += "  " + t.paint(dim, fit(note, t.opt.Width-len(name)-2))
	}
	t.line(0, s)
}

func (t *teller) head() {
	c := t.c
	t.line(0, t.paint(bold, "Call "+Safe(c.CallID)))
	when := "began at a time that is not known"
	if c.Start.At.Known() {
		when = c.Start.At.Time().Format("2006-01-02 15:04:05.000") + " to "
		switch {
		case !c.End.At.Known():
			when += "now: it goes on"
		case c.End.At.Time().Format("2006-01-02") == c.Start.At.Time().Format("2006-01-02"):
			when += c.End.At.Time().Format("15:04:05.000")
		default:
			when += c.End.At.Time().Format("2006-01-02 15:04:05.000")
		}
		when += " UTC"
		if c.End.At.Known() {
			when += ", " + Duration(c.End.At.Time().Sub(c.Start.At.Time()))
		}
	}
	kind := "plain ACS call"
	if c.Teams {
		kind = "Teams call (" + cmp.Or(words(c.TeamsEvidence), "evidence not named") + ")"
	}
	t.text(0, "", when)
	parts := []string{kind, plural(len(c.Sessions), "session"), plural(len(c.Episodes), "episode")}
	t.whose(parts)
}

// whose ends the head: what there is, of which tenant and resource.
func (t *teller) whose(parts []string) {
	if t.c.Tenant != "" {
		parts = append(parts, "tenant "+t.c.Tenant)
	}
	t.text(0, "", Safe(strings.Join(parts, " · ")))
	if t.c.ResourceID != "" {
		t.text(0, dim, Safe(t.c.ResourceID))
	}
}

// ids lists the ids with the event that taught each. One that the call's
// findings say is not believed joins nothing, and is told as such.
func (t *teller) ids() {
	t.section("Known as", "each id with the first event that named it")
	doubted := map[string]bool{}
	for _, f := range t.c.Findings {
		if f.Rule == "evidence.conflict" {
			doubted[f.Subject] = true
		}
	}
	kind, value := 0, 0
	for _, a := range t.c.Aliases {
		kind, value = max(kind, len(a.Kind)), max(value, columns(Safe(a.Value)))
	}
	for _, a := range t.c.Aliases {
		name, source := pad(words(a.Kind), kind)+"  "+Safe(a.Value), t.source(a.Event)
		if doubted["alias "+a.Kind+":"+a.Value] {
			source = "not believed to name one call, joins none; " + source
		}
		if 2+kind+2+value+2+columns(source) <= t.opt.Width {
			name += strings.Repeat(" ", kind+2+value-columns(name))
			t.line(2, name+"  "+t.paint(dim, source))
			continue
		}
		t.line(2, name)
		t.text(2+kind+2, dim, source)
	}
	if len(t.c.Aliases) == 0 {
		t.line(2, "no id is known")
	}
}

// sessions lists who was in the call, with all ids.
func (t *teller) sessions() {
	t.section("Who was in it", "")
	for i := range t.c.Sessions {
		s := &t.c.Sessions[i]
		if !t.shown[s.SessionID] {
			continue
		}
		left := "now"
		if s.Left.At.Known() {
			left = clockOf(s.Left.At)
		}
		parts := []string{t.labels[s.SessionID], clockOf(s.Joined.At) + " to " + left, Safe(s.JoinPath) + " by " + words(cmp.Or(s.PathEvidence, "no evidence"))}
		if s.App != "" {
			parts = append(parts, strings.TrimSpace("app "+Safe(s.App+" "+s.AppVersion)))
		}
		if s.SDKVersion != "" {
			parts = append(parts, "SDK "+Safe(s.SDKVersion))
		}
		t.text(2, "", strings.Join(parts, " · "))
		var ids []string
		for _, id := range [][2]string{{"", s.RawID}, {"participant ", s.ParticipantID}, {"endpoint ", s.EndpointID}, {"session ", s.SessionID}} {
			if id[1] != "" {
				ids = append(ids, id[0]+id[1])
			}
		}
		t.text(2+hang, dim, Safe(strings.Join(ids, ", ")))
		t.text(2+hang, dim, "on "+cmp.Or(t.sources(s.Events), "no evidence"))
	}
	t.rest()
}

// obligations tells who had to be told of what, and whether it was reported.
func (t *teller) obligations() {
	t.section("Who had to be told", t.tally())
	if len(t.c.Obligations) == 0 {
		t.line(2, "Nobody: no session overlaps a recording or transcription.")
	}
	told := 0
	for i := range t.c.Obligations {
		o := &t.c.Obligations[i]
		if !t.shown[o.SessionID] {
			continue
		}
		if told++; told > mostObligations && !t.opt.All {
			continue
		}
		t.obligation(o)
	}
	if n := len(t.c.Obligations) - min(told, mostObligations); n > 0 && !t.opt.All {
		t.line(2, t.paint(dim, fmt.Sprintf("and %d more; --all tells them too", n)))
	}
}

// tally counts the results.
func (t *teller) tally() string {
	count := map[string]int{}
	for _, o := range t.c.Obligations {
		count[o.Result]++
	}
	var parts []string
	for _, r := range [...]string{"pass", "late", "missed", "no_evidence", "too_short", "pending", "not_applicable"} {
		if count[r] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[r], words(r)))
		}
	}
	return strings.Join(parts, ", ")
}

const hang = 4

func (t *teller) obligation(o *Obligation) {
	what := []string{t.labels[o.SessionID], fmt.Sprintf("%s %d", Safe(o.Capture), o.Ordinal), Safe(o.JoinPath)}
	if o.App != "" {
		what = append(what, "app "+Safe(o.App))
	}
	t.line(2, t.paint(resultColor(o.Result), pad(words(o.Result), 15))+fit(strings.Join(what, " · "), t.opt.Width-17))
	t.text(2+hang, "", exposure(o))
	t.text(2+hang, "", report(o))
	t.text(2+hang, dim, "on "+cmp.Or(t.sources(o.Evidence), "no evidence"))
}

func exposure(o *Obligation) string {
	s := fmt.Sprintf("exposed from %s for %s, due by %s", clockOf(o.ExposedAt), milliseconds(o.ExposureMs), clockOf(o.DueAt))
	switch {
	case o.Assumed:
		s += "; only in the assumed part of the " + Safe(o.Capture)
	case o.AssumedMs > 0:
		s += fmt.Sprintf("; %s of it rest on an assumed bound", milliseconds(o.AssumedMs))
	}
	return s
}

// report says what the platform signalled and the app reported, and the delays.
func report(o *Obligation) string {
	var parts []string
	if o.SignalledAt.Known() {
		parts = append(parts, "the platform signalled at "+clockOf(o.SignalledAt)+delay(o.PlatformDelayMs, "platform delay"))
	}
	if o.ShownAt.Known() {
		s := "the app reported at " + clockOf(o.ShownAt) + delay(o.AppDelayMs, "app delay")
		s += fmt.Sprintf(", %s after exposure, surface %s, via %s, clock %s", milliseconds(*orZero(o.DelayMs)), cmp.Or(Safe(o.Surface), "not named"),
			cmp.Or(Safe(strings.Join(o.ReceiptVia, " and ")), "a server"), words(cmp.Or(Safe(o.ClockBasis), "not named")))
		parts = append(parts, s)
	} else if o.Result != "not_applicable" {
		parts = append(parts, "no report that counts")
	}
	if o.Reason != "" {
		parts = append(parts, "reason: "+Safe(o.Reason))
	}
	return strings.Join(parts, "; ")
}

func delay(ms *int64, name string) string {
	if ms == nil {
		return ""
	}
	return fmt.Sprintf(" (%s %s)", name, milliseconds(*ms))
}

func orZero(ms *int64) *int64 {
	if ms == nil {
		return new(int64)
	}
	return ms
}

func clockOf(i Instant) string {
	if !i.Known() {
		return "an unknown time"
	}
	return i.Time().Format("15:04:05.000")
}

func (t *teller) findings() {
	if len(t.c.Findings) == 0 {
		return
	}
	t.section("Findings", "")
	for _, f := range t.c.Findings {
		head := fmt.Sprintf("%s · %s · %s · %s", Safe(f.Rule), Safe(f.Severity), Safe(f.Status), t.who(f.Subject))
		t.line(2, t.paint(resultColor(f.Result), pad(words(Safe(f.Result)), 15))+fit(head, t.opt.Width-17))
		t.text(2+hang, "", Safe(f.Message))
		t.text(2+hang, dim, fmt.Sprintf("finding %s, held from %s, policy %s", Safe(f.ID), cmp.Or(f.DetectedAt.String(), "an unknown time"), short(Safe(f.PolicyVersion))))
	}
}

// who is the label of a session, or the subject itself.
func (t *teller) who(subject string) string {
	if label, ok := t.labels[subject]; ok {
		return label
	}
	return Safe(subject)
}

func (t *teller) recordings() {
	if len(t.c.Recordings) == 0 {
		return
	}
	t.section("Recordings", "as they are metered")
	for _, r := range t.c.Recordings {
		parts := []string{"recording " + r.RecordingID}
		for _, p := range []string{r.Kind, r.Content, r.Channel} {
			if p != "" {
				parts = append(parts, words(p))
			}
		}
		if r.LengthMs != nil {
			parts = append(parts, milliseconds(*r.LengthMs)+" long")
		}
		t.text(2, "", Safe(strings.Join(parts, " · ")))
		for _, p := range r.Parts {
			end := "goes on"
			if p.End.Known() {
				end = clockOf(p.End)
			}
			if p.Assumed {
				end += ", assumed"
			}
			t.line(2+hang, clockOf(p.Start)+" to "+end)
		}
		t.text(2+hang, dim, "on "+cmp.Or(t.sources(r.Events), "no evidence"))
	}
}

func (t *teller) disputes() {
	if len(t.c.Disputes) == 0 {
		return
	}
	t.section("Sources that differ", "the first one's word counts")
	for _, d := range t.c.Disputes {
		t.text(2, "", fmt.Sprintf("%s of %s: %s (%s), but %s (%s)", words(strings.ReplaceAll(Safe(d.Bound), ".", " ")), t.who(d.Subject),
			clockOf(d.A.At), t.boundSource(d.A), clockOf(d.B.At), t.boundSource(d.B)))
	}
}

func (t *teller) usage() {
	if len(t.c.Usage) == 0 && len(t.c.Unmetered) == 0 {
		return
	}
	t.section("Usage", "what Azure meters")
	told := 0
	for i := range t.c.Usage {
		u := &t.c.Usage[i]
		if u.SessionID != "" && !t.shown[u.SessionID] {
			continue
		}
		told++
		who := "the call"
		if u.SessionID != "" {
			who = t.who(u.SessionID)
		}
		price := "no rate"
		if u.Rate != "" {
			price = fmt.Sprintf("× %s = %s %s (%s)", u.Rate, u.Cost, Safe(u.Currency), cmp.Or(Safe(u.TariffRow), "row not named"))
		}
		t.text(2, "", fmt.Sprintf("%s · %s · %s: %s %s %s", u.Day, who, Safe(u.Meter), u.Quantity, words(u.Unit)+"s", price))
		if u.Note != "" {
			t.text(2+hang, "", Safe(u.Note))
		}
		t.text(2+hang, dim, "on "+cmp.Or(t.sources(u.Evidence), "no evidence"))
	}
	if n := len(t.c.Usage) - told; n > 0 {
		t.line(2, t.paint(dim, fmt.Sprintf("and %s of the sessions that are not told", plural(n, "line"))))
	}
	for _, u := range t.c.Unmetered {
		if t.shown[u.SessionID] {
			t.text(2, dim, fmt.Sprintf("%s · %s on no meter: %s", t.who(u.SessionID), milliseconds(u.Ms), Safe(u.Reason)))
		}
	}
}
