package config

import (
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"rollcall/schema/documents"
)

// The topics that are read by default are the channels of asyncapi.yaml.
func TestTopicsAreDescribed(t *testing.T) {
	var d struct {
		Channels map[string]struct{ Address string }
	}
	if err := yaml.Unmarshal(documents.AsyncAPI(), &d); err != nil {
		t.Fatal(err)
	}
	var described []string
	for _, c := range d.Channels {
		described = append(described, c.Address)
	}
	topics := Default().Kafka.Topics
	slices.Sort(described)
	slices.Sort(topics)
	if !slices.Equal(described, topics) {
		t.Errorf("asyncapi.yaml describes %q, by default %q are read", described, topics)
	}
}
