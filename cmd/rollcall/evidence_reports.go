package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"rollcall/reports/export"
	"rollcall/reports/proof"
	"rollcall/reports/timeline"
	"rollcall/rules/catalogue"
)

// fromReports makes the pack from a folder of reports.
func (e *evidence) fromReports(asked string) (c proof.Case, err error) {
	c = proof.Case{Program: "rollcall " + programVersion(), NoValues: "it was made from reports, which hold none; they lie where the lines say"}
	// What is signed is what the audit wrote.
	checked, err := proof.VerifyReport(e.from, "")
	if err != nil {
		return c, fmt.Errorf("%w; --from names a folder that rollcall audit or demo wrote", err)
	}
	if checked.All > 0 {
		return c, fmt.Errorf("%s is not as it was written (%s); nothing was signed: see rollcall verify %s", e.from, checked.List[0], e.from)
	}
	if c.Finding, err = findingIn(filepath.Join(e.from, "findings.ndjson"), asked); err != nil {
		return c, err
	}
	if checked.Version == programVersion() && checked.Version != "dev" {
		c.Finding.RuleVersion = ruleVersion(c.Finding.Rule) // reports have none, but this program wrote them
	}
	if c.Finding.CallID != "" {
		if c.Call, err = callFromReports(e.from, c.Finding.CallID); err != nil {
			return c, err
		}
		for i := range c.Call.Sessions {
			if t := c.Call.Sessions[i].Tenant; t != "" && t != c.Finding.Tenant {
				return c, fmt.Errorf("call %s has sessions of the tenants %s and %s: of such a call only the store of a service (--config) gives a pack",
					timeline.Safe(c.Call.CallID), timeline.Safe(c.Finding.Tenant), timeline.Safe(t))
			}
		}
	}
	messages, err := placesIn(filepath.Join(e.from, "evidence.ndjson"), c.Finding.Evidence)
	if err != nil {
		return c, err
	}
	hidden := hiddenIn(c)
	if e.inputs != "" {
		if c.NoValues, err = e.whyNot(c, hidden); err == nil && c.NoValues == "" {
			err = e.readValues(messages)
		}
		if err != nil {
			return c, err
		}
	}
	c.Messages = func(yield func(export.RawMessage, error) bool) {
		for _, m := range messages {
			if !yield(m, nil) {
				return
			}
		}
	}
	texts := [][]byte{textOf(e.cfg.Policy)}
	if checked.Policy != "" {
		texts = append(texts, textOf(e.given(checked.Policy)), textOf(filepath.Join(e.from, filepath.Base(checked.Policy))))
	}
	e.judged(&c, hidden, texts...)
	return c, nil
}

// ruleVersion is the version of a built-in rule, 0 of any other.
func ruleVersion(id string) uint32 {
	for _, r := range catalogue.Rules() {
		if r.ID == id {
			return uint32(r.Version)
		}
	}
	return 0
}

// hiddenIn reports whether reports have pseudonyms.
func hiddenIn(c proof.Case) bool {
	return proof.Hidden(c.Finding.RawID) ||
		c.Call != nil && slices.ContainsFunc(c.Call.Sessions, func(s timeline.Session) bool { return proof.Hidden(s.RawID) || proof.Hidden(s.DisplayName) })
}

// findingIn finds a finding in findings.ndjson.
func findingIn(path, asked string) (found timeline.Finding, err error) {
	asked = timeline.Normal(asked)
	var near []timeline.Finding
	for f, err := range lines[timeline.Finding](path) {
		if err != nil {
			return found, err
		}
		if f.ID == asked {
			return f, nil
		}
		if strings.HasPrefix(f.ID, asked) {
			near = append(near, f)
		}
	}
	switch len(near) {
	case 0:
		return found, fmt.Errorf("no finding with the id %s is in %s", timeline.Safe(asked), path)
	case 1:
		return near[0], nil
	}
	var ids []string
	for _, f := range near[:min(len(near), 5)] {
		ids = append(ids, timeline.Safe(f.ID))
	}
	return found, fmt.Errorf("%s may mean %d findings, such as %s; give more of the id", timeline.Safe(asked), len(near), strings.Join(ids, ", "))
}

// placesIn reads where the messages lie that hold some events, each once.
func placesIn(path string, events []string) (out []export.RawMessage, err error) {
	type named struct {
		ID        string `json:"id"`
		File      string `json:"file"`
		Line      int    `json:"line"`
		Topic     string `json:"topic"`
		Partition int32  `json:"partition"`
		Offset    int64  `json:"offset"`
		SHA256    string `json:"sha256"`
	}
	missing := map[string]bool{}
	for _, id := range events {
		missing[id] = true
	}
	for n, err := range lines[named](path) {
		if err != nil {
			return nil, err
		}
		if !missing[n.ID] {
			continue
		}
		delete(missing, n.ID)
		m := export.RawMessage{File: n.File, Line: n.Line, Topic: n.Topic, Partition: n.Partition, Offset: n.Offset}
		if i := slices.IndexFunc(out, func(o export.RawMessage) bool {
			return o.File == m.File && o.Line == m.Line && o.Topic == m.Topic && o.Partition == m.Partition && o.Offset == m.Offset
		}); i >= 0 {
			out[i].Events = append(out[i].Events, n.ID)
			continue
		}
		if m.Events = []string{n.ID}; n.File != "" {
			m.SourceSHA256 = n.SHA256
		} else {
			m.SHA256 = n.SHA256
		}
		out = append(out, m)
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s does not say where %d of the %d events of the finding lie; see rollcall verify %s", path, len(missing), len(events), filepath.Dir(path))
	}
	return out, nil
}

// lines reads a file of one JSON value a line.
func lines[T any](path string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; --from names a folder that rollcall audit or demo wrote", err)
		}
		if err != nil {
			yield(none, err)
			return
		}
		defer f.Close()
		in := bufio.NewReaderSize(f, 256<<10)
		for number := 1; ; number++ {
			text, readErr := in.ReadBytes('\n')
			if len(strings.TrimSpace(string(text))) > 0 {
				var v T
				if err := json.Unmarshal(text, &v); err != nil {
					yield(none, fmt.Errorf("%s, line %d: %w", path, number, err))
					return
				}
				if !yield(v, nil) {
					return
				}
			}
			if errors.Is(readErr, io.EOF) {
				return
			}
			if readErr != nil {
				yield(none, readErr)
				return
			}
		}
	}
}
