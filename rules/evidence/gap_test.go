package evidence

import (
	"strings"
	"testing"
	"time"

	"rollcall/rules/rule"
)

func TestPartition(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	whole := JudgePartition(Partition{Topic: "events", Stored: true}, "p")
	if len(whole.Findings) != 0 || whole.Checks[RuleGap] != (rule.Population{Population: 1, Pass: 1}) {
		t.Errorf("a partition that is whole: %+v", whole)
	}
	torn := JudgePartition(Partition{Topic: "events", Partition: 3, Stored: true, Gaps: []Lost{
		{First: 10, Last: 19, After: at, Before: at.Add(time.Minute), Reason: "retention"}, {First: 40, Last: 40, Reason: "retention"}}}, "p")
	if len(torn.Findings) != 2 || torn.Checks[RuleGap].Fail != 1 || torn.Findings[0].ID == torn.Findings[1].ID {
		t.Fatalf("a partition with two gaps: %+v", torn)
	}
	if f := torn.Findings[0]; f.Subject != "events/3@10-19" || !strings.Contains(f.Message, "10 messages") || !f.FirstAt.Equal(at) {
		t.Errorf("%+v", f)
	}
	if none := JudgePartition(Partition{Topic: "events"}, "p"); none.Checks[RuleGap].NoEvidence != 1 {
		t.Errorf("a partition of which nothing is known: %+v", none)
	}
}
