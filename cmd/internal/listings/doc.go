// Package listings reads how apps present themselves, from files: a listing as
// rollcall.app.listing has it (JSON or YAML), a Teams app package (a zip file or
// its folder), and the metadata of Google Play and Apple's stores in the layout
// of fastlane. It keeps the file and line of every text.
//
// What it reads is from outside: files are bounded in size, number and depth, a
// zip file is never trusted to say how large it is, nothing outside the given
// folder or archive is opened, and no network is used. What can't be read is
// named as a Problem and takes nothing else with it.
package listings

import (
	"fmt"
	"unicode/utf8"

	"rollcall/rules/brand"
	"rollcall/schema"
)

// Bounds of what is read.
const (
	maxDocument = 16 << 20  // bytes of a JSON or YAML file
	maxArchive  = 512 << 20 // bytes of a zip file
	maxText     = 1 << 20   // bytes of a text file
	maxAsset    = 32 << 20  // bytes of a picture or video that is looked at
	maxAssets   = 256 << 20 // bytes of all such of one listing
	maxHashed   = 4 << 30   // bytes of all pictures and videos of one listing
	maxFiles    = 5000      // entries of an archive, files of a folder
	maxDepth    = 64        // levels of a document within each other
	maxTexts    = 20_000    // of one listing
)

// A Listing is one listing with where each part of it stands.
type Listing struct {
	schema.Listing
	// Name is the file or folder, and Format what it is: "listing", "Teams app
	// package", "Google Play metadata", "Apple metadata".
	Name, Format string
	places       map[key]Place
	assets       int64 // bytes read of pictures and videos
	decoded      int64 // bytes kept of them
}

// key names a part of a listing.
type key struct {
	field string
	index int
}

// A Place is where a text stands.
type Place struct {
	File string
	// Line and Column are where it begins, from 1; 0 where that is not known.
	Line, Column int
	// lines says that a line of the text is a line of the file, margin how far
	// each is indented there.
	lines  bool
	margin int
	text   string
}

// Region is where a part of a text stands in its file.
type Region struct {
	File                       string
	Line, Column, EndLine, End int // from 1, in characters; End is behind the last. 0: not known
}

// Region tells where bytes [from, to) of a field's text stand.
func (l *Listing) Region(f brand.Field, from, to int) Region {
	p, ok := l.places[key{f.Name, f.Index}]
	if !ok {
		return Region{File: l.Name}
	}
	r := Region{File: p.File, Line: p.Line, Column: p.Column, EndLine: p.Line}
	if !p.lines || to > len(p.text) || from > to {
		return r
	}
	r.Line, r.Column = p.at(from)
	r.EndLine, r.End = p.at(to)
	return r
}

func (p Place) at(offset int) (line, column int) {
	line, start := p.Line, 0
	for i := range offset {
		if p.text[i] == '\n' {
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCountInString(p.text[start:offset]) + 1 + p.margin
}

// A Problem is something that could not be read.
type Problem struct {
	File string
	Line int // 0: not known
	What string
}

// String is the problem on one line.
func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
	}
	return p.File + ": " + p.What
}

// set notes where a field stands.
func (l *Listing) set(field string, index int, p Place) {
	if l.places == nil {
		l.places = map[key]Place{}
	}
	l.places[key{field, index}] = p
}

// addText adds a text; ok is false where there are too many.
func (l *Listing) addText(kind, locale, text string, p Place) bool {
	if len(l.Texts) == maxTexts {
		return false
	}
	l.set(brand.FieldTexts, len(l.Texts), p)
	l.Texts = append(l.Texts, schema.ListingText{Kind: kind, Locale: locale, Text: text})
	return true
}

// addAsset adds a picture or video.
func (l *Listing) addAsset(a schema.ListingAsset, p Place) {
	l.set(brand.FieldAssets, len(l.Assets), p)
	l.Assets = append(l.Assets, a)
}
