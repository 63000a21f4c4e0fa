package proof

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"rollcall/reports/export"
	"rollcall/schema/tables"
)

// A line is a line of messages/index.ndjson.
type line struct {
	// Entry holds the value; where there is none Withheld says why.
	Entry    string `json:"entry"`
	Withheld string `json:"withheld,omitempty"`
	// File and Line say where it lay, where it was read from a file.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitzero"`
	// Epoch, Length and Flags are left out where only reports tell of the message,
	// which don't have them, and the coordinates where it came from a file then.
	Topic     string  `json:"topic,omitempty"`
	Epoch     *uint32 `json:"epoch,omitempty"`
	Partition *int32  `json:"partition,omitempty"`
	Offset    *int64  `json:"offset,omitempty"`
	// BrokerTime is RFC 3339, UTC, in milliseconds.
	BrokerTime string `json:"broker_time,omitempty"`
	// Key and Headers are base64: names and values of headers in turn.
	Key     []byte      `json:"key,omitempty"`
	Headers [][2][]byte `json:"headers,omitempty"`
	Length  *uint64     `json:"length,omitempty"`
	Flags   *uint8      `json:"flags,omitempty"`
	// Salt and Commitment are hex; what is committed to is in package tables.
	Salt       string `json:"salt,omitempty"`
	Commitment string `json:"commitment,omitempty"`
	// SHA256 is that of the value as it is stored, SourceSHA256 that of the line
	// of the file.
	SHA256       string   `json:"sha256,omitempty"`
	SourceSHA256 string   `json:"source_sha256,omitempty"`
	Events       []string `json:"events"`
}

// brokerLayout is how a broker's time is written.
const brokerLayout = "2006-01-02T15:04:05.000Z"

// newLine describes a message. Where the value is withheld, what else was in the
// message is so too, and the salt, by which values could be guessed.
func newLine(m export.RawMessage, entry, withheld string) line {
	l := line{Entry: entry, Withheld: withheld, File: m.File, Line: m.Line, Topic: m.Topic, SHA256: m.SHA256, SourceSHA256: m.SourceSHA256, Events: m.Events}
	if m.Topic != "" {
		l.Partition, l.Offset = &m.Partition, &m.Offset
	}
	if m.Value != nil {
		l.Length, l.Flags = &m.Length, &m.Flags
	}
	if !m.Stored() {
		return l
	}
	l.Epoch, l.BrokerTime, l.Commitment = &m.Epoch, m.BrokerTime.Format(brokerLayout), hex.EncodeToString(m.Commitment[:])
	if withheld != "" {
		return l
	}
	l.Key, l.Salt = m.Key, hex.EncodeToString(m.Salt[:])
	for _, h := range m.Headers {
		l.Headers = append(l.Headers, [2][]byte{[]byte(h[0]), []byte(h[1])})
	}
	return l
}

// place says where a message lies, for errors.
func (l line) place() string {
	if l.File != "" {
		return fmt.Sprintf("%s, line %d", l.File, l.Line)
	}
	if l.Partition == nil || l.Offset == nil {
		return l.Topic
	}
	return fmt.Sprintf("%s, partition %d, offset %d", l.Topic, *l.Partition, *l.Offset)
}

// check computes the commitment anew from the line and the value.
func (l line) check(value []byte) error {
	if l.Epoch == nil || l.Partition == nil || l.Offset == nil || l.Length == nil || l.Flags == nil {
		return errors.New("its coordinates are not whole")
	}
	m := tables.Message{
		Topic: l.Topic, Epoch: *l.Epoch, Partition: *l.Partition, Offset: *l.Offset, Key: l.Key, Length: *l.Length, Flags: *l.Flags, Value: value,
	}
	if n, err := hex.Decode(m.Salt[:], []byte(l.Salt[:min(len(l.Salt), 32)])); err != nil || n != len(m.Salt) {
		return errors.New("its salt can't be read")
	}
	var err error
	if m.BrokerTime, err = time.Parse(brokerLayout, l.BrokerTime); err != nil {
		return errors.New("its broker time can't be read")
	}
	if len(l.Headers) > 0 {
		m.Headers = func(yield func(string, []byte) bool) {
			for _, h := range l.Headers {
				if !yield(string(h[0]), h[1]) {
					return
				}
			}
		}
	}
	var c tables.Committer
	if hex.EncodeToString(c.Commit(m)) != l.Commitment {
		return errors.New("it is not what its commitment was made of when it was stored")
	}
	return nil
}
