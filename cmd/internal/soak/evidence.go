package soak

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/rules/assemble"
	"rollcall/rules/calls"
	"rollcall/schema"
)

// evidence is what the store would hold: one event for each id, with the
// aliases by which it names its call.
type evidence struct {
	decoder *decode.Decoder
	events  map[string]*stored
	dead    int // messages of which something is dead
}

type stored struct {
	schema.Event
	names []string
	key   string
}

func newEvidence() *evidence {
	return &evidence{decoder: decode.New(decode.Options{Drop: decode.DefaultDrop()}), events: map[string]*stored{}}
}

// add reads a message. A spoilt one has to be dead, any other must not be.
func (v *evidence) add(m *simulate.Message, r *Report) {
	r.Messages++
	read := v.decoder.Decode(m.Value)
	if dead := len(read.Dead) > 0; dead {
		v.dead++
		if !m.Spoilt && !m.Hurt {
			r.differ("message on %s is dead: %s: %.200q", m.Topic, read.Dead[0].Reason, m.Value)
		}
	} else if m.Spoilt || m.Hurt {
		r.differ("message on %s is read whole though nobody can: %.200q", m.Topic, m.Value)
	}
	for i := range read.Events {
		r.Events++
		v.keep(&read.Events[i], r)
	}
}

// keep keeps the event that counts of those with its id, as the view
// events_current does: the highest version, else the smallest content.
func (v *evidence) keep(e *schema.Event, r *Report) {
	if len(e.Unread) > 0 {
		r.differ("%s %s has fields that can't be read: %v", e.Source, e.Kind, e.Unread)
	}
	old := v.events[e.ID]
	if old == nil {
		names, key := ingest.Aliases(e)
		v.events[e.ID] = &stored{*e, names, key}
		return
	}
	r.Repeats++
	if e.Version == old.Version && e.Content != old.Content {
		r.differ("%s %s %s of %s is in conflict with itself", e.Source, e.Kind, e.ID, e.Refs.CorrelationID)
	}
	via := slices.Compact(slices.Sorted(slices.Values(slices.Concat(old.Via, e.Via))))
	if cmp.Or(cmp.Compare(e.Version, old.Version), strings.Compare(old.Content, e.Content)) > 0 {
		old.Event = *e
		old.names, old.key = ingest.Aliases(e)
	}
	old.Via = via
}

// An outcome is all that follows for one call.
type outcome struct {
	assess.Results
	Sessions    []assess.Session
	Obligations []schema.Obligation
}

func evaluate(spine *assemble.Spine, t assess.Terms) *outcome {
	var o outcome
	var findings []schema.Finding
	// It fails only where the function does that takes the parts.
	r, _ := assess.Evaluate(spine, assess.Doubts{}, t, func(_ schema.Call, p assess.Part) error {
		o.Sessions = append(o.Sessions, p.Session)
		o.Obligations = append(o.Obligations, p.Obligations...)
		findings = append(findings, p.Findings...)
		return nil
	})
	o.Results = r
	o.Findings = append(findings, r.Findings...)
	return &o
}

// evaluate brings the events of each call together and evaluates it.
func (v *evidence) evaluate(t assess.Terms) map[string]*outcome {
	sets := map[string]*calls.AliasSet{}
	for _, e := range v.events {
		if e.key == "" || e.Time.After(t.Now) {
			continue
		}
		s := sets[e.key]
		if s == nil {
			s = &calls.AliasSet{Key: e.key, Aliases: e.names}
			sets[e.key] = s
		}
		s.First, s.Last, s.Time = earlier(s.First, e.First), later(s.Last, e.Last), earlier(s.Time, e.Time)
	}
	list := make([]calls.AliasSet, 0, len(sets))
	for _, s := range sets {
		list = append(list, *s)
	}
	of := calls.Resolve(list).Calls
	byCall := map[string][]schema.Event{}
	for _, e := range v.events {
		if id, ok := of[e.key]; ok && !e.Time.After(t.Now) {
			byCall[id] = append(byCall[id], e.Event)
		}
	}
	results := make(map[string]*outcome, len(byCall))
	for id, events := range byCall {
		results[id] = evaluate(assemble.NewSpine(id, events, assemble.Options{Now: t.Now, Quiet: t.Policy.Base().Quiet}), t)
	}
	return results
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.IsZero() || b.After(a) {
		return b
	}
	return a
}

// compareCounts holds the events that were kept against those that were sent.
func (v *evidence) compareCounts(truth *simulate.Truth, r *Report) {
	got := map[string]int{}
	for _, e := range v.events {
		r.Kinds[string(e.Source)+" "+e.Kind]++
		for _, via := range e.Via {
			r.Kinds["via "+string(via)]++
		}
		switch {
		case e.Kind == "CallSummaryUpdates":
			got[string(e.Source)+" CallSummary"]++
		case e.Source == schema.SourceRollcall: // counted below by carrier
		default:
			got[string(e.Source)+" "+e.Kind]++
		}
	}
	for _, source := range []schema.Source{schema.SourceEventGrid, schema.SourceCallAutomation, schema.SourceAzureMonitor, schema.SourceGraph, schema.SourceRecordingFile} {
		for kind, want := range truth.Tallies.Distinct[string(source)] {
			if n := got[string(source)+" "+kind]; n != want && !slices.Contains(uncounted, kind) {
				r.differ("%d events of %s %s, %d were sent", n, source, kind, want)
			}
		}
	}
	if sent := truth.Tallies.DeadLetters + truth.Tallies.Hurt; v.dead != sent {
		r.differ("of %d messages something is dead, %d were sent that nobody can read whole", v.dead, sent)
	}
}

// uncounted are kinds that the decoder keeps as unknown or as several, those of
// which one event replaces another, and pages of several.
var uncounted = []string{"Microsoft.Communication.RouterJobQueued", "other", "CallSummary", "CallSummaryUpdates",
	"callRecord", "callRecordSession", "callRecording", "chatMessage", "user"}
