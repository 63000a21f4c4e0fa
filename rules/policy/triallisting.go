package policy

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"rollcall/schema"
)

// A TrialListing is the listing of a test: how an app presents itself.
type TrialListing struct {
	schema.Listing
	// WithTeams says that the app was in a call with Teams within brand.window, which
	// shows a statement of compatibility to be true.
	WithTeams bool
}

// trialListing reads the listing of a test, whose keys are those of
// rollcall.app.listing. It returns the parts that an expectation may name: the
// members, and each text by its kind, also with its locale. Pictures are no part:
// they are files, and a policy is judged by itself.
func (r *reader) trialListing(n ast.Node, key string) (*TrialListing, []string) {
	l := TrialListing{WithTeams: true, Listing: schema.Listing{AppID: "test"}}
	parts := []string{"appName", "companyName", "developerName", "certification"}
	r.each(n, key, []string{"appId", "appName", "companyName", "developerName", "texts", "certification", "licences", "with_teams"}, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "appId":
			l.AppID = r.words(v, at, "an app's id")
		case "appName":
			l.AppName = r.words(v, at, "the app's name")
		case "companyName":
			l.CompanyName = r.words(v, at, "the company's name")
		case "developerName":
			l.DeveloperName = r.words(v, at, "the developer's name")
		case "certification":
			l.Certification = r.words(v, at, "the certification that the listing claims")
		case "licences":
			l.Licences = r.texts(v, at, "licences that the listing claims")
			for i := range l.Licences {
				parts = append(parts, fmt.Sprintf("licences[%d]", i))
			}
		case "with_teams":
			l.WithTeams = choice(r, v, at, "true", "false") != "false"
		case "texts":
			values, _ := r.list(v, at, "texts such as {kind: description, locale: en, text: …}")
			for i, v := range values {
				t := r.trialText(v, fmt.Sprintf("%s[%d]", at, i))
				l.Texts = append(l.Texts, t)
				parts = append(parts, t.Kind)
				if t.Locale != "" {
					parts = append(parts, t.Kind+" ("+t.Locale+")")
				}
			}
		}
	})
	if l.AppName+l.CompanyName+l.DeveloperName+l.Certification == "" && len(l.Texts)+len(l.Licences) == 0 {
		r.wrong(n, key, "expected what the listing says, such as {appName: Care Line}, found nothing")
	}
	return &l, parts
}

func (r *reader) trialText(n ast.Node, key string) schema.ListingText {
	t := schema.ListingText{Kind: "description"}
	r.each(n, key, []string{"kind", "locale", "text"}, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "kind":
			t.Kind = strings.ToLower(r.words(v, at, "a kind of text such as description"))
		case "locale":
			t.Locale = r.words(v, at, "a locale such as en-GB")
		case "text":
			t.Text = r.words(v, at, "a text of the listing")
		}
	})
	if t.Text == "" {
		r.wrong(n, join(key, "text"), "expected a text of the listing, found nothing")
	}
	return t
}
