// Package brandcheck judges listings that lie in files, for `rollcall brand
// check`: without a store and without a network.
package brandcheck

import (
	"cmp"
	"fmt"
	"os"
	"time"

	"rollcall/cmd/internal/listings"
	"rollcall/cmd/internal/pictures"
	"rollcall/rules/brand"
	"rollcall/rules/brand/asset"
	"rollcall/rules/brand/protected"
	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Options say how listings are judged.
type Options struct {
	Policy *policy.Policy
	// PolicyFile is the policy's file, beside which reference pictures lie; empty
	// without one.
	PolicyFile string
	// App is the id of the app where a listing does not say it.
	App string
	Now time.Time
}

// A Report is what was found.
type Report struct {
	Listings []Judged
	Problems []listings.Problem
	Rules    []rule.Rule
	// Unseen are the protected pictures of which something can't be seen; Notes say
	// which of them are not looked for everywhere, and which of the listings' files
	// are in another format than they are called.
	Unseen []asset.Unseen
	Notes  []string
}

// A Judged is one listing with what rules say of it.
type Judged struct {
	*listings.Listing
	Findings []Finding
	Checks   map[string]rule.Population
}

// A Finding is what a rule says of a part of a listing that does not pass.
type Finding struct {
	brand.Check
	Severity schema.Severity
	Region   listings.Region
	ID       string
	// Excepted says who answers for it, by an exception of the policy.
	Excepted string
}

// Run judges the listings at some paths.
func Run(paths []string, opt Options) (*Report, error) {
	book, err := brand.New(opt.Policy)
	if err != nil {
		return nil, err
	}
	gallery, err := pictures.Load(opt.PolicyFile, opt.Policy)
	if err != nil {
		return nil, err
	}
	r := &Report{Rules: brand.Rules()}
	for _, p := range [...]brand.Pictures{gallery.Protected, gallery.Others} {
		if known, is := p.(*protected.Pictures); is {
			r.Unseen = append(r.Unseen, known.Unseen()...)
			r.Notes = append(r.Notes, known.Notes()...)
		}
	}
	for _, name := range paths {
		list, problems, err := listings.Read(name)
		if err != nil {
			if os.IsNotExist(err) {
				return nil, fmt.Errorf("%s: there is no such file or folder", name)
			}
			return nil, err
		}
		r.Problems = append(r.Problems, problems...)
		for _, l := range list {
			r.judge(l, book, gallery, opt)
		}
	}
	return r, nil
}

func (r *Report) judge(l *listings.Listing, book *brand.Book, gallery brand.Gallery, opt Options) {
	l.AppID = cmp.Or(l.AppID, opt.App)
	if opt.App != "" {
		l.AppID = opt.App
	}
	for _, a := range l.Assets {
		if called, is, wrong := asset.Misnamed(a.Data, a.Name); wrong {
			r.Notes = append(r.Notes, fmt.Sprintf("%s is called %s and is %s: it was looked at as what it is", brand.AssetName(a), called, is))
		}
	}
	in := catalogue.Input{Policy: opt.Policy, Now: opt.Now}
	out, checks := catalogue.Listing(brand.Version{Listing: l.Listing, At: opt.Now}, book, brand.Occasion{At: opt.Now, Gallery: gallery}, in)
	j := Judged{Listing: l, Checks: out.Checks}
	severity := map[string]schema.Severity{}
	for _, d := range r.Rules {
		severity[d.ID] = d.Severity
	}
	// The findings come in the order of the checks that they are of.
	next := 0
	for _, c := range checks {
		if c.Verdict != rule.Fail && c.Verdict != rule.NoEvidence {
			continue
		}
		f := Finding{Check: c, Severity: severity[c.Rule], Region: l.Region(c.Field, c.From, c.To)}
		if next < len(out.Findings) && out.Findings[next].Rule == c.Rule && out.Findings[next].Result == string(c.Verdict) {
			f.ID = out.Findings[next].ID
			if out.Findings[next].Status == rule.StatusSuppressed {
				f.Excepted = out.Findings[next].Message
			}
			next++
		}
		j.Findings = append(j.Findings, f)
	}
	r.Listings = append(r.Listings, j)
}

// Failed is how many findings failed and are excepted by nobody.
func (r *Report) Failed() int {
	n := 0
	for _, l := range r.Listings {
		for _, f := range l.Findings {
			if f.fails() {
				n++
			}
		}
	}
	return n
}

func (f Finding) fails() bool { return f.Verdict == rule.Fail && f.Excepted == "" }
