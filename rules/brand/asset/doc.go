// Package asset reads the pictures and videos of listings and finds protected
// ones in them (design.md, section 6, brand.asset): equal files by their
// SHA-256, and what looks like a reference picture by its edges and colours,
// also scaled, re-encoded, a little cropped or rotated, recoloured, on any
// background and within a larger picture. What can't be seen is told with its
// reason. It is pure: bytes in, no clock, no file, no network. DESIGN.md says how
// it works and how well, by measurement.
package asset
