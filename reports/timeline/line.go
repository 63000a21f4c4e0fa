package timeline

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// WriteLine writes the call as a line of JSON. The same call gives the same
// bytes.
func (c *Call) WriteLine(w io.Writer) error { return c.write(w) }

func (c *Call) write(w io.Writer, more ...json.Options) error {
	if err := json.MarshalWrite(w, c, jsontext.EscapeForHTML(true), json.FormatNilSliceAsNull(false), json.JoinOptions(more...)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// A Match is a call that an id may mean.
type Match struct {
	CallID string
	Start  time.Time // zero: not known
	What   string    // what the id is of the call: "call id", "server call id", "session", "finding", …
	Exact  bool      // the id is whole, not only the beginning
}

// Choose returns the id of the one call that is meant. Matches by a whole id
// count above those by a beginning. The error is an *AmbiguousError where there
// are several, ErrNone where there is none.
func Choose(asked string, matches []Match) (string, error) {
	if slices.ContainsFunc(matches, func(m Match) bool { return m.Exact }) {
		matches = slices.DeleteFunc(slices.Clone(matches), func(m Match) bool { return !m.Exact })
	}
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.CallID, b.CallID))
	})
	matches = slices.CompactFunc(matches, func(a, b Match) bool { return a.CallID == b.CallID })
	switch len(matches) {
	case 0:
		return "", ErrNone
	case 1:
		return matches[0].CallID, nil
	}
	return "", &AmbiguousError{Asked: asked, Matches: matches}
}

// ErrNone says that an id belongs to no call.
var ErrNone = errors.New("no call has this id")

// An AmbiguousError says that an id may mean several calls.
type AmbiguousError struct {
	Asked   string
	Matches []Match
}

func (e *AmbiguousError) Error() string {
	const most = 10
	var b strings.Builder
	fmt.Fprintf(&b, "%s may mean %d calls; name one by its call id:", Safe(e.Asked), len(e.Matches))
	for _, m := range e.Matches[:min(len(e.Matches), most)] {
		start := "began at an unknown time"
		if !m.Start.IsZero() {
			start = "began " + m.Start.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		fmt.Fprintf(&b, "\n  %s  %s (%s)", Safe(m.CallID), start, m.What)
	}
	if n := len(e.Matches) - most; n > 0 {
		fmt.Fprintf(&b, "\n  and %d more", n)
	}
	return b.String()
}

// Normal is the form in which ids are compared: without white space around
// them, in lower case.
func Normal(id string) string { return strings.ToLower(strings.TrimSpace(id)) }

// Find reads calls.ndjson and returns the call that an id means: its own, an
// alias, a session's or a finding's, whole or the beginning of it. asked are
// the forms of the id. Where there is none the error wraps ErrNone, and near
// are the ids of calls that look like it.
func Find(r io.Reader, asked ...string) (c *Call, near []string, err error) {
	var matches []Match
	var exact, first []byte
	close := nearest{asked: Normal(asked[0])}
	lines := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		text, readErr := lines.ReadBytes('\n')
		if len(strings.TrimSpace(string(text[:min(len(text), 64)]))) > 0 {
			var k known
			if err := json.Unmarshal(text, &k); err != nil {
				return nil, nil, fmt.Errorf("line %d is no call: %w", n, err)
			}
			close.add(k.CallID)
			if m, ok := k.match(asked); ok {
				matches = append(matches, m)
				if m.Exact && exact == nil {
					exact = text
				}
				if first == nil {
					first = text
				}
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return nil, nil, readErr
		}
	}
	if _, err := Choose(asked[0], matches); err != nil {
		return nil, close.ids, err
	}
	if exact == nil {
		exact = first
	}
	c = new(Call)
	return c, nil, json.Unmarshal(exact, c)
}

// known is the part of a call by which it is found.
type known struct {
	CallID  string `json:"call_id"`
	Start   Bound  `json:"start"`
	Aliases []struct {
		Kind  string `json:"kind"`
		Value string `json:"value"`
	} `json:"aliases"`
	Sessions []struct {
		ID string `json:"session_id"`
	} `json:"sessions"`
	Findings []struct {
		ID string `json:"id"`
	} `json:"findings"`
}

// match compares the ids of a call with the one asked for.
func (k known) match(asked []string) (m Match, found bool) {
	try := func(what, value string) {
		value = Normal(value)
		for _, a := range asked {
			a = Normal(a)
			if a == "" || !strings.HasPrefix(value, a) || found && (m.Exact || value != a) {
				continue
			}
			m, found = Match{CallID: k.CallID, Start: k.Start.At.Time(), What: what, Exact: value == a}, true
		}
	}
	try("call id", k.CallID)
	for _, a := range k.Aliases {
		try(words(a.Kind), a.Value)
	}
	for _, s := range k.Sessions {
		try("session", s.ID)
	}
	for _, f := range k.Findings {
		try("finding", f.ID)
	}
	return m, found
}

// nearest keeps the ids that look most like the one asked for.
type nearest struct {
	asked string
	ids   []string
	away  []int
}

// add takes an id into account: as much of it as was asked for.
func (n *nearest) add(id string) {
	const most = 3
	r := []rune(Normal(id))
	d := edits(n.asked, string(r[:min(len(r), len([]rune(n.asked)))]))
	if d > len(n.asked)/3 {
		return // of one or two letters everything would be near
	}
	i, _ := slices.BinarySearch(n.away, d+1)
	if i >= most {
		return
	}
	n.ids, n.away = slices.Insert(n.ids, i, id), slices.Insert(n.away, i, d)
	n.ids, n.away = n.ids[:min(len(n.ids), most)], n.away[:min(len(n.away), most)]
}

// edits is the number of insertions, deletions and replacements between two
// ids.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
