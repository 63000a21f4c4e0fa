package touched

import (
	"slices"
	"strconv"
	"strings"

	kafkago "github.com/segmentio/kafka-go"
)

// A Ring says which partitions of the topic are held here. The zero value holds
// nothing.
type Ring struct {
	// Partitions is how many the topic has.
	Partitions int
	// Held are those that are held here, in order.
	Held []int
}

// Partition is the partition of a call, or of anything else that has a name: that
// which Kafka's own producers choose for a message with this key.
func (r Ring) Partition(name string) int {
	if r.Partitions <= 0 {
		return 0
	}
	return murmur.Balance(kafkago.Message{Key: []byte(name)}, numbers(r.Partitions)...)
}

// murmur is Kafka's partitioner of messages with a key.
var murmur = kafkago.Murmur2Balancer{Consistent: true}

// MostPartitions is how many partitions the topic may have.
const MostPartitions = 1024

var all = func() []int {
	list := make([]int, MostPartitions)
	for i := range list {
		list[i] = i
	}
	return list
}()

func numbers(n int) []int { return all[:min(n, MostPartitions)] }

// Holds reports whether a call is held here.
func (r Ring) Holds(name string) bool {
	return len(r.Held) > 0 && slices.Contains(r.Held, r.Partition(name))
}

// Leads reports whether what is there to do once is to be done here.
func (r Ring) Leads() bool { return slices.Contains(r.Held, leading) }

// leading is the partition whose holder leads.
const leading = 0

// Without is what r holds and o does not, of a topic with as many partitions;
// all, where it has more by now.
func (r Ring) Without(o Ring) Ring {
	if r.Partitions != o.Partitions {
		return r
	}
	return Ring{r.Partitions, slices.DeleteFunc(slices.Clone(r.Held), func(p int) bool { return slices.Contains(o.Held, p) })}
}

// Condition is the SQL condition that the name in a column is held here.
// ClickHouse's kafkaMurmurHash is the hash of Kafka's producers.
func (r Ring) Condition(column string) string {
	if len(r.Held) == 0 {
		return "0"
	}
	list := make([]string, len(r.Held))
	for i, p := range r.Held {
		list[i] = strconv.Itoa(p)
	}
	return "kafkaMurmurHash(" + column + ") % " + strconv.Itoa(r.Partitions) + " IN (" + strings.Join(list, ", ") + ")"
}
