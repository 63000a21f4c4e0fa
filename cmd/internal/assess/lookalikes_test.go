package assess

import (
	"fmt"
	"testing"
	"time"
)

// joinsFrom is an app's word that an external user joined a call under a name.
func joinsFrom(call, name string, at time.Time) string {
	return fmt.Sprintf(`{"id":%q,"source":"app","specversion":"1.0","type":"rollcall.session.joined","time":%q,"data":{"callId":%q,"rawId":"8:acs:res_%s","displayName":%q}}`,
		guid(call+"outside"), stamp(at), guid(call), guid(call), name)
}

const namesJudged = `SELECT concat(toString(toDate(first_at)), ' ', name, ': ', result, ' ', reason) FROM names_current ORDER BY first_at`

// TestNamesAreJudgedAgainstTheWholeDirectory: also against users who are in no
// call, as they were then, and again when the directory is known better.
func TestNamesAreJudgedAgainstTheWholeDirectory(t *testing.T) {
	b := newBench(t)
	b.sends(callTopic, day(1, "10:00:01"), joinsFrom("call1", "J\u0430ne Doe", day(1, "10:00:00")))
	b.wants(namesJudged, "2026-03-01 J\u0430ne Doe: no_evidence name.impersonation no-directory")
	b.sends(userTopic, day(1, "08:00:00"), userPage(namedUser("u", "Jane Doe")+","+namedUser("v", "Ann Berg")))
	b.wants(namesJudged, "2026-03-01 J\u0430ne Doe: fail name.impersonation disguised")
	b.wants("SELECT concat(rule, ' ', severity, ' ', raw_id) FROM findings_current WHERE rule = 'name.impersonation'", "name.impersonation high 8:acs:res_"+guid("call1"))

	// Who was there and was called so then counts, and is told apart from later.
	b.sends(callTopic, day(3, "10:00:01"), joinsFrom("call3", "Bo Li (IT)", day(3, "10:00:00")))
	want := []string{"2026-03-01 J\u0430ne Doe: fail name.impersonation disguised", "2026-03-03 Bo Li (IT): pass "}
	b.wants(namesJudged, want...)
	b.sends(userTopic, day(4, "08:00:00"), userPage(namedUser("w", "Bo Li")))
	want[1] = "2026-03-03 Bo Li (IT): no_evidence name.impersonation seen-later"
	b.wants(namesJudged, want...)
	b.sends(userTopic, day(2, "08:00:00"), userPage(namedUser("w", "Bo Li")))
	want[1] = "2026-03-03 Bo Li (IT): fail name.impersonation alike"
	b.wants(namesJudged, want...)
	b.sends(userTopic, day(2, "09:00:00"), userPage(fmt.Sprintf(`{"id":%q,"@removed":{"reason":"changed"}}`, guid("w"))))
	want[1] = "2026-03-03 Bo Li (IT): no_evidence name.impersonation seen-later" // and back on the 4th
	b.wants(namesJudged, want...)

	b.restarts()
	b.sends(callTopic, day(5, "10:00:01"), joinsFrom("call5", "Ann Berg", day(5, "10:00:00")))
	b.wants(namesJudged, append(want, "2026-03-05 Ann Berg: fail name.impersonation same-name")...)
	if err := b.run.Conn.Exec(b.Context(), "TRUNCATE TABLE names"); err != nil {
		t.Fatal(err)
	}
	b.asAudit()
	b.wants(namesJudged, append(want, "2026-03-05 Ann Berg: fail name.impersonation same-name")...)
}

// TestANameMayBeChanged: a Teams user is shown by the new name before the
// directory is looked at again, and by the old one for a while after.
func TestANameMayBeChanged(t *testing.T) {
	b := newBench(t)
	b.sends(userTopic, day(1, "08:00:00"), userPage(namedUser("u", "Ann")))
	b.sends(callTopic, day(3, "10:00:01"), joinsAs("call3", "u", "Ann Berg", day(3, "10:00:00")))
	b.wants(namesJudged, "2026-03-03 Ann Berg: fail name.directory-mismatch other-name")
	b.sends(userTopic, day(4, "08:00:00"), userPage(namedUser("u", "Ann Berg")))
	b.wants(namesJudged, "2026-03-03 Ann Berg: pass ")
	b.sends(callTopic, day(4, "10:00:01"), joinsAs("call4", "u", "Ann", day(4, "10:00:00")))
	b.sends(callTopic, day(9, "10:00:01"), joinsAs("call9", "u", "Ann", day(9, "10:00:00")))
	b.wants(namesJudged, "2026-03-03 Ann Berg: pass ", "2026-03-04 Ann: pass ", "2026-03-09 Ann: fail name.directory-mismatch other-name")
}
