package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	// Where is file:line:column or the name of a variable, where it is known.
	Where string
	// Key is the key, such as kafka.start_at; empty for the file as a whole.
	Key string
	// Message says what was found and what was expected.
	Message string
}

// Error is where, key and message in one line.
func (p Problem) Error() string {
	var parts []string
	for _, s := range []string{p.Where, p.Key, p.Message} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// Problems is everything that is wrong with a configuration.
type Problems []Problem

// Error has one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// err is ps as an error, nil where there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

func (ps *Problems) add(where, key, format string, args ...any) {
	*ps = append(*ps, Problem{Where: where, Key: key, Message: fmt.Sprintf(format, args...)})
}

// nearest is the candidate that wrong is most likely a slip of, or empty.
func nearest(wrong string, candidates []string) string {
	best, distance := "", 1+max(1, len(wrong)/3)
	for _, c := range candidates {
		if d := edits(strings.ToLower(wrong), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance of a and b, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
