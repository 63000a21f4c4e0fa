package catalogue

import (
	"fmt"
	"slices"

	"rollcall/rules/policy"
)

// Check looks whether every rule that the policy names exists. Its error is
// policy.Problems, each with its place in the file.
func Check(p *policy.Policy) error {
	known := Known(p)
	var problems policy.Problems
	for i, e := range p.Exceptions() {
		for _, id := range e.Rules {
			if !slices.Contains(known, id) {
				problems = append(problems, fmt.Sprintf("%s: key exceptions[%d].scope.rules: there is no rule %s (exception %s)", e.Place(id), i, id, e.ID))
			}
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}
