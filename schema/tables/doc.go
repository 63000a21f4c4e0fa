// Package tables holds Rollcall's ClickHouse tables: their definitions, the
// migrations that make them, and the few conventions that writers and readers
// share.
//
// The same SQL runs in the embedded ClickHouse, on a server, on a cluster and in
// ClickHouse Cloud; MigrateOptions says which. Tables are always written and
// read under their plain names (messages, events, …): on a cluster these are the
// distributed tables above the local ones.
//
// What holds:
//
//   - Evidence is keyed by (topic, epoch, partition, offset), events by that and
//     the index in the message. Physical copies of a key do no harm: readers go
//     through the views messages_one, events_one and so on, which give one row a
//     key whether or not ClickHouse has merged the copies yet.
//   - events_current gives one row an event, which may have come several times,
//     at several offsets and in several envelopes; events_of(alias_keys = […])
//     gives the same for the events of some alias sets only, events_part for a
//     part of these.
//   - A range of offsets is stored when a row of batches says so, not before.
//   - The result tables hold every evaluation; their _current views give the
//     newest of each call that still is one.
//   - All instants are UTC. An instant that is not known is NULL.
package tables
