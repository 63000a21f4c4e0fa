package names

import (
	_ "embed" // for the table
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"rollcall/schema"
)

// Carries says whether a source has the platform's label with the names of
// external users.
type Carries string

// What is known of a source.
const (
	CarriesLabel   Carries = "yes"
	CarriesNone    Carries = "no"
	CarriesUnknown Carries = "unknown"
	NotListed      Carries = ""
)

// A Place is an entry of the table of sources.
type Place struct {
	Surface string        `yaml:"surface"`
	Source  schema.Source `yaml:"source"`
	Carries Carries       `yaml:"carries"`
	From    string        `yaml:"from"`
	// Backing names the document or sample that says so.
	Backing string `yaml:"backing"`

	from time.Time
}

//go:embed sources.yaml
var sourceText string

var shippedSources = sync.OnceValues(func() ([]Place, error) { return parseSources(sourceText) })

// Sources returns the table of sources that ships with the program.
func Sources() ([]Place, error) { return shippedSources() }

func parseSources(text string) ([]Place, error) {
	var file struct {
		Sources []Place `yaml:"sources"`
	}
	if err := yaml.UnmarshalWithOptions([]byte(text), &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("sources.yaml: %w", err)
	}
	for i := range file.Sources {
		p := &file.Sources[i]
		var err error
		if p.from, err = time.Parse(time.DateOnly, p.From); err != nil {
			return nil, fmt.Errorf("sources.yaml: %s on %q: %w", p.Source, p.Surface, err)
		}
		if p.Backing == "" || !slices.Contains([]Carries{CarriesLabel, CarriesNone, CarriesUnknown}, p.Carries) {
			return nil, errors.New("sources.yaml: " + string(p.Source) + ": an entry needs carries (yes, no, unknown) and backing")
		}
	}
	slices.SortStableFunc(file.Sources, func(a, b Place) int { return a.from.Compare(b.from) })
	return file.Sources, nil
}

// carries says what the table says of a source at an instant; one that is not
// known is today.
func carries(surface string, source schema.Source, at time.Time) Carries {
	table, err := Sources()
	if err != nil { // a test reads it
		return NotListed
	}
	out := NotListed
	for _, p := range table {
		if p.Surface == surface && p.Source == source && (at.IsZero() || !p.from.After(at)) {
			out = p.Carries
		}
	}
	return out
}
