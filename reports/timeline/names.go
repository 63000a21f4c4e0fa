package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollcall/schema"
)

// mostNames is how many names of a large call are told.
const mostNames = 60

// names tells by what names people were shown, where and when, and what the
// directory said then.
func (t *teller) names() {
	if len(t.c.Names) == 0 {
		return
	}
	t.section("Names that were shown", "where, when and by which source; and what the directory said then")
	told := 0
	hidden := t.untold()
	for i := range t.c.Names {
		n := &t.c.Names[i]
		if !t.opt.All && (told == mostNames || hidden[n.RawID]) {
			continue
		}
		told++
		t.name(n)
	}
	if rest := len(t.c.Names) - told; rest > 0 {
		t.line(2, t.paint(dim, fmt.Sprintf("and %s; --all tells them too", plural(rest, "more name"))))
	}
}

// untold are the identities of which no session is told.
func (t *teller) untold() map[string]bool {
	hidden := map[string]bool{}
	for i := range t.c.Sessions {
		s := &t.c.Sessions[i]
		if before, seen := hidden[s.RawID]; s.RawID != "" && (before || !seen) {
			hidden[s.RawID] = !t.shown[s.SessionID]
		}
	}
	return hidden
}

func (t *teller) name(n *Name) {
	parts := []string{quoted(n.Name), cmp.Or(Safe(n.RawID), "of one whose id is not known")}
	if n.Surface != "" {
		parts = append(parts, "on "+Safe(n.Surface))
	}
	for _, l := range n.Labels {
		parts = append(parts, "label "+quoted(l))
	}
	t.text(2, "", strings.Join(parts, " · "))
	t.text(2+hang, dim, seen(n)+", "+cmp.Or(t.source(n.Event), sourceNames[n.Source], Safe(n.Source))+also(n.Kinds))
	if said, color := t.directory(n); said != "" {
		t.text(2+hang, color, said)
	}
	if n.Result != "" {
		t.text(2+hang, resultColor(n.Result), strings.Join(slices.DeleteFunc([]string{words(Safe(n.Result)), Safe(n.Reason)}, func(s string) bool { return s == "" }), ": "))
	}
}

func seen(n *Name) string {
	if n.FirstAt == n.LastAt {
		return clockOf(n.FirstAt)
	}
	return "from " + clockOf(n.FirstAt) + " to " + clockOf(n.LastAt)
}

// also names how many other kinds of event show the same.
func also(kinds []string) string {
	if len(kinds) < 2 {
		return ""
	}
	return "; and in " + plural(len(kinds)-1, "other kind") + " of event"
}

// directory says what the directory had of a user at the time.
func (t *teller) directory(n *Name) (said, color string) {
	source := ""
	if n.DirectoryEvent != "" {
		source = " (" + t.source(n.DirectoryEvent) + ")"
	}
	since := ""
	if n.DirectoryFrom.Known() {
		since = ", seen so since " + n.DirectoryFrom.Time().Format("2006-01-02 15:04:05.000")
	}
	what := "the directory said " + quoted(n.DirectoryName)
	color = yellow
	if n.DirectoryName == n.Name {
		what, color = "the directory said the same", dim
	}
	switch schema.DirectoryBasis(n.DirectoryBasis) {
	case schema.DirectoryNone:
		return "", ""
	case schema.DirectoryHeld:
		return what + since + source, color
	case schema.DirectoryOnly:
		return what + ", the only name that it was seen with; since when is not known" + source, color
	case schema.DirectoryRemoved:
		return "the directory no longer had this user" + since + source, yellow
	case schema.DirectoryNoName:
		return "the directory had no name for this user" + since + source, yellow
	case schema.DirectorySeenLater:
		return "what the directory said then is not known: it was first seen later", magenta
	case schema.DirectorySeveral:
		return "what the directory said then is not known: it was seen with several names at times that are not known", magenta
	case schema.DirectoryNotListed:
		return "no directory that was seen names this user", magenta
	}
	return "what the directory said then is not known: " + Safe(n.DirectoryBasis), magenta
}
