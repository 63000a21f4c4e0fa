package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"rollcall/ingest/kafka"
)

// Dependencies are what a Pipeline works with.
type Dependencies struct {
	// Conn is a connection to a database that has the tables (schema/tables).
	Conn driver.Conn
	// Decoder reads messages. It is used by one goroutine at a time.
	Decoder Decoder
	// DecoderVersion is stored with each event.
	DecoderVersion uint16
	Logger         *slog.Logger
	// Registry gets the metrics. Default: none.
	Registry prometheus.Registerer
	// Stored is told of each block that has been stored, in order. It must
	// return soon. Default: nobody is told.
	Stored func(Stored)
	// Announce tells other processes of a block that has been stored, before its
	// offsets are committed. It is called again until it succeeds, and again for
	// what a member that ended may not have told. Default: nobody is told.
	Announce func(context.Context, Stored) error
}

// Stored is a block that has been stored, for those who wait for new evidence
// in the same process. Other processes, and a process after its start, use
// Touched.
type Stored struct {
	Ranges []Range
	// AliasKeys are the sets of aliases that the block's events name.
	AliasKeys []string
	// Names are the aliases of each set; nil where they are not known.
	Names map[string][]string
	// Events and DeadLetters count rows.
	Events, DeadLetters int
}

// A Range is a range of offsets, both ends included.
type Range struct {
	Topic       string
	Epoch       uint32
	Partition   int32
	First, Last int64
}

// Pipeline is a kafka.Handler that stores what it is given.
type Pipeline struct {
	cfg      Config
	deps     Dependencies
	metrics  *Metrics
	consumer *kafka.Consumer
	recorder recorder
	ledger   ledger
	writer   writer
	commit   func(*kafka.Claim, int64) error

	full chan *block // to the writing goroutine, which takes one when it is idle
	free chan *block // from it

	mu    sync.Mutex // guards what follows: the handler's goroutine and the timer's
	parts map[*kafka.Claim]*partition
	// current is being filled; nil only while Revoked waits for the writer.
	current *block
	timer   *time.Timer
	armed   bool
	held    context.Context // ends when what is being written is given up
	giveUp  context.CancelFunc
}

// partition is a claim with its place in the ledger.
type partition struct {
	claim   *kafka.Claim
	topic   string
	epoch   uint32
	number  int32
	covered []span // stored already, or known to be gone
}

// blocks is how many blocks there are: one being filled, one being written.
const blocks = 2

// New returns a pipeline, or an error that lists all that is wrong with the
// configuration. It has no effect until Run.
func New(cfg Config, deps Dependencies) (*Pipeline, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p, err := newPipeline(cfg, deps)
	if err != nil {
		return nil, err
	}
	p.consumer, err = kafka.New(cfg.Kafka, kafka.Dependencies{Handler: p, Observer: p.metrics.observer(), Logger: deps.Logger})
	if err != nil {
		return nil, err
	}
	return p, nil
}

func newPipeline(cfg Config, deps Dependencies) (*Pipeline, error) {
	if deps.Conn == nil || deps.Decoder == nil || deps.Logger == nil {
		return nil, errors.New("ingest: a connection, a decoder and a logger are needed")
	}
	if cfg.Writer == "" {
		cfg.Writer = defaultWriter()
	}
	metrics, err := newMetrics(deps.Registry)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{
		cfg:      cfg,
		deps:     deps,
		metrics:  metrics,
		recorder: recorder{decoder: deps.Decoder, version: deps.DecoderVersion, limit: cfg.MaxMessageBytes},
		ledger:   ledger{conn: deps.Conn, writer: cfg.Writer, replicated: cfg.Replicated},
		writer:   writer{cfg: cfg, conn: deps.Conn, log: deps.Logger, metrics: metrics, version: deps.DecoderVersion},
		commit:   (*kafka.Claim).Commit,
		full:     make(chan *block),
		free:     make(chan *block, blocks),
		parts:    map[*kafka.Claim]*partition{},
		timer:    time.NewTimer(time.Hour),
	}
	p.timer.Stop()
	p.held, p.giveUp = context.WithCancel(context.Background())
	p.current = newBlock()
	for range blocks - 1 {
		p.free <- newBlock()
	}
	return p, nil
}

func defaultWriter() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// Metrics returns the pipeline's figures.
func (p *Pipeline) Metrics() *Metrics { return p.metrics }

// Check tells whether Kafka answers and has the topics.
func (p *Pipeline) Check(ctx context.Context) error { return p.consumer.Check(ctx) }

// Run reads and stores until ctx ends, which gives nil once what was read is
// stored or Config.ShutdownGrace has passed, or until something fails that
// waiting does not mend. It may be called once.
func (p *Pipeline) Run(ctx context.Context) error {
	stop := p.start()
	defer stop()
	return p.consumer.Run(ctx)
}

// start starts the goroutines that write blocks; the function returned ends
// them.
func (p *Pipeline) start() (stop func()) {
	var tasks errgroup.Group
	done := make(chan struct{})
	tasks.Go(func() error { p.writeBlocks(done); return nil })
	tasks.Go(func() error { p.flushByTime(done); return nil })
	return func() {
		p.giveUp()
		close(done)
		_ = tasks.Wait() // they return no errors
	}
}

// writeBlocks writes one block after the other.
func (p *Pipeline) writeBlocks(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case b := <-p.full:
			p.store(b)
			b.reset()
			p.free <- b
		}
	}
}

// store writes a block, tells who waits for it and commits its offsets.
func (p *Pipeline) store(b *block) {
	if len(b.ranges) > 0 {
		if err := p.writer.write(b.held, b); err != nil {
			p.metrics.Abandoned.Inc()
			p.deps.Logger.Warn("ingest: gave up writing a block, its offsets will be read again", "messages", b.messages.rows(), "reason", err)
			return
		}
	}
	if p.deps.Stored != nil && len(b.ranges) > 0 {
		p.deps.Stored(b.summary())
	}
	if len(b.ranges) > 0 {
		if err := p.announce(b); err != nil {
			p.deps.Logger.Warn("ingest: gave up telling of a block, whoever reads its partitions next does", "reason", err)
			return
		}
	}
	for part, next := range b.commits {
		if err := p.commit(part.claim, next); err != nil && !errors.Is(err, kafka.ErrRevoked) {
			p.deps.Logger.Warn("ingest: could not commit", "topic", part.topic, "partition", part.number, "next", next, "error", err)
		}
	}
}

func (b *block) summary() Stored {
	s := Stored{Events: b.events.rows(), DeadLetters: b.dead.rows(), Names: make(map[string][]string, len(b.sets))}
	for _, r := range b.ranges {
		s.Ranges = append(s.Ranges, Range{r.partition.topic, r.partition.epoch, r.partition.number, r.first, r.last})
	}
	for _, set := range b.sets {
		s.AliasKeys = append(s.AliasKeys, set.key)
		s.Names[set.key] = set.names
	}
	return s
}

// retryPause is how soon a timed flush is tried again while the writer is busy.
const retryPause = 20 * time.Millisecond

// flushByTime hands over a block that has not become full in time.
func (p *Pipeline) flushByTime(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-p.timer.C:
			p.mu.Lock()
			p.flushNow()
			p.mu.Unlock()
		}
	}
}

// flushNow hands the current block over if the writer is idle, and asks to be
// called again if not. The caller holds mu.
func (p *Pipeline) flushNow() {
	p.armed = false
	if p.current == nil || p.current.empty() {
		return
	}
	p.current.held = p.held
	select {
	case p.full <- p.current:
		p.current = <-p.free // the writer was idle, so there is one
	default:
		p.arm(retryPause)
	}
}

// arm asks for a flush. The caller holds mu.
func (p *Pipeline) arm(d time.Duration) {
	if !p.armed {
		p.armed = true
		p.timer.Reset(d)
	}
}

// handOver gives the current block to the writer and takes a free one, waiting
// for both: this is what stops reading while ClickHouse is away. The caller
// holds mu.
func (p *Pipeline) handOver(ctx context.Context) error {
	p.current.held = p.held
	select {
	case p.full <- p.current:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.current = <-p.free // the writer was idle, so there is one
	return nil
}
