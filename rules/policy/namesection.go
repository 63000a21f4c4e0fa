package policy

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"

	"rollcall/rules/names/lookalike"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// nameTerms are the name parameters of a policy at its levels. Each is made
// once, when the file is read.
type nameTerms struct {
	base    Names
	tenants map[string]Names
	apps    map[string]Names
	domains map[string]string // of user principal names, lower case, to tenants
	// what the levels say, for comparing policies
	levels map[string]namesOverride
}

func defaultNameTerms() nameTerms { return nameTerms{base: namesShipped()} }

// namesShipped are the parameters that ship, made once and never changed.
var namesShipped = sync.OnceValue(DefaultNames)

// Names returns the parameters for an app: those of the file, with what its
// tenant and the app itself add and change.
func (p *Policy) Names(a App) Names {
	if n, ok := p.names.apps[a.ID]; ok && a.ID != "" {
		return n
	}
	if n, ok := p.names.tenants[a.Tenant]; ok && a.Tenant != "" {
		return n
	}
	return p.names.base
}

// Named is an app by its id and tenant, as App found it.
func (p *Policy) Named(id, tenant string) App {
	if i, ok := p.byID[id]; ok && id != "" {
		return p.apps[i]
	}
	return App{ID: id, Tenant: tenant, SendsReceipts: true}
}

// TenantOf is the tenant of a user principal name, by the domains that the
// tenants list; empty where none does.
func (p *Policy) TenantOf(principal string) string {
	_, domain, ok := strings.Cut(strings.ToLower(principal), "@")
	for ok && domain != "" {
		if t := p.names.domains[domain]; t != "" {
			return t
		}
		_, domain, ok = strings.Cut(domain, ".")
	}
	return ""
}

// namesOverride holds what a level of the file says of names. Lists add to those
// of the level above.
type namesOverride struct {
	labels, roles, placeholders, wordmarks, except []string
	protected                                      []ProtectedName
	people                                         []Person
	namesakes                                      Namesakes
	impersonators                                  []schema.Identity // nil: not set
	renameGrace                                    *time.Duration
}

// onto returns n with what the level says.
func (o namesOverride) onto(n Names) Names {
	add := func(to *[]string, more []string) {
		*to = slices.DeleteFunc(slices.Concat(*to, more), func(w string) bool {
			return slices.ContainsFunc(o.except, func(e string) bool { return strings.EqualFold(e, w) })
		})
	}
	add(&n.Labels, o.labels)
	add(&n.Roles, o.roles)
	add(&n.Placeholders, o.placeholders)
	add(&n.Wordmarks, o.wordmarks)
	n.Protected = slices.DeleteFunc(slices.Concat(n.Protected, o.protected), func(p ProtectedName) bool {
		return slices.ContainsFunc(o.except, func(e string) bool { return strings.EqualFold(e, p.Name) })
	})
	n.People = slices.Concat(n.People, o.people)
	if o.namesakes != "" {
		n.Namesakes = o.namesakes
	}
	if o.impersonators != nil {
		n.Impersonators = o.impersonators
	}
	if o.renameGrace != nil {
		n.RenameGrace = *o.renameGrace
	}
	return n.prepared()
}

// settleNames makes the parameters of all levels, when the whole file is read.
func (p *Policy) settleNames() {
	t := &p.names
	t.base.Wordmarks = slices.Clone(t.base.Wordmarks)
	for _, w := range p.brand.Wordmarks { // what a listing must not use, a person does not either
		if !w.Ordinary && !slices.Contains(t.base.Wordmarks, w.Text) {
			t.base.Wordmarks = append(t.base.Wordmarks, w.Text)
		}
	}
	t.base = t.levels[""].onto(t.base)
	t.tenants, t.apps = map[string]Names{}, map[string]Names{}
	for key, o := range t.levels {
		if tenant, ok := strings.CutPrefix(key, "tenant "); ok {
			t.tenants[tenant] = o.onto(t.base)
		}
	}
	for _, a := range p.apps {
		if o, ok := t.levels["app "+a.ID]; ok {
			under, ok := t.tenants[a.Tenant]
			if !ok {
				under = t.base
			}
			t.apps[a.ID] = o.onto(under)
		}
	}
}

func (t *nameTerms) set(level string, o namesOverride) {
	if t.levels == nil {
		t.levels = map[string]namesOverride{}
	}
	t.levels[level] = o
}

// names reads the parameters of the name rules at one level of the file.
func (r *reader) names(n ast.Node, key string) namesOverride {
	var o namesOverride
	known := []string{"labels", "roles", "placeholders", "wordmarks", "except", "protected", "people", "namesakes", "impersonators", "rename_grace"}
	r.each(n, key, known, func(k string, v ast.Node) {
		switch at := join(key, k); k {
		case "labels":
			o.labels = r.texts(v, at, "labels such as External")
		case "roles":
			o.roles = r.texts(v, at, "roles such as Organizer")
		case "placeholders":
			o.placeholders = r.texts(v, at, "words that stand for no name")
		case "wordmarks":
			o.wordmarks = r.texts(v, at, "wordmarks")
			for i, w := range o.wordmarks {
				if lookalike.Letters(w) < 3 {
					r.wrong(v, fmt.Sprintf("%s[%d]", at, i), "expected a wordmark of at least three letters, found %q: shorter ones are in many names", clip(w))
				}
			}
		case "except":
			o.except = r.texts(v, at, "words of these lists that count no more")
		case "protected":
			o.protected = r.protected(v, at)
		case "people":
			o.people = r.people(v, at)
		case "namesakes":
			o.namesakes = choice(r, v, at, NamesakesFail, NamesakesReport, NamesakesAllow)
		case "impersonators":
			values, _ := r.list(v, at, "identities")
			o.impersonators = []schema.Identity{}
			for i, v := range values {
				if id := choice(r, v, fmt.Sprintf("%s[%d]", at, i), schema.IdentityExternalUser, schema.IdentityAnonymous, schema.IdentityTeamsUser); id != "" {
					o.impersonators = append(o.impersonators, id)
				}
			}
		case "rename_grace":
			o.renameGrace = r.duration(v, at)
			if o.renameGrace != nil && *o.renameGrace > maxRenameGrace {
				r.wrong(v, at, "expected at most %v, found %v", maxRenameGrace, *o.renameGrace)
			}
		}
	})
	return o
}

// maxRenameGrace is beyond what any change of a name takes to be seen.
const maxRenameGrace = 30 * 24 * time.Hour

// protected reads names that external users must not look like: each a text, or
// a name with its kind.
func (r *reader) protected(n ast.Node, key string) []ProtectedName {
	var out []ProtectedName
	values, _ := r.list(n, key, "names")
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		p := ProtectedName{Kind: ProtectedExecutive}
		if _, plain := v.(*ast.StringNode); plain {
			p.Name, _ = r.text(v, at, "a name")
		} else {
			r.each(v, at, []string{"name", "kind"}, func(k string, v ast.Node) {
				if k == "kind" {
					p.Kind = choice(r, v, join(at, k), ProtectedExecutive, ProtectedDesk)
					return
				}
				p.Name, _ = r.text(v, join(at, k), "a name")
			})
		}
		if lookalike.Letters(p.Name) < 2 {
			r.wrong(v, at, "expected a name of at least two letters, found %q", clip(p.Name))
			continue
		}
		out = append(out, p)
	}
	return out
}

// people reads who is really called so: each a text, or a name with a raw id.
func (r *reader) people(n ast.Node, key string) []Person {
	var out []Person
	values, _ := r.list(n, key, "names")
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		var p Person
		if _, plain := v.(*ast.StringNode); plain {
			p.Name, _ = r.text(v, at, "a name")
		} else {
			r.each(v, at, []string{"name", "user"}, func(k string, v ast.Node) {
				t, _ := r.text(v, join(at, k), "a name, or a raw id such as 8:acs:…")
				if k == "user" {
					p.RawID = rawid.Normal(t, rawid.GUIDUnknown)
					if p.RawID == "" {
						r.wrong(v, join(at, k), "expected a raw id such as 8:acs:…, found %q", clip(t))
					}
					return
				}
				p.Name = t
			})
		}
		if strings.TrimSpace(p.Name) == "" {
			r.wrong(v, at, "expected a name")
			continue
		}
		out = append(out, p)
	}
	return out
}

// domains reads the domains of a tenant's user principal names.
func (r *reader) domains(n ast.Node, key, tenant string, p *Policy) {
	for i, d := range r.texts(n, key, "domains such as contoso.com") {
		d = strings.ToLower(strings.Trim(strings.TrimSpace(d), "@."))
		switch before, there := p.names.domains[d]; {
		case d == "" || strings.ContainsAny(d, "@ /"):
			r.wrong(n, fmt.Sprintf("%s[%d]", key, i), "expected a domain such as contoso.com, found %q", clip(d))
		case there && before != tenant:
			r.wrong(n, fmt.Sprintf("%s[%d]", key, i), "%q is tenant %s's already", clip(d), clip(before))
		default:
			if p.names.domains == nil {
				p.names.domains = map[string]string{}
			}
			p.names.domains[d] = tenant
		}
	}
}

// parameters puts the parameters of names, each under its key after a prefix.
func (n Names) parameters(to map[string]string, at string) {
	list := func(key string, words []string) { to[at+key] = strings.Join(slices.Sorted(slices.Values(words)), ", ") }
	list("labels", n.Labels)
	list("roles", n.Roles)
	list("placeholders", n.Placeholders)
	list("wordmarks", n.Wordmarks)
	var protected, people, who []string
	for _, p := range n.Protected {
		protected = append(protected, p.Name+" ("+string(p.Kind)+")")
	}
	for _, p := range n.People {
		people = append(people, strings.TrimSpace(p.Name+" "+p.RawID))
	}
	for _, i := range n.Impersonators {
		who = append(who, string(i))
	}
	list("protected", protected)
	list("people", people)
	list("impersonators", who)
	to[at+"namesakes"], to[at+"rename_grace"] = string(n.Namesakes), n.RenameGrace.String()
}
