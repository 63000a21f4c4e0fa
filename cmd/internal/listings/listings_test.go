package listings

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/rules/brand"
)

// write writes files below a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// told is a listing in lines: names, then texts by kind and locale with their
// line, then assets.
func told(l *Listing) []string {
	out := []string{l.Format + ": " + strings.Join([]string{l.AppID, l.AppName, l.CompanyName, l.DeveloperName, l.Certification}, "|")}
	for i, t := range l.Texts {
		r := l.Region(brand.Field{Name: brand.FieldTexts, Index: i}, 0, len(t.Text))
		out = append(out, fmt.Sprintf("%s/%s %q at %s:%d", t.Kind, t.Locale, t.Text, filepath.Base(r.File), r.Line))
	}
	for _, a := range l.Assets {
		out = append(out, fmt.Sprintf("%s %s %d", a.Kind, filepath.Base(a.Name), len(a.Data)))
	}
	return append(out, l.Licences...)
}

const teams = `{
	"manifestVersion": "1.17",
	"id": "11111111-2222-3333-4444-555555555555",
	"name": {"short": "Care", "full": "Care Line"},
	"developer": {"name": "Northwind", "websiteUrl": "https://northwind.example/teams"},
	"description": {"short": "Meet advisers.", "full": "Care works with Microsoft Teams."},
	"icons": {"color": "color.png", "outline": "./outline.png"},
	"localizationInfo": {"defaultLanguageTag": "en", "additionalLanguages": [{"languageTag": "de", "file": "de.json"}]},
	"staticTabs": [{"entityId": "x", "name": "Visits", "contentUrl": "https://teams.microsoft.com"}],
	"bots": [{"botId": "b", "commandLists": [{"commands": [{"title": "help", "description": "Shows help"}]}]}],
	"validDomains": ["teams.microsoft.com"]
}`

var teamsFiles = map[string]string{"manifest.json": teams, "color.png": "png", "outline.png": "png2",
	"de.json": `{"$schema": "x", "name.short": "Pflege", "description.full": "Text", "staticTabs[0].name": "Besuche"}`}

var teamsTold = []string{
	"Teams app package: 11111111-2222-3333-4444-555555555555|Care||Northwind|",
	`name.full/en "Care Line" at manifest.json:4`, `short_description/en "Meet advisers." at manifest.json:6`,
	`full_description/en "Care works with Microsoft Teams." at manifest.json:6`, `statictabs.name/en "Visits" at manifest.json:9`,
	`bots.commandlists.commands.title/en "help" at manifest.json:10`, `bots.commandlists.commands.description/en "Shows help" at manifest.json:10`,
	`name.short/de "Pflege" at de.json:1`, `full_description/de "Text" at de.json:1`, `statictabs.name/de "Besuche" at de.json:1`,
	"icon color.png 3", "icon outline.png 4",
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func archive(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for n := range files {
			if !yield(n) {
				return
			}
		}
	}) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "app.zip")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// one reads a path that holds one listing without a problem.
func one(t *testing.T, name string) *Listing {
	t.Helper()
	list, problems, err := Read(name)
	if err != nil || len(problems) > 0 || len(list) != 1 {
		t.Fatalf("%d listings, problems %v, error %v", len(list), problems, err)
	}
	return list[0]
}

func TestTeamsPackage(t *testing.T) {
	dir := write(t, teamsFiles)
	for name, path := range map[string]string{"folder": dir, "manifest": filepath.Join(dir, "manifest.json")} {
		t.Run(name, func(t *testing.T) { same(t, told(one(t, path)), teamsTold) })
	}
	t.Run("zip", func(t *testing.T) {
		got := told(one(t, archive(t, teamsFiles)))
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "app.zip!", "")
		}
		same(t, got, teamsTold)
	})
}

func TestFastlane(t *testing.T) {
	dir := write(t, map[string]string{
		"fastlane/Appfile":                                                      "app_identifier(\"com.northwind.care\")\npackage_name('com.northwind.play')\n",
		"fastlane/metadata/android/de-DE/title.txt":                             "Pflege",
		"fastlane/metadata/android/en-US/title.txt":                             "Care\n",
		"fastlane/metadata/android/en-US/full_description.txt":                  "\ufeffMeet.\nAdvisers.",
		"fastlane/metadata/android/en-US/changelogs/12.txt":                     "New.",
		"fastlane/metadata/android/en-US/images/icon.png":                       "i",
		"fastlane/metadata/android/en-US/images/phoneScreenshots/1_en-US.jpeg":  "s",
		"fastlane/metadata/android/en-US/images/phoneScreenshots/.DS_Store.png": "s",
		"fastlane/metadata/copyright.txt":                                       "2026 Northwind",
		"fastlane/metadata/en-US/name.txt":                                      "Care",
		"fastlane/metadata/en-US/keywords.txt":                                  "care,video",
		"fastlane/metadata/review_information/notes.txt":                        "secret",
		"fastlane/screenshots/en-US/1.png":                                      "s",
	})
	for _, path := range []string{dir, filepath.Join(dir, "fastlane")} {
		list, problems, err := Read(path)
		if err != nil || len(problems) > 0 || len(list) != 2 {
			t.Fatalf("%d listings, problems %v, error %v", len(list), problems, err)
		}
		same(t, told(list[0]), []string{
			"Google Play metadata: com.northwind.play|Care|||", `full_description/en-US "Meet.\nAdvisers." at full_description.txt:1`, `release_notes/en-US "New." at 12.txt:1`,
			`title/de-DE "Pflege" at title.txt:1`, "icon icon.png 1", "screenshot 1_en-US.jpeg 1",
		})
		same(t, told(list[1]), []string{
			"Apple metadata: com.northwind.care|Care|||", `copyright/ "2026 Northwind" at copyright.txt:1`, `keywords/en-US "care,video" at keywords.txt:1`,
			"screenshot 1.png 1",
		})
	}
}

func TestDocuments(t *testing.T) {
	const want = `listing: care|Care|Northwind|Ann|M365`
	data := `{"appId": "care", "appName": "Care", "companyName": "Northwind", "developerName": "Ann", "certification": "M365",
"texts": [{"kind": "Description", "locale": "en", "text": "A\nB 😀"}], "assets": [{"kind": "logo", "data": "aGVsbG8="}], "licences": ["L"]}`
	yaml := "appId: care\nappName: Care\ncompanyName: Northwind\ndeveloperName: Ann\ncertification: M365\ntexts:\n- {kind: Description, locale: en, text: \"A\\nB 😀\"}\nassets: [{kind: logo, data: aGVsbG8=}]\nlicences: [L]\n"
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"data":  {data, 2},
		"event": {`{"specversion": "1.0", "type": "rollcall.app.listing", "id": "x", "data": ` + data + "}", 2},
		"list":  {"\ufeff[\n" + data + "]", 3},
		"yaml":  {yaml, 7},
	} {
		t.Run(name, func(t *testing.T) {
			l := one(t, filepath.Join(write(t, map[string]string{"l": c.text}), "l"))
			same(t, told(l), []string{want, fmt.Sprintf("description/en %q at l:%d", "A\nB 😀", c.line), "logo . 5", "L"})
		})
	}
}

// TestBlock: a place within a block of YAML is that in the file.
func TestBlock(t *testing.T) {
	l := one(t, filepath.Join(write(t, map[string]string{"l.yaml": "appName: Care\ntexts:\n  - kind: description\n    text: |\n      One.\n\n      Über Teams.\n"}), "l.yaml"))
	from := strings.Index(l.Texts[0].Text, "Teams")
	r := l.Region(brand.Field{Name: brand.FieldTexts}, from, from+5)
	if r.Line != 7 || r.Column != 12 || r.EndLine != 7 || r.End != 17 {
		t.Errorf("%+v", r)
	}
}

// TestBadInput: each is named with its place, and takes nothing else with it.
func TestBadInput(t *testing.T) {
	zeros := strings.Repeat("\x00", maxDocument+1)
	manifestWith := func(more string) map[string]string {
		return map[string]string{"manifest.json": `{"manifestVersion": "1.17", "name": {"short": "Care"}, ` + more + `}`}
	}
	for name, c := range map[string]struct {
		path   func(t *testing.T) string
		want   string
		listed int
	}{
		"broken JSON":      {file("{\n\"appName\": \"x\",\n]"), "l:2: not readable as JSON", 0},
		"broken YAML":      {file("appName: [\n"), "l:1: not readable as YAML", 0},
		"no UTF-8":         {file("{\n\"appName\": \"\xff\"}"), "l:2: expected UTF-8", 0},
		"empty":            {file(" \n"), "expected a listing, found an empty file", 0},
		"something else":   {file(`{"a": 1}`), "expected a listing with some of appId", 0},
		"an empty list":    {file(`[]`), "found an empty list", 0},
		"an unknown key":   {file(`{"appName": "Care", "appname": "x"}`), `l:1: expected one of appId, appName, companyName, developerName, texts, assets, certification, licences, found "appname"`, 1},
		"not a text":       {file(`{"appName": ["Care"], "appId": "x"}`), "expected appName to be a text", 1},
		"not base64":       {file(`{"appName": "Care", "assets": [{"data": "<svg>"}]}`), "expected base64", 1},
		"too deep":         {file(strings.Repeat("[", 1000)), "expected at most 64 levels", 0},
		"a YAML bomb":      {file("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n"), "found an alias, which a listing does not use", 0},
		"two documents":    {file(`{"appName":"x"}{"appName":"y"}`), "expected one JSON document, found more", 0},
		"no zip":           {file("PK\x03\x04 and no more"), "not readable as a zip file", 0},
		"no manifest":      {zipped(map[string]string{"readme.txt": "x"}), "expected a Teams app package, found no manifest", 0},
		"a zip bomb":       {zipped(map[string]string{"manifest.json": zeros}), "app.zip!manifest.json: expected at most 16777216 bytes, found more", 0},
		"a path out":       {zipped(map[string]string{"manifest.json": manifestWith(`"id": "x"`)["manifest.json"], "../../etc/passwd": "x"}), "expected a path within the archive", 1},
		"a file out":       {folder(manifestWith(`"icons": {"color": "../../etc/passwd"}`)), "manifest.json:1: expected the name of a file within the package", 1},
		"a missing file":   {folder(manifestWith(`"localizationInfo": {"additionalLanguages": [{"languageTag": "de", "file": "de.json"}]}`)), "expected the file de.json in the package, found none", 1},
		"a giant text":     {folder(map[string]string{"metadata/en-US/name.txt": "Care", "metadata/en-US/description.txt": strings.Repeat("x", maxText+1)}), "description.txt: expected at most 1048576 bytes, found more", 1},
		"nothing known":    {folder(map[string]string{"a.txt": "x"}), "expected a Teams app package (manifest.json), fastlane's metadata", 0},
		"a link leads out": {linked, "description.txt: path escapes from parent", 1},
	} {
		t.Run(name, func(t *testing.T) {
			list, problems, err := Read(c.path(t))
			if err != nil || len(list) != c.listed {
				t.Fatalf("%d listings, error %v", len(list), err)
			}
			if !slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.String(), c.want) }) {
				t.Errorf("problems %v without %q", problems, c.want)
			}
		})
	}
}

func file(text string) func(*testing.T) string {
	return func(t *testing.T) string {
		return filepath.Join(write(t, map[string]string{"l": text}), "l")
	}
}

func folder(files map[string]string) func(*testing.T) string {
	return func(t *testing.T) string { return write(t, files) }
}

func zipped(files map[string]string) func(*testing.T) string {
	return func(t *testing.T) string { return archive(t, files) }
}

func linked(t *testing.T) string {
	dir := write(t, map[string]string{"metadata/en-US/name.txt": "Care"})
	outside := filepath.Join(write(t, map[string]string{"secret.txt": "x"}), "secret.txt")
	if err := os.Symlink(outside, filepath.Join(dir, "metadata/en-US/description.txt")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{teams, "a: |\n  b\n", "[1, {\"a\": null}]", "- &a b\n- *a", "\ufeff{}", "{\"texts\":[{\"text\":\"\\ud800\"}]}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := parse(data)
		if err != nil {
			return
		}
		list, _ := fromDocument("f", n)
		for _, l := range list {
			for i, text := range l.Texts {
				l.Region(brand.Field{Name: brand.FieldTexts, Index: i}, 0, len(text.Text))
			}
		}
	})
}
