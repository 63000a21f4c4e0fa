package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"rollcall/schema"
	"rollcall/schema/rawid"
)

// document is the shape of the file. Pointers tell "absent" from "empty".
type document struct {
	Version       *int        `yaml:"version"`
	EffectiveFrom *date       `yaml:"effective_from"`
	Notice        override    `yaml:"notice"`
	Apps          []appEntry  `yaml:"apps"`
	Tenants       []tenantRow `yaml:"tenants"`
}

type appEntry struct {
	ID        string   `yaml:"id"`
	Receipts  *choice  `yaml:"receipts"`
	Tenant    string   `yaml:"tenant"`
	Resources []string `yaml:"resources"`
	Users     []string `yaml:"users"`
	Notice    override `yaml:"notice"`
}

type tenantRow struct {
	ID     string   `yaml:"id"`
	Notice override `yaml:"notice"`
}

// override holds those notice parameters that a level of the file sets.
type override struct {
	Deadline  *duration             `yaml:"deadline"`
	Early     *duration             `yaml:"early"`
	Grace     *duration             `yaml:"grace"`
	Quiet     *duration             `yaml:"quiet"`
	Obligated *[]joinPath           `yaml:"obligated"`
	Exempt    map[joinPath]string   `yaml:"exempt"`
	Surfaces  map[joinPath][]string `yaml:"surfaces"`
}

func (o override) onto(n Notice) Notice {
	set := func(to *time.Duration, from *duration) {
		if from != nil {
			*to = time.Duration(*from)
		}
	}
	set(&n.Deadline, o.Deadline)
	set(&n.Early, o.Early)
	set(&n.Grace, o.Grace)
	set(&n.Quiet, o.Quiet)
	if o.Obligated != nil {
		n.Obligated = nil
		for _, p := range *o.Obligated {
			n.Obligated = append(n.Obligated, schema.JoinPath(p))
		}
	}
	if len(o.Exempt) > 0 {
		n.Exempt = maps.Clone(n.Exempt)
		for p, reason := range o.Exempt {
			n.Exempt[schema.JoinPath(p)] = reason
		}
	}
	if len(o.Surfaces) > 0 {
		n.Surfaces = maps.Clone(n.Surfaces)
		for p, list := range o.Surfaces {
			n.Surfaces[schema.JoinPath(p)] = list
		}
	}
	return n
}

// Scalars that check themselves, so that an error names its line and column.
type (
	duration time.Duration
	date     time.Time
	choice   string
	joinPath string
)

func (d *duration) UnmarshalYAML(b []byte) error {
	text := scalar(b)
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		return fmt.Errorf("expected a duration such as 5s or 1m30s, found %q", text)
	}
	*d = duration(v)
	return nil
}

func (d *date) UnmarshalYAML(b []byte) error {
	text := scalar(b)
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			*d = date(t.UTC())
			return nil
		}
	}
	return fmt.Errorf("expected a day such as 2026-01-01, found %q", text)
}

func (c *choice) UnmarshalYAML(b []byte) error {
	text := scalar(b)
	if text != "expected" && text != "none" {
		return fmt.Errorf("expected \"expected\" or \"none\", found %q", text)
	}
	*c = choice(text)
	return nil
}

var joinPaths = []schema.JoinPath{
	schema.PathACSExternalUser, schema.PathACSTeamsUser, schema.PathACSTeamsExtensionUser,
	schema.PathTeamsUser, schema.PathTeamsAnonymous, schema.PathPSTN, schema.PathBot,
	schema.PathTeamsApp, schema.PathUnknown,
}

func (p *joinPath) UnmarshalYAML(b []byte) error {
	text := scalar(b)
	if !slices.Contains(joinPaths, schema.JoinPath(text)) {
		return fmt.Errorf("expected a join path (%s), found %q", joined(joinPaths), text)
	}
	*p = joinPath(text)
	return nil
}

func joined(paths []schema.JoinPath) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// scalar is the text of a YAML scalar without its quotes and comment.
func scalar(b []byte) string {
	var s string
	if err := yaml.Unmarshal(b, &s); err == nil {
		return s
	}
	return strings.TrimSpace(string(b))
}

// Parse reads a policy file. An error names the line, the column, the key and
// what was expected there; name is the file's name for it.
func Parse(name string, data []byte) (*Policy, error) {
	var doc document
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.DisallowUnknownField())
	if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("policy %s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if err := doc.check(); err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	p := &Policy{ID: digest(data), base: doc.Notice.onto(defaultNotice()), tenant: map[string]override{}}
	if doc.EffectiveFrom != nil {
		p.EffectiveFrom = time.Time(*doc.EffectiveFrom)
	}
	for _, t := range doc.Tenants {
		p.tenant[t.ID] = t.Notice
	}
	for _, a := range doc.Apps {
		p.apps = append(p.apps, a.app())
	}
	return p, nil
}

func (a appEntry) app() App {
	out := App{ID: a.ID, Tenant: a.Tenant, SendsReceipts: a.Receipts == nil || *a.Receipts != "none", notice: a.Notice}
	for _, r := range a.Resources {
		r = strings.ToLower(strings.TrimSpace(r))
		if strings.Contains(r, "/") {
			r = "/" + strings.Trim(r, "/")
		}
		out.resources = append(out.resources, r)
	}
	for _, u := range a.Users {
		out.users = append(out.users, rawid.Normal(u, rawid.GUIDUnknown))
	}
	return out
}

// check finds what the shape alone does not: all problems at once.
func (d document) check() error {
	var errs []error
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	switch {
	case d.Version == nil:
		say("key version: expected 1 (the format of this file), found nothing")
	case *d.Version != 1:
		say("key version: expected 1 (the format of this file), found %d", *d.Version)
	}
	seen := map[string]bool{}
	for i, a := range d.Apps {
		if a.ID == "" {
			say("key apps[%d].id: expected the appId of receipts or the appName of DiagnosticOptions, found nothing", i)
		} else if seen[a.ID] {
			say("key apps[%d].id: %q is there twice", i, a.ID)
		}
		seen[a.ID] = true
	}
	seen = map[string]bool{}
	for i, t := range d.Tenants {
		if t.ID == "" {
			say("key tenants[%d].id: expected a tenant's name, found nothing", i)
		} else if seen[t.ID] {
			say("key tenants[%d].id: %q is there twice", i, t.ID)
		}
		seen[t.ID] = true
	}
	return errors.Join(errs...)
}
