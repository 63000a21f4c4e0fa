package ingest

import (
	"encoding/binary"
	"io"
	"strings"
)

// A table is the rows of a block for one ClickHouse table, by columns.
type table struct {
	name    string
	names   []string
	columns []column
	insert  string // INSERT INTO name (columns)
}

func newTable(name string, columns ...any) table {
	t := table{name: name}
	for i := 0; i < len(columns); i += 2 {
		t.names = append(t.names, columns[i].(string))
		t.columns = append(t.columns, columns[i+1].(column))
	}
	t.insert = "INSERT INTO " + name + " (" + strings.Join(t.names, ", ") + ")"
	return t
}

func (t *table) rows() int { return t.columns[0].rows() }

func (t *table) reset() {
	for _, c := range t.columns {
		c.reset()
	}
}

// native returns the rows [lo, hi) as one block of ClickHouse's Native format
// ("Native" in ClickHouse's reference of formats, revision 0). The reader's
// memory is the table's own.
func (t *table) native(lo, hi int) io.Reader {
	head := binary.AppendUvarint(nil, uint64(len(t.columns)))
	head = binary.AppendUvarint(head, uint64(hi-lo))
	parts := [][]byte{head}
	for i, c := range t.columns {
		var h []byte
		h = appendText(h, t.names[i])
		h = appendText(h, c.wireType())
		parts = c.slices(append(parts, h), lo, hi)
	}
	return &blockReader{parts: parts}
}

func appendText(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// row returns row i for the row-wise interface of the native protocol.
func (t *table) row(i int) []any {
	values := make([]any, len(t.columns))
	for k, c := range t.columns {
		values[k] = c.value(i)
	}
	return values
}

// blockReader reads slices one after the other. WriteTo lets net/http send them
// as they are, without a copy.
type blockReader struct{ parts [][]byte }

func (r *blockReader) Read(p []byte) (int, error) {
	for len(r.parts) > 0 {
		if len(r.parts[0]) == 0 {
			r.parts = r.parts[1:]
			continue
		}
		n := copy(p, r.parts[0])
		r.parts[0] = r.parts[0][n:]
		return n, nil
	}
	return 0, io.EOF
}

func (r *blockReader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for len(r.parts) > 0 {
		part := r.parts[0]
		r.parts = r.parts[1:]
		if len(part) == 0 {
			continue
		}
		n, err := w.Write(part)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
