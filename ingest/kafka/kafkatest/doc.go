// Package kafkatest gives tests a broker: a fake one in the same process
// (StartFake), quick and always there, or a real Apache Kafka (StartReal), for
// what only the real one shows.
package kafkatest
