package assess

import (
	"container/heap"
	"time"

	"rollcall/rules/catalogue"
	"rollcall/schema"
)

// plan notes when a call is to be evaluated again though nothing new comes:
// when a result is due next, and when an open call has been quiet for too long.
func (l *Live) plan(r Results, next time.Time, keys []string, now time.Time) {
	if next = lookAgain(r, next, now); !l.holds(r.Call.ID) {
		next = time.Time{}
	}
	l.plans.set(r.Call.ID, next, keys)
}

// lookAgain is when a call is to be evaluated again of which a result is due next;
// zero: not at all.
func lookAgain(r Results, next, now time.Time) time.Time {
	if r.Call.End.At.IsZero() {
		next = sooner(next, now.Add(r.Policy.Base().Quiet+time.Millisecond))
	}
	return next
}

// await notes when events that are dated after now will have come: one that was
// stored while a round was under way, or of a client whose clock is ahead, must
// not wait until something else touches its call.
func (l *Live) await(a around) {
	for _, key := range a.keys {
		at := a.later[key]
		if at.IsZero() {
			delete(l.awaited, key)
			continue
		}
		if !l.awaited[key].Equal(at) {
			l.awaited[key] = at
			heap.Push(&l.deadlines, deadline{at: at, keys: []string{key}})
		}
	}
}

// due is the first instant after now at which what is judged of a session may
// change by itself; zero where there is none.
func due(call schema.Call, p Part, now time.Time) time.Time {
	return catalogue.Due(call, p.Session.Session, p.Obligations, catalogue.Input{Policy: p.Policy, Now: now})
}

// sooner is the earlier of two instants; a zero one is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// plans are when calls are to be looked at next: one instant of evidence time
// for each call, however often it is planned anew.
type plans struct {
	queue deadlines
	of    map[string]plan // by call
}

type plan struct {
	at     time.Time // zero: no more
	keys   []string  // alias sets
	queued time.Time // the earliest instant at which the queue has the call
}

// set plans a call, in the place of what was planned; zero: not at all.
func (p *plans) set(call string, at time.Time, keys []string) {
	old, is := p.of[call]
	switch {
	case at.IsZero() && !is:
		return
	case at.IsZero():
		p.of[call] = plan{queued: old.queued}
		return
	case p.of == nil:
		p.of = map[string]plan{}
	}
	if !is || at.Before(old.queued) {
		heap.Push(&p.queue, deadline{at: at, call: call})
		old.queued = at
	}
	p.of[call] = plan{at, keys, old.queued}
}

// due removes the calls that are to be looked at by now, and lists their alias
// sets.
func (p *plans) due(now time.Time) (out [][]string) {
	for _, d := range p.queue.due(now) {
		switch is := p.of[d.call]; {
		case !is.queued.Equal(d.at): // it was queued earlier
		case is.at.IsZero():
			delete(p.of, d.call)
		case is.at.After(now):
			is.queued = is.at
			p.of[d.call] = is
			heap.Push(&p.queue, deadline{at: is.at, call: d.call})
		default:
			delete(p.of, d.call)
			out = append(out, is.keys)
		}
	}
	return out
}

// A deadline is an instant of evidence time at which calls are evaluated again.
type deadline struct {
	at   time.Time
	keys []string
	kept bool   // kept calls know what there is to do
	call string // that is planned
}

// deadlines is a heap, the earliest first.
type deadlines []deadline

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *deadlines) Push(x any) { *d = append(*d, x.(deadline)) }

// Pop implements heap.Interface.
func (d *deadlines) Pop() any {
	old := *d
	last := old[len(old)-1]
	*d = old[:len(old)-1]
	return last
}

// due removes the deadlines that have come by now.
func (d *deadlines) due(now time.Time) (out []deadline) {
	for len(*d) > 0 && !(*d)[0].at.After(now) {
		out = append(out, heap.Pop(d).(deadline))
	}
	return out
}
