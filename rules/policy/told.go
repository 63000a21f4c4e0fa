package policy

import "reflect"

// A Told is in what two policies differ on what the users of one app are told of.
type Told struct {
	// Texts are the patterns for texts, Stale is how long a notice may stay, Consent
	// is what decides consent, and Rows whatever else decides obligations.
	Texts, Stale, Consent, Rows bool
}

// ToldApart compares what two policies say of an app, as either knows it.
func ToldApart(a, b *Policy, x, y App) Told {
	m, n := a.Notice(x), b.Notice(y)
	receipts := x.SendsReceipts != y.SendsReceipts
	t := Told{
		Texts: !sameTexts(m.Texts, n.Texts), Stale: m.Stale != n.Stale,
		Consent: receipts || !reflect.DeepEqual(a.Consent(x), b.Consent(y)),
	}
	t.Rows = receipts || m.Deadline != n.Deadline || m.Grace != n.Grace
	m.Texts, n.Texts = nil, nil
	m.Stale, n.Stale = 0, 0
	t.Rows = t.Rows || !m.same(n)
	return t
}

// A Named is what patterns say of a text that is said to name a capture.
type Named struct{ Counts, Judged, Wrong bool }

// Named says what the policy's patterns, and those that ship, say of a text.
func (n Notice) Named(capture, locale, text string) Named {
	wrong, judged := n.Wrong([]string{capture}, locale, text)
	return Named{Counts: n.Names(capture, locale, text), Judged: judged, Wrong: len(wrong) > 0}
}
