package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// A Trial is a test in the policy file: a call or a listing that is made up, with
// what the policy must find in it and what it must not.
type Trial struct {
	Name string
	// Place is its file, line and column.
	Place string
	Call  schema.Call
	// Names are those that the call's sessions are shown by.
	Names []schema.ShownName
	// Listing is what is judged in the place of a call; nil: the call is.
	Listing *TrialListing
	// Start is when the call or listing began, Now when it is judged.
	Start, Now time.Time
	// Finds are findings that must be there, Silent rules that must find nothing.
	Finds  []Expected
	Silent []string
}

// An Expected is a finding that a test wants.
type Expected struct {
	Rule string
	// About is a session's name in the test, or a part of its listing; empty: any
	// subject.
	About string
	// Result is that of the finding: "fail" or "no_evidence".
	Result string
}

// The results that findings have.
const (
	resultFail       = "fail"
	resultNoEvidence = "no_evidence"
)

// expected reads an expectation: a rule, what it is about, and no_evidence where
// the finding says that it is not known.
func expected(text string) Expected {
	words := strings.Fields(text)
	e := Expected{Result: resultFail}
	if len(words) == 0 {
		return e
	}
	e.Rule, words = words[0], words[1:]
	if n := len(words); n > 0 && (words[n-1] == resultFail || words[n-1] == resultNoEvidence) {
		e.Result, words = words[n-1], words[:n-1]
	}
	e.About = strings.Join(words, " ")
	return e
}

// String is the expectation as it is written.
func (e Expected) String() string {
	text := strings.TrimSpace(e.Rule + " " + e.About)
	if e.Result == resultNoEvidence {
		text += " " + e.Result
	}
	return text
}

// Trials lists the tests in the policy file, in its order.
func (p *Policy) Trials() []Trial { return p.trials }

// trialStart is when the calls of tests begin where nothing says.
var trialStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// trialLength is after what time the call of a test is judged where nothing says.
const trialLength = 24 * time.Hour

func (r *reader) trials(n ast.Node, key string, p *Policy) {
	values, _ := r.list(n, key, "tests")
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		t := Trial{Place: r.place(v.GetToken()), Call: schema.Call{ID: "test"}}
		if of := r.entries(v, at); len(of) > 0 {
			t.Place = r.place(of[0].Key.GetToken())
		}
		start, after := trialStart, time.Duration(0)
		var call, listing ast.Node
		expects := false
		r.each(v, at, []string{"name", "start", "now", "call", "listing", "finds", "silent"}, func(k string, v ast.Node) {
			at := join(at, k)
			switch k {
			case "name":
				t.Name = r.words(v, at, "what the test shows")
			case "start":
				if d := r.day(v, at); !d.IsZero() {
					start = d
				}
			case "now":
				if d := r.duration(v, at); d != nil {
					after = *d
				}
			case "call":
				call = v
			case "listing":
				listing = v
			case "finds":
				expects = true
				for _, text := range r.texts(v, at, "findings such as notice.missed, or notice.missed alice") {
					t.Finds = append(t.Finds, expected(text))
				}
			case "silent":
				expects = true
				t.Silent = r.texts(v, at, "ids of rules such as notice.missed")
			}
		})
		switch {
		case t.Name == "":
			r.wrong(v, join(at, "name"), "expected what the test shows, found nothing")
		case !expects:
			r.wrong(v, at, "expected what the test finds, or which rules are silent; else it tests nothing")
		}
		t.Start, t.Now = start, start.Add(trialLength)
		if after > 0 {
			t.Now = start.Add(after)
		}
		var about []string // what an expectation may name
		what := "session or app of the test's call"
		switch {
		case call != nil && listing != nil:
			r.wrong(v, join(at, "listing"), "expected a call or a listing, found both")
			continue
		case listing != nil:
			t.Listing, about = r.trialListing(listing, join(at, "listing"))
			what = "part of the test's listing"
		case call != nil:
			about = r.trialCall(call, join(at, "call"), start, &t)
		default:
			r.wrong(v, join(at, "call"), "expected a call with its sessions, or a listing, found nothing")
			continue
		}
		for _, e := range t.Finds {
			if e.About != "" && !slices.Contains(about, e.About) {
				r.wrong(v, join(at, "finds"), "%q names no %s", clip(e.String()), what)
			}
		}
		p.trials = append(p.trials, t)
	}
}

// trialCall reads the call of a test, and returns the names of its sessions and
// apps. Instants are durations from its start.
func (r *reader) trialCall(n ast.Node, key string, start time.Time, t *Trial) (names []string) {
	c := &t.Call
	c.Start = schema.Bound{At: start, Source: schema.BoundCallSummary, Event: "call"}
	var end time.Time
	r.each(n, key, []string{"teams", "thread", "resource", "recorded", "transcribed", "sessions"}, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "teams":
			c.Teams = choice(r, v, at, "true", "false") == "true"
		case "thread":
			c.Aliases = append(c.Aliases, schema.Alias{Kind: "thread_id", Value: r.words(v, at, "a Teams thread's id"), Event: "thread"})
		case "resource":
			c.Resource = normalResource(r.words(v, at, "an ARM id or name of a resource"))
		case "recorded":
			c.Episodes = append(c.Episodes, r.trialEpisodes(v, at, schema.Recording, start)...)
		case "transcribed":
			c.Episodes = append(c.Episodes, r.trialEpisodes(v, at, schema.Transcription, start)...)
		case "sessions":
			r.entry(v, at, "session", func(v ast.Node, at, id string) {
				s := r.trialSession(v, at, id, start, t)
				names = append(names, id)
				if s.App != "" {
					names = append(names, s.App)
				}
				if s.Left.At.After(end) {
					end = s.Left.At
				}
				c.Sessions = append(c.Sessions, s)
			})
		}
	})
	c.End = schema.Bound{At: end, Source: schema.BoundCallSummary, Event: "call"}
	return names
}

func (r *reader) trialEpisodes(n ast.Node, key, capture string, start time.Time) []schema.Episode {
	var out []schema.Episode
	values, _ := r.list(n, key, "intervals such as 10s-3m")
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		t, ok := r.text(v, at, "an interval such as 10s-3m")
		if !ok {
			continue
		}
		first, last, _ := strings.Cut(t, "-")
		from, err := time.ParseDuration(strings.TrimSpace(first))
		to, err2 := time.ParseDuration(strings.TrimSpace(last))
		if err != nil || err2 != nil || from < 0 || to <= from || to > maxDuration {
			r.wrong(v, at, "expected an interval such as 10s-3m, found %q", clip(t))
			continue
		}
		e := schema.Episode{Capture: capture, Ordinal: len(out) + 1, Events: []string{"capture"},
			Start: schema.Bound{At: start.Add(from), Source: schema.BoundCallAutomation, Event: "capture"},
			End:   schema.Bound{At: start.Add(to), Source: schema.BoundCallAutomation, Event: "capture"}}
		if len(out) > 0 && !e.Start.At.After(out[len(out)-1].End.At) {
			r.wrong(v, at, "expected intervals in order and apart, found %q", clip(t))
			continue
		}
		out = append(out, e)
	}
	return out
}

func (r *reader) trialSession(n ast.Node, key, id string, start time.Time, t *Trial) schema.Session {
	s := schema.Session{ID: id, ParticipantID: id, JoinPath: schema.PathACSExternalUser, PathEvidence: "raw_id", Events: []string{id},
		Joined: schema.Bound{At: start, Source: schema.BoundCallSummary, Event: id},
		Left:   schema.Bound{At: start.Add(time.Hour), Source: schema.BoundCallSummary, Event: id}}
	at := func(v ast.Node, key string) time.Time {
		if d := r.duration(v, key); d != nil {
			return start.Add(*d)
		}
		return start
	}
	var name trialName
	keys := []string{"id", "path", "raw_id", "name", "directory_name", "app", "app_version", "tenant_id", "joined", "left", "shown", "signalled", "answered"}
	r.each(n, key, keys, func(k string, v ast.Node) {
		key := join(key, k)
		switch k {
		case "path":
			s.JoinPath = choice(r, v, key, joinPaths()...)
		case "raw_id":
			s.RawID = rawid.Normal(r.words(v, key, "a raw id such as 8:acs:…"), rawid.GUIDUnknown)
		case "name":
			// As it is: an empty name, or one of blanks, is what a test may be about.
			name.text, name.shown = r.text(v, key, "the name that the others see")
		case "directory_name":
			name.directory = r.words(v, key, "the name that the directory has")
		case "app":
			s.App = r.words(v, key, "an app's id")
		case "app_version":
			s.AppVersion = r.words(v, key, "a version")
		case "tenant_id":
			s.TenantID = strings.ToLower(r.words(v, key, "the id of a Microsoft 365 tenant"))
		case "joined":
			s.Joined.At = at(v, key)
		case "left":
			s.Left.At = at(v, key)
		case "shown", "signalled", "answered":
			s.Reported = true
			values, _ := r.list(v, key, "events")
			for i, v := range values {
				r.trialEvent(v, fmt.Sprintf("%s[%d]", key, i), k, fmt.Sprintf("%s %s %d", id, k, i+1), start, &s)
			}
		}
	})
	if s.RawID != "" {
		s.Identity = rawid.Identity(s.RawID)
	}
	r.trialName(n, key, name, s, t)
	if s.Left.At.Before(s.Joined.At) {
		r.wrong(n, join(key, "left"), "expected an instant after joined")
	}
	slices.SortStableFunc(s.Receipts, func(a, b schema.Receipt) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(s.Signals, func(a, b schema.SessionSignal) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(s.Consents, func(a, b schema.SessionConsent) int { return a.At.Compare(b.At) })
	return s
}

// trialEvent reads one event that a session's app sent.
func (r *reader) trialEvent(n ast.Node, key, what, event string, start time.Time, s *schema.Session) {
	var at time.Time
	var of []string
	notice := schema.Notice{State: "started", Surface: "banner", Clock: schema.ClockSent}
	signal := schema.Signal{Active: true}
	answer := schema.ConsentGranted
	keys := map[string][]string{
		"shown":     {"at", "capture", "state", "surface", "text", "locale"},
		"signalled": {"at", "capture", "active", "consent_required"},
		"answered":  {"at", "capture", "answer"},
	}[what]
	r.each(n, key, keys, func(k string, v ast.Node) {
		key := join(key, k)
		switch k {
		case "at":
			if d := r.duration(v, key); d != nil {
				at = start.Add(*d)
			}
		case "capture":
			of = append(of, choice(r, v, key, captures()...))
		case "state":
			notice.State = choice(r, v, key, "started", "resumed", "paused", "stopped")
		case "surface":
			notice.Surface = r.words(v, key, "a surface such as banner")
		case "text":
			notice.Text = r.words(v, key, "the notice's text")
		case "locale":
			notice.Locale = r.words(v, key, "a locale such as en-GB")
		case "active":
			signal.Active = choice(r, v, key, "true", "false") == "true"
		case "consent_required":
			signal.ConsentRequired = choice(r, v, key, "true", "false") == "true"
		case "answer":
			answer = choice(r, v, key, schema.ConsentGranted, schema.ConsentDeclined)
		}
	})
	if at.IsZero() || len(of) == 0 {
		r.wrong(n, key, "expected at and capture, such as {at: 12s, capture: recording}")
		return
	}
	switch what {
	case "shown":
		notice.Captures = of
		s.Receipts = append(s.Receipts, schema.Receipt{Event: event, At: at, Notice: notice})
	case "signalled":
		signal.Capture = of[0]
		s.Signals = append(s.Signals, schema.SessionSignal{Event: event, At: at, Signal: signal})
	case "answered":
		s.Consents = append(s.Consents, schema.SessionConsent{Event: event, At: at, Consent: schema.Consent{Captures: of, Answer: answer}})
	}
}
