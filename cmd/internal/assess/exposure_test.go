package assess

import (
	"testing"
	"time"

	"rollcall/schema"
)

func TestExposed(t *testing.T) {
	t0 := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }
	stated := schema.BoundEventGrid
	for _, c := range []struct {
		name                           string
		join, start, leave, end        int // minutes; 0 for leave and end: goes on
		joined, left, started, stopped schema.BoundSource
		known                          int // minutes; the last instant of a stated capture
		all, assumed                   int
	}{
		{"leaves first", 0, 5, 20, 30, stated, stated, stated, stated, 0, 15, 0},
		{"episode ends first", 0, 5, 40, 30, stated, stated, stated, stated, 0, 25, 0},
		{"both go on", 0, 5, 0, 0, stated, schema.BoundOpen, stated, schema.BoundOpen, 0, 55, 0},
		{"assumed leave that bounds", 0, 5, 20, 30, stated, schema.BoundAssumedCallEnd, stated, stated, 0, 15, 15},
		{"assumed leave after the end", 0, 5, 40, 30, stated, schema.BoundAssumedCallEnd, stated, stated, 0, 25, 0},
		{"assumed end that bounds", 0, 5, 40, 30, stated, stated, stated, schema.BoundAssumedCallEnd, 0, 25, 25},
		{"assumed end after a stated part", 0, 5, 40, 30, stated, stated, stated, schema.BoundAssumedCallEnd, 20, 25, 10},
		{"left before the assumed end", 0, 5, 20, 30, stated, stated, stated, schema.BoundAssumedCallEnd, 10, 15, 10},
		{"assumed join before the start", 0, 5, 20, 30, schema.BoundAssumedFirstSeen, stated, stated, stated, 0, 15, 0},
		{"assumed join that bounds", 10, 5, 20, 30, schema.BoundAssumedFirstSeen, stated, stated, stated, 0, 10, 10},
		{"exposed after now", 70, 65, 0, 0, stated, schema.BoundOpen, stated, schema.BoundOpen, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &schema.Session{Joined: schema.Bound{At: at(c.join), Source: c.joined}, Left: schema.Bound{Source: c.left}}
			e := &schema.Episode{Start: schema.Bound{At: at(c.start), Source: c.started}, End: schema.Bound{Source: c.stopped}}
			if c.leave > 0 {
				s.Left.At = at(c.leave)
			}
			if c.known > 0 {
				e.AssumedFrom = at(c.known)
			}
			if c.end > 0 {
				e.End.At = at(c.end)
			}
			o := schema.Obligation{JoinedAt: s.Joined.At, LeftAt: s.Left.At, EpisodeEnd: e.End.At, ExposedAt: at(max(c.join, c.start))}
			all, assumed := exposed(o, s, e, at(60))
			if all != time.Duration(c.all)*time.Minute || assumed != time.Duration(c.assumed)*time.Minute {
				t.Errorf("%v, %v of it assumed; want %d and %d minutes", all, assumed, c.all, c.assumed)
			}
		})
	}
}
