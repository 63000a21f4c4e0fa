package names_test

import (
	"slices"
	"testing"

	"rollcall/rules/names"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

const (
	external = "8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_0000000b-1531-729f-ac00-343a0d000001"
	teams    = "8:orgid:aaaaaaaa-0000-4000-8000-000000000001"
)

// judged are the failures of a name of an external user, by rule, as the
// reasons.
func judged(t *testing.T, name string, in names.Input) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, j := range names.Judge(schema.ShownName{RawID: external, Source: schema.SourceEventGrid, Name: name}, in) {
		if j.Verdict == rule.Fail {
			got[j.Rule] = j.Reason
			if j.Severity == "" || j.Message == "" || j.Expected == "" {
				t.Errorf("%q: a failure that says nothing: %+v", name, j)
			}
		}
	}
	return got
}

func directoryOf(list ...string) *lookalike.Index {
	var entries []lookalike.Entry
	for _, n := range list {
		entries = append(entries, lookalike.Entry{Name: n, RawID: teams})
	}
	return lookalike.New(slices.Values(entries))
}

func TestBothWays(t *testing.T) {
	in := names.Input{Policy: policy.DefaultNames(), Known: directoryOf("Jane Doe", "王小明", "محمد علي")}
	for _, c := range []struct {
		rule   string
		bad    []string
		honest []string
	}{
		{names.RuleMissing,
			[]string{"", " ", "\u200b", "Unknown", "undefined", "Guest 12", "user_4821", "…", "-", "442079460123", "+44 20 7946 0123", "٠١٢٣٤", external, "8:acs:x_y", "aaaaaaaa-0000-4000-8000-000000000001",
				"{aaaaaaaa-0000-4000-8000-000000000001}", "jane@contoso.com", "ゲスト", "Unbekannt", "[object Object]", "N/A", "4:+14255550123", "deadbeefdeadbeefdeadbeef", "user_aebd358218a1195b62b57229", "tel:+14255550123"},
			[]string{"Jennifer Null", "O", "🌸", "You", "Na", "王", "X Æ A-12", "User Friendly", "Guest Smith", "Anna 2", "محمد", "Nil", "Unknown Pleasures"}},
		{names.RuleUnsafe,
			[]string{"Jane\u202e Doe", "Jane\u200bDoe", "Jane\u2066Doe", "Jane\tDoe", "Jane\u0000", "Jane\u200f Doe", "Jane\u00adDoe", "Ja\u200dne", "Jane\ufeff", "Jane\u3164", "Jane\ue000", "Jane\u0378",
				"Jane\ufffd", "J\u0301\u0302\u0303\u0304\u0305\u0306\u0307ane", "Jane\U000e0041", "Jane\ufe0f", "Jane\u2800", "Jane\u2028Doe", "Ja\u200ene דוד"},
			[]string{"Jane Doe", "می\u200cخواهم", "क्\u200dष", "👩\u200d💻 Ann", "❤\ufe0f Ann", "Zoe\u0308", "דוד\u200f (IT)", "葛\U000e0100城", "ස්\u200dරී", "นก\u200bแก้ว", "Nguyễn Thị", "🏴\U000e0067\U000e0062\U000e007f",
				"Ann\u00a0Lee", "अ\u0902क", "\u1780\u200b\u1781"}},
		{names.RuleLabel,
			[]string{"Bo Li (External)", "Bo Li (Extern)", "Bo Li (外部)", "Bo Li（外部）", "Bo Li [Guest]", "Bo Li - Host", "Organizer", "Bo Li | Organizer", "Bo Li (Ext\u0435rnal)", "(Host) Bo Li", "Bo Li (externo)", "Bo Li (خارجي)", "Bo Li (Внешний)", "Support", "Bo Li (გარე)", "Bo Li（外部人员）", "Bo Li | Ведучий"},
			[]string{"Michael Host", "Bo Li (IT)", "Bo Extern", "Anna Gast", "Host, Michael", "Support Mbeki Junior", "Bo Li (External Affairs)"}},
		{names.RuleImpersonation,
			[]string{"Jane Doe", "J\u0430ne Doe", "Jane Doe (IT)", "Doe, Jane", "王 小明", "مُحمد علي", "IT Support", "Helpdesk", "IT  Supp0rt"},
			[]string{"Jane Dover", "Jane", "王小名", "محمود علي", "Jane X. Doerr", "Support Group of Ann"}},
		{names.RuleBrand,
			[]string{"Microsoft Teams Support", "Micr\u043esoft", "M1crosoft Security", "Microsoft", "Micro soft", "MicrosoftSupport", "Office 365 Team", "Skype"},
			[]string{"Azure Smith", "Bill Windows", "Teams Jones", "Mike Roso", "Bing Li", "Skyler Pe"}},
	} {
		for _, n := range c.bad {
			if got := judged(t, n, in); got[c.rule] == "" {
				t.Errorf("%s does not see %+q: %v", c.rule, n, got)
			}
		}
		for _, n := range c.honest {
			if got := judged(t, n, in); got[c.rule] != "" {
				t.Errorf("%s accuses %+q: %s", c.rule, n, got[c.rule])
			}
		}
	}
}
