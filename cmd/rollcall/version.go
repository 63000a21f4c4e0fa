package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/config"
	"rollcall/reports/proof"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = ""

// programVersion is the version that outputs name.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

func newVersion() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Version prints the version, and the fingerprint of the key that signs evidence packs:
that of the service's configuration or, without one, of rollcall-signing-key.pem or
$ROLLCALL_SIGNING_KEY_FILE, where it is there. Give it to those who get packs, by
another way than the packs.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "rollcall %s\n", programVersion()); err != nil {
				return err
			}
			cfg, err := config.Load(file, os.Environ())
			if file == "" {
				// The version is what was asked for: a key that nobody named is no reason
				// to fail.
				if err == nil {
					printDefaultKey(cmd.OutOrStdout(), cfg.Signing.KeyFile)
				}
				return nil
			}
			if err != nil {
				return err
			}
			return printKey(cmd.OutOrStdout(), cfg.Signing.KeyFile)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` of the service whose signing key is meant")
	return cmd
}

// printKey prints the fingerprint of the signing key, which it does not make.
func printKey(w io.Writer, path string) error {
	key, err := proof.ReadKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = fmt.Fprintf(w, "signing key  none yet: the first rollcall evidence makes it in %s\n", path)
		return err
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "signing key  %s\n", proof.Fingerprint(key.Public().(ed25519.PublicKey)))
	return err
}

// printDefaultKey prints the fingerprint of the key that packs are signed with
// where no configuration is named, if it is there.
func printDefaultKey(w io.Writer, path string) {
	switch _, err := proof.ReadKey(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		fmt.Fprintf(w, "signing key  not known: %v\n", err)
	default:
		_ = printKey(w, path)
	}
}
