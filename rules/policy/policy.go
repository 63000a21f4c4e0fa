// Package policy reads the compliance officer's policy: one YAML file of
// parameters with overrides per tenant and per app (design.md, section 6). It
// is pure: parsing takes bytes, and a parsed policy is never changed.
//
// policy.schema.json beside this file describes it for editors.
package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// A Policy is one version of the policy file.
type Policy struct {
	// EffectiveFrom is the day (00:00 UTC) from which the version holds; zero
	// means from the beginning.
	EffectiveFrom time.Time
	// ID names the version in findings: "default", or the first 12 hex digits
	// of the file's SHA-256.
	ID       string
	base     Notice
	conflict time.Duration
	pairs    map[[2]schema.BoundSource]time.Duration // each pair in both orders
	apps     []App
	byID     map[string]int // indexes of apps
	byUser   map[string][]int
	tenant   map[string]override

	consent       Consent
	tenantConsent map[string]consentOverride
	clockSkew     time.Duration
	government    map[string]bool // tenants, lower case; false: known to be none
	brand         Brand

	names nameTerms

	own        []Own
	exceptions []Exception
	trials     []Trial
}

// What a receipt's time is taken from (notice.clock).
const (
	ClockSent     = "sent"     // the client's clock, with the offset that it states
	ClockEstimate = "estimate" // the same; where it states none, one is estimated
)

// Notice holds the parameters of the notice rule as they apply to one session.
type Notice struct {
	// Deadline is how long after exposure the notice is due.
	Deadline time.Duration
	// Early is how long before exposure a receipt may be and still count.
	Early time.Duration
	// Grace is how long receipts may be under way after the deadline.
	Grace time.Duration
	// Obligated lists the join paths whose sessions must be told.
	Obligated []schema.JoinPath
	// Exempt gives the reason for not obligating a join path.
	Exempt map[schema.JoinPath]string
	// Surfaces lists the surfaces accepted for a join path; a path that is
	// absent accepts any but "audio".
	Surfaces map[schema.JoinPath][]string
	// Texts holds, by locale in lower case ("en", "en-us", "*" for any other),
	// the patterns by which a receipt's text names a capture.
	Texts map[string]Patterns
	// Plays names the captures that a Call Automation play with an operation
	// context tells telephone callers of.
	Plays map[string][]string
	// Clock is ClockSent or ClockEstimate.
	Clock string
	// Stale is how long after a capture ended the app may show it as active; zero
	// where the policy does not say that the app sends "stopped".
	Stale time.Duration
	// Quiet is how long a call may be without evidence before it is taken to
	// have ended at its last evidence. It holds for whole calls: see Base.
	Quiet time.Duration
}

// Patterns holds for each capture the patterns of which a text that names it
// matches one.
type Patterns map[string][]*regexp.Regexp

// An App is one of the policy's apps.
type App struct {
	ID     string
	Tenant string
	// SendsReceipts is false where the policy says "receipts: none".
	SendsReceipts bool
	resources     []string
	users         []string
	notice        override
	consent       consentOverride
}

// Default returns the policy that holds where no file is given: the notice is
// due within 5 seconds of exposure for every session of a custom app.
func Default() *Policy {
	return &Policy{ID: "default", base: defaultNotice(), conflict: defaultConflict, consent: defaultConsent(), clockSkew: defaultClockSkew, names: defaultNameTerms(), brand: defaultBrand()}
}

// defaultConflict is by how much two server sources may differ on a bound.
const defaultConflict = 2 * time.Second

func defaultNotice() Notice {
	return Notice{
		Deadline:  5 * time.Second,
		Early:     2 * time.Second,
		Grace:     60 * time.Second,
		Quiet:     24 * time.Hour,
		Clock:     ClockSent,
		Obligated: []schema.JoinPath{schema.PathACSExternalUser, schema.PathACSTeamsUser, schema.PathACSTeamsExtensionUser},
		Exempt: map[schema.JoinPath]string{
			schema.PathPSTN:           "told by the platform's announcement",
			schema.PathBot:            "no person",
			schema.PathTeamsApp:       "no person",
			schema.PathTeamsUser:      "the native Teams client shows the platform's own notice",
			schema.PathTeamsAnonymous: "the native Teams client shows the platform's own notice",
		},
		Surfaces: map[schema.JoinPath][]string{schema.PathPSTN: {surfaceAudio}},
	}
}

const surfaceAudio = "audio"

// Accepts reports whether a notice on a surface counts for a join path.
func (n Notice) Accepts(path schema.JoinPath, surface string) bool {
	if list, ok := n.Surfaces[path]; ok {
		return slices.Contains(list, surface)
	}
	return surface != surfaceAudio
}

// Obliges reports whether sessions of a join path must be told. A path that is
// not known is always judged.
func (n Notice) Obliges(path schema.JoinPath) bool {
	return path == schema.PathUnknown || slices.Contains(n.Obligated, path)
}

// Reason states why a join path is not obligated.
func (n Notice) Reason(path schema.JoinPath) string {
	return cmp.Or(n.Exempt[path], "not in the policy's obligated list")
}

// Names reports whether a text in a locale names a capture. It does, as far as
// is known, where there is no text or the policy has no pattern for the locale
// and capture.
func (n Notice) Names(capture, locale, text string) bool {
	return text == "" || named(patternsOf(n.Texts, locale)[capture], text)
}

// named reports whether a text matches one of some patterns, or there is none.
func named(patterns []*regexp.Regexp, text string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(r *regexp.Regexp) bool { return r.MatchString(text) })
}

// patternsOf are the patterns for a locale. A locale such as "de-AT" that has
// none of its own has those of "de", else those of "*".
func patternsOf(texts map[string]Patterns, locale string) Patterns {
	locale = normalLocale(locale)
	for {
		if p, ok := texts[locale]; ok || locale == anyLocale {
			return p
		}
		locale = locale[:max(strings.LastIndexByte(locale, '-'), 0)]
		if locale == "" {
			locale = anyLocale
		}
	}
}

const anyLocale = "*"

// normalLocale brings a locale to the form of the keys of Texts.
func normalLocale(locale string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(locale), "_", "-"))
}

// Base returns the notice parameters that hold where no app or tenant says
// otherwise.
func (p *Policy) Base() Notice { return p.base }

// Conflict is by how much two server sources may differ on a bound before it is
// a conflict of evidence.
func (p *Policy) Conflict(a, b schema.BoundSource) time.Duration {
	if d, ok := p.pairs[[2]schema.BoundSource{a, b}]; ok {
		return d
	}
	return p.conflict
}

// App finds the app of a session: by the policy's map of users and resources,
// else by what the session itself names (design.md, section 5, fine print 9).
// Of several apps that share a user or resource it is the one that the session
// names; if none, the app is not known, but the tenant is where all of them
// have the same. Where nothing names an app the result has an empty ID and is
// expected to send receipts.
func (p *Policy) App(s schema.Session) App {
	var shared []int
	for _, found := range [...][]int{p.byUser[rawid.Normal(s.RawID, rawid.GUIDUnknown)], p.owners(s.Resource)} {
		if len(found) == 1 {
			return p.apps[found[0]]
		}
		for _, i := range found {
			if p.apps[i].ID == s.App {
				return p.apps[i]
			}
		}
		shared = append(shared, found...)
	}
	if i, ok := p.byID[s.App]; ok {
		return p.apps[i]
	}
	unknown := App{ID: s.App, SendsReceipts: true}
	for n, i := range shared {
		if n == 0 {
			unknown.Tenant = p.apps[i].Tenant
		} else if p.apps[i].Tenant != unknown.Tenant {
			unknown.Tenant = ""
			break
		}
	}
	return unknown
}

// owners lists the apps whose resources name one, by ARM id or by name.
func (p *Policy) owners(resource string) []int {
	if resource == "" {
		return nil
	}
	name := resource[strings.LastIndexByte(resource, '/')+1:]
	var found []int
	for i := range p.apps {
		if slices.Contains(p.apps[i].resources, resource) || slices.Contains(p.apps[i].resources, name) {
			found = append(found, i)
		}
	}
	return found
}

// HasTenant reports whether the file declares a tenant, or gives it an app.
func (p *Policy) HasTenant(name string) bool {
	_, declared := p.tenant[name]
	return declared || slices.ContainsFunc(p.apps, func(a App) bool { return a.Tenant == name })
}

// Notice returns the parameters for an app: the app's own, above its tenant's,
// above the base.
func (p *Policy) Notice(a App) Notice {
	return a.notice.onto(p.tenant[a.Tenant].onto(p.base))
}

// Graces lists the graces that any app has, each once, shortest first.
func (p *Policy) Graces() []time.Duration {
	all := []time.Duration{p.base.Grace}
	for _, o := range p.tenant {
		all = append(all, o.onto(p.base).Grace)
	}
	for _, a := range p.apps {
		all = append(all, p.Notice(a).Grace)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// override holds those notice parameters that a level of the file sets.
type override struct {
	deadline, early, grace, quiet, stale *time.Duration
	clock                                string
	obligated                            []schema.JoinPath // nil: not set
	exempt                               map[schema.JoinPath]string
	surfaces                             map[schema.JoinPath][]string
	texts                                map[string]Patterns
	plays                                map[string][]string
}

// onto returns n with what the level sets. Maps are joined key by key.
func (o override) onto(n Notice) Notice {
	set := func(to *time.Duration, from *time.Duration) {
		if from != nil {
			*to = *from
		}
	}
	set(&n.Deadline, o.deadline)
	set(&n.Early, o.early)
	set(&n.Grace, o.grace)
	set(&n.Quiet, o.quiet)
	set(&n.Stale, o.stale)
	n.Clock = cmp.Or(o.clock, n.Clock)
	if o.obligated != nil {
		n.Obligated = o.obligated
	}
	n.Exempt = joined(n.Exempt, o.exempt)
	n.Surfaces = joined(n.Surfaces, o.surfaces)
	n.Texts = joined(n.Texts, o.texts)
	n.Plays = joined(n.Plays, o.plays)
	return n
}

func joined[K comparable, V any](under, above map[K]V) map[K]V {
	switch {
	case len(above) == 0:
		return under
	case len(under) == 0:
		return above
	}
	m := maps.Clone(under)
	maps.Copy(m, above)
	return m
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
