package embedded

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// A Run is a whole pipeline in one process for one job, such as an audit: a
// broker and a ClickHouse that end with it, and ingest between them.
type Run struct {
	Conn   driver.Conn
	Client *kafka.Client

	broker  *Broker
	house   *chdb.Server
	folder  string
	cancel  context.CancelFunc
	done    chan error
	mu      sync.Mutex
	stored  map[part]*ranges
	changed chan struct{} // closed and replaced when stored changes
	failed  error
}

type part struct {
	topic     string
	partition int32
}

// ranges are the offsets of one partition that are stored: all below next, and
// those beyond it that came early.
type ranges struct {
	next  int64
	early map[int64]int64 // first to last
}

// RunConfig says what a run reads.
type RunConfig struct {
	Topics     []string
	Partitions int32
	Logger     *slog.Logger
	// Drop lists the content that is not stored; nil: the default list.
	Drop []string
	// MaxMemory is what ClickHouse may take, in bytes; 0: 512 MB. Larger sorts and
	// groupings go to disk.
	MaxMemory int64
}

// maxMemory is what ClickHouse may take of a run that does not say, in bytes.
const maxMemory = 512 << 20

// Start starts a run. Close ends it and removes what it kept on disk.
func Start(ctx context.Context, cfg RunConfig) (_ *Run, err error) {
	r := &Run{stored: map[part]*ranges{}, changed: make(chan struct{}), done: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	if r.folder, err = os.MkdirTemp("", "rollcall-"); err != nil {
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	if r.house, err = chdb.Open(chdb.Config{Path: r.folder + "/clickhouse", Logger: cfg.Logger, MaxMemory: cmp.Or(cfg.MaxMemory, maxMemory), MaxThreads: 1}); err != nil {
		return nil, err
	}
	if r.Conn, err = tables.Open(ctx, r.house.DSN(), tables.OpenOptions{}); err != nil {
		return nil, err
	}
	if _, err = tables.Migrate(ctx, r.Conn, tables.MigrateOptions{}); err != nil {
		return nil, err
	}
	if r.broker, err = StartBroker(BrokerConfig{Dir: r.folder + "/kafka", Topics: cfg.Topics, Partitions: cfg.Partitions}); err != nil {
		return nil, err
	}
	client := kafka.DefaultClientConfig()
	client.Brokers = r.broker.Addresses()
	if r.Client, err = kafka.NewClient(client); err != nil {
		return nil, err
	}
	return r, r.ingest(ctx, cfg)
}

func (r *Run) ingest(ctx context.Context, cfg RunConfig) error {
	c := ingest.DefaultConfig()
	c.Kafka.Brokers, c.Kafka.Topics, c.Kafka.Group = r.broker.Addresses(), cfg.Topics, "rollcall"
	c.Kafka.MaxWait = 50 * time.Millisecond
	c.FlushInterval = 100 * time.Millisecond
	drop := cfg.Drop
	if drop == nil {
		drop = decode.DefaultDrop()
	}
	key := make([]byte, 32) // dropped content can't be guessed from its hash after the run
	rand.Read(key)
	p, err := ingest.New(c, ingest.Dependencies{
		Conn: r.Conn, Logger: cfg.Logger, Stored: r.note, DecoderVersion: decode.Version,
		Decoder: decode.New(decode.Options{Drop: drop, HashKey: key}),
	})
	if err != nil {
		return err
	}
	ctx, r.cancel = context.WithCancel(ctx)
	go func() {
		err := p.Run(ctx)
		r.mu.Lock()
		r.failed = err
		close(r.changed)
		r.changed = make(chan struct{})
		r.mu.Unlock()
		r.done <- err
	}()
	return nil
}

// note takes down what ingest has stored.
func (r *Run) note(s ingest.Stored) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range s.Ranges {
		k := part{x.Topic, x.Partition}
		p := r.stored[k]
		if p == nil {
			p = &ranges{early: map[int64]int64{}}
			r.stored[k] = p
		}
		p.early[x.First] = x.Last
		for {
			last, ok := p.early[p.next]
			if !ok {
				break
			}
			delete(p.early, p.next)
			p.next = last + 1
		}
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// Wait returns when all offsets of a partition below next are stored.
func (r *Run) Wait(ctx context.Context, topic string, partition int32, next int64) error {
	for {
		r.mu.Lock()
		reached, changed, failed := int64(0), r.changed, r.failed
		if p := r.stored[part{topic, partition}]; p != nil {
			reached = p.next
		}
		r.mu.Unlock()
		switch {
		case reached >= next:
			return nil
		case failed != nil:
			return fmt.Errorf("ingest: %w", failed)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Produce writes messages to a partition of the run's broker. Where it fails the
// error names the folder that the broker writes to, because Kafka's protocol has
// no word for a full disk.
func (r *Run) Produce(ctx context.Context, cfg kafka.ProduceConfig, topic string, partition int32, messages []kafka.Message) error {
	if _, err := r.Client.Produce(ctx, cfg, topic, int(partition), messages); err != nil {
		return fmt.Errorf("embedded Kafka with its data in %s, of which the disk may be full (TMPDIR names another folder): %w", r.folder, err)
	}
	return nil
}

// StopIngest stops reading; what was produced and not read is left.
func (r *Run) StopIngest() error {
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	r.cancel = nil
	return <-r.done
}

// Close ends everything that was started and removes the temporary folder.
func (r *Run) Close() error {
	errs := []error{r.StopIngest()}
	if r.Client != nil {
		r.Client.Close()
	}
	if r.broker != nil {
		r.broker.Close()
	}
	if r.Conn != nil {
		errs = append(errs, r.Conn.Close())
	}
	if r.house != nil {
		errs = append(errs, r.house.Close())
	}
	if r.folder != "" {
		errs = append(errs, os.RemoveAll(r.folder))
	}
	return errors.Join(errs...)
}
