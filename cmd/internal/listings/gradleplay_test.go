package listings

import "testing"

// TestGradlePlay reads what the Gradle Play Publisher keeps, in a project and in a
// module.
func TestGradlePlay(t *testing.T) {
	files := map[string]string{
		"default-language.txt":                         "de-DE\n",
		"contact-email.txt":                            "a@northwind.example",
		"listings/de-DE/title.txt":                     "Pflege",
		"listings/de-DE/full-description.txt":          "Treffen.",
		"listings/en-US/title.txt":                     "Care",
		"listings/en-US/short-description.txt":         "Meet.",
		"listings/en-US/graphics/icon/icon.png":        "i",
		"release-notes/en-US/default.txt":              "New.",
		"listings/en-US/graphics/tv-banner/banner.png": "b",
	}
	want := []string{
		"Google Play metadata: |Pflege|||",
		`full_description/de-DE "Treffen." at full-description.txt:1`,
		`title/en-US "Care" at title.txt:1`,
		`short_description/en-US "Meet." at short-description.txt:1`,
		`release_notes/en-US "New." at default.txt:1`,
		"icon icon.png 1", "graphic banner.png 1",
	}
	for _, root := range []string{"app/src/main/play/", "src/main/play/", ""} {
		below := map[string]string{}
		for name, text := range files {
			below[root+name] = text
		}
		list, problems, err := Read(write(t, below))
		if err != nil || len(problems) > 0 || len(list) != 1 {
			t.Fatalf("%q: %d listings, %v, %v", root, len(list), problems, err)
		}
		same(t, told(list[0]), want)
	}
}
