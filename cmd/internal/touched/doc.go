// Package touched shares the calls out between services by Kafka's internal
// topic of touched calls (design.md, section 2). DESIGN.md says how.
//
// Who stores evidence tells the topic which calls it is about, keyed by the
// call's current root, which is its id. A group of assessors shares out the
// topic's partitions; who holds a partition holds its calls: it evaluates them
// when they are touched, and keeps their deadlines. [Ring] says which partition a
// call is of, in Go and in SQL alike.
//
// What it promises:
//
//   - What was told is taken again until somebody said that it is evaluated: a
//     partition's offset is committed after that, never before.
//   - A message may come twice, and to an assessor that holds its call no more.
//     Evaluating twice is harmless.
//
// What it does not promise: that a message's key is the root by now. Two calls
// become one when an event ties them; whoever finds that out tells the topic under
// the new root.
package touched
