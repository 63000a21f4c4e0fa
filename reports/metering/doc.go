// Package metering turns an assembled call into usage lines: how long each
// session and each recording used which of Azure's meters on which UTC day,
// and what that costs by the operator's price book (design.md, section 7).
//
// It is pure: no clock, no files, no network; now, tariff and the map of apps
// are arguments. The same call, tariff and now always give the same lines in
// the same order. See DESIGN.md for the rules and their reasons.
package metering
