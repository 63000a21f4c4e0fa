package assess

import (
	"context"
	"slices"
	"time"

	"rollcall/cmd/internal/touched"
)

// Judged is the instant up to which all evidence is stored and evaluated; zero
// until it is known. It is that of the last round but one: of what is stored
// Touch tells a moment later. Of several that share the calls the one that leads
// knows it of all.
func (l *Live) Judged() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shared.leastJudged(l.judged)
}

// completed notes that all is evaluated that was touched before a round.
func (l *Live) completed(now time.Time) {
	if now = l.all(now); now.IsZero() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.judged, l.last = l.last, now
	l.deps.Metrics.frontier(l.judged)
}

// sayEvery is how often who does not lead says how far it is.
const sayEvery = 5 * time.Second

// sayJudged tells who leads up to when all is judged that is held here. What is not
// said in time is missed: a service that hangs lets the heartbeat of all end.
func (l *Live) sayJudged(ctx context.Context) {
	s := &l.shared
	if l.deps.Share == nil || s.ring.Leads() || len(s.ring.Held) == 0 || l.judged.IsZero() || l.deps.Clock().Sub(s.said) < sayEvery {
		return
	}
	err := l.deps.Share.Tell(ctx, []touched.Message{{Root: "judged", Judged: &touched.Judged{Until: l.judged, Held: s.ring.Held}}})
	if err != nil {
		if ctx.Err() == nil {
			l.deps.Logger.Warn("assess: who leads can't be told how far this service is, it is tried again", "error", err)
		}
		return
	}
	s.said = l.deps.Clock()
}

// heardOf notes how far another is.
func (l *Live) heardOf(j touched.Judged) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.shared
	if s.judged == nil {
		s.judged = map[int]time.Time{}
	}
	for _, p := range j.Held {
		if j.Until.After(s.judged[p]) {
			s.judged[p] = j.Until
		}
	}
}

// leastJudged is up to when all is judged, where mine is: that of this service
// alone, unless it leads. Zero: of some it is not known.
func (s *sharing) leastJudged(mine time.Time) time.Time {
	if !s.ring.Leads() {
		return mine
	}
	for p := range s.ring.Partitions {
		if !slices.Contains(s.ring.Held, p) && s.judged[p].Before(mine) {
			mine = s.judged[p]
		}
	}
	return mine
}
