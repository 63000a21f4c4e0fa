package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const listingFile = `{
  "appId": "care",
  "appName": "Care Line",
  "texts": [
    {"kind": "description", "locale": "en", "text": "TEXT"}
  ],
  "certification": "Microsoft 365 Certified"
}
`

// pictureOf is a listing with one picture.
func pictureOf(drawn, name string) string {
	return `{"appId": "care", "appName": "Care Line", "assets": [{"kind": "icon", "name": "` + name + `", "data": "` + base64.StdEncoding.EncodeToString([]byte(drawn)) + `"}]}`
}

// TestBrandCheck holds the command to its exit codes and to what people and tools
// read.
func TestBrandCheck(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.json", strings.Replace(listingFile, "TEXT", "Care Line integrated with Microsoft Teams", 1))
	bad := file("bad.json", strings.Replace(listingFile, "TEXT", "Sponsored by \u202eMicrosoft\\u001b[31m", 1))
	broken := file("broken.json", `{"appName": `)
	const policy = "version: 1\nbrand: {certifications: [{id: m365, app: care, names: [Microsoft 365 Certified], from: 2026-01-01, until: 2026-12-31}]}\n"
	certified := file("policy.yaml", policy)
	excepted := file("excepted.yaml", policy+"exceptions: [{id: e, owner: jane, reason: It goes., expires: 2027-01-01, scope: {rules: [brand.statement, brand.endorsement], app: care}}]\n")
	mark := file("mark.svg", `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><path d="M10 10h70v15h-28v55h-14v-55h-28z" fill="#54a"/><circle cx="75" cy="60" r="9" fill="#225"/></svg>`)
	drawn, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	pictured := file("pictured.json", pictureOf(string(drawn)+"\n", "icon.svg"))
	protects := file("protects.yaml", "version: 1\nbrand: {assets: {references: [mark.svg]}}\n")
	file("square.svg", `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><path d="M10 10h70v70h-70z" fill="#54a"/></svg>`)
	plain := file("plain.yaml", "version: 1\nbrand: {assets: {references: [square.svg]}}\n")
	squared := file("squared.json", pictureOf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><rect x="5" y="5" width="50" height="50" fill="#a21"/></svg>`, "i.svg"))
	file("film.mp4", "\x00\x00\x00\x08ftyp\x00\x00\x00\x08mdat")
	filmed := file("filmed.yaml", "version: 1\nbrand: {assets: {references: [mark.svg, film.mp4]}}\n")
	const hill = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><path d="M10 80l30-60 20 35 8-12 14 37z" fill="#284"/></svg>`
	other := file("other.json", pictureOf(hill, "hill.svg"))
	misnamed := file("misnamed.json", pictureOf(hill, "hill.png"))
	lost := file("lost.yaml", "version: 1\nbrand: {assets: {references: [marks/none.png]}}\n")
	for name, c := range map[string]struct {
		args string
		code int
		want []string
	}{
		"nothing named":     {"", exitUsage, []string{"name a listing"}},
		"no such file":      {dir + "/none", exitFailed, []string{"there is no such file or folder"}},
		"no such format":    {"--format xml " + good, exitUsage, []string{"expected table, sarif or json"}},
		"no such instant":   {"--as-of soon " + good, exitUsage, []string{"expected an instant"}},
		"without a policy":  {good, exitLook, []string{"brand.certification", "good.json:7:20", `seen      "Microsoft 365 Certified"`, "expected  a certification or licence that the policy lists for the app"}},
		"certified":         {"--as-of 2026-06-01T00:00:00Z --policy " + certified + " " + good, 0, []string{"0 fail, 1 no evidence", "no evidence", "0 findings that fail"}},
		"no longer so":      {"--as-of 2027-01-01T00:00:00Z --policy " + certified + " " + good, exitLook, []string{"m365 ended on 2026-12-31"}},
		"not that app":      {"--as-of 2026-06-01T00:00:00Z --app other --policy " + certified + " " + good, exitLook, []string{"brand.certification"}},
		"bad":               {"--as-of 2026-06-01T00:00:00Z --policy " + certified + " " + bad, exitLook, []string{"brand.endorsement", "brand.statement", `\u202e`, `\x1b[31m`}},
		"excepted":          {"--as-of 2026-06-01T00:00:00Z --policy " + excepted + " " + bad, 0, []string{"excepted", "0 findings that fail"}},
		"broken":            {broken + " " + good, exitFailed, []string{"broken.json:1: not readable as JSON", "could not read"}},
		"JSON":              {"--format json " + bad, exitLook, []string{`"rule": "brand.endorsement"`, `"line": 5`, `"not_read": []`}},
		"help":              {"--help", 0, []string{"fastlane", "Exit codes"}},
		"a picture":         {"--policy " + protects + " " + pictured, exitLook, []string{"brand.asset", "icon.svg looks like mark.svg", "pictured.json:1"}},
		"a plain shape":     {"--policy " + plain + " " + pictured, 0, []string{"note: square.svg looks like a square, which everybody uses"}},
		"the same shape":    {"--policy " + plain + " " + squared, 0, []string{"no evidence", "a shape that everybody uses", "0 findings that fail"}},
		"a film protected":  {"--policy " + filmed + " " + other, 0, []string{"no evidence", "hill.svg is like none of the protected pictures that can be seen", "film.mp4 is not compared by what it shows", "not compared: film.mp4", "1 protected pictures not compared"}},
		"found despite it":  {"--policy " + filmed + " " + pictured, exitLook, []string{"icon.svg looks like mark.svg"}},
		"a wrong name":      {"--policy " + protects + " " + misnamed, 0, []string{"note: hill.png is called png and is svg"}},
		"told in JSON":      {"--format json --policy " + filmed + " " + other, 0, []string{`"reference": "film.mp4"`, `"result": "no_evidence"`}},
		"told in SARIF":     {"--format sarif --policy " + filmed + " " + other, 0, []string{`"level": "warning"`, "film.mp4 is not compared", `"executionSuccessful": true`, `"kind": "open"`}},
		"no reference":      {"--policy " + lost + " " + good, exitFailed, []string{"lost.yaml: key brand.assets.references: marks/none.png: no such file"}},
		"a policy of error": {"--policy " + good + " " + good, exitFailed, []string{"key version"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			code := run(t.Context(), append([]string{"brand", "check"}, strings.Fields(c.args)...), &out, &out)
			if code != c.code {
				t.Errorf("exit code %d, want %d:\n%s", code, c.code, out.String())
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("without %q:\n%s", want, out.String())
				}
			}
			if name != "JSON" && strings.Contains(out.String(), "\x1b") || name != "JSON" && strings.Contains(out.String(), "\u202e") {
				t.Errorf("what a terminal obeys gets through:\n%q", out.String())
			}
		})
	}
	t.Run("SARIF", func(t *testing.T) {
		var out, problems bytes.Buffer
		if code := run(t.Context(), []string{"brand", "check", "--format", "sarif", bad}, &out, &problems); code != exitLook {
			t.Fatalf("exit code %d: %s", code, problems.String())
		}
		var log struct {
			Runs []struct {
				Results []struct {
					RuleID    string
					Locations []struct {
						PhysicalLocation struct{ Region struct{ StartLine int } }
					}
				}
			}
		}
		if err := json.Unmarshal(out.Bytes(), &log); err != nil || len(log.Runs) != 1 || len(log.Runs[0].Results) != 3 {
			t.Fatalf("%v: %s", err, out.String())
		}
		if r := log.Runs[0].Results[0]; r.RuleID != "brand.statement" || r.Locations[0].PhysicalLocation.Region.StartLine != 5 {
			t.Errorf("%+v", r)
		}
	})
}
