package brand

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A Version is one version of an app's listing: what the event or file said.
type Version struct {
	Listing schema.Listing
	// Event says it, At when.
	Event string
	At    time.Time
}

// App names the app whose listing it is: by its id, else its name.
func (v Version) App() string {
	if v.Listing.AppID != "" {
		return v.Listing.AppID
	}
	return v.Listing.AppName
}

// Outcome makes findings and populations of what rules say of a listing. Evidence
// that is missing is a finding too, with that result, where a statement rests on
// it.
func Outcome(v Version, checks []Check, p *policy.Policy) rule.Outcome {
	var out rule.Outcome
	described := map[string]rule.Rule{}
	for _, r := range Rules() {
		described[r.ID] = r
	}
	app := p.App(schema.Session{App: v.App()})
	seen := map[string]int{} // several texts of one kind and locale are told apart by their order
	for _, c := range checks {
		out.Count(c.Rule, c.Verdict)
		r, known := described[c.Rule]
		if !known || c.Verdict != rule.Fail && (c.Verdict != rule.NoEvidence || c.Rule == RuleCertification) {
			continue
		}
		place := c.Field.Name + "\x00" + c.Field.Kind + "\x00" + c.Field.Locale
		if c.Field.Name == FieldLicences {
			place += c.Seen
		}
		seen[c.Rule+place]++
		f := r.Finding(v.App(), place, strconv.Itoa(seen[c.Rule+place]))
		f.Result, f.App, f.Tenant, f.PolicyVersion = string(c.Verdict), v.App(), app.Tenant, p.ID
		f.Subject = "listing " + v.App() + ": " + c.Field.String()
		f.FirstAt, f.DetectedAt, f.Evidence = v.At, v.At, rule.Evidence(v.Event)
		if c.Since.After(v.At) {
			f.FirstAt, f.DetectedAt = c.Since, c.Since
		}
		f.Seen, f.Expected = c.Seen, c.Expected
		f.Message = fmt.Sprintf("The %s of the listing of %s: seen %q, expected %s.", c.Field, v.App(), c.Seen, c.Expected)
		out.Find(f)
	}
	return out
}

// A Shelf keeps, of versions of listings, the latest of each app; the others are
// history. The zero value is empty.
type Shelf struct{ latest map[string]Version }

// Put takes a version.
func (s *Shelf) Put(v Version) {
	if s.latest == nil {
		s.latest = map[string]Version{}
	}
	if old, there := s.latest[v.App()]; !there || v.after(old) {
		s.latest[v.App()] = v
	}
}

// All lists the versions that count, by app.
func (s *Shelf) All() []Version {
	out := make([]Version, 0, len(s.latest))
	for _, app := range slices.Sorted(maps.Keys(s.latest)) {
		out = append(out, s.latest[app])
	}
	return out
}

// after reports whether a version is later than another of the same app; of one
// instant the greater event is, so that order changes nothing.
func (v Version) after(o Version) bool {
	if !v.At.Equal(o.At) {
		return v.At.After(o.At)
	}
	return v.Event > o.Event
}
