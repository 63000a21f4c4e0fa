package soak

import (
	"fmt"
	"strings"
	"time"
)

// Summary tells in a few lines what was compared, and how fast.
func (r *Report) Summary(took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d differences in %.1f s\n", len(r.Differences), took.Seconds())
	for _, row := range []struct {
		what string
		n    int
	}{
		{"messages", r.Messages}, {"events", r.Events}, {"of them repeats", r.Repeats}, {"calls", r.Calls},
		{"sessions", r.Sessions}, {"obligations", r.Obligations}, {"findings", r.Findings}, {"usage totals", r.Usage},
	} {
		fmt.Fprintf(&b, "  %-36s %12d\n", row.what, row.n)
	}
	fmt.Fprintf(&b, "  %-36s %12d\n", "usage, ms", r.UsageMs)
	for _, k := range sorted(r.Results) {
		fmt.Fprintf(&b, "  obligations %-24s %12d\n", k, r.Results[k])
	}
	for _, k := range sorted(r.Rules) {
		fmt.Fprintf(&b, "  findings of %-24s %12d\n", k, r.Rules[k])
	}
	fmt.Fprintf(&b, "  %.0f events/s, %.0f obligations/s", float64(r.Events)/took.Seconds(), float64(r.Obligations)/took.Seconds())
	return b.String()
}
