package outputs

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"rollcall/rules/interop"
	"rollcall/schema"
)

// capabilities writes capabilities.csv: each cell of the capability table, with
// what the table says of it as of now and how many sessions, in how many calls,
// were seen in it. A cell that says no and was seen is no accusation.
func (r Report) capabilities(ctx context.Context, w io.Writer) error {
	table, err := interop.Capabilities()
	if err != nil {
		return err
	}
	sessions, calls := map[interop.Cell]int{}, map[interop.Cell]int{}
	err = r.Store.Joins(ctx, func(c schema.Call) {
		for cell, n := range interop.Seen(c) {
			sessions[cell] += n
			calls[cell]++
		}
	})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write([]string{"join_path", "deed", "can", "sessions", "calls", "source"}); err != nil {
		return err
	}
	for _, cell := range table.Cells() {
		can, known := table.Can(cell, r.AsOf)
		said := ""
		switch {
		case known && can:
			said = "yes"
		case known:
			said = "no"
		}
		row := []string{string(cell.User), string(cell.Deed), said, strconv.Itoa(sessions[cell]), strconv.Itoa(calls[cell]), table.Source}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
