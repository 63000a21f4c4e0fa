// Package timeline tells one call as a person would: who was in it and when,
// what was recorded, what the platform signalled and the app reported, what
// follows from it, and on what evidence each of these rests.
//
// Call is the document: a line of calls.ndjson, the output of `rollcall explain
// --json`, described by the JSON Schema in schema/documents. Text renders it for
// a terminal. The package reads nothing and knows no clock.
package timeline
