// Package pictures reads the pictures that a policy file names: protected ones, and
// logos of other companies.
package pictures

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rollcall/rules/brand"
	"rollcall/rules/brand/asset"
	"rollcall/rules/brand/protected"
	"rollcall/rules/policy"
)

// maxReferences is how many protected pictures are read.
const maxReferences = 2000

// A Loader reads the pictures of the policies that a file has held, each once.
type Loader struct {
	file string

	mu     sync.Mutex
	loaded map[string]brand.Gallery // by policy version
}

// NewLoader returns a loader for the policies of a file; it reads nothing yet.
func NewLoader(policyFile string) *Loader {
	return &Loader{file: policyFile, loaded: map[string]brand.Gallery{}}
}

// For returns the pictures that a policy names.
func (l *Loader) For(p *policy.Policy) (brand.Gallery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g, there := l.loaded[p.ID]; there {
		return g, nil
	}
	g, err := Load(l.file, p)
	if err == nil {
		l.loaded[p.ID] = g
	}
	return g, err
}

// Forget has the pictures read anew: the files may be others by now.
func (l *Loader) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.loaded)
}

// Load reads the pictures that the policy of a file names, by paths relative to
// that file; of a folder, all files in it and below. A picture that is not there is
// an error: what it protects would go unseen.
func Load(policyFile string, p *policy.Policy) (brand.Gallery, error) {
	r := reader{file: policyFile, dir: filepath.Dir(policyFile)}
	terms := p.Brand()
	marks := r.references("brand.assets.references", terms.References)
	var logos []asset.Reference
	for i, c := range terms.Others {
		logos = append(logos, r.references(fmt.Sprintf("brand.others[%d].logos", i), c.Logos)...)
	}
	if n := len(marks) + len(logos); n > maxReferences {
		r.wrong = append(r.wrong, fmt.Errorf("%s: key brand: expected at most %d pictures, found %d", policyFile, maxReferences, n))
	}
	var g brand.Gallery
	if len(r.wrong) > 0 {
		return g, errors.Join(r.wrong...)
	}
	if len(marks) > 0 {
		g.Protected = protected.New(marks, terms)
	}
	if len(logos) > 0 {
		g.Others = protected.New(logos, terms)
	}
	return g, nil
}

// A reader reads references and notes what it can't read.
type reader struct {
	file, dir string // of the policy
	wrong     []error
}

func (r *reader) references(key string, names []string) (out []asset.Reference) {
	for _, name := range names {
		fail := func(err error) { r.wrong = append(r.wrong, fmt.Errorf("%s: key %s: %s: %w", r.file, key, name, err)) }
		path := filepath.FromSlash(name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(r.dir, path)
		}
		files, err := filesAt(path)
		if err == nil && len(files) == 0 {
			err = errors.New("expected a picture or a folder of pictures, found none")
		}
		if err != nil {
			fail(err)
			continue
		}
		for _, file := range files {
			a, err := read(file)
			if err != nil {
				fail(err)
				continue
			}
			label, err := filepath.Rel(r.dir, file)
			if err != nil {
				label = file
			}
			out = append(out, asset.Reference{Name: filepath.ToSlash(label), Asset: a})
		}
	}
	return out
}

// filesAt lists a file, or the files of a folder, in a stable order.
func filesAt(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return cause(err)
		}
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") && !strings.EqualFold(filepath.Ext(e.Name()), ".md") && !strings.EqualFold(filepath.Ext(e.Name()), ".txt") {
			if files = append(files, file); len(files) > maxReferences {
				return fmt.Errorf("expected at most %d pictures", maxReferences)
			}
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

func read(file string) (asset.Asset, error) {
	f, err := os.Open(file)
	if err != nil {
		return asset.Asset{}, cause(err)
	}
	defer f.Close()
	return asset.ReadFrom(f, filepath.Base(file), asset.DefaultLimits())
}

// cause is an error without the path that the message names already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
