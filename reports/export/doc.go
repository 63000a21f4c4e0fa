// Package export writes the files of design.md, section 8, from the results and
// the evidence in ClickHouse. Rows are streamed in a stable order, so memory
// stays flat and two exports of the same results are the same bytes.
package export
