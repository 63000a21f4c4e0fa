package rule

import (
	"cmp"
	"time"

	"rollcall/rules/policy"
	"rollcall/schema"
)

// A Session is what rules about one session judge: the session with its receipts
// and signals, what holds for all of its call, and its obligations.
type Session struct {
	// Call is without its list of sessions: those of a large meeting are judged
	// one by one.
	Call schema.Call
	schema.Session
	// Rows are the session's obligations.
	Rows   []schema.Obligation
	Policy *policy.Policy
	App    policy.App
	Now    time.Time
}

// NewSession prepares a session for judging: its app is that of the policy's map.
func NewSession(call schema.Call, s schema.Session, rows []schema.Obligation, p *policy.Policy, now time.Time) Session {
	s.Resource = cmp.Or(s.Resource, call.Resource)
	return Session{Call: call, Session: s, Rows: rows, Policy: p, App: p.App(s), Now: now}
}

// Finding begins a rule's finding about the session, named by it and what else
// tells it apart.
func (s Session) Finding(r Rule, more ...string) schema.Finding {
	f := r.Finding(append([]string{s.ID}, more...)...)
	f.CallID, f.Tenant, f.App, f.Subject, f.RawID, f.PolicyVersion = s.Call.ID, s.App.Tenant, s.App.ID, s.ID, s.RawID, s.Policy.ID
	return f
}

// Who names the session's user in messages.
func (s Session) Who() string {
	switch {
	case s.RawID != "":
		return s.RawID
	case s.ParticipantID != "":
		return "participant " + s.ParticipantID
	}
	return "session " + s.ID
}
