package tables_test

import (
	"slices"
	"testing"
)

// Physical copies of a message are one row, and the first that was stored
// counts, whether or not parts were merged.
func TestMessagesOneKeepsTheFirstStored(t *testing.T) {
	conn := newTables(t)
	for _, row := range []string{
		"('t', 0, 0, 7, 0, '2026-01-01 00:00:02', 'late')",
		"('t', 0, 0, 7, 0, '2026-01-01 00:00:01', 'first')",
		"('t', 0, 0, 7, 0, '2026-01-01 00:00:03', 'zombie')",
		"('t', 1, 0, 7, 0, '2026-01-01 00:00:09', 'other epoch')",
	} {
		exec(t, conn, "INSERT INTO messages (topic, epoch, partition, offset, broker_time, stored_at, value) VALUES "+row)
	}
	want := []string{"first", "other epoch"}
	query := "SELECT value FROM messages_one ORDER BY epoch, offset"
	if got := values(t, conn, query); !slices.Equal(got, want) {
		t.Errorf("before merging: got %q, want %q", got, want)
	}
	exec(t, conn, "OPTIMIZE TABLE messages FINAL")
	if got := values(t, conn, query); !slices.Equal(got, want) {
		t.Errorf("after merging: got %q, want %q", got, want)
	}
	if got := values(t, conn, "SELECT toString(count()) FROM messages"); got[0] != "2" {
		t.Errorf("%s rows after merging, want 2", got[0])
	}
}

// One event that came at several offsets and in two envelopes is one row: the
// highest version, the union of carriers, the smallest coordinate that has it.
func TestEventsCurrent(t *testing.T) {
	const columns = "INSERT INTO events (topic, epoch, partition, offset, idx, event_id, version, content, via, alias_key, facts) VALUES "
	rows := []string{
		"('b', 0, 0, 9, 0, 'e', 2, 'bb', ['cloudevent'], 'k', 'B9')",
		"('b', 0, 0, 4, 1, 'e', 2, 'bb', ['otlp'], 'k', 'B9')",
		"('a', 0, 0, 1, 0, 'e', 1, 'aa', ['app_insights'], 'k', 'A1')",
		"('c', 0, 0, 1, 0, 'e', 2, 'cc', ['cloudevent'], 'k', 'C1')",
		"('c', 0, 0, 2, 0, 'other', 0, 'x', [], 'q', 'X')",
	}
	query := "SELECT concat(event_id, ' ', facts, ' ', topic, ' ', toString(offset), ' ', arrayStringConcat(via, '+')) FROM events_current ORDER BY event_id"
	want := []string{"e B9 b 4 app_insights+cloudevent+otlp", "other X c 2 "}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 3, 1, 4}} {
		conn := newTables(t)
		for _, i := range order {
			exec(t, conn, columns+rows[i])
			exec(t, conn, columns+rows[i]) // a zombie's copy
		}
		if got := values(t, conn, query); !slices.Equal(got, want) {
			t.Errorf("order %v: got %q, want %q", order, got, want)
		}
		got := values(t, conn, "SELECT event_id FROM events_of(alias_keys = ['q', 'nothing'])")
		if !slices.Equal(got, []string{"other"}) {
			t.Errorf("events_of: got %q", got)
		}
		got = values(t, conn, "SELECT event_id FROM events_current WHERE time IS NULL AND first IS NULL ORDER BY 1")
		if len(got) != 2 {
			t.Errorf("instants that were not given are known: %q", got)
		}
	}
}

func TestAliasesMergeTheirSpans(t *testing.T) {
	conn := newTables(t)
	for _, row := range []string{
		"('x', 'k', ['x', 'y'], '2026-01-01 10:00:00', '2026-01-01 11:00:00')",
		"('x', 'k', ['x', 'y'], NULL, NULL)",
		"('x', 'k', ['x', 'y'], '2026-01-01 09:00:00', '2026-01-01 09:30:00')",
	} {
		exec(t, conn, "INSERT INTO aliases (alias, alias_key, aliases, first, last) VALUES "+row)
	}
	got := values(t, conn, "SELECT concat(toString(first), ' ', toString(last), ' ', toString(aliases)) FROM aliases_one")
	want := []string{"2026-01-01 09:00:00.000 2026-01-01 11:00:00.000 ['x','y']"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Rows of an evaluation count once its row in calls is there, and stop counting
// when a newer one is, or when the call became part of another.
func TestResultsCurrent(t *testing.T) {
	conn := newTables(t)
	sessions := func() []string {
		return values(t, conn, "SELECT concat(call_id, ' ', session_id) FROM sessions_current ORDER BY 1")
	}
	expect := func(step string, want ...string) {
		t.Helper()
		if got := sessions(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", step, got, want)
		}
	}
	const insertSession = "INSERT INTO sessions (call_id, version, session_id) VALUES "
	const insertCall = "INSERT INTO calls (call_id, version, superseded_by) VALUES "
	exec(t, conn, insertSession+"('c', 1, 's1'), ('c', 1, 's2')")
	expect("evaluation under way")
	exec(t, conn, insertCall+"('c', 1, '')")
	expect("first evaluation", "c s1", "c s2")
	exec(t, conn, insertSession+"('c', 2, 's1')")
	expect("second under way", "c s1", "c s2")
	exec(t, conn, insertCall+"('c', 2, '')")
	expect("second evaluation", "c s1")
	exec(t, conn, insertSession+"('d', 3, 's9')")
	exec(t, conn, insertCall+"('d', 3, ''), ('c', 3, 'd')")
	expect("merged into another", "d s9")
	for _, view := range []string{"obligations_current", "findings_current", "usage_lines_current", "dead_letters_one", "gaps_one", "periods_one", "calls_current", "events_one"} {
		values(t, conn, "SELECT toString(count()) FROM "+view)
	}
}

// Of the rows of one key that of the newest decoder counts, and one without an
// event withdraws what an older decoder read, whether or not parts were merged.
func TestEventsOfTheNewestDecoder(t *testing.T) {
	conn := newTables(t)
	const columns = "INSERT INTO events (topic, epoch, partition, offset, idx, event_id, alias_key, facts, decoder) VALUES "
	exec(t, conn, "SYSTEM STOP MERGES events")
	exec(t, conn, columns+"('t', 0, 0, 1, 0, 'a', 'k', 'old', 1), ('t', 0, 0, 1, 1, 'b', 'k', 'old', 1), ('t', 0, 0, 1, 2, 'c', 'k', 'old', 1)")
	exec(t, conn, columns+"('t', 0, 0, 2, 0, 'c', 'k', 'copy', 1)")
	exec(t, conn, columns+"('t', 0, 0, 1, 0, 'a', 'k', 'new', 2), ('t', 0, 0, 1, 1, 'b', 'other', 'new', 2), ('t', 0, 0, 1, 2, '', 'k', '', 2), ('t', 0, 0, 1, 3, '', 'k', '', 2)")
	exec(t, conn, columns+"('t', 0, 0, 1, 0, 'a', 'k', 'late', 1)") // by a member that had already lost its partition
	for _, when := range []string{"before merging", "after merging"} {
		for query, want := range map[string][]string{
			"SELECT concat(event_id, ' ', facts) FROM events_one ORDER BY 1":                                                  {"a new", "b new", "c copy"},
			"SELECT concat(event_id, ' ', facts) FROM events_current ORDER BY 1":                                              {"a new", "b new", "c copy"},
			"SELECT concat(event_id, ' ', facts) FROM events_of(alias_keys = ['k']) WHERE alias_key = 'k' ORDER BY 1":         {"a new", "c copy"},
			"SELECT concat(event_id, ' ', facts) FROM events_of(alias_keys = ['other']) WHERE alias_key = 'other' ORDER BY 1": {"b new"},
		} {
			if got := values(t, conn, query); !slices.Equal(got, want) {
				t.Errorf("%s, %s: got %q, want %q", when, query, got, want)
			}
		}
		exec(t, conn, "SYSTEM START MERGES events")
		exec(t, conn, "OPTIMIZE TABLE events FINAL")
	}
}
