package kafka

import (
	"cmp"
	"slices"

	kafkago "github.com/segmentio/kafka-go"
)

// balancer deals partitions out so that the members' numbers of partitions, over
// all topics, differ by at most one where all read the same topics. kafka-go's
// own balancers deal each topic by itself, which gives the first member all of
// many small topics.
type balancer struct{}

// ProtocolName implements kafkago.GroupBalancer. It is the name of Kafka's own
// assignor of this behaviour.
func (balancer) ProtocolName() string { return "roundrobin" }

// UserData implements kafkago.GroupBalancer.
func (balancer) UserData() ([]byte, error) { return nil, nil }

// AssignGroups implements kafkago.GroupBalancer.
func (balancer) AssignGroups(members []kafkago.GroupMember, parts []kafkago.Partition) kafkago.GroupMemberAssignments {
	members, parts = slices.Clone(members), slices.Clone(parts)
	slices.SortFunc(members, func(a, b kafkago.GroupMember) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(parts, func(a, b kafkago.Partition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.ID, b.ID))
	})
	out := kafkago.GroupMemberAssignments{}
	held := map[string]int{}
	for _, m := range members {
		out[m.ID] = map[string][]int{}
	}
	for _, p := range parts {
		least := ""
		for _, m := range members {
			if slices.Contains(m.Topics, p.Topic) && (least == "" || held[m.ID] < held[least]) {
				least = m.ID
			}
		}
		if least != "" {
			out[least][p.Topic] = append(out[least][p.Topic], p.ID)
			held[least]++
		}
	}
	return out
}
