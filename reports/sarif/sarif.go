// Package sarif writes what rules found in files as a SARIF 2.1.0 log, which code
// hosts and editors show beside the lines (OASIS, "Static Analysis Results
// Interchange Format Version 2.1.0"). It is pure.
package sarif

import (
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollcall/schema"
)

// A Rule is one that results are of.
type Rule struct {
	ID, Title, Control, Remediation string
	Severity                        schema.Severity
}

// A Result is what a rule says of a place in a file.
type Result struct {
	Rule string
	// Open says that evidence is missing: it is no failure.
	Open    bool
	Message string
	// Seen and Expected are what a person compares.
	Seen, Expected string
	// Fingerprint names the finding, so that tools know it again.
	Fingerprint string
	Location    Location
}

// A Location is a place in a file.
type Location struct {
	// File is as the user named it; a file within an archive has the archive's name
	// and a "!" before its own.
	File string
	// Line and Column are from 1, in characters; EndLine and EndColumn the place
	// behind the last. 0: not known.
	Line, Column, EndLine, EndColumn int
	// Part names the part of the listing.
	Part string
}

// A Notice is something that could not be read, or a warning of what the run could
// not do although it read all.
type Notice struct {
	Message string
	Warning bool
	// Location may be empty.
	Location Location
}

// Write writes a log of one run. version is that of the program, rules are those
// that it judges by.
func Write(w io.Writer, version string, rules []Rule, results []Result, notices []Notice) error {
	r := run{ColumnKind: "unicodeCodePoints", Results: []result{}}
	r.Tool.Driver = driver{Name: "Rollcall", SemanticVersion: semantic(version), Rules: []descriptor{}}
	index := map[string]int{}
	for _, of := range rules {
		index[of.ID] = len(r.Tool.Driver.Rules)
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, descriptor{
			ID: of.ID, Short: text{of.Title}, Full: text{of.Control}, Help: text{of.Remediation},
			Default: configuration{level(of.Severity)}, Properties: properties{Severity: of.Severity, Tags: []string{"brand", "compliance"}, Precision: "high"},
		})
	}
	for _, of := range results {
		out := result{RuleID: of.Rule, Kind: "fail", Message: text{of.Message}, Locations: []location{place(of.Location)}}
		if i, known := index[of.Rule]; known {
			out.RuleIndex = &i
			out.Level = level(rules[i].Severity)
		}
		if of.Open {
			out.Kind, out.Level = "open", "none"
		}
		if of.Seen != "" || of.Expected != "" {
			out.Properties = &compared{of.Seen, of.Expected}
		}
		if of.Fingerprint != "" {
			out.Fingerprints = map[string]string{"rollcallFinding/v1": of.Fingerprint}
		}
		r.Results = append(r.Results, out)
	}
	done := invocation{ExecutionSuccessful: true}
	for _, n := range notices {
		out := notification{Level: "warning", Message: text{n.Message}}
		if !n.Warning {
			done.ExecutionSuccessful, out.Level = false, "error"
		}
		if n.Location.File != "" {
			out.Locations = []location{place(n.Location)}
		}
		done.Notifications = append(done.Notifications, out)
	}
	r.Invocations = []invocation{done}
	out := log{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []run{r}}
	if err := json.MarshalWrite(w, out, jsontext.WithIndent("  "), json.Deterministic(true)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// semantic is a version where it is one by semver.org, else nothing.
func semantic(version string) string {
	version = strings.TrimPrefix(version, "v")
	if strings.Count(strings.SplitN(version, "-", 2)[0], ".") != 2 || strings.ContainsAny(version, " ()") {
		return ""
	}
	return version
}

func level(s schema.Severity) string {
	switch s {
	case schema.SeverityCritical, schema.SeverityHigh:
		return "error"
	case schema.SeverityMedium:
		return "warning"
	}
	return "note"
}

func place(l Location) location {
	file, within, archived := strings.Cut(l.File, "!")
	out := location{Physical: &physical{Artifact: artifact{URI: uri(file)}}}
	part := l.Part
	if archived {
		part = strings.TrimSpace(within + " " + part)
	} else if l.Line > 0 {
		out.Physical.Region = &region{StartLine: l.Line, StartColumn: l.Column}
		if l.EndLine > l.Line || l.EndLine == l.Line && l.EndColumn > l.Column {
			out.Physical.Region.EndLine, out.Physical.Region.EndColumn = l.EndLine, l.EndColumn
		}
	}
	if part != "" {
		out.Logical = []logical{{FullyQualifiedName: part}}
	}
	return out
}

// uri is a file's name as a URI reference, relative where the name is.
func uri(file string) string {
	u := url.URL{Path: filepath.ToSlash(filepath.Clean(file))}
	if strings.HasPrefix(u.Path, "/") {
		u.Scheme = "file"
	}
	return u.String()
}
