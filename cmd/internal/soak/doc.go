// Package soak holds the program against the truth: it runs simulated messages
// through everything of the product that is pure, in memory, and compares what
// comes out with what the simulator knows.
//
// The path is that of the service without Kafka and ClickHouse: messages are
// decoded, one event is kept for each id as the view events_current does,
// aliases are resolved into calls, and each call is evaluated as of the truth's
// instant with the simulation's policy and price book.
package soak
