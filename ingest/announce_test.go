package ingest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

// heard is what was told of stored blocks.
type heard struct {
	mu   sync.Mutex
	told []Stored
}

func (h *heard) announce(_ context.Context, s Stored) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, s)
	return nil
}

// names are the aliases of what was told.
func (h *heard) names() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for _, s := range h.told {
		for _, key := range s.AliasKeys {
			all = append(all, s.Names[key]...)
		}
	}
	slices.Sort(all)
	return all
}

// A block is told of once the ledger has it, and committed after that.
func TestAnnounces(t *testing.T) {
	conn := newDatabase(t)
	var h heard
	m := newMember(t, conn, func(_ *Config, d *Dependencies) {
		d.Announce = func(ctx context.Context, s Stored) error {
			expect(t, "the ledger when it is told", values(t, conn, ranges), list("0/0:0-1"))
			return h.announce(ctx, s)
		}
	})
	c := claim(0, 0, 10)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a", "b"))
	m.revoked(c)
	expect(t, "told", h.names(), list("correlation_id:a", "correlation_id:b"))
	expect(t, "commits", len(m.commits), 1)
}

// A member that ends between the ledger and its word of it has committed nothing:
// whoever takes the partition up tells, of what lies above the committed offset.
func TestAnnouncesForAnother(t *testing.T) {
	conn := newDatabase(t)
	grace, over := context.WithCancel(t.Context())
	m := newMember(t, conn, func(c *Config, d *Dependencies) {
		c.ShutdownGrace = time.Minute
		d.Announce = func(context.Context, Stored) error {
			over() // its time is over when nobody hears it
			return errors.New("the test hears nothing")
		}
	})
	c := claim(0, 0, 10)
	m.assigned(c)
	m.handle(batchOf(c, 0, "a", "b", "c"))
	if err := m.Revoked(grace, nil); err == nil {
		t.Error("Revoked says that all is done")
	}
	expect(t, "commits", len(m.commits), 0)
	expect(t, "the ledger", values(t, conn, ranges), list("0/0:0-2"))

	var h heard
	next := newMember(t, conn, func(_ *Config, d *Dependencies) { d.Announce = h.announce })
	c = claim(0, 0, 10)
	c.Committed = 1
	next.assigned(c)
	if len(h.told) != 1 || len(h.told[0].AliasKeys) != 2 || h.told[0].Ranges[0].First != 1 || h.told[0].Ranges[0].Last != 2 {
		t.Errorf("told %+v, want what is stored at 1 and 2", h.told)
	}
	expect(t, "where it begins", c.Start, int64(3))
	next.revoked(c)
}
