package main

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/cmd/internal/alerting"
	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/service"
)

// TestShippedMetrics: what the rule file and the dashboard ask for is exposed.
func TestShippedMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	if _, err := assess.NewMetrics(r); err != nil {
		t.Fatal(err)
	}
	if _, err := alerting.NewMetrics(r); err != nil {
		t.Fatal(err)
	}
	if _, err := service.NewClockOffsets(r); err != nil {
		t.Fatal(err)
	}
	if _, err := service.NewSights(r); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"rollcall_reports_failures_total": true, "rollcall_reports_written_total": true}
	// Those of ingest come to be with its pipeline, which needs a store: here they
	// are read from where they are named.
	source, err := os.ReadFile("../../ingest/metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?:counter|counters|gauge|opts)\("([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		known["rollcall_ingest_"+m[1]] = true
	}
	descriptions := make(chan *prometheus.Desc)
	go func() { r.Describe(descriptions); close(descriptions) }()
	name := regexp.MustCompile(`fqName: "(rollcall_[a-z_]+)"`)
	for d := range descriptions {
		known[name.FindStringSubmatch(d.String())[1]] = true
	}
	for _, file := range []string{"operate/rules.yml", "operate/dashboard.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		asked := regexp.MustCompile(`rollcall_[a-z_]+`).FindAllString(string(text), -1)
		if len(asked) < 8 {
			t.Errorf("%s asks for %d metrics", file, len(asked))
		}
		for _, m := range asked {
			if !known[strings.TrimSuffix(m, "_bucket")] {
				t.Errorf("%s asks for %s; there are %v", file, m, slices.Sorted(maps.Keys(known)))
			}
		}
	}
	text, err := os.ReadFile("operate/dashboard.json")
	if err != nil || !json.Valid(text) {
		t.Errorf("the dashboard is no JSON: %v", err)
	}
}
