package compliance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/reports/timeline"
)

// A lane is the picture of one call: a lane for each capture and each session.
type lane struct {
	ID, About, Rest string
	Width, Height   string
	Grid            []gridMark
	Bars            []rect
	Marks           []mark
	Texts           []label
}

type gridMark struct{ X, Y, To, LabelY, Text string }

// A mark is the platform's signal ("signal"), a report ("pass", "late") or a
// notice that was due ("cross").
type mark struct{ Kind, X, Y, Path, Title string }

const (
	laneWidth            = 1060.0
	laneLeft, laneRight  = 210.0, 230.0
	laneTop, laneRow     = 22.0, 22.0
	mostLanes, laneTicks = 30, 6
)

// lanes draws the failing calls.
func (p *page) lanes(r *Report) {
	p.Lanes = r.lanes
	switch more := r.FailingCalls - int64(len(p.Lanes)); {
	case r.FailingCalls == 0:
		p.LanesNote = "There are none."
	case more > 0:
		where := "the store"
		if r.Cover.Evidence.Beside {
			where = "calls.ndjson"
		}
		p.LanesNote = fmt.Sprintf("The %d calls with the most missed and late notices; %d more are in %s, and rollcall explain tells them.", len(p.Lanes), more, where)
	default:
		p.LanesNote = fmt.Sprintf("All %d, those with the most missed notices first. rollcall explain tells each of them with its evidence.", len(p.Lanes))
	}
}

// A drawing is a lane while it is drawn.
type drawing struct {
	lane
	span timeline.Span
	y    float64 // top of the next lane
}

func newLane(c *timeline.Call) (lane, bool) {
	span := c.Span()
	if !span.From.Before(span.To) {
		return lane{}, false
	}
	d := &drawing{span: span, y: laneTop}
	d.ID = c.CallID
	d.About = about(c)
	byCapture := map[string][]timeline.Episode{}
	for _, e := range c.Episodes {
		byCapture[e.Capture] = append(byCapture[e.Capture], e)
	}
	for _, capture := range []string{"recording", "transcription"} {
		if len(byCapture[capture]) > 0 {
			d.episodes(capture, byCapture[capture])
		}
	}
	obligations := map[string][]*timeline.Obligation{}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		obligations[o.SessionID] = append(obligations[o.SessionID], o)
	}
	labels := c.Labels()
	chosen := choose(c, obligations)
	for _, s := range chosen {
		d.session(s, labels[s.SessionID], obligations[s.SessionID])
	}
	if more := len(c.Sessions) - len(chosen); more > 0 {
		d.Rest = fmt.Sprintf("and %d more sessions, whose results want attention least", more)
	}
	d.axis()
	d.Width, d.Height = px(laneWidth), px(d.y+6)
	return d.lane, true
}

// about says in a line what call it is.
func about(c *timeline.Call) string {
	parts := []string{c.Start.At.String()}
	if c.Start.At.Known() && c.End.At.Known() {
		parts = append(parts, timeline.Duration(c.End.At.Time().Sub(c.Start.At.Time())))
	} else if !c.End.At.Known() {
		parts = append(parts, "goes on")
	}
	kind := "plain ACS call"
	if c.Teams {
		kind = "Teams call"
	}
	parts = append(parts, kind)
	if c.Tenant != "" {
		parts = append(parts, "tenant "+c.Tenant)
	}
	count := map[string]int{}
	for _, o := range c.Obligations {
		count[o.Result]++
	}
	for _, r := range []string{"missed", "late", "no_evidence", "pass"} {
		if count[r] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[r], resultName(r)))
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// choose picks the sessions that are drawn, those that failed first, and
// returns them in the call's order.
func choose(c *timeline.Call, obligations map[string][]*timeline.Obligation) []*timeline.Session {
	all := make([]*timeline.Session, len(c.Sessions))
	worst, place := map[string]int{}, map[string]int{}
	for i := range c.Sessions {
		all[i] = &c.Sessions[i]
		place[all[i].SessionID] = i
		for _, o := range obligations[all[i].SessionID] {
			worst[all[i].SessionID] = max(worst[all[i].SessionID], rank(o.Result))
		}
	}
	slices.SortStableFunc(all, func(a, b *timeline.Session) int { return cmp.Compare(worst[b.SessionID], worst[a.SessionID]) })
	all = all[:min(len(all), mostLanes)]
	slices.SortFunc(all, func(a, b *timeline.Session) int { return place[a.SessionID] - place[b.SessionID] })
	return all
}

// rank orders results by how much they want to be looked at.
func rank(result string) int {
	return 1 + slices.Index([]string{"not_applicable", "too_short", "pass", "pending", "no_evidence", "late", "missed"}, result)
}

func (d *drawing) x(at time.Time) float64 {
	whole := d.span.To.Sub(d.span.From).Seconds()
	part := min(max(at.Sub(d.span.From).Seconds()/whole, 0), 1)
	return laneLeft + (laneWidth-laneLeft-laneRight)*part
}

// until is the end of something that may go on.
func (d *drawing) until(i timeline.Instant) time.Time {
	if i.Known() {
		return i.Time()
	}
	return d.span.To
}

func (d *drawing) name(s string) {
	d.Texts = append(d.Texts, label{"end", px(laneLeft - 8), px(d.y + 15), fit(s, laneLeft-8)})
}

func (d *drawing) interval(class string, from, to time.Time, top, height float64, title string) {
	x := d.x(from)
	d.Bars = append(d.Bars, bar(class, x, d.y+top, max(d.x(to)-x, 1), height, title))
}

func (d *drawing) episodes(capture string, list []timeline.Episode) {
	d.name(capture)
	for _, e := range list {
		if !e.Start.At.Known() {
			continue
		}
		d.interval("rec", e.Start.At.Time(), d.until(e.End.At), 5, 12, fmt.Sprintf("%s %d from %s to %s", capture, e.Ordinal, e.Start.At, cmp.Or(e.End.At.String(), "now")))
		if strings.HasPrefix(e.End.Source, "assumed:") {
			d.interval("assumed", cmp.Or(e.AssumedFrom, e.Start.At).Time(), d.until(e.End.At), 2, 18, "its end is assumed")
		}
	}
	d.y += laneRow
}

func (d *drawing) session(s *timeline.Session, name string, obligations []*timeline.Obligation) {
	d.name(name)
	if s.Joined.At.Known() {
		d.interval("call", s.Joined.At.Time(), d.until(s.Left.At), 7, 8, fmt.Sprintf("%s in the call from %s to %s, %s", name, s.Joined.At, cmp.Or(s.Left.At.String(), "now"), s.JoinPath))
		if strings.HasPrefix(s.Left.Source, "assumed:") {
			d.interval("assumed", s.Joined.At.Time(), d.until(s.Left.At), 4, 14, "when this session ended is assumed")
		}
	}
	for _, o := range obligations {
		if o.ExposedAt.Known() {
			d.interval("held", o.ExposedAt.Time(), o.ExposedAt.Time().Add(time.Duration(o.ExposureMs)*time.Millisecond), 7, 8,
				fmt.Sprintf("%s of %s %d: exposed from %s", resultName(o.Result), o.Capture, o.Ordinal, o.ExposedAt))
		}
	}
	for _, o := range obligations {
		d.mark(o)
	}
	worst, words := verdict(obligations)
	d.Texts = append(d.Texts, label{worst, px(laneWidth - laneRight + 10), px(d.y + 15), fitParts(words, laneRight-10)})
	d.y += laneRow
}

// mark draws what the platform signalled and the app reported for an obligation.
func (d *drawing) mark(o *timeline.Obligation) {
	y := d.y + laneRow/2
	if o.SignalledAt.Known() {
		x := d.x(o.SignalledAt.Time())
		d.Marks = append(d.Marks, mark{Kind: "signal", Path: fmt.Sprintf("M%s %sL%s %sL%s %sL%s %sZ", px(x), px(y-6), px(x+4.5), px(y), px(x), px(y+6), px(x-4.5), px(y)),
			Title: "the platform signalled " + o.Capture + " at " + o.SignalledAt.String()})
	}
	switch {
	case o.ShownAt.Known() && (o.Result == "pass" || o.Result == "late"):
		d.Marks = append(d.Marks, mark{Kind: o.Result, X: px(d.x(o.ShownAt.Time())), Y: px(y),
			Title: fmt.Sprintf("%s %s at %s, due by %s", o.Capture, resultName(o.Result), o.ShownAt, o.DueAt)})
	case o.Result == "missed" && o.DueAt.Known():
		x := d.x(o.DueAt.Time())
		d.Marks = append(d.Marks, mark{Kind: "cross", Path: fmt.Sprintf("M%s %sL%s %sM%s %sL%s %s", px(x-4), px(y-4), px(x+4), px(y+4), px(x+4), px(y-4), px(x-4), px(y+4)),
			Title: fmt.Sprintf("notice of %s was due by %s and not reported (%s)", o.Capture, o.DueAt, o.Reason)})
	}
}

// verdict is the worst result of a session, as a class, and all in words, the
// worst first.
func verdict(obligations []*timeline.Obligation) (class string, words []string) {
	count := map[string]int{}
	worst := ""
	for _, o := range obligations {
		count[o.Result]++
		if worst == "" || rank(o.Result) > rank(worst) {
			worst = o.Result
		}
	}
	for _, r := range []string{"missed", "late", "no_evidence", "pending", "pass", "too_short", "not_applicable"} {
		word := strings.ReplaceAll(r, "_", " ")
		if r == "pass" {
			word = "reported"
		}
		if n := count[r]; n == 1 {
			words = append(words, word)
		} else if n > 1 {
			words = append(words, fmt.Sprintf("%s ×%d", word, n))
		}
	}
	class = map[string]string{"missed": "missed", "late": "late", "no_evidence": "none", "pass": "pass"}[worst]
	return cmp.Or(class, "outside"), words
}

// axis draws the clock above and below the lanes.
func (d *drawing) axis() {
	for i := range laneTicks + 1 {
		at := d.span.From.Add(d.span.To.Sub(d.span.From) * time.Duration(i) / laneTicks)
		d.Grid = append(d.Grid, gridMark{px(d.x(at)), px(laneTop - 4), px(d.y), px(12), at.Format("15:04:05")})
	}
}
