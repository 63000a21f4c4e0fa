// Package protected compares the pictures and videos of listings with those that
// the officer supplied, of marks or of other companies, by their hash and by what
// they show (package asset). It is pure.
package protected

import (
	"fmt"

	"rollcall/rules/brand"
	"rollcall/rules/brand/asset"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Pictures are protected pictures. They may be used by several goroutines.
type Pictures struct {
	index     *asset.Index
	threshold int
}

// New prepares protected pictures; a listing's picture that differs by no more
// than the policy's threshold is taken for one.
func New(references []asset.Reference, terms policy.Brand) *Pictures {
	p := &Pictures{index: asset.NewIndex(references), threshold: asset.Threshold}
	if terms.Threshold != nil {
		p.threshold = *terms.Threshold
	}
	return p
}

// Threshold is how far, of 100, a picture may be from a protected one and still be
// taken for it.
func (p *Pictures) Threshold() int { return p.threshold }

// Unseen are those of which something can't be seen, and why: what is like none of
// the others is no evidence.
func (p *Pictures) Unseen() []asset.Unseen { return p.index.Unseen() }

// Notes say which of them are not looked for everywhere, and why.
func (p *Pictures) Notes() []string { return p.index.Notes() }

// Look compares one picture or video. What can't be seen is no evidence, unless
// what can be seen is protected.
func (p *Pictures) Look(a schema.ListingAsset) (v rule.Verdict, seen, expected string) {
	const own = "a picture of the company's own"
	name := clip(brand.AssetName(a))
	if reference, is := p.index.Exact(a.SHA256); is {
		return rule.Fail, fmt.Sprintf("%s is the file %s, by its SHA-256", name, reference), own
	}
	if len(a.Data) == 0 {
		if a.Unread != "" {
			return rule.NoEvidence, name + ": " + a.Unread, "a picture or video of which all can be seen"
		}
		return rule.NoEvidence, name + " is named, and not with the listing", "the picture itself: nothing is fetched"
	}
	read := asset.Read(a.Data, a.Name, asset.DefaultLimits())
	match, found := p.index.Match(read)
	reason, hidden := read.Hidden()
	switch {
	case match.Exact:
		return rule.Fail, fmt.Sprintf("%s is the file %s", name, match.Reference), own
	case found && match.Distance <= p.threshold:
		return rule.Fail, fmt.Sprintf("%s looks like %s (distance %d of 100, at most %d are taken for it) in frame %d at %v",
			name, match.Reference, match.Distance, p.threshold, match.Frame+1, match.Region), own
	case a.SHA256 != "" && a.SHA256 != read.SHA256:
		return rule.NoEvidence, fmt.Sprintf("%s has the SHA-256 %s, the listing states %s", name, read.SHA256, clip(a.SHA256)), "the picture that the listing states"
	case hidden:
		return rule.NoEvidence, fmt.Sprintf("%s: %s", name, reason.Text), fmt.Sprintf("a picture of which all can be seen (%s)", reason.Code)
	}
	if match, found := p.index.Plain(read); found && match.Distance <= p.threshold {
		return rule.NoEvidence, fmt.Sprintf("%s looks like %s (distance %d of 100), a shape that everybody uses", name, match.Reference, match.Distance),
			"somebody's word on whether it is meant for the protected picture"
	}
	if unseen := p.index.Unseen(); len(unseen) > 0 {
		more := ""
		if len(unseen) > 1 {
			more = fmt.Sprintf(" (and %d more)", len(unseen)-1)
		}
		return rule.NoEvidence, name + " is like none of the protected pictures that can be seen", fmt.Sprintf("protected pictures that can all be compared; %s%s", unseen[0], more)
	}
	return rule.Pass, "", ""
}

// clip bounds what is repeated of a listing.
func clip(text string) string {
	const most = 200
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
