// Package findings is what persons work with: findings with what was said of
// them, and every change since they were found (design.md, section 6).
//
// Whether a finding is open is what the newest evaluation says; its changes say
// who answers for it, what was decided, and where one went that is no longer
// found. Changes are only ever added, and what holds now follows from all of
// them in their order.
//
// A console lists findings by Store.Page, shows one with its history by Store.Get,
// and takes what somebody says of it by Store.Say:
//
//	page, err := store.Page(ctx, findings.Filter{Severities: []string{"high"}, Unowned: true}, "", 50)
//	f := page.Findings[0]
//	f, err = store.Say(ctx, f.ID, findings.Word{Who: "ana", Action: schema.ActionAssign, Owner: "ana", Seen: &f.Revision})
//	if errors.Is(err, findings.ErrChanged) {
//		// somebody was quicker: f is how it is now
//	}
package findings

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A Note is what a person wrote on a finding.
type Note struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	Text string    `json:"text"`

	id string // of the change
}

// A State is what follows from the changes of a finding.
type State struct {
	Owner       string
	Closed      bool // by a person
	Disposition string
	Notes       []Note // by time
	// From are the findings that went over into this one, sorted.
	From []string
	// Gone is how an evaluation closed it; nil where none did, or it was found
	// again.
	Gone *schema.FindingChange
	// Changed is when anything changed last; zero: never.
	Changed time.Time
	// Word is the last change that a person made and that holds for
	// the finding; empty: nobody said anything.
	Word string
}

// Status is the status of a finding: judged is the one that judging gave it, and
// found says whether it is found now.
func (s State) Status(judged string, found bool) string {
	switch {
	case !found && s.Gone != nil && s.Gone.Action == schema.ActionSupersede:
		return schema.FindingSuperseded
	case !found:
		return schema.FindingWithdrawn
	case s.Closed:
		return schema.FindingClosed
	case judged == schema.FindingNew && s.Owner != "":
		return schema.FindingInProgress
	}
	return judged
}

// Replay says what follows from changes, by finding. Their order and repetition
// mean nothing. To be whole for a finding they must hold all changes of it and
// of those that went over into it.
func Replay(changes []schema.FindingChange) map[string]*State {
	changes = slices.Clone(changes)
	slices.SortFunc(changes, func(a, b schema.FindingChange) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Who, b.Who), strings.Compare(a.ID, b.ID))
	})
	seen := map[string]bool{}
	changes = slices.DeleteFunc(changes, func(c schema.FindingChange) bool {
		again := seen[c.ID]
		seen[c.ID] = true
		return again
	})
	r := replay{}
	for len(changes) > 0 {
		c := changes[0]
		n := 1
		if c.Action.OfLife() {
			// The changes of one evaluation happen at once: where three findings
			// each take the place of the next, each hands on what it had.
			for n < len(changes) && changes[n].At.Equal(c.At) && changes[n].Action.OfLife() {
				n++
			}
			r.life(changes[:n])
		} else {
			r.person(c)
		}
		changes = changes[n:]
	}
	return r
}

type replay map[string]*State

func (r replay) of(id string) *State {
	s := r[id]
	if s == nil {
		s = &State{}
		r[id] = s
	}
	return s
}

// person takes what a person did. Where the finding went over into
// another one meanwhile, it holds for that one too.
func (r replay) person(c schema.FindingChange) {
	seen := map[string]bool{}
	for id := c.Finding; id != "" && !seen[id]; {
		seen[id] = true
		s := r.of(id)
		s.Changed, s.Word = c.At, c.ID
		switch c.Action {
		case schema.ActionAssign:
			s.Owner = c.After.Owner
		case schema.ActionClose:
			s.Closed, s.Disposition = true, c.After.Disposition
		case schema.ActionReopen:
			s.Closed, s.Disposition = false, ""
		}
		if c.Note != "" {
			s.note(Note{At: c.At, Who: c.Who, Text: c.Note, id: c.ID})
		}
		if id = ""; s.Gone != nil {
			id = s.Gone.Successor
		}
	}
}

func (s *State) note(n Note) {
	if slices.ContainsFunc(s.Notes, func(o Note) bool { return o.id == n.id }) {
		return
	}
	s.Notes = append(s.Notes, n)
	slices.SortStableFunc(s.Notes, func(a, b Note) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.id, b.id)) })
}

// life takes what one evaluation did.
func (r replay) life(changes []schema.FindingChange) {
	type handing struct {
		from State
		schema.FindingChange
	}
	var handed []handing
	for _, c := range changes {
		s := r.of(c.Finding)
		switch c.Action {
		case schema.ActionReturn:
			s.Gone = nil
		case schema.ActionSupersede, schema.ActionMove:
			handed = append(handed, handing{*s, c})
		}
	}
	for _, c := range changes {
		s := r.of(c.Finding)
		switch c.Action {
		case schema.ActionMove:
			*s = State{}
		case schema.ActionSupersede, schema.ActionWithdraw:
			gone := c
			s.Gone = &gone
		}
		s.Changed = c.At
	}
	// What was said last goes first, because a state takes only what it has not.
	slices.SortStableFunc(handed, func(a, b handing) int {
		return cmp.Or(b.from.Changed.Compare(a.from.Changed), strings.Compare(a.Finding, b.Finding))
	})
	for _, h := range handed {
		if h.Successor != "" && h.Successor != h.Finding {
			r.of(h.Successor).inherit(h.from, h.Finding, h.At)
		}
	}
}

// inherit takes over what was said of a finding: owner and disposition
// where nothing was said of this one yet, and all notes.
func (s *State) inherit(from State, id string, at time.Time) {
	if !s.Closed && s.Owner == "" {
		s.Closed, s.Disposition = from.Closed, from.Disposition
	}
	s.Owner = cmp.Or(s.Owner, from.Owner)
	s.Word = cmp.Or(from.Word, s.Word)
	for _, n := range from.Notes {
		s.note(n)
	}
	s.Changed = at
	if i, has := slices.BinarySearch(s.From, id); !has {
		s.From = slices.Insert(s.From, i, id)
	}
}
