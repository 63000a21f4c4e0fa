// Package compliance writes the report that a compliance officer reviews:
// compliance.xlsx and, for those who only look, compliance.html. Both hold the
// same: coverage by day, app, capture, client version and join path, the
// findings, what was not judged and why, how notices were reported, and checks
// that the figures add up.
//
// A pass is the app's own claim and a miss its own silence: the report says
// "reported" and names how the receipts came. Coverage is pass ÷ (pass + late +
// missed + no evidence), cut after two decimals and never rounded up; what is
// outside of it stands beside it. Time that rests on assumed bounds is totalled
// apart.
//
// Figures are added up by ClickHouse, findings are streamed. The same store
// gives the same bytes.
package compliance
