package calls

import (
	"cmp"
	"slices"
	"time"
)

// threadTolerance is how far outside the known time of an occurrence an event
// may lie that knows only the thread: the receipt of the first joiner comes
// before the server writes the call's start.
const threadTolerance = 2 * time.Second

// Silences of a thread.
const (
	// nightApart is the longest silence within an occurrence that only the thread
	// names: between those of a daily meeting lies more.
	nightApart = 12 * time.Hour
	// stillOn is the longest silence after which a server's word of the thread is
	// still taken for one of the same occurrence, where calls with ids of their own
	// lie in between. It is shorter, since a wrong guess would give a call the
	// participants of another.
	stillOn = 4 * time.Hour
)

// An occurrence is one call that a thread is known of.
type occurrence struct {
	root int
	span
}

// joinThreads joins calls of one thread whose times overlap, and gives the sets
// that know only a thread to the occurrence whose time holds them.
func (g *graph) joinThreads() {
	sets := g.members()
	spans := map[int]span{}
	threads := map[string][]int{} // roots of the calls that know a thread
	for root, members := range sets {
		for _, i := range members {
			spans[root] = spans[root].with(span{g.sets[i].First, g.sets[i].Last})
			if t := g.thread(i); t != "" {
				threads[t] = append(threads[t], root)
			}
		}
	}
	names := sortedKeys(threads)
	for joined := true; joined; { // a call may have become longer through another thread
		joined = false
		for _, t := range names {
			if g.unite(t, threads[t], spans, sets) {
				joined = true
			}
		}
	}
	occurrences := map[string][]occurrence{}
	for _, t := range names {
		if _, is := g.aside[t]; !is {
			occurrences[t] = g.occurrences(threads[t], spans)
		}
	}
	g.placeLoose(occurrences)
}

// occurrences lists the calls of a thread whose time is known, by their start.
func (g *graph) occurrences(roots []int, spans map[int]span) []occurrence {
	var out []occurrence
	seen := map[int]bool{}
	for _, r := range roots {
		if r = g.find(r); !seen[r] && !spans[r].first.IsZero() {
			seen[r] = true
			out = append(out, occurrence{r, spans[r]})
		}
	}
	slices.SortFunc(out, byStart)
	return out
}

func byStart(a, b occurrence) int {
	return cmp.Or(a.first.Compare(b.first), a.last.Compare(b.last), a.root-b.root)
}

// unite joins the calls of a thread that overlap; spans that merely touch stay
// apart, so that back-to-back occurrences do. A thread that would join more
// than MaxJoined calls at once is set aside instead.
func (g *graph) unite(t string, roots []int, spans map[int]span, sets map[int][]int) (joined bool) {
	if _, is := g.aside[t]; is {
		return false
	}
	var groups [][]occurrence
	var end time.Time
	for _, o := range g.occurrences(roots, spans) {
		n := len(groups)
		if n > 0 && (o.first.Before(end) || o.first.Equal(groups[n-1][len(groups[n-1])-1].first)) {
			groups[n-1] = append(groups[n-1], o)
			end = later(end, o.last)
			continue
		}
		groups, end = append(groups, []occurrence{o}), o.last
	}
	for _, group := range groups {
		ids := map[string]bool{}
		for _, o := range group {
			g.correlations(sets[o.root], ids)
		}
		if len(group) > 1 && len(ids) > MaxJoined {
			g.aside[t] = ReasonJoined
			return false
		}
	}
	for _, group := range groups {
		for _, o := range group[1:] {
			a, b := g.find(group[0].root), g.find(o.root)
			if a == b {
				continue
			}
			g.union(a, b)
			root := g.find(a)
			other := a + b - root
			spans[root] = spans[a].with(spans[b])
			sets[root] = append(sets[root], sets[other]...)
			joined = true
		}
	}
	return joined
}

// placeLoose gives the sets that know only a thread to an occurrence of it, and
// makes occurrences of the rest. The chats of meetings neither make a call nor
// join two: what is said outside of any is brought together by UTC day, so that
// a meeting's chat of years is never one.
func (g *graph) placeLoose(occurrences map[string][]occurrence) {
	isThread := func(alias string) bool { return !meetingChat(alias) }
	for t, sets := range g.place(occurrences, isThread) {
		if sets = g.surround(sets, occurrences[t]); len(sets) == 0 {
			continue
		}
		roots, spans := g.joinAlone(sets), map[int]span{}
		for n, i := range sets {
			spans[roots[n]] = spans[roots[n]].with(span{g.sets[i].First, g.sets[i].Last})
		}
		occurrences[t] = append(occurrences[t], g.occurrences(roots, spans)...)
		slices.SortFunc(occurrences[t], byStart)
	}
	for _, sets := range g.place(occurrences, meetingChat) {
		days := map[string]int{} // the first set of each UTC day
		for _, i := range sets {
			day := g.sets[i].First.UTC().Format(time.DateOnly)
			if first, ok := days[day]; ok {
				g.attach(i, first)
			} else {
				days[day] = i
			}
		}
	}
}

// place gives the loose sets with a thread of a kind to its occurrences, and
// returns those that none holds.
func (g *graph) place(occurrences map[string][]occurrence, kind func(alias string) bool) map[string][]int {
	alone := map[string][]int{}
	for i := range g.sets {
		t := g.thread(i)
		if !g.loose[i] || t == "" || !kind(t) || g.sets[i].First.IsZero() {
			continue
		}
		if root, ok := holder(occurrences[threadOf(t)], g.sets[i]); ok {
			g.attach(i, root)
		} else {
			alone[t] = append(alone[t], i)
		}
	}
	return alone
}

// attach puts loose set i under the call of root, whose own root stays.
func (g *graph) attach(i, root int) { g.parent[g.find(i)] = g.find(root) }

// holder finds the occurrence whose time holds s, else the one that it misses
// by the least within the tolerance; of two the later, because clients begin
// before servers write that a call began. Occurrences are in order and do not
// overlap.
func holder(of []occurrence, s AliasSet) (int, bool) {
	n, _ := slices.BinarySearchFunc(of, s.Last.Add(threadTolerance), func(o occurrence, t time.Time) int {
		return cmp.Or(o.first.Compare(t), -1) // one that begins at t counts
	})
	best, least := -1, threadTolerance+1
	for i := n - 1; i >= 0 && i >= n-3; i-- {
		if away := of[i].away(s); away < least {
			best, least = i, away
		}
	}
	if best < 0 {
		return 0, false
	}
	return of[best].root, true
}

// surround gives calls what servers say of their thread before and after them:
// a meeting whose roster is known from 10:00 to 10:30 overlaps the recording of
// which only the beginning is known, at 10:10, by an id of its own. Each set
// goes to the nearest such call; no two calls are joined. The calls, which are
// in order, grow by it. It returns the sets that are left.
func (g *graph) surround(sets []int, of []occurrence) (rest []int) {
	slices.SortFunc(sets, g.byTime)
	var told []int
	for _, i := range sets {
		if g.sets[i].Own {
			rest = append(rest, i)
		} else {
			told = append(told, i)
		}
	}
	for len(told) > 0 {
		n, whole := 1, span{g.sets[told[0]].First, g.sets[told[0]].Last}
		for ; n < len(told) && g.sets[told[n]].First.Sub(whole.last) <= stillOn; n++ {
			whole = whole.with(span{g.sets[told[n]].First, g.sets[told[n]].Last})
		}
		if within := overlapped(of, whole); len(within) > 0 {
			g.share(told[:n], within)
		} else {
			rest = append(rest, told[:n]...)
		}
		told = told[n:]
	}
	return slices.DeleteFunc(rest, func(i int) bool { // what clients say within what the calls have grown by
		root, held := holder(of, g.sets[i])
		if held {
			g.attach(i, root)
		}
		return held
	})
}

// share gives each of the sets to the nearest occurrence, of two the later; the
// occurrences grow by them.
func (g *graph) share(sets []int, of []occurrence) {
	grown := slices.Clone(of)
	for _, i := range sets {
		s := g.sets[i]
		after, _ := slices.BinarySearchFunc(of, s.Last, func(o occurrence, t time.Time) int { return cmp.Or(o.first.Compare(t), -1) })
		best := max(after-1, 0)
		if after < len(of) && of[after].away(s) <= of[best].away(s) {
			best = after
		}
		g.attach(i, of[best].root)
		grown[best].span = grown[best].with(span{s.First, s.Last})
	}
	copy(of, grown)
}

// away is how far a set lies from an occurrence, 0 within it.
func (o occurrence) away(s AliasSet) time.Duration {
	return max(o.first.Sub(s.Last), s.First.Sub(o.last), 0)
}

// overlapped are the occurrences, which are in order and do not overlap each
// other, that have an instant in common with a span.
func overlapped(of []occurrence, s span) []occurrence {
	from, _ := slices.BinarySearchFunc(of, s.first, func(o occurrence, t time.Time) int { return cmp.Or(o.last.Compare(t), 1) })
	to := from
	for to < len(of) && !of[to].first.After(s.last) {
		to++
	}
	return of[from:to]
}

// byTime orders sets by what they speak of.
func (g *graph) byTime(a, b int) int {
	return cmp.Or(g.sets[a].First.Compare(g.sets[b].First), a-b)
}

// joinAlone makes occurrences of sets that know a thread that no call knows:
// a pause of more than nightApart begins another. It puts the sets in order of
// time and returns the root of each.
func (g *graph) joinAlone(sets []int) []int {
	slices.SortFunc(sets, g.byTime)
	end := g.sets[sets[0]].Last
	for n := 1; n < len(sets); n++ {
		s := g.sets[sets[n]]
		if s.First.Sub(end) <= nightApart {
			g.attach(sets[n], sets[n-1])
		}
		end = later(end, s.Last)
	}
	roots := make([]int, len(sets))
	for n, i := range sets {
		roots[n] = g.find(i)
	}
	return roots
}
