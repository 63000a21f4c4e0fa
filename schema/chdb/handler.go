package chdb

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
)

const pingPath = "/ping"

// handler is the part of ClickHouse's HTTP interface that clickhouse-go uses.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(pingPath, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "Ok.\n") })
	mux.HandleFunc("/", s.serveQuery)
	return s.recovered(s.authenticated(mux))
}

// authenticated lets through who knows the token, so that other users of the
// machine can't read the data.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, token, ok := r.BasicAuth()
		if !ok {
			user, token = r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")
		}
		same := subtle.ConstantTimeCompare([]byte(token), []byte(s.address.Token))
		if user != userName || same != 1 {
			writeError(w, http.StatusForbidden, exception(authenticationFailed, "wrong user or token; take both from the DSN or from "+addressFile))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into an answer. The request's connection to
// ClickHouse is closed on the way.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			s.config.Logger.Error("a request to the embedded ClickHouse failed", "cause", cause, "stack", string(debug.Stack()))
			writeError(w, http.StatusInternalServerError, exception(unknownException, fmt.Sprint(cause)))
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) serveQuery(w http.ResponseWriter, r *http.Request) {
	answer := response{w: w}
	q, err := s.readRequest(r)
	if err == nil {
		defer q.discard()
		err = s.run(r.Context(), q, &answer)
	}
	if err == nil {
		return
	}
	if answer.tag != "" || r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // nobody is there to read it
	}
	err = s.located(err)
	writeError(w, http.StatusInternalServerError, err)
}

// response writes a result as it comes.
type response struct {
	w   http.ResponseWriter
	tag string // set once a part of the result is written
}

func (r *response) write(data []byte) error {
	if r.tag == "" {
		// ClickHouse draws a tag for each answer, so that data can't be taken
		// for an exception.
		r.tag = rand.Text()[:16]
		r.w.Header().Set("Content-Type", "application/octet-stream")
		r.w.Header().Set("X-ClickHouse-Exception-Tag", r.tag)
		r.w.WriteHeader(http.StatusOK)
	}
	_, err := r.w.Write(data)
	return err
}

// fail appends an exception to a result that has begun, as ClickHouse does
// since 25.11: the marker, the tag, the text, its length, and all that again.
func (r *response) fail(err error) error {
	const marker = "__exception__"
	message := err.Error()
	if len(message) > 8<<10 {
		message = strings.ToValidUTF8(message[:8<<10], "")
	}
	_, werr := fmt.Fprintf(r.w, "\r\n%s\r\n%s\r\n%s\n%d %s\r\n%s\r\n", marker, r.tag, message, len(message)+1, r.tag, marker)
	return werr
}

// finish answers a statement without a result.
func (r *response) finish(rows, bytes uint64) {
	r.w.Header().Set("X-ClickHouse-Summary", fmt.Sprintf(`{"written_rows":"%d","written_bytes":"%d"}`, rows, bytes))
	r.w.Header().Set("Content-Length", "0")
	r.w.WriteHeader(http.StatusOK)
}

// writeError answers with an exception. Before any of the result is written
// only.
func writeError(w http.ResponseWriter, status int, err error) {
	code := unknownException
	var e *Error
	if errors.As(err, &e) {
		code = e.Code
	} else {
		err = exception(code, err.Error())
	}
	w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(code))
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.WriteHeader(status)
	io.WriteString(w, err.Error())
}

// exception is an error of this handler in ClickHouse's form.
func exception(code int, message string) *Error {
	return &Error{Code: code, Message: fmt.Sprintf("Code: %d. DB::Exception: %s. (%s)", code, message, codeNames[code])}
}

var codeNames = map[int]string{
	notImplemented:       "NOT_IMPLEMENTED",
	syntaxError:          "SYNTAX_ERROR",
	noDataToInsert:       "NO_DATA_TO_INSERT",
	queryCancelled:       "QUERY_WAS_CANCELLED",
	authenticationFailed: "AUTHENTICATION_FAILED",
	badArguments:         "BAD_ARGUMENTS",
	unknownException:     "UNKNOWN_EXCEPTION",
}

func errorLog(logger *slog.Logger) *log.Logger {
	return slog.NewLogLogger(logger.Handler(), slog.LevelDebug)
}
