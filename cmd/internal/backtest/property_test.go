package backtest_test

import (
	"encoding/json"
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
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "    tenant: fabrikam", pick(r, "    tenant: contoso", "    notice: {grace: 7s}\n    tenant: fabrikam"), 1)
	},
	func(r *rand.Rand, text string) string {
		return strings.Replace(text, "{id: contoso}", fmt.Sprintf("{id: contoso, notice: {%s: %ds}}", pick(r, "deadline", "grace", "early"), 1+r.IntN(40)), 1)
	},
	func(r *rand.Rand, text string) string {
		return text + "evidence: {" + pick(r, "conflict: 1500ms", "clock_skew: 2s", "conflict: 10s") + "}\n"
	},
	func(r *rand.Rand, text string) string {
		return text + "names: {" + pick(r, "wordmarks: [a]", "namesakes: allow", "placeholders: [anna]") + "}\n"
	},
	func(r *rand.Rand, text string) string {
		return text + "rules:\n  - {id: own.x, title: T., " + pick(r,
			`subject: session, result: 'session.receipts.size() > 1 ? "fail" : "pass"'`,
			`subject: obligation, result: 'obligation.result == "late" ? "fail" : "pass"', message: 'string(obligation.due_at)'`,
			`subject: call, applies: call.teams, result: 'call.sessions.size() > 4 ? "fail" : "not_applicable"'`,
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

// changed is a policy with up to three changes, and perhaps exceptions.
func changed(t *testing.T, r *rand.Rand, text string) (string, *policy.Policy) {
	t.Helper()
	was := text
	for _, i := range r.Perm(len(changes))[:r.IntN(4)] {
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
// judging every call twice, with any number of workers and of calls at once.
func TestAsThePlainWay(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			opt := simulate.SoakRun(seed+20, start, 40)
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
			for n := range 6 {
				what, after := changed(t, r, text)
				if n == 0 {
					what, after = "the same", before
				}
				cfg := backtest.Config{Before: terms, After: after, AtOnce: 7, Workers: 3}
				if n == 5 {
					cfg.Since = start.Add(time.Duration(r.IntN(24)) * time.Hour)
				}
				want := plain(t, conn, cfg)
				for _, cfg.AtOnce = range []int{7, 10_000} {
					got, err := backtest.Run(t.Context(), conn, cfg)
					if err != nil {
						t.Fatal(err)
					}
					equal(t, what, got.Rules, want)
				}
				if t.Failed() {
					b, _ := json.Marshal(what)
					t.Fatalf("change %d: %s", n, b)
				}
			}
		})
	}
}
