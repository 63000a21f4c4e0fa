// Package ingest brings messages from Kafka into ClickHouse: the raw message as
// evidence, the events that decoders read from it, and what could not be read.
//
// What holds, whatever fails in between:
//
//   - Every offset is stored, dead-lettered or a recorded gap, once, in every
//     reader's view. Kafka's committed offset is only a hint; the truth is the
//     union of the ranges in the table batches, whose row is written last.
//   - One bad event takes nothing with it: not its message, not its neighbours.
//   - While ClickHouse is away nothing is dropped: reading stops when two blocks
//     are full, the consumer stays in its group, memory stays bounded.
//   - After Revoked nothing more is written for the partitions given up, except
//     by an insert that was on its way; its rows are copies that the keyed views
//     do not show.
//
// DESIGN.md tells how, and what is not guaranteed.
package ingest
