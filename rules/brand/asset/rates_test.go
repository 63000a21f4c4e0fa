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
	full   = flag.Bool("full", false, "measure the reported sets and hold the rates that DESIGN.md states")
	tune   = flag.Bool("tune", false, "measure the tuning sets")
	notes  = flag.String("notes", "", "a file in which each image's result is noted, so that a measurement that was stopped goes on")
	update = flag.Bool("update", false, "with -full or -tune: write what was measured, and its curve, anew")
)

// A rate is how many images of a change and kind of designs were at a distance
// from the right reference; of others, from any.
type rate struct {
	group, change, kind string
	distance, images    int
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
	group  string
	change change
	set    set
	kind   int // of the changes of the group
	n      int
	done   bool
}

// jobs are the images of some sets: the same ones for ever, each by its seed. Of
// the slow ones there are fewer. each is how many there are of each design and
// change, other how many of others of each kind.
func jobs(sets []set, each, other int) (out []job) {
	add := func(group string, s set, list []change, times int) {
		for kind, c := range list {
			n := times
			switch c.name {
			case "in a screenshot", "in a frame of a video", "on a photo":
				n = (times + 1) / 2
			case "screenshots":
				n = times / 3
			}
			for i := range n {
				out = append(out, job{group: group, change: c, set: s, kind: kind, n: i})
			}
		}
	}
	for _, s := range sets {
		designs := len(s.protected())
		add(groupPromised, s, promised, each*designs)
		add(groupBeyond, s, beyondPromise, each/4*designs)
		add(groupOthers, s, others, other)
		if s.hand == "first" {
			add(groupImitated, s, []change{imitations}, each/4*designs)
		}
	}
	return out
}

// An officer's references are the protected designs of a set.
type officers struct {
	index   *asset.Index
	designs []motif
}

func (s set) references(t testing.TB) officers {
	t.Helper()
	o := officers{designs: s.protected()}
	var refs []asset.Reference
	for i, m := range o.designs {
		refs = append(refs, asset.Reference{Name: strconv.Itoa(i), Asset: asset.Read(pngOf(m.draw(256).image()), "logo.png", asset.DefaultLimits())})
	}
	if o.index = asset.NewIndex(refs); len(o.index.Notes()) > 0 {
		t.Fatalf("references that are not looked for everywhere: %q", o.index.Notes())
	}
	return o
}

// measure finds the rates of some images, in an order that prefers none.
func measure(t *testing.T, list []job) []rate {
	rand.New(rand.NewPCG(9, 9)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	known := map[set]officers{}
	for _, j := range list {
		if _, there := known[j.set]; !there {
			known[j.set] = j.set.references(t)
		}
	}
	count := map[rate]int{}
	note := done(t, count, list)
	var mutex sync.Mutex
	var wait sync.WaitGroup
	work := make(chan job)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for j := range work {
				r := rand.New(rand.NewPCG(j.set.seed, uint64(len(j.group)*100+j.kind)<<32|uint64(j.n)))
				refs, want := known[j.set], ""
				m := motif{family: "-"}
				if j.group == groupPromised || j.group == groupBeyond {
					i := (j.n + j.kind) % len(refs.designs)
					m, want = refs.designs[i], strconv.Itoa(i)
				}
				found, _ := refs.index.Match(asset.Read(j.change.make(r, hands[j.set.hand], m), "", asset.DefaultLimits()))
				distance := found.Distance
				if want != "" && found.Reference != want {
					distance = never
				}
				mutex.Lock()
				if j.group == groupOthers && distance <= asset.Threshold+5 || j.group == groupPromised && distance > asset.Threshold-3 {
					t.Logf("%s %d of %v %s: %d from %s, to be %q", j.change.name, j.n, j.set, m.family, found.Distance, found.Reference, want)
				}
				got := rate{j.group, j.change.name, kinds[m.family], distance, 0}
				count[got]++
				note(j, got)
				mutex.Unlock()
			}
		})
	}
	for _, j := range list {
		if !j.done {
			work <- j
		}
	}
	close(work)
	wait.Wait()
	var out []rate
	for r, n := range count {
		r.images = n
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b rate) int {
		return cmp.Or(strings.Compare(b.group, a.group), strings.Compare(a.change, b.change), strings.Compare(a.kind, b.kind), cmp.Compare(a.distance, b.distance))
	})
	return out
}

// done takes what was noted of an earlier measurement, and returns what notes more.
func done(t *testing.T, count map[rate]int, list []job) (note func(job, rate)) {
	if *notes == "" {
		return func(job, rate) {}
	}
	f, err := os.OpenFile(*notes, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	key := func(j job) string { return fmt.Sprint(j.set, j.group, j.kind, " ", j.n) }
	known := map[string]int{}
	for i, r := range rows {
		known[r[0]] = i
	}
	for i := range list {
		if n, is := known[key(list[i])]; is {
			r := rows[n]
			distance, _ := strconv.Atoi(r[4])
			count[rate{r[1], r[2], r[3], distance, 0}]++
			list[i].done = true
		}
	}
	return func(j job, r rate) { fmt.Fprintf(f, "%s,%s,%s,%s,%d\n", key(j), r.group, r.change, r.kind, r.distance) }
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

func of(group string) func(rate) bool { return func(r rate) bool { return r.group == group } }

// TestRates measures a part of a tuning set, with -tune all of them, with -full
// the reported ones.
func TestRates(t *testing.T) {
	switch {
	case *full:
		hold(t, "rates", measure(t, jobs(reported, 4, 44)))
	case *tune:
		hold(t, "tuning", measure(t, jobs(tuning, 1, 20)))
	default:
		some := slices.DeleteFunc(jobs([]set{{"first", 1, 3, true}}, 1, 1), func(j job) bool {
			slow := j.change.name == "screenshots" || j.change.name == "in a screenshot" || j.change.name == "on a photo"
			return slow || j.group != groupOthers && j.n != 1 || j.n > 1
		})
		got := measure(t, some)
		if found, all := within(got, asset.Threshold, of(groupPromised)); found < all-1 || all < 10 {
			t.Errorf("of %d protected designs %d were found", all, found)
		}
		if found, _ := within(got, asset.Threshold, of(groupOthers)); found > 0 {
			t.Errorf("%d images of others were taken for protected ones", found)
		}
	}
}

// hold compares a measurement with the one that is kept, or keeps it.
func hold(t *testing.T, name string, got []rate) {
	if *update {
		var b strings.Builder
		b.WriteString("group,change,kind,distance,images\n")
		for _, r := range got {
			fmt.Fprintf(&b, "%s,%s,%s,%d,%d\n", r.group, r.change, r.kind, r.distance, r.images)
		}
		design, err := os.ReadFile("DESIGN.md")
		if err != nil {
			t.Fatal(err)
		}
		before, rest, _ := strings.Cut(string(design), mark(name))
		_, after, found := strings.Cut(rest, markEnd)
		if !found {
			t.Fatalf("DESIGN.md has no place for %s", name)
		}
		for file, text := range map[string]string{"testdata/" + name + ".csv": b.String(), name + ".svg": curve(got), "DESIGN.md": before + stated(name, got) + after} {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	kept := readRates(t, name)
	for _, g := range [...]string{groupPromised, groupOthers} {
		now, _ := within(got, asset.Threshold, of(g))
		before, all := within(kept, asset.Threshold, of(g))
		if d := now - before; d*d > 9 { // processors round differently
			t.Errorf("%s: %d of %d images are taken for protected ones, %d were when DESIGN.md was written", g, now, all, before)
		}
	}
}

// TestStatedRates holds the measurement that is kept to what DESIGN.md says.
func TestStatedRates(t *testing.T) {
	design, err := os.ReadFile("DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, all := within(readRates(t, "rates"), 0, func(rate) bool { return true }); all < 5000 {
		t.Errorf("the reported sets have %d images", all)
	}
	for _, name := range [...]string{"rates", "tuning"} {
		list := readRates(t, name)
		if says := stated(name, list); !strings.Contains(string(design), says) {
			t.Errorf("DESIGN.md does not say what testdata/%s.csv does:\n%s", name, says)
		}
		drawn, err := os.ReadFile(name + ".svg")
		if err != nil || string(drawn) != curve(list) {
			t.Errorf("%s.svg is not the curve of testdata/%s.csv (%v)", name, name, err)
		}
	}
}

// mark and markEnd are about what a measurement writes into DESIGN.md.
func mark(name string) string { return "<!-- measured: " + name + " -->\n" }

const markEnd = "<!-- end -->\n"

// stated is what DESIGN.md says of a measurement.
func stated(name string, list []rate) string {
	found, promised := within(list, asset.Threshold, of(groupPromised))
	alarms, others := within(list, asset.Threshold, of(groupOthers))
	_, all := within(list, 0, func(rate) bool { return true })
	return fmt.Sprintf("%sOf %s images that are promised %s were missed (%s), and of %s others %s were taken for protected ones (%s); %s images in all.\n\n%s%s",
		mark(name), thousands(promised), thousands(promised-found), percent(promised-found, promised), thousands(others), thousands(alarms), percent(alarms, others), thousands(all), table(list), markEnd)
}

func percent(n, of int) string { return fmt.Sprintf("%.2f %%", 100*float64(n)/float64(max(of, 1))) }

func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// table is what DESIGN.md shows.
func table(list []rate) string {
	columns := [...]string{"icons", "wordmarks", "illustrations", "photos"}
	var b strings.Builder
	b.WriteString("| group | change | images | taken for a protected one | icons | wordmarks | illustrations | photos |\n|---|---|---|---|---|---|---|---|\n")
	done := map[string]bool{}
	for _, r := range list {
		if done[r.group+r.change] {
			continue
		}
		done[r.group+r.change] = true
		same := func(o rate) bool { return o.group == r.group && o.change == r.change }
		found, all := within(list, asset.Threshold, same)
		fmt.Fprintf(&b, "| %s | %s | %d | %d |", r.group, r.change, all, found)
		for _, c := range columns {
			if found, all := within(list, asset.Threshold, func(o rate) bool { return same(o) && o.kind == c }); all > 0 {
				fmt.Fprintf(&b, " %d of %d |", found, all)
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func readRates(t *testing.T, name string) (out []rate) {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".csv")
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

// BenchmarkMatch tells what one image costs, against the protected designs.
func BenchmarkMatch(b *testing.B) {
	refs := tuning[0].references(b)
	r := rand.New(rand.NewPCG(5, 5))
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"the logo", pngOf(refs.designs[0].draw(200).image())},
		{"another icon", pngOf(emblem(r).draw(128).image())},
		{"noise", others[6].make(r, hands["first"], motif{})},
		{"screenshot 1024x640", pngOf(app(r, 1024, 640).image())},
		{"photo 1024x768", pngOf(photo(r).draw(1024).image())},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := asset.Read(c.data, "", asset.DefaultLimits())
			b.ReportAllocs()
			for b.Loop() {
				refs.index.Match(a)
			}
		})
	}
}
