package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/go-json-experiment/json"

	"rollcall/rules/apphour"
	"rollcall/rules/assemble"
	"rollcall/rules/catalogue"
	"rollcall/rules/evidence"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// outlinesAtOnce is of how many calls memory holds what was assembled, with the
// names that they showed and without their sessions.
const outlinesAtOnce = 4000

// bySessions judges the calls that are judged by what was assembled of them.
// Those that only their events tell are given that way instead.
func (c *Comparison) bySessions(ctx context.Context, s Stretch, calls []knownCall, hand func(Compared) error) error {
	for part := range slices.Chunk(calls, outlinesAtOnce) {
		s.To = part[len(part)-1].id
		if err := c.sessionsOf(ctx, s, part, hand); err != nil {
			return err
		}
		s.From = s.To
	}
	return nil
}

func (c *Comparison) sessionsOf(ctx context.Context, s Stretch, calls []knownCall, hand func(Compared) error) error {
	var todo []*knownCall
	some := []string{}
	for i := range calls {
		if calls[i].way == bySessions {
			todo, some = append(todo, &calls[i]), append(some, calls[i].id)
		}
	}
	if len(todo) == 0 {
		return nil
	}
	if 4*len(some) > len(calls) || len(some) > maxExcept {
		some = nil // all are read
	}
	outlines := make(map[string]string, len(todo))
	err := c.each(ctx, "the calls", s.calls("call_id, json")+among(some), func(rows driver.Rows) error {
		var id, text string
		err := rows.Scan(&id, &text)
		outlines[id] = text
		return err
	})
	if err != nil {
		return err
	}
	shown, err := c.namesOf(ctx, s, some)
	if err != nil {
		return err
	}
	was, is, err := c.terms(ctx)
	if err != nil {
		return err
	}
	t := twice{Comparison: c, before: was, after: is, outlines: outlines, shown: shown, todo: todo, hand: hand}
	sql := "SELECT call_id, session_id, json FROM sessions FINAL WHERE " + s.current(some) + " ORDER BY call_id, version, session_id"
	err = c.each(ctx, "the sessions", sql, func(rows driver.Rows) error {
		var call, id, text string
		if err := rows.Scan(&call, &id, &text); err != nil {
			return err
		}
		return t.session(call, id, text)
	})
	if err != nil {
		return err
	}
	if err := t.upTo(s.To); err != nil {
		return err
	}
	return t.end()
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
	outlines      map[string]string // calls without their sessions, as JSON
	shown         map[string][]schema.ShownName
	todo          []*knownCall // by id, without those that were begun
	call          *knownCall   // that is being judged; nil: none
	was, is       *judging
	out           Compared
	hand          func(Compared) error
}

// session judges a session.
func (t *twice) session(call, id, text string) error {
	if err := t.upTo(call); err != nil || t.call == nil || t.call.id != call {
		return err
	}
	var s schema.Session
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("call %s: session %s: what is stored of it can't be read: %w", call, id, err)
	}
	t.out.Was.Findings = append(t.out.Was.Findings, t.was.session(s).Findings...)
	t.out.Is.Findings = append(t.out.Is.Findings, t.is.session(s).Findings...)
	return nil
}

// upTo begins the calls up to an id, and ends those before it.
func (t *twice) upTo(id string) error {
	for len(t.todo) > 0 && t.todo[0].id <= id {
		if err := t.end(); err != nil {
			return err
		}
		if err := t.begin(t.todo[0]); err != nil {
			return err
		}
		t.todo = t.todo[1:]
	}
	if t.call != nil && t.call.id != id {
		return t.end()
	}
	return nil
}

func (t *twice) begin(k *knownCall) error {
	var outline schema.Call
	if err := json.Unmarshal([]byte(t.outlines[k.id]), &outline); err != nil {
		return fmt.Errorf("call %s: what is stored of it can't be read: %w", k.id, err)
	}
	delete(t.outlines, k.id)
	if outline.End.Source == schema.BoundAssumedLastSeen && t.quietsDiffer() {
		k.way = byEvents
		return nil
	}
	t.call, t.out = k, Compared{Calls: 1, CallID: k.id, Start: k.start}
	t.was, t.is = t.before.judge(outline), t.after.judge(outline)
	return nil
}

// end hands out what was found of the call.
func (t *twice) end() error {
	if t.call == nil {
		return nil
	}
	names := t.shown[t.call.id]
	t.before.Directory.Look(names)
	t.was.end(Doubts{})
	t.is.end(Doubts{})
	t.was.names(t.before, slices.Clone(names))
	t.is.names(t.after, names)
	t.call = nil
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
