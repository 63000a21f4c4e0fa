// Package contract proves design.md, section 5 and its fine print, line by line:
// each test is named after the line that it proves. It holds nothing but tests.
//
// A test reads like a timetable: events are built by small functions that take
// seconds from the beginning of the call, and the rows that must come out are
// written in the same seconds.
package contract
