// Command rollcall audits apps that bring their users into Microsoft Teams
// calls and meetings through Azure Communication Services: whether everyone was
// told of recording and transcription, and what Azure will charge.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // time zones on systems that have none

	"github.com/spf13/cobra"
)

// Exit codes (design.md, section 8).
const (
	exitFailed = 1 // could not do it
	exitUsage  = 2 // wrong usage
	exitLook   = 3 // done, and there is something to look at
)

// An exit is an error with an exit code. Without a message the command has said
// all there is to say.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// A second signal ends what does not heed the first, such as the opening of
	// a pipe that nobody writes to.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes a command line and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var e exit
	if !errors.As(err, &e) {
		e = exit{exitFailed, err}
	}
	switch {
	case errors.Is(e.err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(stderr, "rollcall: stopped before it was done")
	case e.err != nil:
		fmt.Fprintf(stderr, "rollcall: %v\n", e.err)
	}
	return e.code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "rollcall",
		Short: "Compliance and usage audit for apps that join Microsoft Teams calls",
		Long: `Rollcall reads call, meeting, recording, transcription and chat events and answers,
with evidence: was everyone told that recording or transcription was on, and what
will Azure charge.

Exit codes: 0 fine; 1 could not do it; 2 wrong usage; 3 done, and there is
something to look at.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				near := ""
				if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
					near = fmt.Sprintf(" (did you mean %s?)", strings.Join(like, " or "))
				}
				return exit{exitUsage, fmt.Errorf("unknown command %q%s; rollcall --help lists the commands", args[0], near)}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2 // letters that differ
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit{exitUsage, fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
	})
	root.AddCommand(newAlerts(), newAudit(), newBrand(), newDemo(), newEvidence(), newExplain(), newFindings(), newMigrate(), newPolicy(), newRebuild(), newReport(), newServe(), newSimulate(), newVerify(), newVersion())
	return root
}

// some wants at least one argument; what says in words which.
func some(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("there is nothing to do: name %s", what)
		}
		return nil
	}
}

// usage makes the error of a check of arguments a usage error.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return exit{exitUsage, fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}

// newLogger logs warnings and errors of a job that ends by itself.
func newLogger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
