package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"rollcall/reports/proof"
	"rollcall/reports/timeline"
)

func newVerify() *cobra.Command {
	var pin, inputs string
	cmd := &cobra.Command{
		Use:   "verify FILE|DIR",
		Short: "Check an evidence pack, or a folder of reports, byte by byte",
		Long: `Verify checks that nothing was changed, offline and without a configuration.

FILE is a pack of rollcall evidence; so is a folder that holds SHA256SUMS.sig, which
one was unpacked in. Its signature, the digest of every entry and, anew from each
message, its salted commitment must fit; nothing may be missing or be there besides;
and of a zip file every byte must be where rollcall puts it. Whoever changes a pack
can sign it anew with a key of his own: hold the fingerprint of the key, which verify
prints, against the one that its maker gives you by another way (there: rollcall
version --config FILE), or give it by --key.

DIR is a folder that rollcall audit, report, demo or serve wrote. Every file must be
as manifest.json says, and there must be no other. Nothing in it is signed: who can
change a file can write the manifest anew. So keep the manifest's SHA-256, which
verify prints, where nobody else can change it. --inputs checks the files that the
reports were made of, too.

Exit code 3: something was changed, is missing, or was added; each is named.`,
		Example: `  rollcall verify 0bf0.zip --key SHA256:fd110d30…
  rollcall verify out --inputs .`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			report := info.IsDir() && !proof.IsUnpacked(args[0])
			switch {
			case report && pin != "":
				return exit{exitUsage, errors.New("--key is about packs: the manifest of a folder of reports is not signed")}
			case !report && inputs != "":
				return exit{exitUsage, errors.New("--inputs is about folders of reports: a pack holds what it rests on")}
			case report:
				return verifyReport(cmd.OutOrStdout(), args[0], inputs)
			}
			if pin != "" {
				if pin, err = proof.ParsePin(pin); err != nil {
					return exit{exitUsage, fmt.Errorf("--key %w", err)}
				}
			}
			return verifyPack(cmd.OutOrStdout(), args[0], pin)
		},
	}
	cmd.Flags().StringVar(&pin, "key", "", "the `KEY` that must have signed the pack: its fingerprint, or a file with the public key")
	cmd.Flags().StringVar(&inputs, "inputs", "", "`DIR` that the paths of the inputs are relative to: where the audit was run")
	return cmd
}

func verifyPack(w io.Writer, path, pin string) error {
	c, err := proof.Verify(path, pin)
	if err != nil {
		return err
	}
	if c.All > 0 {
		return failed(w, path, c.Problems)
	}
	fmt.Fprintf(w, `%s: intact
finding    %s
entries    %d, each as it was signed, and nothing besides
messages   %d, %d of them with their value; %d values are what was committed to when they were stored
signed by  %s
`, timeline.Safe(path), timeline.Safe(c.Finding), c.Entries, c.Messages, c.Values, c.Commitments, c.Key)
	if pin == "" {
		fmt.Fprintln(w, "\nThe key came with the pack. Ask its maker, by another way, for the fingerprint.")
	}
	return nil
}

func verifyReport(w io.Writer, dir, inputs string) error {
	c, err := proof.VerifyReport(dir, inputs)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; a folder of reports has a %s, an unpacked evidence pack a SHA256SUMS", err, proof.ManifestName)
	}
	if err != nil {
		return err
	}
	if c.All > 0 {
		return failed(w, dir, c.Problems)
	}
	held := fmt.Sprintf("%d of %d were there, and are the same", c.Held, c.Inputs)
	if inputs == "" {
		held = fmt.Sprintf("%d, of which %d were looked at; --inputs looks at all", c.Inputs, c.Held)
	}
	_, err = fmt.Fprintf(w, `%s: intact
made by    rollcall %s, as of %s
files      %d, each as the manifest says, and nothing besides
inputs     %s
manifest   SHA256:%s

Nothing in it is signed: that the files fit the manifest does not say who wrote it.
`, timeline.Safe(dir), timeline.Safe(c.Version), timeline.Safe(c.AsOf), c.Outputs, held, c.Manifest)
	return err
}

// failed says what is wrong.
func failed(w io.Writer, path string, p proof.Problems) error {
	for _, x := range p.List {
		fmt.Fprintln(w, x)
	}
	if more := p.All - len(p.List); more > 0 {
		fmt.Fprintf(w, "and %d more\n", more)
	}
	fmt.Fprintf(w, "\n%s: NOT intact\n", timeline.Safe(path))
	return exit{code: exitLook}
}
