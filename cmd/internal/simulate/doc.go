// Package simulate makes a company's calls up and speaks of them as Azure and
// the company's apps would: in the real wire formats, with their quirks.
//
// A seed decides a script first: which calls there were, who really joined and
// left when, when a recording or transcription really ran, what each client was
// signalled and what it showed. Two things are then derived from the script,
// each on its own:
//
//   - the messages, as bytes that would lie in Kafka, and
//   - the truth: what an auditor with exactly this evidence has to find.
//
// The truth is found by walking the script's instants one by one and counting
// who is in the call and what is on. It uses none of the product's code and
// none of its interval arithmetic, so that the two can be held against each
// other.
//
// Everything is a function of [Options]: the same options give the same bytes.
// How messages are delivered (Disorder, Duplicates, Lateness, Malformed, Hurt)
// never changes the truth. What evidence there is (ClockSkew, LostEvidence,
// RosterLag, Gaps) does: the truth is what can be known, and Told beside it what
// was so.
//
// A source that is not there at all (Graph, Metadata, Requests, Logs) is evidence
// that is not there, too. Everything about these sources is drawn from streams of
// their own, so that a share moves nothing else of the script but pauses, which
// are dropped where no source could tell of them.
//
// Where a source knows a duration in whole seconds only, and no better source
// speaks of that session, the script's duration is whole seconds, so that the
// truth does not depend on how a program rounds. Where an app's own leave event
// refines such a duration, the real one is at most 499 ms longer than the whole
// seconds.
package simulate
