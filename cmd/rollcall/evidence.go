package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/results"
	"rollcall/reports/export"
	"rollcall/reports/files"
	"rollcall/reports/findings"
	"rollcall/reports/proof"
	"rollcall/reports/timeline"
	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
)

func newEvidence() *cobra.Command {
	var e evidence
	cmd := &cobra.Command{
		Use:   "evidence FINDING --out FILE.zip",
		Short: "Write the proof of one finding as a signed zip file",
		Long: `Evidence writes one zip file for somebody who has nothing else:

  README.txt             what is in it, and how to check it by hand
  finding.json           the finding and every change of it
  call.json              the call as rollcall explain --json tells it
  timeline.svg           the same as a picture
  messages/              the raw messages that the finding rests on, byte for byte as
                         they are stored, with their coordinates, digests and salted
                         commitments (index.ndjson)
  rule.json              the rule that judged, the condition it serves, what to do
  policy.json, .yaml     the version of the policy that judged, and its text, where
                         the store or the configuration has it
  SHA256SUMS, .sig       the digest of every entry, and its Ed25519 signature
  public_key.pem         the key

FINDING is the id of a finding, or the beginning of one that only one has. It is read
from the store of the service that the configuration describes, whether it runs or
not; or, with --from, from the reports that rollcall audit or demo left. Those hold no
messages: only their places and digests go into the pack, or, with --inputs, the
messages themselves from the audited files, which must still be the same, without the
content that the configuration drops (ingest.drop).

The key is made on first use in signing.key_file of the configuration (without one:
rollcall-signing-key.pem, or $ROLLCALL_SIGNING_KEY_FILE). Keep it. rollcall version
--config shows its fingerprint: give that to whoever gets the pack, by another way.

Where the configuration asks for pseudonyms, or the reports have them, the pack has
them too; messages and the policy's text, which hold raw ids, are then left out, and
digests stand for them. So are messages that also tell of another tenant's calls.

The same store and key give the same bytes.`,
		Example: `  rollcall evidence 0bf0 --config rollcall.yaml --out 0bf0.zip
  rollcall evidence 0bf0 --from out --out 0bf0.zip
  rollcall verify 0bf0.zip`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if e.from != "" && e.file != "" {
				return exit{exitUsage, errors.New("--from names reports and --config a service: give one of them")}
			}
			if e.inputs != "" && e.from == "" {
				return exit{exitUsage, errors.New("--inputs goes with --from: the store of a service holds the messages")}
			}
			if e.out == "" {
				return exit{exitUsage, errors.New("--out is missing: it names the zip file")}
			}
			if strings.TrimSpace(args[0]) == "" {
				return exit{exitUsage, errors.New("the id of the finding is empty")}
			}
			cfg, err := config.Load(e.file, os.Environ())
			if err != nil {
				return err
			}
			e.cfg, e.say = cfg, cmd.ErrOrStderr()
			if e.from != "" {
				c, err := e.fromReports(args[0])
				if err != nil {
					return err
				}
				return e.write(cmd.OutOrStdout(), c)
			}
			return e.fromService(cmd, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.out, "out", "", "zip `FILE` to write")
	f.StringVar(&e.file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	f.StringVar(&e.from, "from", "", "`DIR` of reports")
	f.StringVar(&e.inputs, "inputs", "", "`DIR` that the paths of audited files are relative to: where the audit was run; with --from")
	return cmd
}

// evidence is one run of the command.
type evidence struct {
	file, from, out, inputs string
	cfg                     config.Config
	say                     io.Writer
}

// write signs the pack.
func (e *evidence) write(w io.Writer, c proof.Case) error {
	key, made, err := proof.OpenKey(e.cfg.Signing.KeyFile)
	if err != nil {
		return err
	}
	fingerprint := proof.Fingerprint(key.Public().(ed25519.PublicKey))
	if made {
		fmt.Fprintf(e.say, "made a signing key in %s: keep it\n", e.cfg.Signing.KeyFile)
	}
	written, err := files.Write(e.out, func(w io.Writer) error { return proof.Write(w, c, key) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s: the proof of finding %s\nSHA-256    %s\nsigned by  %s\n", e.out, c.Finding.ID, written.SHA256, fingerprint)
	return err
}

// fromService makes the pack from the store of a service.
func (e *evidence) fromService(cmd *cobra.Command, asked string) (err error) {
	ctx := cmd.Context()
	conn, stop, err := results.Open(ctx, e.cfg, newLogger(e.say, false))
	if errors.Is(err, results.ErrNoData) {
		return fmt.Errorf("%w; name the service's configuration by --config, or a folder of reports by --from", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	store := export.Store{Conn: conn, Hide: pseudonymsOf(e.cfg)}
	h, err := findings.Store{Results: store, Now: time.Now}.Get(ctx, asked)
	if err != nil {
		return err
	}
	c := proof.Case{
		Program: "rollcall " + programVersion(), Finding: h.Finding.Finding, Record: h.WriteJSON,
		Messages: store.RawMessages(ctx, h.Finding.Tenant, h.Finding.Evidence),
	}
	if store.Hide != nil {
		c.NoValues = "they hold raw ids and names, in whose place the configuration wants pseudonyms"
	}
	if c.Call, err = e.call(ctx, store, c.Finding); err != nil {
		return err
	}
	stored, err := store.PolicyText(ctx, c.Finding.PolicyVersion)
	if err != nil {
		return err
	}
	e.judged(&c, store.Hide != nil, stored, textOf(e.cfg.Policy))
	return e.write(cmd.OutOrStdout(), c)
}

// call reads the call of a finding, nil where it is about none: the part of it
// that belongs to the finding's tenant, where others have sessions in it.
func (e *evidence) call(ctx context.Context, store export.Store, f timeline.Finding) (*timeline.Call, error) {
	if f.CallID == "" {
		return nil, nil
	}
	tenants, err := store.TenantsOf(ctx, f.CallID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(tenants, func(t string) bool { return t != "" && t != f.Tenant }) {
		store.Scope.OneTenant, store.Scope.Tenant = true, f.Tenant
		fmt.Fprintln(e.say, "Other tenants have sessions in the call: what is theirs is left out.")
	}
	c, err := store.Call(ctx, f.CallID)
	if errors.Is(err, export.ErrNoCall) {
		fmt.Fprintf(e.say, "The call %s is no more: it became part of another, or its evidence went. The pack tells none.\n", timeline.Safe(f.CallID))
		return nil, nil
	}
	return c, err
}

// textOf reads what may be the policy that judged; nil where there is none.
func textOf(path string) []byte {
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil // it may have gone since; its version says which it was
	}
	return data
}

// judged adds the rule and the policy that judged. texts are those that may be
// the policy's.
func (e *evidence) judged(c *proof.Case, hidden bool, texts ...[]byte) {
	c.Policy = proof.Policy{Version: c.Finding.PolicyVersion, Withheld: "neither the store nor the configuration has a policy of this version"}
	if c.Finding.PolicyVersion == policy.Default().ID {
		c.Policy.Withheld = "it is the built-in policy, which has none"
	}
	var judging *policy.Policy
	for _, text := range texts {
		if text == nil || proof.PolicyVersion(text) != c.Finding.PolicyVersion {
			continue
		}
		p, err := policy.Parse("policy.yaml", text)
		if err != nil {
			continue // of an older form; its version says which it is
		}
		judging = p
		others := slices.ContainsFunc(p.Tenants(), func(t string) bool { return t != c.Finding.Tenant })
		switch {
		case hidden:
			c.Policy.Withheld = "it may hold raw ids, in whose place there are pseudonyms"
		case others:
			c.Policy.Withheld = "it names other tenants"
		default:
			c.Policy.Text, c.Policy.Withheld = text, ""
		}
		break
	}
	c.Rule = ruleOf(c.Finding, judging)
}

// ruleOf describes the rule of a finding: a built-in one, or, as far as the
// policy is known, one of its own.
func ruleOf(f timeline.Finding, p *policy.Policy) proof.Rule {
	for _, r := range catalogue.Rules() {
		if r.ID == f.Rule {
			return proof.Rule{
				ID: r.ID, Version: int(f.RuleVersion), Described: r.Version, Severity: f.Severity, Title: r.Title, Control: proof.Control(r.Control),
				Remediation: r.Remediation, FalsePositives: r.FalsePositives,
			}
		}
	}
	own := proof.Rule{ID: f.Rule, Severity: f.Severity, Title: "A rule of the policy's own."}
	if p == nil {
		return own
	}
	for _, o := range p.Own() {
		if o.ID == f.Rule {
			own.Title, own.Remediation = o.Title, o.Remediation
			own.Control = proof.Control{Says: o.Control, Document: "the policy", Section: "rules"}
		}
	}
	return own
}
