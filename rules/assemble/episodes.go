package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A part is an interval in which one recording, one transcription or the
// signals of clients say that a capture was on.
type part struct {
	start, end schema.Bound // a zero end is not known
	lastOn     time.Time    // the last instant at which evidence says that it was on
	events     []string
}

// Tiers of the sources of an episode's bounds, the best first (design.md, 5).
// Each tells only what no better one tells.
const (
	tierChanges   = iota // Call Automation and the recordings' summaries
	tierStreaming        // streaming usage
	tierChat             // Teams chat system messages
	tierFiles            // Graph's files of recordings and transcripts
	tierClients          // signals that clients saw
	tiers
)

// buildEpisodes unites what all evidence says of each capture.
func (s *Spine) buildEpisodes() {
	s.clients = map[string]watched{}
	changes := s.recordingParts()
	changes[schema.Transcription] = append(changes[schema.Transcription], s.transcriptionParts()...)
	for _, capture := range [...]string{schema.Recording, schema.Transcription} {
		parts := changes[capture]
		for tier := tierStreaming; tier < tiers; tier++ {
			var more []part
			switch tier {
			case tierStreaming:
				more = s.spanParts(capture, schema.BoundStreamingUsage)
				if capture == schema.Transcription {
					s.disputeStreaming(parts, more)
				}
			case tierChat:
				more = s.spanParts(capture, schema.BoundTeamsChat)
			case tierFiles:
				more = s.fileParts(capture)
			case tierClients:
				server := union(s.endParts(parts))
				seen := s.sightings(capture, server)
				s.clients[capture] = watched{server, len(seen) > 0}
				more = s.signalParts(server, seen)
			}
			parts = fill(parts, more)
		}
		for i, p := range union(s.endParts(parts)) {
			e := schema.Episode{Capture: capture, Ordinal: i + 1, Start: p.start, End: p.end, Events: sortedIDs(p.events)}
			if e.End.Source.Assumed() {
				e.AssumedFrom = p.lastOn
			}
			s.call.Episodes = append(s.call.Episodes, e)
		}
	}
}

// fill adds to parts what a lower tier tells besides: parts that none of the
// better ones touches, and the ends of parts whose end is not known. (Of what
// clients saw signalParts leaves out all that is near a server's part, so that
// a client's signal never ends what a server began.)
func fill(parts, more []part) []part {
	better := slices.Clone(parts)
	for _, m := range more {
		overlaps := false
		for i, p := range better {
			if !p.touches(m) {
				continue
			}
			overlaps = true
			if o := &parts[i]; p.end.At.IsZero() && m.end.At.After(p.start.At) {
				if o.end.At.IsZero() || compareEnds(o.end, m.end) < 0 {
					o.end = m.end
				}
				o.events = slices.Concat(o.events, m.events)
			}
		}
		if !overlaps {
			parts = append(parts, m)
		}
	}
	return parts
}

// touches reports whether two parts overlap or touch.
func (p part) touches(o part) bool {
	return (o.end.At.IsZero() || !p.start.At.After(o.end.At)) && (p.end.At.IsZero() || !o.start.At.After(p.end.At))
}

// endParts returns parts with an end for each whose end no source states: the
// call's, or none while that goes on.
func (s *Spine) endParts(parts []part) []part {
	parts = slices.Clone(parts)
	for i := range parts {
		p := &parts[i]
		if !p.end.At.IsZero() {
			continue
		}
		if end := s.call.End; end.At.IsZero() {
			p.end = schema.Bound{Source: schema.BoundOpen}
		} else {
			p.end = schema.Bound{At: later(end.At, p.start.At), Source: schema.BoundAssumedCallEnd, Event: end.Event}
		}
	}
	return parts
}

// union makes maximal intervals: parts that touch or overlap are one. Empty
// parts are none.
func union(parts []part) []part {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p part) bool {
		return p.start.At.IsZero() || !p.end.At.IsZero() && !p.start.At.Before(p.end.At)
	})
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(a.start.At.Compare(b.start.At), strings.Compare(string(a.start.Source), string(b.start.Source)),
			strings.Compare(a.start.Event, b.start.Event), compareEnds(a.end, b.end))
	})
	var out []part
	for _, p := range parts {
		if !p.end.Source.Assumed() {
			p.lastOn = later(p.lastOn, p.end.At)
		}
		n := len(out)
		if n == 0 || !out[n-1].end.At.IsZero() && p.start.At.After(out[n-1].end.At) {
			p.events = slices.Clone(p.events)
			out = append(out, p)
			continue
		}
		o := &out[n-1]
		o.events = append(o.events, p.events...)
		o.lastOn = later(o.lastOn, p.lastOn)
		if compareEnds(o.end, p.end) < 0 {
			o.end = p.end
		}
	}
	return out
}

// compareEnds orders ends: an open one is the last; of equal instants the one
// that a source states counts above an assumed one.
func compareEnds(a, b schema.Bound) int {
	if a.At.IsZero() || b.At.IsZero() {
		return boolInt(a.At.IsZero()) - boolInt(b.At.IsZero())
	}
	return cmp.Or(a.At.Compare(b.At), boolInt(b.Source.Assumed())-boolInt(a.Source.Assumed()),
		strings.Compare(string(b.Source), string(a.Source)), strings.Compare(b.Event, a.Event))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A flip is a capture going on or off for one recording or connection.
type flip struct {
	at    time.Time
	on    bool
	start time.Time // where the recording began, as the event states it
	event string
	// began is who states start where it is not the event.
	began schema.Bound
	// source is who says so where it is another than that of the others.
	source schema.BoundSource
}

// runs replays flips in order of time. The first that switches on begins where
// the event says that the recording began; so does the first of all that
// switches off, because what came before was lost. At one instant a capture
// that is on goes off before it goes on again, and the other way round, so that
// a pause and a resume of one millisecond leave it on, whatever their order in
// the evidence.
func runs(flips []flip, source schema.BoundSource) []part {
	slices.SortFunc(flips, func(a, b flip) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.event, b.event))
	})
	var parts []part
	open, seen := false, false
	begin := func(at time.Time, f flip) {
		start := schema.Bound{At: at, Source: cmp.Or(f.source, source), Event: f.event}
		if at.Equal(f.began.At) {
			start = f.began
		}
		parts = append(parts, part{start: start, lastOn: later(at, f.at), events: []string{f.event, start.Event}})
		open = true
	}
	apply := func(f flip) {
		first := !seen && !f.start.IsZero()
		seen = true
		switch {
		case f.on && open:
			parts[len(parts)-1].lastOn = f.at
		case f.on && first:
			begin(f.start, f)
		case f.on:
			begin(f.at, f)
		case !open && first && f.start.Before(f.at):
			begin(f.start, f)
			fallthrough
		case open:
			p := &parts[len(parts)-1]
			p.end = schema.Bound{At: f.at, Source: cmp.Or(f.source, source), Event: f.event}
			p.events = append(p.events, f.event)
			open = false
		}
	}
	for len(flips) > 0 {
		n := 1
		for n < len(flips) && flips[n].at.Equal(flips[0].at) {
			n++
		}
		first := !open
		for _, on := range [...]bool{first, !first} {
			for _, f := range flips[:n] {
				if f.on == on {
					apply(f)
				}
			}
		}
		flips = flips[n:]
	}
	return parts
}

// transcriptionParts lists when each connection's transcription was on.
func (s *Spine) transcriptionParts() []part {
	var parts []part
	for _, p := range s.transcriptionRuns() {
		parts = append(parts, p...)
	}
	return parts
}

// transcriptionRuns replays each connection's transcription.
func (s *Spine) transcriptionRuns() map[string][]part {
	return s.connectionRuns(func(e *schema.Event) (on, is bool) {
		t := e.Facts.Transcription
		return t != nil && t.Change == "on", t != nil && t.Change != "none"
	})
}

// connectionRuns replays what Call Automation says to go on and off, for each
// call connection.
func (s *Spine) connectionRuns(change func(*schema.Event) (on, is bool)) map[string][]part {
	flips := map[string][]flip{}
	for _, e := range s.events {
		if on, is := change(e); is && !e.Time.IsZero() {
			k := e.Refs.CallConnectionID
			flips[k] = append(flips[k], flip{at: e.Time, on: on, event: e.ID})
		}
	}
	parts := make(map[string][]part, len(flips))
	for k, f := range flips {
		parts[k] = runs(f, schema.BoundCallAutomation)
	}
	return parts
}
