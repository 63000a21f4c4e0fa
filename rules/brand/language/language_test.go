package language

import (
	"testing"

	"rollcall/rules/policy"
)

// TestShipped reads every file that ships: its patterns can be used, and none
// matches what has no wordmark.
func TestShipped(t *testing.T) {
	for _, code := range policy.BrandLanguages() {
		t.Run(code, func(t *testing.T) {
			l, err := Load(code, policy.Default().Brand())
			if err != nil {
				t.Fatal(err)
			}
			if len(l.lexicon.words) < 200 || len(l.common) < 7 {
				t.Error("something is missing")
			}
			for _, text := range []string{"", "A text without any mark.", "endorsed by Contoso", "certifié par Contoso"} {
				r := l.Read(text, nil)
				if n := len(r.Statements()) + len(r.Endorsements()) + len(r.Certifications()) + len(r.Denials()) + len(r.Attributions()); n > 0 {
					t.Errorf("%q is taken for something", text)
				}
			}
		})
	}
}
