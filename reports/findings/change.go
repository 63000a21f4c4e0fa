package findings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/reports/timeline"
	"rollcall/schema"
)

// A Word is what a person says of a finding.
type Word struct {
	Who    string // by which name it is kept
	Action schema.FindingAction
	Owner  string // of an assignment; empty: nobody
	// Disposition is that of a closing.
	Disposition string
	Note        string // of a note; of any other action it may be empty
	// Seen is the finding's Revision as whoever says it saw it: where a person has
	// said something since, Say refuses. Nil: it is said whatever others said.
	Seen *string
}

// Errors of Say, besides those of Get. They are wrapped with what is wrong.
var (
	// ErrWord says that a word is none: an unknown action or disposition, an empty
	// note, nobody who says it.
	ErrWord = errors.New("this can't be said")
	// ErrGone says that the finding is not found any more, so that there is nothing
	// left to say of it; of a superseded one the finding that Say returns names the
	// successor.
	ErrGone = errors.New("the finding is gone")
	// ErrNotClosed says that there is nothing to reopen.
	ErrNotClosed = errors.New("the finding is not closed")
	// ErrChanged says that a person has said something of the finding since Seen.
	ErrChanged = errors.New("the finding has changed meanwhile")
)

// An errorOf is a kind of error in words of its own.
type errorOf struct {
	kind error
	text string
}

func (e errorOf) Error() string { return e.text }
func (e errorOf) Unwrap() error { return e.kind }

func wrong(kind error, format string, args ...any) error {
	return errorOf{kind, fmt.Sprintf(format, args...)}
}

// maxNote bounds a note, and maxName a name, in bytes.
const (
	maxNote = 10_000
	maxName = 200
)

// Check says what is wrong with a word. Its error wraps ErrWord.
func (w Word) Check() error {
	switch w.Action {
	case schema.ActionAssign, schema.ActionReopen:
	case schema.ActionNote:
		if strings.TrimSpace(w.Note) == "" {
			return wrong(ErrWord, "the note is empty")
		}
	case schema.ActionClose:
		all := []string{schema.DispositionTrue, schema.DispositionFalsePositive, schema.DispositionAcceptedRisk}
		if !slices.Contains(all, w.Disposition) {
			return wrong(ErrWord, "disposition %q: it is one of %s", w.Disposition, strings.Join(all, ", "))
		}
	default:
		return wrong(ErrWord, "nobody but an evaluation can %s a finding", w.Action)
	}
	if strings.TrimSpace(w.Who) == "" {
		return wrong(ErrWord, "it is not known who says so")
	}
	if len(w.Who) > maxName || len(w.Owner) > maxName {
		return wrong(ErrWord, "a name is longer than %d bytes", maxName)
	}
	if len(w.Note) > maxNote {
		return wrong(ErrWord, "the note is longer than %d bytes", maxNote)
	}
	return nil
}

// Say adds what a person says of a finding that is found now, and returns how it
// then is. What changes nothing is not added. asked is the finding's id or the
// beginning of it. Errors wrap ErrWord, ErrGone, ErrNotClosed or ErrChanged, which
// come with the finding as it is, or are those of Get.
//
// A word is there when Say returns, and is never lost to another one. Seen is
// looked at before it is written: of two who speak in the same instant both are
// heard, and the history has both.
func (s Store) Say(ctx context.Context, asked string, w Word) (Finding, error) {
	if err := w.Check(); err != nil {
		return Finding{}, err
	}
	h, err := s.Get(ctx, asked)
	if err != nil {
		return Finding{}, err
	}
	f := h.Finding
	switch f.Status {
	case schema.FindingSuperseded:
		return f, wrong(ErrGone, "finding %s was superseded by %s: say it of that one", f.ID, f.Successor)
	case schema.FindingWithdrawn:
		return f, wrong(ErrGone, "finding %s was withdrawn (%s): there is nothing left to say of it", f.ID, timeline.Safe(f.Why))
	}
	if w.Seen != nil && *w.Seen != f.Revision {
		last := lastWord(h.Changes)
		return f, wrong(ErrChanged, "%s said something of finding %s at %s (%s): look at it anew", timeline.Safe(last.Who), f.ID, last.At.Format(time.RFC3339), last.Action)
	}
	c := schema.FindingChange{
		Finding: f.ID, CallID: f.unit, Tenant: f.Tenant, At: s.Now(), Who: w.Who, Action: w.Action, Note: w.Note, Before: stateOf(f),
	}
	// Who sees a change and makes another means it to come after, whatever the
	// clocks say.
	if n := len(h.Changes); n > 0 && !c.At.After(h.Changes[n-1].At) {
		c.At = h.Changes[n-1].At.Add(time.Microsecond)
	}
	if c, err = after(c, w, h); err != nil || c.After == c.Before && c.Note == "" {
		return f, err
	}
	if c, err = c.Named(); err != nil {
		return f, err
	}
	if err := s.add(ctx, c); err != nil {
		return f, err
	}
	h, err = s.Get(ctx, f.ID)
	return h.Finding, err
}

// lastWord is the last change that no evaluation made; zero where there is none.
func lastWord(changes []schema.FindingChange) (last schema.FindingChange) {
	for _, c := range changes { // by time
		if !c.Action.OfLife() {
			last = c
		}
	}
	return last
}

func stateOf(f Finding) schema.FindingState {
	return schema.FindingState{Status: f.Status, Owner: f.Owner, Disposition: f.Disposition}
}

// after fills in how the finding is after a change.
func after(c schema.FindingChange, w Word, h History) (schema.FindingChange, error) {
	c.After = c.Before
	switch w.Action {
	case schema.ActionAssign:
		c.After.Owner = w.Owner
	case schema.ActionClose:
		c.After.Disposition = w.Disposition
	case schema.ActionReopen:
		if c.Before.Status != schema.FindingClosed {
			return c, wrong(ErrNotClosed, "finding %s is %s, not closed: there is nothing to reopen", c.Finding, c.Before.Status)
		}
		c.After.Disposition = ""
	}
	c, err := c.Named() // so that it counts among the others
	if err != nil {
		return c, err
	}
	c.After.Status = Replay(append(slices.Clone(h.Changes), c))[c.Finding].Status(h.judged, true)
	return c, nil
}

// add stores a change. It is there when add returns; the same change twice is
// one.
func (s Store) add(ctx context.Context, c schema.FindingChange) error {
	row, err := c.Row()
	if err != nil {
		return err
	}
	batch, err := s.Results.Conn.PrepareBatch(ctx, schema.InsertFindingChange)
	if err != nil {
		return fmt.Errorf("write the change of a finding: %w", err)
	}
	defer batch.Close()
	if err := batch.Append(row...); err != nil {
		return fmt.Errorf("write the change of a finding: %w", err)
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("write the change of a finding: %w", err)
	}
	return nil
}
