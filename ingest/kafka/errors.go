package kafka

import (
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// Error codes of the protocol that are treated apart
// (https://kafka.apache.org/protocol.html#protocol_error_codes).
const (
	errOffsetOutOfRange   = 1
	errUnknownTopic       = 3
	errLeaderNotAvailable = 5
	errTopicExists        = 36
	errGroupNotFound      = 69
)

// ErrRevoked is returned by Claim.Commit when the generation that the claim
// belongs to has ended: another member may hold the partition.
var ErrRevoked = errors.New("the partition was revoked: its consumer group generation has ended")

// codeError turns a protocol error code into kafka-go's error of that code.
func codeError(code int16) error { return kafkago.Error(code) }

// PartitionError is a failure that belongs to a place in a partition and that
// trying again does not cure.
type PartitionError struct {
	Topic     string
	Partition int
	Offset    int64
	Err       error
	// Hint says what an operator can do.
	Hint string
}

func (e *PartitionError) Error() string {
	return fmt.Sprintf("topic %s partition %d offset %d: %v: %s", e.Topic, e.Partition, e.Offset, e.Err, e.Hint)
}

func (e *PartitionError) Unwrap() error { return e.Err }

// errBeyondEnd says that a position lies above the end of the log.
var errBeyondEnd = errors.New("the position lies above the end of the log")

// errCorrupt says that a record batch can't be read.
var errCorrupt = errors.New("corrupt record batch")

// errTooLarge says that a record batch becomes too large when it is
// decompressed, a decompression bomb.
var errTooLarge = fmt.Errorf("it decompresses to more than %d MiB", maxBatch>>20)

// errCodec says that a record batch uses a compression that is not known.
var errCodec = errors.New("unknown compression")
