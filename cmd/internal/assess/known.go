package assess

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/apphour"
	"rollcall/rules/assemble"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// bySessions judges the calls that are judged by what was assembled of them.
// Those that only their events tell are given that way instead.
func (c *Comparison) bySessions(ctx context.Context, s Stretch, calls []knownCall, hand func(Compared) error) error {
	pick := func(k *knownCall) bool { return k.way == bySessions }
	if !slices.ContainsFunc(calls, func(k knownCall) bool { return pick(&k) }) {
		return nil
	}
	was, is, err := c.terms(ctx)
	if err != nil {
		return err
	}
	return c.walk(ctx, s, calls, pick, true, &twice{Comparison: c, before: was, after: is, hand: hand})
}

// namesOf reads the displayed names of calls, by call.
func (c *Comparison) namesOf(ctx context.Context, s Stretch, some []string) (map[string][]schema.ShownName, error) {
	out := map[string][]schema.ShownName{}
	sql := "SELECT call_id, raw_id, surface, source, name, kinds, labels, first_at, last_at, event FROM names FINAL WHERE " + s.current(some) + " ORDER BY call_id, raw_id, surface, source, name"
	err := c.each(ctx, "the displayed names", sql, func(rows driver.Rows) error {
		var n schema.ShownName
		var source string
		var first, last *time.Time
		if err := rows.Scan(&n.CallID, &n.RawID, &n.Surface, &source, &n.Name, &n.Kinds, &n.Labels, &first, &last, &n.Event); err != nil {
			return err
		}
		n.Source, n.First, n.Last = schema.Source(source), deref(first), deref(last)
		out[n.CallID] = append(out[n.CallID], n)
		return nil
	})
	return out, err
}

// twice judges one call after the other under both terms.
type twice struct {
	*Comparison
	before, after Terms
	shown         map[string][]schema.ShownName
	was, is       *judging
	out           Compared
	hand          func(Compared) error
}

func (t *twice) prepare(ctx context.Context, s Stretch, some []string) (err error) {
	t.shown, err = t.namesOf(ctx, s, some)
	return err
}

func (t *twice) begin(k *knownCall, outline schema.Call) bool {
	if outline.End.Source == schema.BoundAssumedLastSeen && t.quietsDiffer() {
		k.way = byEvents
		return false
	}
	t.out = Compared{Calls: 1, CallID: k.id, Start: k.start}
	t.was, t.is = t.before.judge(outline), t.after.judge(outline)
	return true
}

func (t *twice) session(s schema.Session) {
	t.out.Was.Findings = append(t.out.Was.Findings, t.was.session(s).Findings...)
	t.out.Is.Findings = append(t.out.Is.Findings, t.is.session(s).Findings...)
}

// end hands out what was found of the call.
func (t *twice) end() error {
	names := t.shown[t.out.CallID]
	t.before.Directory.Look(names)
	t.was.end(Doubts{})
	t.is.end(Doubts{})
	t.was.names(t.before, slices.Clone(names))
	t.is.names(t.after, names)
	t.out.Was.take(t.was)
	t.out.Is.take(t.is)
	return t.hand(t.out)
}

func (j *Judged) take(from *judging) {
	j.Findings = append(j.Findings, from.outcome.Findings...)
	j.Checks, j.Hours = from.outcome.Checks, from.hours
}

// quietsDiffer reports whether a call that ended in silence may have ended
// otherwise: the policies don't all say alike how long it may last.
func (c *Comparison) quietsDiffer() bool {
	return slices.ContainsFunc(c.policies(), func(p *policy.Policy) bool { return p.Base().Quiet != c.after.Policy.Base().Quiet })
}

// doubts finds the calls of which the store has doubts that are not among what
// was assembled of them: ids that are not believed, and events of two contents.
func (c *Comparison) doubts(ctx context.Context, s Stretch) (map[string]Doubts, error) {
	out := map[string]Doubts{}
	sql := "SELECT DISTINCT call_id, subject, message FROM findings WHERE " + s.current(nil) + " AND rule = '" + evidence.RuleConflict + "' ORDER BY call_id, subject"
	err := c.each(ctx, "the doubts about calls", sql, func(rows driver.Rows) error {
		f := schema.Finding{Rule: evidence.RuleConflict}
		if err := rows.Scan(&f.CallID, &f.Subject, &f.Message); err != nil || evidence.BoundsOnly(f) {
			return err
		}
		d := out[f.CallID]
		if a, is := evidence.AsideOf(f); is {
			d.SetAside = append(d.SetAside, a)
		}
		out[f.CallID] = d
		return nil
	})
	return out, err
}

// keysAtOnce is of about how many alias sets the events are read at once.
const keysAtOnce = 1000

// byEvents judges the calls of which the events are assembled anew.
func (c *Comparison) byEvents(ctx context.Context, s Stretch, calls []knownCall, doubts map[string]Doubts, hand func(Compared) error) error {
	some := []string{}
	for _, k := range calls {
		if k.way == byEvents {
			some = append(some, k.id)
		}
	}
	keys := map[string]string{} // the call of each alias set
	judge := func() error {
		found, err := evidenceOf(ctx, c.conn, keys)
		for id, e := range found {
			if i, ok := find(calls, id); ok && err == nil {
				err = c.assembled(ctx, calls[i], e, doubts[id], hand)
			}
		}
		clear(keys)
		return err
	}
	for some := range slices.Chunk(some, maxList) {
		err := c.each(ctx, "the ids of calls", s.calls("call_id, alias_keys")+among(some)+" ORDER BY call_id", func(rows driver.Rows) error {
			var id string
			var own []string
			if err := rows.Scan(&id, &own); err != nil {
				return err
			}
			if len(keys)+len(own) > keysAtOnce && len(keys) > 0 {
				if err := judge(); err != nil {
					return err
				}
			}
			for _, k := range own {
				keys[k] = id
			}
			return nil
		})
		if err == nil && len(keys) > 0 {
			err = judge()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A knownEvidence is what is stored of a call.
type knownEvidence struct {
	events   []schema.Event
	contents []evidence.Content
}

// evidenceOf reads what is stored of some calls, each with its alias sets.
func evidenceOf(ctx context.Context, conn driver.Conn, of map[string]string) (map[string]*knownEvidence, error) {
	out := map[string]*knownEvidence{}
	for _, id := range of {
		out[id] = &knownEvidence{}
	}
	keys := slices.Sorted(maps.Keys(of))
	twice, err := contentConflicts(ctx, conn, keys)
	if err != nil {
		return nil, err
	}
	return out, eventsOf(ctx, conn, keys, func(k keyed) error {
		e := out[of[k.key]]
		e.events = append(e.events, k.event)
		if version, is := twice[k.event.ID]; is && version == k.event.Version {
			e.contents = append(e.contents, evidence.Content{Event: k.event.ID, At: k.event.Time})
		}
		return nil
	})
}

// assembled judges a call by its events.
func (c *Comparison) assembled(ctx context.Context, k knownCall, e *knownEvidence, d Doubts, hand func(Compared) error) error {
	d.Contents = e.contents
	before, after, err := c.terms(ctx)
	if err != nil {
		return err
	}
	spine := before.spine(k.id, e.events)
	out := Compared{Calls: 1, CallID: k.id, Start: k.start, Was: judgeSpine(spine, before, d)}
	start := spine.Outline().Start.At
	if after.Policy.Base().Quiet != before.inForce(start).Base().Quiet {
		spine = after.spine(k.id, e.events)
	}
	out.Is = judgeSpine(spine, after, d)
	return hand(out)
}

func judgeSpine(spine *assemble.Spine, t Terms, d Doubts) (out Judged) {
	j := t.judge(spine.Outline())
	for s := range spine.Sessions() {
		out.Findings = append(out.Findings, j.session(s).Findings...)
	}
	j.end(d)
	j.names(t, t.Directory.Names(j.call))
	out.take(j)
	return out
}

// JudgeHours judges hours of apps, of which list has what their calls
// contribute.
func JudgeHours(list []apphour.Tally, t Terms) Judged {
	var out rule.Outcome
	for _, versions := range apphour.Apps(list) {
		out.Add(catalogue.App(versions, catalogue.Input{Policy: t.inForce(versions[0].Hour), Now: t.Now, Gaps: t.Gaps}))
	}
	return Judged{Findings: out.Findings, Checks: out.Checks}
}
