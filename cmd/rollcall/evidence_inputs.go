package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"rollcall/cmd/internal/inputs"
	"rollcall/ingest/decode"
	"rollcall/reports/export"
	"rollcall/reports/proof"
	"rollcall/schema/tables"
)

// whyNot says why values from audited files don't go into a pack; empty: they do.
func (e *evidence) whyNot(c proof.Case, hidden bool) (string, error) {
	if hidden {
		return "they hold raw ids and names, in whose place the reports have pseudonyms", nil
	}
	f, err := os.Open(filepath.Join(e.from, "sessions.csv"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	rows.ReuseRecord = true
	column := -1
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("sessions.csv: %w", err)
		}
		if column < 0 {
			if column = slices.Index(row, "tenant"); column < 0 {
				return "", errors.New("sessions.csv: it has no column tenant")
			}
			continue
		}
		if t := row[column]; t != "" && t != c.Finding.Tenant {
			return "the reports are about other tenants too, and do not say which messages are whose; the store of a service does", nil
		}
	}
}

// given is where a file lies that an audit was given.
func (e *evidence) given(name string) string {
	path := filepath.FromSlash(name)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.inputs, path)
}

// readValues reads messages from the files that were audited, and drops from
// them what is dropped before anything is stored.
func (e *evidence) readValues(messages []export.RawMessage) error {
	byFile := map[string]map[int]*export.RawMessage{}
	var names []string
	for i := range messages {
		m := &messages[i]
		if m.File == "" {
			continue
		}
		if byFile[m.File] == nil {
			byFile[m.File] = map[int]*export.RawMessage{}
			names = append(names, m.File)
		}
		byFile[m.File][m.Line] = m
	}
	decoder := decode.New(decode.Options{Drop: e.cfg.Ingest.Drop})
	for _, name := range names {
		path := e.given(name)
		wanted := byFile[name]
		_, err := inputs.Read([]string{path}, inputs.DefaultMaxMessage, inputs.Sink{
			Problem: func(inputs.Problem) {},
			Message: func(m inputs.Message) error {
				to := wanted[m.Line]
				if to == nil {
					return nil
				}
				if m.SHA256 != to.SourceSHA256 {
					return fmt.Errorf("%s, line %d: it is another than the one that was audited; nothing was signed", path, m.Line)
				}
				delete(wanted, m.Line)
				stored := decoder.Decode(m.Value).Value
				if !bytes.Equal(stored, m.Value) {
					to.Flags |= tables.FlagContentDropped
				}
				to.Value, to.Length = append([]byte{}, stored...), uint64(len(m.Value))
				sum := sha256.Sum256(to.Value)
				to.SHA256 = hex.EncodeToString(sum[:])
				return nil
			},
		})
		if err != nil {
			return err
		}
		if len(wanted) > 0 {
			return fmt.Errorf("%s no longer has %d of the messages that were audited; nothing was signed", path, len(wanted))
		}
	}
	return nil
}
