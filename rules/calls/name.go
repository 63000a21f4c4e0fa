package calls

import "time"

// NameOf is the id of a call of which nothing is known but some aliases, all
// believed; empty where there are none. Other ids may come to be known of it that
// name it better.
func NameOf(aliases []string) string {
	best := ""
	for _, a := range aliases {
		if best == "" || better(a, time.Time{}, best, time.Time{}) {
			best = a
		}
	}
	return valueOf(best)
}
