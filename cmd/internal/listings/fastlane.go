package listings

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"rollcall/rules/brand"
)

// metadata is where fastlane keeps what it sends to stores
// (docs.fastlane.tools, "supply" and "deliver").
const metadata = "fastlane/metadata"

// applish are the files of a locale of Apple's metadata, and playish those of
// Google Play's: file name without .txt is the kind.
var (
	applish = []string{"name", "subtitle", "description", "keywords", "promotional_text", "release_notes", "apple_tv_privacy_policy"}
	playish = []string{"title", "short_description", "full_description"}
)

// fastlane reads what fastlane has below a folder: the project, its folder
// fastlane, or the metadata themselves.
func (s *source) fastlane() []*Listing {
	for _, root := range []string{metadata, "metadata", "."} {
		if !s.isFolder(root) {
			continue
		}
		var out []*Listing
		if l := s.play(root); l != nil {
			out = append(out, l)
		}
		if l := s.apple(root); l != nil {
			out = append(out, l)
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// localesOf lists the folders of locales that have one of some files.
func (s *source) localesOf(root string, files []string) []string {
	var out []string
	for _, e := range s.list(root) {
		if !e.IsDir() {
			continue
		}
		if slices.ContainsFunc(files, func(f string) bool { return s.isFile(path.Join(root, e.Name(), f+".txt")) }) {
			out = append(out, e.Name())
		}
	}
	// The language of most: its name is the app's.
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

func rank(locale string) int {
	switch {
	case locale == "default", locale == "en-US":
		return 0
	case strings.HasPrefix(locale, "en"):
		return 1
	}
	return 2
}

// play reads Google Play's metadata.
func (s *source) play(root string) *Listing {
	android := path.Join(root, "android")
	if !s.isFolder(android) {
		android = root
	}
	locales := s.localesOf(android, playish)
	if len(locales) == 0 {
		return nil
	}
	l := &Listing{Name: s.name, Format: "Google Play metadata"}
	l.AppID = s.appfile(root, "package_name")
	for _, locale := range locales {
		folder := path.Join(android, locale)
		for _, kind := range playish {
			s.locale(l, folder, kind, locale)
		}
		for _, e := range s.list(path.Join(folder, "changelogs")) {
			if name, ok := strings.CutSuffix(e.Name(), ".txt"); ok && name != "" {
				s.file(l, path.Join(folder, "changelogs", e.Name()), "release_notes", locale)
			}
		}
		s.pictures(l, path.Join(folder, "images"), 1)
	}
	return l
}

// apple reads Apple's metadata.
func (s *source) apple(root string) *Listing {
	locales := s.localesOf(root, applish)
	if len(locales) == 0 {
		return nil
	}
	l := &Listing{Name: s.name, Format: "Apple metadata"}
	l.AppID = s.appfile(root, "app_identifier")
	s.file(l, path.Join(root, "copyright.txt"), "copyright", "")
	for _, e := range s.list(root) {
		if picture(e.Name()) && !e.IsDir() {
			s.asset(l, "icon", path.Join(root, e.Name()))
		}
	}
	for _, locale := range locales {
		for _, kind := range applish {
			s.locale(l, path.Join(root, locale), kind, locale)
		}
	}
	screenshots := path.Join(path.Dir(root), "screenshots")
	if root == "." {
		screenshots = "screenshots"
	}
	s.pictures(l, screenshots, 2)
	return l
}

// locale reads the file of a kind of text in a locale's folder.
func (s *source) locale(l *Listing, folder, kind, locale string) {
	s.file(l, path.Join(folder, kind+".txt"), kind, locale)
}

// file reads a text file as a text of the listing; the first name is the app's.
func (s *source) file(l *Listing, name, kind, locale string) {
	text, ok := s.text(name)
	if !ok || strings.TrimSpace(text) == "" {
		return
	}
	p := Place{File: s.label(name), Line: 1, Column: 1, lines: true, text: text}
	if (kind == "name" || kind == "title") && l.AppName == "" {
		l.AppName = strings.TrimSpace(text)
		p.text = l.AppName
		l.set(brand.FieldAppName, 0, p)
		return
	}
	if !l.addText(kind, locale, text, p) {
		s.wrong(name, 0, "expected at most %d texts, found more", maxTexts)
	}
}

// picture tells pictures and videos by their names.
func picture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".ico", ".mp4", ".mov", ".m4v", ".heic", ".avif", ".tif", ".tiff":
		return true
	}
	return false
}

// pictures reads the pictures of a folder and the folders within it.
func (s *source) pictures(l *Listing, folder string, deep int) {
	if !s.isFolder(folder) {
		return
	}
	for _, e := range s.list(folder) {
		name := path.Join(folder, e.Name())
		switch {
		case e.IsDir() && deep > 0:
			s.pictures(l, name, deep-1)
		case picture(e.Name()):
			s.asset(l, pictureKind(name), name)
		}
	}
}

func pictureKind(name string) string {
	switch n := strings.ToLower(name); {
	case strings.Contains(n, "icon"):
		return "icon"
	case strings.Contains(n, "screenshot"):
		return "screenshot"
	}
	return "graphic"
}

// setting is a setting of fastlane's Appfile.
var setting = regexp.MustCompile(`(?m)^\s*(package_name|app_identifier)[ (]+["']([^"'\n]{1,200})["']`)

// appfile is the app's id as fastlane's Appfile has it.
func (s *source) appfile(root, key string) string {
	for _, name := range []string{path.Join(path.Dir(root), "Appfile"), "Appfile", "fastlane/Appfile"} {
		if !s.isFile(name) {
			continue
		}
		text, ok := s.text(name)
		if !ok {
			continue
		}
		for _, m := range setting.FindAllStringSubmatch(text, 100) {
			if m[1] == key {
				return m[2]
			}
		}
	}
	return ""
}
