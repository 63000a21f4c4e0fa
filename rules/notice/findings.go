package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"rollcall/rules/policy"
	"rollcall/schema"
)

// The rules of this family.
const (
	RuleMissed = "notice.missed"
	RuleLate   = "notice.late"
)

// Results of findings.
const (
	resultFail       = "fail"
	resultNoEvidence = "no_evidence"
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

// Add counts another population.
func (p *Population) Add(o Population) {
	p.Population += o.Population
	p.Pass += o.Pass
	p.Fail += o.Fail
	p.NoEvidence += o.NoEvidence
	p.NotApplicable += o.NotApplicable
}

// Populations counts obligations for both rules of the family (design.md, 5).
func Populations(rows []schema.Obligation) map[string]Population {
	var missed, late Population
	for _, o := range rows {
		missed.Population++
		late.Population++
		switch o.Result {
		case schema.ResultPass:
			missed.Pass++
			late.Pass++
		case schema.ResultLate:
			missed.Pass++
			late.Fail++
		case schema.ResultMissed:
			missed.Fail++
			late.NotApplicable++
		case schema.ResultNoEvidence:
			missed.NoEvidence++
			late.NoEvidence++
		default:
			missed.NotApplicable++
			late.NotApplicable++
		}
	}
	return map[string]Population{RuleMissed: missed, RuleLate: late}
}

// Findings states the violations among obligations, and the obligations that
// can't be judged for want of evidence.
func Findings(rows []schema.Obligation, p *policy.Policy) []schema.Finding {
	var out []schema.Finding
	for _, o := range rows {
		f := schema.Finding{
			Status: "new", Result: resultFail, CallID: o.CallID, Tenant: o.Tenant, App: o.App,
			Subject: o.SessionID, RawID: o.RawID, Capture: o.Capture,
			FirstAt: o.ExposedAt, DetectedAt: o.HeldFrom, Evidence: o.Evidence, PolicyVersion: p.ID,
		}
		switch o.Result {
		case schema.ResultMissed:
			f.Rule, f.Severity = RuleMissed, schema.SeverityHigh
			f.Message = fmt.Sprintf("No notice of %s was reported to %s: exposed from %s, due by %s (%s).",
				o.Capture, who(o), instant(o.ExposedAt), instant(o.DueAt), o.Reason)
		case schema.ResultNoEvidence:
			f.Rule, f.Severity = RuleMissed, schema.SeverityHigh
			f.Result = resultNoEvidence
			f.Message = fmt.Sprintf("Whether %s was told of %s is not known: exposed from %s, due by %s (%s).",
				who(o), o.Capture, instant(o.ExposedAt), instant(o.DueAt), o.Reason)
		case schema.ResultLate:
			f.Rule, f.Severity = RuleLate, schema.SeverityMedium
			f.Message = fmt.Sprintf("The notice of %s to %s was reported %d ms after exposure at %s, due by %s.",
				o.Capture, who(o), o.DelayMs, instant(o.ExposedAt), instant(o.DueAt))
		default:
			continue
		}
		f.ID = findingID(f.Rule, o)
		out = append(out, f)
	}
	return out
}

// findingID is a function of the present evidence alone: the rule, the session,
// the capture and the episode's ordinal.
func findingID(rule string, o schema.Obligation) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "finding\x00%s\x00%s\x00%s\x00%d", rule, o.SessionID, o.Capture, o.Ordinal))
	return hex.EncodeToString(sum[:16])
}

func who(o schema.Obligation) string {
	switch {
	case o.RawID != "":
		return o.RawID
	case o.ParticipantID != "":
		return "participant " + o.ParticipantID
	}
	return "session " + o.SessionID
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
