// Package output sends a simulation's messages to Kafka or to files, at a rate
// or as fast as it can, and writes what the simulator knows beside them: the
// policy, the price book and the truth.
//
// The files of one seed and one set of options are the same to the byte.
package output

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/cmd/internal/simulate"
)

// A Sink takes messages in order of their arrival.
type Sink interface {
	// Send takes a message; it may keep it until Flush.
	Send(ctx context.Context, m *simulate.Message) error
	// Flush hands on what was kept.
	Flush(ctx context.Context) error
}

// early is how long before its time a message may be sent, so that a high rate
// needs no timer for each message.
const early = 5 * time.Millisecond

// Run sends a whole simulation to the sink, at most rate messages a second, or
// as fast as it can where rate is 0. It returns the truth, which has no calls
// in it where opt.OnCall is set.
func Run(ctx context.Context, opt simulate.Options, rate float64, sink Sink) (*simulate.Truth, error) {
	messages, truth := simulate.Generate(opt)
	clock := pace{rate: rate, begun: time.Now()}
	for m := range messages {
		if wait := clock.wait(); wait > early {
			if err := errors.Join(sink.Flush(ctx), sleep(ctx, wait)); err != nil {
				return nil, err
			}
		}
		if clock.sent%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := sink.Send(ctx, &m); err != nil {
			return nil, fmt.Errorf("message %d, to %s: %w", clock.sent, m.Topic, err)
		}
		clock.sent++
	}
	return truth, sink.Flush(ctx)
}

// A pace says when the next message is due.
type pace struct {
	rate  float64 // messages a second; 0: no limit
	begun time.Time
	sent  int64
}

func (p *pace) wait() time.Duration {
	if p.rate <= 0 {
		return 0
	}
	due := time.Duration(float64(p.sent) / p.rate * float64(time.Second))
	return due - time.Since(p.begun)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
