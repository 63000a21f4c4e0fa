package export

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/reports/files"
	"rollcall/reports/timeline"
)

// Names writes names.csv: a row a displayed name, those first seen on the
// scope's days.
func (s Store) Names(ctx context.Context, w io.Writer) error {
	c, err := files.NewCSV(w, "call_id", "raw_id", "surface", "source", "name", "directory_name", "result", "reason")
	if err != nil {
		return err
	}
	where, args := s.Within("first_at")
	sql := `SELECT call_id, raw_id, surface, source, name, directory_name, result, reason FROM names_current` + where +
		` ORDER BY call_id, raw_id, surface, source, name`
	err = query(ctx, s.Conn, "names", sql, args, func(rows driver.Rows) error {
		var call, raw, surface, source, name, directory, result, reason string
		if err := rows.Scan(&call, &raw, &surface, &source, &name, &directory, &result, &reason); err != nil {
			return err
		}
		return c.Row(files.Text(call), files.Text(s.Hide.ID(raw)), files.Text(surface), files.Plain(source), files.Text(s.Hide.ID(name)),
			files.Text(s.Hide.ID(directory)), files.Plain(result), files.Text(reason))
	})
	if err != nil {
		return err
	}
	return c.Close()
}

// nameRows streams the displayed names of calls, for their documents.
func (s Store) nameRows(ctx context.Context, e evaluation) iter.Seq2[row[timeline.Name], error] {
	from, args := e.of(s, "names")
	sql := `SELECT call_id, raw_id, surface, source, name, kinds, labels, first_at, last_at, event, directory_basis, directory_name, directory_from,
directory_event, result, reason FROM ` + from + ` ORDER BY call_id, raw_id, surface, source, name`
	return rowsOf(ctx, s, "names", sql, args, func(rows driver.Rows) (id string, n timeline.Name, err error) {
		var first, last, since *time.Time
		err = rows.Scan(&id, &n.RawID, &n.Surface, &n.Source, &n.Name, &n.Kinds, &n.Labels, &first, &last, &n.Event, &n.DirectoryBasis, &n.DirectoryName,
			&since, &n.DirectoryEvent, &n.Result, &n.Reason)
		n.FirstAt, n.LastAt, n.DirectoryFrom = timeline.At(deref(first)), timeline.At(deref(last)), timeline.At(deref(since))
		n.RawID, n.Name, n.DirectoryName = s.Hide.ID(n.RawID), s.Hide.ID(n.Name), s.Hide.ID(n.DirectoryName)
		if s.Hide != nil {
			n.Labels = []string{} // they may hold anything
		}
		return id, n, err
	})
}
