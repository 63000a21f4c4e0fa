// Package expr compiles and runs the expressions of own rules, in the Common
// Expression Language, over the documented subjects. An expression has no
// effects, can't run for ever and is checked against the subjects' fields when
// the policy is read. It is pure.
package expr

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

// A Scope says which subjects an expression sees.
type Scope string

// The scopes: the subject of the rule, and what it is part of.
const (
	ScopeCall       Scope = "call"       // call
	ScopeSession    Scope = "session"    // session, call
	ScopeObligation Scope = "obligation" // obligation, session, call
)

// Scopes lists the scopes.
func Scopes() []Scope { return []Scope{ScopeCall, ScopeSession, ScopeObligation} }

// A Kind is the type that an expression must have.
type Kind int

// The kinds of expressions.
const (
	Bool Kind = iota
	Text
)

// maxCost bounds one evaluation, in the language's own units: about one for each
// field read, and one for each element of a list that is gone through.
const maxCost = 1_000_000

// An Error is a mistake in an expression, with its place in it.
type Error struct {
	Line, Column int // from 1
	Message      string
}

// Error says the place and the mistake.
func (e Error) Error() string {
	return fmt.Sprintf("line %d, column %d of the expression: %s", e.Line, e.Column, e.Message)
}

// A Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	text string
	run  cel.Program
}

// String is the expression as it was written; empty for none.
func (p *Program) String() string {
	if p == nil {
		return ""
	}
	return p.text
}

// environments are made once for each scope and never changed.
var environments = sync.OnceValues(func() (map[Scope]*cel.Env, error) {
	out := map[Scope]*cel.Env{}
	for _, s := range Scopes() {
		options := []cel.EnvOption{
			ext.NativeTypes(reflect.TypeFor[Call](), reflect.TypeFor[Session](), reflect.TypeFor[Obligation](), reflect.TypeFor[Episode](),
				reflect.TypeFor[Receipt](), reflect.TypeFor[Signal](), reflect.TypeFor[Consent](), ext.ParseStructTags(true)),
			ext.Strings(),
			cel.Variable("call", cel.ObjectType("expr.Call")),
		}
		if s != ScopeCall {
			options = append(options, cel.Variable("session", cel.ObjectType("expr.Session")))
		}
		if s == ScopeObligation {
			options = append(options, cel.Variable("obligation", cel.ObjectType("expr.Obligation")))
		}
		env, err := cel.NewEnv(options...)
		if err != nil {
			return nil, err
		}
		out[s] = env
	}
	return out, nil
})

// Compile checks an expression of a scope. A mistake is an Error.
func Compile(scope Scope, kind Kind, text string) (*Program, error) {
	all, err := environments()
	if err != nil {
		return nil, err
	}
	env := all[scope]
	if env == nil {
		return nil, fmt.Errorf("there is no scope %q", scope)
	}
	ast, issues := env.Compile(text)
	if issues != nil && issues.Err() != nil {
		for _, e := range issues.Errors() {
			return nil, Error{Line: e.Location.Line(), Column: e.Location.Column() + 1, Message: strings.Join(strings.Fields(e.Message), " ")}
		}
		return nil, issues.Err()
	}
	want := cel.BoolType
	if kind == Text {
		want = cel.StringType
	}
	if got := ast.OutputType(); !got.IsExactType(want) {
		return nil, Error{Line: 1, Column: 1, Message: fmt.Sprintf("expected a result of type %s, found %s", want, got)}
	}
	run, err := env.Program(ast, cel.CostLimit(maxCost), cel.InterruptCheckFrequency(1000))
	if err != nil {
		return nil, Error{Line: 1, Column: 1, Message: err.Error()}
	}
	return &Program{text: text, run: run}, nil
}

// A Subject is what an expression is run on.
type Subject struct {
	Call       Call
	Session    *Session
	Obligation *Obligation
}

func (s Subject) variables() map[string]any {
	v := map[string]any{"call": s.Call}
	if s.Session != nil {
		v["session"] = *s.Session
	}
	if s.Obligation != nil {
		v["obligation"] = *s.Obligation
	}
	return v
}

// Bool runs an expression of kind Bool. An error says why it has no result: it
// cost too much, or failed on this subject.
func (p *Program) Bool(s Subject) (bool, error) {
	v, err := p.eval(s)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	if !ok {
		return false, errors.New("the result is no truth value")
	}
	return bool(b), nil
}

// Text runs an expression of kind Text.
func (p *Program) Text(s Subject) (string, error) {
	v, err := p.eval(s)
	if err != nil {
		return "", err
	}
	t, ok := v.(types.String)
	if !ok {
		return "", errors.New("the result is no text")
	}
	return string(t), nil
}

func (p *Program) eval(s Subject) (v any, err error) {
	defer func() {
		// A fault of the library must not take the other rules with it.
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	v, _, err = p.run.Eval(s.variables())
	return v, err
}
