package catalogue_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/rules/catalogue"
	"rollcall/schema"
)

// TestEveryRuleIsDescribed holds the whole catalogue to what a compliance
// officer needs of each rule.
func TestEveryRuleIsDescribed(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+(\.[a-z]+(-[a-z]+)*)$`)
	severities := []schema.Severity{schema.SeverityInfo, schema.SeverityLow, schema.SeverityMedium, schema.SeverityHigh, schema.SeverityCritical}
	seen := map[string]bool{}
	for _, r := range catalogue.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if !name.MatchString(r.ID) || seen[r.ID] {
				t.Error("the id is no name of its own of the form family.rule")
			}
			seen[r.ID] = true
			if r.Version < 1 || !slices.Contains(severities, r.Severity) || r.Subject == "" {
				t.Errorf("version %d, severity %q, subject %q", r.Version, r.Severity, r.Subject)
			}
			for what, text := range map[string]string{"title": r.Title, "control": r.Control.Says, "remediation": r.Remediation} {
				if len(text) < 30 || !strings.HasSuffix(text, ".") || strings.ToUpper(text[:1]) != text[:1] {
					t.Errorf("%s is no sentence: %q", what, text)
				}
			}
			if r.Control.Document == "" || r.Control.Section == "" {
				t.Errorf("the control names no document: %+v", r.Control)
			}
			if len(r.FalsePositives) == 0 {
				t.Error("no known false positive is named")
			}
			for _, f := range r.FalsePositives {
				if !strings.HasSuffix(f, ".") {
					t.Errorf("a false positive is no sentence: %q", f)
				}
			}
		})
	}
}
