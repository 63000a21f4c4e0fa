package policy

import (
	"errors"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"rollcall/rules/expr"
	"rollcall/schema"
)

// An Own is a rule of the policy's own.
type Own struct {
	ID       string
	Subject  expr.Scope
	Severity schema.Severity
	Title    string
	// Control, Remediation are the officer's own words; empty where not given.
	Control, Remediation string
	// Applies says whether the rule is about a subject; nil: about all.
	Applies *expr.Program
	// Result gives "pass", "fail", "no_evidence" or "not_applicable".
	Result *expr.Program
	// Message says what was found; nil: the title.
	Message *expr.Program
}

// Own lists the policy's own rules, in its order.
func (p *Policy) Own() []Own { return p.own }

// ownName is the form of the ids of own rules: they never are those of built-in
// ones.
var ownName = regexp.MustCompile(`^own\.[a-z0-9]+(-[a-z0-9]+)*$`)

// maxOwn bounds how many rules of its own a policy has.
const maxOwn = 200

func (r *reader) rules(n ast.Node, key string, p *Policy) {
	count := 0
	r.entry(n, key, "rule", func(v ast.Node, at, id string) {
		if count++; count == maxOwn+1 {
			r.wrong(v, key, "expected at most %d rules", maxOwn)
		}
		if count > maxOwn {
			return
		}
		o := Own{ID: id, Severity: schema.SeverityMedium}
		var texts [3]struct {
			node ast.Node
			text string
		}
		r.each(v, at, []string{"id", "subject", "severity", "title", "control", "remediation", "applies", "result", "message"}, func(k string, v ast.Node) {
			at := join(at, k)
			switch k {
			case "id":
				if !ownName.MatchString(id) {
					r.wrong(v, at, "expected a name such as own.slow-notice, found %q", clip(id))
				}
			case "subject":
				o.Subject = choice(r, v, at, expr.Scopes()...)
			case "severity":
				o.Severity = choice(r, v, at, schema.SeverityInfo, schema.SeverityLow, schema.SeverityMedium, schema.SeverityHigh, schema.SeverityCritical)
			case "title":
				o.Title = r.words(v, at, "what a failure means")
			case "control":
				o.Control = r.words(v, at, "the condition that the rule serves")
			case "remediation":
				o.Remediation = r.words(v, at, "what to do about a failure")
			case "applies", "result", "message":
				i := map[string]int{"applies": 0, "result": 1, "message": 2}[k]
				texts[i].node = v
				texts[i].text, _ = r.text(v, at, "an expression")
			}
		})
		switch {
		case o.Subject == "":
			r.wrong(v, join(at, "subject"), "expected one of %s", words(expr.Scopes()))
			return
		case texts[1].node == nil:
			r.wrong(v, join(at, "result"), `expected an expression such as obligation.delay_ms > 3000 ? "fail" : "pass", found nothing`)
			return
		case o.Title == "":
			r.wrong(v, join(at, "title"), "expected a sentence that says what a failure means, found nothing")
		}
		o.Applies = r.expression(texts[0].node, join(at, "applies"), o.Subject, expr.Bool, texts[0].text)
		o.Result = r.expression(texts[1].node, join(at, "result"), o.Subject, expr.Text, texts[1].text)
		o.Message = r.expression(texts[2].node, join(at, "message"), o.Subject, expr.Text, texts[2].text)
		p.own = append(p.own, o)
	})
}

// words returns a text that is not empty.
func (r *reader) words(n ast.Node, key, expected string) string {
	t, ok := r.text(n, key, expected)
	if ok && strings.TrimSpace(t) == "" {
		r.wrong(n, key, "expected %s, found an empty text", expected)
	}
	return strings.TrimSpace(t)
}

// expression compiles an expression; nil where there is none, or a mistake. The
// place of a mistake within a text of one line is that in the file.
func (r *reader) expression(n ast.Node, key string, scope expr.Scope, kind expr.Kind, text string) *expr.Program {
	if n == nil {
		return nil
	}
	program, err := expr.Compile(scope, kind, text)
	if err == nil {
		return program
	}
	var e expr.Error
	if errors.As(err, &e) {
		r.wrong(n, key, "expected an expression: at line %d, column %d of it: %s", e.Line, e.Column, e.Message)
	} else {
		r.wrong(n, key, "expected an expression: %v", err)
	}
	return nil
}
