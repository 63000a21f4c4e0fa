// Package spreadsheet is what all workbooks share: their look, tables and covers,
// and a way of saving that gives the same bytes for the same content.
//
// Numbers and dates are typed, and text is always a typed string, so that
// nothing from outside can become a formula. Rows are streamed: memory grows
// with the compressed size of the file, not with its rows.
package spreadsheet
