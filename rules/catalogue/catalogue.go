// Package catalogue brings the families of rules together: it lists every rule,
// and has every one judge each subject, so that the first match hides nothing
// (design.md, section 6). It is pure.
package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rollcall/rules/apphour"
	"rollcall/rules/brand"
	"rollcall/rules/consent"
	"rollcall/rules/evidence"
	"rollcall/rules/exceptions"
	"rollcall/rules/interop"
	"rollcall/rules/names"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/notice"
	"rollcall/rules/own"
	"rollcall/rules/policy"
	"rollcall/rules/reload"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Rules describes every built-in rule, family by family.
func Rules() []rule.Rule {
	return slices.Concat(notice.Rules(), consent.Rules(), interop.Rules(), names.Rules(), evidence.Rules(), brand.Rules(), exceptions.Rules(), reload.Rules())
}

// Known lists the ids of all rules: the built-in ones and a policy's own.
func Known(p *policy.Policy) []string {
	var ids []string
	for _, r := range Rules() {
		ids = append(ids, r.ID)
	}
	for _, o := range p.Own() {
		ids = append(ids, o.ID)
	}
	return ids
}

// Digest names what the built-in rules find: the ids and versions of all of them.
var Digest = sync.OnceValue(func() string {
	var all []string
	for _, r := range Rules() {
		all = append(all, r.ID+" "+strconv.Itoa(r.Version))
	}
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:6])
})

// Input is what judging takes besides the subject.
type Input struct {
	Policy *policy.Policy
	Now    time.Time
	// Gaps are the intervals in which evidence was lost.
	Gaps []notice.Gap
	// Evidence is what the store knows against the evidence of the call, with the
	// tenant and app that findings on the whole call belong to. Only Call uses it.
	Evidence evidence.Input
	// Known finds whom the directory's users are mistaken for; nil: no directory
	// is known. Only Names uses it.
	Known *lookalike.Index
}

// Session has every rule about sessions judge one, whose obligations are rows.
// Of the call it uses what holds for all sessions, not its list of them: the
// sessions of a large meeting are judged one by one.
func Session(call schema.Call, s schema.Session, rows []schema.Obligation, in Input) rule.Outcome {
	return SomeOfSession(call, s, rows, in, Some{Missed: true, Shown: true, Consent: true, Clouds: true, Skew: true, Own: in.Policy.Own()})
}

// Due is the first instant after in.Now at which what the rules say of a session
// may change though nothing more is heard; zero where there is none.
func Due(call schema.Call, s schema.Session, rows []schema.Obligation, in Input) time.Time {
	subject := rule.NewSession(call, s, rows, in.Policy, in.Now)
	return sooner(notice.Due(subject), consent.Due(subject))
}

// sooner is the earlier of two instants; a zero one is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Hours is what a session contributes to the clock hours of its app.
func Hours(call schema.Call, s schema.Session, rows []schema.Obligation, in Input) []apphour.Tally {
	return apphour.Of(rule.NewSession(call, s, rows, in.Policy, in.Now))
}

// Call has every rule about whole calls judge one. Its sessions may be without
// receipts and signals.
func Call(call schema.Call, in Input) rule.Outcome {
	out := evidence.Judge(call, in.Evidence)
	out.Add(interop.Judge(call, interop.Owner{Tenant: in.Evidence.Tenant, App: in.Evidence.App, PolicyID: in.Policy.ID}))
	out.Add(own.JudgeCall(call, in.Evidence.Tenant, in.Evidence.App, in.Policy, in.Policy.Own()))
	exceptions.Apply(out.Findings, in.Policy)
	return out
}

// Names has every rule about displayed names judge those of a call, and puts
// result and reason into them. app is whose app an identity uses, by raw id.
func Names(call schema.Call, list []schema.ShownName, app func(rawID string) policy.App, in Input) rule.Outcome {
	out := names.Outcome(list, names.Case{Call: call, Policy: in.Policy, App: app, Known: in.Known, Now: in.Now})
	exceptions.Apply(out.Findings, in.Policy)
	return out
}

// App has every rule about apps judge one in a clock hour: versions are the
// tallies of all its versions.
func App(versions []apphour.Tally, in Input) rule.Outcome {
	out := apphour.JudgeBroken(notice.AppBroken(), versions, in.Policy, in.Now, in.Gaps)
	out.Add(apphour.JudgeSilent(evidence.Silent(), versions, in.Policy, in.Now, in.Gaps))
	exceptions.Apply(out.Findings, in.Policy)
	return out
}

// Partition has every rule about partitions judge one.
func Partition(p evidence.Partition, in Input) rule.Outcome {
	out := evidence.JudgePartition(p, in.Policy.ID)
	exceptions.Apply(out.Findings, in.Policy)
	return out
}

// Listing has every rule about listings judge a version of one. Book is made of
// the policy; checks are what rules say of each part of the listing.
func Listing(v brand.Version, book *brand.Book, o brand.Occasion, in Input) (out rule.Outcome, checks []brand.Check) {
	checks = book.Judge(v.Listing, o)
	out = brand.Outcome(v, checks, in.Policy)
	exceptions.Apply(out.Findings, in.Policy)
	return out, checks
}

// Exceptions has every rule about the policy's exceptions judge them, given the
// findings that are suppressed.
func Exceptions(suppressed []schema.Finding, in Input) rule.Outcome {
	return exceptions.Report(suppressed, in.Policy, in.Now)
}

// Reload has every rule about the reading of policies judge the last one.
func Reload(a reload.Attempt) rule.Outcome { return reload.Judge(a) }
