package export_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/timeline"
	"rollcall/schema/documents"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample(t *testing.T) export.Store {
	t.Helper()
	conn, _ := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	return export.Store{Conn: conn}
}

func calls(t *testing.T, s export.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteCalls(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCalls(t *testing.T) {
	store := sample(t)
	got := calls(t, store)

	t.Run("golden", func(t *testing.T) {
		const path = "testdata/calls.ndjson"
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("calls differ from %s (run with -update to accept):\n%s", path, got)
		}
	})
	t.Run("a second time", func(t *testing.T) {
		if again := calls(t, store); again != got {
			t.Error("the same store gave other bytes")
		}
	})
	t.Run("schema", func(t *testing.T) { validate(t, got) })
	t.Run("each alone", func(t *testing.T) {
		for text := range strings.Lines(got) {
			id := text[len(`{"call_id":"`):][:36]
			c, err := store.Call(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := c.WriteLine(&b); err != nil {
				t.Fatal(err)
			}
			if b.String() != text {
				t.Errorf("call %s alone differs:\n%s%s", id, b.String(), text)
			}
		}
	})
	t.Run("none", func(t *testing.T) {
		if _, err := store.Call(t.Context(), "nothing"); !errors.Is(err, export.ErrNoCall) {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("one tenant", func(t *testing.T) {
		one := store
		one.Scope = export.Scope{OneTenant: true, Tenant: "fabrikam"}
		if got := calls(t, one); strings.Contains(got, "contoso") || strings.Count(got, "\n") != 1 || !strings.Contains(got, storetest.CallAssumed) {
			t.Errorf("the calls of fabrikam are\n%s", got)
		}
	})
	t.Run("persons hidden", func(t *testing.T) {
		hidden := store
		hidden.Hide = export.NewPseudonyms([]byte("key"))
		got := calls(t, hidden)
		for _, secret := range []string{"8:acs:", "8:orgid:", "4915112345678", "onerror", "HYPERLINK(", "gnp.exe", "Bob", "Recording is on"} {
			// The app of one call is named by a formula: an app is no person.
			if n := strings.Count(strings.ReplaceAll(got, `"app":"=HYPERLINK`, ""), secret); n > 0 {
				t.Errorf("%q is there %d times", secret, n)
			}
		}
		validate(t, got)
	})
}

// validate holds lines against the published JSON Schema.
func validate(t *testing.T, lines string) {
	t.Helper()
	text, ok := documents.Schema("call")
	if !ok {
		t.Fatal("there is no schema of calls")
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:rollcall:schema:call", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("urn:rollcall:schema:call")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(lines) {
		call, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(call); err != nil {
			t.Error(err)
		}
	}
}

func TestFind(t *testing.T) {
	store := sample(t)
	for _, c := range []struct {
		name, asked, want string
		what              string
		exact             bool
	}{
		{"call id", storetest.CallFailing, storetest.CallFailing, "", true},
		{"in capitals, with white space", " " + strings.ToUpper(storetest.CallFailing) + "\n", storetest.CallFailing, "", true},
		{"the beginning of it", "0b00", storetest.CallAssumed, "", false},
		{"a call connection id", "0aconnection", storetest.CallFailing, "call connection id", true},
		{"a server call id", "/conv/0c", storetest.CallOpen, "server call id", true},
		{"a session", "0a5" + strings.Repeat("0", 28) + "2", storetest.CallFailing, "session", true},
		{"a finding", "0bf00", storetest.CallAssumed, "finding", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := store.Find(t.Context(), c.asked)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].CallID != c.want || got[0].Exact != c.exact || c.what != "" && got[0].What != c.what {
				t.Errorf("found %+v", got)
			}
		})
	}
	if got, err := store.Find(t.Context(), "0"); err != nil || len(got) != 3 {
		t.Errorf("what all begin with found %+v, %v", got, err)
	}
	for _, asked := range []string{"", "' OR 1=1 --", "%", "nothing"} {
		if got, err := store.Find(t.Context(), asked); err != nil || len(got) != 0 {
			t.Errorf("%q found %+v, %v", asked, got, err)
		}
	}
	near, err := store.Near(t.Context(), "0a000000-0000-4000-8000-00000000000f")
	if err != nil || !slices.Contains(near, storetest.CallFailing) {
		t.Errorf("near are %q, %v", near, err)
	}
	if near, err := store.Near(t.Context(), "zzzzzzzzzzzzzzzz"); err != nil || len(near) != 0 {
		t.Errorf("near what looks like nothing are %q, %v", near, err)
	}
	_, err = timeline.Choose("0", []timeline.Match{{CallID: "a"}, {CallID: "b", What: "session"}})
	var ambiguous *timeline.AmbiguousError
	if !errors.As(err, &ambiguous) || !strings.Contains(err.Error(), "may mean 2 calls") {
		t.Errorf("two matches give %v", err)
	}
}
