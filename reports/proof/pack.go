package proof

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollcall/reports/compliance"
	"rollcall/reports/export"
	"rollcall/reports/timeline"
)

//go:embed readme.txt
var readmeText string

// Format names the form of a pack.
const Format = "rollcall.evidence/1"

// A Case is what an evidence pack is made of.
type Case struct {
	// Program is the name and version of the program that makes the pack.
	Program string
	Finding timeline.Finding
	// Record writes the finding with every change of it as JSON; nil: the finding
	// is written without any.
	Record func(io.Writer) error
	// Call is the call that the finding is about, nil where it is about none.
	Call   *timeline.Call
	Rule   Rule
	Policy Policy
	// Messages are the raw messages, each once, in a stable order.
	Messages iter.Seq2[export.RawMessage, error]
	// NoValues says why no values go into the pack; empty: they do.
	NoValues string
}

// A Rule is rule.json: the rule that judged.
type Rule struct {
	ID string `json:"id"`
	// Version is the version of a built-in rule that judged, which counts changes
	// of what it finds; 0 where it is not known, and of an own rule of the policy,
	// whose version is the policy's.
	Version int `json:"version"`
	// Described is the version that the words below are about: the one that the
	// program which made the pack has; 0 of an own rule.
	Described int    `json:"described_version"`
	Severity  string `json:"severity"`
	Title     string `json:"title"`
	// Control is the condition that the rule serves.
	Control        Control  `json:"control"`
	Remediation    string   `json:"remediation"`
	FalsePositives []string `json:"false_positives"`
}

// A Control is the condition that a rule serves, and the document that states it.
type Control struct {
	Says     string `json:"says"`
	Document string `json:"document"`
	Section  string `json:"section"`
}

// A Policy is the version of the policy that judged.
type Policy struct {
	// Version is as findings name it: "default", or the first 12 hex digits of
	// the SHA-256 of the policy's text.
	Version string `json:"version"`
	// Text is the policy's file; where it is not in the pack Withheld says why.
	Text     []byte `json:"-"`
	Withheld string `json:"withheld,omitempty"`
}

// about is pack.json.
type about struct {
	Format  string `json:"format"`
	Program string `json:"program"`
	Finding string `json:"finding"`
	Key     string `json:"key"`
}

// shared says why a message's value is not in a pack.
const shared = "the message also tells of calls of another tenant"

// Write writes the pack of a finding, signed.
func Write(w io.Writer, c Case, key ed25519.PrivateKey) error {
	p := &pack{zip: zip.NewWriter(w)}
	public := key.Public().(ed25519.PublicKey)
	entries, err := c.documents(public)
	if err != nil {
		return err
	}
	// By name: what sorts before the messages, these, and what sorts after.
	names := slices.Sorted(maps.Keys(entries))
	before, _ := slices.BinarySearch(names, "messages/")
	for _, name := range names[:before] {
		if err := p.add(name, entries[name]); err != nil {
			return err
		}
	}
	if err := p.messages(c); err != nil {
		return err
	}
	for _, name := range names[before:] {
		if err := p.add(name, entries[name]); err != nil {
			return err
		}
	}
	return p.close(key)
}

// A pack is one while it is written.
type pack struct {
	zip  *zip.Writer
	sums []sum
}

func (p *pack) add(name string, data []byte) error {
	digest := sha256.Sum256(data)
	p.sums = append(p.sums, sum{hex.EncodeToString(digest[:]), name})
	return addEntry(p.zip, name, data)
}

func (p *pack) close(key ed25519.PrivateKey) error {
	sums := formatSums(p.sums)
	return errors.Join(addEntry(p.zip, entrySums, sums), addEntry(p.zip, entrySignature, ed25519.Sign(key, sums)), p.zip.Close())
}

// messages adds the raw messages and their index.
func (p *pack) messages(c Case) error {
	var index bytes.Buffer
	number := 0
	for m, err := range c.Messages {
		if err != nil {
			return err
		}
		number++
		entry, withheld := fmt.Sprintf("messages/%06d.raw", number), c.NoValues
		switch {
		case withheld != "":
		case m.Shared:
			withheld = shared
		case m.Value == nil:
			withheld = "its value was not at hand"
		}
		if withheld != "" {
			entry = ""
		}
		l := newLine(m, entry, withheld)
		if withheld == "" {
			if m.Stored() {
				if err := l.check(m.Value); err != nil {
					return fmt.Errorf("message %s: %w; nothing was signed", l.place(), err)
				}
			}
			if err := p.add(entry, m.Value); err != nil {
				return err
			}
		}
		if err := write(&index, l); err != nil {
			return err
		}
	}
	return p.add(entryMessages, index.Bytes())
}

// documents makes the entries that are no messages.
func (c Case) documents(key ed25519.PublicKey) (map[string][]byte, error) {
	entries := map[string][]byte{}
	var errs []error
	put := func(name string, fill func(io.Writer) error) {
		var b bytes.Buffer
		if err := fill(&b); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			return
		}
		entries[name] = b.Bytes()
	}
	put(entryAbout, func(w io.Writer) error {
		return write(w, about{Format: Format, Program: c.Program, Finding: c.Finding.ID, Key: Fingerprint(key)}, jsontext.Multiline(true))
	})
	put("finding.json", c.record)
	put("rule.json", func(w io.Writer) error { return write(w, c.Rule, jsontext.Multiline(true)) })
	policy := struct {
		Policy
		Entry string `json:"entry"`
	}{Policy: c.Policy}
	if c.Policy.Text != nil {
		policy.Entry = "policy.yaml"
		entries[policy.Entry] = c.Policy.Text
	}
	put("policy.json", func(w io.Writer) error { return write(w, policy, jsontext.Multiline(true)) })
	if c.Call != nil {
		put("call.json", c.Call.WriteLine)
		put("timeline.svg", func(w io.Writer) error { return compliance.WriteSwimlane(w, c.Call) })
		if len(errs) > 0 && errors.Is(errs[len(errs)-1], compliance.ErrNoTime) {
			errs = errs[:len(errs)-1]
		}
	}
	public, err := publicPEM(key)
	errs = append(errs, err)
	entries[entryKey] = public
	put("README.txt", func(w io.Writer) error { return c.readme(w, entries, Fingerprint(key)) })
	return entries, errors.Join(errs...)
}

// record writes the finding and its history.
func (c Case) record(w io.Writer) error {
	fill := c.Record
	if fill == nil {
		fill = func(w io.Writer) error {
			return write(w, struct {
				Finding timeline.Finding `json:"finding"`
				History []struct{}       `json:"history"`
			}{Finding: c.Finding})
		}
	}
	var b bytes.Buffer
	if err := fill(&b); err != nil {
		return err
	}
	v := jsontext.Value(b.Bytes())
	if err := v.Indent(jsontext.WithIndent("  "), jsontext.EscapeForHTML(true)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n", v)
	return err
}

// readme writes what the pack holds and how it is checked.
func (c Case) readme(w io.Writer, entries map[string][]byte, fingerprint string) error {
	t, err := template.New("readme").Funcs(template.FuncMap{"safe": timeline.Safe}).Parse(readmeText)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Case
		Has         map[string][]byte
		Fingerprint string
	}{c, entries, fingerprint})
}

// write writes a value as JSON and an end of line.
func write(w io.Writer, v any, more ...json.Options) error {
	all := append([]json.Options{jsontext.EscapeForHTML(true), json.FormatNilSliceAsNull(false), jsontext.WithIndent("  "), jsontext.Multiline(false)}, more...)
	if err := json.MarshalWrite(w, v, json.JoinOptions(all...)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// PolicyVersion is the version that a policy's text has.
func PolicyVersion(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:12]
}

// Hidden reports whether a raw id is a pseudonym, as outputs write it.
func Hidden(id string) bool {
	digits, found := strings.CutPrefix(id, "p_")
	raw, err := hex.DecodeString(digits)
	return found && err == nil && len(raw) == 10
}
