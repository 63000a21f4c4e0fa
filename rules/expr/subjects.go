package expr

import (
	"time"

	"rollcall/schema"
)

// The subjects of own rules, as expressions see them. An instant that is not
// known is unset: has(session.left) tells. rules/POLICY.md documents them.

// A Call is a call or meeting.
type Call struct {
	ID       string    `cel:"call_id"`
	Resource string    `cel:"resource_id"`
	Teams    bool      `cel:"teams"`
	Start    time.Time `cel:"start"`
	End      time.Time `cel:"end"`
	Threads  []string  `cel:"threads"`
	Episodes []Episode `cel:"episodes"`
	// Sessions are without receipts and signals, and only there for rules whose
	// subject is a call.
	Sessions []Session `cel:"sessions"`
}

// An Episode is an interval in which a capture was on.
type Episode struct {
	Capture string    `cel:"capture"`
	Ordinal int64     `cel:"ordinal"`
	Start   time.Time `cel:"start"`
	End     time.Time `cel:"end"`
}

// A Session is a connected interval of one identity on one endpoint.
type Session struct {
	ID            string    `cel:"session_id"`
	ParticipantID string    `cel:"participant_id"`
	RawID         string    `cel:"raw_id"`
	EndpointID    string    `cel:"endpoint_id"`
	Identity      string    `cel:"identity"`
	JoinPath      string    `cel:"join_path"`
	DisplayName   string    `cel:"display_name"`
	App           string    `cel:"app"`
	AppVersion    string    `cel:"app_version"`
	SDKVersion    string    `cel:"sdk_version"`
	Tenant        string    `cel:"tenant"`
	TenantID      string    `cel:"tenant_id"`
	Joined        time.Time `cel:"joined"`
	Left          time.Time `cel:"left"`
	LeftSource    string    `cel:"left_source"`
	Reported      bool      `cel:"reported"`
	Receipts      []Receipt `cel:"receipts"`
	Signals       []Signal  `cel:"signals"`
	Consents      []Consent `cel:"consents"`
}

// A Receipt is a notice that an app says it showed.
type Receipt struct {
	At       time.Time `cel:"at"`
	Captures []string  `cel:"captures"`
	State    string    `cel:"state"`
	Surface  string    `cel:"surface"`
	Text     string    `cel:"text"`
	Locale   string    `cel:"locale"`
}

// A Signal is the platform's signal as the client saw it.
type Signal struct {
	At              time.Time `cel:"at"`
	Capture         string    `cel:"capture"`
	Active          bool      `cel:"active"`
	ConsentRequired bool      `cel:"consent_required"`
}

// A Consent is a user's answer.
type Consent struct {
	At       time.Time `cel:"at"`
	Captures []string  `cel:"captures"`
	Answer   string    `cel:"answer"`
}

// An Obligation is a session and an episode that overlap.
type Obligation struct {
	SessionID   string    `cel:"session_id"`
	Capture     string    `cel:"capture"`
	Ordinal     int64     `cel:"ordinal"`
	JoinPath    string    `cel:"join_path"`
	ExposedAt   time.Time `cel:"exposed_at"`
	DueAt       time.Time `cel:"due_at"`
	SignalledAt time.Time `cel:"signalled_at"`
	ShownAt     time.Time `cel:"shown_at"`
	DelayMs     int64     `cel:"delay_ms"`
	Result      string    `cel:"result"`
	Reason      string    `cel:"reason"`
	Surface     string    `cel:"surface"`
}

// OfCall is how expressions see a call.
func OfCall(c schema.Call) Call {
	out := Call{ID: c.ID, Resource: c.Resource, Teams: c.Teams, Start: c.Start.At, End: c.End.At}
	for _, a := range c.Aliases {
		if a.Kind == "thread_id" {
			out.Threads = append(out.Threads, a.Value)
		}
	}
	for _, e := range c.Episodes {
		out.Episodes = append(out.Episodes, Episode{e.Capture, int64(e.Ordinal), e.Start.At, e.End.At})
	}
	for _, s := range c.Sessions {
		out.Sessions = append(out.Sessions, OfSession(s, s.App, ""))
	}
	return out
}

// OfSession is how expressions see a session, with the app and tenant that the
// policy gives it.
func OfSession(s schema.Session, app, tenant string) Session {
	out := Session{
		ID: s.ID, ParticipantID: s.ParticipantID, RawID: s.RawID, EndpointID: s.EndpointID, Identity: string(s.Identity),
		JoinPath: string(s.JoinPath), DisplayName: s.DisplayName, App: app, AppVersion: s.AppVersion, SDKVersion: s.SDKVersion,
		Tenant: tenant, TenantID: s.TenantID, Joined: s.Joined.At, Left: s.Left.At, LeftSource: string(s.Left.Source), Reported: s.Reported,
	}
	for _, r := range s.Receipts {
		n := r.Notice
		out.Receipts = append(out.Receipts, Receipt{r.At, n.Captures, n.State, n.Surface, n.Text, n.Locale})
	}
	for _, g := range s.Signals {
		out.Signals = append(out.Signals, Signal{g.At, g.Signal.Capture, g.Signal.Active, g.Signal.ConsentRequired})
	}
	for _, c := range s.Consents {
		out.Consents = append(out.Consents, Consent{c.At, c.Consent.Captures, c.Consent.Answer})
	}
	return out
}

// OfObligation is how expressions see an obligation.
func OfObligation(o schema.Obligation) Obligation {
	return Obligation{
		SessionID: o.SessionID, Capture: o.Capture, Ordinal: int64(o.Ordinal), JoinPath: string(o.JoinPath),
		ExposedAt: o.ExposedAt, DueAt: o.DueAt, SignalledAt: o.SignalledAt, ShownAt: o.ShownAt, DelayMs: o.DelayMs,
		Result: string(o.Result), Reason: o.Reason, Surface: o.Surface,
	}
}
