package backtest_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/internal/backtest"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/policy"
)

// changes are ways to change the policy of a simulation. Each is given its text
// and returns another.
var changes = []func(r *rand.Rand, text string) string{
	func(r *rand.Rand, text string) string { // every deadline
		return regexp.MustCompile(`deadline: \w+`).ReplaceAllStringFunc(text, func(string) string { return fmt.Sprintf("deadline: %ds", 1+r.IntN(30)) })
	},
	func(r *rand.Rand, text string) string { // that of the file alone
		return strings.Replace(text, "deadline: 5s", fmt.Sprintf("deadline: %dms", 500+r.IntN(9000)), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "grace: 60s", fmt.Sprintf("grace: %ds", 1+r.IntN(200)), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "early: 2s", fmt.Sprintf("early: %ds", r.IntN(20)), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "acs_app:teams_user, ", pick(r, "", "pstn, ", "acs_app:teams_user, bot, "), 1)
	},
	func(_ *rand.Rand, text string) string { return strings.Replace(text, "pstn: told", "pstn: TOLD", 1) },
	func(r *rand.Rand, text string) string { // how much goes on in silence, and what else notices have
		return strings.Replace(text, "  early:", fmt.Sprintf("  %s\n  early:", pick(r, "stale: 5s", "clock: estimate", "quiet: 10m", "quiet: 2h",
			`surfaces: {"acs_app:external_user": [banner]}`)), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "recording: [record]", "recording: "+pick(r, "[nothing]", "[aufge]", "[record, aufz]"), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "receipts: expected", pick(r, "receipts: none", "consent: {required: [recording]}"), 1)
	},
	func(r *rand.Rand, text string) string { // whose is what
		return strings.Replace(text, "    tenant: fabrikam", pick(r, "    tenant: contoso", "    notice: {grace: 7s}\n    tenant: fabrikam",
			"    notice: {texts: {en: {transcription: [nothing]}}}\n    tenant: fabrikam", "    consent: {required: [recording], deadline: 5s}\n    tenant: fabrikam"), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "apps:\n", "apps:\n  - {id: newcomer, "+pick(r, "resources: [acs-newcomer]", "users: [\"8:acs:aa_bb\"]", "resources: [acs-contoso-care]", "notice: {early: 9s}")+"}\n", 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "id: contoso-care", pick(r, "id: contoso-care2", "id: contoso-care\n    names: {namesakes: allow}"), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "{id: contoso, ", fmt.Sprintf("{id: contoso, notice: {%s}, ", pick(r, "deadline: 3s", "grace: 31s", "early: 7s", "stale: 4s", "clock: estimate",
			`texts: {en: {recording: [aufz]}}`, `exempt: {bot: nobody}`)), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "clock_skew: 10s", pick(r, "conflict: 1500ms", "clock_skew: 2s", "conflict: 10s, clock_skew: 10s", "clock_skew: 10s, pairs: [{sources: [call_summary, roster], conflict: 10s}]"), 1)
	},
	func(_ *rand.Rand, text string) string {
		return regexp.MustCompile(`(government|commercial)_tenants: \[[^\]]*\]`).ReplaceAllString(text, "${1}_tenants: []")
	},
	func(_ *rand.Rand, text string) string {
		return strings.NewReplacer("government_tenants", "commercial_tenants", "commercial_tenants", "government_tenants").Replace(text)
	},
	func(r *rand.Rand, text string) string {
		return text + "consent: {" + pick(r, "required: [recording, transcription]", "required: [recording], deadline: 1s", "deadline: 5m") + "}\n"
	},
	func(r *rand.Rand, text string) string {
		return text + "names: {" + pick(r, "wordmarks: [ann]", "namesakes: allow", "namesakes: report", "placeholders: [anna]", "labels: [visitor], roles: [anna]", "except: [External, Support]",
			"people: [Unknown, Jane Doe]", "protected: [Anna]", "impersonators: [external_user, teams_user, anonymous]", "rename_grace: 0s") + "}\n"
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "domains: [contoso.example]", "domains: [contoso.example, more.example]", 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "{id: fabrikam, domains: [fabrikam.example]}", pick(r, "{id: fabrikam}", "{id: fabrikam, domains: [fabrikam.example], names: {placeholders: [unknown]}}"), 1)
	},
	func(r *rand.Rand, text string) string { // listings, and wordmarks in names
		return text + "brand: {" + pick(r, "window: 30d", "wordmarks: [Contoso]", "languages: [en]") + "}\n"
	},
	func(r *rand.Rand, text string) string {
		return text + "rules:\n  - {id: own.x, title: T., " + pick(r,
			`subject: session, result: 'session.receipts.size() > 1 ? "fail" : "pass"'`,
			`subject: session, severity: low, applies: 'has(session.left) && session.signals.exists(s, s.active)', result: 'session.app + session.tenant == "" ? "no_evidence" : "fail"', message: session.raw_id + session.display_name`,
			`subject: obligation, result: 'obligation.result == "late" ? "fail" : "pass"', message: 'string(obligation.due_at)'`,
			`subject: obligation, applies: call.episodes.size() > 1, result: 'obligation.reason == "" ? "pass" : "fail"', message: 'obligation.reason + session.app_version'`,
			`subject: call, applies: call.teams, result: 'call.sessions.size() > 4 ? "fail" : "not_applicable"'`,
			`subject: call, result: 'call.sessions.exists(s, s.consents.size() > 0) ? "fail" : "pass"', message: call.resource_id`,
			`subject: call, result: 'call.threads[0] == "" ? "fail" : "pass"'`) + "}\n"
	},
}

// covers adds exceptions. It comes last, because there is one such list.
func covers(r *rand.Rand, text string) string {
	list := []string{}
	for i := range 1 + r.IntN(3) {
		scope := pick(r, "", ", app: contoso-care", ", tenant: fabrikam", ", capture: recording")
		list = append(list, fmt.Sprintf("{id: e%d, owner: o, reason: r, expires: 2026-%02d-03, scope: {rules: [%s]%s}}", i, 3+r.IntN(4)*2,
			pick(r, "notice.late", "notice.missed", "notice.missed, notice.late", "consent.missing, notice.wrong-text", "evidence.conflict", "name.missing, name.unsafe"), scope))
	}
	return text + "exceptions: [" + strings.Join(list, ", ") + "]\n"
}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// changed is a policy with some changes, up to two more, and perhaps exceptions.
func changed(t *testing.T, r *rand.Rand, text string, these ...int) (string, *policy.Policy) {
	t.Helper()
	was := text
	for _, i := range append(these, r.Perm(len(changes))[:r.IntN(3)]...) {
		other := changes[i](r, text)
		if _, err := policy.Parse("policy.yaml", []byte(other)); err == nil { // two may give one key
			text = other
		}
	}
	if r.IntN(3) == 0 {
		text = covers(r, text)
	}
	return difference(was, text), parsed(t, text)
}

// difference lists the lines that only b has.
func difference(a, b string) string {
	var out []string
	for line := range strings.Lines(b) {
		if !strings.Contains(a, line) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, " | ")
}

// TestAsThePlainWay: whatever the policies, the report is that of assembling and
// judging every call twice, with any number of workers and of calls at once. Each
// kind of change is tried in one of the histories.
func TestAsThePlainWay(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	const histories = 3
	for seed := range uint64(histories) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			opt := simulate.SoakRun(seed+20, start, 25)
			opt.OpenCalls = 5
			text := string(simulate.Policy(opt))
			_, before := changed(t, r, text)
			versions := []*policy.Policy{before}
			if seed > 0 { // a call is judged by the version in force at its start
				_, later := changed(t, r, "effective_from: 2026-03-02\n"+text)
				later.EffectiveFrom = start.Add(11 * time.Hour)
				versions = append(versions, later)
			}
			conn, terms, _ := judgedBy(t, opt, versions)
			for n := -1; n < len(changes); n++ {
				what, after := "the same", before
				if n >= 0 {
					if n%histories != int(seed) {
						continue
					}
					what, after = changed(t, r, text, n)
				}
				cfg := backtest.Config{Before: terms, After: after, AtOnce: 7, Workers: 3}
				if r.IntN(4) == 0 {
					cfg.Since = start.Add(time.Duration(r.IntN(24)) * time.Hour)
				}
				want := plain(t, conn, cfg)
				if n%2 == 0 {
					cfg.AtOnce = 10_000
				}
				got, err := backtest.Run(t.Context(), conn, cfg)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, what, got.Rules, want)
				if t.Failed() {
					t.Fatalf("change %d: %s", n, what)
				}
			}
		})
	}
}
