package touched

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// A Message says that calls are to be looked at.
type Message struct {
	// Root is the id of the call as far as the sender knows: the message's key.
	Root string `json:"-"`
	// Keys are its alias sets (alias_key of the table events) of which there is
	// something new.
	Keys []string `json:"keys,omitempty"`
	// Anew is true where it is not known what is new, so that all of the call is to
	// be read.
	Anew bool `json:"anew,omitempty"`
	// Gone is true where the call is part of another by now, which is held
	// elsewhere.
	Gone bool `json:"gone,omitempty"`
	// Judged is the sender's word of how far it is; such a message is about no call.
	Judged *Judged `json:"judged,omitempty"`
	// Hops is how often an assessor has passed it on.
	Hops int `json:"hops,omitempty"`
}

// Judged says that all is judged up to an instant of what some partitions hold.
type Judged struct {
	Until time.Time `json:"until"`
	Held  []int     `json:"held"`
}

// maxKeys bounds a message: one may be about a call of ten thousand alias sets.
const maxKeys = 1000

// parts are messages of which each is within bounds.
func (m Message) parts() []Message {
	if m.Gone || m.Judged != nil {
		return []Message{m}
	}
	var all []Message
	for keys := range slices.Chunk(m.Keys, maxKeys) {
		part := m
		part.Keys = keys
		all = append(all, part)
	}
	return all
}

func (m Message) encode() ([]byte, error) { return json.Marshal(m) }

func decode(key, value []byte) (Message, error) {
	m := Message{Root: string(key)}
	if err := json.Unmarshal(value, &m); err != nil {
		return m, fmt.Errorf("no message about touched calls: %w", err)
	}
	return m, nil
}
