// Package workbook writes usage.xlsx, the report that finance reads: a cover
// with method and completeness, a summary that sets consumed beside billed and
// covered minutes, the meters by day and by app, what is not billed, what is
// unmapped and why, and every usage line.
//
// Numbers and dates are typed, totals are formulas that carry their computed
// value, and text is always a typed string, so that nothing from outside can
// become a formula. The same report gives the same bytes. Lines are streamed:
// memory grows with the compressed size of the file, not with its rows.
package workbook
