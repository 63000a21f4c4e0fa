package sarif

import "rollcall/schema"

// The parts of a log that Rollcall writes, under the names of the standard.

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool struct {
		Driver driver `json:"driver"`
	} `json:"tool"`
	Invocations []invocation `json:"invocations"`
	ColumnKind  string       `json:"columnKind"`
	Results     []result     `json:"results"`
}

type driver struct {
	Name            string       `json:"name"`
	SemanticVersion string       `json:"semanticVersion,omitzero"`
	Rules           []descriptor `json:"rules"`
}

type descriptor struct {
	ID         string        `json:"id"`
	Short      text          `json:"shortDescription"`
	Full       text          `json:"fullDescription"`
	Help       text          `json:"help"`
	Default    configuration `json:"defaultConfiguration"`
	Properties properties    `json:"properties"`
}

type configuration struct {
	Level string `json:"level"`
}

type properties struct {
	Severity  schema.Severity `json:"severity"`
	Precision string          `json:"precision"`
	Tags      []string        `json:"tags"`
}

type text struct {
	Text string `json:"text"`
}

type invocation struct {
	ExecutionSuccessful bool           `json:"executionSuccessful"`
	Notifications       []notification `json:"toolExecutionNotifications,omitzero"`
}

type notification struct {
	Level     string     `json:"level"`
	Message   text       `json:"message"`
	Locations []location `json:"locations,omitzero"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    *int              `json:"ruleIndex,omitzero"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level,omitzero"`
	Message      text              `json:"message"`
	Locations    []location        `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints,omitzero"`
	Properties   *compared         `json:"properties,omitzero"`
}

// compared is a property bag: what was seen beside what was expected.
type compared struct {
	Seen     string `json:"seen"`
	Expected string `json:"expected"`
}

type location struct {
	Physical *physical `json:"physicalLocation,omitzero"`
	Logical  []logical `json:"logicalLocations,omitzero"`
}

type physical struct {
	Artifact artifact `json:"artifactLocation"`
	Region   *region  `json:"region,omitzero"`
}

type artifact struct {
	URI string `json:"uri"`
}

type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitzero"`
	EndLine     int `json:"endLine,omitzero"`
	EndColumn   int `json:"endColumn,omitzero"`
}

type logical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}
