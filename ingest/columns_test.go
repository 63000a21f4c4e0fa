package ingest

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	chcolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest/kafka"
	"rollcall/schema"
)

// fullBlock has rows with lists of every length, nulls and odd bytes.
func fullBlock(rows int) *block {
	b := newBlock()
	p := &partition{topic: "t", epoch: 3, number: 2}
	r := recorder{decoder: words{}, version: 1, limit: 16 << 20}
	for i := range rows {
		rng := b.open(p, int64(i))
		m := kafka.Record{Offset: int64(i), Time: time.UnixMilli(int64(i) * 1e9).UTC(), Key: []byte{0, 255, byte(i)}, Value: []byte(fmt.Sprintf("a%d b ! ", i))}
		for k := range i % 4 {
			m.Headers = append(m.Headers, kafka.Header{Key: fmt.Sprint(k), Value: bytes.Repeat([]byte("é"), 70*k)})
		}
		r.record(b, rng, &m)
		e := schema.Event{ID: fmt.Sprint("own", i), Refs: schema.CallRefs{ThreadID: "th", CallConnectionID: "cc"}}
		for range i % 3 {
			e.Via = append(e.Via, schema.ViaOTLP)
		}
		if i%2 == 0 {
			e.First, e.Last, e.Refs.CallConnectionID = m.Time, m.Time.Add(time.Hour), ""
		}
		b.event(p, int64(i), 100, m.Time, i, 1, &e, []byte("{}"))
	}
	b.seal()
	b.fillLedger("w", 1)
	return b
}

// Rows that are sent in several pieces arrive as they were recorded, whatever
// the piece: this is what looking for a bad row rests on.
func TestPiecesArriveWhole(t *testing.T) {
	conn := newDatabase(t)
	w := writer{cfg: testConfig(), conn: conn}
	b := fullBlock(20)
	for _, table := range []*table{&b.messages.table, &b.events.table, &b.dead.table, &b.ledger.table, &b.aliases.table} {
		n := table.rows()
		for _, piece := range []span{{0, 1}, {1, 6}, {6, int64(n)}} {
			if lo, hi := min(int(piece.first), n), min(int(piece.last), n); lo < hi {
				if err := w.insert(t.Context(), b, table, lo, hi); err != nil {
					t.Fatalf("%s rows %d to %d: %v", table.name, lo, hi, err)
				}
			}
		}
		got := map[string]bool{}
		for _, row := range arrived(t, conn, table) {
			got[row] = true
		}
		expect(t, table.name+" rows", len(got), n)
		for i := range n {
			if row := printed(table.row(i)); !got[row] {
				t.Errorf("%s: this row did not arrive: %s", table.name, row)
			}
		}
	}
}

// arrived returns a table's rows, printed.
func arrived(t *testing.T, conn driver.Conn, table *table) []string {
	t.Helper()
	columns := strings.Join(table.names, ", ")
	// The driver gives tuples with names as maps.
	columns = strings.Replace(columns, "headers", "arrayMap(h -> tuple(h.1, h.2), headers)", 1)
	rows, err := conn.Query(t.Context(), "SELECT "+columns+" FROM "+table.name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var targets, row []any
		for _, c := range rows.ColumnTypes() {
			targets = append(targets, reflect.New(c.ScanType()).Interface())
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		for _, target := range targets {
			row = append(row, reflect.ValueOf(target).Elem().Interface())
		}
		all = append(all, printed(row))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// printed shows a row so that a pointer is what it points to.
func printed(row []any) string {
	var b strings.Builder
	for _, v := range row {
		switch v := v.(type) {
		case *time.Time:
			if v == nil {
				b.WriteString("NULL|")
			} else {
				b.WriteString(v.UTC().String() + "|")
			}
		case time.Time:
			b.WriteString(v.UTC().String() + "|")
		default:
			fmt.Fprintf(&b, "%q|", fmt.Sprint(v))
		}
	}
	return b.String()
}

// The values for the native protocol are of types that clickhouse-go takes for
// the columns as they are defined.
func TestNativeProtocolTakesTheValues(t *testing.T) {
	conn := newDatabase(t)
	b := fullBlock(8)
	for _, table := range []*table{&b.messages.table, &b.events.table, &b.dead.table, &b.ledger.table, &b.aliases.table} {
		for i, name := range table.names {
			typ := value(t, conn, "SELECT type FROM system.columns WHERE database = currentDatabase() AND table = '"+table.name+"' AND name = '"+name+"'")
			c, err := chcolumn.Type(typ).Column(name, &chcolumn.ServerContext{Timezone: time.UTC})
			if err != nil {
				t.Fatal(err)
			}
			for row := range table.rows() {
				if err := c.AppendRow(table.columns[i].value(row)); err != nil {
					t.Errorf("%s.%s: %v", table.name, name, err)
					break
				}
			}
			expect(t, table.name+"."+name+" rows", c.Rows(), table.rows())
		}
	}
}

func TestBlockReaderReadsAsItWrites(t *testing.T) {
	b := fullBlock(5)
	var written bytes.Buffer
	if _, err := b.messages.native(1, 4).(io.WriterTo).WriteTo(&written); err != nil {
		t.Fatal(err)
	}
	read, err := io.ReadAll(oneByte{b.messages.native(1, 4)})
	if err != nil || !bytes.Equal(read, written.Bytes()) {
		t.Errorf("%d bytes read, %d written (%v)", len(read), written.Len(), err)
	}
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

func TestSubtract(t *testing.T) {
	covered := []span{{0, 4}, {10, 19}, {30, 30}}
	for _, test := range []struct {
		s    span
		want []span
	}{
		{span{0, 4}, nil},
		{span{0, 5}, []span{{5, 5}}},
		{span{5, 9}, []span{{5, 9}}},
		{span{3, 12}, []span{{5, 9}}},
		{span{12, 40}, []span{{20, 29}, {31, 40}}},
		{span{31, 31}, []span{{31, 31}}},
		{span{0, 100}, []span{{5, 9}, {20, 29}, {31, 100}}},
	} {
		expect(t, fmt.Sprint(test.s), test.s.subtract(covered), test.want)
	}
}
