package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/service"
	"rollcall/reports/timeline"
)

func (a *alertsCommand) seen() *cobra.Command {
	var since time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "seen",
		Short: "Show which share of notices could be seen live at all",
		Long: `Seen counts the obligations of the last hours by whether evidence of the session
and of the capture came while the call went on. Only those can be alerted on in
time; what Azure's logs alone tell of is learnt afterwards.

To see more live: forward Event Grid's participant events or Call Automation's
callbacks, or have the app send rollcall.session.joined, for sessions; Call
Automation's callbacks, or rollcall.capture.signalled, for captures.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if since <= 0 {
				return exit{exitUsage, fmt.Errorf("--since %v: it is above zero, such as 24h", since)}
			}
			return a.with(cmd, func(ctx context.Context, all *service.Alerts) error {
				now := time.Now()
				list, err := assess.SeenLive(ctx, all.Outbox.Conn, now.Add(-since), now)
				if err != nil {
					return err
				}
				if asJSON {
					return writeSightsJSON(cmd.OutOrStdout(), list)
				}
				return writeSights(cmd.OutOrStdout(), list)
			})
		},
	}
	cmd.Flags().DurationVar(&since, "since", 24*time.Hour, "how long ago the first exposure began")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// writeSights writes a line for each app, and one for all.
func writeSights(out io.Writer, list []assess.Sight) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TENANT\tAPP\tOBLIGATIONS\tSEEN LIVE\tNO SESSION\tNO CAPTURE\tNEITHER")
	var all assess.Sight
	for _, s := range list {
		writeSight(w, timeline.Safe(s.Tenant), timeline.Safe(s.App), s)
		all.Obligations, all.Live = all.Obligations+s.Obligations, all.Live+s.Live
		all.NoSession, all.NoCapture, all.Neither = all.NoSession+s.NoSession, all.NoCapture+s.NoCapture, all.Neither+s.Neither
	}
	writeSight(w, "all", "", all)
	return w.Flush()
}

func writeSight(w io.Writer, tenant, app string, s assess.Sight) {
	share := "-" // of none there is no share
	if s.Obligations > 0 {
		share = fmt.Sprintf("%d (%.1f %%)", s.Live, 100*float64(s.Live)/float64(s.Obligations))
	}
	fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d\t%d\t%d\n", tenant, app, s.Obligations, share, s.NoSession, s.NoCapture, s.Neither)
}

func writeSightsJSON(out io.Writer, list []assess.Sight) error {
	e := json.NewEncoder(out)
	for _, s := range list {
		if err := e.Encode(map[string]any{"tenant": s.Tenant, "app": s.App, "obligations": s.Obligations, "live": s.Live,
			"no_session": s.NoSession, "no_capture": s.NoCapture, "neither": s.Neither}); err != nil {
			return err
		}
	}
	return nil
}
