package chdb_test

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// all is a row with every type that Rollcall's tables use.
type all struct {
	ID      uint64            `ch:"id"`
	Text    string            `ch:"text"`
	Low     string            `ch:"low"`
	Fixed   string            `ch:"fixed"`
	Signed  int64             `ch:"signed"`
	At      time.Time         `ch:"at"`
	Maybe   *string           `ch:"maybe"`
	MaybeAt *time.Time        `ch:"maybe_at"`
	List    []string          `ch:"list"`
	Pairs   map[string]string `ch:"pairs"`
	Choice  string            `ch:"choice"`
	Amount  decimal.Decimal   `ch:"amount"`
	UUID    uuid.UUID         `ch:"uuid"`
	Point   []any             `ch:"point"`
	Yes     bool              `ch:"yes"`
	Day     time.Time         `ch:"day"`
}

const allColumns = `(
	id UInt64, text String, low LowCardinality(String), fixed FixedString(16), signed Int64,
	at DateTime64(3, 'UTC'), maybe Nullable(String), maybe_at Nullable(DateTime64(3, 'UTC')), list Array(String),
	pairs Map(LowCardinality(String), String), choice Enum8('pass' = 1, 'fail' = 2, 'no evidence' = -3),
	amount Decimal(38, 10), uuid UUID, point Tuple(String, Int32), yes Bool, day Date
)`

func row(i int) all {
	r := all{
		ID: uint64(i), Text: fmt.Sprintf("\x00zero, \n'quote' \"%d\" \\ ü 🎧 \t", i), Low: fmt.Sprint("kind", i%7),
		Fixed: fmt.Sprintf("%016d", i), Signed: int64(-i) << 30,
		At:     time.Date(2026, 3, 29, 0, 59, 59, i%1000*1e6, time.UTC).Add(time.Duration(i) * time.Second),
		List:   make([]string, i%4),
		Pairs:  map[string]string{},
		Choice: []string{"pass", "fail", "no evidence"}[i%3],
		Amount: decimal.New(int64(i)*1234567891, -10).Neg(),
		UUID:   uuid.NewSHA1(uuid.Nil, []byte{byte(i), byte(i >> 8)}),
		Point:  []any{fmt.Sprint("x", i), int32(-i)},
		Yes:    i%2 == 0,
		Day:    time.Date(1970, 1, 1+i%10000, 0, 0, 0, 0, time.UTC),
	}
	for k := range r.List {
		r.List[k] = strings.Repeat("é", k)
		r.Pairs[fmt.Sprint(k)] = r.Text
	}
	if i%5 == 0 {
		r.Maybe, r.MaybeAt = &r.Text, &r.At
	}
	return r
}

func TestEveryTypeComesBackEqual(t *testing.T) {
	conn := database(t)
	const rows = 50_000
	for _, engine := range []string{"MergeTree", "ReplacingMergeTree(signed)"} {
		t.Run(engine, func(t *testing.T) {
			run(t, conn, "CREATE OR REPLACE TABLE every_type "+allColumns+" ENGINE = "+engine+" ORDER BY id")
			batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO every_type")
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				r := row(i)
				if err := batch.AppendStruct(&r); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			got, err := conn.Query(t.Context(), "SELECT * FROM every_type ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for ; got.Next(); n++ {
				var r all
				if err := got.ScanStruct(&r); err != nil {
					t.Fatal(err)
				}
				want := row(n)
				if !r.Amount.Equal(want.Amount) {
					t.Fatalf("row %d: amount is %s, want %s", n, r.Amount, want.Amount)
				}
				r.Amount = want.Amount // equal numbers may differ in form
				if len(r.List) == 0 {
					r.List = want.List
				}
				if !reflect.DeepEqual(r, want) {
					t.Fatalf("row %d:\n got %#v\nwant %#v", n, r, want)
				}
			}
			if err := got.Err(); err != nil {
				t.Fatal(err)
			}
			if n != rows {
				t.Fatalf("%d rows came back, want %d", n, rows)
			}
		})
	}
}

func TestSomeColumnsOnly(t *testing.T) {
	conn := database(t)
	run(t, conn, "CREATE TABLE t (a UInt64, b String DEFAULT 'd', c String MATERIALIZED concat(b, '!')) ENGINE = MergeTree ORDER BY a")
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO t (a) SETTINGS max_threads = 1")
	if err != nil {
		t.Fatal(err)
	}
	if err := batch.Append(uint64(7)); err != nil {
		t.Fatal(err)
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	if got := value[string](t, conn, "SELECT c FROM t WHERE a = 7"); got != "d!" {
		t.Errorf("default came back as %q", got)
	}
}

// Strings that trip up quoting somewhere on the way.
var awkward = []string{
	"", "plain", "it's", `"double"`, "`back`", `back\slash`, `\N`, `\n`, "line\nline", "tab\tend", "cr\r\nlf",
	"zero\x00byte", "\x00", "\b\f\v\x1b", "ünïcode ☎ 🎧", "\xff\xfe not UTF-8", "{x:String}", "?", "$1", "@x", "%41", "a&b=c+d;e#f",
	"NULL", "'; DROP TABLE t; --", "--", "/* */", "[]", "['a']", strings.Repeat("long ' ", 1000),
}

func TestParameters(t *testing.T) {
	conn := database(t)
	for _, s := range awkward {
		name := fmt.Sprintf("%.20q", s)
		t.Run("named "+name, func(t *testing.T) {
			if got := value[string](t, conn, "SELECT {s:String}", clickhouse.Named("s", s)); got != s {
				t.Errorf("got %.80q", got)
			}
		})
		t.Run("positional "+name, func(t *testing.T) {
			if got := value[string](t, conn, "SELECT ?", s); got != s {
				t.Errorf("got %.80q", got)
			}
		})
		t.Run("client side named "+name, func(t *testing.T) {
			if got := value[string](t, conn, "SELECT @s", clickhouse.Named("s", s)); got != s {
				t.Errorf("got %.80q", got)
			}
		})
	}
	t.Run("positional array", func(t *testing.T) {
		got := value[[]string](t, conn, "SELECT ?", clickhouse.ArraySet(anySlice(awkward)))
		if !reflect.DeepEqual(got, awkward) {
			t.Errorf("got %.300q", got)
		}
	})
	t.Run("named array", func(t *testing.T) {
		got := value[[]string](t, conn, "SELECT {s:Array(String)}", clickhouse.Named("s", awkward))
		for i := range awkward {
			if i >= len(got) || got[i] != awkward[i] {
				t.Errorf("element %d: want %.80q, got %.80q", i, awkward[i], got[i])
			}
		}
	})
	t.Run("other types", func(t *testing.T) {
		at := time.Date(2026, 10, 25, 0, 30, 0, 123e6, time.UTC)
		got := value[time.Time](t, conn, "SELECT {at:DateTime64(3, 'UTC')}", clickhouse.Named("at", at))
		if !got.Equal(at) {
			t.Errorf("time is %v, want %v", got, at)
		}
		if got := value[[]uint64](t, conn, "SELECT {ids:Array(UInt64)}", clickhouse.Named("ids", []uint64{1, 1 << 63})); !reflect.DeepEqual(got, []uint64{1, 1 << 63}) {
			t.Errorf("got %v", got)
		}
		if got := value[*string](t, conn, "SELECT {n:Nullable(String)}", clickhouse.Named("n", nil)); got != nil {
			t.Errorf("NULL came back as %q", *got)
		}
	})
	t.Run("in a statement that is no SELECT", func(t *testing.T) {
		run(t, conn, "CREATE TABLE p (s String, n Int64) ENGINE = MergeTree ORDER BY s")
		run(t, conn, "INSERT INTO p SELECT {s:String}, {n:Int64}", clickhouse.Named("s", "it's\n"), clickhouse.Named("n", -5))
		run(t, conn, "INSERT INTO p VALUES (?, ?), ('x', 1)", "it's\x00", 6)
		if got := value[int64](t, conn, "SELECT sum(n) FROM p WHERE s IN (?)", []string{"it's\n", "it's\x00"}); got != 1 {
			t.Errorf("sum is %d, want 1", got)
		}
	})
	t.Run("longer than a query may be", func(t *testing.T) {
		long := strings.Repeat("long ' ", 100_000)
		if got := value[string](t, conn, "SELECT {s:String}", clickhouse.Named("s", long)); got != long {
			t.Errorf("%d bytes came back, want %d", len(got), len(long))
		}
		var s string
		// A server's limit of 256 KiB for the text holds here too.
		wantCode(t, conn.QueryRow(t.Context(), "SELECT ?", long).Scan(&s), 62)
	})
	t.Run("many", func(t *testing.T) {
		ids := make([]string, 100_000)
		for i := range ids {
			ids[i] = fmt.Sprintf("8:acs:%036d", i)
		}
		if got := value[uint64](t, conn, "SELECT length({ids:Array(String)})", clickhouse.Named("ids", ids)); got != uint64(len(ids)) {
			t.Errorf("%d of %d arrived", got, len(ids))
		}
	})
}

func anySlice(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

func TestDriverCalls(t *testing.T) {
	conn := database(t)
	ctx := t.Context()
	if err := conn.Ping(ctx); err != nil {
		t.Errorf("Ping: %v", err)
	}
	version, err := conn.ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.Version.Major < 26 || version.Timezone.String() != "UTC" {
		t.Errorf("server is %v", version)
	}
	var numbers []struct {
		N uint64 `ch:"number"`
	}
	if err := conn.Select(ctx, &numbers, "SELECT number FROM numbers(3)"); err != nil {
		t.Fatal(err)
	}
	if len(numbers) != 3 || numbers[2].N != 2 {
		t.Errorf("Select gave %v", numbers)
	}
	if err := conn.Select(ctx, &numbers, "SELECT number FROM numbers(3) WHERE 0"); err != nil || len(numbers) != 0 {
		t.Errorf("Select of nothing: %v, %v", numbers, err)
	}
	var n uint64
	if err := conn.QueryRow(ctx, "SELECT number FROM numbers(1) WHERE 0").Scan(&n); err != sql.ErrNoRows {
		t.Errorf("QueryRow of nothing: %v, want sql.ErrNoRows", err)
	}
	for _, query := range []string{"SHOW TABLES", "EXPLAIN SELECT 1", "DESCRIBE TABLE system.one", "EXISTS TABLE nothing",
		"SELECT 1;", "SELECT 1 -- comment", "/* c */ SELECT 1", "(SELECT 1) UNION ALL (SELECT 2)", "WITH 1 AS x SELECT x", "CHECK GRANT SELECT ON *.*"} {
		rows, err := conn.Query(ctx, query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		rows.Close()
	}
}

func TestDatabaseSQL(t *testing.T) {
	server := open(t, chdbConfig(t))
	options, err := clickhouse.ParseDSN(server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	db := clickhouse.OpenDB(options)
	defer db.Close()
	if err := db.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE s (a UInt64, b String) ENGINE = MergeTree ORDER BY a"); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	insert, err := tx.PrepareContext(t.Context(), "INSERT INTO s (a, b)")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err := insert.Exec(uint64(i), fmt.Sprint("b", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	var sum uint64
	if err := db.QueryRowContext(t.Context(), "SELECT sum(a) FROM s WHERE b != ?", "b9").Scan(&sum); err != nil {
		t.Fatal(err)
	}
	if sum != 36 {
		t.Errorf("sum is %d, want 36", sum)
	}
}
