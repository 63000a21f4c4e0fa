package simulate

import (
	"strconv"
	"strings"
)

// A TruthDirectory is a name that the directory has of a Teams user, from when
// to when. The directory's pages tell of it a little later.
type TruthDirectory struct {
	RawID  string
	Tenant string
	Name   string
	Since  int64 // 0: from the beginning
	Until  int64 // 0: to the end
	Told   int64 // when the page with it arrived
	Left   bool  // at Until the person was removed from the directory
}

// called is the name that the directory had of a person then; of others, their
// own.
func (p *person) called(at int64) string {
	if p.renamed != 0 && at >= p.renamed {
		return p.newName
	}
	return p.name
}

// listed is the name that the directory has of a Teams user then; empty of others.
func (p *person) listed(at int64) string {
	if !strings.HasPrefix(p.raw, "8:orgid:") || p.removed != 0 && at >= p.removed {
		return ""
	}
	return p.called(at)
}

// A directoryPage is a page of users/delta.
type directoryPage struct {
	app     *app
	at      int64 // of arrival
	next    bool  // another follows
	people  []*person
	changed bool // only what is new of them, as Prefer: return=minimal has it
}

// usersOfPage is how many users a page holds.
const usersOfPage = 10

// rename lets people of the directory change their names, or leave.
func (w *world) rename(opt Options) {
	if opt.Renames == 0 {
		return
	}
	taken := map[string]bool{} // an external user of that name would be a namesake
	for _, a := range w.apps {
		for i := range a.externals {
			taken[a.externals[i].name] = true
		}
	}
	for t, a := range w.directories() {
		r := newRng(opt.Seed, 25, t)
		for i := range a.staff {
			p := &a.staff[i]
			changes, leaves := r.hit(opt.Renames), r.hit(0.2)
			when := opt.Start.UnixMilli() + r.between(0, opt.Span.Milliseconds())
			last := lastNames[r.n(len(lastNames))]
			first, old, _ := strings.Cut(p.name, " ")
			switch {
			case !changes || i == 0 || taken[p.name]: // the organizer of all meetings stays, and who has a namesake
			case leaves:
				p.removed = when
			case last != old && !taken[first+" "+last]:
				p.renamed, p.newName = when, first+" "+last
			}
		}
	}
}

// directories lists an app of each tenant.
func (w *world) directories() []*app { return []*app{w.apps[0], w.apps[2]} }

// directory schedules the pages of the directory: all of it before the first
// call, then a page for each change. What changed is told within minutes.
func (g *generator) directory() {
	if g.opt.Renames == 0 {
		return
	}
	start := g.opt.Start.UnixMilli()
	push := func(page directoryPage) {
		c := &script{seed: mix(g.opt.Seed ^ g.seq), app: page.app, start: page.at, page: &page}
		g.push(item{at: page.at, c: c, kind: graphUsers, form: rawForm, top: graphTopic})
	}
	for t, a := range g.planner.world.directories() {
		r := newRng(g.opt.Seed, 26, t)
		for i := 0; i < len(a.staff); i += usersOfPage {
			page := directoryPage{app: a, at: start - hour + int64(i)*50, next: i+usersOfPage < len(a.staff)}
			for j := i; j < min(i+usersOfPage, len(a.staff)); j++ {
				p := &a.staff[j]
				page.people = append(page.people, p)
				row := TruthDirectory{RawID: p.raw, Tenant: a.tenant, Name: p.name, Until: max(p.renamed, p.removed), Told: page.at, Left: p.removed != 0}
				g.truth.Directory = append(g.truth.Directory, row)
			}
			push(page)
		}
		for i := range a.staff {
			p := &a.staff[i]
			at := max(p.renamed, p.removed) + r.between(10*second, 5*minute)
			if p.renamed != 0 {
				g.truth.Directory = append(g.truth.Directory, TruthDirectory{RawID: p.raw, Tenant: a.tenant, Name: p.newName, Since: p.renamed, Told: at})
			}
			if p.renamed != 0 || p.removed != 0 {
				push(directoryPage{app: a, at: at, people: []*person{p}, changed: true})
			}
		}
	}
}

// usersPage writes a page of users/delta.
func (g *generator) usersPage(b []byte, it *item) []byte {
	p := it.c.page
	b = append(b, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id,displayName,userPrincipalName)","@odata.`...)
	b = append(append(b, orElse(p.next, "nextLink", "deltaLink")...), `":"https://graph.microsoft.com/v1.0/users/delta?$`...)
	b = append(append(b, orElse(p.next, "skiptoken", "deltatoken")...), '=')
	b = strconv.AppendUint(b, it.c.seed, 36)
	b = append(b, `","value":[`...)
	for i, who := range p.people {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case p.changed && who.removed != 0:
			b = append(append(append(b, `{"id":"`...), who.monitor...), `","@removed":{"reason":"changed"}}`...)
		case p.changed:
			b = append(append(append(b, `{"id":"`...), who.monitor...), `","displayName":"`...)
			b = append(append(b, who.newName...), `"}`...)
		default:
			b = append(append(b, `{"businessPhones":[],"displayName":"`...), who.name...)
			b = append(b, `","givenName":null,"jobTitle":null,"mail":null,"mobilePhone":null,"officeLocation":null,"preferredLanguage":null,"surname":null,"userPrincipalName":"`...)
			b = append(append(append(b, who.monitor[:8]...), '@'), p.app.tenant...)
			b = append(append(append(b, `.example","id":"`...), who.monitor...), `"}`...)
		}
	}
	return append(b, ']', '}')
}
