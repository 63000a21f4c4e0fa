package ingest

import (
	"errors"
	"fmt"
	"time"

	"rollcall/ingest/kafka"
)

// Config says what to read and how to store it.
type Config struct {
	Kafka kafka.Config `yaml:"kafka"`
	// FlushMessages, FlushBytes (of message values) and FlushInterval bound a
	// block, whichever comes first. Two blocks are held at most: one being
	// filled, one being written.
	FlushMessages int           `yaml:"flush_messages"`
	FlushBytes    int           `yaml:"flush_bytes"`
	FlushInterval time.Duration `yaml:"flush_interval"`
	// MaxMessageBytes is the size above which only the beginning of a message
	// is kept, and nothing of it is read (design.md, 3).
	MaxMessageBytes int `yaml:"max_message_bytes"`
	// RetryMin and RetryMax bound the pause between attempts to write.
	RetryMin time.Duration `yaml:"retry_min"`
	RetryMax time.Duration `yaml:"retry_max"`
	// InsertTimeout bounds one attempt to write.
	InsertTimeout time.Duration `yaml:"insert_timeout"`
	// ShutdownGrace is what an insert under way gets when the service stops or
	// the partitions are given up.
	ShutdownGrace time.Duration `yaml:"shutdown_grace"`
	// Replicated is true where the tables are replicated: inserts then wait for a
	// majority, and the ledger is read sequentially consistent.
	Replicated bool `yaml:"-"`
	// Writer names this process in the ledger. Default: host and process id.
	Writer string `yaml:"writer"`
}

// DefaultConfig returns the settings that suit most. Kafka's brokers, group and
// topics are left for the caller.
func DefaultConfig() Config {
	return Config{
		Kafka:           kafka.DefaultConfig(),
		FlushMessages:   10_000,
		FlushBytes:      32 << 20,
		FlushInterval:   time.Second,
		MaxMessageBytes: 16 << 20,
		RetryMin:        100 * time.Millisecond,
		RetryMax:        30 * time.Second,
		InsertTimeout:   2 * time.Minute,
		ShutdownGrace:   10 * time.Second,
	}
}

// Validate returns every problem at once, each naming its key, or nil.
func (c Config) Validate() error {
	return errors.Join(c.Kafka.Validate(), c.validateOwn())
}

func (c Config) validateOwn() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(c.FlushMessages >= 1 && c.FlushMessages <= 1_000_000, "ingest.flush_messages: %d is outside 1 to 1000000", c.FlushMessages)
	check(c.FlushBytes >= 1<<16 && c.FlushBytes <= 256<<20, "ingest.flush_bytes: %d is outside 64 KiB to 256 MiB", c.FlushBytes)
	check(c.FlushInterval > 0, "ingest.flush_interval: %v is not above zero", c.FlushInterval)
	check(c.MaxMessageBytes >= keptBytes, "ingest.max_message_bytes: %d is below 64 KiB", c.MaxMessageBytes)
	check(c.RetryMin > 0 && c.RetryMin <= c.RetryMax, "ingest.retry_min: %v must be above zero and at most retry_max (%v)", c.RetryMin, c.RetryMax)
	check(c.InsertTimeout > 0, "ingest.insert_timeout: %v is not above zero", c.InsertTimeout)
	check(c.ShutdownGrace >= 0, "ingest.shutdown_grace: %v is negative", c.ShutdownGrace)
	return errors.Join(errs...)
}
