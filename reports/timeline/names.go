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
	all := t.c.named()
	for _, same := range all {
		if !t.opt.All && (told == mostNames || hidden[same[0].RawID]) {
			continue
		}
		told++
		t.name(same)
	}
	if rest := len(all) - told; rest > 0 {
		t.line(2, t.paint(dim, fmt.Sprintf("and %s; --all tells them too", plural(rest, "more name"))))
	}
}

// named puts together what was shown of one identity under one name.
func (c *Call) named() (all [][]*Name) {
	at := map[[2]string]int{}
	for i := range c.Names {
		n := &c.Names[i]
		k := [2]string{n.RawID, n.Name}
		if _, known := at[k]; !known {
			at[k] = len(all)
			all = append(all, nil)
		}
		all[at[k]] = append(all[at[k]], n)
	}
	return all
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

// name tells one name of one identity: each place where it was shown, and what
// the directory said, once where it is the same for all.
func (t *teller) name(same []*Name) {
	t.text(2, "", quoted(same[0].Name)+" · "+cmp.Or(Safe(same[0].RawID), "of one whose id is not known"))
	for i, n := range same {
		t.text(2+hang, dim, t.shownAt(n))
		said, color := t.directory(n)
		if last := i == len(same)-1; said != "" && (last || said != t.said(same[i+1])) {
			t.text(2+hang, color, said)
		}
		if n.Result != "" {
			t.text(2+hang, resultColor(n.Result), strings.Join(slices.DeleteFunc([]string{words(Safe(n.Result)), Safe(n.Reason)}, func(s string) bool { return s == "" }), ": "))
		}
	}
}

func (t *teller) said(n *Name) string {
	said, _ := t.directory(n)
	return said
}

// shownAt says where and when a name was shown, and by which source.
func (t *teller) shownAt(n *Name) string {
	var where []string
	if n.Surface != "" {
		where = append(where, "on "+Safe(n.Surface))
	}
	for _, l := range n.Labels {
		where = append(where, "label "+quoted(l))
	}
	where = append(where, seen(n), cmp.Or(t.source(n.Event), sourceNames[n.Source], Safe(n.Source)))
	return strings.Join(where, ", ") + t.also(n)
}

func seen(n *Name) string {
	if n.FirstAt == n.LastAt {
		return clockOf(n.FirstAt)
	}
	return "from " + clockOf(n.FirstAt) + " to " + clockOf(n.LastAt)
}

// also names the kinds of event that show the same, but for that of the first.
func (t *teller) also(n *Name) string {
	var kinds []string
	first := t.events[n.Event]
	for _, k := range n.Kinds {
		if first == nil || first.Kind != k {
			kinds = append(kinds, Safe(shortKind(k)))
		}
	}
	switch {
	case len(kinds) == 0:
		return ""
	case first == nil:
		return " " + strings.Join(kinds, ", ")
	}
	return "; also " + strings.Join(kinds, ", ")
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
