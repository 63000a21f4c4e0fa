package sarif

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/schema"
)

// TestOfficialSchema wants every kind of log to fit the schema that OASIS
// publishes (testdata, from oasis-tcs/sarif-spec).
func TestOfficialSchema(t *testing.T) {
	text, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	official, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	rules := []Rule{{"brand.name", "A title.", "A control.", "A remedy.", schema.SeverityHigh}, {"brand.statement", "A title.", "A control.", "A remedy.", schema.SeverityLow}}
	full := []Result{
		{Rule: "brand.name", Message: "seen", Seen: "Teams", Expected: "a name", Fingerprint: "ab", Location: Location{File: "a b/lüsting.json", Line: 3, Column: 2, EndLine: 3, EndColumn: 9, Part: "appName"}},
		{Rule: "brand.statement", Open: true, Message: "seen", Location: Location{File: "/tmp/app.zip!manifest.json", Line: 3, Part: "description"}},
		{Rule: "brand.asset", Message: "seen", Location: Location{File: "x.png"}},
	}
	for name, log := range map[string]struct {
		version string
		results []Result
		notices []Notice
	}{
		"empty":   {},
		"full":    {"v1.2.3", full, nil},
		"notices": {"devel", nil, []Notice{{Message: "expected UTF-8", Location: Location{File: "../a.txt", Line: 2}}, {Message: "not compared", Warning: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Write(&b, log.version, rules, log.results, log.notices); err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if err := official.Validate(v); err != nil {
				t.Errorf("%v\n%s", err, b.String())
			}
			if name == "full" {
				for _, want := range []string{`"uri": "a%20b/l%C3%BCsting.json"`, `"startLine": 3`, `"uri": "file:///tmp/app.zip"`, `"manifest.json description"`, `"kind": "open"`, `"semanticVersion": "1.2.3"`, `"level": "error"`} {
					if !strings.Contains(b.String(), want) {
						t.Errorf("without %s:\n%s", want, b.String())
					}
				}
			}
		})
	}
}
