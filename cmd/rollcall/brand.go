package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/brandcheck"
	"rollcall/rules/policy"
)

func newBrand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "brand",
		Short: "Check how apps present themselves in stores",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit{exitUsage, fmt.Errorf("unknown command %q; see %s --help", args[0], cmd.CommandPath())}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newBrandCheck())
	return cmd
}

func newBrandCheck() *cobra.Command {
	var file, format, app, asOf string
	cmd := &cobra.Command{
		Use:   "check LISTING…",
		Short: "Judge listings by the brand rules, without a store or network",
		Long: `Check judges how apps present themselves: whether names are free of protected
wordmarks, whether texts have them only in truthful statements of compatibility
within the description, whether anything claims affiliation, endorsement or
certification that the policy does not back, and whether names and pictures can
be mistaken for another company's. It needs no store and no network.

A LISTING is one of
  care.json, care.yaml        a listing, or a list of them, as the data of
                              rollcall.app.listing (appId, appName, companyName,
                              developerName, texts, assets, certification,
                              licences), with or without the event around it
  care.zip, its folder        a Teams app package: manifest.json, its localisation
                              files and icons
  the project's folder        fastlane's metadata of Google Play and Apple's
                              stores: fastlane/metadata/android/<locale>/*.txt and
                              images, fastlane/metadata/<locale>/*.txt and
                              fastlane/screenshots; also that folder itself
                              and the Gradle Play Publisher's:
                              src/main/play/listings/<locale>

Licences and certifications count only from the policy file (brand.licences,
brand.certifications), for the app's id: that of the listing, of fastlane's
Appfile, or --app. Whether a statement of compatibility is true only calls can
show: here it is "no evidence", which fails nothing; audit and serve know.

Exit codes: 0 nothing fails; 1 something could not be read; 2 wrong usage;
3 something fails.`,
		Example: `  rollcall brand check .                       # in the project's folder
  rollcall brand check --policy policy.yaml dist/app.zip
  rollcall brand check --format sarif . > brand.sarif`,
		Args: usage(some("a listing")),
		RunE: func(cmd *cobra.Command, args []string) error {
			now := time.Now().UTC()
			if asOf != "" {
				var err error
				if now, err = time.Parse(time.RFC3339, asOf); err != nil {
					return exit{exitUsage, fmt.Errorf("--as-of: expected an instant such as 2026-01-31T00:00:00Z, found %q", asOf)}
				}
			}
			write, known := map[string]func(io.Writer, *brandcheck.Report) error{
				"table": brandcheck.Table, "json": brandcheck.JSON,
				"sarif": func(w io.Writer, r *brandcheck.Report) error { return brandcheck.SARIF(w, programVersion(), r) },
			}[format]
			if !known {
				return exit{exitUsage, fmt.Errorf("--format: expected table, sarif or json, found %q", format)}
			}
			p := policy.Default()
			if file != "" {
				var err error
				if p, err = readPolicy(file); err != nil {
					return err
				}
			}
			report, err := brandcheck.Run(args, brandcheck.Options{Policy: p, PolicyFile: file, App: app, Now: now})
			if err != nil {
				return err
			}
			if err := write(cmd.OutOrStdout(), report); err != nil {
				return err
			}
			switch {
			case len(report.Problems) > 0:
				return exit{exitFailed, fmt.Errorf("could not read %s (%d such in all)", report.Problems[0], len(report.Problems))}
			case report.Failed() > 0:
				return exit{code: exitLook}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "policy", "", "judge by this policy file (its section brand); default: the rules' defaults")
	f.StringVar(&format, "format", "table", "table for people, sarif (2.1.0) or json for tools")
	f.StringVar(&app, "app", "", "the id of the app whose listings these are, where they don't say it")
	f.StringVar(&asOf, "as-of", "", "judge licences and certifications as of this instant (RFC 3339); default: now")
	return cmd
}
