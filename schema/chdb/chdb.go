// Package chdb runs ClickHouse inside the process.
//
// It loads libchdb, ClickHouse built as a shared library, and puts a small
// HTTP handler on the loopback interface in front of it. clickhouse-go talks to
// that handler as it talks to a ClickHouse server over HTTP, so the rest of
// Rollcall knows one way to reach ClickHouse only: a DSN.
//
//	server, err := chdb.Open(chdb.Config{Path: "data"})
//	options, err := clickhouse.ParseDSN(server.DSN())
//	conn, err := clickhouse.Open(options)
//	defer server.Close()
//
// What holds:
//
//   - A data folder belongs to one process at a time. Another process reaches
//     it through [Dial] as long as the first one runs.
//   - A process has one data folder open at a time; that is a limit of libchdb.
//     It may close one and open the next.
//   - Every request runs on a libchdb connection of its own, which is opened
//     for it (about 0.3 ms) and closed after it. So queries run at once, and
//     no setting, database or temporary table leaks from one to the next.
//   - Results are streamed: memory does not grow with the length of a result.
//   - The body of an insert is received whole, into a file, before the insert
//     runs: a client that disappears half way inserts nothing.
//   - A query whose client disappears is killed.
//   - Who does not know the token, which is new at each start, gets nothing.
//
// What does not: external tables, sessions and compression over HTTP are
// refused with an error that says so.
package chdb

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"strings"
	"time"
)

// Version is the version of the npm package that .ci/fetch-libchdb.sh fetches.
const Version = "26.5.3"

// Config says where the embedded ClickHouse keeps its data and what it may use.
// The zero value is a temporary database with the defaults given below.
type Config struct {
	// Path is the data folder; it is made if it is absent. ClickHouse's own
	// files are in its subfolder clickhouse. Empty means a temporary folder that
	// Close removes.
	Path string

	// Library is the path of libchdb. Empty means what Find returns.
	Library string

	// Address is the loopback address to listen on. Default: 127.0.0.1:0, a
	// free port.
	Address string

	// Database is made if it is absent, and is the one that the DSN names.
	// Default: rollcall.
	Database string

	// MaxMemory is what ClickHouse may use altogether, in bytes. One query may
	// use five eighths of it, and goes to disk from an eighth on when it sorts,
	// from a sixteenth on when it groups. It does not count the library itself,
	// which is about 200 MB in memory. Default: 1 GiB, for a budget of 2 GB for
	// the whole process.
	MaxMemory int64

	// MaxThreads is the number of threads of one query. Default: the number of
	// processors, at most 8.
	MaxThreads int

	// MaxQueries is the number of queries that run at once; more of them wait.
	// Default: 64.
	MaxQueries int

	// CloseTimeout is how long Close waits for running queries before it kills
	// them. Default: 30 seconds.
	CloseTimeout time.Duration

	// Logger gets what the handler itself has to say. Default: nothing is
	// logged.
	Logger *slog.Logger
}

// withDefaults returns the config with every absent value filled in.
func (c Config) withDefaults() Config {
	if c.Address == "" {
		c.Address = "127.0.0.1:0"
	}
	if c.Database == "" {
		c.Database = "rollcall"
	}
	if c.MaxMemory == 0 {
		c.MaxMemory = 1 << 30
	}
	if c.MaxThreads == 0 {
		c.MaxThreads = min(runtime.NumCPU(), 8)
	}
	if c.MaxQueries == 0 {
		c.MaxQueries = 64
	}
	if c.CloseTimeout == 0 {
		c.CloseTimeout = 30 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// minMemory is what ClickHouse needs to start and to answer small queries.
const minMemory = 128 << 20

// validate lists everything that is wrong with a config that has its defaults.
func (c Config) validate() error {
	var errs []error
	if c.MaxMemory < minMemory || c.MaxMemory > math.MaxInt64/2 {
		errs = append(errs, fmt.Errorf("max memory is %d bytes; at least %d are needed", c.MaxMemory, minMemory))
	}
	if c.MaxThreads < 1 {
		errs = append(errs, fmt.Errorf("max threads is %d; at least 1 is needed", c.MaxThreads))
	}
	if c.MaxQueries < 1 {
		errs = append(errs, fmt.Errorf("max queries is %d; at least 1 is needed", c.MaxQueries))
	}
	if c.CloseTimeout < 0 {
		errs = append(errs, fmt.Errorf("close timeout is %v; it can't be negative", c.CloseTimeout))
	}
	if !identifier.MatchString(c.Database) {
		errs = append(errs, fmt.Errorf("database name %q: use letters, digits and underscores, and begin with no digit", c.Database))
	}
	if strings.ContainsAny(c.Path, globCharacters) {
		// An insert names its file to ClickHouse, which reads these as patterns.
		errs = append(errs, fmt.Errorf("data folder %q: its path can't hold any of %s", c.Path, globCharacters))
	}
	return errors.Join(errs...)
}

// globCharacters have a meaning in the path of FROM INFILE.
const globCharacters = `*?{}`
