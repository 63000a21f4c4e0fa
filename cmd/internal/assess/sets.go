package assess

import (
	"time"

	"rollcall/rules/calls"
)

// A setList gathers alias sets, each once.
type setList struct {
	at   map[string]int // by key
	sets []calls.AliasSet
}

// add takes what some events with the same ids say of them. The span of a set is
// that of servers' events where there are any: clients' clocks may be wrong.
func (l *setList) add(s calls.AliasSet) {
	i, seen := l.at[s.Key]
	if !seen {
		if l.at == nil {
			l.at = map[string]int{}
		}
		l.at[s.Key] = len(l.sets)
		l.sets = append(l.sets, s)
		return
	}
	o := &l.sets[i]
	if o.Time.IsZero() || !s.Time.IsZero() && s.Time.Before(o.Time) {
		o.Time = s.Time
	}
	switch {
	case s.Own && !o.Own:
		return
	case !s.Own && o.Own:
		o.First, o.Last, o.Own = time.Time{}, time.Time{}, false
	}
	if o.First.IsZero() || !s.First.IsZero() && s.First.Before(o.First) {
		o.First = s.First
	}
	if s.Last.After(o.Last) {
		o.Last = s.Last
	}
}
