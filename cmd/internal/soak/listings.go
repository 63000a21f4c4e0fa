package soak

import (
	"slices"
	"strings"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/brand"
	"rollcall/rules/catalogue"
	"rollcall/rules/rule"
)

// listings holds what the brand rules find in the listings of the evidence
// against the truth.
func (v *evidence) listings(t assess.Terms, truth *simulate.Truth, r *Report) error {
	book, err := brand.New(t.Policy)
	if err != nil {
		return err
	}
	var shelf brand.Shelf
	for _, e := range v.events {
		if e.Facts.Listing != nil && !e.Time.After(t.Now) {
			shelf.Put(brand.Version{Listing: *e.Facts.Listing, Event: e.ID, At: e.Time})
		}
	}
	got := map[string]map[string][]string{} // by app and field, the rules that fail
	for _, l := range shelf.All() {
		// Apps of listings are in no call of the simulation.
		_, checks := catalogue.Listing(l, book, brand.Occasion{At: t.Now, Interop: brand.Interop{Looked: true}}, catalogue.Input{Policy: t.Policy, Now: t.Now})
		got[l.App()] = map[string][]string{}
		for _, c := range checks {
			if field := fieldName(c.Field); c.Verdict == rule.Fail {
				got[l.App()][field] = append(got[l.App()][field], c.Rule)
			}
		}
	}
	compareListings(got, truth, r)
	return nil
}

// fieldName is how the truth calls a field.
func fieldName(f brand.Field) string {
	if f.Name == brand.FieldTexts {
		return f.Kind
	}
	return f.Name
}

// compareListings compares the rules that each field of each listing breaks.
func compareListings(got map[string]map[string][]string, truth *simulate.Truth, r *Report) {
	known := map[string]bool{}
	for _, t := range truth.Listings {
		known[t.AppID+"\x00"+t.Field] = true
		fields, there := got[t.AppID]
		if !there {
			r.differ("the listing of %s is not found", t.AppID)
			continue
		}
		rules := slices.Compact(slices.Sorted(slices.Values(fields[t.Field])))
		if found := strings.Join(rules, ";"); found != t.Rule {
			r.differ("listing of %s: the %s %q breaks %q, the truth %q", t.AppID, t.Field, t.Text, found, t.Rule)
		}
	}
	for app, fields := range got {
		for field, rules := range fields {
			if !known[app+"\x00"+field] {
				r.differ("listing of %s: the %s, which is right, breaks %q", app, field, rules)
			}
		}
	}
}
