package assess

import (
	"fmt"
	"testing"
	"time"

	"rollcall/ingest/kafka"
	"rollcall/reports/export"
)

const userTopic = receiptTopic

// userPage is a page of users/delta.
func userPage(users string) string {
	return `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(displayName)","@odata.deltaLink":"x","value":[` + users + `]}`
}

func namedUser(user, name string) string {
	return fmt.Sprintf(`{"id":%q,"displayName":%q}`, guid(user), name)
}

// joinsAs is an app's word that a Teams user joined a call under a name.
func joinsAs(call, user, name string, at time.Time) string {
	return fmt.Sprintf(`{"id":%q,"source":"app","specversion":"1.0","type":"rollcall.session.joined","time":%q,"data":{"callId":%q,"rawId":"8:orgid:%s","displayName":%q}}`,
		guid(call+user+"joined"), stamp(at), guid(call), guid(user), name)
}

const namesShown = `SELECT concat(toString(toDate(first_at)), ' ', name, ': ', directory_basis, ' ', directory_name, ' ', ifNull(toString(toDate(directory_from)), '-')) FROM names_current`

// TestYesterdaysCallIsHeldAgainstYesterdaysName: over a rename and back, with
// pages that come again with the same content.
func TestYesterdaysCallIsHeldAgainstYesterdaysName(t *testing.T) {
	b := newBench(t)
	a, c := userPage(namedUser("u", "Ann")), userPage(namedUser("u", "Ann Berg"))
	b.sends(userTopic, day(2, "08:00:00"), a)
	b.sends(userTopic, day(4, "08:00:00"), c)
	b.sends(userTopic, day(6, "08:00:00"), a)
	for _, d := range []int{1, 3, 5, 7} {
		b.sends(callTopic, day(d, "10:00:01"), joinsAs(fmt.Sprint("call", d), "u", "Ann", day(d, "10:00:00")))
	}
	want := []string{"2026-03-01 Ann: seen-later  -", "2026-03-03 Ann: held Ann 2026-03-02", "2026-03-05 Ann: held Ann Berg 2026-03-04",
		"2026-03-07 Ann: held Ann 2026-03-06"}
	b.wants(namesShown, want...)

	// What comes late changes the calls after it.
	b.sends(userTopic, day(6, "12:00:00"), userPage(fmt.Sprintf(`{"id":%q,"@removed":{"reason":"changed"}}`, guid("u"))))
	want[3] = "2026-03-07 Ann: removed  2026-03-06"
	b.wants(namesShown, want...)
	b.sends(userTopic, day(1, "08:00:00"), userPage(namedUser("u", "Ann")+`,{"id":"`+guid("u")+`","mail":"ann@contoso.com"}`))
	want[0] = "2026-03-01 Ann: held Ann 2026-03-01"
	want[1] = "2026-03-03 Ann: held Ann 2026-03-01" // it was so all the time
	b.wants(namesShown, want...)

	b.restarts()
	b.wants(namesShown, want...)
	if err := b.run.Conn.Exec(b.Context(), "TRUNCATE TABLE names"); err != nil {
		t.Fatal(err)
	}
	b.asAudit()
	b.wants(namesShown, want...)
}

// TestFilesSayNothingOfWhenADirectoryWasSeen: neither which of several names
// held, nor that one began to hold when the file was read.
func TestFilesSayNothingOfWhenADirectoryWasSeen(t *testing.T) {
	b := newBench(t)
	b.sends(callTopic, day(3, "10:00:01"), joinsAs("call", "u", "Ann", day(3, "10:00:00")), joinsAs("call", "v", "Bo", day(3, "10:00:00")))
	fromFile := func(message string) {
		m := kafka.Message{Value: []byte(message), Time: day(2, "08:00:00"), Headers: []kafka.Header{{Key: export.HeaderFile, Value: []byte("users.json")}}}
		if _, err := b.run.Client.Produce(b.Context(), kafka.DefaultProduceConfig(), userTopic, 0, []kafka.Message{m}); err != nil {
			t.Fatal(err)
		}
		b.next[userTopic]++
		if err := b.run.Wait(b.Context(), userTopic, 0, b.next[userTopic]); err != nil {
			t.Fatal(err)
		}
		b.rounds()
	}
	b.wants(namesShown, "2026-03-03 Ann: not-listed  -", "2026-03-03 Bo: not-listed  -")
	fromFile(userPage(namedUser("u", "Ann") + "," + namedUser("v", "Bo")))
	b.wants(namesShown, "2026-03-03 Ann: only-name Ann -", "2026-03-03 Bo: only-name Bo -")
	fromFile(userPage(namedUser("v", "Bob")))
	b.wants(namesShown, "2026-03-03 Ann: only-name Ann -", "2026-03-03 Bo: several-names  -")
}
