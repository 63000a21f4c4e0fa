package assess

import (
	"cmp"

	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// A termsKey names an app, as the policy of a call knows it.
type termsKey struct {
	before      *policy.Policy
	app, tenant string
}

// terms are what two policies say of an app.
type terms struct {
	told  policy.Told
	of    [2]policy.Notice
	texts map[textKey]bool // whether the policies say something else of a text
}

type textKey struct{ capture, locale, text string }

// maxTexts bounds how many texts are remembered of an app.
const maxTexts = 10_000

// told is in what the policies differ for a session: in texts only where they say
// something else of those that were shown there.
func (p *parted) told(s schema.Session) policy.Told {
	s.Resource = cmp.Or(s.Resource, p.outline.Resource)
	x := p.call.policy.App(s)
	key := termsKey{p.call.policy, x.ID, x.Tenant}
	t := p.terms[key]
	if t == nil {
		y := p.after.Policy.App(s)
		t = &terms{told: policy.ToldApart(p.call.policy, p.after.Policy, x, y), texts: map[textKey]bool{},
			of: [2]policy.Notice{p.call.policy.Notice(x), p.after.Policy.Notice(y)}}
		p.terms[key] = t
	}
	told := t.told
	told.Texts = told.Texts && t.textsDiffer(s.Receipts)
	return told
}

func (t *terms) textsDiffer(all []schema.Receipt) bool {
	for i := range all {
		n := &all[i].Notice
		for _, capture := range n.Captures {
			key := textKey{capture, n.Locale, n.Text}
			differ, known := t.texts[key]
			if !known {
				differ = t.of[0].Named(capture, n.Locale, n.Text) != t.of[1].Named(capture, n.Locale, n.Text)
				if len(t.texts) == maxTexts {
					clear(t.texts)
				}
				t.texts[key] = differ
			}
			if differ {
				return true
			}
		}
	}
	return false
}

// leaveOut leaves out the rules that say the same of a session of which the
// obligations are the same by both policies.
func (p *parted) leaveOut(some *[2]catalogue.Some, told policy.Told, same bool) {
	if !same || told.Texts || p.apart.parts.Exceptions {
		return
	}
	for i := range some {
		s := &some[i]
		s.Missed, s.Shown, s.Consent = false, s.Shown && told.Stale, s.Consent && told.Consent
		s.Own = p.apart.own[i]
	}
}

// sameObligation reports whether rules say the same of two obligations of one
// session and episode.
func sameObligation(a, b schema.Obligation) bool {
	return a.Result == b.Result && a.Reason == b.Reason && a.SignalledAt.Equal(b.SignalledAt) && a.ShownAt.Equal(b.ShownAt) && a.DelayMs == b.DelayMs &&
		a.DueAt.Equal(b.DueAt) && a.Surface == b.Surface
}
