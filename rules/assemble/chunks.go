package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A pause is an interval in which a recording was off, as summaries or metadata
// files state it.
type pause struct{ from, to schema.Bound }

// addChunks gives recordings the metadata of their files: by the names of the
// files that Event Grid told, else by when they began. Files that nothing else
// knows are a recording of their own.
func (g *recordingSet) addChunks(events []*schema.Event) {
	of := map[string]*recording{}
	for _, r := range g.byID {
		for _, e := range r.summaries {
			for _, document := range e.Facts.Recording.Chunks {
				if of[document] == nil || r.id < of[document].id {
					of[document] = r
				}
			}
		}
	}
	known := g.inOrder()
	var own *recording         // of files that nothing else knows
	for _, e := range events { // in order of time
		c := e.Facts.Chunk
		if c == nil {
			continue
		}
		r := of[c.DocumentID]
		if r == nil && !c.Start.IsZero() {
			for _, k := range known {
				if !k.firstKnown().After(c.Start.Add(slack)) {
					r = k
				}
			}
		}
		if r == nil {
			if own == nil || c.Index <= 0 {
				own = g.get(e, "document:"+cmp.Or(c.DocumentID, e.ID))
			}
			r = own
		}
		r.chunks = append(r.chunks, e)
	}
}

// readChunks reads what the metadata files of a recording say besides its
// summaries.
func (r *recording) readChunks() {
	slices.SortFunc(r.chunks, func(a, b *schema.Event) int {
		return cmp.Or(a.Facts.Chunk.Start.Compare(b.Facts.Chunk.Start), strings.Compare(a.ID, b.ID))
	})
	var length int64
	for _, e := range r.chunks {
		c := e.Facts.Chunk
		r.content, r.channel = cmp.Or(r.content, c.Content), cmp.Or(r.channel, c.Channel)
		if r.start.At.IsZero() && !c.Start.IsZero() {
			r.start = schema.Bound{At: c.Start, Source: schema.BoundRecordingFile, Event: e.ID}
		}
		if length >= 0 && c.DurationMs >= 0 {
			length += c.DurationMs
		} else {
			length = -1
		}
	}
	// Files may be missing, so that their lengths count only where nothing else
	// tells how long it was.
	if n := len(r.chunks); n > 0 && len(r.summaries) == 0 && len(r.flips) == 0 {
		r.lengthMs = length
	}
	r.people = r.recorded()
}

// recorded lists who was recorded, if the metadata of all files is there: else
// one who is not listed may be in a file that is missing.
func (r *recording) recorded() []schema.Recorded {
	have := map[string]bool{}
	indexes := map[int64]bool{}
	for _, e := range r.chunks {
		have[e.Facts.Chunk.DocumentID] = true
		indexes[e.Facts.Chunk.Index] = true
	}
	named := false
	for _, e := range r.summaries {
		for _, document := range e.Facts.Recording.Chunks {
			if named = true; !have[document] {
				return nil
			}
		}
	}
	for i := range int64(len(indexes)) {
		if !named && !indexes[i] {
			return nil
		}
	}
	channel := map[string]int64{}
	for _, e := range r.chunks {
		for _, p := range e.Facts.Chunk.Recorded {
			if c, seen := channel[p.RawID]; p.RawID != "" && (!seen || c < 0 || p.Channel >= 0 && p.Channel < c) {
				channel[p.RawID] = p.Channel
			}
		}
	}
	out := make([]schema.Recorded, 0, len(channel))
	for raw, c := range channel {
		out = append(out, schema.Recorded{RawID: raw, Channel: c})
	}
	slices.SortFunc(out, func(a, b schema.Recorded) int { return strings.Compare(a.RawID, b.RawID) })
	return out
}

// pauses unites the pauses that the summaries and the metadata state, and adds
// them up.
func (r *recording) pauses() (out []pause, sum time.Duration) {
	var all []pause
	add := func(e *schema.Event, source schema.BoundSource, pauses []schema.Pause) {
		for _, p := range pauses {
			if p.DurationMs > 0 && !p.Start.IsZero() {
				from := schema.Bound{At: p.Start, Source: source, Event: e.ID}
				to := from
				to.At = p.Start.Add(milliseconds(p.DurationMs))
				all = append(all, pause{from, to})
			}
		}
	}
	for _, e := range r.summaries {
		add(e, summarySource(e), e.Facts.Recording.Pauses)
	}
	for _, e := range r.chunks {
		add(e, schema.BoundRecordingFile, e.Facts.Chunk.Pauses)
	}
	slices.SortFunc(all, func(a, b pause) int {
		return cmp.Or(a.from.At.Compare(b.from.At), a.to.At.Compare(b.to.At), strings.Compare(string(b.from.Source), string(a.from.Source)), strings.Compare(a.from.Event, b.from.Event))
	})
	for _, p := range all {
		if n := len(out); n > 0 && !p.from.At.After(out[n-1].to.At) {
			if p.to.At.After(out[n-1].to.At) {
				out[n-1].to = p.to
			}
			continue
		}
		out = append(out, p)
	}
	for _, p := range out {
		sum += p.to.At.Sub(p.from.At)
	}
	return out, sum
}

// without cuts pauses, which are in order and apart, out of a part.
func without(p part, pauses []pause) []part {
	var out []part
	for _, gap := range pauses {
		if !gap.to.At.After(p.start.At) {
			continue
		}
		if !p.end.At.IsZero() && !gap.from.At.Before(p.end.At) {
			break
		}
		if gap.from.At.After(p.start.At) {
			before := p
			before.end = gap.from
			before.events = append(slices.Clone(p.events), gap.from.Event)
			out = append(out, before)
		}
		p.start = gap.to
		p.events = append(slices.Clone(p.events), gap.to.Event)
		p.lastOn = gap.to.At
	}
	return append(out, p)
}

// cutLost cuts those pauses out of the parts that changes state of which no
// change tells: they lie within one part. Others are the gaps between parts.
func (r *recording) cutLost() {
	pauses, _ := r.pauses()
	if len(pauses) == 0 {
		return
	}
	var out []part
	for _, p := range r.parts {
		out = append(out, without(p, slices.DeleteFunc(slices.Clone(pauses), func(gap pause) bool {
			return !gap.from.At.After(p.start.At.Add(slack)) || !p.end.At.IsZero() && !gap.to.At.Before(p.end.At)
		}))...)
	}
	r.parts = out
}
