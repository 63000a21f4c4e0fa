package chdb

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// request is a query as it came over HTTP.
type request struct {
	statement
	database string
	settings []setting
	hello    bool   // the driver's first query
	revision uint64 // of the driver's protocol, for hello
	spool    string // the file with an insert's body, or empty
}

type setting struct{ name, value string }

// discard removes the body of an insert.
func (q *request) discard() {
	if q.spool != "" {
		os.Remove(q.spool) // what stays is removed at the next start
	}
}

// maxText bounds a query that comes as a body, in bytes. The body of an insert
// goes to a file and has no bound.
const maxText = 64 << 20

// identifier is a name that needs no quotes.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// readRequest reads a query with its parameters and settings. The body of an
// insert is in a file by then, whole.
func (s *Server) readRequest(r *http.Request) (*request, error) {
	if err := supported(r); err != nil {
		return nil, err
	}
	q := &request{statement: statement{format: "Native"}}
	values := r.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := q.take(name, values.Get(name)); err != nil {
			return nil, err
		}
	}
	if err := s.readBody(q, r.Body); err != nil {
		q.discard()
		return nil, err
	}
	q.hello = strings.TrimSpace(q.text) == helloQuery
	return q, nil
}

// supported refuses what would be misread.
func supported(r *http.Request) error {
	values := r.URL.Query()
	isSet := func(name string) bool { v := values.Get(name); return v != "" && v != "0" && v != "false" }
	switch {
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		return exception(notImplemented, "use POST")
	case isSet("compress") || isSet("decompress") || r.Header.Get("Content-Encoding") != "":
		return exception(notImplemented, "the embedded ClickHouse does not compress; take the DSN without compression")
	case strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/"):
		return exception(notImplemented, "the embedded ClickHouse takes no external tables")
	case isSet("session_id"):
		return exception(notImplemented, "the embedded ClickHouse has no sessions over HTTP")
	}
	return nil
}

// take reads one value of the URL.
func (q *request) take(name, value string) error {
	switch name {
	case "query":
		q.text = value
	case "database":
		q.database = value
	case "client_protocol_version":
		q.revision, _ = strconv.ParseUint(value, 10, 64)
	case "default_format", "query_id", "quota_key", "compress", "decompress", "session_id", "session_timeout",
		"session_check", "wait_end_of_query", "buffer_size", "user", "password", "role", "stacktrace",
		"log_comment": // the last one finds the query again, see kill
	default:
		if parameter, ok := strings.CutPrefix(name, "param_"); ok {
			q.names, q.values = append(q.names, parameter), append(q.values, value)
			return nil
		}
		if !identifier.MatchString(name) {
			return exception(badArguments, fmt.Sprintf("%q is not the name of a setting", name))
		}
		q.settings = append(q.settings, setting{name, value})
	}
	return nil
}

// insertWithData is an insert whose data are in the body: what comes before the
// place of FROM INFILE, its settings, its format.
var insertWithData = regexp.MustCompile(`(?is)^(\s*INSERT\s.*?)(\s+SETTINGS\s.*?)?\s+FORMAT\s+([A-Za-z0-9_]+)\s*;?\s*$`)

// readBody reads the query, or the data of the query in the URL.
func (s *Server) readBody(q *request, body io.Reader) error {
	if parts := insertWithData.FindStringSubmatch(q.text); parts != nil {
		if err := s.spoolBody(q, body); err != nil {
			return err
		}
		q.text = parts[1] + " FROM INFILE " + quote(q.spool) + parts[2] + " FORMAT " + parts[3]
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(body, maxText+1))
	if err != nil {
		return err
	}
	if len(text) > maxText {
		return exception(syntaxError, fmt.Sprintf("the query is longer than %d bytes", maxText))
	}
	q.text += string(text)
	if strings.TrimSpace(q.text) == "" {
		return exception(syntaxError, "Empty query")
	}
	if insertWithData.MatchString(q.text) {
		// ClickHouse would look for the data on the process's standard input.
		return exception(noDataToInsert, "the insert has no data; send them as the body, and the query in the URL")
	}
	return nil
}

// spoolBody writes the data of an insert to a file. ClickHouse takes an empty
// body for an insert of nothing; clickhouse-go sends one only when it could not
// encode a batch, and must not be told that all is well.
func (s *Server) spoolBody(q *request, body io.Reader) error {
	file, err := os.CreateTemp(s.folder.spool(), "insert-*")
	if err != nil {
		return err
	}
	q.spool = file.Name()
	n, err := io.Copy(file, body)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("receive the data of an insert: %w", err)
	}
	if n == 0 {
		return exception(noDataToInsert, "the insert has no data; if there were rows, they could not be encoded: columns of different length, or a value that does not fit")
	}
	return nil
}

var quoted = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`)

// quote makes a string literal of SQL.
func quote(s string) string { return "'" + quoted.Replace(s) + "'" }
