package expr

import (
	"strings"
	"testing"
	"time"

	"rollcall/schema"
)

func subject() Subject {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	s := OfSession(schema.Session{ID: "s", RawID: "8:acs:a_b", JoinPath: schema.PathACSExternalUser, Joined: schema.Bound{At: at},
		Receipts: []schema.Receipt{{At: at.Add(time.Second), Notice: schema.Notice{Captures: []string{"recording"}, State: "started"}}}}, "care", "contoso")
	o := OfObligation(schema.Obligation{Capture: "recording", DelayMs: 4000, ShownAt: at.Add(4 * time.Second), Result: schema.ResultPass})
	return Subject{Call: OfCall(schema.Call{ID: "c", Teams: true, Sessions: make([]schema.Session, 2000)}), Session: &s, Obligation: &o}
}

func TestBool(t *testing.T) {
	for text, want := range map[string]bool{
		`obligation.delay_ms > 3000`:                                     true,
		`call.teams && session.app == "care" && session.tenant == "x"`:   false,
		`has(session.left)`:                                              false,
		`has(session.joined) && session.joined.getFullYear() == 2026`:    true,
		`obligation.shown_at - session.joined < duration("5s")`:          true,
		`session.receipts.exists(r, "recording" in r.captures)`:          true,
		`session.raw_id.startsWith("8:acs:") && session.raw_id.size()>3`: true,
		`size(call.sessions) == 2000`:                                    true,
	} {
		p, err := Compile(ScopeObligation, Bool, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := p.Bool(subject()); got != want || err != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		scope      Scope
		kind       Kind
		text, want string
	}{
		{ScopeObligation, Bool, `obligation.delay > 3`, "undefined field 'delay'"},
		{ScopeCall, Bool, `session.app == "x"`, "undeclared reference to 'session'"},
		{ScopeCall, Bool, `call.teams &&`, "line 1, column 1"},
		{ScopeCall, Bool, `call.call_id`, "expected a result of type bool, found string"},
		{ScopeCall, Text, `call.teams`, "expected a result of type string, found bool"},
		{ScopeCall, Bool, `call.call_id > 3`, "no matching overload"},
		{ScopeCall, Bool, ``, "line 1"},
	} {
		if _, err := Compile(c.scope, c.kind, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestFailsWhenRun(t *testing.T) {
	for text, want := range map[string]string{
		`1 / (obligation.delay_ms - 4000) > 0`: "division by zero",
		`session.receipts[7].state == "x"`:     "index out of bounds",
		`call.sessions.all(a, call.sessions.all(b, call.sessions.all(c, a.session_id + b.session_id == "")))`: "cost",
	} {
		p, err := Compile(ScopeObligation, Bool, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		begun := time.Now()
		if _, err := p.Bool(subject()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("%s took %v", text, took)
		}
	}
}
