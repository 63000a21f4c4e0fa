package touched

import (
	"errors"
	"os"
	"slices"
	"testing"

	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

var names = []string{"", "a", "0f3c1f6a-0b1d-4c57-9a3e-2f8b7c6d5e4f", "19:meeting_d2Vla2x5@thread.v2@2026-03-02", "Grüße", "target am-1", "bdd7e0e4"}

// TestRingIsOneInGoAndSQL: the partition that a producer chooses is that which
// ClickHouse finds.
func TestRingIsOneInGoAndSQL(t *testing.T) {
	server, err := chdb.Open(chdb.Config{})
	if errors.Is(err, chdb.ErrNoLibrary) && os.Getenv("CI") != "true" {
		t.Skip("libchdb is missing: run 'make libchdb'")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	conn, err := tables.Open(t.Context(), server.DSN(), tables.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, n := range []int{1, 3, 12} {
		for _, held := range [][]int{nil, {0}, {n / 2, n - 1}} {
			ring := Ring{n, held}
			for _, name := range names {
				var is bool
				if err := conn.QueryRow(t.Context(), "SELECT toBool("+ring.Condition("name")+") FROM (SELECT ? AS name)", name).Scan(&is); err != nil {
					t.Fatal(err)
				}
				if is != ring.Holds(name) {
					t.Errorf("%+v holds %q: SQL says %v, Go says %v", ring, name, is, ring.Holds(name))
				}
			}
		}
	}
}

func TestRings(t *testing.T) {
	all, some := Ring{4, []int{0, 1, 2, 3}}, Ring{4, []int{1, 3}}
	if got := all.Without(some); !slices.Equal(got.Held, []int{0, 2}) || !got.Leads() {
		t.Errorf("all but some is %+v", got)
	}
	if got := some.Without(all); len(got.Held) > 0 || some.Leads() {
		t.Errorf("some but all is %+v", got)
	}
	// With another number of partitions every call is elsewhere.
	if got := all.Without(Ring{3, []int{0, 1, 2}}); !slices.Equal(got.Held, all.Held) {
		t.Errorf("all but those of a smaller ring is %+v", got)
	}
	if (Ring{}).Holds("a") || (Ring{}).Leads() || (Ring{}).Condition("c") != "0" {
		t.Error("the zero ring holds something")
	}
}
