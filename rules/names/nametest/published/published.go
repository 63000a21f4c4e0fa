// Package published makes a second world of names, by other means than package
// nametest: people's names as Faker has them for 77 locales (testdata/people.py),
// and tricks as others have published them (testdata/tricks.txt), of which one to
// three are put over each other. It shares no data with nametest nor with the
// rules. It is pure: a seed and a size give the same names always.
package published

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"rollcall/rules/names/nametest"
)

//go:embed testdata/people.txt testdata/tricks.txt testdata/labels.txt
var files embed.FS

// A locale has names of its people.
type locale struct {
	name          string
	given, family []string
}

// A trick replaces text, or puts it in, by any of several.
type trick struct {
	kind, what string
	by         []string
}

// A world makes the names.
type world struct {
	r       *rand.Rand
	locales []locale
	tricks  map[string][]trick // by kind
	labels  []string
	set     *nametest.Set
	// known are the people of the directory, as sorted words without accents and
	// as letters; said the names that there are.
	known, said map[string]bool
	targets     []person
}

// New makes a set.
func New(seed uint64, size nametest.Size) (*nametest.Set, error) {
	w := &world{r: rand.New(rand.NewPCG(seed, 0x7075626c)), tricks: map[string][]trick{}, set: &nametest.Set{}, known: map[string]bool{}, said: map[string]bool{}}
	if err := w.read(); err != nil {
		return nil, err
	}
	for tries := 0; len(w.set.Directory) < size.Directory; tries++ {
		if tries > 10*size.Directory {
			return nil, fmt.Errorf("people.txt: there are only %d people", len(w.set.Directory))
		}
		w.enter(w.person())
	}
	for range executives {
		w.set.Executives = append(w.set.Executives, w.executive())
	}
	for tries := 0; len(w.set.Honest) < size.Honest; tries++ {
		if tries > 20*size.Honest {
			return nil, fmt.Errorf("people.txt: there are only %d honest names", len(w.set.Honest))
		}
		w.welcome(w.person())
	}
	for len(w.set.Hostile) < size.Hostile {
		w.attack()
	}
	return w.set, nil
}

const executives = 20

// lines calls a function with the fields of each line of a file.
func lines(name string, fields int, do func([]string)) error {
	text, err := files.ReadFile("testdata/" + name)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != fields {
			return fmt.Errorf("%s: line %q: want %d fields", name, line, fields)
		}
		do(f)
	}
	return nil
}

func (w *world) read() error {
	err := lines("people.txt", 3, func(f []string) {
		w.locales = append(w.locales, locale{f[0], strings.Split(f[1], ", "), strings.Split(f[2], ", ")})
	})
	if err != nil {
		return err
	}
	err = lines("tricks.txt", 3, func(f []string) {
		by := strings.Fields(f[2])
		for i, b := range by {
			if s, err := strconv.Unquote(`"` + b + `"`); err == nil {
				by[i] = s
			}
		}
		w.tricks[f[0]] = append(w.tricks[f[0]], trick{f[0], f[1], by})
	})
	if err != nil {
		return err
	}
	return lines("labels.txt", 3, func(f []string) {
		for _, l := range f[1:] {
			if !slices.Contains(w.labels, l) {
				w.labels = append(w.labels, l)
			}
		}
	})
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }
