package assemble

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// startsWithin is how long after an accepted request a recording begins.
const startsWithin = 60 * time.Second

// addOperations gives recordings what apps asked the server to do with them and
// it accepted: to start, pause, resume or stop. What names no recording is of
// the only one that there is, or of none.
func (g *recordingSet) addOperations(events []*schema.Event) {
	var starts, nameless []*schema.Event
	for _, e := range events { // in order of time
		o := e.Facts.RecordingOperation
		if o == nil || !o.Succeeded || o.Change == "" || e.Time.IsZero() {
			continue
		}
		switch {
		case o.RecordingID != "":
			r := g.get(e, o.RecordingID)
			r.operations = append(r.operations, e)
		case o.Change == schema.RecordingStart:
			starts = append(starts, e)
		default:
			nameless = append(nameless, e)
		}
	}
	g.addStarts(starts)
	if len(g.byID) == 1 {
		for _, r := range g.byID {
			r.operations = append(r.operations, nameless...)
		}
	}
}

// addStarts gives the requests to start, which name no recording because there
// is none yet, to the recordings that began next. One that nothing else knows
// is a recording of its own.
func (g *recordingSet) addStarts(starts []*schema.Event) {
	known := g.inOrder()
	for _, e := range starts {
		for len(known) > 0 && known[0].firstKnown().Before(e.Time.Add(-slack)) {
			known = known[1:]
		}
		if len(known) > 0 && known[0].begunBy(e.Time) {
			known[0].operations = append(known[0].operations, e)
			known = known[1:]
			continue
		}
		r := g.get(e, "operation:"+e.ID)
		r.operations = append(r.operations, e)
	}
}

// inOrder lists the recordings of which a time is known by the first of those.
func (g *recordingSet) inOrder() []*recording {
	var out []*recording
	for _, r := range g.byID {
		if !r.firstKnown().IsZero() {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *recording) int {
		return cmp.Or(a.firstKnown().Compare(b.firstKnown()), strings.Compare(a.id, b.id))
	})
	return out
}

// beginning is when a recording began as changes or summaries state it.
func (r *recording) beginning() time.Time {
	var at time.Time
	for _, f := range r.flips {
		at = earlier(at, f.start)
	}
	for _, e := range r.summaries {
		at = earlier(at, e.Facts.Recording.Start)
	}
	return at
}

// firstKnown is the first instant at which a recording is known.
func (r *recording) firstKnown() time.Time {
	at := r.beginning()
	for _, f := range r.flips {
		at = earlier(at, f.at)
	}
	for _, e := range r.operations {
		at = earlier(at, e.Time)
	}
	return at
}

// begunBy reports whether a request can be what a recording began by.
func (r *recording) begunBy(request time.Time) bool {
	at := r.beginning()
	return at.IsZero() || !at.After(request.Add(startsWithin))
}

// mergeOperations adds the requests to the changes of a recording. A request is
// the same word as the change that followed it at once; else it tells of a
// change whose event was lost.
func (r *recording) mergeOperations() {
	told := len(r.flips)
	taken := make([]bool, told)
	for _, e := range r.operations {
		change := e.Facts.RecordingOperation.Change
		f := flip{at: e.Time, on: change == schema.RecordingStart || change == schema.RecordingResume,
			event: e.ID, source: schema.BoundRecordingOperation}
		if f.on {
			f.start = e.Time // what resumes did not begin earlier
		}
		same, apart := -1, slack
		for i, o := range r.flips[:told] {
			d := o.at.Sub(f.at).Abs()
			if change == schema.RecordingStart && !o.start.IsZero() {
				d = min(d, o.start.Sub(f.at).Abs())
			}
			if o.on == f.on && !taken[i] && d <= apart {
				same, apart = i, d
			}
		}
		if same >= 0 {
			taken[same] = true
			continue
		}
		r.flips = append(r.flips, f)
	}
}
