package rawid

import (
	"bytes"
	"testing"

	"rollcall/schema"
)

func TestNormal(t *testing.T) {
	const guid = "f3ce5e01-0724-43c7-ae4d-80ca18703a96"
	tests := []struct {
		name, raw string
		kind      Kind
		want      string
		identity  schema.Identity
		cloud     Cloud
	}{
		{"acs user", "8:acs:Aa_bB", 0, "8:acs:aa_bb", schema.IdentityExternalUser, CloudPublic},
		{"acs user of Azure Monitor", " acs:aa_BB", 0, "8:acs:aa_bb", schema.IdentityExternalUser, CloudPublic},
		{"Teams extension user has three parts", "8:acs:a_b_c", 0, "8:acs:a_b_c", schema.IdentityTeamsExtensionUser, CloudPublic},
		{"four parts are not an extension user", "8:acs:a_b_c_d", 0, "8:acs:a_b_c_d", schema.IdentityExternalUser, CloudPublic},
		{"GCC High", "8:gcch-acs:a_b", 0, "8:gcch-acs:a_b", schema.IdentityExternalUser, CloudGCCHigh},
		{"GCC High without its digit", "GCCH-ACS:a_b", 0, "8:gcch-acs:a_b", schema.IdentityExternalUser, CloudGCCHigh},
		{"DoD extension user", "8:dod-acs:a_b_c", 0, "8:dod-acs:a_b_c", schema.IdentityTeamsExtensionUser, CloudDoD},
		{"spool keeps its case", "8:SPOOL:aB", 0, "8:spool:aB", schema.IdentityExternalUser, CloudUnknown},
		{"Teams user", "8:ORGID:" + guid, 0, "8:orgid:" + guid, schema.IdentityTeamsUser, CloudPublic},
		{"Teams user in GCC High", "8:gcch:" + guid, 0, "8:gcch:" + guid, schema.IdentityTeamsUser, CloudGCCHigh},
		{"Teams user in DoD", "8:dod:" + guid, 0, "8:dod:" + guid, schema.IdentityTeamsUser, CloudDoD},
		{"anonymous", "teamsvisitor:AB", 0, "8:teamsvisitor:ab", schema.IdentityAnonymous, CloudPublic},
		{"Teams app", "28:orgid:" + guid, 0, "28:orgid:" + guid, schema.IdentityTeamsApp, CloudPublic},
		{"Teams app in GCC High", "28:gcch:" + guid, 0, "28:gcch:" + guid, schema.IdentityTeamsApp, CloudGCCHigh},
		{"bot", "28:Echo", 0, "28:Echo", schema.IdentityBot, CloudUnknown},
		{"global bot", "28:dod-global:" + guid, 0, "28:dod-global:" + guid, schema.IdentityBot, CloudDoD},
		{"phone", "4:+14255550123", 0, "4:+14255550123", schema.IdentityPhone, CloudUnknown},
		{"bare phone", "+14255550123", 0, "4:+14255550123", schema.IdentityPhone, CloudUnknown},
		{"withheld number", "4:Anonymous", 0, "4:anonymous", schema.IdentityPhone, CloudUnknown},
		{"asserted id", "4:+14255550123_Ab", 0, "4:+14255550123_Ab", schema.IdentityPhone, CloudUnknown},
		{"bare GUID", "F3CE5E01-0724-43c7-ae4d-80ca18703a96", 0, guid, schema.IdentityUnknown, CloudUnknown},
		{"bare GUID of a Teams user", guid, GUIDTeamsUser, "8:orgid:" + guid, schema.IdentityTeamsUser, CloudPublic},
		{"bare GUID of a voice app", guid, GUIDTeamsApp, "28:orgid:" + guid, schema.IdentityTeamsApp, CloudPublic},
		{"prefix wins over the kind", "acs:a_b", GUIDTeamsUser, "8:acs:a_b", schema.IdentityExternalUser, CloudPublic},
		{"unknown keeps its case", "8:live:Bob", 0, "8:live:Bob", schema.IdentityUnknown, CloudUnknown},
		{"prefix alone", "8:acs:", 0, "8:acs:", schema.IdentityUnknown, CloudUnknown},
		{"empty", "  ", 0, "", schema.IdentityUnknown, CloudUnknown},
		{"null", "NULL", 0, "", schema.IdentityUnknown, CloudUnknown},
		{"redacted", " Redacted ", 0, "", schema.IdentityUnknown, CloudUnknown},
		{"zero GUID", ZeroGUID, GUIDTeamsUser, "", schema.IdentityUnknown, CloudUnknown},
		{"template", "{rawId}", 0, "", schema.IdentityUnknown, CloudUnknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Normal(test.raw, test.kind)
			if got != test.want {
				t.Errorf("Normal(%q) = %q, want %q", test.raw, got, test.want)
			}
			identity, cloud := Classify(got)
			if identity != test.identity || cloud != test.cloud {
				t.Errorf("Classify(%q) = %s, %q, want %s, %q", got, identity, cloud, test.identity, test.cloud)
			}
		})
	}
}

func FuzzNormal(f *testing.F) {
	for _, s := range []string{"8:acs:a_b", "acs:A", "+1", "null", "f3ce5e01-0724-43c7-ae4d-80ca18703a96", "28:gcch:x"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, raw string, kind uint8) {
		once := Normal(raw, Kind(kind%3))
		if twice := Normal(once, GUIDUnknown); twice != once {
			t.Errorf("Normal(%q) = %q, but its normal form is %q", raw, once, twice)
		}
		Classify(once)
	})
}

func TestLower(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for from := range 9 {
		want := bytes.Clone(all[from:])
		for i, c := range want {
			if 'A' <= c && c <= 'Z' {
				want[i] = c + 'a' - 'A'
			}
		}
		if got := AppendLower(nil, all[from:]); !bytes.Equal(got, want) {
			t.Errorf("from %d: %q, want %q", from, got, want)
		}
	}
}
