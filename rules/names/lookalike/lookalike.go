// Package lookalike finds, among very many names, those that a displayed name
// can be mistaken for (design.md, section 6, name.impersonation). It is pure.
//
// A name is brought to a few keys that all names which a person would take for
// it share; only names with a key in common are compared, letter by letter. The
// work for one name does not grow with the number of names in the index.
package lookalike

import "time"

// An Entry is a name that others must not be mistaken for.
type Entry struct {
	Name string
	// RawID is the directory's user; empty of a protected name.
	RawID string
	// Tenant is whose directory it is of; empty: not known.
	Tenant string
	// From and Until are from when to when the name held; zero From: always, as
	// far as is known; zero Until: to this day.
	From, Until time.Time
	Event       string // that shows it
	// Protected is the kind of a protected name; empty of a user's.
	Protected string
	// Wide takes "l" and "i" for alike too, which tell many real names apart.
	Wide bool
}

// Nearness says how a name is mistaken for another, the nearest first.
type Nearness int

// The degrees of nearness.
const (
	// Same: the same name but for composition, letter case and white space. A
	// namesake has it without any intent.
	Same Nearness = iota + 1
	// Alike: what people write differently of one name: accents, punctuation,
	// word order, middle initials, an addition such as "(IT)" or "2".
	Alike
	// Disguised: letters or digits stand for others that look the same, or
	// invisible characters are put in: nobody is called that by accident.
	Disguised
)

// String names a nearness as messages and reasons do.
func (n Nearness) String() string {
	switch n {
	case Same:
		return "same-name"
	case Alike:
		return "alike"
	case Disguised:
		return "disguised"
	}
	return "none"
}

// A Match is an entry that a name can be mistaken for.
type Match struct {
	Entry
	Nearness Nearness
	// How says in words what was done to the name, in a stable order: "letters of
	// other alphabets", "word order".
	How []string
}
