package interop

import (
	_ "embed" // for the table
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"rollcall/schema"
)

// A Deed is what a user does, as the capability table has it.
type Deed string

// The deeds of the capability table that a call can show. What it has on
// displayed names and chat is the business of other rules.
const (
	JoinMeeting Deed = "join_meeting"  // of Teams
	MakeCall    Deed = "call"          // of Teams, outside of a meeting
	JoinACSCall Deed = "join_acs_call" // that the Calling SDK began
	Telephony   Deed = "telephony"     // bring a telephone into a Teams meeting
)

// A Cell is one cell of the capability table.
type Cell struct {
	User schema.JoinPath
	Deed Deed
}

// An entry says whether a cell's user can do its deed, from a day on.
type entry struct {
	User schema.JoinPath `yaml:"user"`
	Deed Deed            `yaml:"deed"`
	Can  string          `yaml:"can"`
	From string          `yaml:"from"`
	Note string          `yaml:"note"`

	from time.Time
}

// A Table says who can do what since when.
type Table struct {
	Source  string
	entries []entry
}

//go:embed capabilities.yaml
var tableText string

// shippedTable is read once and never changed.
var shippedTable = sync.OnceValues(func() (Table, error) { return parseTable(tableText) })

// Capabilities returns the table that ships with the program.
func Capabilities() (Table, error) { return shippedTable() }

func parseTable(text string) (Table, error) {
	var file struct {
		Source       string  `yaml:"source"`
		Capabilities []entry `yaml:"capabilities"`
	}
	if err := yaml.NewDecoder(strings.NewReader(text), yaml.DisallowUnknownField()).Decode(&file); err != nil {
		return Table{}, fmt.Errorf("capability table: %w", err)
	}
	for i := range file.Capabilities {
		e := &file.Capabilities[i]
		var err error
		if e.from, err = time.Parse(time.DateOnly, e.From); err != nil || e.Can != "yes" && e.Can != "no" {
			return Table{}, fmt.Errorf("capability table: entry %d (%s, %s): expected a day and yes or no, found %q and %q", i+1, e.User, e.Deed, e.From, e.Can)
		}
	}
	slices.SortStableFunc(file.Capabilities, func(a, b entry) int { return a.from.Compare(b.from) })
	return Table{Source: file.Source, entries: file.Capabilities}, nil
}

// Can says whether a cell's user can do its deed at an instant; known is false
// for a cell that the table does not have then.
func (t Table) Can(c Cell, at time.Time) (can, known bool) {
	for _, e := range slices.Backward(t.entries) {
		if e.User == c.User && e.Deed == c.Deed && !e.from.After(at) {
			return e.Can == "yes", true
		}
	}
	return false, false
}

// Cells lists every cell that the table has at any time, in its order.
func (t Table) Cells() []Cell {
	var out []Cell
	for _, e := range t.entries {
		if c := (Cell{e.User, e.Deed}); !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
