package findings

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"rollcall/schema"
)

// script makes changes, a second apart.
type script struct {
	t    *testing.T
	now  int64
	list []schema.FindingChange
}

func (s *script) add(c schema.FindingChange) {
	s.t.Helper()
	c.At = time.Unix(s.now, 0).UTC()
	c, err := c.Named()
	if err != nil {
		s.t.Fatal(err)
	}
	s.list = append(s.list, c)
}

func (s *script) says(id string, a schema.FindingAction, after schema.FindingState, note string) {
	s.now++
	s.add(schema.FindingChange{Finding: id, Who: "ana", Action: a, After: after, Note: note})
}

// evaluates adds changes of one evaluation: action, finding, successor.
func (s *script) evaluates(of ...[3]string) {
	s.now++
	for _, c := range of {
		s.add(schema.FindingChange{Finding: c[1], Who: schema.Evaluation, Action: schema.FindingAction(c[0]), Successor: c[2], Judged: uint64(s.now)})
	}
}

func assign(owner string) schema.FindingState { return schema.FindingState{Owner: owner} }

// TestReplay is the table of what changes lead to.
func TestReplay(t *testing.T) {
	risk := schema.FindingState{Disposition: schema.DispositionAcceptedRisk}
	for _, c := range []struct {
		name  string
		plays func(*script)
		id    string
		found bool
		want  State // Notes, Gone, Changed and Word apart
		notes []string
		is    string // the status, judged new
	}{
		{"nothing was said", func(*script) {}, "a", true, State{}, nil, "new"},
		{"assigned", func(s *script) { s.says("a", "assign", assign("bob"), "") }, "a", true, State{Owner: "bob"}, nil, "in_progress"},
		{"assigned to nobody again", func(s *script) { s.says("a", "assign", assign("bob"), ""); s.says("a", "assign", assign(""), "") }, "a", true, State{}, nil, "new"},
		{"closed", func(s *script) { s.says("a", "close", risk, "why") }, "a", true, State{Closed: true, Disposition: "accepted_risk"}, []string{"why"}, "closed"},
		{"reopened", func(s *script) {
			s.says("a", "assign", assign("bob"), "")
			s.says("a", "close", risk, "")
			s.says("a", "reopen", schema.FindingState{}, "no")
		}, "a", true, State{Owner: "bob"}, []string{"no"}, "in_progress"},
		{"withdrawn", func(s *script) { s.evaluates([3]string{"withdraw", "a", ""}) }, "a", false, State{}, nil, "withdrawn"},
		{"withdrawn and found again", func(s *script) {
			s.says("a", "close", risk, "")
			s.evaluates([3]string{"withdraw", "a", ""})
			s.evaluates([3]string{"return", "a", ""})
		}, "a", true, State{Closed: true, Disposition: "accepted_risk"}, nil, "closed"},
		{"the successor inherits", func(s *script) {
			s.says("a", "assign", assign("bob"), "look")
			s.says("a", "close", risk, "")
			s.evaluates([3]string{"supersede", "a", "b"})
		}, "b", true, State{Owner: "bob", Closed: true, Disposition: "accepted_risk", From: []string{"a"}}, []string{"look"}, "closed"},
		{"what was superseded keeps what was said", func(s *script) {
			s.says("a", "assign", assign("bob"), "")
			s.evaluates([3]string{"supersede", "a", "b"})
		}, "a", false, State{Owner: "bob"}, nil, "superseded"},
		{"over two successors", func(s *script) {
			s.says("a", "assign", assign("bob"), "")
			s.evaluates([3]string{"supersede", "a", "b"})
			s.evaluates([3]string{"supersede", "b", "c"})
		}, "c", true, State{Owner: "bob", From: []string{"b"}}, nil, "in_progress"},
		{"who works on the successor goes on", func(s *script) {
			s.says("a", "close", risk, "one")
			s.says("b", "assign", assign("eve"), "two")
			s.evaluates([3]string{"supersede", "a", "b"})
		}, "b", true, State{Owner: "eve", From: []string{"a"}}, []string{"one", "two"}, "in_progress"},
		{"of two predecessors the later word holds", func(s *script) {
			s.says("b", "assign", assign("bob"), "")
			s.says("a", "assign", assign("eve"), "")
			s.evaluates([3]string{"supersede", "a", "c"}, [3]string{"supersede", "b", "c"})
		}, "c", true, State{Owner: "eve", From: []string{"a", "b"}}, nil, "in_progress"},
		{"what is said too late holds for the successor", func(s *script) {
			s.evaluates([3]string{"supersede", "a", "b"})
			s.says("a", "close", risk, "")
		}, "b", true, State{Closed: true, Disposition: "accepted_risk", From: []string{"a"}}, nil, "closed"},
		{"ids move on: the last", func(s *script) {
			s.says("1", "close", risk, "first")
			s.says("2", "assign", assign("eve"), "second")
			s.evaluates([3]string{"move", "1", "2"}, [3]string{"move", "2", "3"})
		}, "3", true, State{Owner: "eve", From: []string{"2"}}, []string{"second"}, "in_progress"},
		{"ids move on: the middle", func(s *script) {
			s.says("1", "close", risk, "first")
			s.says("2", "assign", assign("eve"), "second")
			s.evaluates([3]string{"move", "1", "2"}, [3]string{"move", "2", "3"})
		}, "2", true, State{Closed: true, Disposition: "accepted_risk", From: []string{"1"}}, []string{"first"}, "closed"},
		{"ids move on: the first is new", func(s *script) {
			s.says("1", "close", risk, "first")
			s.evaluates([3]string{"move", "1", "2"})
		}, "1", true, State{}, nil, "new"},
		{"a move to nowhere", func(s *script) { s.says("1", "close", risk, ""); s.evaluates([3]string{"move", "1", ""}) }, "1", true, State{}, nil, "new"},
		{"in a ring", func(s *script) {
			s.evaluates([3]string{"supersede", "a", "b"})
			s.evaluates([3]string{"supersede", "b", "a"})
			s.says("a", "assign", assign("bob"), "")
		}, "b", false, State{Owner: "bob", From: []string{"a"}}, nil, "superseded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := script{t: t}
			c.plays(&s)
			got := State{}
			if st := Replay(s.list)[c.id]; st != nil {
				got = *st
			}
			if is := got.Status("new", c.found); is != c.is {
				t.Errorf("status %s, want %s", is, c.is)
			}
			var notes []string
			for _, n := range got.Notes {
				notes = append(notes, n.Text)
			}
			if !slices.Equal(notes, c.notes) {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
			got.Notes, got.Gone, got.Changed, got.Word = nil, nil, time.Time{}, ""
			if len(got.From) == 0 {
				got.From = nil
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestReplayOfAnyOrder: changes mean the same in any order and however often
// they come.
func TestReplayOfAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		s := script{t: t}
		for range 12 {
			id := func() string { return string(rune('a' + r.IntN(4))) }
			switch r.IntN(6) {
			case 0:
				s.says(id(), "assign", assign(id()), "")
			case 1:
				s.says(id(), "close", schema.FindingState{Disposition: "true"}, "n")
			case 2:
				s.says(id(), "reopen", schema.FindingState{}, "")
			case 3:
				s.evaluates([3]string{"supersede", id(), id()}, [3]string{"move", id(), id()})
			case 4:
				s.evaluates([3]string{"withdraw", id(), ""})
			default:
				s.evaluates([3]string{"return", id(), ""})
			}
		}
		want := Replay(s.list)
		again := append(slices.Clone(s.list), s.list[:4]...)
		r.Shuffle(len(again), func(i, k int) { again[i], again[k] = again[k], again[i] })
		if got := Replay(again); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v", s.list)
		}
	}
}

// TestStatusOfExceptions: what an exception covers stays suppressed until a
// person closes it.
func TestStatusOfExceptions(t *testing.T) {
	if got := (State{Owner: "bob"}).Status(schema.FindingSuppressed, true); got != schema.FindingSuppressed {
		t.Error(got)
	}
	if got := (State{Closed: true}).Status(schema.FindingSuppressed, true); got != schema.FindingClosed {
		t.Error(got)
	}
}
