package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// parameters puts what the brand rules judge by, each under its key.
func (b Brand) parameters(to map[string]string) {
	at := "brand."
	var marks []string
	for _, w := range b.Wordmarks {
		text := w.Text
		if w.Ordinary {
			text += " (ordinary too)"
		}
		marks = append(marks, text)
	}
	to[at+"wordmarks"] = strings.Join(marks, ", ")
	to[at+"owners"] = strings.Join(b.Owners, ", ")
	to[at+"languages"] = strings.Join(slices.Sorted(slices.Values(b.Languages)), ", ")
	to[at+"window"] = strconv.Itoa(int(b.Window/(24*time.Hour))) + "d"
	to[at+"statements.kinds"] = strings.Join(b.Kinds, ", ")
	to[at+"statements.attribution"] = map[bool]string{true: "allowed", false: "forbidden"}[b.Attribution]
	for name, patterns := range map[string]map[string][]string{"statements.patterns": b.Statements, "claims.endorsement": b.Endorsement,
		"claims.certification": b.Certification, "ordinary": b.Ordinary} {
		for language, list := range patterns {
			to[at+name+"["+language+"]"] = strings.Join(list, " or ")
		}
	}
	for language, kinds := range b.Words {
		for kind, list := range kinds {
			to[at+"words["+language+"]."+kind] = strings.Join(list, ", ")
		}
	}
	for _, g := range b.Grants {
		kind := "certifications["
		if g.Licence {
			kind = "licences["
		}
		to[at+kind+g.ID+"]"] = strings.Join([]string{g.App, strings.Join(g.Names, ", "), g.From.Format(time.DateOnly) + " to " + g.Until.Format(time.DateOnly),
			strings.Join(g.Scope, ", "), g.Source}, "; ")
	}
	for _, c := range b.Others {
		to[at+"others["+c.Name+"]"] = strings.Join(c.Names, ", ") + "; " + strings.Join(c.Developers, ", ") + "; " + strings.Join(c.Logos, ", ")
	}
	to[at+"assets.references"] = strings.Join(b.References, ", ")
	if b.Threshold != nil {
		to[at+"assets.threshold"] = strconv.Itoa(*b.Threshold)
	}
}
