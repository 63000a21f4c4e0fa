package interop

import (
	"testing"
	"time"

	"rollcall/schema"
)

// TestCapabilities holds the shipped table to the contract's, cell by cell.
func TestCapabilities(t *testing.T) {
	table, err := Capabilities()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	want := map[Cell]bool{
		{schema.PathACSExternalUser, JoinMeeting}: true, {schema.PathACSExternalUser, MakeCall}: false, {schema.PathACSExternalUser, Telephony}: false,
		{schema.PathACSTeamsUser, JoinMeeting}: true, {schema.PathACSTeamsUser, MakeCall}: true, {schema.PathACSTeamsUser, Telephony}: true,
		{schema.PathTeamsUser, JoinMeeting}: true, {schema.PathTeamsUser, MakeCall}: true, {schema.PathTeamsUser, Telephony}: true,
		{schema.PathTeamsAnonymous, JoinMeeting}: true, {schema.PathTeamsAnonymous, MakeCall}: false, {schema.PathTeamsAnonymous, Telephony}: false,
		{schema.PathACSTeamsUser, JoinACSCall}: false, {schema.PathTeamsUser, JoinACSCall}: false,
	}
	for _, c := range table.Cells() {
		can, known := table.Can(c, now)
		if expected, listed := want[c]; !listed || !known || can != expected {
			t.Errorf("%s %s: %v, known %v", c.User, c.Deed, can, known)
		}
		delete(want, c)
	}
	if len(want) > 0 {
		t.Errorf("the table does not have %v", want)
	}
	if _, known := table.Can(Cell{schema.PathACSExternalUser, JoinMeeting}, now.AddDate(-10, 0, 0)); known {
		t.Error("the table knows what was before its source")
	}
}

func TestLaterEntryCounts(t *testing.T) {
	table, err := parseTable(`{source: s, capabilities: [{user: bot, deed: call, can: "yes", from: 2025-01-01}, {user: bot, deed: call, can: "no", from: 2021-01-01}]}`)
	if err != nil {
		t.Fatal(err)
	}
	c := Cell{schema.PathBot, MakeCall}
	if can, _ := table.Can(c, time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC)); can {
		t.Error("what holds from 2025 holds before")
	}
	if can, _ := table.Can(c, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)); !can {
		t.Error("the later entry does not count")
	}
	for _, bad := range []string{`{capabilities: [{user: bot, deed: call, can: maybe, from: 2025-01-01}]}`, `{capabilities: [{can: "no", from: soon}]}`, `{what: 1}`} {
		if _, err := parseTable(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
