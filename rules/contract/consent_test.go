package contract

import (
	"testing"

	"rollcall/rules/notice"
)

// TestConsentWhereEvidenceWasLost: an answer may have been lost with the rest;
// what is not known is neither a failure nor a pass.
func TestConsentWhereEvidenceWasLost(t *testing.T) {
	const terms = "consent: {required: [recording]}"
	gap := func(app string, from, to float64) notice.Gap {
		return notice.Gap{App: app, First: at(from), Last: at(to)}
	}
	told := shows(alice, "recording", 11)
	for name, c := range map[string]struct {
		gap      notice.Gap
		answer   string // at 15 s
		missing  string // pass, fail, no evidence, not applicable
		declined string
	}{
		"no answer, lost while exposed":         {gap: gap("", 20, 25), missing: "0 0 1 0", declined: "0 0 0 1"},
		"no answer, lost before the capture":    {gap: gap("", 2, 5), missing: "0 0 1 0", declined: "0 0 0 1"},
		"no answer, lost after it":              {gap: gap("", 300, 400), missing: "0 1 0 0", declined: "0 0 0 1"},
		"no answer, another app's was lost":     {gap: gap("other", 20, 25), missing: "0 1 0 0", declined: "0 0 0 1"},
		"an answer":                             {gap: gap("", 20, 25), answer: "granted", missing: "1 0 0 0", declined: "1 0 0 0"},
		"declined, lost afterwards":             {gap: gap("", 20, 25), answer: "declined", missing: "1 0 0 0", declined: "0 0 1 0"},
		"declined, lost before it was declined": {gap: gap("", 12, 14), answer: "declined", missing: "1 0 0 0", declined: "0 1 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			events := taped(told)
			if c.answer != "" {
				events = append(events, answers(alice, "recording", c.answer, 15))
			}
			evidenceOf(t, events...).under(terms).without(c.gap).checks("consent.missing", c.missing).checks("consent.declined-but-captured", c.declined)
		})
	}
}
