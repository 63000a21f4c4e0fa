package assess

import (
	"context"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/schema"
)

// outlinesAtOnce is of how many calls memory holds what was assembled, with the
// names that they showed and without their sessions.
const outlinesAtOnce = 4000

// A visitor judges calls by what was assembled of them, one after the other.
type visitor interface {
	// prepare reads what more is wanted of the calls of a stretch that come next:
	// of some of them, nil: of all.
	prepare(ctx context.Context, s Stretch, some []string) error
	// begin begins a call, unless it is to be judged in another way: then that is
	// said in k, and it is false.
	begin(k *knownCall, outline schema.Call) bool
	session(s schema.Session)
	end() error
}

// A walk leads a visitor through calls, by their ids, in one stretch after the
// other of which memory holds what was assembled.
type walk struct {
	*Comparison
	visitor
	sessions bool              // the visitor wants them too
	outlines map[string]string // calls without their sessions, as JSON
	todo     []*knownCall      // by id, without those that were begun
	call     *knownCall        // that is being visited; nil: none
	reader   factReader
}

// walk visits the calls of a stretch that are picked, with their sessions or
// without.
func (c *Comparison) walk(ctx context.Context, s Stretch, calls []knownCall, pick func(*knownCall) bool, sessions bool, v visitor) error {
	w := walk{Comparison: c, visitor: v, sessions: sessions}
	for part := range slices.Chunk(calls, outlinesAtOnce) {
		s.To = part[len(part)-1].id
		some := []string{}
		for i := range part {
			if pick(&part[i]) {
				w.todo, some = append(w.todo, &part[i]), append(some, part[i].id)
			}
		}
		if 4*len(some) > len(part) || len(some) > maxExcept {
			some = nil // all are read
		}
		if len(w.todo) > 0 {
			if err := w.stretch(ctx, s, some); err != nil {
				return err
			}
		}
		s.From = s.To
	}
	return nil
}

// smallBlocks has ClickHouse hand out rows by fewer than it would: long ones
// would else be moved more than read.
const smallBlocks = ", max_block_size = 2048"

func (w *walk) stretch(ctx context.Context, s Stretch, some []string) error {
	w.outlines = make(map[string]string, len(w.todo))
	err := w.each(ctx, "the calls", s.calls("call_id, json")+among(some), func(rows driver.Rows) error {
		var id, text string
		err := rows.Scan(&id, &text)
		w.outlines[id] = text
		return err
	}, smallBlocks)
	if err != nil {
		return err
	}
	if err := w.prepare(ctx, s, some); err != nil {
		return err
	}
	if w.sessions {
		sql := "SELECT call_id, session_id, json FROM sessions FINAL WHERE " + s.current(some) + " ORDER BY call_id, version, session_id"
		var call, id, text string
		err = w.each(ctx, "the sessions", sql, func(rows driver.Rows) error {
			if err := rows.Scan(&call, &id, &text); err != nil {
				return err
			}
			return w.take(call, id, text)
		}, smallBlocks)
		if err != nil {
			return err
		}
	}
	if err := w.upTo(s.To); err != nil {
		return err
	}
	return w.finish()
}

// take takes a session.
func (w *walk) take(call, id, text string) error {
	if err := w.upTo(call); err != nil || w.call == nil || w.call.id != call {
		return err
	}
	s, err := w.reader.session(text)
	if err != nil {
		return fmt.Errorf("call %s: session %s: what is stored of it can't be read: %w", call, id, err)
	}
	w.session(s)
	return nil
}

// upTo begins the calls up to an id, and ends those before it.
func (w *walk) upTo(id string) error {
	for len(w.todo) > 0 && w.todo[0].id <= id {
		if err := w.finish(); err != nil {
			return err
		}
		k := w.todo[0]
		w.todo = w.todo[1:]
		outline, err := w.reader.outline(w.outlines[k.id])
		if err != nil {
			return fmt.Errorf("call %s: what is stored of it can't be read: %w", k.id, err)
		}
		delete(w.outlines, k.id)
		if w.begin(k, outline) {
			w.call = k
		}
	}
	if w.call != nil && w.call.id != id {
		return w.finish()
	}
	return nil
}

// finish ends the call that is being visited.
func (w *walk) finish() error {
	if w.call == nil {
		return nil
	}
	w.call = nil
	return w.end()
}
