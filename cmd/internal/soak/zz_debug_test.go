package soak

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"rollcall/cmd/internal/simulate"
	"rollcall/schema"
)

func TestDebug(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	if err != nil {
		t.Skip()
	}
	opt := variety(seed)
	_ = simulate.Demo
	messages, truth := simulate.Generate(opt)
	r := &Report{Results: map[string]int{}}
	ev := newEvidence()
	for m := range messages {
		ev.add(&m, r)
	}
	terms, _ := Terms(opt)
	terms.Now = truth.AsOf
	res := ev.evaluate(terms)
	want := os.Getenv("CALL")
	var list []*stored
	keys := map[string]bool{}
	for _, e := range ev.events {
		if e.Refs.CorrelationID == want {
			for _, n := range e.names {
				keys[n] = true
			}
		}
	}
	for _, e := range ev.events {
		for _, n := range e.names {
			if keys[n] {
				list = append(list, e)
				break
			}
		}
	}
	slices.SortFunc(list, func(a, b *stored) int { return a.Time.Compare(b.Time) })
	for _, e := range list {
		b, _ := json.Marshal(e.Facts)
		fmt.Println(e.Time.Format("15:04:05.000"), e.Source, e.Kind, string(b))
	}
	got := res[want]
	for _, s := range got.Call.Sessions {
		s.Receipts, s.Events = nil, nil
		b, _ := json.Marshal(s)
		fmt.Println("SESSION", string(b))
	}
	for _, s := range got.Call.Episodes {
		b, _ := json.Marshal(s)
		fmt.Println("EPISODE", string(b))
	}
	_ = schema.Event{}
	for _, tc := range truth.Calls {
		if tc.CallID == want {
			for _, s := range tc.Sessions {
				fmt.Println("TRUTH", name(&s))
			}
			for _, e := range tc.Episodes {
				fmt.Println("TRUTH", e.Capture, e.Ordinal, clock(e.Start), clock(e.End), e.EndAssumed)
			}
		}
	}
}
