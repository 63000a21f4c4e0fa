// Package files writes report files so that a reader never sees half of one:
// each is written under a temporary name in the same folder, synced and
// renamed, and a set of files appears whole or not at all, also when the disk
// fills up. It holds the forms that all text reports share, too: instants, and
// CSV whose text can't become a formula.
package files
