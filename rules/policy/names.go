package policy

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/lookalike"
	"rollcall/schema"
)

// Names holds the parameters of the name rules as they apply to one tenant and
// app.
type Names struct {
	// Labels are the words by which Teams marks who is no member, in any language:
	// "External", "Guest". A name that carries one in brackets, after a separator
	// or alone looks as if the platform had judged its bearer.
	Labels []string
	// Roles are the words for roles that nobody may give himself in a name:
	// "Organizer", "Host". They count where labels do.
	Roles []string
	// Placeholders are the whole names that stand for none: "unknown", "guest".
	Placeholders []string
	// Wordmarks must not be in a user's name.
	Wordmarks []string
	// Protected are the names, besides those of the directory, that no external
	// user may be mistaken for.
	Protected []ProtectedName
	// People are the persons who are really called what they are called: their
	// names, and their raw ids, are no impersonation and no misuse of a wordmark.
	People []Person
	// Namesakes says what an external user is who has exactly the name of a user
	// of the directory.
	Namesakes Namesakes
	// Impersonators are the identities that are judged for impersonation.
	Impersonators []schema.Identity
	// RenameGrace is how long before and after a change of name in the directory
	// both names are right.
	RenameGrace time.Duration

	words func() *NameWords
}

// A ProtectedName is one that external users must not look like.
type ProtectedName struct {
	Name string
	Kind ProtectedKind
}

// A ProtectedKind says whose a protected name is.
type ProtectedKind string

// The kinds of protected names.
const (
	ProtectedExecutive ProtectedKind = "executive"
	ProtectedDesk      ProtectedKind = "desk" // of support, security, staff
)

// A Person is really called so.
type Person struct {
	Name  string
	RawID string // empty: whoever has the name
}

// Namesakes says what an exact namesake is.
type Namesakes string

// What an exact namesake can be.
const (
	NamesakesFail   Namesakes = "fail"   // a finding of severity low
	NamesakesReport Namesakes = "report" // a finding of severity info
	NamesakesAllow  Namesakes = "allow"  // no finding
)

// DefaultNames are the parameters that hold where a policy says nothing.
func DefaultNames() Names {
	return Names{Labels: listed(defaultLabels), Roles: listed(defaultRoles), Placeholders: listed(defaultPlaceholders),
		Wordmarks: listed(defaultWordmarks), Protected: defaultDesks(), Namesakes: NamesakesFail, Impersonators: []schema.Identity{schema.IdentityExternalUser}, RenameGrace: 24 * time.Hour}.prepared()
}

// listed reads a list of words, separated by commas and line ends.
func listed(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func defaultDesks() []ProtectedName {
	var out []ProtectedName
	for _, w := range listed(defaultDeskNames) {
		out = append(out, ProtectedName{w, ProtectedDesk})
	}
	return out
}

// NameWords are the words of name parameters, ready for looking them up.
type NameWords struct {
	Labels, Roles, Wordmarks *lookalike.Phrases
	Placeholders             map[string]bool // folded as PlainName does
	Protected                *lookalike.Index
}

// Words returns the words of the parameters, made once.
func (n Names) Words() *NameWords {
	if n.words == nil {
		return n.compile()
	}
	return n.words()
}

func (n Names) compile() *NameWords {
	w := &NameWords{Labels: lookalike.NewPhrases(n.Labels), Roles: lookalike.NewPhrases(n.Roles), Wordmarks: lookalike.NewPhrases(n.Wordmarks), Placeholders: map[string]bool{}}
	for _, p := range n.Placeholders {
		w.Placeholders[PlainName(p)] = true
	}
	w.Protected = lookalike.New(func(yield func(lookalike.Entry) bool) {
		for _, p := range n.Protected {
			if !yield(lookalike.Entry{Name: p.Name, Protected: string(p.Kind), Wide: p.Kind == ProtectedDesk}) {
				return
			}
		}
	})
	return w
}

// prepared makes the words on first use, once for all that have the parameters.
func (n Names) prepared() Names {
	n.words = nil
	n.words = sync.OnceValue(n.compile)
	return n
}

// PlainName is a name in lower case with single spaces for all that is no
// letter, and without numbers at its ends.
func PlainName(s string) string {
	s = norm.NFKC.String(s)
	fields := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r)
	})
	return strings.Join(fields, " ")
}

// Judges reports whether names of an identity are judged for impersonation.
func (n Names) Judges(i schema.Identity) bool { return slices.Contains(n.Impersonators, i) }
