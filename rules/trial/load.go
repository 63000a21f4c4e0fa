package trial

import (
	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
)

// Load reads a policy file that is to judge: one whose exceptions name rules
// that nobody has, or of whose tests one does not hold, is not what its officer
// meant and is refused. Its error is policy.Problems; name is the file's name.
func Load(name string, data []byte) (*policy.Policy, error) {
	p, err := policy.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if err := catalogue.Check(p); err != nil {
		return nil, err
	}
	var problems policy.Problems
	for _, f := range Run(p) {
		problems = append(problems, f.String())
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}
