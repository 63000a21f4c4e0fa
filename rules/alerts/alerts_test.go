package alerts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/rules/alerts"
	"rollcall/rules/notice"
	"rollcall/rules/rule"
	"rollcall/schema"
)

var start = time.Date(2026, 3, 20, 10, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// miss is a user's obligation that was missed, and the finding on it.
func miss(user string, change func(*schema.Obligation)) (schema.Session, []schema.Obligation, []schema.Finding) {
	o := schema.Obligation{CallID: "call", Tenant: "contoso", App: "care", SessionID: "session " + user, RawID: "8:acs:" + user, Capture: "recording",
		EpisodeStart: at(5), JoinedAt: at(0), ExposedAt: at(5), DueAt: at(10), Result: schema.ResultMissed}
	change(&o)
	f := schema.Finding{ID: rule.FindingID(notice.RuleMissed, o.SessionID, o.Capture, "0"), Rule: notice.RuleMissed, Severity: schema.SeverityHigh,
		Status: rule.StatusNew, Result: "fail", CallID: o.CallID, Tenant: o.Tenant, App: o.App, Subject: o.SessionID, RawID: o.RawID, Capture: o.Capture,
		FirstAt: o.ExposedAt, DetectedAt: at(70)}
	s := schema.Session{ID: o.SessionID, RawID: o.RawID, AppVersion: "2.1"}
	s.Left.At = o.LeftAt
	return s, []schema.Obligation{o}, []schema.Finding{f}
}

func terms(now time.Time) alerts.Terms {
	t := alerts.DefaultTerms()
	t.Now = now
	return t
}

// TestSession: what becomes of one miss.
func TestSession(t *testing.T) {
	open := func(*schema.Obligation) {}
	ended := func(o *schema.Obligation) { o.EpisodeEnd = at(100) }
	left := func(o *schema.Obligation) { o.LeftAt = at(90); o.EpisodeEnd = at(100) }
	late := func(o *schema.Obligation) { o.Result = schema.ResultLate }
	silent := alerts.Gathering{Rule: "evidence.silent-app", Tenant: "contoso", App: "care", Hour: start}
	for _, c := range []struct {
		name          string
		before        func(*schema.Obligation) // nil: nothing was known of it
		is            func(*schema.Obligation)
		found         bool
		change        func(*schema.Finding)
		gatherings    []alerts.Gathering
		now           time.Time
		when          string
		state, reason string
	}{
		{"goes on", nil, open, true, nil, nil, at(70), alerts.Live, "firing", ""},
		{"learnt afterwards", nil, ended, true, nil, nil, at(200), alerts.AfterCall, "firing", ""},
		{"learnt long afterwards", nil, ended, true, nil, nil, at(100).Add(72 * time.Hour), alerts.AfterCall, "withheld", alerts.LongAgo},
		{"assumed never pages", nil, func(o *schema.Obligation) { o.Assumed = true }, true, nil, nil, at(70), alerts.AfterCall, "firing", ""},
		{"the capture ends", open, ended, true, nil, nil, at(200), alerts.Live, "resolved", alerts.CaptureEnded},
		{"the user leaves", open, left, true, nil, nil, at(200), alerts.Live, "resolved", alerts.Left},
		{"told late", open, late, false, nil, nil, at(200), alerts.Live, "resolved", alerts.ToldLate},
		{"refuted", open, open, false, nil, nil, at(200), alerts.Live, "resolved", alerts.Refuted},
		{"excepted", open, open, true, func(f *schema.Finding) { f.Status = rule.StatusSuppressed }, nil, at(200), alerts.Live, "withheld", alerts.Excepted},
		{"the app is silent", open, open, true, nil, []alerts.Gathering{silent}, at(200), alerts.Live, "withheld", silent.Rule},
		{"another app is silent", open, open, true, nil, []alerts.Gathering{{Rule: silent.Rule, Tenant: "contoso", App: "other", Hour: start}}, at(200), alerts.Live, "firing", ""},
		{"a tenant's app of that name is silent", open, open, true, nil, []alerts.Gathering{{Rule: silent.Rule, Tenant: "fabrikam", App: "care", Hour: start}}, at(200), alerts.Live, "firing", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before []alerts.Member
			if c.before != nil {
				s, rows, found := miss("alice", c.before)
				before = terms(at(70)).Session(s, rows, found, nil)
			}
			in := terms(c.now)
			in.Gatherings = c.gatherings
			s, rows, found := miss("alice", c.is)
			if !c.found {
				found = nil
			} else if c.change != nil {
				c.change(&found[0])
			}
			got := in.Session(s, rows, found, before)
			if len(got) != 1 || got[0].When != c.when || string(got[0].State) != c.state || got[0].Reason != c.reason {
				t.Fatalf("%+v", got)
			}
			again := in.Session(s, rows, found, got)
			if changed := alerts.Changed(again, map[string]alerts.Member{got[0].Key(): got[0]}); len(changed) > 0 {
				t.Errorf("judged again it is otherwise: %+v", changed)
			}
		})
	}
}

// TestWhatIsNoAlert: of what is below the severity, or no evidence, nobody hears.
func TestWhatIsNoAlert(t *testing.T) {
	s, rows, found := miss("alice", func(*schema.Obligation) {})
	found[0].Severity = schema.SeverityLow
	if got := terms(at(70)).Session(s, rows, found, nil); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	found[0].Severity, found[0].Result = schema.SeverityHigh, "no_evidence"
	if got := terms(at(70)).Session(s, rows, found, nil); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

// TestBuild: an alert of a large meeting counts its users, names the first, and
// is the same in any order.
func TestBuild(t *testing.T) {
	var members []alerts.Member
	for i := range 25 {
		s, rows, found := miss(string(rune('a'+i)), func(*schema.Obligation) {})
		members = append(members, terms(at(70)).Session(s, rows, found, nil)...)
	}
	w := alerts.Wording{Person: func(raw string) string { return "p_" + raw[6:] }, Link: "https://rollcall.example/{call}", Runbook: "https://runbooks.example/{rule}"}
	text, revision, err := w.Build(members).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"25 users of care not told of the recording in call call", "and 15 more", `"link":"https://rollcall.example/call"`,
		`"runbook_url":"https://runbooks.example/notice.missed"`, `"state":"firing"`, `"when":"live"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s\nis without %s", text, want)
		}
	}
	if strings.Contains(string(text), "8:acs:") {
		t.Errorf("a raw id shows: %s", text)
	}
	slices.Reverse(members)
	if _, again, _ := w.Build(members).Canonical(); again != revision {
		t.Error("in another order it is another")
	}
	w.Person = nil
	if a := w.Build(members); a.Annotations["who"] != "" {
		t.Errorf("without pseudonyms it names %s", a.Annotations["who"])
	}
}
