package evidence

import (
	"fmt"
	"strconv"
	"time"

	"rollcall/rules/rule"
)

// The rules on partitions and on silent apps.
const (
	RuleGap       = "evidence.gap"
	RuleSilentApp = "evidence.silent-app"
)

// A Partition is a partition of a topic as the ledger of what was read knows it.
type Partition struct {
	Topic     string
	Epoch     uint32
	Partition int32
	// Stored is true where any of its messages was stored; one of which nothing
	// is known yet is no evidence.
	Stored bool
	Gaps   []Lost
}

// A Lost is a range of offsets that were gone before they were read.
type Lost struct {
	First, Last int64 // both included
	// After and Before bound the Kafka time of what was lost; zero where not known.
	After, Before time.Time
	Reason        string
}

// JudgePartition states the gaps of a partition, one finding each.
func JudgePartition(p Partition, policyID string) rule.Outcome {
	var out rule.Outcome
	switch {
	case len(p.Gaps) > 0:
		out.Count(RuleGap, rule.Fail)
	case p.Stored:
		out.Count(RuleGap, rule.Pass)
	default:
		out.Count(RuleGap, rule.NoEvidence)
	}
	name := fmt.Sprintf("%s/%d", p.Topic, p.Partition)
	for _, g := range p.Gaps {
		f := ruleGap().Finding(p.Topic, strconv.FormatUint(uint64(p.Epoch), 10), strconv.Itoa(int(p.Partition)), strconv.FormatInt(g.First, 10))
		f.Subject = fmt.Sprintf("%s@%d-%d", name, g.First, g.Last)
		f.PolicyVersion, f.FirstAt, f.DetectedAt = policyID, g.After, g.Before
		f.Message = fmt.Sprintf("%d messages of partition %s (offsets %d to %d) were never read: %s.", g.Last-g.First+1, name, g.First, g.Last, g.Reason)
		out.Find(f)
	}
	return out
}
