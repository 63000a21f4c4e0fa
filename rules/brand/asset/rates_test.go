package asset_test

import (
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rollcall/rules/brand/asset"
)

var (
	full   = flag.Bool("full", false, "measure the whole set and hold the rates that DESIGN.md states")
	update = flag.Bool("update", false, "with -full: write testdata/rates.csv and rates.svg anew")
)

// A rate is how many images of a change and family of designs were at a distance
// from the right reference; of others, from any.
type rate struct {
	group, change, family string
	distance, images      int
}

// The groups of changes.
const (
	groupPromised = "promised"
	groupBeyond   = "beyond"
	groupOthers   = "others"
	groupImitated = "imitations"
)

// never is the distance of an image in which another reference was found.
const never = 101

type job struct {
	group   string
	change  change
	seed    uint64
	kind, n int
}

// jobs are the images of the set: the same ones for ever, each by its seed. Of
// the slow ones there are fewer.
func jobs(all bool) (out []job) {
	add := func(group string, seed uint64, list []change, each int) {
		for kind, c := range list {
			n := each
			switch c.name {
			case "in a screenshot", "in a frame of a video", "on a photo", "photos":
				n = (each + 3) / 4
			case "screenshots":
				n = (each + 2) / 3
			}
			for i := range n {
				out = append(out, job{group, c, seed, kind, i})
			}
		}
	}
	promise, beyond, other := 260, 39, 340
	if !all {
		promise, beyond, other = 3, 0, 3
	}
	add(groupPromised, changeSeed, promised, promise)
	add(groupBeyond, changeSeed+10, beyondPromise, beyond)
	add(groupOthers, otherSeed, others, other)
	add(groupImitated, otherSeed+10, []change{imitations}, beyond)
	return out
}

func index(t testing.TB) (*asset.Index, []motif) {
	t.Helper()
	designs := protected()
	var refs []asset.Reference
	for i, m := range designs {
		refs = append(refs, asset.Reference{Name: strconv.Itoa(i), Asset: asset.Read(pngOf(m.draw(256).image()), "logo.png", asset.DefaultLimits())})
	}
	x := asset.NewIndex(refs)
	if len(x.Unlike()) > 0 {
		t.Fatalf("references that are not looked for: %q", x.Unlike())
	}
	return x, designs
}

// measure finds the rates of some images.
func measure(t *testing.T, list []job) []rate {
	x, designs := index(t)
	count := map[rate]int{}
	var mutex sync.Mutex
	var wait sync.WaitGroup
	work := make(chan job)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for j := range work {
				r := rand.New(rand.NewPCG(j.seed, uint64(j.kind)<<32|uint64(j.n)))
				want := ""
				var m motif
				if j.group == groupPromised || j.group == groupBeyond {
					i := (j.n + j.kind) % len(designs)
					m, want = designs[i], strconv.Itoa(i)
				}
				found, _ := x.Match(asset.Read(pngOf(j.change.make(r, m)), "", asset.DefaultLimits()))
				distance := found.Distance
				if want != "" && found.Reference != want {
					distance = never
				}
				if j.group == groupOthers && distance <= asset.Threshold || j.group == groupPromised && distance > asset.Threshold {
					t.Logf("%s %d %s: %d from %s, to be %q", j.change.name, j.n, m.family, found.Distance, found.Reference, want)
				}
				mutex.Lock()
				count[rate{j.group, j.change.name, m.family, distance, 0}]++
				mutex.Unlock()
			}
		})
	}
	for _, j := range list {
		work <- j
	}
	close(work)
	wait.Wait()
	var out []rate
	for r, n := range count {
		r.images = n
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b rate) int {
		return cmp.Or(strings.Compare(b.group, a.group), strings.Compare(a.change, b.change), strings.Compare(a.family, b.family), cmp.Compare(a.distance, b.distance))
	})
	return out
}

// within counts the images of some rates, and those at most that far.
func within(list []rate, distance int, which func(rate) bool) (found, all int) {
	for _, r := range list {
		if which(r) {
			all += r.images
			if r.distance <= distance {
				found += r.images
			}
		}
	}
	return found, all
}

// easy are the families whose designs DESIGN.md promises to find wherever they
// are; photos and wordmarks are found where they are all that is shown.
func easy(r rate) bool {
	return r.group == groupPromised && r.family != "photo" && r.family != "wordmark"
}

// TestRates measures part of the set, with -full all of it.
func TestRates(t *testing.T) {
	got := measure(t, jobs(*full))
	if found, _ := within(got, asset.Threshold, func(r rate) bool { return r.group == groupOthers }); found > 0 {
		t.Errorf("%d images of others were taken for protected ones", found)
	}
	found, all := within(got, asset.Threshold, easy)
	if missed := all - found; missed*20 > all || *full && missed*100 > all {
		t.Errorf("%d of %d protected designs were missed", missed, all)
	}
	if !*full {
		return
	}
	if *update {
		writeRates(t, got)
		return
	}
	for _, g := range [...]string{groupPromised, groupOthers} {
		of := func(r rate) bool { return r.group == g }
		now, _ := within(got, asset.Threshold, of)
		before, all := within(readRates(t), asset.Threshold, of)
		if d := now - before; d*d > 4 { // processors round differently
			t.Errorf("%s: %d of %d images are taken for protected ones, %d were when DESIGN.md was written", g, now, all, before)
		}
	}
}

// TestStatedRates holds the measurement that is kept to what DESIGN.md says.
func TestStatedRates(t *testing.T) {
	list := readRates(t)
	if _, all := within(list, 0, func(rate) bool { return true }); all < 5000 {
		t.Errorf("the set has %d images", all)
	}
	if found, _ := within(list, asset.Threshold, func(r rate) bool { return r.group == groupOthers }); found > 0 {
		t.Errorf("%d false alarms", found)
	}
	design, err := os.ReadFile("DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(design), table(list)) {
		t.Errorf("DESIGN.md has not this table:\n%s", table(list))
	}
}

// table is what DESIGN.md shows.
func table(list []rate) string {
	var b strings.Builder
	b.WriteString("| group | change | images | taken for a protected one | of these wordmarks and photos |\n|---|---|---|---|---|\n")
	done := map[string]bool{}
	for _, r := range list {
		if done[r.group+r.change] {
			continue
		}
		done[r.group+r.change] = true
		same := func(o rate) bool { return o.group == r.group && o.change == r.change }
		found, all := within(list, asset.Threshold, same)
		hard, allHard := within(list, asset.Threshold, func(o rate) bool { return same(o) && (o.family == "photo" || o.family == "wordmark") })
		fmt.Fprintf(&b, "| %s | %s | %d | %d | ", r.group, r.change, all, found)
		if allHard > 0 {
			fmt.Fprintf(&b, "%d of %d", hard, allHard)
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

func readRates(t *testing.T) (out []rate) {
	t.Helper()
	f, err := os.Open("testdata/rates.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		distance, _ := strconv.Atoi(r[3])
		images, _ := strconv.Atoi(r[4])
		out = append(out, rate{r[0], r[1], r[2], distance, images})
	}
	return out
}

func writeRates(t *testing.T, list []rate) {
	t.Helper()
	var b strings.Builder
	b.WriteString("group,change,family,distance,images\n")
	for _, r := range list {
		fmt.Fprintf(&b, "%s,%s,%s,%d,%d\n", r.group, r.change, r.family, r.distance, r.images)
	}
	for name, text := range map[string]string{"testdata/rates.csv": b.String(), "rates.svg": curve(list)} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Log("\n" + table(list))
}

// BenchmarkMatch tells what one image costs, against the protected designs.
func BenchmarkMatch(b *testing.B) {
	x, designs := index(b)
	r := rand.New(rand.NewPCG(5, 5))
	noise := others[5].make(rand.New(rand.NewPCG(5, 6)), motif{})
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"the logo", pngOf(designs[0].draw(200).image())},
		{"another icon", pngOf(emblem(r).draw(128).image())},
		{"noise", pngOf(noise)},
		{"screenshot 1024x640", pngOf(app(r, 1024, 640).image())},
		{"photo 1024x768", pngOf(photo(r).draw(1024).image())},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := asset.Read(c.data, "", asset.DefaultLimits())
			b.ReportAllocs()
			for b.Loop() {
				x.Match(a)
			}
		})
	}
}
