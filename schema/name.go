package schema

import "time"

// A ShownName is a displayed name of one identity as one source showed it on
// one surface in a call, with what the directory said of that identity then. It
// is a row of names.csv.
type ShownName struct {
	CallID  string
	Tenant  string
	RawID   string // empty: of a participant whose raw id is not known
	Surface string // as the source says; empty where it says none
	Source  Source
	Name    string
	// First and Last are when it was seen; zero where no event tells.
	First, Last time.Time
	// Kinds are the kinds of event that showed it, and Labels what they showed
	// beside it, both sorted.
	Kinds  []string
	Labels []string
	Event  string // that showed it first
	// Directory is the directory's name of the identity at First, or at Last
	// where it has none at First.
	Directory DirectoryName
	// Result and Reason are those of the name rules; empty where none judged.
	Result string
	Reason string
	// Expected is what should have been seen, and Severity that of the gravest
	// failure; empty where no rule fails.
	Expected string
	Severity Severity
}

// A DirectoryName is what the directory is known to have said of one user at
// one instant.
type DirectoryName struct {
	// Basis says what is known, and why no more.
	Basis DirectoryBasis
	// Name is known with DirectoryHeld and DirectoryOnly, else empty.
	Name string
	// From is when the directory was first seen to say so; zero where the basis
	// has no time.
	From  time.Time
	Event string // id of the event that shows it; empty: none
	// Near are other names that the directory had shortly before or after the name
	// was shown, the nearest first: a change of name takes its time to be seen
	// everywhere.
	Near []NearName
}

// A NearName is a name that the directory had at another time.
type NearName struct {
	Name string
	Away time.Duration // how long before or after
}

// Known reports whether the directory's name is known.
func (n DirectoryName) Known() bool { return n.Basis == DirectoryHeld || n.Basis == DirectoryOnly }

// A DirectoryBasis says what a DirectoryName rests on.
type DirectoryBasis string

// The bases of directory names.
const (
	// DirectoryNone: the identity is no user of any directory.
	DirectoryNone DirectoryBasis = ""
	// DirectoryHeld: the directory had been seen with this name, and with no
	// other since.
	DirectoryHeld DirectoryBasis = "held"
	// DirectoryOnly: it is not known when the directory was seen, but it was
	// seen with this name alone.
	DirectoryOnly DirectoryBasis = "only-name"
	// DirectoryNotListed: the directory was never seen to name this user, as with
	// guests and users of other tenants.
	DirectoryNotListed DirectoryBasis = "not-listed"
	// DirectorySeenLater: the directory was first seen after the instant.
	DirectorySeenLater DirectoryBasis = "seen-later"
	// DirectoryRemoved: the user had been removed from the directory.
	DirectoryRemoved DirectoryBasis = "removed"
	// DirectoryNoName: the user was there and had no displayed name.
	DirectoryNoName DirectoryBasis = "no-name"
	// DirectorySeveral: the directory was seen with several names, and nothing
	// tells which of them held then.
	DirectorySeveral DirectoryBasis = "several-names"
)
