package documents_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/schema/documents"
	"rollcall/schema/events"
)

// asyncAPI is asyncapi.yaml as JSON has it.
func asyncAPI(t *testing.T) map[string]any {
	t.Helper()
	text, err := yaml.YAMLToJSON(documents.AsyncAPI())
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// at follows a JSON pointer such as /channels/acs-events.
func at(document any, pointer string) (any, bool) {
	for name := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		object, is := document.(map[string]any)
		if !is {
			return nil, false
		}
		if document, is = object[name]; !is {
			return nil, false
		}
	}
	return document, true
}

// TestAsyncAPIReferences follows every reference, to its end.
func TestAsyncAPIReferences(t *testing.T) {
	d := asyncAPI(t)
	if d["asyncapi"] != "3.0.0" {
		t.Errorf("version %v", d["asyncapi"])
	}
	count := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			ref, is := v["$ref"].(string)
			if !is {
				for _, e := range v {
					walk(e)
				}
				return
			}
			count++
			if pointer, local := strings.CutPrefix(ref, "#"); local {
				if _, found := at(d, pointer); !found {
					t.Errorf("%s leads nowhere", ref)
				}
			} else if _, err := os.Stat(ref); err != nil {
				t.Error(err)
			}
		}
	}
	walk(d)
	if count < 30 {
		t.Errorf("%d references were found", count)
	}
}

// TestAsyncAPIMessages wants every message on a channel and every channel read,
// examples that fulfil the schema of their message, and a message for each of
// Rollcall's own events.
func TestAsyncAPIMessages(t *testing.T) {
	d := asyncAPI(t)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file:///documents/asyncapi.json", d); err != nil {
		t.Fatal(err)
	}
	for _, kind := range events.Kinds() {
		text, _ := events.Schema(kind)
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("file:///events/"+kind+".schema.json", document); err != nil {
			t.Fatal(err)
		}
	}
	carried := map[string]bool{}
	channels := d["channels"].(map[string]any)
	for name, channel := range channels {
		for message := range channel.(map[string]any)["messages"].(map[string]any) {
			carried[message] = true
		}
		if _, read := at(d, "/operations/read-"+name); !read {
			t.Errorf("nothing reads channel %s", name)
		}
	}
	own := 0
	for name, message := range d["components"].(map[string]any)["messages"].(map[string]any) {
		if !carried[name] {
			t.Errorf("message %s is on no channel", name)
		}
		m := message.(map[string]any)
		where := "file:///documents/asyncapi.json#/components/messages/" + name + "/payload"
		if ref, _ := m["payload"].(map[string]any)["$ref"].(string); strings.HasPrefix(ref, "../events/") {
			where = "file:///" + strings.TrimPrefix(ref, "../")
			own++
		}
		schema, err := c.Compile(where)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		examples, _ := m["examples"].([]any)
		if len(examples) == 0 {
			t.Errorf("message %s has no example", name)
		}
		for _, e := range examples {
			if err := schema.Validate(e.(map[string]any)["payload"]); err != nil {
				t.Errorf("an example of %s: %v", name, err)
			}
		}
	}
	if own != len(events.Kinds()) {
		t.Errorf("%d messages are own events, there are %d", own, len(events.Kinds()))
	}
}
