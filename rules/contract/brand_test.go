package contract

import (
	"testing"

	"rollcall/rules/brand"
	"rollcall/rules/brand/asset"
	"rollcall/rules/brand/protected"
	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// listingsBothWays judges a listing that breaks a rule on listings and one that
// does not.
func listingsBothWays(t *testing.T, id string) (bad, good rule.Population) {
	t.Helper()
	p, err := policy.Parse("policy.yaml", []byte("version: 1\nbrand: {others: [{company: Adatum, names: [Adatum Ledger]}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := brand.New(p)
	if err != nil {
		t.Fatal(err)
	}
	mark, own := picture(`<path d="M10 10h70v15h-28v55h-14v-55h-28z" fill="#54a"/>`), picture(`<path d="M5 80L45 8l40 72h-25l-15-30-15 30z" fill="#295"/>`)
	marks := protected.New([]asset.Reference{{Name: "mark.svg", Asset: asset.Read(mark, "mark.svg", asset.DefaultLimits())}}, p.Brand())
	judge := func(change func(*schema.Listing)) rule.Population {
		l := schema.Listing{AppID: "care", AppName: "Care Line", CompanyName: "Northwind", Assets: []schema.ListingAsset{{Kind: "icon", Data: own}},
			Texts: []schema.ListingText{{Kind: "description", Locale: "en", Text: "Northwind Care Line integrated with Microsoft Teams"}}}
		change(&l)
		o := brand.Occasion{At: at(0), Interop: brand.Interop{Looked: true, Calls: 1}, Gallery: brand.Gallery{Protected: marks}}
		out, _ := catalogue.Listing(brand.Version{Listing: l, Event: "e", At: at(0)}, book, o, catalogue.Input{Policy: p, Now: at(0)})
		return out.Checks[id]
	}
	wrong := map[string]func(*schema.Listing){
		brand.RuleName:          func(l *schema.Listing) { l.AppName = "Northwind Teams" },
		brand.RuleStatement:     func(l *schema.Listing) { l.Texts[0].Text = "Like Microsoft Teams" },
		brand.RuleEndorsement:   func(l *schema.Listing) { l.Texts[0].Text = "Sponsored by Microsoft" },
		brand.RuleCertification: func(l *schema.Listing) { l.Certification = "Microsoft 365 Certified" },
		brand.RuleUnique:        func(l *schema.Listing) { l.AppName = "Adatum Ledger" },
		brand.RuleAsset:         func(l *schema.Listing) { l.Assets[0].Data = mark },
	}
	return judge(wrong[id]), judge(func(*schema.Listing) {})
}

func picture(shape string) []byte {
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><rect width="90" height="90" fill="#fff"/>` + shape + `</svg>`)
}
