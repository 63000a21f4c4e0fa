package embedded

import (
	"context"
	"strings"
	"testing"

	"rollcall/ingest/kafka"
)

// TestProduceNamesTheFolder holds an error of the broker to naming where it
// writes to.
func TestProduceNamesTheFolder(t *testing.T) {
	cfg := kafka.DefaultClientConfig()
	cfg.Brokers = []string{"127.0.0.1:1"} // nobody answers there
	client, err := kafka.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r := &Run{Client: client, folder: "/tmp/rollcall-7"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // else the client goes on trying
	err = r.Produce(ctx, kafka.DefaultProduceConfig(), "audit", 0, []kafka.Message{{Value: []byte("{}")}})
	if err == nil || !strings.Contains(err.Error(), "/tmp/rollcall-7") || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("the error is %v", err)
	}
}
