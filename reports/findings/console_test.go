package findings_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"rollcall/reports/findings"
	"rollcall/schema"
)

// TestConsole is what a console does with a store, one after the other.
func TestConsole(t *testing.T) {
	s := sample(t)
	list := review(t, s)
	if len(list) < 4 {
		t.Fatalf("the sample has %d findings", len(list))
	}
	t.Run("pages", func(t *testing.T) { pages(t, s) })
	t.Run("kinds of errors", func(t *testing.T) { kindsOfErrors(t, s, list[3].ID) })
	t.Run("nobody decides on what he has not seen", func(t *testing.T) { seenBefore(t, s, list[3]) })
	t.Run("many speak at once", func(t *testing.T) { manyAtOnce(t, s, list[2].ID) })
}

// pages: of any size they hand out the list, in its order, each finding once.
func pages(t *testing.T, s findings.Store) {
	for _, want := range []findings.Filter{{}, {Statuses: []string{"new", "closed", "withdrawn", "superseded"}}, {Statuses: []string{"withdrawn"}}, {CallIDs: []string{"none"}}} {
		var all []string
		for _, f := range collect(t, s.List(t.Context(), want)) {
			all = append(all, f.ID)
		}
		for _, n := range []int{1, 2, 3, findings.MaxPage} {
			var got []string
			for after, pages := "", 0; ; pages++ {
				p, err := s.Page(t.Context(), want, after, n)
				if err != nil || len(p.Findings) > n || pages > len(all) {
					t.Fatalf("page %d of %d: %d findings, %v", pages, n, len(p.Findings), err)
				}
				for _, f := range p.Findings {
					got = append(got, f.ID)
				}
				if after = p.Next; after == "" {
					break
				}
			}
			if !slices.Equal(got, all) {
				t.Errorf("%+v, %d a page: %v, want %v", want, n, got, all)
			}
		}
	}
	for _, c := range []struct {
		after string
		n     int
		want  error
	}{{"nonsense", 5, findings.ErrPlace}, {"e30", 5, findings.ErrPlace}, {"", 0, nil}, {"", findings.MaxPage + 1, nil}} {
		if _, err := s.Page(t.Context(), findings.Filter{}, c.after, c.n); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// kindsOfErrors: whoever calls tells errors apart without reading them.
func kindsOfErrors(t *testing.T, s findings.Store, id string) {
	for _, c := range []struct {
		id   string
		word findings.Word
		want error
	}{
		{id, findings.Word{Who: "ana", Action: schema.ActionClose, Disposition: "fine"}, findings.ErrWord},
		{id, findings.Word{Action: schema.ActionReopen}, findings.ErrWord},
		{id, findings.Word{Who: "ana", Action: schema.ActionReopen}, findings.ErrNotClosed},
		{"ffff", findings.Word{Who: "ana", Action: schema.ActionReopen}, findings.ErrNone},
	} {
		if _, err := s.Say(t.Context(), c.id, c.word); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.word, err, c.want)
		}
	}
}

// seenBefore: a word on a finding that another person has changed meanwhile is
// refused, with the finding as it is; with a fresh look it is taken.
func seenBefore(t *testing.T, s findings.Store, seen findings.Finding) {
	untouched := &seen.Revision
	say(t, s, seen.ID, findings.Word{Action: schema.ActionAssign, Owner: "bob", Seen: untouched})
	if _, err := s.Say(t.Context(), seen.ID, findings.Word{Who: "eve", Action: schema.ActionAssign, Owner: "eve", Seen: untouched}); !errors.Is(err, findings.ErrChanged) {
		t.Errorf("who saw it untouched: %v", err)
	}
	fresh, err := s.Get(t.Context(), seen.ID)
	if err != nil {
		t.Fatal(err)
	}
	say(t, s, seen.ID, findings.Word{Action: schema.ActionNote, Note: "wait"})
	w := findings.Word{Who: "eve", Action: schema.ActionClose, Disposition: schema.DispositionTrue, Seen: &fresh.Finding.Revision}
	f, err := s.Say(t.Context(), seen.ID, w)
	if !errors.Is(err, findings.ErrChanged) || !strings.Contains(err.Error(), "ana said something") || len(f.Notes) != 1 || f.Status != schema.FindingInProgress {
		t.Fatalf("%v; it is %+v", err, f)
	}
	w.Seen = &f.Revision
	if f, err = s.Say(t.Context(), seen.ID, w); err != nil || f.Status != schema.FindingClosed {
		t.Errorf("%v; it is %+v", err, f)
	}
}

// manyAtOnce: of words that several say in the same instant none is lost, and
// whoever looks afterwards sees the same.
func manyAtOnce(t *testing.T, s findings.Store, id string) {
	const people = 5
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			who := fmt.Sprintf("person-%d", i)
			for _, w := range []findings.Word{
				{Who: who, Action: schema.ActionAssign, Owner: who},
				{Who: who, Action: schema.ActionNote, Note: "by " + who},
				{Who: who, Action: schema.ActionClose, Disposition: schema.DispositionTrue, Note: "closed by " + who},
			} {
				if _, err := s.Say(t.Context(), id, w); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	h, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Finding.Notes) != 2*people || h.Finding.Status != schema.FindingClosed || h.Finding.Disposition != schema.DispositionTrue {
		t.Errorf("%d notes, %s as %q", len(h.Finding.Notes), h.Finding.Status, h.Finding.Disposition)
	}
	if !strings.HasPrefix(h.Finding.Owner, "person-") {
		t.Errorf("the owner is %q", h.Finding.Owner)
	}
	listed := collect(t, s.List(t.Context(), findings.Filter{}))[2]
	if listed.Owner != h.Finding.Owner || listed.Revision != h.Finding.Revision || listed.Revision == "" || len(listed.Notes) != len(h.Finding.Notes) {
		t.Errorf("the list has owner %s and %d notes, the history %s and %d", listed.Owner, len(listed.Notes), h.Finding.Owner, len(h.Finding.Notes))
	}
	for who := range people { // each one's words come in the order in which they were said
		var actions []schema.FindingAction
		for _, c := range h.Changes {
			if c.Who == fmt.Sprintf("person-%d", who) {
				actions = append(actions, c.Action)
			}
		}
		if !slices.Equal(actions, []schema.FindingAction{schema.ActionAssign, schema.ActionNote, schema.ActionClose}) {
			t.Errorf("person %d: %v", who, actions)
		}
	}
}
