package brand

import (
	"cmp"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Pictures are the protected pictures that the officer supplied, prepared for
// comparing (package protected).
type Pictures interface {
	// Look compares a picture or video of a listing with them: Fail where it is one
	// or shows one, NoEvidence where it, or a part of it, can't be seen. It says
	// what was seen, and what was expected instead.
	Look(a schema.ListingAsset) (v rule.Verdict, seen, expected string)
}

// A Gallery holds what pictures of listings are compared with.
type Gallery struct {
	// Protected are the marks' pictures, Others the logos of other companies; nil
	// where the policy names none.
	Protected, Others Pictures
}

// NoPictures stands for protected pictures that can't be read: what would be
// compared with them is no evidence.
func NoPictures(problem error) Pictures { return unreadable{problem.Error()} }

type unreadable struct{ problem string }

func (u unreadable) Look(a schema.ListingAsset) (v rule.Verdict, seen, expected string) {
	return rule.NoEvidence, clip(AssetName(a)), "protected pictures to compare it with: " + u.problem
}

// AssetName is what people call an asset of a listing.
func AssetName(a schema.ListingAsset) string { return cmp.Or(a.Name, a.URI, a.Kind, "the asset") }

// pictures judges each picture and video of the listing.
func (j *judging) pictures() []Check {
	var out []Check
	for i, a := range j.listing.Assets {
		field := Field{Name: FieldAssets, Index: i, Kind: cmp.Or(a.Kind, "asset")}
		mark, unique := Check{Rule: RuleAsset, Field: field, Verdict: rule.NotApplicable}, Check{Rule: RuleUnique, Field: field, Verdict: rule.NotApplicable}
		if with := j.occasion.Gallery.Protected; with != nil {
			if mark.Verdict = rule.Pass; !j.granted(policy.GrantAsset) {
				mark.Verdict, mark.Seen, mark.Expected = with.Look(a)
			}
		}
		if with := j.occasion.Gallery.Others; with != nil {
			unique.Verdict, unique.Seen, unique.Expected = with.Look(a)
		}
		out = append(out, mark, unique)
	}
	return out
}
