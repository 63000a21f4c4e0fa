package outputs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/ClickHouse/clickhouse-go/v2"

	"rollcall/reports/files"
)

// A file for which ClickHouse has no memory is written again, whole; any other
// error ends it.
func TestAFileWaitsForMemory(t *testing.T) {
	full := fmt.Errorf("read: %w", &clickhouse.Exception{Code: noMemory})
	other := errors.New("other")
	for name, c := range map[string]struct {
		fails int
		with  error
		want  error
	}{
		"none":      {0, nil, nil},
		"twice":     {2, full, nil},
		"for good":  {100, full, full},
		"something": {1, other, other},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			set, err := files.NewSet(dir)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				err = file{"a.csv", func(w io.Writer) error {
					if _, err := io.WriteString(w, "row\n"); err != nil {
						return err
					}
					if calls++; calls <= c.fails {
						return c.with
					}
					return nil
				}}.write(t.Context(), set)
			})
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want != nil {
				return
			}
			if err := set.Commit(); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "a.csv")); err != nil || string(got) != "row\n" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
