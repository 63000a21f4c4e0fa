package soak

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/schema"
)

// compare holds the results of all calls against the truth. Whole says that the
// results are complete; else they are what the report files have of them, which
// know neither calls nor episodes apart from sessions and obligations.
func compare(results map[string]*outcome, truth *simulate.Truth, r *Report, whole bool) {
	known := map[string]bool{}
	usage := map[simulate.UsageKey]int64{}
	for i := range truth.Calls {
		t := &truth.Calls[i]
		known[t.CallID] = true
		r.Calls++
		got := results[t.CallID]
		if got == nil {
			r.differ("call %s is not found", t.CallID)
			continue
		}
		c := comparison{Report: r, truth: t, got: got, session: map[string]*simulate.TruthSession{}, id: map[*simulate.TruthSession]string{}}
		if whole {
			c.call()
			c.episodes()
			c.names()
		}
		c.sessions()
		c.obligations()
		c.findings()
		c.usage()
		if t.Chat != "" {
			known["chat:"+t.Chat] = true
			c.chat(results["chat:"+t.Chat])
		}
	}
	for _, id := range sorted(results) {
		addUsage(usage, results[id].Lines)
		if !known[id] {
			r.differ("call %s is none of the simulation's: %d sessions, %d obligations", id, len(results[id].Sessions), len(results[id].Obligations))
		}
	}
	compareUsage(r, "all calls", usage, truth.Usage)
}

func addUsage(to map[simulate.UsageKey]int64, lines []schema.UsageLine) {
	for i := range lines {
		l := &lines[i]
		to[simulate.UsageKey{Day: l.Day, Resource: l.Resource, Meter: l.Meter}] += l.Raw
	}
}

// A comparison is that of one call.
type comparison struct {
	*Report
	truth   *simulate.TruthCall
	got     *outcome
	session map[string]*simulate.TruthSession // by the product's session id
	id      map[*simulate.TruthSession]string
}

func (c *comparison) differ(format string, args ...any) {
	c.Report.differ("call %s: %s", c.truth.CallID, fmt.Sprintf(format, args...))
}

// equal compares one field of something.
func equal[T comparable](c *comparison, what, field string, got, want T) {
	if got != want {
		c.differ("%s: %s is %v, the truth %v", what, field, got, want)
	}
}

func (c *comparison) instant(what, field string, got time.Time, want int64) {
	if millis(got) != want {
		c.differ("%s: %s is %s, the truth %s (%+d ms)", what, field, clock(millis(got)), clock(want), millis(got)-want)
	}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func clock(ms int64) string {
	if ms == 0 {
		return "none"
	}
	return time.UnixMilli(ms).UTC().Format("15:04:05.000")
}

func (c *comparison) call() {
	equal(c, "call", "teams", c.got.Call.Teams, c.truth.Teams)
	equal(c, "call", "resource", c.got.Call.Resource, c.truth.Resource)
	equal(c, "call", "tenant", c.got.Tenant, c.truth.Tenant)
	c.instant("call", "end", c.got.Call.End.At, c.truth.End)
}

// sessions pairs the sessions of both sides: by participant id, else by raw id
// and time of joining.
func (c *comparison) sessions() {
	byID, byRaw := map[string]*simulate.TruthSession{}, map[string]*simulate.TruthSession{}
	rawKey := func(raw string, joined int64) string { return fmt.Sprint(raw, " ", joined) }
	for i := range c.truth.Sessions {
		t := &c.truth.Sessions[i]
		byID[t.ParticipantID], byRaw[rawKey(t.RawID, t.Joined)] = t, t
	}
	for i := range c.got.Sessions {
		s := &c.got.Sessions[i]
		t := byID[s.ParticipantID]
		if s.ParticipantID == "" {
			t = byRaw[rawKey(s.RawID, millis(s.Joined.At))]
		}
		if t == nil || c.id[t] != "" {
			c.differ("session of %s (participant %q, joined %s) is none", s.RawID, s.ParticipantID, clock(millis(s.Joined.At)))
			continue
		}
		c.session[s.ID], c.id[t] = t, s.ID
		c.compareSession(s, t)
	}
	for i := range c.truth.Sessions {
		t := &c.truth.Sessions[i]
		c.Sessions++
		if c.id[t] == "" {
			c.differ("%s is not found", name(t))
		}
	}
}

func name(t *simulate.TruthSession) string {
	return fmt.Sprintf("session %s of %s on %s (%s to %s)", t.ParticipantID, t.RawID, t.JoinPath, clock(t.Joined), clock(t.Left))
}

func (c *comparison) compareSession(s *assess.Session, t *simulate.TruthSession) {
	what := name(t)
	equal(c, what, "raw id", s.RawID, t.RawID)
	if s.EndpointID != "" {
		equal(c, what, "endpoint", s.EndpointID, t.EndpointID)
	}
	equal(c, what, "join path", string(s.JoinPath), t.JoinPath)
	equal(c, what, "tenant", s.Tenant, c.truth.Tenant)
	equal(c, what, "app", s.App, c.truth.App)
	c.instant(what, "joined by "+string(s.Joined.Source), s.Joined.At, t.Joined)
	c.instant(what, "left by "+string(s.Left.Source), s.Left.At, t.Left)
	equal(c, what, "left assumed", s.Left.Source.Assumed(), t.LeftAssumed)
}

func (c *comparison) episodes() {
	key := func(capture string, ordinal int) string { return fmt.Sprintf("%s %d", capture, ordinal) }
	want := map[string]*simulate.TruthEpisode{}
	for i := range c.truth.Episodes {
		e := &c.truth.Episodes[i]
		want[key(e.Capture, e.Ordinal)] = e
	}
	for i := range c.got.Call.Episodes {
		e := &c.got.Call.Episodes[i]
		k := key(e.Capture, e.Ordinal)
		t := want[k]
		delete(want, k)
		what := "episode " + k
		if t == nil {
			c.differ("%s (%s by %s to %s by %s) is none", what, clock(millis(e.Start.At)), e.Start.Source, clock(millis(e.End.At)), e.End.Source)
			continue
		}
		c.instant(what, "start by "+string(e.Start.Source), e.Start.At, t.Start)
		c.instant(what, "end by "+string(e.End.Source), e.End.At, t.End)
		equal(c, what, "end assumed", e.End.Source.Assumed(), t.EndAssumed)
	}
	for _, k := range sorted(want) {
		c.differ("episode %s (%s to %s) is not found", k, clock(want[k].Start), clock(want[k].End))
	}
}

// duty names an obligation: a session of the truth, a capture, an episode.
type duty struct {
	session string // participant id in the truth
	capture string
	ordinal int
}

func (c *comparison) obligations() {
	want := map[duty]*simulate.TruthObligation{}
	for i := range c.truth.Obligations {
		o := &c.truth.Obligations[i]
		want[duty{o.ParticipantID, o.Capture, o.Ordinal}] = o
		c.Obligations++
	}
	for i := range c.got.Obligations {
		o := &c.got.Obligations[i]
		s := c.session[o.SessionID]
		if s == nil {
			continue // its session differs already
		}
		k := duty{s.ParticipantID, o.Capture, o.Ordinal}
		t := want[k]
		delete(want, k)
		if t == nil {
			c.differ("%s: obligation for %s %d is none (%s)", name(s), o.Capture, o.Ordinal, o.Result)
			continue
		}
		c.compareObligation(name(s), o, t)
	}
	for _, t := range missing(want) {
		c.differ("participant %s of %s: obligation for %s %d (%s) is not found", t.ParticipantID, t.RawID, t.Capture, t.Ordinal, t.Result)
	}
}

func missing(m map[duty]*simulate.TruthObligation) []*simulate.TruthObligation {
	var out []*simulate.TruthObligation
	for _, t := range m {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *simulate.TruthObligation) int {
		return cmp.Or(strings.Compare(a.ParticipantID, b.ParticipantID), strings.Compare(a.Capture, b.Capture), a.Ordinal-b.Ordinal)
	})
	return out
}

func (c *comparison) compareObligation(who string, o *schema.Obligation, t *simulate.TruthObligation) {
	what := fmt.Sprintf("%s for %s %d", who, o.Capture, o.Ordinal)
	got, want := verdict(string(o.Result), o.Reason), verdict(t.Result, t.Reason)
	c.Results[want]++
	if got != want {
		c.differ("%s: %s, the truth %s (exposed %s, due %s, shown %s, signalled %s; the truth shown %s, signalled %s)", what, got, want,
			clock(millis(o.ExposedAt)), clock(millis(o.DueAt)), clock(millis(o.ShownAt)), clock(millis(o.SignalledAt)), clock(t.ShownAt), clock(t.SignalledAt))
	}
	equal(c, what, "tenant", o.Tenant, t.Tenant)
	equal(c, what, "app", o.App, t.App)
	equal(c, what, "join path", string(o.JoinPath), t.JoinPath)
	c.instant(what, "episode start", o.EpisodeStart, t.EpisodeStart)
	c.instant(what, "episode end", o.EpisodeEnd, t.EpisodeEnd)
	c.instant(what, "joined", o.JoinedAt, t.Joined)
	c.instant(what, "left", o.LeftAt, t.Left)
	c.instant(what, "exposed", o.ExposedAt, t.ExposedAt)
	c.instant(what, "due", o.DueAt, t.DueAt)
	c.instant(what, "signalled", o.SignalledAt, t.SignalledAt)
	c.instant(what, "shown", o.ShownAt, t.ShownAt)
}

// verdict is a result, with its reason where the contract has one.
func verdict(result, reason string) string {
	if result == "missed" || result == "no_evidence" {
		return result + " " + reason
	}
	return result
}

func (c *comparison) usage() {
	got := map[simulate.UsageKey]int64{}
	addUsage(got, c.got.Lines)
	for _, v := range c.truth.Usage {
		c.UsageMs += v
	}
	c.Usage += len(c.truth.Usage)
	compareUsage(c.Report, "call "+c.truth.CallID, got, c.truth.Usage)
}

// chat compares the messages of a chat that is no part of the call.
func (c *comparison) chat(got *outcome) {
	usage := map[simulate.UsageKey]int64{}
	if got != nil {
		addUsage(usage, got.Lines)
	}
	c.Usage += len(c.truth.ChatUsage)
	compareUsage(c.Report, "chat "+c.truth.Chat, usage, c.truth.ChatUsage)
}

func compareUsage(r *Report, what string, got, want map[simulate.UsageKey]int64) {
	keys := map[simulate.UsageKey]bool{}
	for k := range got {
		keys[k] = true
	}
	for k := range want {
		keys[k] = true
	}
	var differ []string
	for k := range keys {
		if got[k] != want[k] {
			differ = append(differ, fmt.Sprintf("%s: usage of %s on %s, %s: %d, the truth %d (%+d)", what, k.Meter, k.Day, k.Resource, got[k], want[k], got[k]-want[k]))
		}
	}
	slices.Sort(differ)
	r.Differences = append(r.Differences, differ...)
}
