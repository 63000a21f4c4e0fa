// Package names judges displayed names (design.md, section 6): name.missing,
// name.unsafe, name.external-label, name.directory-mismatch, name.impersonation
// and name.brand. It is pure.
//
// What is a violation, for all names whatever their script:
//   - name.missing: nothing but white space or punctuation; a placeholder of the
//     policy, also with a number ("Guest 12"); a raw id, a GUID, a long
//     hexadecimal id, an e-mail address; nothing but digits. Not of telephones.
//   - name.unsafe: a control character (tab and line end too); bidirectional
//     embeddings, overrides and isolates; a directional mark in a name without
//     right-to-left letters; an invisible character, but for joiners where the
//     script or an emoji needs them, zero-width spaces between letters of scripts
//     without spaces (Khmer, Lao, Myanmar, Thai), and variation selectors after
//     what they vary; private-use, unassigned (Unicode 18) and replacement
//     characters; more than six marks stacked on one letter.
//   - name.external-label: a label or role of the policy in brackets of any
//     kind, behind or before a separator (" - ", "|", "/", "·", ":" …), or as the
//     whole name, also disguised; and no label where the table of sources says
//     that there is one.
//   - name.directory-mismatch: a Teams user's name differs from the directory's
//     in anything but Unicode composition and white space.
//   - name.impersonation, of external users (and whom the policy adds): the name can be
//     mistaken for one that the directory had then, or for a protected one, by
//     any of: the same name; letter case; white space within it; accents; letters of other alphabets and
//     styles (Unicode TS 39, NFKC); digits and signs for letters; "rn" for "m",
//     "vv" for "w" and the like; invisible characters and emoji within it; word
//     order ("Doe, Jane"); a middle initial more or less; titles; additions in
//     brackets, behind a separator, numbers, and words for departments behind it.
//     Not: other spellings (Jon, John), other initials ("Jane M. Doe", "Jane K.
//     Doe"), another middle name, nicknames, transliterations, a part of the name.
//   - name.brand: a wordmark of the policy in the name, also disguised, split or
//     joined to other words.
package names

import (
	"time"

	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// The rules of this family.
const (
	RuleMissing       = "name.missing"
	RuleUnsafe        = "name.unsafe"
	RuleLabel         = "name.external-label"
	RuleMismatch      = "name.directory-mismatch"
	RuleImpersonation = "name.impersonation"
	RuleBrand         = "name.brand"
)

// Input is what names are judged with.
type Input struct {
	Policy policy.Names
	// Known finds whom a name can be mistaken for; nil: no directory is known,
	// and only protected names are.
	Known *lookalike.Index
	// Now is when they are judged.
	Now time.Time
	// Blind is true where there are several tenants: a finding then says nothing of
	// a user whose tenant is not known.
	Blind bool
}

// A Judgement is what one rule says of one displayed name.
type Judgement struct {
	Rule    string
	Verdict rule.Verdict
	// Severity of a failure.
	Severity schema.Severity
	// Reason is a short word for the verdict: "placeholder", "disguised".
	Reason string
	// Seen and Expected are what a person compares: the name as it was shown, with
	// unsafe characters spelt out, and what should have been there.
	Seen, Expected string
	// Message says it in a sentence.
	Message string
	// Evidence are the events that it rests on, besides the name's own.
	Evidence []string
}
