package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// judgeTexts holds the text of each notice that tells that a capture is on
// against the patterns for its locale: it must name what it is said to tell of,
// as far as the user had to be told of that. A subject is one notice; the
// findings are one a session and capture.
func judgeTexts(s rule.Session, terms policy.Notice, out *rule.Outcome) {
	found := map[string]*schema.Finding{}
	var due []string // the captures of which the user had to be told
	for _, o := range s.Rows {
		if o.Result != schema.ResultNotApplicable {
			due = append(due, o.Capture)
		}
	}
	for _, r := range s.Receipts {
		n := r.Notice
		claimed := slices.DeleteFunc(slices.Clone(n.Captures), func(c string) bool { return !slices.Contains(due, c) })
		if n.State != stateStarted && n.State != stateResumed {
			continue
		}
		wrong, judged := terms.Wrong(claimed, n.Locale, n.Text)
		switch {
		case !judged:
			out.Count(RuleWrongText, rule.NotApplicable)
			continue
		case len(wrong) == 0:
			out.Count(RuleWrongText, rule.Pass)
			continue
		}
		out.Count(RuleWrongText, rule.Fail)
		for _, capture := range wrong {
			f := found[capture]
			if f == nil {
				first := s.Finding(ruleWrongText(), capture)
				f = &first
				found[capture] = f
				f.Capture, f.FirstAt, f.DetectedAt = capture, r.At, r.At
				f.Message = fmt.Sprintf("A notice of %s was shown to %s at %s with a text that does not name it in the locale %q: %q.",
					capture, s.Who(), rule.Instant(r.At), n.Locale, clip(n.Text))
			}
			if len(f.Evidence) < rule.MaxEvidence {
				f.Evidence = rule.Evidence(append(f.Evidence, r.Event)...)
			}
		}
	}
	for _, capture := range []string{schema.Recording, schema.Transcription} {
		if f := found[capture]; f != nil {
			out.Find(*f)
		}
	}
}

// clip bounds what a message repeats of a notice.
func clip(text string) string {
	const most = 120
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// judgeStale looks whether a notice was still shown as active long after its
// capture ended, where the policy says that the app sends "stopped". A subject
// is an obligation: it applies where the user was told, and was there for the
// allowed time after an end that a source states.
func judgeStale(s rule.Session, j judge, out *rule.Outcome) {
	for i, o := range s.Rows {
		until := o.EpisodeEnd.Add(j.terms.Stale)
		told := o.Result == schema.ResultPass || o.Result == schema.ResultLate
		switch {
		case j.terms.Stale == 0, !told, o.EpisodeEnd.IsZero(), o.EpisodeEndSource.Assumed(),
			!o.LeftAt.IsZero() && o.LeftAt.Before(until), s.Now.Before(until.Add(j.terms.Grace)), beginsAgain(s.Rows, i, until):
			out.Count(RuleStale, rule.NotApplicable)
			continue
		}
		last := j.lastNotice(o.Capture, until)
		if last == nil || last.Notice.State != stateStarted && last.Notice.State != stateResumed {
			out.Count(RuleStale, rule.Pass)
			continue
		}
		if j.gap(exposure{from: o.EpisodeEnd, to: until}) {
			out.Count(RuleStale, rule.NoEvidence)
			continue
		}
		out.Count(RuleStale, rule.Fail)
		f := s.Finding(ruleStale(), o.Capture, fmt.Sprint(o.Ordinal))
		f.Capture, f.FirstAt, f.DetectedAt = o.Capture, o.EpisodeEnd, until
		f.Evidence = rule.Evidence(append(slices.Clone(o.Evidence), last.Event)...)
		f.Message = fmt.Sprintf("The notice of %s to %s was still reported as active at %s: the capture had ended at %s.",
			o.Capture, s.Who(), rule.Instant(until), rule.Instant(o.EpisodeEnd))
		out.Find(f)
	}
}

// beginsAgain reports whether the same capture was on again before an instant.
func beginsAgain(rows []schema.Obligation, i int, until time.Time) bool {
	return slices.ContainsFunc(rows, func(o schema.Obligation) bool {
		return o.Capture == rows[i].Capture && o.Ordinal > rows[i].Ordinal && o.EpisodeStart.Before(until)
	})
}

// lastNotice is the last notice of a capture until an instant.
func (j *judge) lastNotice(capture string, until time.Time) *schema.Receipt {
	for i, r := range slices.Backward(j.receipts) {
		if !r.At.After(until) && slices.Contains(r.Notice.Captures, capture) && r.Notice.State != "" {
			return &j.receipts[i]
		}
	}
	return nil
}
