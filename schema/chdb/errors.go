package chdb

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
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

// notStreamed tells whether libchdb refused a statement for being no SELECT. It
// parses the statement to know, and has run nothing of it by then.
func notStreamed(err error) bool {
	var e *Error
	return errors.As(err, &e) && strings.HasPrefix(e.Message, "Code: 36. DB::Exception: Streaming query is not supported for query")
}
