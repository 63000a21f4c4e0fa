package assess

import (
	"container/heap"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"rollcall/ingest"
	"rollcall/rules/apphour"
	"rollcall/rules/assemble"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A kept is a large call between its evaluations: what an app says meanwhile is
// given to the sessions that it is about, and only these are judged and written
// again, under the version that counts already. Whatever changes more than that
// has the call evaluated anew.
type kept struct {
	id       string
	n        int             // events, and what takes as much memory
	keys     map[string]bool // alias sets
	version  uint64
	now      time.Time // of the newest evaluation
	spine    *assemble.Spine
	results  Results                  // without what sessions have
	sessions []keptSession            // in the order of the spine's
	places   map[string]int           // by session id
	others   map[string]*schema.Event // those that are no words, by id
	pending  dueSessions
	waiting  []schema.Event // dated after now
	used     time.Time      // by the clock

	news news // guarded by the Live's mutex
}

// The news of a kept call are the alias sets that new evidence names, and where
// that is stored. With stale the call is to be evaluated anew.
type news struct {
	keys   map[string]bool
	ranges []ingest.Range
	stale  bool
}

// A keptSession is what is to be known of a session of a kept call to replace
// what it contributes.
type keptSession struct {
	core     [sha256.Size]byte // of what the call as a whole is judged and metered by
	checks   map[string]rule.Population
	hours    []apphour.Tally
	findings int
	due      time.Time // when its next pending obligation is due; zero: none
}

// keeper begins to keep a call, or returns nil: it is too small to.
func (l *Live) keeper(g *gathered, version uint64) *kept {
	if g.n < l.cfg.Large {
		return nil
	}
	k := &kept{id: g.id, n: g.n, keys: g.keys, version: version, places: map[string]int{}, others: g.events.Others()}
	listed := 0
	for _, e := range k.others {
		if r := e.Facts.Roster; r != nil {
			listed += len(r.RawIDs)
		}
	}
	k.n += listed / listedAnEvent
	return k
}

// listedAnEvent is how many participants that rosters list take as much memory as
// an event: each roster of a large meeting lists all who are in it.
const listedAnEvent = 12

// add takes what follows for the next session. due is when the next of its
// obligations is.
func (k *kept) add(p Part, due time.Time) {
	if k == nil {
		return
	}
	k.places[p.Session.ID] = len(k.sessions)
	k.sessions = append(k.sessions, keptSession{core: coreOf(p), checks: p.Checks, hours: p.Hours, findings: len(p.Findings)})
	k.await(len(k.sessions)-1, due)
}

// complete takes the rest.
func (k *kept) complete(spine *assemble.Spine, r Results) {
	k.spine, k.results = spine, r
	k.results.Lines, k.results.Free, k.results.Names = nil, nil, nil // they stand
	k.results.Call.Sessions = nil
	for _, s := range k.sessions {
		k.results.Checks = less(k.results.Checks, s.checks)
	}
}

// less takes populations away: what is left is that of the call as a whole.
func less(from, some map[string]rule.Population) map[string]rule.Population {
	for name, p := range some {
		of := from[name]
		of.Add(rule.Population{Population: -p.Population, Pass: -p.Pass, Fail: -p.Fail, NoEvidence: -p.NoEvidence, NotApplicable: -p.NotApplicable})
		from[name] = of
	}
	return from
}

// coreOf is a digest of all of a session that is judged or metered with the call
// as a whole: all but what was said in it.
func coreOf(p Part) [sha256.Size]byte {
	s := p.Session
	s.Receipts, s.Signals, s.Consents = nil, nil, nil
	text, err := json.Marshal(s, json.Deterministic(true))
	if err != nil {
		return [sha256.Size]byte{} // it is written nowhere either: evaluating fails
	}
	return sha256.Sum256(text)
}

// A dueSession is a session that is to be judged again when an obligation of it
// is due.
type dueSession struct {
	at    time.Time
	place int
}

// dueSessions is a heap, the earliest first.
type dueSessions []dueSession

func (d dueSessions) Len() int           { return len(d) }
func (d dueSessions) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d dueSessions) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *dueSessions) Push(x any) { *d = append(*d, x.(dueSession)) }

// Pop implements heap.Interface.
func (d *dueSessions) Pop() any {
	old := *d
	last := old[len(old)-1]
	*d = old[:len(old)-1]
	return last
}

// await notes when a session is due; zero: no more.
func (k *kept) await(place int, due time.Time) {
	s := &k.sessions[place]
	if !due.IsZero() && !due.Equal(s.due) {
		heap.Push(&k.pending, dueSession{due, place})
	}
	s.due = due
}

// due removes the sessions that are due by now.
func (k *kept) due(now time.Time) (places []int) {
	for len(k.pending) > 0 && !k.pending[0].at.After(now) {
		d := heap.Pop(&k.pending).(dueSession)
		if k.sessions[d.place].due.Equal(d.at) {
			k.sessions[d.place].due = time.Time{}
			places = append(places, d.place)
		}
	}
	return places
}

// next is when the first session is due; zero: none.
func (k *kept) next() time.Time {
	if len(k.pending) == 0 {
		return time.Time{}
	}
	return k.pending[0].at
}

// keptFor is how long a call is kept that nothing is heard of.
const keptFor = time.Hour

// keep keeps calls that were evaluated, in the place of those that had any of
// their alias sets, and forgets those that were used longest ago. What was stored
// of them while they were evaluated is new to them.
func (l *Live) keep(list []*kept, evaluated map[string]bool) {
	clock := l.deps.Clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = slices.DeleteFunc(l.kept, func(k *kept) bool {
		for key := range k.keys {
			if evaluated[key] {
				return true
			}
		}
		return clock.Sub(k.used) > keptFor
	})
	for _, k := range list {
		k.used = clock
		for _, t := range l.during {
			k.touch(t)
		}
		l.kept = append(l.kept, k)
	}
	for events, i := 0, len(l.kept)-1; i >= 0; i-- { // those used last are the last
		k := l.kept[i]
		if events += k.n; events > l.cfg.Keep {
			l.kept = append(l.kept[:i:i], l.kept[i+1:]...)
			events -= k.n
		}
	}
	l.deps.Metrics.keeps(len(l.kept))
}

// touch notes that new evidence names some alias sets, and where it is stored:
// without any, or with too many places, the call is evaluated anew.
func (k *kept) touch(t touch) {
	mine := keysIn(t.keys, k)
	if len(mine) == 0 {
		return
	}
	if k.news.keys == nil {
		k.news.keys = map[string]bool{}
	}
	for _, key := range mine {
		k.news.keys[key] = true
	}
	k.news.ranges = append(k.news.ranges, t.ranges...)
	if k.news.stale = k.news.stale || len(t.ranges) == 0 || len(k.news.ranges) > maxNews; k.news.stale {
		k.news.ranges = nil
	}
}

// maxNews bounds how many ranges of offsets are read for what is new of a call.
const maxNews = 2000

// forget forgets kept calls: they are evaluated anew, or are no more.
func (l *Live) forget(gone func(*kept) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = slices.DeleteFunc(l.kept, gone)
	l.deps.Metrics.keeps(len(l.kept))
}
