package export

import (
	"context"
	"errors"
	"iter"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A row is what a query says of one call.
type row[T any] struct {
	ID    string // of the call
	value T
}

// A feed hands out the rows of a query that is sorted by call, call by call.
// It asks nothing before it is asked.
type feed[T any] struct {
	rows iter.Seq2[row[T], error]
	next func() (row[T], error, bool)
	stop func()
	head row[T]
	more bool
	err  error
}

// of hands out the rows of a call and passes over those of calls before it.
func (f *feed[T]) of(id string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if f.rows == nil {
			return
		}
		if f.next == nil {
			f.next, f.stop = iter.Pull2(f.rows)
			f.head, f.err, f.more = f.next()
		}
		for f.more && f.err == nil && f.head.ID <= id {
			v, mine := f.head.value, f.head.ID == id
			f.head, f.err, f.more = f.next()
			if mine && !yield(v, nil) {
				return
			}
		}
		if f.err != nil {
			var none T
			yield(none, f.err)
		}
	}
}

// close ends the query.
func (f *feed[T]) close() {
	if f.stop != nil {
		f.stop()
	}
}

// rowsOf streams a query as rows.
func rowsOf[T any](ctx context.Context, s Store, what, sql string, args []any, scan func(driver.Rows) (string, T, error)) iter.Seq2[row[T], error] {
	return func(yield func(row[T], error) bool) {
		err := query(ctx, s.Conn, what, sql, args, func(rows driver.Rows) error {
			id, value, err := scan(rows)
			if err != nil {
				return err
			}
			if !yield(row[T]{id, value}, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(row[T]{}, err)
		}
	}
}
