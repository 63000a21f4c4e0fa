package directory

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A Holding is a name that the directory had of a user from an instant until
// another.
type Holding struct {
	RawID string // "8:orgid:…"
	// Principal is the user's latest known principal name; empty: none was seen.
	Principal string
	Name      string
	// From is zero where it is not known since when, Until where the name held to
	// this day or it is not known until when.
	From, Until time.Time
	Event       string
}

// Holdings lists the names that the directory had of all users, in no order.
// Where nothing tells which of several names held when, each did at any time.
func (d *Directory) Holdings() iter.Seq[Holding] {
	return func(yield func(Holding) bool) {
		if d == nil {
			return
		}
		for key, h := range d.users {
			for _, x := range h.holdings() {
				x.RawID, x.Principal = "8:orgid:"+key, h.principal.name
				if !yield(x) {
					return
				}
			}
		}
	}
}

func (h *history) holdings() []Holding {
	var out []Holding
	always := h.contradicted() || len(h.dated) == 0
	for i, x := range h.dated {
		if x.basis != schema.DirectoryHeld {
			continue
		}
		hold := Holding{Name: x.name, From: x.at, Event: x.event}
		if i+1 < len(h.dated) {
			hold.Until = h.dated[i+1].at
		}
		if always {
			hold.From, hold.Until = time.Time{}, time.Time{}
		}
		if i == 0 && len(h.undated) > 0 && h.only().Basis == schema.DirectoryOnly {
			hold.From = time.Time{} // it was seen with no other name
		}
		out = append(out, hold)
	}
	if always {
		for _, x := range h.undated {
			if x.basis == schema.DirectoryHeld && !slices.ContainsFunc(out, func(o Holding) bool { return o.Name == x.name }) {
				out = append(out, Holding{Name: x.name, Event: x.event})
			}
		}
	}
	return out
}

// NearLimit is how far from a displayed name another name of the directory is
// still told.
const NearLimit = 30 * 24 * time.Hour

// near lists the other names that the directory had shortly before or after a
// name was shown, each with how far that was, by distance and name.
func (d *Directory) near(raw, name string, first, last time.Time) []schema.NearName {
	if d == nil || first.IsZero() {
		return nil
	}
	h := d.users[Key(raw)]
	if h == nil {
		return nil
	}
	var out []schema.NearName
	for i, x := range h.dated {
		if x.basis != schema.DirectoryHeld || x.name == name {
			continue
		}
		away := max(x.at.Sub(later(first, last)), 0)
		if i+1 < len(h.dated) {
			away = max(away, first.Sub(h.dated[i+1].at))
		}
		if away <= NearLimit {
			out = append(out, schema.NearName{Name: x.name, Away: away})
		}
	}
	slices.SortFunc(out, func(a, b schema.NearName) int {
		return cmp.Or(cmp.Compare(a.Away, b.Away), strings.Compare(a.Name, b.Name))
	})
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
