package lookalike

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rollcall/rules/names/ucd"
)

// An Index finds the entries that a name can be mistaken for. It is never
// changed, and may be used from several goroutines. A nil one has none.
type Index struct {
	entries []Entry
	keys    []place // by hash
	begun   beginnings
	words   []uint64 // of the names, sorted
	users   bool     // any is a user's
	owned   bool     // any has a known tenant
	// under is the index that this one adds to, without the entries of replaced.
	under    *Index
	replaced map[string]bool // raw ids
}

type place struct {
	hash  uint64
	entry uint32
}

// New makes an index of entries. Their order does not matter.
func New(entries iter.Seq[Entry]) *Index {
	x := &Index{}
	var k knownKeys
	for e := range entries {
		if strings.TrimSpace(e.Name) == "" {
			continue
		}
		k.keys = k.keys[:0]
		skeleton := skeletonKey(Skeleton(strings.TrimSpace(e.Name)))
		for _, c := range coresOf(e.Name, true) {
			k.put(c, skeleton)
		}
		for _, h := range k.keys {
			x.keys = append(x.keys, place{h, uint32(len(x.entries))})
		}
		x.users, x.owned = x.users || e.Protected == "", x.owned || e.Tenant != ""
		x.entries = append(x.entries, e)
	}
	x.entries, x.keys, x.begun = slices.Clip(x.entries), slices.Clip(x.keys), newBeginnings(k.beginnings)
	slices.Sort(k.words)
	x.words = slices.Clip(slices.Compact(k.words))
	slices.SortFunc(x.keys, func(a, b place) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.entry, b.entry)) })
	return x
}

// With returns an index with other entries for some users: all those of each
// raw id in users are replaced. It shares what did not change.
func (x *Index) With(users []string, entries iter.Seq[Entry]) *Index {
	y := New(entries)
	if x == nil {
		return y
	}
	y.under, y.replaced = x, make(map[string]bool, len(users))
	for _, u := range users {
		y.replaced[u] = true
	}
	return y
}

// Len counts the entries, those of users which were replaced among them.
func (x *Index) Len() int {
	n := 0
	for ; x != nil; x = x.under {
		n += len(x.entries)
	}
	return n
}

// Depth counts the indexes that lie on each other: each makes a search longer.
func (x *Index) Depth() int {
	n := 0
	for ; x != nil; x = x.under {
		n++
	}
	return n
}

// Users reports whether the index has any entry that is a user's.
func (x *Index) Users() bool {
	for ; x != nil; x = x.under {
		if x.users {
			return true
		}
	}
	return false
}

// Owned reports whether the index has any entry of a known tenant.
func (x *Index) Owned() bool {
	for ; x != nil; x = x.under {
		if x.owned {
			return true
		}
	}
	return false
}

// coresOf takes a name apart in all ways.
func coresOf(name string, known bool) []core {
	var out []core
	for _, m := range manners(name) {
		out = append(out, cores(read(name, m), known)...)
	}
	return out
}

// A Query is a name that is looked up.
type Query struct {
	Name string
	// Tenant is whose call showed it; entries of other tenants are not looked at.
	// Empty: not known, and only entries of no known tenant are.
	Tenant string
	// First and Last are when it was shown; zero: not known.
	First, Last time.Time
	// RawID is whose name it is: nobody is mistaken for himself.
	RawID string
	taken *taken
	// Now is when it is looked up: what held only from later on is not known.
	// Zero: at the end of all time.
	Now time.Time
}

// taken is a name taken apart.
type taken struct {
	cores     []core
	whole     reading
	hashes    []uint64    // of all cores but the ambiguous
	ambiguous [][][]*ways // the words of those
	skeleton  string
}

// Taken is the query with its name taken apart, for looking it up several times.
func (q Query) Taken() Query {
	if q.taken == nil {
		t := &taken{cores: coresOf(q.Name, false), whole: read(q.Name, manner{}), skeleton: Skeleton(strings.TrimSpace(q.Name))}
		t.hashes = append(t.hashes, skeletonKey(t.skeleton))
		for _, c := range t.cores {
			if words := waysOfAll(c.words); ambiguous(words) {
				t.ambiguous = append(t.ambiguous, words)
			} else {
				t.hashes = shownKeys(t.hashes, words, nil)
			}
		}
		q.taken = t
	}
	return q
}

// Found is what a look-up came to.
type Found struct {
	// Matches are the entries that held then, the nearest first; among equals
	// protected names, then by name and raw id. At most maxMatches.
	Matches []Match
	// More counts matches beyond those.
	More int
	// Later is true where an entry matches that was only seen after the name.
	Later bool
}

const maxMatches = 8

// MaxLater is how long after a name was shown the directory may have been looked
// at first for nothing to be known of the time of the name.
const MaxLater = 30 * 24 * time.Hour

// Find looks a name up.
func (x *Index) Find(q Query) Found {
	if x == nil || strings.TrimSpace(q.Name) == "" {
		return Found{}
	}
	return x.find(q.Taken())
}

// at finds the first place of a key.
func (x *Index) at(hash uint64) (int, bool) {
	return slices.BinarySearchFunc(x.keys, hash, func(p place, h uint64) int { return cmp.Compare(p.hash, h) })
}

// find looks a name up as it is taken apart.
func (x *Index) find(q Query) Found {
	var f Found
	mine, whole, skeleton := q.taken.cores, q.taken.whole, q.taken.skeleton
	if slices.ContainsFunc(mine, x.families) {
		mine = slices.DeleteFunc(slices.Clone(mine), x.families)
	}
	verdicts := map[string]trait{} // by name; notMistaken where it is none
	var masked []map[string]bool
	for level := x; level != nil; level = level.under {
		seen := map[uint32]bool{}
		hashes := slices.Clip(q.taken.hashes)
		for _, words := range q.taken.ambiguous {
			hashes = shownKeys(hashes, words, level.begun.has)
		}
		slices.Sort(hashes)
		hashes = slices.Compact(hashes)
		for _, h := range hashes {
			i, _ := level.at(h)
			for ; i < len(level.keys) && level.keys[i].hash == h; i++ {
				n := level.keys[i].entry
				if seen[n] {
					continue
				}
				seen[n] = true
				e := &level.entries[n]
				if !about(e, q) || slices.ContainsFunc(masked, func(m map[string]bool) bool { return m[e.RawID] }) {
					continue
				}
				t, done := verdicts[e.Name]
				if !done {
					t = mistakenFor(mine, skeleton, e)
					if t != notMistaken {
						t |= whole.putIn(q.Name, e.Name)
					}
					verdicts[e.Name] = t
				}
				switch {
				case t == notMistaken:
				case !e.held(q):
					f.Later = f.Later || !q.Last.IsZero() && e.From.After(q.Last) && e.From.Sub(q.Last) <= MaxLater
				default:
					f.add(Match{Entry: *e, Nearness: t.nearness(), How: t.words()})
				}
			}
		}
		if level.replaced != nil {
			masked = append(masked, level.replaced)
		}
	}
	return f
}

// families reports whether what stands behind a comma in a name are names of the
// index, so that the words before it are a person's family names.
func (x *Index) families(c core) bool {
	return len(c.tail) > 0 && !slices.ContainsFunc(waysOfAll(c.tail), func(w []*ways) bool {
		return !slices.ContainsFunc(spellings([][]*ways{w}, wordSeed, nil), x.hasWord)
	})
}

func (x *Index) hasWord(h uint64) bool {
	for ; x != nil; x = x.under {
		if _, ok := slices.BinarySearch(x.words, h); ok {
			return true
		}
	}
	return false
}

// notMistaken stands for no match among traits.
const notMistaken trait = 1 << 15

// mistakenFor compares a name with a known one, as the two are taken with the
// fewest traits.
func mistakenFor(mine []core, skeleton string, e *Entry) trait {
	best := notMistaken
	for _, k := range coresOf(e.Name, true) {
		for _, c := range mine {
			if t, ok := c.compare(k); ok && t < best {
				best = t
			}
			if best == notMistaken && e.Wide {
				if t, ok := c.thinned().compare(k.thinned()); ok {
					best = t | signs
				}
			}
		}
	}
	if best == notMistaken && skeleton == Skeleton(strings.TrimSpace(e.Name)) {
		best = otherAlphabets
	}
	return best
}

// putIn is what a name has between its letters that a known one has not.
func (r reading) putIn(name, known string) trait {
	var t trait
	if r.invisible && hidden(name) > hidden(known) {
		t |= invisible
	}
	if r.emoji && !read(known, manner{}).emoji {
		t |= emoji
	}
	return t
}

// hidden counts the characters of a name that can't be seen.
func hidden(name string) int {
	u, n := ucd.Load(), 0
	for _, r := range name {
		if unicode.IsControl(r) || u.Ignorable.Has(r) || u.Format.Has(r) || u.PrivateUse.Has(r) || r == '\u2800' || r == utf8.RuneError {
			n++
		}
	}
	return n
}

// about reports whether an entry concerns a name at all.
func about(e *Entry, q Query) bool {
	return (e.Tenant == "" || e.Tenant == q.Tenant) && (e.RawID == "" || e.RawID != q.RawID) && (q.Now.IsZero() || !e.From.After(q.Now))
}

// held reports whether an entry held while a name was shown, as far as is known.
func (e *Entry) held(q Query) bool {
	if !q.Last.IsZero() && e.From.After(q.Last) {
		return false
	}
	return e.Until.IsZero() || q.First.IsZero() || q.First.Before(e.Until)
}

// add keeps the nearest matches.
func (f *Found) add(m Match) {
	i, _ := slices.BinarySearchFunc(f.Matches, m, compareMatches)
	if i == maxMatches {
		f.More++
		return
	}
	f.Matches = slices.Insert(f.Matches, i, m)
	if len(f.Matches) > maxMatches {
		f.Matches, f.More = f.Matches[:maxMatches], f.More+1
	}
}

// compareMatches orders matches by what they say of a name: the gravest first.
func compareMatches(a, b Match) int {
	protected := func(m Match) int {
		if m.Protected != "" {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(protected(a), protected(b)), cmp.Compare(a.Nearness, b.Nearness), strings.Compare(a.Name, b.Name),
		strings.Compare(a.RawID, b.RawID), a.From.Compare(b.From))
}
