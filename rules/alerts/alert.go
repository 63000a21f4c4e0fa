package alerts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"rollcall/rules/evidence"
	"rollcall/rules/notice"
	"rollcall/rules/rule"
)

// An Alert is what is sent. Its bytes follow from its members alone, so that a
// repeat has the same.
type Alert struct {
	ID     string `json:"id"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitzero"`
	// Labels tell alerts apart and group them; Annotations are for people.
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"starts_at"`
	// HeldAt is from when it could have been known: a delivery long after it says
	// how late it is, whoever was away.
	HeldAt time.Time `json:"held_at,omitzero"`
	// EndsAt is when what it says was over; zero while it goes on, or where
	// nothing ends it.
	EndsAt time.Time `json:"ends_at,omitzero"`
}

// Canonical are the bytes of the alert, and Revision names them: the alert as it
// was at some time.
func (a Alert) Canonical() (text []byte, revision string, err error) {
	text, err = json.Marshal(a, json.Deterministic(true))
	if err != nil {
		return nil, "", fmt.Errorf("alert %s: %w", a.ID, err)
	}
	sum := sha256.Sum256(append([]byte("rollcall.alert.1\x00"), text...))
	return text, hex.EncodeToString(sum[:16]), nil
}

// Wording is how alerts are worded.
type Wording struct {
	// Person names whom a finding is about; nil: persons are counted and not named.
	Person func(rawID string) string
	// Link and Runbook are templates of addresses, in which {call} and {rule} are
	// replaced; empty: the command that shows the same.
	Link, Runbook string
	// Titles says of each rule what it finds.
	Titles map[string]string
	// Team names whose an app is, for the label team; nil or empty: nobody's.
	Team func(tenant, app string) string
}

// named is how many persons an alert names at most.
const named = 10

// Build makes the alert of its members, of which there is one at least.
func (w Wording) Build(members []Member) Alert {
	members = slices.Clone(members)
	slices.SortFunc(members, func(a, b Member) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Finding, b.Finding))
	})
	byState := map[State][]Member{}
	for _, m := range members {
		byState[m.State] = append(byState[m.State], m)
	}
	first := members[0]
	a := Alert{ID: first.Alert(), State: Withheld}
	of := byState[Withheld]
	switch {
	case len(byState[Firing]) > 0:
		a.State, of = Firing, byState[Firing]
	case len(byState[Resolved]) > 0:
		a.State, of = Resolved, byState[Resolved]
	}
	if a.State != Firing {
		a.Reason = reasons(of)
		for _, m := range of {
			if m.Until.After(a.EndsAt) {
				a.EndsAt = m.Until
			}
		}
	}
	a.StartsAt = of[0].Since
	for _, m := range of {
		if a.HeldAt.IsZero() || m.Held.Before(a.HeldAt) {
			a.HeldAt = m.Held
		}
	}
	a.Labels = w.labels(first)
	a.Annotations = w.annotations(a, of, members)
	return a
}

// reasons lists why members are in their state.
func reasons(of []Member) string {
	var all []string
	for _, m := range of {
		all = append(all, m.Reason)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

func (w Wording) labels(m Member) map[string]string {
	all := map[string]string{
		"alertname": m.Rule, "service": "rollcall", "rule": m.Rule, "severity": string(m.Severity), "when": m.When,
		"app": m.App, "tenant": m.Tenant, "capture": m.Capture, "call": m.CallID, "episode": m.Episode,
	}
	if m.CallID == "" {
		all["subject"] = m.Subject
	}
	if w.Team != nil {
		all["team"] = w.Team(m.Tenant, m.App)
	}
	for name, value := range all {
		if value == "" {
			delete(all, name) // an empty label is none
		}
	}
	return all
}

func (w Wording) annotations(a Alert, of, all []Member) map[string]string {
	m := all[0]
	out := map[string]string{
		"summary": w.summary(a, of, m),
		"since":   rule.Instant(a.StartsAt),
		"status":  status(a, m),
	}
	if who := w.who(of); who != "" {
		out["who"] = who
	}
	if m.CallID != "" {
		out["explain"] = "rollcall explain " + m.CallID
	}
	if w.Link != "" {
		out["link"] = fill(w.Link, m)
	}
	out["runbook"] = "rollcall alerts runbook " + m.Rule
	if w.Runbook != "" {
		out["runbook_url"] = fill(w.Runbook, m)
	}
	return out
}

// summary is the one sentence of an alert.
func (w Wording) summary(a Alert, of []Member, m Member) string {
	n := people(of)
	switch m.Rule {
	case notice.RuleMissed:
		return fmt.Sprintf("%s of %s not told of the %s in call %s, exposed since %s.", n, app(m), m.Capture, m.CallID, rule.Instant(a.StartsAt))
	case notice.RuleLate:
		return fmt.Sprintf("%s of %s told too late of the %s in call %s, since %s.", n, app(m), m.Capture, m.CallID, rule.Instant(a.StartsAt))
	}
	if m.Rule == evidence.RuleSilentApp && a.State != Withheld {
		return fmt.Sprintf("%s sent nothing in the hour from %s, while its users had to be told of a capture: this alert stands for all of its missed notices.", app(m), rule.Instant(a.StartsAt))
	}
	what := cmp.Or(w.Titles[m.Rule], m.Rule)
	where := "of " + app(m)
	if m.CallID != "" {
		where += " in call " + m.CallID
	} else if m.Subject != "" {
		where = m.Subject
	}
	return fmt.Sprintf("%s (%d × %s, since %s).", strings.TrimSuffix(what, "."), len(of), where, rule.Instant(a.StartsAt))
}

func app(m Member) string { return cmp.Or(m.App, "an unknown app") }

func people(of []Member) string {
	if n := len(persons(of)); n != 1 {
		return strconv.Itoa(n) + " users"
	}
	return "1 user"
}

// persons are those that members are about, each once, in their order.
func persons(of []Member) []string {
	var all []string
	seen := map[string]bool{}
	for _, m := range of {
		id := cmp.Or(m.RawID, m.Subject)
		if !seen[id] {
			seen[id], all = true, append(all, id)
		}
	}
	return all
}

// who names the first persons.
func (w Wording) who(of []Member) string {
	if w.Person == nil {
		return ""
	}
	var names []string
	more := 0
	seen := map[string]bool{}
	for _, m := range of {
		if m.RawID == "" || seen[m.RawID] {
			continue
		}
		seen[m.RawID] = true
		if len(names) == named {
			more++
			continue
		}
		names = append(names, w.Person(m.RawID))
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// status says whether it still goes on, and else why not.
func status(a Alert, m Member) string {
	if a.State == Firing {
		switch {
		case m.When == AfterCall:
			return "learnt afterwards"
		case m.Capture != "":
			return m.Capture + " still on"
		}
		return "still going on"
	}
	texts := map[string]string{
		ToldLate: "they were told, late", Refuted: "the evidence now says otherwise", CaptureEnded: "the capture ended, the finding stays open",
		Left: "they left, the finding stays open", Moved: "it goes on in another alert", Excepted: "withheld by an exception of the policy",
		LongAgo: "withheld: it was learnt long after it was",
	}
	var all []string
	for reason := range strings.SplitSeq(a.Reason, ",") {
		all = append(all, cmp.Or(texts[reason], "withheld: "+reason+" speaks for it"))
	}
	return strings.Join(all, "; ")
}

// fill replaces {call} and {rule} in a template.
func fill(template string, m Member) string {
	return strings.NewReplacer("{call}", url.PathEscape(m.CallID), "{rule}", url.PathEscape(m.Rule)).Replace(template)
}
