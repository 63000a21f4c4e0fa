// Package policy reads the compliance officer's policy: one YAML file of
// parameters with overrides per tenant and per app (design.md, section 6). It
// is pure: parsing takes bytes, and a parsed policy is never changed.
package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
	ID     string
	base   Notice
	apps   []App
	tenant map[string]override
}

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
	// Quiet is how long a call may be without evidence before it is taken to
	// have ended at its last evidence.
	Quiet time.Duration
}

// An App is one of the policy's apps.
type App struct {
	ID     string
	Tenant string
	// SendsReceipts is false where the policy says "receipts: none".
	SendsReceipts bool
	resources     []string
	users         []string
	notice        override
}

// Default returns the policy that holds where no file is given: the notice is
// due within 5 seconds of exposure for every session of a custom app.
func Default() *Policy { return &Policy{ID: "default", base: defaultNotice()} }

func defaultNotice() Notice {
	return Notice{
		Deadline:  5 * time.Second,
		Early:     2 * time.Second,
		Grace:     60 * time.Second,
		Quiet:     24 * time.Hour,
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

// Base returns the notice parameters that hold where no app or tenant says
// otherwise.
func (p *Policy) Base() Notice { return p.base }

// App finds the app of a session: by the policy's map of users and resources,
// else by what the session itself names (design.md, section 5, fine print 9).
// Where nothing names one the result has an empty ID and is expected to send
// receipts.
func (p *Policy) App(s schema.Session) App {
	raw := rawid.Normal(s.RawID, rawid.GUIDUnknown)
	mine := func(match func(App) bool) []App {
		var found []App
		for _, a := range p.apps {
			if match(a) {
				found = append(found, a)
			}
		}
		return found
	}
	byUser := mine(func(a App) bool { return raw != "" && slices.Contains(a.users, raw) })
	byResource := mine(func(a App) bool { return a.owns(s.Resource) })
	for _, found := range [][]App{byUser, byResource} {
		for _, a := range found { // several share it: the one that the session names
			if len(found) == 1 || a.ID == s.App {
				return a
			}
		}
	}
	for _, a := range p.apps {
		if s.App != "" && a.ID == s.App {
			return a
		}
	}
	return App{ID: s.App, SendsReceipts: true}
}

// owns reports whether the app's list names a resource, by ARM id or by name.
func (a App) owns(resource string) bool {
	if resource == "" {
		return false
	}
	name := resource[strings.LastIndexByte(resource, '/')+1:]
	return slices.ContainsFunc(a.resources, func(r string) bool {
		return r == resource || r == name
	})
}

// Notice returns the parameters for an app: the app's own, above its tenant's,
// above the base.
func (p *Policy) Notice(a App) Notice {
	n := p.base
	n = p.tenant[a.Tenant].onto(n)
	return a.notice.onto(n)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
