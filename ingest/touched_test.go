package ingest

import (
	"encoding/json"
	"slices"
	"testing"
)

// Touched reports each alias set once for each time that it got events, over a
// restart too, and nothing where nothing came.
func TestTouched(t *testing.T) {
	conn := newDatabase(t)
	m := newMember(t, conn)
	var cursor Cursor
	touched := func() []string {
		t.Helper()
		news, next, more, err := Touched(t.Context(), conn, cursor)
		if err != nil || more {
			t.Fatal(err, more)
		}
		kept, err := json.Marshal(next) // as over a restart
		if err != nil {
			t.Fatal(err)
		}
		cursor = Cursor{}
		if err := json.Unmarshal(kept, &cursor); err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, key := range news.AliasKeys {
			names = append(names, values(t, conn, "SELECT alias FROM aliases_one WHERE alias_key = '"+key+"'")...)
		}
		slices.Sort(names)
		return names
	}
	store := func(first int64, texts ...string) {
		c := claim(0, 0, 100)
		m.assigned(c)
		m.handle(batchOf(c, first, texts...))
		m.revoked(c)
	}
	expect(t, "nothing stored", touched(), list())
	store(0, "a b", "c")
	expect(t, "first", touched(), list("correlation_id:a", "correlation_id:b", "correlation_id:c"))
	expect(t, "nothing new", touched(), list())
	store(2, "b")
	store(3, "!")
	expect(t, "one again", touched(), list("correlation_id:b"))
	expect(t, "nothing new", touched(), list())
	// A range that another member stored before the cursor's time, and that
	// became visible only now.
	if err := conn.Exec(t.Context(), "INSERT INTO events (topic, partition, offset, alias_key) VALUES ('t', 0, 50, 'late')"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "INSERT INTO batches (topic, partition, first, last, stored_at) SELECT 't', 0, 50, 50, now64(6, 'UTC') - INTERVAL 30 SECOND"); err != nil {
		t.Fatal(err)
	}
	news, _, _, err := Touched(t.Context(), conn, cursor)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "late", news.AliasKeys, list("late"))
}

func TestJoined(t *testing.T) {
	got := Joined([]Range{{"t", 0, 0, 5, 9}, {"t", 0, 1, 0, 1}, {"t", 0, 0, 0, 4}, {"t", 1, 0, 10, 11}, {"t", 0, 0, 11, 12}, {"s", 0, 0, 0, 0}})
	expect(t, "joined", got, []Range{{"s", 0, 0, 0, 0}, {"t", 0, 0, 0, 9}, {"t", 0, 0, 11, 12}, {"t", 0, 1, 0, 1}, {"t", 1, 0, 10, 11}})
}
