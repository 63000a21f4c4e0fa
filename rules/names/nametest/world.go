package nametest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// An Honest name is one that no rule may find anything in, for an external user.
type Honest struct {
	// Kind says what is special about it, Language and Script whose it is.
	Kind, Language, Script string
	Name                   string
}

// A Hostile name is one that rules must find.
type Hostile struct {
	// Kind says what was done, Script the target's.
	Kind, Script string
	Name         string
	// Target is whom or what the name looks like; empty where that is no name.
	Target string
	// Protected says that the target is a protected name, not the directory's.
	Protected bool
	// Rules must all fire.
	Rules []string
}

// Size is how many names there are to be of each sort, at least.
type Size struct{ Directory, Honest, Hostile int }

// Full is the size at which the rules are proven.
var Full = Size{Directory: 500_000, Honest: 60_000, Hostile: 16_000}

// A Set is a world of names.
type Set struct {
	// Directory are the displayed names of a directory's users, each once.
	Directory []string
	// Executives are names that are protected besides the policy's.
	Executives []string
	Honest     []Honest
	Hostile    []Hostile
}

// New makes a set.
func New(seed uint64, size Size) (*Set, error) {
	groups, err := readGroups()
	if err != nil {
		return nil, fmt.Errorf("names of people: %w", err)
	}
	b := &builder{r: rand.New(rand.NewPCG(seed, 0x6e616d6573)), groups: groups, claimed: map[uint64]bool{}, reserved: map[uint64]bool{}, inked: map[string]bool{}, said: map[string]bool{}}
	for _, g := range groups {
		for range g.weight {
			b.weighted = append(b.weighted, g)
		}
	}
	for range executives {
		p := b.insider()
		for b.inked[ink(p.name)] || len(p.words) < 2 {
			p = b.insider()
		}
		b.inked[ink(p.name)], b.claimed[sum(p.name)] = true, true
		b.set.Executives = append(b.set.Executives, p.name)
		b.executives = append(b.executives, p)
	}
	byHand, err := byHand()
	if err != nil {
		return nil, err
	}
	for _, h := range byHand {
		name, _, _ := strings.Cut(h.Name, " (")
		b.reserved[sum(name)], b.reserved[sum(h.Name)] = true, true
	}
	near, err := b.near(size.Honest / 6)
	if err != nil {
		return nil, err
	}
	b.directory(size.Directory)
	if err := b.honest(size.Honest, slices.Concat(byHand, near)); err != nil {
		return nil, err
	}
	if err := b.hostile(size.Hostile); err != nil {
		return nil, err
	}
	return &b.set, nil
}

const executives = 40

// A builder makes a set.
type builder struct {
	r        *rand.Rand
	groups   []*group
	weighted []*group
	set      Set
	// inked are the names of the directory and the executives, in ink.
	inked map[string]bool
	// claimed and reserved are the letters of names that are the directory's, and
	// that come from outside, whatever else decides that.
	claimed, reserved map[uint64]bool
	// said are the honest and hostile names that there are.
	said       map[string]bool
	like       map[rune][]rune // what looks like each letter
	insiders   []person        // the first of the directory, for hostile names
	executives []person
}

// outside reports whether the bearers of a name come from outside: a third of
// all names, by their letters.
func (b *builder) outside(name string) bool {
	n := sum(name)
	return !b.claimed[n] && (b.reserved[n] || n%3 == 0)
}

// insider is a person whom the directory may have.
func (b *builder) insider() person {
	for {
		if p := pick(b.r, b.weighted).person(b.r); !b.outside(p.name) {
			return p
		}
	}
}

// outsider is a person of a group, whom the directory has not.
func (b *builder) outsider(g *group) person {
	for {
		if p := g.person(b.r); b.outside(p.name) && !b.inked[ink(p.name)] {
			return p
		}
	}
}

// enter puts a name into the directory, once.
func (b *builder) enter(name string) bool {
	if b.inked[ink(name)] {
		return false
	}
	b.inked[ink(name)] = true
	b.set.Directory = append(b.set.Directory, name)
	return true
}

// targets is how many of the directory's users are impersonated.
const targets = 30_000

// directory fills the directory.
func (b *builder) directory(size int) {
	for len(b.set.Directory) < size {
		p := b.insider()
		if b.r.IntN(8) == 0 {
			b.enter(b.entry(p))
		} else if b.enter(p.name) && len(b.insiders) < targets && len(p.words) > 1 {
			b.insiders = append(b.insiders, p)
		}
	}
}

// entry is how a directory may write a person's name otherwise.
func (b *builder) entry(p person) string {
	switch n := len(p.words); {
	case n == 2 && p.script == "Latin" && p.name == p.words[0]+" "+p.words[1] && b.r.IntN(2) == 0:
		return p.words[1] + ", " + p.words[0]
	case b.r.IntN(3) == 0:
		return p.name + pick(b.r, []string{" (Sales)", " (HR)", " - Finance", " | R&D", " (Berlin)", " (she/her)", " (Contractor)"})
	case p.script == "Latin":
		return pick(b.r, []string{"Dr. ", "Prof. ", "Ms. "}) + p.name
	}
	return p.name
}
