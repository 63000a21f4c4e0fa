package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"rollcall/schema/tables"
)

// Variables by which the test binary becomes a member of the group, to be killed
// by a test.
const (
	memberDSN     = "ROLLCALL_TEST_MEMBER_DSN"
	memberBrokers = "ROLLCALL_TEST_MEMBER_BROKERS"
)

// holding is what the member says when it is in the middle of a block.
const holding = "holding a block"

// runMember reads like any member. After three blocks it stops between the rows
// of a block and the ledger's, and says so.
func runMember() error {
	ctx := context.Background()
	conn, err := tables.Open(ctx, os.Getenv(memberDSN), tables.OpenOptions{})
	if err != nil {
		return err
	}
	f := &faulty{Conn: conn}
	blocks := 0
	f.set(func(table string) error {
		if table == "batches" {
			if blocks++; blocks > 3 {
				fmt.Println(holding)
				select {} // until the process is killed
			}
		}
		return nil
	}, nil)
	cfg := realConfig([]string{os.Getenv(memberBrokers)})
	cfg.Writer = "doomed"
	p, err := New(cfg, Dependencies{Conn: f, Decoder: words{}, DecoderVersion: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return p.Run(ctx)
}

// realConfig is for a real broker: many small batches, a short session.
func realConfig(brokers []string) Config {
	cfg := testConfig()
	cfg.Kafka.Brokers, cfg.FlushInterval, cfg.FlushMessages = brokers, 50*time.Millisecond, 100
	cfg.Kafka.SessionTimeout, cfg.Kafka.HeartbeatInterval = 6*time.Second, 500*time.Millisecond
	cfg.Kafka.PartitionMaxBytes, cfg.Kafka.MaxBytes = 1<<13, 1<<16
	return cfg
}
