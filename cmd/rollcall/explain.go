package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/results"
	"rollcall/ingest/callid"
	"rollcall/reports/export"
	"rollcall/reports/findings"
	"rollcall/reports/timeline"
)

func newExplain() *cobra.Command {
	var from, file string
	var asJSON, noColor, all bool
	var width int
	cmd := &cobra.Command{
		Use:   "explain CALL",
		Short: "Tell one call: who was in it under which name, what was recorded, who was told, on what evidence",
		Long: `Explain tells one call as a person would: its ids, who was in it and when, by
which names people were shown and what the directory said then, what was
recorded or transcribed, what the platform signalled and the app reported, who
wrote in the chat, who had to be told of what and whether that was reported in
time, and what Azure meters. Each line names the event it rests on, and where
that lies.

CALL is any id of the call (correlation id, server call id, call connection id,
Graph call id, thread), or that of one of its sessions or findings, or the
beginning of one that only one call has.

The call is read from the reports that rollcall audit or demo left (--from), else
from the store of the service that the configuration describes, whether it runs
or not.

With --json it is a line of JSON, the same as in calls.ndjson; its JSON Schema is
schema/documents/call.schema.json.`,
		Example: `  rollcall explain 3f2b6c1e --from out
  rollcall explain 3f2b6c1e-0d4f-4a53-9a55-7d1c54ad1df1 --config rollcall.yaml --json`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if from != "" && file != "" {
				return exit{exitUsage, errors.New("--from names reports and --config a service: give one of them")}
			}
			asked := strings.TrimSpace(args[0])
			if asked == "" {
				return exit{exitUsage, errors.New("the id of the call is empty")}
			}
			var c *timeline.Call
			var err error
			if from != "" {
				c, err = callFromReports(from, asked)
			} else {
				c, err = callFromService(cmd, file, asked)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return c.WriteLine(cmd.OutOrStdout())
			}
			o := screen(cmd.OutOrStdout(), noColor)
			o.All = all
			if width > 0 {
				o.Width = width
			}
			return timeline.Text(cmd.OutOrStdout(), c, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "`DIR` of reports that holds calls.ndjson")
	f.StringVar(&file, "config", "", "configuration `FILE` of the service; default: everything embedded")
	f.BoolVar(&asJSON, "json", false, "write the call as a line of JSON")
	f.BoolVar(&all, "all", false, "tell every session of a large call")
	f.BoolVar(&noColor, "no-color", false, "no colours (nor are there any where the output is no terminal, or NO_COLOR is set)")
	f.IntVar(&width, "width", 0, "`COLUMNS` to write; default: the terminal's, else 100")
	return cmd
}

// forms are the ways in which an id may be stored: as it is, and for a server
// call id by its conversation.
func forms(asked string) []string {
	all := []string{asked}
	if conversation := callid.Conversation(asked); conversation != asked && conversation != "" {
		all = append(all, conversation)
	}
	return all
}

// callFromReports reads the call from a folder of reports, or from the file.
func callFromReports(from, asked string) (*timeline.Call, error) {
	path := from
	if info, err := os.Stat(from); err == nil && info.IsDir() {
		path = filepath.Join(from, "calls.ndjson")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w; --from names a folder that rollcall audit or demo wrote", err)
	}
	defer f.Close()
	c, near, err := timeline.Find(f, forms(asked)...)
	if errors.Is(err, timeline.ErrNone) {
		return nil, notFound(asked, path, near)
	}
	var ambiguous *timeline.AmbiguousError
	if err != nil && !errors.As(err, &ambiguous) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, err
}

// callFromService reads the call from the store of a service.
func callFromService(cmd *cobra.Command, file, asked string) (_ *timeline.Call, err error) {
	cfg, err := config.Load(file, os.Environ())
	if err != nil {
		return nil, err
	}
	ctx := cmd.Context()
	conn, stop, err := results.Open(ctx, cfg, newLogger(cmd.ErrOrStderr(), false))
	if errors.Is(err, results.ErrNoData) {
		return nil, fmt.Errorf("%w; name the service's configuration by --config, or a folder of reports by --from", err)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	store := export.Store{Conn: conn, Hide: pseudonymsOf(cfg)}
	if store.Status, err = (findings.Store{Results: store}).Statuses(ctx); err != nil {
		return nil, err
	}
	return callFromStore(ctx, store, asked)
}

func callFromStore(ctx context.Context, store export.Store, asked string) (*timeline.Call, error) {
	matches, err := store.Find(ctx, forms(asked)...)
	if err != nil {
		return nil, err
	}
	id, err := timeline.Choose(asked, matches)
	if errors.Is(err, timeline.ErrNone) {
		near, err := store.Near(ctx, asked)
		if err != nil {
			return nil, err
		}
		return nil, notFound(asked, "the store", near)
	}
	if err != nil {
		return nil, err
	}
	return store.Call(ctx, id)
}

// notFound says that no call has the id, and which ones look like it.
func notFound(asked, where string, near []string) error {
	if strings.HasPrefix(asked, "chat:") && where != "the store" {
		return fmt.Errorf("%s is a chat outside of calls, and %s holds calls alone; its lines in usage_lines.csv name their events, and evidence.ndjson where these lie", timeline.Safe(asked), where)
	}
	s := fmt.Sprintf("no call with the id %s is in %s", timeline.Safe(asked), where)
	if len(near) == 0 {
		return errors.New(s + "; any alias of the call will do, or the id of a session or finding of it")
	}
	for i, id := range near {
		near[i] = timeline.Safe(id)
	}
	return errors.New(s + "; did you mean " + strings.Join(near, " or ") + "?")
}

// pseudonymsOf are those that the configuration asks for.
func pseudonymsOf(cfg config.Config) *export.Pseudonyms {
	if !cfg.Pseudonyms.Enabled {
		return nil
	}
	return export.NewPseudonyms([]byte(cfg.Pseudonyms.Key.Reveal()))
}

// screen says how wide the output is and whether it shows colours.
func screen(w io.Writer, noColor bool) timeline.Options {
	var o timeline.Options
	o.Width, _ = strconv.Atoi(os.Getenv("COLUMNS"))
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return o
	}
	o.Color = !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		o.Width = width
	}
	return o
}
