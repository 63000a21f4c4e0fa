package asset

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/corona10/goimagehash"
)

// Threshold is how far an image may be from a protected one, of 100, and still
// be taken for it, where the policy does not say. DESIGN.md says how it was
// chosen.
const Threshold = 17

// A Reference is a picture of a protected asset, as the officer supplies it.
type Reference struct {
	// Name is what findings call it: its file.
	Name  string
	Asset Asset
}

// An Index holds references. It may be used by several goroutines.
type Index struct {
	files   map[string]string // names by SHA-256
	designs []design
	plain   []design // shapes that everybody uses
	unseen  []Unseen
	notes   []string
}

// An Unseen is a reference of which something can't be looked for: only equal files
// are found of that.
type Unseen struct{ Reference, Why string }

func (u Unseen) String() string {
	return fmt.Sprintf("%s is not compared by what it shows: %s", u.Reference, u.Why)
}

// mostDesigns is how many are looked for: an image's cost grows with them.
const mostDesigns = 200

// A design is one frame of a reference.
type design struct {
	name    string
	tpl     *template
	hash    *goimagehash.ImageHash
	picture *picture // until the template is made
	like    string   // the shape that everybody uses
}

// NewIndex prepares references. Of one that can't be seen equal files are found:
// see Exact and Unseen; of a shape that everybody uses, files that show it alone:
// see Plain.
func NewIndex(references []Reference) *Index {
	x := &Index{files: map[string]string{}}
	var designs []design
	for _, r := range references {
		x.files[r.Asset.SHA256] = r.Name
		if hidden, is := r.Asset.Hidden(); is {
			x.unseen = append(x.unseen, Unseen{r.Name, hidden.Text})
		} else if len(r.Asset.Frames) == 0 {
			x.unseen = append(x.unseen, Unseen{r.Name, "it shows nothing"})
		}
		own := len(designs)
		for _, f := range r.Asset.Frames {
			h := perceptual(f.picture)
			// Frames of an animation often look as one before.
			if slices.ContainsFunc(designs[own:], func(d design) bool { return apart(h, d.hash) == 0 }) {
				continue
			}
			if len(designs) == mostDesigns {
				x.unseen = append(x.unseen, Unseen{r.Name, fmt.Sprintf("at most %d designs are looked for", mostDesigns)})
				break
			}
			designs = append(designs, design{name: r.Name, hash: h, picture: f.picture})
		}
	}
	each(len(designs), func(i int) {
		d := &designs[i]
		d.tpl = newTemplate(d.picture)
		d.like, d.picture = d.tpl.common(), nil
	})
	for _, d := range designs {
		if d.like == "" {
			x.designs = append(x.designs, d)
			continue
		}
		x.notes = append(x.notes, fmt.Sprintf("%s looks like %s, which everybody uses: it is not looked for within pictures", d.name, d.like))
		x.plain = append(x.plain, d)
	}
	return x
}

// each does something for every number up to n, on all cores.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}

// Unseen are the references of which something can't be looked for: of what is like
// none of the others nobody knows whether it is like these.
func (x *Index) Unseen() []Unseen { return x.unseen }

// Notes say which references are not looked for everywhere, and why.
func (x *Index) Notes() []string { return x.notes }

// Plain is the reference, among the shapes that everybody uses, that a frame of an
// asset is most like as a whole.
func (x *Index) Plain(a Asset) (best Match, found bool) {
	best.Distance = 100
	if len(x.plain) == 0 {
		return best, false
	}
	for _, f := range a.Frames {
		s := newScene(f.picture.rgba())
		for _, d := range x.plain {
			if distance := distanceOf(s.best(d.tpl, s.whole(d.tpl))); distance < best.Distance {
				best, found = Match{Reference: d.name, Distance: distance, Frame: f.Number, Region: image.Rect(0, 0, f.Width, f.Height)}, true
			}
		}
	}
	return best, found
}

// distanceOf is how unlike a place is, of 100; only equal files are at 0.
func distanceOf(p place) int { return max(1, int(math.Round(100*(1-p.score)))) }

// Exact is the reference that is the file with that SHA-256, in lower case.
func (x *Index) Exact(sha256 string) (name string, is bool) {
	name, is = x.files[sha256]
	return name, is
}

// A Match is the reference that an asset is most like.
type Match struct {
	Reference string
	// Distance is how unlike they are: 0 only where the files are equal, 100 where
	// nothing is the same.
	Distance int
	// Exact says that the files are equal.
	Exact bool
	// Frame is the number of the asset's frame, and Region the part of it, in its
	// pixels, where the reference is seen.
	Frame  int
	Region image.Rectangle
}

// Match looks for every reference in every frame of an asset. found is false
// where nothing is like any. One that is certain ends the search.
func (x *Index) Match(a Asset) (best Match, found bool) {
	if name, is := x.Exact(a.SHA256); is {
		return Match{Reference: name, Exact: true}, true
	}
	best.Distance = 100
	var seen []*goimagehash.ImageHash
	for _, f := range a.Frames {
		h := perceptual(f.picture)
		if slices.ContainsFunc(seen, func(o *goimagehash.ImageHash) bool { return apart(h, o) == 0 }) && len(a.Frames) > 4 {
			continue
		}
		seen = append(seen, h)
		m := x.look(f, h)
		if m.Distance < best.Distance {
			best, found = m, true
		}
		if best.Distance <= certain {
			break
		}
	}
	return best, found
}

// certain is a distance from which nothing nearer is looked for.
const certain = 8

// look looks for the references in one frame: first each as all that it shows,
// those first whose perceptual hash is nearest, then anywhere within.
func (x *Index) look(f Frame, h *goimagehash.ImageHash) (best Match) {
	s := newScene(f.picture.rgba())
	best.Distance = 100
	order := slices.Clone(x.designs)
	slices.SortStableFunc(order, func(a, b design) int { return cmp.Compare(apart(h, a.hash), apart(h, b.hash)) })
	consider := func(d design, p place) {
		if distance := distanceOf(p); distance < best.Distance {
			best = Match{Reference: d.name, Distance: distance, Frame: f.Number, Region: s.region(d.tpl, p.pose, f)}
		}
	}
	for _, d := range order {
		if consider(d, s.best(d.tpl, s.whole(d.tpl))); best.Distance <= certain {
			return best
		}
		if d.tpl.glimpse != nil {
			if consider(d, s.reliefAt(d.tpl, s.turned(d.tpl))); best.Distance <= certain {
				return best
			}
		}
	}
	// The search is what costs: on every core, and the nearest is taken whichever
	// is done first.
	found := make([]place, len(order))
	each(len(order), func(i int) { found[i] = s.anywhere(order[i].tpl) })
	for i, d := range order {
		consider(d, found[i])
	}
	return best
}

// anywhere is the place in the scene that is most like the template.
func (s *scene) anywhere(t *template) place {
	p := s.best(t, s.search(t))
	if t.glimpse == nil {
		return s.relieve(t, p)
	}
	places := s.glimpses(t.glimpse)
	if p.size > 0 {
		places = append(places, p)
	}
	if q := s.reliefAt(t, places); q.score > p.score {
		return q
	}
	return p
}

// region is the box about a place, in the frame's pixels.
func (s *scene) region(t *template, p pose, f Frame) image.Rectangle {
	k := float64(max(f.Width, f.Height)) / float64(max(s.w, s.h))
	var r image.Rectangle
	for _, c := range [...][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
		x, y := p.at(c[0]*t.wide/2, c[1]*t.high/2)
		q := image.Pt(int(math.Round(x*k)), int(math.Round(y*k)))
		r = r.Union(image.Rectangle{Min: q, Max: q.Add(image.Pt(1, 1))})
	}
	return r.Intersect(image.Rect(0, 0, f.Width, f.Height))
}

// perceptual is the 64 bits of pHash of what a picture shows, on white. The
// library scales with a filter that is no longer kept up; it is given what it
// need not scale.
func perceptual(p *picture) *goimagehash.ImageHash {
	part, _ := p.content()
	h, err := goimagehash.PerceptionHash(scaled(p.rgba(), part, 64, 64).gray(255))
	if err != nil {
		return goimagehash.NewImageHash(0, goimagehash.PHash)
	}
	return h
}

// apart is how many bits two hashes differ by, or an inverted picture's.
func apart(a, b *goimagehash.ImageHash) int {
	n, err := a.Distance(b)
	if err != nil {
		return 32
	}
	return min(n, 64-n)
}
