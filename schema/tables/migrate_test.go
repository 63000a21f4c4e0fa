package tables_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/schema/tables"
)

var update = flag.Bool("update", false, "write golden files and the dump of the newest state")

const (
	statesFolder = "../testdata/states"
	goldenFolder = "../testdata"
)

// dump returns the definitions of a database's tables and views in an order in
// which they can be made, with the database's name left open.
func dump(t *testing.T, conn driver.Conn, database string) string {
	t.Helper()
	definitions := values(t, conn, `SELECT create_table_query FROM system.tables WHERE database = currentDatabase()
		ORDER BY engine = 'View', multiIf(name LIKE '%\_one', 0, name LIKE 'calls%', 1, 2), name`)
	text := strings.Join(definitions, ";\n\n") + ";\n"
	return strings.ReplaceAll(text, database+".", "{database}.")
}

// TestMigrateFromEveryState loads the frozen dump of each state that ever was,
// migrates it, and demands the same final schema from all of them and that a
// second run has nothing to do.
func TestMigrateFromEveryState(t *testing.T) {
	conn, database := newDatabase(t)
	applied, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	final := dump(t, conn, database)
	newest := filepath.Join(statesFolder, fmt.Sprintf("%03d.sql", applied))
	compare(t, filepath.Join(goldenFolder, "tables.golden.sql"), final)
	if _, err := os.Stat(newest); err != nil {
		if !*update {
			t.Errorf("no dump of the newest state: run with -update and commit %s; never change the dumps of earlier states", newest)
		} else if err := os.WriteFile(newest, []byte(final), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	states, err := filepath.Glob(filepath.Join(statesFolder, "*.sql"))
	if err != nil || len(states) < 2 {
		t.Fatalf("%d states in %s, at least the empty and the newest were expected (%v)", len(states), statesFolder, err)
	}
	for _, state := range states {
		t.Run(filepath.Base(state), func(t *testing.T) {
			conn, database := newDatabase(t)
			restore(t, conn, database, state)
			if _, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{}); err != nil {
				t.Fatal(err)
			}
			if got := dump(t, conn, database); got != final {
				t.Errorf("the final schema differs from that of an empty database:\n%s", got)
			}
			again, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{})
			if err != nil || again != 0 {
				t.Errorf("the second run applied %d steps (%v)", again, err)
			}
		})
	}
}

// restore makes the tables of a dump and records the steps up to the number in
// the file's name.
func restore(t *testing.T, conn driver.Conn, database, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(strings.ReplaceAll(string(content), "{database}.", database+"."), ";\n") {
		if strings.TrimSpace(statement) != "" {
			exec(t, conn, statement)
		}
	}
	var number int
	if _, err := fmt.Sscanf(filepath.Base(file), "%03d.sql", &number); err != nil {
		t.Fatal(err)
	}
	for i := range number {
		exec(t, conn, "INSERT INTO migrations (step, name) VALUES (?, '')", uint32(i+1))
	}
}

// TestMigrateInterrupted runs every step twice: what a crash after a step's
// statements and before its record leaves behind.
func TestMigrateInterrupted(t *testing.T) {
	conn, database := newDatabase(t)
	first, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := dump(t, conn, database)
	exec(t, conn, "TRUNCATE TABLE migrations")
	second, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{})
	if err != nil || second != first {
		t.Errorf("the repeated run applied %d of %d steps (%v)", second, first, err)
	}
	if after := dump(t, conn, database); after != before {
		t.Error("repeating the steps changed the schema")
	}
}

func TestMigrateRefusesNewer(t *testing.T) {
	conn := newTables(t)
	exec(t, conn, "INSERT INTO migrations (step, name) VALUES (900, 'future')")
	_, err := tables.Migrate(t.Context(), conn, tables.MigrateOptions{})
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("got %v", err)
	}
}

func TestClusterAndCloudExcludeEachOther(t *testing.T) {
	if _, err := tables.Migrate(t.Context(), nil, tables.MigrateOptions{Cluster: "c", Cloud: true}); err == nil {
		t.Error("no error")
	}
}

// TestRendered keeps what is sent to a cluster and to the Cloud under eyes.
func TestRendered(t *testing.T) {
	for name, o := range map[string]tables.MigrateOptions{
		"tables.cluster.golden.sql": {Cluster: "main"},
		"tables.cloud.golden.sql":   {Cloud: true},
	} {
		t.Run(name, func(t *testing.T) {
			statements, err := tables.Statements(o)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join(goldenFolder, name), strings.Join(statements, ";\n\n")+";\n")
		})
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run with -update", err)
	}
	if string(want) != got {
		t.Errorf("%s differs; look at the change and run with -update:\n%s", file, got)
	}
}
