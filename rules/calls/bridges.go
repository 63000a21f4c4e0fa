package calls

import "slices"

// cutBridges sets aliases aside that hold a call together only through other
// ids: without such an alias its call would fall into pieces that are too many
// or too distant to be one. It looks only into components that break a limit,
// and at each alias with all others in place, and reports whether it found any.
//
// Sets and aliases are the nodes of a graph, in which an alias that holds
// pieces together is an articulation point: one depth-first walk finds them all
// (Hopcroft and Tarjan, 1973), so that the work grows with the number of edges.
func (g *graph) cutBridges() bool {
	found := map[string]string{}
	for _, sets := range g.members() {
		if g.breaks(sets) {
			newWalk(g, sets).bridges(found)
		}
	}
	for a, reason := range found {
		g.aside[a] = reason
	}
	return len(found) > 0
}

// A walk goes through one component depth first. Nodes below len(sets) are
// sets, the others aliases.
type walk struct {
	sets    []int
	names   []string // of the aliases
	edges   [][]int32
	extents []extent

	entered, low []int32 // low: the earliest node that the subtree reaches
	parent       []int32
	order        []int32 // nodes as they were entered
	size         []int32 // of each node's subtree
	sum          []extent
	prefix       []extent // of order[:i]
	suffix       []extent // of order[i:]
}

func newWalk(g *graph, sets []int) *walk {
	w := &walk{sets: sets}
	index := map[string]int32{}
	w.edges = make([][]int32, len(sets))
	for n, i := range sets {
		w.extents = append(w.extents, g.extent(i))
		g.believed(i, func(a string) {
			at, known := index[a]
			if !known {
				at = int32(len(w.edges))
				index[a] = at
				w.names = append(w.names, a)
				w.edges = append(w.edges, nil)
			}
			w.edges[n] = append(w.edges[n], at)
			w.edges[at] = append(w.edges[at], int32(n))
		})
	}
	w.extents = append(w.extents, make([]extent, len(w.names))...) // aliases have no time of their own
	w.run()
	return w
}

// run enters every node from the first set on, without recursion: a chain of
// ids may be as long as there are calls.
func (w *walk) run() {
	n := len(w.edges)
	w.entered, w.low, w.parent, w.size = make([]int32, n), make([]int32, n), make([]int32, n), make([]int32, n)
	next := make([]int32, n)
	for i := range w.entered {
		w.entered[i], w.parent[i] = -1, -1
	}
	enter := func(v int32) {
		w.entered[v], w.low[v] = int32(len(w.order)), int32(len(w.order))
		w.order = append(w.order, v)
	}
	enter(0)
	for v := int32(0); v >= 0; {
		if int(next[v]) == len(w.edges[v]) {
			if p := w.parent[v]; p >= 0 {
				w.low[p] = min(w.low[p], w.low[v])
			}
			v = w.parent[v]
			continue
		}
		to := w.edges[v][next[v]]
		next[v]++
		switch {
		case w.entered[to] < 0:
			w.parent[to] = v
			enter(to)
			v = to
		case to != w.parent[v]:
			w.low[v] = min(w.low[v], w.entered[to])
		}
	}
	w.add()
}

// add sums the extents of subtrees, and of all nodes before and after each.
func (w *walk) add() {
	n := len(w.order)
	w.sum = slices.Clone(w.extents)
	w.prefix, w.suffix = make([]extent, n+1), make([]extent, n+1)
	for i, v := range w.order {
		w.prefix[i+1] = w.prefix[i].with(w.extents[v])
		w.size[v] = 1
	}
	for i, v := range slices.Backward(w.order) {
		w.suffix[i] = w.suffix[i+1].with(w.extents[v])
		if p := w.parent[v]; p >= 0 {
			w.size[p] += w.size[v]
			w.sum[p] = w.sum[p].with(w.sum[v])
		}
	}
}

// bridges judges each alias by the pieces that it holds together.
func (w *walk) bridges(found map[string]string) {
	for k, name := range w.names {
		if kindOf(name) == CorrelationID {
			continue
		}
		a := int32(len(w.sets) + k)
		var pieces []extent
		at := w.entered[a]
		rest := w.prefix[at].with(w.suffix[at+w.size[a]]) // what is not below it
		for _, child := range w.edges[a] {
			switch {
			case w.parent[child] != a:
			case w.low[child] >= at:
				pieces = append(pieces, w.sum[child])
			default:
				rest = rest.with(w.sum[child])
			}
		}
		if len(pieces) == 0 {
			continue
		}
		if reason := verdict(append(pieces, rest)); reason != "" {
			found[name] = reason
		}
	}
}
