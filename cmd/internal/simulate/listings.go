package simulate

import "strconv"

// A listing is how an app presents itself, with the truth about each field.
// Texts are JSON text without quotes.
type listing struct {
	appID, appName, company, developer string
	description, certification         string
	wrong                              string // the field that is wrong, if any
	rule                               string // that it breaks; several with a semicolon between
}

// A TruthListing is one field of a listing.
type TruthListing struct {
	AppID string
	Field string // appName, developerName, description or certification
	Text  string
	Rule  string // that it breaks; several with a semicolon between; empty where it is right
}

var companies = [...]string{"Northwind", "Fourth Coffee", "Tailspin", "Woodgrove", "Proseware", "Litware"}
var products = [...]string{"Visits", "Bookings Desk", "Rounds", "Counter", "Frontline", "Care Line"}

// listingKinds is how many ways newListing has.
const listingKinds = 9

// newListing makes the i-th: two ways in which all is right, then one for each
// fault. Its number keeps it apart from every other, so that none is confusable
// with another company's.
func newListing(seed uint64, i int) listing {
	r := newRng(seed, 18, i)
	number := strconv.Itoa(100*(i+1) + r.n(100))
	l := listing{appID: "listed-" + number, company: companies[r.n(len(companies))] + " " + number,
		appName: products[r.n(len(products))] + " " + number}
	l.developer = l.company + " Software"
	l.description = "Lets people meet their advisers by video."
	switch i % listingKinds {
	case 0: // the truthful statement of compatibility that the rules allow
		l.description = l.company + " " + l.appName + " integrated with Microsoft Teams"
	case 1: // no wordmark anywhere
	case 2:
		l.appName += " Microsoft Teams"
		l.wrong, l.rule = "appName", "brand.name"
	case 3:
		l.developer = l.company + " Microsoft Teams Labs"
		l.wrong, l.rule = "developerName", "brand.name"
	case 4:
		l.description = "Microsoft Teams, but with a waiting room."
		l.wrong, l.rule = "description", "brand.statement"
	case 5: // a statement of compatibility about some other app
		l.description = "Adatum Ledger integrated with Microsoft Teams"
		l.wrong, l.rule = "description", "brand.statement"
	case 6:
		l.description = "Endorsed and sponsored by Microsoft Teams."
		l.wrong, l.rule = "description", "brand.endorsement;brand.statement"
	case 7:
		l.description = "Certified for Microsoft Teams."
		l.wrong, l.rule = "description", "brand.certification;brand.statement"
	case 8: // the policy file knows of no such certification
		l.certification = "Microsoft 365 Certified"
		l.wrong, l.rule = "certification", "brand.certification"
	}
	return l
}

// truth tells of each field that the listing has.
func (l *listing) truth() []TruthListing {
	var out []TruthListing
	for _, f := range [...]struct{ field, text string }{{"appName", l.appName}, {"developerName", l.developer},
		{"description", l.description}, {"certification", l.certification}} {
		if f.text == "" {
			continue
		}
		t := TruthListing{AppID: l.appID, Field: f.field, Text: f.text}
		if f.field == l.wrong {
			t.Rule = l.rule
		}
		out = append(out, t)
	}
	return out
}

// listings schedules the apps' listings over the span. They belong to no call:
// each gets a script of nothing but what its delivery needs.
func (g *generator) listings() {
	for i := range g.opt.Listings {
		l := newListing(g.opt.Seed, i)
		g.truth.Listings = append(g.truth.Listings, l.truth()...)
		r := newRng(g.opt.Seed, 19, i)
		at := g.opt.Start.UnixMilli() + r.between(0, g.opt.Span.Milliseconds()-1)
		c := &script{seed: r.next(), app: g.planner.world.apps[0], conn: r.guid(), start: at, listing: &l}
		d := delivery{g, c, newRng(g.opt.Seed, 20, i)}
		d.send(appListing, appTopic, cloudObject, 0, 0, at, 50, 2*second)
	}
}

// renderListing writes rollcall.app.listing (design.md, section 4).
func (g *generator) renderListing(b []byte, it *item) []byte {
	c, l := it.c, it.c.listing
	g.saw(c.start)
	f := fields{b: append(b, `{"specversion":"1.0",`...)}
	f.guid("id", eventID(c, it.kind, it.idx, it.aux))
	f.str("source", "/apps/"+l.appID)
	f.str("type", kindNames[it.kind])
	f.time("time", c.start, millis, 0)
	f.str("datacontenttype", "application/json")
	f.name("data")
	f = fields{b: append(f.b, '{')}
	f.str("appId", l.appID)
	f.str("appName", l.appName)
	f.str("companyName", l.company)
	f.str("developerName", l.developer)
	f.name("texts")
	f.b = append(f.b, `[{"kind":"description","locale":"en-GB"`...)
	f.str("text", l.description)
	f.b = append(f.b, `}]`...)
	if l.certification != "" {
		f.str("certification", l.certification)
	}
	return append(f.b, '}', '}')
}
