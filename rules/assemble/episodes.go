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
	events     []string
}

// buildEpisodes unites what all evidence says of each capture.
func (s *Spine) buildEpisodes() {
	server := map[string][]part{
		schema.Recording:     s.recordingParts(),
		schema.Transcription: s.transcriptionParts(),
	}
	for _, capture := range []string{schema.Recording, schema.Transcription} {
		parts := s.endParts(server[capture])
		seen := union(parts)
		for _, c := range s.endParts(s.signalParts(capture)) {
			if !overlapsAny(c, seen) { // where no server says more
				parts = append(parts, c)
			}
		}
		for i, p := range union(parts) {
			s.call.Episodes = append(s.call.Episodes, schema.Episode{
				Capture: capture, Ordinal: i + 1, Start: p.start, End: p.end, Events: sortedIDs(p.events),
			})
		}
	}
}

// endParts ends the parts whose end no source states: with the call, or not at
// all while it goes on.
func (s *Spine) endParts(parts []part) []part {
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
		n := len(out)
		if n == 0 || !out[n-1].end.At.IsZero() && p.start.At.After(out[n-1].end.At) {
			p.events = slices.Clone(p.events)
			out = append(out, p)
			continue
		}
		o := &out[n-1]
		o.events = append(o.events, p.events...)
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

func overlapsAny(p part, with []part) bool {
	return slices.ContainsFunc(with, func(o part) bool {
		return (o.end.At.IsZero() || !p.start.At.After(o.end.At)) && (p.end.At.IsZero() || !o.start.At.After(p.end.At))
	})
}

// A flip is a capture going on or off for one recording or connection.
type flip struct {
	at    time.Time
	on    bool
	start time.Time // where the recording began, as the event states it
	event string
}

// runs replays flips in order of time. At one instant a capture that is on goes
// off before it goes on again, and the other way round, so that a pause and a
// resume of one millisecond leave it on, whatever their order in the evidence.
func runs(flips []flip, source schema.BoundSource) []part {
	slices.SortFunc(flips, func(a, b flip) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.event, b.event))
	})
	var parts []part
	var open *part
	known := false
	apply := func(f flip) {
		switch {
		case f.on && open == nil:
			at := f.at
			if !known && !f.start.IsZero() {
				at = f.start
			}
			open = &part{start: schema.Bound{At: at, Source: source, Event: f.event}, events: []string{f.event}}
		case f.on:
			open.events = append(open.events, f.event)
		case open != nil:
			open.end = schema.Bound{At: f.at, Source: source, Event: f.event}
			open.events = append(open.events, f.event)
			parts = append(parts, *open)
			open = nil
		case !known && !f.start.IsZero() && f.start.Before(f.at):
			// Its beginning was lost, but the stop says when it was.
			parts = append(parts, part{
				start:  schema.Bound{At: f.start, Source: source, Event: f.event},
				end:    schema.Bound{At: f.at, Source: source, Event: f.event},
				events: []string{f.event},
			})
		}
		known = true
	}
	for len(flips) > 0 {
		n := 1
		for n < len(flips) && flips[n].at.Equal(flips[0].at) {
			n++
		}
		for _, wantOn := range []bool{open == nil, open != nil} {
			for _, f := range flips[:n] {
				if f.on == wantOn {
					apply(f)
				}
			}
		}
		flips = flips[n:]
	}
	if open != nil {
		parts = append(parts, *open)
	}
	return parts
}

func (s *Spine) transcriptionParts() []part {
	flips := map[string][]flip{}
	for _, e := range s.events {
		if t := e.Facts.Transcription; t != nil && !e.Time.IsZero() && t.Change != "none" {
			k := e.Refs.CallConnectionID
			flips[k] = append(flips[k], flip{at: e.Time, on: t.Change == "on", event: e.ID})
		}
	}
	var parts []part
	for _, f := range flips {
		parts = append(parts, runs(f, schema.BoundCallAutomation)...)
	}
	return parts
}
