// Package directory knows which displayed name the directory had for a user at
// an instant, so that yesterday's call is judged by yesterday's name. It is
// pure: no clock, no I/O, and the order and repetition of what was seen change
// nothing. DESIGN.md says what is taken for known.
package directory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// A Sighting is one statement of the directory about one user.
type Sighting struct {
	// At is when the directory was seen to say so; zero: not known.
	At time.Time
	// Offset and Index order sightings of one instant, as Kafka has them.
	Offset int64
	Index  uint32
	Event  string
	Entry  schema.DirectoryEntry
}

// A Directory is the history of the users of all directories that were seen. A
// nil one knows nobody.
type Directory struct{ users map[string]*history }

// history is what is known of one user.
type history struct {
	dated   []state // by time; each holds until the next
	undated []state // the distinct ones, by name

	principal state // the latest principal name, as name
}

// state is what the directory says of a user from an instant on.
type state struct {
	at      time.Time
	offset  int64
	index   uint32
	basis   schema.DirectoryBasis // DirectoryHeld, DirectoryRemoved, DirectoryNoName, DirectorySeveral
	name    string
	event   string
	nothing bool // a minimal answer that says nothing of the name
}

// New makes a directory of all that was seen of it.
func New(seen []Sighting) *Directory {
	d := &Directory{users: map[string]*history{}}
	for _, s := range seen {
		key := Key(s.Entry.RawID)
		if key == "" {
			continue
		}
		h := d.users[key]
		if h == nil {
			h = &history{}
			d.users[key] = h
		}
		x := stateOf(s)
		if p := s.Entry.Principal; p != "" {
			if y := (state{at: s.At, offset: s.Offset, index: s.Index, name: p}); y.after(h.principal) {
				h.principal = y
			}
		}
		switch {
		case !x.at.IsZero():
			h.dated = append(h.dated, x)
		case x.basis != schema.DirectoryRemoved: // when it was removed is not known
			h.undated = append(h.undated, x)
		}
	}
	for _, h := range d.users {
		h.settle()
	}
	return d
}

func stateOf(s Sighting) state {
	x := state{at: s.At, offset: s.Offset, index: s.Index, event: s.Event, basis: schema.DirectoryHeld, name: s.Entry.DisplayName}
	switch {
	case s.Entry.Removed != "":
		x.basis, x.name = schema.DirectoryRemoved, ""
	case x.name != "":
	case slices.Contains(s.Entry.Cleared, "displayName"):
		x.basis = schema.DirectoryNoName
	default:
		x.nothing = true
	}
	return x
}

// same reports whether two states say the same of the name.
func (x state) same(y state) bool { return x.basis == y.basis && x.name == y.name }

// after reports whether a state was seen later than another; of two at one place
// the greater name is.
func (x state) after(y state) bool {
	return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.offset, y.offset), cmp.Compare(x.index, y.index), strings.Compare(x.name, y.name)) > 0
}

// compare orders what two states say, whatever their time.
func (x state) compare(y state) int {
	return cmp.Or(strings.Compare(string(x.basis), string(y.basis)), strings.Compare(x.name, y.name), strings.Compare(x.event, y.event))
}

// settle orders what was seen and leaves out what repeats.
func (h *history) settle() {
	silent := func(x state) bool { return x.nothing }
	h.dated = slices.DeleteFunc(h.dated, silent)
	h.undated = slices.DeleteFunc(h.undated, silent)
	slices.SortFunc(h.dated, func(a, b state) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.offset, b.offset), cmp.Compare(a.index, b.index), a.compare(b))
	})
	dated := h.dated[:0]
	for _, x := range h.dated {
		n := len(dated)
		switch {
		case n > 0 && dated[n-1].at.Equal(x.at) && dated[n-1].offset == x.offset && dated[n-1].index == x.index:
			if !dated[n-1].same(x) { // nothing tells which of them was the later one
				dated[n-1].basis, dated[n-1].name, dated[n-1].event = schema.DirectorySeveral, "", ""
			}
		case n > 0 && dated[n-1].same(x):
		default:
			dated = append(dated, x)
		}
	}
	h.dated = slices.Clip(dated)
	slices.SortFunc(h.undated, state.compare)
	h.undated = slices.Clip(slices.CompactFunc(h.undated, state.same))
}

// Key is the part of a raw id by which a user's object is known to the
// directory, the same in every cloud; empty for an identity that no directory
// can have.
func Key(raw string) string {
	if rawid.Identity(raw) == schema.IdentityTeamsUser {
		return raw[strings.LastIndexByte(raw, ':')+1:]
	}
	if rawid.IsGUID([]byte(raw)) { // as Azure Monitor writes a Teams user
		return strings.ToLower(raw)
	}
	return ""
}

// At returns which name the directory had for an identity at an instant. A zero
// instant is one that is not known.
func (d *Directory) At(raw string, at time.Time) schema.DirectoryName {
	key := Key(raw)
	if key == "" {
		return schema.DirectoryName{}
	}
	var h *history
	if d != nil {
		h = d.users[key]
	}
	if h == nil || len(h.dated) == 0 && len(h.undated) == 0 {
		return schema.DirectoryName{Basis: schema.DirectoryNotListed}
	}
	if h.contradicted() {
		return schema.DirectoryName{Basis: schema.DirectorySeveral}
	}
	i := 0
	if !at.IsZero() {
		i, _ = slices.BinarySearchFunc(h.dated, at, func(x state, at time.Time) int {
			if x.at.After(at) {
				return 1
			}
			return -1
		})
	}
	if i > 0 {
		x := h.dated[i-1]
		return schema.DirectoryName{Basis: x.basis, Name: x.name, From: x.at, Event: x.event}
	}
	if len(h.undated) == 0 {
		return schema.DirectoryName{Basis: schema.DirectorySeenLater}
	}
	return h.only()
}

// contradicted reports whether the directory was seen at a time that is not
// known with something that it was not seen with at any known time: then
// nothing tells from when to when that held.
func (h *history) contradicted() bool {
	return len(h.dated) > 0 && slices.ContainsFunc(h.undated, func(u state) bool {
		return !slices.ContainsFunc(h.dated, u.same)
	})
}

// only is the one name that the directory was ever seen with.
func (h *history) only() schema.DirectoryName {
	x := h.undated[0]
	for _, y := range slices.Concat(h.undated, h.dated) {
		if !x.same(y) && y.basis != schema.DirectoryRemoved {
			return schema.DirectoryName{Basis: schema.DirectorySeveral}
		}
	}
	if x.basis == schema.DirectoryHeld {
		x.basis = schema.DirectoryOnly
	}
	return schema.DirectoryName{Basis: x.basis, Name: x.name, Event: x.event}
}
