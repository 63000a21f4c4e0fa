package chdb

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
)

// Merges, and what the allocator has not given back yet, may fill the memory
// for a moment. A query that fails by it, and none of whose result is written,
// runs again, with pauses, for this long.
const (
	firstPause  = 50 * time.Millisecond
	longestWait = 30 * time.Second
)

// reads matches what only reads, so that it can run again.
var reads = regexp.MustCompile(`(?i)^\s*(SELECT|WITH)\b`)

// patient answers a query, again where there was no memory for it.
func (s *Server) patient(ctx context.Context, c *connection, q statement, w *response) error {
	var waited time.Duration
	for pause := firstPause; ; pause *= 2 {
		err := c.answer(q, w)
		if !noMemory(err) || w.tag != "" || waited >= longestWait || !reads.MatchString(q.text) {
			return err
		}
		s.purge()
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return err
		}
		waited += pause
	}
}

// noMemory tells whether a query failed because all of ClickHouse together has
// no memory, not because the query alone takes too much.
func noMemory(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == memoryLimitExceeded && strings.Contains(e.Message, "(total)")
}

// purge has the allocator give back what is free.
func (s *Server) purge() {
	c, err := s.lib.dial(s.args)
	if err != nil {
		return
	}
	defer c.close()
	if err := c.run("SYSTEM JEMALLOC PURGE"); err != nil {
		s.config.Logger.Debug("ClickHouse does not give back free memory", "error", err)
	}
}
