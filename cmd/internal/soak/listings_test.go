package soak

import (
	"encoding/json"
	"strings"
	"testing"

	"rollcall/cmd/internal/simulate"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// TestListings holds what the brand rules find in simulated listings against the
// truth, over seeds and disorder.
func TestListings(t *testing.T) {
	seeds, listings := uint64(40), 0
	if testing.Short() {
		seeds = 8
	}
	for seed := range seeds {
		opt := variety(seed)
		opt.Listings = 45
		opt.Calls = min(opt.Calls, 5)
		messages, truth := simulate.Generate(opt)
		terms, err := Terms(opt)
		if err != nil {
			t.Fatal(err)
		}
		r := &Report{Results: map[string]int{}, Kinds: map[string]int{}}
		ev := newEvidence()
		for m := range messages {
			ev.add(&m, r)
		}
		r.Differences = nil // what is not about listings is TestSoak's
		terms.Now = truth.AsOf
		if err := ev.listings(terms, truth, r); err != nil {
			t.Fatal(err)
		}
		for i, d := range r.Differences {
			if i < 5 {
				t.Errorf("seed %d: %s", seed, d)
			}
		}
		listings += len(truth.Listings)
	}
	if listings < int(seeds)*100 {
		t.Errorf("%d fields of listings were compared: hardly anything", listings)
	}
}

// TestListingFiles runs listings through Kafka, ingest and ClickHouse and holds
// the findings that are written against the truth.
func TestListingFiles(t *testing.T) {
	needLibrary(t)
	opt := simulate.SoakRun(78, day, 4)
	opt.Listings = 27
	seq, truth := simulate.Generate(opt)
	var values [][]byte
	for m := range seq {
		values = append(values, m.Value)
	}
	got := map[string]map[string][]string{}
	for _, l := range truth.Listings {
		got[l.AppID] = map[string][]string{}
	}
	data := auditFiles(t, opt, map[string][][]byte{"all.ndjson": values})["findings.ndjson"]
	for line := range strings.Lines(string(data)) {
		var f schema.Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(f.Rule, "brand.") || f.Result != string(rule.Fail) {
			continue
		}
		_, field, _ := strings.Cut(f.Subject, ": ")
		field, _, _ = strings.Cut(field, " ")
		if got[f.App] == nil {
			got[f.App] = map[string][]string{}
		}
		got[f.App][field] = append(got[f.App][field], f.Rule)
		if !strings.Contains(f.Message, "seen ") || !strings.Contains(f.Message, "expected ") || len(f.Evidence) != 1 {
			t.Errorf("a finding without what was seen, expected or its event: %+v", f)
		}
	}
	r := &Report{}
	compareListings(got, truth, r)
	for _, d := range r.Differences {
		t.Error(d)
	}
}
