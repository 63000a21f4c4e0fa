package chdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Server is an embedded ClickHouse with its loopback handler.
type Server struct {
	config  Config
	lib     *library
	folder  *folder
	args    []string    // of every connection
	anchor  *connection // keeps the engine up between requests
	http    *http.Server
	address address
	version string        // of ClickHouse
	slots   chan struct{} // one for each running query
	queries atomic.Uint64 // numbers them
	kill    context.CancelFunc
	served  chan error
	closed  sync.Once
	err     error // of Close
}

// Open starts ClickHouse on a data folder and serves it on the loopback
// interface. A folder that is open already gives an error that wraps ErrInUse
// and names the process; without libchdb the error wraps ErrNoLibrary.
func Open(config Config) (*Server, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("embedded ClickHouse: %w", err)
	}
	s := &Server{config: config, slots: make(chan struct{}, config.MaxQueries)}
	if err := s.start(); err != nil {
		return nil, fmt.Errorf("embedded ClickHouse: %w", err)
	}
	return s, nil
}

func (s *Server) start() (err error) {
	if s.config.Library == "" {
		if s.config.Library, err = Find(); err != nil {
			return err
		}
	}
	if s.folder, err = claim(s.config.Path); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	if s.lib, err = load(s.config.Library); err != nil {
		return err
	}
	if err := os.WriteFile(s.folder.config(), []byte(s.settings()), 0o600); err != nil {
		return err
	}
	s.args = s.arguments()
	fresh := s.folder.fresh()
	if err := s.startEngine(); err != nil {
		return err
	}
	if fresh {
		// In a folder that is new, libchdb 26.5 does not start the task that
		// removes tables, and DROP TABLE ... SYNC would wait for ever.
		s.anchor.close()
		s.anchor = nil
		if err := s.startEngine(); err != nil {
			return err
		}
	}
	return s.listen()
}

// startEngine opens the connection that keeps the engine up, makes the database
// and asks for the version.
func (s *Server) startEngine() (err error) {
	if s.anchor, err = s.lib.dial(s.args); err != nil {
		return fmt.Errorf("%s: %w", s.folder.path, err)
	}
	if err := s.anchor.run("CREATE DATABASE IF NOT EXISTS " + s.config.Database); err != nil {
		return err
	}
	r, err := s.anchor.execute(statement{text: "SELECT version()", format: "TSVRaw"})
	if err != nil {
		return err
	}
	defer r.free()
	s.version = strings.TrimSpace(string(r.bytes()))
	return nil
}

// settings is ClickHouse's configuration file. Without one it would read a
// config.xml that happens to lie in the working folder or in the user's home.
// A merge holds a block of each of the parts that it merges, and of wide tables
// a buffer for each column: in small blocks and column by column it takes a
// part of what queries have.
func (s *Server) settings() string {
	block := strconv.FormatInt(s.config.MaxMemory/512, 10)
	return `<clickhouse>
    <merge_tree>
        <merge_max_block_size_bytes>` + block + `</merge_max_block_size_bytes>
        <vertical_merge_algorithm_min_rows_to_activate>8192</vertical_merge_algorithm_min_rows_to_activate>
    </merge_tree>
</clickhouse>
`
}

// arguments are those of clickhouse-local; the first connection's are the
// engine's.
func (s *Server) arguments() []string {
	memory := s.config.MaxMemory
	return []string{
		"clickhouse",
		"--path=" + s.folder.engine(),
		"--config-file=" + s.folder.config(),
		"--max_server_memory_usage=" + strconv.FormatInt(memory, 10),
		// A control group may hold more than this process.
		"--memory_worker_use_cgroup=0",
		// Memory that is free but not yet given back counts against the limit
		// too, so it must be given back well before the limit is reached.
		"--memory_worker_purge_total_memory_threshold_ratio=0.5",
		"--memory_worker_purge_dirty_pages_threshold_ratio=0.1",
		"--memory_worker_period_ms=20",
		"--mark_cache_size=" + strconv.FormatInt(memory/16, 10),
		"--index_mark_cache_size=" + strconv.FormatInt(memory/16, 10),
		"--primary_index_cache_size=" + strconv.FormatInt(memory/16, 10),
		"--query_condition_cache_size=" + strconv.FormatInt(memory/64, 10),
		"--text_index_tokens_cache_size=" + strconv.FormatInt(memory/64, 10),
		"--text_index_header_cache_size=" + strconv.FormatInt(memory/64, 10),
		"--text_index_postings_cache_size=" + strconv.FormatInt(memory/64, 10),
		// Merges must not take a small machine from the queries; from 4 on the
		// size of merges is not limited.
		"--background_pool_size=4",
	}
}

func (s *Server) listen() error {
	listener, err := net.Listen("tcp", s.config.Address)
	if err != nil {
		return err
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		listener.Close()
		return fmt.Errorf("address %s: the embedded ClickHouse listens on a loopback address only", s.config.Address)
	}
	s.address = address{Address: listener.Addr().String(), Token: rand.Text(), Database: s.config.Database, PID: os.Getpid()}
	if err := s.folder.publish(s.address); err != nil {
		listener.Close()
		return err
	}
	ctx, kill := context.WithCancel(context.Background())
	s.kill = kill
	s.http = &http.Server{
		Handler:     s.handler(),
		BaseContext: func(net.Listener) context.Context { return ctx },
		// Query parameters are in the URL, whole arrays of them.
		MaxHeaderBytes: 64 << 20,
		ErrorLog:       errorLog(s.config.Logger),
	}
	s.served = make(chan error, 1)
	go func() { s.served <- s.http.Serve(listener) }()
	return nil
}

// DSN returns the address for clickhouse.ParseDSN. It holds the token: it is a
// secret.
func (s *Server) DSN() string { return s.address.dsn() }

// Close takes no more queries, waits for those that run, for the config's
// CloseTimeout at most, and stops ClickHouse. After it the data folder is free
// for another process.
func (s *Server) Close() error {
	s.closed.Do(func() {
		if err := s.stop(); err != nil {
			s.err = fmt.Errorf("close embedded ClickHouse: %w", err)
		}
	})
	return s.err
}

// stop undoes as much of start as was done.
func (s *Server) stop() error {
	var errs []error
	if s.http != nil {
		err := s.stopHTTP()
		if errors.Is(err, context.DeadlineExceeded) {
			// The engine can't be stopped under a query, nor the folder freed.
			return fmt.Errorf("queries did not end after they were killed; the data folder stays locked until the process ends: %w", err)
		}
		errs = append(errs, err)
	}
	if s.anchor != nil {
		s.anchor.close()
	}
	return errors.Join(append(errs, s.folder.release())...)
}

func (s *Server) stopHTTP() error {
	defer s.kill()
	shutdown := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), s.config.CloseTimeout)
		defer cancel()
		return s.http.Shutdown(ctx)
	}
	err := shutdown()
	if errors.Is(err, context.DeadlineExceeded) {
		s.config.Logger.Warn("killing the queries that still run", "waited", s.config.CloseTimeout)
		s.kill()
		err = shutdown()
	}
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
