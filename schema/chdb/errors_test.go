package chdb

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// TestFullDiskNamesTheFolder holds errors of a full disk to saying whose it is.
func TestFullDiskNamesTheFolder(t *testing.T) {
	s := &Server{config: Config{Path: "/data/clickhouse"}}
	for _, err := range []error{
		newError("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)"),
		newError("Code: 74. DB::Exception: Cannot write to file: errno: 28, strerror: No space left on device. (CANNOT_WRITE_TO_FILE_DESCRIPTOR)"),
		fmt.Errorf("write body: %w", syscall.ENOSPC),
	} {
		got := s.located(err)
		var e *Error
		if !strings.Contains(got.Error(), "/data/clickhouse") || !strings.Contains(got.Error(), "TMPDIR") || !errors.As(got, &e) || e.Code != notEnoughSpace {
			t.Errorf("%v became %v", err, got)
		}
	}
	if other := newError("Code: 62. DB::Exception: Syntax error. (SYNTAX_ERROR)"); s.located(other) != error(other) {
		t.Error("another error was changed")
	}
}
