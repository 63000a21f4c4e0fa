package tables

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"
)

// Flags of a row in messages.
const (
	FlagNullKey        = 1 << iota // the key is null, not empty
	FlagNullValue                  // the value is null, not empty: a tombstone
	FlagContentDropped             // the stored value lacks content that the audit doesn't need
	FlagTooLong                    // the stored value is only the beginning
)

// A Message is what a commitment binds: a row of messages.
type Message struct {
	Salt       [16]byte
	Topic      string
	Epoch      uint32
	Partition  int32
	Offset     int64
	BrokerTime time.Time // only the millisecond counts
	Key        []byte
	Headers    func(yield func(name string, value []byte) bool)
	Length     uint64
	Flags      uint8
	Value      []byte // as stored
}

// commitmentDomain keeps commitments apart from any other hash over the same
// bytes. A change of what is hashed needs another one.
const commitmentDomain = "rollcall.message.1\x00"

// A Committer computes commitments. It keeps its memory and is not for
// concurrent use; the zero value is ready.
type Committer struct {
	hash hash.Hash
	head []byte
	sum  []byte
}

// Commit returns the SHA-256 over the domain, the salt and the whole row, every
// part of variable length with its length before it, numbers big-endian. The
// salt is random and per message: with the salt and the value erased, nobody can
// test guesses of the value against the commitment. The result is valid until
// the next call.
func (c *Committer) Commit(m Message) []byte {
	if c.hash == nil {
		c.hash = sha256.New()
	}
	h := append(c.head[:0], commitmentDomain...)
	h = append(h, m.Salt[:]...)
	h = appendSized(h, m.Topic)
	h = binary.BigEndian.AppendUint32(h, m.Epoch)
	h = binary.BigEndian.AppendUint32(h, uint32(m.Partition))
	h = binary.BigEndian.AppendUint64(h, uint64(m.Offset))
	h = binary.BigEndian.AppendUint64(h, uint64(m.BrokerTime.UnixMilli()))
	h = append(h, m.Flags)
	h = binary.BigEndian.AppendUint64(h, m.Length)
	h = appendSized(h, m.Key)
	if m.Headers != nil {
		for name, value := range m.Headers {
			h = append(h, 1)
			h = appendSized(h, name)
			h = appendSized(h, value)
		}
	}
	h = append(h, 0)
	h = binary.BigEndian.AppendUint64(h, uint64(len(m.Value)))
	c.head = h
	c.hash.Reset()
	c.hash.Write(h)
	c.hash.Write(m.Value)
	c.sum = c.hash.Sum(c.sum[:0])
	return c.sum
}

func appendSized[T string | []byte](to []byte, v T) []byte {
	return append(binary.BigEndian.AppendUint64(to, uint64(len(v))), v...)
}
