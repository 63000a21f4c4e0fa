package chdb

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// library holds the functions of libchdb that are used here, as chdb.h declares
// them. Pointers that the library owns are unsafe.Pointer; everything that Go
// passes in stays alive for the length of the call only, and libchdb keeps
// none of it.
type library struct {
	connect            func(argc int32, argv **byte) unsafe.Pointer
	closeConnection    func(connection unsafe.Pointer)
	query              func(connection unsafe.Pointer, query *byte, queryLen uintptr, format *byte, formatLen uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, params uintptr) unsafe.Pointer
	stream             func(connection unsafe.Pointer, query *byte, queryLen uintptr, format *byte, formatLen uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, params uintptr) unsafe.Pointer
	fetch              func(connection, stream unsafe.Pointer) unsafe.Pointer
	cancel             func(connection, stream unsafe.Pointer)
	destroy            func(result unsafe.Pointer)
	resultBuffer       func(result unsafe.Pointer) unsafe.Pointer
	resultLength       func(result unsafe.Pointer) uintptr
	resultError        func(result unsafe.Pointer) unsafe.Pointer
	resultRowsWritten  func(result unsafe.Pointer) uint64
	resultBytesWritten func(result unsafe.Pointer) uint64
	handleSignals      func(enabled int32)
}

// symbols maps the names in libchdb to the fields of l.
func (l *library) symbols() map[string]any {
	return map[string]any{
		"chdb_connect":                     &l.connect,
		"chdb_close_conn":                  &l.closeConnection,
		"chdb_query_with_params_n":         &l.query,
		"chdb_stream_query_with_params_n":  &l.stream,
		"chdb_stream_fetch_result":         &l.fetch,
		"chdb_stream_cancel_query":         &l.cancel,
		"chdb_destroy_query_result":        &l.destroy,
		"chdb_result_buffer":               &l.resultBuffer,
		"chdb_result_length":               &l.resultLength,
		"chdb_result_error":                &l.resultError,
		"chdb_result_rows_written":         &l.resultRowsWritten,
		"chdb_result_bytes_written":        &l.resultBytesWritten,
		"chdb_set_signal_handlers_enabled": &l.handleSignals,
	}
}

// load opens libchdb, or finds it open already, and leaves signals to Go.
func load(path string) (*library, error) {
	var l library
	if err := open(path, l.symbols()); err != nil {
		return nil, fmt.Errorf("load %s: %w; run 'make libchdb' for version %s", path, err, Version)
	}
	// Go's runtime needs its own handlers, and SIGINT and SIGTERM are the
	// program's to handle. This must come before the first connection.
	l.handleSignals(0)
	return &l, nil
}

// errNoConnection is all that libchdb says.
var errNoConnection = errors.New("ClickHouse did not start; what it said itself is on standard error " +
	"(a process can have one data folder open at a time)")

// connection is one connection of libchdb. It runs one query at a time and must
// not be used by two goroutines at once.
type connection struct {
	lib    *library
	handle unsafe.Pointer // chdb_connection *, what chdb_close_conn wants
}

// dial opens a connection; the first one in a process starts the engine with
// args, the later ones must name the same --path.
func (l *library) dial(args []string) (*connection, error) {
	argv := make([]*byte, len(args)+1) // C wants a null pointer at the end
	for i, arg := range args {
		argv[i] = unsafe.SliceData(append([]byte(arg), 0))
	}
	handle := l.connect(int32(len(args)), unsafe.SliceData(argv))
	runtime.KeepAlive(argv)
	if handle == nil {
		return nil, errNoConnection
	}
	return &connection{lib: l, handle: handle}, nil
}

func (c *connection) close() {
	c.lib.closeConnection(c.handle)
	c.handle = nil
}

// inner is what chdb.h calls chdb_connection.
func (c *connection) inner() unsafe.Pointer { return *(*unsafe.Pointer)(c.handle) }

// statement is a query with its parameters, in the form libchdb takes.
type statement struct {
	text   string
	format string
	names  []string // of parameters
	values []string // escaped as in tab separated values
}

// execute runs a statement to its end and returns its whole result.
func (c *connection) execute(s statement) (*result, error) {
	return c.call(c.lib.query, s)
}

// run executes statements whose result is of no interest; several are separated
// by semicolons.
func (c *connection) run(text string) error {
	r, err := c.execute(statement{text: text, format: "Null"})
	if err != nil {
		return err
	}
	r.free()
	return nil
}

// stream begins a SELECT; other statements give an error that
// notStreamed knows, before anything is done.
func (c *connection) stream(s statement) (*result, error) {
	return c.call(c.lib.stream, s)
}

func (c *connection) call(
	function func(unsafe.Pointer, *byte, uintptr, *byte, uintptr, **byte, *uintptr, **byte, *uintptr, uintptr) unsafe.Pointer,
	s statement,
) (*result, error) {
	names, nameLens := pointers(s.names)
	values, valueLens := pointers(s.values)
	r := function(c.inner(),
		unsafe.StringData(s.text), uintptr(len(s.text)),
		unsafe.StringData(s.format), uintptr(len(s.format)),
		unsafe.SliceData(names), unsafe.SliceData(nameLens),
		unsafe.SliceData(values), unsafe.SliceData(valueLens), uintptr(len(s.names)))
	runtime.KeepAlive(s)
	runtime.KeepAlive(names)
	runtime.KeepAlive(values)
	return c.result(r)
}

// fetch returns the next part of a stream; an empty one is the end.
func (c *connection) fetch(stream *result) (*result, error) {
	return c.result(c.lib.fetch(c.inner(), stream.handle))
}

// cancel ends a stream before its end. It waits for a fetch under way.
func (c *connection) cancel(stream *result) {
	c.lib.cancel(c.inner(), stream.handle)
}

func (c *connection) result(handle unsafe.Pointer) (*result, error) {
	if handle == nil {
		return nil, &Error{Code: unknownException, Message: "ClickHouse gave no result"}
	}
	r := &result{lib: c.lib, handle: handle}
	if message := c.lib.resultError(handle); message != nil {
		err := newError(cString(message))
		r.free()
		return nil, err
	}
	return r, nil
}

// result is memory of libchdb's.
type result struct {
	lib    *library
	handle unsafe.Pointer
}

// bytes is valid until free.
func (r *result) bytes() []byte {
	n := r.lib.resultLength(r.handle)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(r.lib.resultBuffer(r.handle)), n)
}

func (r *result) free() {
	r.lib.destroy(r.handle)
	r.handle = nil
}

// pointers gives the strings as C wants arrays of them. An empty string has no
// data in Go, and a null pointer is not what C expects for it.
func pointers(strings []string) ([]*byte, []uintptr) {
	data, lens := make([]*byte, len(strings)), make([]uintptr, len(strings))
	for i, s := range strings {
		data[i], lens[i] = unsafe.StringData(s), uintptr(len(s))
		if s == "" {
			data[i] = unsafe.StringData("\x00")
		}
	}
	return data, lens
}

// cString copies a string that ends with a zero byte.
func cString(p unsafe.Pointer) string {
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}
