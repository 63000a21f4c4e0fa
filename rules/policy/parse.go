package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// Parse reads a policy file. Its error is Problems: each line names file, line,
// column, key and what was expected there; name is the file's name for it.
func Parse(name string, data []byte) (*Policy, error) {
	r := &reader{file: name}
	var named []namedTenant
	p := Default()
	p.ID = digest(data)
	p.pairs = map[[2]schema.BoundSource]time.Duration{}
	p.tenantConsent, p.government = map[string]consentOverride{}, map[string]bool{}
	p.tenant, p.byID, p.byUser = map[string]override{}, map[string]int{}, map[string][]int{}
	version := false
	body := r.document(data)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	r.each(body, "", []string{"version", "effective_from", "notice", "consent", "interop", "evidence", "names", "brand", "apps", "tenants", "rules", "exceptions", "tests"}, func(key string, v ast.Node) {
		switch key {
		case "version":
			version = true
			if t, ok := r.text(v, key, formatVersion); ok && t != "1" {
				r.wrong(v, key, "expected %s, found %q", formatVersion, clip(t))
			}
		case "effective_from":
			p.EffectiveFrom = r.day(v, key)
		case "notice":
			p.base = r.notice(v, key, true).onto(p.base)
		case "consent":
			p.consent = r.consent(v, key).onto(p.consent)
		case "interop":
			r.interop(v, key, p)
		case "evidence":
			r.evidence(v, key, p)
		case "names":
			p.names.set("", r.names(v, key))
		case "brand":
			r.brand(v, key, p)
		case "apps":
			named = r.apps(v, key, p)
		case "tenants":
			r.tenants(v, key, p)
		case "rules":
			r.rules(v, key, p)
		case "exceptions":
			r.exceptions(v, key, p)
		case "tests":
			r.trials(v, key, p)
		}
	})
	if !version {
		r.say("%s:1:1: key version: expected %s, found nothing; begin the file with \"version: 1\"", name, formatVersion)
	}
	r.declared(named, p)
	p.settleNames()
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return p, nil
}

const formatVersion = "1 (the format of this file)"

// entry walks the list of apps or tenants, of which each needs an id of its own.
func (r *reader) entry(n ast.Node, key, what string, f func(v ast.Node, at, id string)) {
	values, _ := r.list(n, key, what+"s")
	seen := map[string]bool{}
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		id := ""
		for _, kv := range r.entries(v, at) {
			if kv.Key.GetToken().Value == "id" {
				id, _ = r.text(kv.Value, at+".id", "the "+what+"'s name")
			}
		}
		switch {
		case id == "":
			r.wrong(v, at+".id", "expected the %s's name, found nothing", what)
		case seen[id]:
			r.wrong(v, at+".id", "%q is there twice", clip(id))
		default:
			seen[id] = true
			f(v, at, id)
		}
	}
}

// A namedTenant is the tenant that an app names, with its place.
type namedTenant struct {
	at   ast.Node
	key  string
	name string
}

// declared wants the tenants that apps name among those of the file: what is
// meant for a tenant would else not hold for an app because of a slip. A file
// that declares none may name any.
func (r *reader) declared(named []namedTenant, p *Policy) {
	if len(p.tenant) == 0 {
		return
	}
	known := slices.Sorted(maps.Keys(p.tenant))
	for _, n := range named {
		if _, ok := p.tenant[n.name]; !ok {
			r.wrong(n.at, n.key, "expected a tenant of the list tenants (%s), found %q; mend the name or add it there", clip(strings.Join(known, ", ")), clip(n.name))
		}
	}
}

// apps reads the apps and returns the tenants that they name.
func (r *reader) apps(n ast.Node, key string, p *Policy) (named []namedTenant) {
	r.entry(n, key, "app", func(v ast.Node, at, id string) {
		a := App{ID: id, SendsReceipts: true}
		r.each(v, at, []string{"id", "receipts", "tenant", "resources", "users", "notice", "consent", "names"}, func(k string, v ast.Node) {
			switch k := join(at, k); strings.TrimPrefix(k, at+".") {
			case "receipts":
				a.SendsReceipts = choice(r, v, k, "expected", "none") != "none"
			case "tenant":
				if a.Tenant, _ = r.text(v, k, "a tenant's name"); a.Tenant != "" {
					named = append(named, namedTenant{v, k, a.Tenant})
				}
			case "resources":
				for _, t := range r.texts(v, k, "ARM ids or names of resources") {
					a.resources = append(a.resources, normalResource(t))
				}
			case "users":
				for _, t := range r.texts(v, k, "raw ids such as 8:acs:…") {
					a.users = append(a.users, rawid.Normal(t, rawid.GUIDUnknown))
				}
			case "notice":
				a.notice = r.notice(v, k, false)
			case "consent":
				a.consent = r.consent(v, k)
			case "names":
				p.names.set("app "+id, r.names(v, k))
			}
		})
		i := len(p.apps)
		p.apps = append(p.apps, a)
		p.byID[id] = i
		for _, u := range a.users {
			if u != "" {
				p.byUser[u] = append(p.byUser[u], i)
			}
		}
	})
	return named
}

// normalResource brings an ARM id or a name to the form of events: lower case,
// an id with a leading slash.
func normalResource(t string) string {
	t = strings.ToLower(strings.TrimSpace(t))
	if strings.Contains(t, "/") {
		t = "/" + strings.Trim(t, "/")
	}
	return t
}

func (r *reader) tenants(n ast.Node, key string, p *Policy) {
	r.entry(n, key, "tenant", func(v ast.Node, at, id string) {
		p.tenant[id] = override{}
		r.each(v, at, []string{"id", "notice", "consent", "names", "domains"}, func(k string, v ast.Node) {
			switch k {
			case "notice":
				p.tenant[id] = r.notice(v, join(at, k), false)
			case "consent":
				p.tenantConsent[id] = r.consent(v, join(at, k))
			case "names":
				p.names.set("tenant "+id, r.names(v, join(at, k)))
			case "domains":
				r.domains(v, join(at, k), id, p)
			}
		})
	})
}

// evidence reads by how much server sources may differ.
func (r *reader) evidence(n ast.Node, key string, p *Policy) {
	r.each(n, key, []string{"conflict", "pairs", "clock_skew"}, func(k string, v ast.Node) {
		switch at := join(key, k); k {
		case "conflict":
			p.conflict = r.difference(v, at, p.conflict)
		case "clock_skew":
			p.clockSkew = r.difference(v, at, p.clockSkew)
		case "pairs":
			r.pairs(v, at, p)
		}
	})
}

func (r *reader) pairs(n ast.Node, key string, p *Policy) {
	values, _ := r.list(n, key, "pairs of sources")
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		var sources []schema.BoundSource
		d := time.Duration(-1)
		r.each(v, at, []string{"sources", "conflict"}, func(k string, v ast.Node) {
			if k == "conflict" {
				d = r.difference(v, join(at, k), 0)
				return
			}
			list, _ := r.list(v, join(at, k), "two sources")
			for j, s := range list {
				sources = append(sources, choice(r, s, fmt.Sprintf("%s.sources[%d]", at, j), serverSources()...))
			}
		})
		switch {
		case len(sources) != 2 || sources[0] == sources[1]:
			r.wrong(v, at+".sources", "expected two different sources")
		case d < 0:
			r.wrong(v, at+".conflict", "expected a duration such as 10s, found nothing")
		default:
			p.pairs[[2]schema.BoundSource{sources[0], sources[1]}] = d
			p.pairs[[2]schema.BoundSource{sources[1], sources[0]}] = d
		}
	}
}

func serverSources() []schema.BoundSource {
	return []schema.BoundSource{schema.BoundEventGrid, schema.BoundCallSummary, schema.BoundRoster, schema.BoundGraph,
		schema.BoundCallAutomation, schema.BoundRecordingSummary, schema.BoundRecordingFile, schema.BoundStreamingUsage}
}

// leastConflict is the least difference that a policy may call a conflict: some
// sources count in whole seconds.
const leastConflict = time.Second

func (r *reader) difference(n ast.Node, key string, otherwise time.Duration) time.Duration {
	d := r.duration(n, key)
	switch {
	case d == nil:
		return otherwise
	case *d < leastConflict:
		r.wrong(n, key, "expected at least %v, because some sources count in whole seconds, found %v", leastConflict, *d)
	}
	return *d
}

// notice reads the parameters of the notice rule at one level of the file.
func (r *reader) notice(n ast.Node, key string, top bool) override {
	var o override
	known := []string{"deadline", "early", "grace", "clock", "obligated", "exempt", "surfaces", "texts", "plays", "stale", "quiet"}
	r.each(n, key, known, func(k string, v ast.Node) {
		at := join(key, k)
		switch k {
		case "deadline":
			o.deadline = r.duration(v, at)
		case "early":
			o.early = r.duration(v, at)
		case "grace":
			o.grace = r.duration(v, at)
		case "stale":
			if o.stale = r.duration(v, at); o.stale != nil && *o.stale == 0 {
				r.wrong(v, at, "expected a duration above 0s; without this key nothing is judged stale")
			}
		case "quiet":
			if o.quiet = r.duration(v, at); !top {
				r.wrong(v, at, "expected only in the file's own notice, because it holds for whole calls")
			}
		case "clock":
			o.clock = choice(r, v, at, ClockSent, ClockEstimate)
		case "obligated":
			o.obligated = r.paths(v, at)
		case "exempt":
			o.exempt = r.exempt(v, at)
		case "surfaces":
			o.surfaces = map[schema.JoinPath][]string{}
			r.eachPath(v, at, func(p schema.JoinPath, v ast.Node, at string) {
				for _, t := range r.texts(v, at, "surfaces such as banner") {
					o.surfaces[p] = append(o.surfaces[p], strings.ToLower(t))
				}
				if o.surfaces[p] == nil {
					o.surfaces[p] = []string{} // accepts none
				}
			})
		case "texts":
			o.texts = r.locales(v, at)
		case "plays":
			o.plays = r.plays(v, at)
		}
	})
	return o
}

func (r *reader) paths(n ast.Node, key string) []schema.JoinPath {
	out := []schema.JoinPath{} // an empty list obligates nobody
	values, _ := r.list(n, key, "join paths")
	for i, v := range values {
		p := choice(r, v, fmt.Sprintf("%s[%d]", key, i), joinPaths()...)
		if p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func joinPaths() []schema.JoinPath {
	return []schema.JoinPath{
		schema.PathACSExternalUser, schema.PathACSTeamsUser, schema.PathACSTeamsExtensionUser,
		schema.PathTeamsUser, schema.PathTeamsAnonymous, schema.PathPSTN, schema.PathBot,
		schema.PathTeamsApp, schema.PathUnknown,
	}
}

// eachPath walks a mapping whose keys are join paths.
func (r *reader) eachPath(n ast.Node, key string, f func(p schema.JoinPath, v ast.Node, at string)) {
	for _, kv := range r.entries(n, key) {
		name := kv.Key.GetToken().Value
		if p := schema.JoinPath(name); slices.Contains(joinPaths(), p) {
			f(p, kv.Value, join(key, name))
		} else {
			r.wrong(kv.Key, join(key, clip(name)), "expected a join path (%s)", words(joinPaths()))
		}
	}
}

func (r *reader) exempt(n ast.Node, key string) map[schema.JoinPath]string {
	out := map[schema.JoinPath]string{}
	r.eachPath(n, key, func(p schema.JoinPath, v ast.Node, at string) {
		const expected = "the reason for not telling this join path"
		t, ok := r.text(v, at, expected)
		switch {
		case !ok:
		case strings.TrimSpace(t) == "":
			r.wrong(v, at, "expected %s, found an empty text", expected)
		case p == schema.PathUnknown:
			r.wrong(v, at, "expected any path but this one, which is always judged")
		default:
			out[p] = t
		}
	})
	return out
}

// locales reads the patterns by which texts name captures.
func (r *reader) locales(n ast.Node, key string) map[string]Patterns {
	out := map[string]Patterns{}
	for _, kv := range r.entries(n, key) {
		name := kv.Key.GetToken().Value
		at := join(key, clip(name))
		patterns := Patterns{}
		r.each(kv.Value, at, captures(), func(capture string, v ast.Node) {
			at := join(at, capture)
			values, _ := r.list(v, at, "regular expressions")
			for i, v := range values {
				at := fmt.Sprintf("%s[%d]", at, i)
				t, ok := r.text(v, at, "a regular expression")
				if !ok {
					continue
				}
				re, err := regexp.Compile("(?i)" + t)
				switch {
				case err != nil:
					r.wrong(v, at, "expected a regular expression, found %q: %v", clip(t), err)
				case t == "" || re.MatchString(""):
					r.wrong(v, at, "expected a regular expression that does not match everything, found %q", clip(t))
				default:
					patterns[capture] = append(patterns[capture], re)
				}
			}
		})
		if name = normalLocale(name); name == "" {
			r.wrong(kv.Key, at, "expected a locale such as en or de-AT, or \"*\" for any other")
			continue
		}
		out[name] = patterns
	}
	return out
}

func captures() []string { return []string{schema.Recording, schema.Transcription} }

// plays reads which captures an operation context tells of.
func (r *reader) plays(n ast.Node, key string) map[string][]string {
	out := map[string][]string{}
	for _, kv := range r.entries(n, key) {
		name := kv.Key.GetToken().Value
		at := join(key, clip(name))
		if name == "" {
			r.wrong(kv.Key, at, "expected an operation context of Call Automation")
		}
		values, _ := r.list(kv.Value, at, "captures")
		for i, v := range values {
			if c := choice(r, v, fmt.Sprintf("%s[%d]", at, i), captures()...); c != "" && !slices.Contains(out[name], c) {
				out[name] = append(out[name], c)
			}
		}
	}
	return out
}

// maxDuration bounds what a policy may set: no call lasts a year.
const maxDuration = 366 * 24 * time.Hour

func (r *reader) duration(n ast.Node, key string) *time.Duration {
	const expected = "a duration such as 5s or 1m30s"
	t, ok := r.text(n, key, expected)
	if !ok {
		return nil
	}
	d, err := time.ParseDuration(strings.TrimSpace(t))
	switch {
	case err != nil:
		r.wrong(n, key, "expected %s, found %q", expected, clip(t))
		return nil
	case d < 0, d > maxDuration:
		r.wrong(n, key, "expected %s between 0s and a year, found %q", expected, clip(t))
		return nil
	case d%time.Millisecond != 0:
		r.wrong(n, key, "expected whole milliseconds, found %q", clip(t))
		return nil
	}
	return &d
}

func (r *reader) day(n ast.Node, key string) time.Time {
	const expected = "a day such as 2026-01-01"
	t, ok := r.text(n, key, expected)
	if !ok {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, strings.TrimSpace(t)); err == nil {
			return at.UTC()
		}
	}
	r.wrong(n, key, "expected %s, found %q", expected, clip(t))
	return time.Time{}
}

// choice expects one of a few words; a mistake gives none.
func choice[T ~string](r *reader, n ast.Node, key string, among ...T) T {
	t, ok := r.text(n, key, "one of "+words(among))
	if ok && !slices.Contains(among, T(t)) {
		r.wrong(n, key, "expected one of %s, found %q", words(among), clip(t))
		return ""
	}
	return T(t)
}

func words[T ~string](of []T) string {
	names := make([]string, len(of))
	for i, w := range of {
		names[i] = string(w)
	}
	return strings.Join(names, ", ")
}
