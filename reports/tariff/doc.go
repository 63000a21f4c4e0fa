// Package tariff holds what Azure's usage costs: the catalogue of meters, and
// the price book that an operator writes (design.md, section 7).
//
// Reading a book is strict: every mistake is reported at once with file, line,
// column, key and what was expected, and a book with a mistake prices nothing.
// Rates are exact decimals, kept as the book writes them; nothing here passes
// through floating point. A Tariff is immutable and safe for concurrent use.
//
// No price is built in. Without a book nothing has a rate.
package tariff
