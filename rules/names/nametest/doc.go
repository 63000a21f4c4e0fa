// Package nametest generates the names by which the rules of package names are
// tried: honest ones, hostile ones, and the directory that both are held
// against. It is pure: a seed and a size give the same names always.
//
// It is independent of the rules: it knows nothing of how they find anything,
// and uses none of their data. What looks alike is taken from drawings of the
// characters (testdata/glyphs.txt, made by testdata/glyphs.py), from published
// attacks and from what people do by hand to a name (testdata/hostile.txt,
// disguise.go); never from Unicode TS 39. The rules have measured drawings of the
// same fonts since; how far they reach beyond those is told by a test over fonts
// that neither uses else (testdata/others.txt).
//
// Package published makes another such world, of the names and tricks that others
// have published.
//
// The names of persons are put together from names that are usual in some 70
// languages and more than 30 scripts (testdata/people), by the forms that the
// language has: family name first or last, patronymics, particles, initials,
// single names. Whether a person is in the directory or comes from outside is
// decided by the letters of the name alone, whatever their order, case and
// accents, so that no honest name is a directory's name written differently.
package nametest
