// Package schema holds the words that every part of Rollcall shares: the
// normalised event that decoders produce, the call that assembling makes of
// events, and the rows that rules and metering derive from a call.
//
// Everything here is data. The package imports nothing of Rollcall's and does
// no I/O; its sub-packages hold the ClickHouse tables and the embedded
// ClickHouse. All instants are UTC and cut to the millisecond; the zero
// time.Time means "not known".
package schema
