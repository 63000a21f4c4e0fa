package findings

import (
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollcall/reports/files"
)

// WriteNDJSON writes a line of JSON a finding.
func WriteNDJSON(w io.Writer, list iter.Seq2[Finding, error]) error {
	for f, err := range list {
		if err != nil {
			return err
		}
		if err := line(w, f); err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON writes an array of JSON, a finding a line.
func WriteJSON(w io.Writer, list iter.Seq2[Finding, error]) error {
	between := "["
	for f, err := range list {
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, between); err != nil {
			return err
		}
		if err := line(w, f); err != nil {
			return err
		}
		between = ","
	}
	if between == "[" {
		between = "[]"
	} else {
		between = "]"
	}
	_, err := io.WriteString(w, between+"\n")
	return err
}

func line(w io.Writer, v any) error {
	if err := json.MarshalWrite(w, v, jsontext.EscapeForHTML(true), json.FormatNilSliceAsNull(false)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// versionOf is a rule's version as text, empty where it is not known.
func versionOf(n uint32) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(n), 10)
}

// WriteCSV writes a row a finding. Notes are in one field, a line each.
func WriteCSV(w io.Writer, list iter.Seq2[Finding, error]) error {
	c, err := files.NewCSV(w, "id", "rule", "severity", "status", "result", "call_id", "tenant", "app", "subject", "raw_id", "capture", "first_at", "detected_at",
		"message", "seen", "expected", "evidence", "policy_version", "rule_version", "owner", "disposition", "alert", "notes", "predecessors", "successor", "why", "changed_at")
	if err != nil {
		return err
	}
	for f, err := range list {
		if err != nil {
			return err
		}
		var notes []string
		for _, n := range f.Notes {
			notes = append(notes, files.Time(n.At)+" "+n.Who+": "+n.Text)
		}
		err := c.Row(files.Plain(f.ID), files.Text(f.Rule), files.Plain(f.Severity), files.Plain(f.Status), files.Plain(f.Result), files.Text(f.CallID),
			files.Text(f.Tenant), files.Text(f.App), files.Text(f.Subject), files.Text(f.RawID), files.Plain(f.Capture),
			files.Plain(files.Time(f.FirstAt.Time())), files.Plain(files.Time(f.DetectedAt.Time())), files.Text(f.Message),
			files.Text(f.Seen), files.Text(f.Expected), files.Plain(strings.Join(f.Evidence, " ")), files.Plain(f.PolicyVersion), files.Plain(versionOf(f.RuleVersion)), files.Text(f.Owner), files.Plain(f.Disposition), files.Text(f.Alert),
			files.Text(strings.Join(notes, "\n")), files.Plain(strings.Join(f.Predecessors, " ")), files.Plain(f.Successor), files.Text(f.Why),
			files.Plain(files.Time(f.ChangedAt.Time())))
		if err != nil {
			return err
		}
	}
	return c.Close()
}
