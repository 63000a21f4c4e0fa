package apphour

import (
	"fmt"
	"time"

	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Enough is how many obligated sessions of an app an hour needs for the app to be
// judged.
const Enough = enough

// SoFar is what is known of an app of which so many users were not told of a
// capture in an hour that may not be over, in which it sent nothing yet: no finding,
// which waits for the hour's end, but one alert in the place of one for each call.
// r is the rule on silent apps; the finding that may come has the same id.
func SoFar(r rule.Rule, k Key, missed int, p *policy.Policy, now time.Time) schema.Finding {
	f := about(r, Tally{Key: k}, p)
	f.DetectedAt = now
	f.Message = fmt.Sprintf("Of %s nothing came in the hour from %s so far, and %d of its users were not told of a capture.", k.App, rule.Instant(k.Hour), missed)
	return f
}
