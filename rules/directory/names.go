package directory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// Names lists the displayed names that a call showed, one for each identity,
// surface, source and name, with what the directory said of the identity then.
// They are ordered by identity, surface, source and name.
func (d *Directory) Names(c schema.Call) []schema.ShownName {
	type key struct {
		raw, surface, name string
		source             schema.Source
	}
	at := map[key]int{}
	var out []schema.ShownName
	for _, n := range c.Names {
		k := key{n.RawID, n.Surface, n.DisplayName, n.Source}
		i, seen := at[k]
		if !seen {
			i = len(out)
			at[k] = i
			out = append(out, schema.ShownName{CallID: c.ID, RawID: n.RawID, Surface: n.Surface, Source: n.Source, Name: n.DisplayName})
		}
		x := &out[i]
		if !seen || precedes(n, x) {
			x.First, x.Event = n.First, n.Event
		}
		if n.Last.After(x.Last) {
			x.Last = n.Last
		}
		x.Kinds = append(x.Kinds, n.Kind)
		if n.Label != "" {
			x.Labels = append(x.Labels, n.Label)
		}
	}
	for i := range out {
		x := &out[i]
		x.Kinds, x.Labels = distinct(x.Kinds), distinct(x.Labels)
	}
	d.Look(out)
	slices.SortFunc(out, func(a, b schema.ShownName) int {
		return cmp.Or(strings.Compare(a.RawID, b.RawID), strings.Compare(a.Surface, b.Surface),
			strings.Compare(string(a.Source), string(b.Source)), strings.Compare(a.Name, b.Name))
	})
	return out
}

// Look says of displayed names what the directory said of their identities then.
func (d *Directory) Look(list []schema.ShownName) {
	for i := range list {
		x := &list[i]
		x.Directory = d.shown(x.RawID, x.First, x.Last)
		if x.Directory.Known() && x.Directory.Name != x.Name {
			x.Directory.Near = d.near(x.RawID, x.Directory.Name, x.First, x.Last)
		}
	}
}

// precedes reports whether a name was seen before a row's first time, which is
// not known where it is zero; of two events of one instant the smaller id
// counts.
func precedes(n schema.CallName, x *schema.ShownName) bool {
	switch {
	case n.First.IsZero() != x.First.IsZero():
		return x.First.IsZero()
	case !n.First.Equal(x.First):
		return n.First.Before(x.First)
	}
	return n.Event < x.Event
}

// shown is the directory's name when a name was first shown, or last, where
// that is the first of the two at which it is known.
func (d *Directory) shown(raw string, first, last time.Time) schema.DirectoryName {
	n := d.At(raw, first)
	if n.Basis != schema.DirectorySeenLater || last.Equal(first) {
		return n
	}
	if later := d.At(raw, last); later.Known() {
		return later
	}
	return n
}

func distinct(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
