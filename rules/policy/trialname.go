package policy

import (
	"github.com/goccy/go-yaml/ast"

	"rollcall/schema"
)

// A trialName is what a session of a test is called.
type trialName struct {
	text      string // that others see
	shown     bool   // text is given, though it may be empty
	directory string // that the directory has; empty: the directory does not know the user
}

// trialName takes the name of a session, which Event Grid shows as it joins.
func (r *reader) trialName(n ast.Node, key string, name trialName, s schema.Session, t *Trial) {
	if !name.shown && name.directory == "" {
		return
	}
	if s.RawID == "" {
		r.wrong(n, join(key, "raw_id"), "expected a raw id such as 8:acs:… with the name, found nothing: it tells whose names are judged how")
		return
	}
	shown := schema.ShownName{CallID: t.Call.ID, RawID: s.RawID, Source: schema.SourceEventGrid, Name: name.text, First: s.Joined.At, Last: s.Joined.At, Event: s.ID}
	if !name.shown {
		shown.Name = name.directory
	}
	switch {
	case name.directory != "":
		shown.Directory = schema.DirectoryName{Basis: schema.DirectoryHeld, Name: name.directory}
	case s.Identity == schema.IdentityTeamsUser:
		shown.Directory = schema.DirectoryName{Basis: schema.DirectoryNotListed}
	}
	t.Names = append(t.Names, shown)
}
