// Package rule holds what every rule of every family is made of: its
// description, the population that it judged, and how a finding is named
// (design.md, section 6). It is pure.
package rule

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
)

// A Subject is what a rule judges one of.
type Subject string

// The subjects of rules.
const (
	Call      Subject = "call"      // a call, or parts of it: sessions, obligations, receipts
	App       Subject = "app"       // an app in a clock hour, UTC
	Listing   Subject = "listing"   // how an app presents itself in a store
	Partition Subject = "partition" // a partition of a Kafka topic
	Policy    Subject = "policy"    // the policy file itself
)

// A Rule says what a rule is, whom it serves and what to do about a finding. It
// is what people read; the family judges.
type Rule struct {
	ID string
	// Version counts changes of what the rule finds, from 1.
	Version  int
	Severity schema.Severity
	Subject  Subject
	// Title says in one sentence what a failure means.
	Title   string
	Control Control
	// Remediation is what to do about a failure.
	Remediation string
	// FalsePositives are the known ways in which a failure may be none.
	FalsePositives []string
}

// A Control is the condition that a rule serves, in our own words.
type Control struct {
	Says string
	// Document and Section name where the condition is stated.
	Document, Section string
}

// A Verdict is what a rule says of one subject.
type Verdict string

// The verdicts.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	NoEvidence    Verdict = "no_evidence"
	NotApplicable Verdict = "not_applicable"
)

// Verdicts lists the verdicts.
func Verdicts() []Verdict { return []Verdict{Pass, Fail, NoEvidence, NotApplicable} }

// The statuses that judging gives; persons give others.
const (
	StatusNew        = "new"
	StatusSuppressed = "suppressed" // by an exception of the policy
)

// A Population says how many subjects a rule judged, so that silence is never
// mistaken for health.
type Population struct {
	Population    int `json:"population"`
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	NoEvidence    int `json:"no_evidence"`
	NotApplicable int `json:"not_applicable"`
}

// Count counts one subject.
func (p *Population) Count(v Verdict) {
	p.Population++
	switch v {
	case Pass:
		p.Pass++
	case Fail:
		p.Fail++
	case NoEvidence:
		p.NoEvidence++
	default:
		p.NotApplicable++
	}
}

// Add counts another population.
func (p *Population) Add(o Population) {
	p.Population += o.Population
	p.Pass += o.Pass
	p.Fail += o.Fail
	p.NoEvidence += o.NoEvidence
	p.NotApplicable += o.NotApplicable
}

// Sub takes another population out.
func (p *Population) Sub(o Population) {
	p.Population -= o.Population
	p.Pass -= o.Pass
	p.Fail -= o.Fail
	p.NoEvidence -= o.NoEvidence
	p.NotApplicable -= o.NotApplicable
}

// An Outcome is what rules say of a subject: the findings, and how many parts
// of it each rule judged.
type Outcome struct {
	Findings []schema.Finding
	Checks   map[string]Population
}

// Count counts one subject of a rule.
func (o *Outcome) Count(rule string, v Verdict) {
	if o.Checks == nil {
		o.Checks = map[string]Population{}
	}
	p := o.Checks[rule]
	p.Count(v)
	o.Checks[rule] = p
}

// Find adds a finding.
func (o *Outcome) Find(f schema.Finding) { o.Findings = append(o.Findings, f) }

// Add adds what other rules say.
func (o *Outcome) Add(more Outcome) {
	o.Findings = append(o.Findings, more.Findings...)
	if o.Checks == nil {
		o.Checks = map[string]Population{}
	}
	for id, p := range more.Checks {
		sum := o.Checks[id]
		sum.Add(p)
		o.Checks[id] = sum
	}
}

// Finding begins a finding of the rule: new, failed, named by the subjects.
func (r Rule) Finding(subjects ...string) schema.Finding {
	return schema.Finding{
		ID: FindingID(r.ID, subjects...), Rule: r.ID, Severity: r.Severity, Status: StatusNew, Result: string(Fail),
		RuleVersion: r.Version,
	}
}

// FindingID names a finding: a function of the rule and of what it is about, and
// so of the present evidence alone.
func FindingID(rule string, subjects ...string) string {
	sum := sha256.Sum256([]byte("finding\x00" + rule + "\x00" + strings.Join(subjects, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// MaxEvidence is how many events the finding on many subjects names: the first
// of them tell it.
const MaxEvidence = 20

// Evidence sorts the ids of events, without repeats and empty ones.
func Evidence(ids ...string) []string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) > 0 && ids[0] == "" {
		ids = ids[1:]
	}
	return ids
}

// Instant is how messages write an instant: RFC 3339, UTC, milliseconds.
func Instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// SortFindings brings findings into the order in which they are written.
func SortFindings(list []schema.Finding) {
	slices.SortFunc(list, func(a, b schema.Finding) int {
		return cmp.Or(strings.Compare(a.CallID, b.CallID), a.FirstAt.Compare(b.FirstAt), strings.Compare(a.Rule, b.Rule), strings.Compare(a.ID, b.ID))
	})
}
