package listings

import (
	"path"
	"slices"
	"strings"
)

// gradlish are the files of a locale of Google Play's metadata as the Gradle Play
// Publisher keeps them (its README, "Uploading listing metadata"): the kind, with
// - for _.
var gradlish = []string{"title", "short-description", "full-description"}

// gradleRoots are where it keeps them, in a project or a module.
var gradleRoots = []string{"app/src/main/play", "src/main/play", "."}

// gradlePlay reads the metadata of the Gradle Play Publisher below a folder.
func (s *source) gradlePlay() *Listing {
	for _, root := range gradleRoots {
		listings := path.Join(root, "listings")
		locales := s.localesOf(listings, gradlish)
		if len(locales) == 0 {
			continue
		}
		if own, ok := s.text(path.Join(root, "default-language.txt")); ok {
			if i := slices.Index(locales, strings.TrimSpace(own)); i > 0 {
				locales = slices.Insert(slices.Delete(locales, i, i+1), 0, strings.TrimSpace(own))
			}
		}
		l := &Listing{Name: s.name, Format: "Google Play metadata"}
		for _, locale := range locales {
			folder := path.Join(listings, locale)
			for _, file := range gradlish {
				s.file(l, path.Join(folder, file+".txt"), strings.ReplaceAll(file, "-", "_"), locale)
			}
			s.pictures(l, path.Join(folder, "graphics"), 1)
		}
		for _, locale := range s.list(path.Join(root, "release-notes")) {
			if !locale.IsDir() {
				continue
			}
			folder := path.Join(root, "release-notes", locale.Name())
			for _, e := range s.list(folder) {
				if strings.HasSuffix(e.Name(), ".txt") {
					s.file(l, path.Join(folder, e.Name()), "release_notes", locale.Name())
				}
			}
		}
		return l
	}
	return nil
}
