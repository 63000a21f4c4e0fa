package alerts

import (
	"slices"
	"strings"
	"time"

	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/reload"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Terms are by what findings become alerts.
type Terms struct {
	Now time.Time
	// Least is the lowest severity that alerts.
	Least schema.Severity
	// Recent is how long ago a thing may be over that is learnt now: an alert on
	// what is older is withheld, so that history judged anew wakes nobody.
	Recent time.Duration
	// Gatherings are the hours of apps that a finding of their own speaks for.
	Gatherings []Gathering
}

// A Gathering is a finding on the hour of an app that speaks for all misses in
// it.
type Gathering struct {
	Rule, Tenant, App, Version string
	Hour                       time.Time
}

// GatheringOf is what a finding gathers; ok is false where it gathers nothing.
func GatheringOf(f schema.Finding) (g Gathering, ok bool) {
	if f.Rule != evidence.RuleSilentApp && f.Rule != notice.RuleAppBroken || f.Status != rule.StatusNew {
		return g, false
	}
	g = Gathering{Rule: f.Rule, Tenant: f.Tenant, App: f.App, Hour: f.FirstAt.UTC()}
	if f.Rule == notice.RuleAppBroken {
		// The subject is the app, the version where there is one, and the hour.
		g.Version = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(f.Subject, f.App), rule.Instant(f.FirstAt)))
	}
	return g, true
}

// hour is how long a gathering's hour is.
const hour = time.Hour

// has reports whether a gathering speaks for a finding.
func (g Gathering) has(m Member) bool {
	if m.Rule != notice.RuleMissed || m.Tenant != g.Tenant || m.App != g.App {
		return false
	}
	within := func(t time.Time) bool { return !t.IsZero() && t.UTC().Truncate(hour).Equal(g.Hour) }
	if g.Rule == notice.RuleAppBroken {
		return m.Version == g.Version && within(m.Signalled)
	}
	return within(m.Since) || within(m.Left)
}

// Gather withholds what gatherings speak for.
func (t Terms) Gather(m Member) Member {
	if m.State != Firing {
		return m
	}
	for _, g := range t.Gatherings {
		if g.has(m) {
			m.State, m.Reason = Withheld, g.Rule
			return m
		}
	}
	return m
}

// released reports whether a finding was withheld because another spoke for it
// that does not any more: nobody has heard of it.
func (t Terms) released(m Member) bool {
	if m.State != Withheld || m.Reason != evidence.RuleSilentApp && m.Reason != notice.RuleAppBroken {
		return false
	}
	m.State = Firing
	return t.Gather(m).State == Firing
}

// rank orders severities.
func rank(s schema.Severity) int {
	return slices.Index([]schema.Severity{schema.SeverityInfo, schema.SeverityLow, schema.SeverityMedium, schema.SeverityHigh, schema.SeverityCritical}, s)
}

// alerts reports whether a finding is one for alerts at all.
func (t Terms) alerts(f schema.Finding) bool {
	return f.Result == string(rule.Fail) && rank(f.Severity) >= rank(t.Least)
}

// of begins the member that a finding is.
func of(unit string, f schema.Finding) Member {
	return Member{
		Unit: unit, Finding: f.ID, CallID: f.CallID, Rule: f.Rule, Severity: f.Severity, Tenant: f.Tenant, App: f.App, Capture: f.Capture,
		Subject: f.Subject, RawID: f.RawID, Since: cut(f.FirstAt), Held: cut(f.DetectedAt), When: AfterCall, State: Firing,
	}
}

// cut is how precisely instants are stored.
func cut(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	return at.UTC().Truncate(time.Millisecond)
}

// Session lists what the alerts have of the findings on one session of a call:
// those that are found now, and those of before that are not any more. before
// are all members that alerts on this session have.
func (t Terms) Session(s schema.Session, rows []schema.Obligation, found []schema.Finding, before []Member) []Member {
	var out []Member
	now := map[string]bool{}
	for _, f := range found {
		if !t.alerts(f) {
			continue
		}
		m := of(f.CallID, f)
		m.Version, m.Left = s.AppVersion, cut(s.Left.At)
		o := about(f, rows)
		was := sticky(before, f.ID)
		switch {
		case o == nil:
		default:
			m.Episode, m.Signalled, m.Until = episode(o.Ordinal), cut(o.SignalledAt), cut(over(*o))
			if m.goesOn(*o) || was != nil && was.When == Live && !t.released(*was) {
				m.When = Live
			}
		}
		switch {
		case f.Status != rule.StatusNew:
			m.State, m.Reason = Withheld, Excepted
		case m.When == Live && !m.Until.IsZero():
			m.State, m.Reason = Resolved, Left
			if o.EpisodeEnd.Equal(over(*o)) {
				m.Reason = CaptureEnded
			}
			if was != nil && was.State == Withheld {
				m.State, m.Reason = was.State, was.Reason
			}
		default:
			m = t.Gather(t.stale(m, was))
		}
		now[m.Key()] = true
		out = append(out, m)
	}
	for _, m := range before {
		if now[m.Key()] || m.State == Resolved && m.Reason != CaptureEnded && m.Reason != Left {
			continue
		}
		m.State, m.Reason, m.Until = Resolved, why(m, rows, found), cut(t.Now)
		out = append(out, m)
	}
	return out
}

// sticky is the member of before that a finding is in, the live one first.
func sticky(before []Member, finding string) (was *Member) {
	for i, m := range before {
		if m.Finding == finding && (was == nil || m.When == Live) {
			was = &before[i]
		}
	}
	return was
}

// stale withholds what was over long before it was learnt. What fires already
// goes on.
func (t Terms) stale(m Member, was *Member) Member {
	end := m.Until
	if end.IsZero() && m.When != Live {
		end = m.Since
	}
	switch {
	case was != nil && was.When == m.When && was.Reason != LongAgo && was.State != Resolved:
	case !end.IsZero() && t.Now.Sub(end) > t.Recent:
		m.State, m.Reason = Withheld, LongAgo
	}
	return m
}

// about finds the obligation that a finding is about; nil where it is about none.
func about(f schema.Finding, rows []schema.Obligation) *schema.Obligation {
	for i, o := range rows {
		if o.Capture == f.Capture && rule.FindingID(f.Rule, o.SessionID, o.Capture, episode(o.Ordinal)) == f.ID {
			return &rows[i]
		}
	}
	return nil
}

// over is when an exposure ended; zero while it goes on.
func over(o schema.Obligation) time.Time {
	if o.LeftAt.IsZero() || !o.EpisodeEnd.IsZero() && o.EpisodeEnd.Before(o.LeftAt) {
		return o.EpisodeEnd
	}
	return o.LeftAt
}

// goesOn reports whether what a finding says goes on while the exposure does: a
// late notice was shown, and what is assumed never pages.
func (m Member) goesOn(o schema.Obligation) bool {
	return over(o).IsZero() && !o.Assumed && m.Rule != notice.RuleLate
}

// why says why a finding is no more.
func why(m Member, rows []schema.Obligation, found []schema.Finding) string {
	for _, f := range found {
		if f.ID == m.Finding {
			return Moved // into an alert of other labels
		}
	}
	for _, o := range rows {
		if m.Rule == notice.RuleMissed && o.Result == schema.ResultLate && o.Capture == m.Capture && episode(o.Ordinal) == m.Episode {
			return ToldLate
		}
	}
	return Refuted
}

// Whole lists what the alerts have of the findings on a unit as a whole: a call,
// the hour of an app, a partition, a listing, the policy.
func (t Terms) Whole(unit string, found []schema.Finding, before []Member) []Member {
	var out []Member
	now := map[string]bool{}
	for _, f := range found {
		if !t.alerts(f) {
			continue
		}
		m := of(unit, f)
		if m.CallID != "" {
			m.Subject = "" // a session's is for what Session lists
		}
		was := sticky(before, f.ID)
		if pages(f.Rule) && (t.Now.Sub(f.DetectedAt) <= stillLive || was != nil && was.When == Live) {
			m.When = Live
		}
		if f.Status != rule.StatusNew {
			m.State, m.Reason = Withheld, Excepted
		} else {
			m = t.stale(m, was)
		}
		now[m.Key()] = true
		out = append(out, m)
	}
	for _, m := range before {
		if !now[m.Key()] && m.State != Resolved {
			m.State, m.Reason, m.Until = Resolved, why(m, nil, found), cut(t.Now)
			out = append(out, m)
		}
	}
	return out
}

// stillLive is how long after it held a finding on no session counts as live.
const stillLive = time.Hour

// pages tells the rules on no call that on-call has to hear of at once.
func pages(id string) bool {
	switch id {
	case evidence.RuleSilentApp, evidence.RuleGap, notice.RuleAppBroken, reload.RuleFailed:
		return true
	}
	return false
}

// Gone lists what becomes of the alerts on a unit that is no more.
func (t Terms) Gone(before []Member) []Member {
	var out []Member
	for _, m := range before {
		if m.State != Resolved {
			m.State, m.Reason, m.Until = Resolved, Moved, cut(t.Now)
			out = append(out, m)
		}
	}
	return out
}

// DefaultTerms are those of an unconfigured service, at no instant.
func DefaultTerms() Terms {
	return Terms{Least: schema.SeverityMedium, Recent: 48 * time.Hour}
}
