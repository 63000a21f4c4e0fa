package policy

import (
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// An Exception takes findings out of the count of open ones: somebody answers
// for it, until a day.
type Exception struct {
	ID                    string
	Owner, Reason, Ticket string
	// Expires is the day (00:00 UTC), or the instant, from which it no longer
	// holds for what happens then.
	Expires time.Time
	// Rules are the rules that it is about; the other members narrow it down,
	// where they are set.
	Rules                               []string
	Tenant, App, RawID, CallID, Capture string

	places map[string]string // of the rules, for problems
}

// Place says where in the file the exception names a rule.
func (e Exception) Place(rule string) string { return e.places[rule] }

// Covers reports whether a finding is covered: it is within the scope, and began
// before the exception expired.
func (e Exception) Covers(f schema.Finding) bool {
	within := func(scope, value string) bool { return scope == "" || scope == value }
	return slices.Contains(e.Rules, f.Rule) && within(e.Tenant, f.Tenant) && within(e.App, f.App) && within(e.RawID, f.RawID) &&
		within(e.CallID, f.CallID) && within(e.Capture, f.Capture) && f.FirstAt.Before(e.Expires)
}

// Exceptions lists the policy's exceptions, in its order.
func (p *Policy) Exceptions() []Exception { return p.exceptions }

// Excepted returns the first exception that covers a finding.
func (p *Policy) Excepted(f schema.Finding) (Exception, bool) {
	for _, e := range p.exceptions {
		if e.Covers(f) {
			return e, true
		}
	}
	return Exception{}, false
}

func (r *reader) exceptions(n ast.Node, key string, p *Policy) {
	r.entry(n, key, "exception", func(v ast.Node, at, id string) {
		e := Exception{ID: id}
		given := map[string]bool{} // and perhaps wrong, which is said already
		r.each(v, at, []string{"id", "owner", "reason", "ticket", "expires", "scope"}, func(k string, v ast.Node) {
			at := join(at, k)
			given[k] = true
			switch k {
			case "owner":
				e.Owner = r.words(v, at, "who answers for the exception")
			case "reason":
				e.Reason = r.words(v, at, "why there is an exception")
			case "ticket":
				e.Ticket = r.words(v, at, "where it was decided")
			case "expires":
				e.Expires = r.day(v, at)
			case "scope":
				r.scope(v, at, &e)
			}
		})
		for _, missing := range []struct {
			is       bool
			k, words string
		}{
			{e.Owner == "", "owner", "who answers for the exception"},
			{e.Reason == "", "reason", "why there is an exception"},
			{e.Expires.IsZero(), "expires", "a day such as 2026-12-31"},
			{len(e.Rules) == 0, "scope", "its rules, such as {rules: [notice.missed], app: contoso-care}"},
		} {
			if missing.is && (!given[missing.k] || missing.k == "scope") {
				r.wrong(v, join(at, missing.k), "expected %s, found nothing", missing.words)
			}
		}
		p.exceptions = append(p.exceptions, e)
	})
}

// scope reads what an exception is about.
func (r *reader) scope(n ast.Node, key string, e *Exception) {
	r.each(n, key, []string{"rules", "tenant", "app", "raw_id", "call_id", "capture"}, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "rules":
			e.Rules, e.places = r.texts(v, at, "ids of rules such as notice.missed"), map[string]string{}
			if list, is := v.(*ast.SequenceNode); is {
				for _, v := range list.Values {
					e.places[v.GetToken().Value] = r.place(v.GetToken())
				}
			}
		case "tenant":
			e.Tenant = r.words(v, at, "a tenant of the policy")
		case "app":
			e.App = r.words(v, at, "an app's id")
		case "raw_id":
			e.RawID = rawid.Normal(r.words(v, at, "a raw id such as 8:acs:…"), rawid.GUIDUnknown)
		case "call_id":
			e.CallID = r.words(v, at, "a call's id")
		case "capture":
			e.Capture = choice(r, v, at, captures()...)
		}
	})
}
