package listings

import (
	"fmt"
	"regexp"
	"strings"

	"rollcall/rules/brand"
)

// manifest is the file that a Teams app package is described by.
const manifest = "manifest.json"

// shown are the members of a manifest whose texts people see, wherever they stand
// (learn.microsoft.com, "App manifest reference for Teams").
var shown = map[string]bool{"name": true, "title": true, "description": true, "label": true, "displayName": true, "shortDescription": true,
	"longDescription": true,
	"text":            true, "prompt": true, "initialPrompt": true, "placeholder": true}

// index is the index of a list in a key of a localisation file.
var index = regexp.MustCompile(`\[\d+\]`)

// teamsPackage reads a Teams app package: its manifest, its localisation files
// and its icons.
func (s *source) teamsPackage() *Listing {
	doc := s.document(manifest)
	if doc == nil {
		if !s.isFile(manifest) {
			s.wrong(manifest, 0, "expected a Teams app package, found no manifest")
		}
		return nil
	}
	l := &Listing{Name: s.name, Format: "Teams app package"}
	file := s.label(manifest)
	locale := doc.get("localizationInfo", "defaultLanguageTag").str()
	l.AppID = doc.get("id").str()
	if n := doc.get("name", "short"); n.str() != "" {
		l.AppName = n.str()
		l.set(brand.FieldAppName, 0, n.place(file))
	}
	if n := doc.get("developer", "name"); n.str() != "" {
		l.DeveloperName = n.str()
		l.set(brand.FieldDeveloperName, 0, n.place(file))
	}
	for _, m := range doc.members {
		switch m.key {
		case "developer", "localizationInfo", "icons", "$schema", "authorization", "webApplicationInfo":
		case "name":
			s.manifestText(l, "name.full", locale, m.value.get("full"), file)
		case "description":
			s.manifestText(l, "short_description", locale, m.value.get("short"), file)
			s.manifestText(l, "full_description", locale, m.value.get("full"), file)
		default:
			s.manifestTexts(l, m.key, locale, m.value, file)
		}
	}
	s.languages(l, doc)
	for _, icon := range []string{"color", "outline", "color32x32"} {
		if name := doc.get("icons", icon).str(); name != "" {
			s.named(l, "icon", name, doc.get("icons", icon))
		}
	}
	return l
}

// named reads a picture that the manifest names.
func (s *source) named(l *Listing, kind, name string, at *node) {
	name = strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")
	if !s.within(name) {
		s.wrong(manifest, at.line, "expected the name of a file within the package, found %q", clip(name))
		return
	}
	if !s.isFile(name) {
		s.wrong(manifest, at.line, "expected the file %s in the package, found none", clip(name))
		return
	}
	s.asset(l, kind, name)
}

// within reports whether a name that a file gives is of a file below the folder.
func (s *source) within(name string) bool {
	return name != "" && !strings.HasPrefix(name, "/") && !strings.Contains("/"+name+"/", "/../") && !strings.Contains(name, ":")
}

func (s *source) manifestText(l *Listing, kind, locale string, n *node, file string) {
	if n.str() == "" {
		return
	}
	if !l.addText(kind, locale, n.text, n.place(file)) {
		s.wrong(manifest, n.line, "expected at most %d texts, found more", maxTexts)
	}
}

// manifestTexts adds the texts that people see, wherever they stand below a
// member, each under the path of keys to it.
func (s *source) manifestTexts(l *Listing, path, locale string, n *node, file string) {
	for _, v := range n.items {
		s.manifestTexts(l, path, locale, v, file)
	}
	for _, m := range n.members {
		kind := path + "." + m.key
		if m.value.isText && shown[m.key] {
			s.manifestText(l, strings.ToLower(kind), locale, m.value, file)
			continue
		}
		s.manifestTexts(l, kind, locale, m.value, file)
	}
}

// languages reads the localisation files that a manifest names.
func (s *source) languages(l *Listing, doc *node) {
	read := func(file *node, locale string) {
		name := strings.TrimPrefix(strings.ReplaceAll(file.str(), `\`, "/"), "./")
		switch {
		case name == "":
			return
		case !s.within(name):
			s.wrong(manifest, file.line, "expected the name of a file within the package, found %q", clip(name))
			return
		case !s.isFile(name):
			s.wrong(manifest, file.line, "expected the file %s in the package, found none", clip(name))
			return
		}
		texts := s.document(name)
		if texts == nil {
			return
		}
		for _, m := range texts.members {
			if !m.value.isText || strings.HasPrefix(m.key, "$") {
				continue
			}
			kind := strings.ToLower(index.ReplaceAllString(m.key, ""))
			switch kind {
			case "description.short", "description.full":
				kind = fmt.Sprintf("%s_description", strings.TrimPrefix(kind, "description."))
			}
			s.manifestText(l, kind, locale, m.value, s.label(name))
		}
	}
	info := doc.get("localizationInfo")
	if info == nil {
		return
	}
	read(info.get("defaultLanguageFile"), info.get("defaultLanguageTag").str())
	if more := info.get("additionalLanguages"); more != nil {
		for _, v := range more.items {
			read(v.get("file"), v.get("languageTag").str())
		}
	}
}
