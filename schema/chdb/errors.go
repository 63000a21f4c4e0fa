package chdb

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// Error is an exception of ClickHouse. The code is that of ClickHouse's
// ErrorCodes.cpp; clickhouse-go gives the same one in clickhouse.Exception.
type Error struct {
	Code    int
	Message string // the whole text, which begins with "Code: "
}

func (e *Error) Error() string { return e.Message }

// Codes of ClickHouse's ErrorCodes.cpp.
const (
	badArguments         = 36
	notImplemented       = 48
	syntaxError          = 62
	noDataToInsert       = 108
	memoryLimitExceeded  = 241
	notEnoughSpace       = 243
	queryCancelled       = 394
	authenticationFailed = 516
	unknownException     = 1002
)

var errorCode = regexp.MustCompile(`^Code: (\d+)\.`)

func newError(text string) *Error {
	code := unknownException
	if m := errorCode.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			code = n
		}
	}
	return &Error{Code: code, Message: text}
}

// located adds to the error of a full disk whose it is and what to do: ClickHouse
// says neither.
func (s *Server) located(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: unknownException, Message: err.Error()}
	}
	if e.Code != notEnoughSpace && !errors.Is(err, syscall.ENOSPC) && !strings.Contains(e.Message, "No space left on device") {
		return err
	}
	return &Error{Code: notEnoughSpace, Message: strings.TrimSpace(e.Message) + ". The disk of the data folder " + s.config.Path +
		" is full: free some of it, or keep the data on another (data_dir of the service; TMPDIR for audit and demo)"}
}

// notStreamed tells whether libchdb refused a statement for being no SELECT. It
// parses the statement to know, and has run nothing of it by then.
func notStreamed(err error) bool {
	var e *Error
	return errors.As(err, &e) && strings.HasPrefix(e.Message, "Code: 36. DB::Exception: Streaming query is not supported for query")
}
