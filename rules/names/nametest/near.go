package nametest

import (
	"fmt"
	"slices"
	"strings"
)

// near puts names into the directory, and makes of each honest ones that are
// near to it by letters and other names: spellings, siblings, other middle
// names. About as many as are asked for.
func (b *builder) near(size int) ([]Honest, error) {
	text, err := files.ReadFile("testdata/near.txt")
	if err != nil {
		return nil, err
	}
	var lines [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.Fields(line))
		}
	}
	crossings := max(2, size/(len(lines)*4))
	var out []Honest
	pair := func(inside string, h Honest) {
		in, outer := sum(inside), sum(h.Name)
		if b.reserved[in] || b.claimed[outer] && in != outer {
			return // another pair has it the other way round
		}
		b.claimed[in] = true
		if in != outer {
			b.reserved[outer] = true
		}
		b.enter(inside)
		out = append(out, h)
	}
	for _, f := range lines {
		language, what, names := f[0], f[1], f[2:]
		i := slices.IndexFunc(b.groups, func(g *group) bool { return g.language == language })
		if i < 0 || len(names) < 2 {
			return nil, fmt.Errorf("near.txt: line %q: want a known language, a part and several names", f)
		}
		g := b.groups[i]
		for range crossings {
			whole := func(name string) string { return unescape(name) }
			switch what {
			case "given", "given2", "given+":
				others := g.words["family"]
				if what == "given2" || others == nil {
					others = slices.Concat(g.words["given"], g.words["father"])
				}
				other := pick(b.r, others)
				switch {
				case what == "given2":
					whole = func(name string) string { return other + " " + name }
				case what == "given+":
					whole = func(name string) string { return other + name[len("김"):] }
				default:
					whole = func(name string) string { return name + " " + other }
				}
			case "family":
				other := pick(b.r, g.words["given"])
				whole = func(name string) string { return other + " " + name }
			}
			inside := b.r.IntN(len(names))
			for i, name := range names {
				if i != inside {
					pair(whole(names[inside]), Honest{"near by letters", language, g.script, whole(name)})
				}
			}
			if what == "whole" {
				break
			}
		}
	}
	// Namesakes by half: the directory's given name with another family name, and
	// siblings.
	for range size / 4 {
		g := pick(b.r, b.weighted)
		p, q := g.person(b.r), b.outsider(g)
		if b.outside(p.name) || len(p.words) < 2 || !slices.Equal(p.kinds, q.kinds) {
			continue
		}
		i := b.r.IntN(len(p.words))
		kind := "the same " + q.kinds[i] + " name"
		if name := strings.Replace(q.name, q.words[i], p.words[i], 1); b.outside(name) {
			pair(p.name, Honest{kind, g.language, g.script, name})
		}
	}
	return out, nil
}
