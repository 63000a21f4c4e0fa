package assemble

import (
	"cmp"
	"slices"

	"rollcall/schema"
)

// teamsRecordings adds the recordings that Teams made and of which only its
// chat or Graph tells to those that Call Automation named. One that both tell
// of is one: what lies beside no other of Teams' recordings is another.
func (s *Spine) teamsRecordings() {
	var known []part // of Teams' recordings
	for _, r := range s.call.Recordings {
		if r.Kind == schema.RecordingTeams || r.Kind == schema.RecordingTeamsCompliance {
			for _, p := range r.Parts {
				known = append(known, part{start: schema.Bound{At: p.Start}, end: schema.Bound{At: p.End}})
			}
		}
	}
	add := func(id string, parts []part) {
		for _, p := range union(s.endParts(parts)) {
			if slices.ContainsFunc(known, p.touches) {
				continue
			}
			known = append(known, p)
			s.call.Recordings = append(s.call.Recordings, schema.CallRecording{ID: id, Kind: schema.RecordingTeams, LengthMs: -1, Resource: s.call.Resource,
				Parts: []schema.Interval{{Start: p.start.At, End: p.end.At, Assumed: p.end.Source.Assumed()}}, Events: sortedIDs(p.events)})
		}
	}
	add("", s.spanParts(schema.Recording, schema.BoundTeamsChat))
	for _, e := range s.artifacts(schema.Recording) {
		a := e.Facts.Artifact
		start := schema.Bound{At: a.Created, Source: schema.BoundGraph, Event: e.ID}
		p := part{start: start, lastOn: a.Created, end: start, events: []string{e.ID}}
		if p.end.At = later(a.Created, a.End); !a.End.After(a.Created) {
			if !slices.ContainsFunc(known, p.touches) { // nothing tells for how long it was
				s.call.Recordings = append(s.call.Recordings, schema.CallRecording{ID: a.ID, Kind: schema.RecordingTeams, LengthMs: -1,
					Resource: s.call.Resource, Parts: []schema.Interval{}, Events: []string{e.ID}})
			}
			continue
		}
		add(a.ID, []part{p})
	}
}

// fileParts reads when Teams recorded or transcribed by the files that Graph has
// of it, where they tell both bounds. The contract's ranks do not name them: they
// tell what nothing but clients would.
func (s *Spine) fileParts(capture string) []part {
	var parts []part
	for _, e := range s.artifacts(capture) {
		a := e.Facts.Artifact
		if !a.End.After(a.Created) {
			continue
		}
		p := part{start: schema.Bound{At: a.Created, Source: schema.BoundGraph, Event: e.ID}, lastOn: a.Created, events: []string{e.ID}}
		p.end = p.start
		p.end.At = a.End
		parts = append(parts, p)
	}
	return parts
}

// artifacts lists the files of Teams' recordings or transcripts, by their start. One of which
// several events tell is the one of the latest end.
func (s *Spine) artifacts(capture string) []*schema.Event {
	byID := map[string]*schema.Event{}
	for _, e := range s.events { // in order of time
		a := e.Facts.Artifact
		if a == nil || a.Capture != capture || a.Created.IsZero() || a.End.After(s.opt.Now) {
			continue
		}
		k := cmp.Or(a.ID, e.ID)
		if old := byID[k]; old == nil || a.End.After(old.Facts.Artifact.End) {
			byID[k] = e
		}
	}
	out := make([]*schema.Event, 0, len(byID))
	for _, e := range byID {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *schema.Event) int {
		return cmp.Or(a.Facts.Artifact.Created.Compare(b.Facts.Artifact.Created), b.Facts.Artifact.End.Compare(a.Facts.Artifact.End), cmp.Compare(a.ID, b.ID))
	})
	return out
}
