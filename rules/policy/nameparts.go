package policy

import (
	"maps"
	"slices"
)

// NameParts says in which parts two policies lay down something else for the
// rules on names, at any level.
type NameParts struct {
	Labels, Roles, Placeholders, Wordmarks, People, RenameGrace bool
	// Impersonation is who is judged for impersonation of whom, and how: the
	// protected names, the domains and the number of tenants too.
	Impersonation bool
}

// Any reports whether any part differs.
func (p NameParts) Any() bool { return p != NameParts{} }

func (p NameParts) or(o NameParts) NameParts {
	return NameParts{
		Labels: p.Labels || o.Labels, Roles: p.Roles || o.Roles, Placeholders: p.Placeholders || o.Placeholders, Wordmarks: p.Wordmarks || o.Wordmarks,
		People: p.People || o.People, RenameGrace: p.RenameGrace || o.RenameGrace, Impersonation: p.Impersonation || o.Impersonation,
	}
}

func namesApart(a, b *Policy) NameParts {
	p := NameParts{Impersonation: !maps.Equal(a.names.domains, b.names.domains) || (len(a.Tenants()) > 1) != (len(b.Tenants()) > 1)}
	for pair := range pairs(a, b) {
		m, n := a.Names(pair[0]), b.Names(pair[1])
		p = p.or(NameParts{
			Labels: !slices.Equal(m.Labels, n.Labels), Roles: !slices.Equal(m.Roles, n.Roles), Placeholders: !slices.Equal(m.Placeholders, n.Placeholders),
			Wordmarks: !slices.Equal(m.Wordmarks, n.Wordmarks), People: !slices.Equal(m.People, n.People), RenameGrace: m.RenameGrace != n.RenameGrace,
			Impersonation: !slices.Equal(m.Protected, n.Protected) || m.Namesakes != n.Namesakes || !slices.Equal(m.Impersonators, n.Impersonators),
		})
	}
	return p
}
