package assess

import (
	"fmt"
	"testing"
	"time"

	"rollcall/rules/policy"
)

// listed is a listing of the app care.
func listed(id, name, description string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/apps/care","type":"rollcall.app.listing","time":%q,"data":{"appId":"care","appName":%q,"companyName":"Northwind","texts":[{"kind":"description","locale":"en","text":%q}]}}`,
		guid(id), stamp(at), name, description)
}

// TestListings: the latest listing of an app is judged, whatever the order in
// which listings come; a statement of compatibility counts as true once a call
// shows it.
func TestListings(t *testing.T) {
	b := newBench(t)
	p, err := policy.Parse("policy.yaml", []byte("version: 1\napps: [{id: care, tenant: contoso, resources: [acs]}]\nbrand: {window: 30d}"))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	const found = "SELECT concat(rule, ' ', result, ' ', tenant, ' ', subject) FROM findings_current WHERE rule LIKE 'brand.%'"
	const checks = "SELECT concat(rule, ' ', result, ' ', seen) FROM listing_checks_current WHERE result NOT IN ('pass', 'not_applicable')"
	tell := func(text string) {
		t.Helper()
		b.clock = b.clock.Add(2 * time.Minute)
		b.sends(receiptTopic, b.clock, text)
		b.clock = b.clock.Add(2 * time.Minute)
		b.rounds()
	}
	const good, bad = "Northwind Care Line integrated with Microsoft Teams", "Care Line, sponsored by Microsoft"
	tell(listed("two", "Care Line", good, day(12, "10:00:00")))
	b.wants(found, "brand.statement no_evidence contoso listing care: description (en)")
	b.wants(checks, "brand.statement no_evidence "+good)

	tell(listed("one", "Northwind Teams", bad, day(11, "10:00:00"))) // came late, and is history
	b.wants(found, "brand.statement no_evidence contoso listing care: description (en)")

	b.sends(callTopic, b.clock, meeting("call", "19:meeting_x@thread.v2", "user", day(13, "09:30:00"))...)
	b.clock = b.clock.Add(2 * time.Hour)
	b.rounds()
	b.wants(found)
	b.wants("SELECT concat(toString(sum(pass)), ' of ', toString(sum(population))) FROM checks_current WHERE rule = 'brand.statement'", "1 of 1")

	tell(listed("three", "Northwind Teams", bad, day(14, "10:00:00")))
	b.wants(found, "brand.endorsement fail contoso listing care: description (en)", "brand.name fail contoso listing care: appName",
		"brand.statement fail contoso listing care: description (en)")

	tell(listed("four", "Care Line", "Meet your advisers.", day(15, "10:00:00")))
	b.wants(found)
}

// TestListingsAheadOfTheFrontier: a listing that is stored while evidence of
// before it is missing still is judged as soon as that has come.
func TestListingsAheadOfTheFrontier(t *testing.T) {
	b := newBench(t)
	p, err := policy.Parse("policy.yaml", []byte("version: 1\napps: [{id: care, tenant: contoso, resources: [acs]}]"))
	if err != nil {
		t.Fatal(err)
	}
	b.live.deps.Terms.Policy = p
	const found = "SELECT concat(rule, ' ', result, ' ', subject) FROM findings_current WHERE rule LIKE 'brand.%'"
	b.clock = day(12, "10:00:00")
	b.sends(receiptTopic, b.clock, listed("one", "Northwind Teams", "Meet your advisers.", day(12, "10:05:00")))
	b.clock = day(12, "10:03:00")
	b.rounds()
	b.wants(found)
	b.clock = day(12, "10:08:00")
	b.rounds()
	b.wants(found, "brand.name fail listing care: appName")
}
