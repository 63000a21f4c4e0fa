// Package kafka reads topics in a consumer group and hands every offset, in
// order, to a [Handler], which stores it and says afterwards what may be
// committed.
//
// What it promises:
//
//   - Each partition's offsets are handed over as contiguous ranges, from the
//     position that the handler's own ledger named. A range includes the offsets
//     that carry no message: transaction markers, records of aborted
//     transactions, records removed by compaction.
//   - Offsets that retention removed before they were read are handed over as a
//     [Gap], never skipped in silence.
//   - Nothing is delivered after Revoked, and a [Claim] of an ended generation
//     refuses to commit.
//   - Records of aborted transactions are never delivered.
//   - Memory is bounded: one response being handled and one fetched ahead for
//     each broker.
//
// What it does not promise: that an offset is delivered once. After a rebalance
// or a crash a member delivers again what its ledger does not hold; the
// committed offset in Kafka is a hint for monitoring, not the truth.
//
// Membership is kafka-go's ConsumerGroup and Generation; connections are its
// Transport. Fetching is done here, by the protocol: kafka-go's own readers drop
// the list of aborted transactions, ignore log-append times and skip expired
// offsets.
package kafka
