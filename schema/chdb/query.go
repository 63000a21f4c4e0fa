package chdb

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// run runs a request and writes its result. An error means that nothing has
// been written yet; a later one is part of the answer.
func (s *Server) run(ctx context.Context, q *request, w *response) error {
	if q.hello {
		answer, err := hello(s.version, q.revision)
		if err != nil {
			return err
		}
		return w.write(answer)
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return exception(queryCancelled, "the client went away while its query waited")
	}
	c, err := s.lib.dial(s.args)
	if err != nil {
		return err
	}
	defer c.close()
	mark := "rollcall-" + strconv.FormatUint(s.queries.Add(1), 10)
	if err := c.run(s.setUp(q, mark)); err != nil {
		return err
	}
	defer s.killWhenDone(ctx, mark)()
	return s.patient(ctx, c, q.statement, w)
}

// setUp gives the statements that bring a new connection into the state that
// the request wants.
func (s *Server) setUp(q *request, mark string) string {
	memory := s.config.MaxMemory
	bytes := func(n int64) string { return strconv.FormatInt(n, 10) }
	settings := []setting{
		// A query must leave room for merges, for its neighbours and for what
		// the allocator holds back, and go to disk before it fails.
		{"max_memory_usage", bytes(memory / 8 * 5)},
		{"max_bytes_before_external_sort", bytes(memory / 8)},
		// One block of each sorted part on disk is in memory when they are
		// merged.
		{"prefer_external_sort_block_bytes", bytes(memory / 256)},
		{"max_bytes_before_external_group_by", bytes(memory / 16)},
		{"max_bytes_ratio_before_external_sort", "0"},
		{"max_bytes_ratio_before_external_group_by", "0"},
		{"max_threads", strconv.Itoa(s.config.MaxThreads)},
		// As on a server, where libchdb has settings of its own.
		{"implicit_select", "0"},
		{"allow_introspection_functions", "0"},
		{"async_insert", "0"},
		{"log_comment", mark},
	}
	var b strings.Builder
	b.WriteString("SET ")
	for i, v := range append(settings, q.settings...) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.name + " = " + quote(v.value))
	}
	if q.database != "" {
		b.WriteString("; USE `" + strings.NewReplacer("`", "\\`", `\`, `\\`).Replace(q.database) + "`")
	}
	return b.String()
}

// answer runs a statement and writes its result part by part.
func (c *connection) answer(s statement, w *response) error {
	stream, err := c.stream(s)
	if notStreamed(err) {
		return c.answerWhole(s, w)
	}
	if err != nil {
		return err
	}
	defer stream.free()
	for {
		part, err := c.fetch(stream)
		if err != nil {
			if w.tag == "" {
				return err
			}
			return w.fail(err)
		}
		data := part.bytes()
		if len(data) == 0 {
			part.free()
			break
		}
		err = w.write(data)
		part.free()
		if err != nil {
			c.cancel(stream)
			return err
		}
	}
	if w.tag == "" {
		w.finish(0, 0)
	}
	return nil
}

// answerWhole is for all that is no SELECT; results are short there.
func (c *connection) answerWhole(s statement, w *response) error {
	r, err := c.execute(s)
	if err != nil {
		return err
	}
	defer r.free()
	if data := r.bytes(); len(data) > 0 {
		return w.write(data)
	}
	w.finish(c.lib.resultRowsWritten(r.handle), c.lib.resultBytesWritten(r.handle))
	return nil
}

// killWhenDone kills the query with the given mark when the context ends. What
// it returns is to be called when the query has ended.
func (s *Server) killWhenDone(ctx context.Context, mark string) (ended func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-stop:
			return
		case <-ctx.Done():
		}
		// The query may not have begun yet, so one attempt is not enough.
		for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
			if err := s.killQuery(mark); err != nil {
				s.config.Logger.Warn("could not kill a query whose client went away", "error", err)
			}
			select {
			case <-stop:
				return
			case <-time.After(wait):
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
	}
}

// killQuery works through a connection of its own: libchdb lets nobody else
// into one that runs a query.
func (s *Server) killQuery(mark string) error {
	c, err := s.lib.dial(s.args)
	if err != nil {
		return err
	}
	defer c.close()
	return c.run("KILL QUERY WHERE Settings['log_comment'] = " + quote(mark) + " ASYNC")
}
