package policy

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestApart: policies that lay down the same differ in nothing, and others in the
// part that they have otherwise.
func TestApart(t *testing.T) {
	text, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	read := func(change ...string) *Policy {
		t.Helper()
		p, err := Parse("full.yaml", []byte(strings.NewReplacer(change...).Replace(string(text))))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		change []string
		want   Parts
	}{
		{nil, Parts{}},
		{[]string{"version: 1", "# words\nversion: 1"}, Parts{}},
		{[]string{"  grace: 60s", "  grace: 61s"}, Parts{Deadlines: true}},
		{[]string{"deadline: 10s", "deadline: 11s"}, Parts{Deadlines: true}},
		{[]string{"early: ", "early: 1"}, Parts{Notices: true, Hours: true}},
		{[]string{"clock: estimate", "clock: sent"}, Parts{Notices: true, Hours: true}},
		{[]string{", pstn]", "]"}, Parts{Notices: true, Hours: true}},
		{[]string{"'record(ed|ing)'", "'recorded'"}, Parts{Notices: true}},
		{[]string{"no person", "nobody"}, Parts{Notices: true}},
		{[]string{"stale: 90s", "stale: 80s"}, Parts{Notices: true}},
		{[]string{"receipts: none", "receipts: expected"}, Parts{Notices: true, Receipts: true}},
		{[]string{"quiet: 24h", "quiet: 12h"}, Parts{Quiet: true}},
		{[]string{"required: []", "required: [transcription]"}, Parts{Consent: true}},
		{[]string{"government_tenants: [7", "government_tenants: [8"}, Parts{Clouds: true}},
		{[]string{"conflict: 10s", "conflict: 9s"}, Parts{Conflict: true}},
		{[]string{"clock_skew: 20s", "clock_skew: 21s"}, Parts{Skew: true}},
		{[]string{"Chairperson", "Chair"}, Parts{Names: NameParts{Roles: true}}},
		{[]string{"Contoso Care]", "Contoso Cares]"}, Parts{Names: NameParts{Wordmarks: true}}},
		{[]string{"Ann Microsoft", "Anne Microsoft"}, Parts{Names: NameParts{People: true}}},
		{[]string{"namesakes: fail", "namesakes: allow"}, Parts{Names: NameParts{Impersonation: true}}},
		{[]string{"domains: [contoso.com]", "domains: [contoso.org]"}, Parts{Names: NameParts{Impersonation: true}}},
		{[]string{"rename_grace: 48h", "rename_grace: 47h"}, Parts{Names: NameParts{RenameGrace: true}}},
		{[]string{"window: 30d", "window: 31d"}, Parts{}}, // listings alone
		{[]string{"resources: [acs-prod]", "resources: [acs-test]"}, Parts{Apps: true}},
		{[]string{"receipts: none}", "receipts: none}\n  - {id: more, consent: {deadline: 9s}}"}, Parts{Apps: true, Consent: true}},
		{[]string{"owner: jane", "owner: joan"}, Parts{Exceptions: true}},
		{[]string{"severity: low", "severity: high"}, Parts{Own: true}},
	} {
		changed := read(c.change...)
		if len(c.change) > 0 && changed.ID == read().ID {
			t.Errorf("%q changes nothing", c.change)
		}
		if got := Apart(read(), changed); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.change, got, c.want)
		}
	}
	a, b := read(), read("severity: low", "severity: high")
	for _, obligations := range []bool{false, true} {
		if was, is := OwnApart(a, b, obligations); len(was) != 1 || len(is) != 1 || is[0].Severity != "high" {
			t.Errorf("own rules that differ: %+v, %+v", was, is)
		}
		want := 0
		if obligations {
			want = 1
		}
		if was, is := OwnApart(a, read(), obligations); len(was) != want || len(is) != want {
			t.Errorf("own rules about obligations that differ (%v): %+v, %+v", obligations, was, is)
		}
	}
	if a, b := Default(), Default(); Apart(a, b) != (Parts{}) || a.Patience() != 120*time.Second || a.Soonest() != 5*time.Second {
		t.Errorf("the default: %+v, %v, %v", Apart(a, b), a.Patience(), a.Soonest())
	}
}
