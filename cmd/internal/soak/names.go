package soak

// A nameShown is a name as one call shows it of one identity on one surface.
type nameShown struct{ raw, surface, name string }

// names holds the displayed names against the truth.
func (c *comparison) names() {
	want := map[nameShown]bool{}
	for _, n := range c.truth.Names {
		want[nameShown{n.RawID, n.Surface, n.Name}] = true
	}
	got := map[nameShown]bool{}
	for _, n := range c.got.Names {
		k := nameShown{n.RawID, n.Surface, n.Name}
		if got[k] = true; !want[k] {
			c.differ("%s shows %+q of %s on %q, which nobody saw", n.Source, n.Name, n.RawID, n.Surface)
		}
	}
	for k := range want {
		if !got[k] {
			c.differ("the name %+q of %s on %q is not found", k.name, k.raw, k.surface)
		}
	}
}
