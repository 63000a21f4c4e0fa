// Package service is what "rollcall serve" runs: ingest, the live assessor, the
// scheduled reports and the operator's endpoint, over a real or an embedded
// Kafka and ClickHouse.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/audit"
	"rollcall/cmd/internal/config"
	"rollcall/cmd/internal/embedded"
	"rollcall/cmd/internal/pictures"
	"rollcall/cmd/internal/touched"
	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
	"rollcall/reports/export"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// A Service is the parts that one process runs.
type Service struct {
	cfg     config.Config
	version string
	log     *slog.Logger
	clock   func() time.Time
	live    assess.LiveConfig
	alerts  *Alerts

	registry *prometheus.Registry
	terms    assess.Terms
	pictures *pictures.Loader // of the policy file
	listener net.Listener
	house    *chdb.Server
	conn     driver.Conn
	broker   *embedded.Broker
	client   *kafka.Client
	share    *touched.Share // nil where this process assesses alone
	intake   ingest.Config
	hup      <-chan os.Signal // SIGHUP
	close    []func() error   // in the order of starting
}

// Run starts everything, says when it is ready, and runs until ctx ends. It
// returns when all it started has stopped: what was read is stored or will be
// read again, no report is half written.
func Run(ctx context.Context, cfg config.Config, version string, log *slog.Logger) (err error) {
	s := newService(cfg, version, log)
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop before it was up
		}
		return err
	}
	return s.run(ctx)
}

func newService(cfg config.Config, version string, log *slog.Logger) *Service {
	return &Service{cfg: cfg, version: version, log: log, clock: time.Now, live: assess.DefaultLiveConfig(), registry: prometheus.NewRegistry(),
		pictures: pictures.NewLoader(cfg.Policy)}
}

// start brings up what the roles stand on, what can fail for a wrong
// configuration first.
func (s *Service) start(ctx context.Context) (err error) {
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	hup, ignore := hangups()
	s.hup = hup
	s.defers(func() error { ignore(); return nil })
	terms, _, err := audit.Terms("", s.cfg.Tariff)
	rules, text, problem := s.readPolicy()
	if err := errors.Join(problem, err); err != nil {
		return err
	}
	s.terms, s.terms.Policy, s.terms.Gallery = terms, rules, s.pictures.For
	if s.alerts, err = NewAlerts(s.cfg); err != nil {
		return err
	}
	if s.listener, err = net.Listen("tcp", s.cfg.HTTP.Listen); err != nil {
		return fmt.Errorf("http.listen: %s can't be opened (%w); choose a free address", s.cfg.HTTP.Listen, err)
	}
	s.defers(func() error {
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	if s.cfg.Kafka.Embedded() || s.cfg.ClickHouse.Embedded() {
		if err := os.MkdirAll(s.cfg.DataDir, 0o700); err != nil {
			return fmt.Errorf("data_dir: %w", err)
		}
	}
	if err := s.startClickHouse(ctx); err != nil {
		return err
	}
	s.alerts.Outbox.Conn = s.conn
	if s.has(config.RoleAssess) {
		if err := s.storePolicy(ctx, rules, text); err != nil {
			return err
		}
	}
	return s.startKafka(ctx)
}

func (s *Service) defers(f func() error) { s.close = append(s.close, f) }

// stop ends what was started, the newest first.
func (s *Service) stop() error {
	var errs []error
	for _, f := range slices.Backward(s.close) {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

func (s *Service) startClickHouse(ctx context.Context) (err error) {
	if s.cfg.ClickHouse.Embedded() {
		s.house, err = chdb.Open(chdb.Config{Path: filepath.Join(s.cfg.DataDir, "clickhouse"), Logger: s.log})
		if err != nil {
			return err
		}
		s.defers(s.house.Close)
		s.conn, err = tables.Open(ctx, s.house.DSN(), tables.OpenOptions{Logger: s.log})
	} else {
		var options *clickhouse.Options
		if options, err = s.cfg.ClickHouse.Options(); err != nil {
			return fmt.Errorf("clickhouse.dsn: %w", err)
		}
		s.conn, err = tables.Connect(ctx, options, tables.OpenOptions{Logger: s.log})
	}
	if err != nil {
		return err
	}
	s.defers(s.conn.Close)
	applied, err := tables.Migrate(ctx, s.conn, tables.MigrateOptions{Cluster: s.cfg.ClickHouse.Cluster, Cloud: s.cfg.ClickHouse.Cloud})
	if err != nil {
		return err
	}
	s.log.Info("ClickHouse is ready", "embedded", s.cfg.ClickHouse.Embedded(), "migrations", applied)
	return nil
}

// partitions of the embedded broker's topics.
const partitions = 3

func (s *Service) startKafka(ctx context.Context) (err error) {
	s.intake = s.cfg.Intake()
	if s.cfg.Kafka.Embedded() {
		s.broker, err = embedded.StartBroker(embedded.BrokerConfig{
			Listen: s.cfg.Kafka.Listen, Dir: filepath.Join(s.cfg.DataDir, "kafka"), Topics: s.cfg.Kafka.Topics, Partitions: partitions, Sync: true,
		})
		if err != nil {
			return err
		}
		s.defers(func() error { s.broker.Close(); return nil })
		s.intake.Kafka.Brokers = s.broker.Addresses()
	}
	if s.client, err = kafka.NewClient(s.intake.Kafka.ClientConfig); err != nil {
		return err
	}
	s.defers(func() error { s.client.Close(); return nil })
	if err := s.client.Check(ctx, s.cfg.Kafka.Topics); err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	if err := s.startShare(ctx); err != nil {
		return err
	}
	s.log.Info("Kafka is ready", "embedded", s.cfg.Kafka.Embedded(), "brokers", s.intake.Kafka.Brokers, "topics", s.cfg.Kafka.Topics)
	return nil
}

func (s *Service) has(role string) bool { return slices.Contains(s.cfg.Roles, role) }

// run runs the roles until ctx ends or one of them fails.
func (s *Service) run(ctx context.Context) error {
	tasks, ctx := errgroup.WithContext(ctx)
	live, err := s.assessor()
	if err != nil {
		return err
	}
	if live != nil {
		live.Reloaded(s.clock(), nil)
	}
	tasks.Go(func() error { return s.reloads(ctx, live) })
	if s.has(config.RoleIngest) {
		pipeline, err := s.pipeline(live)
		if err != nil {
			return err
		}
		tasks.Go(func() error { return pipeline.Run(ctx) })
	}
	if s.has(config.RoleAssess) {
		couriers, err := s.couriers(live)
		if err != nil {
			return err
		}
		s.deliver(ctx, couriers, tasks.Go)
		tasks.Go(func() error { return live.Run(ctx) })
		if s.share != nil {
			tasks.Go(func() error { return s.share.Run(ctx, live.Rouse) })
		}
		tasks.Go(func() error { return s.watchSights(ctx) })
	}
	if s.has(config.RoleReport) {
		reporter, err := newReporter(s, live)
		if err != nil {
			return err
		}
		tasks.Go(func() error { return reporter.run(ctx) })
	}
	tasks.Go(func() error { return s.watchClocks(ctx) })
	tasks.Go(func() error { return s.serveHTTP(ctx) })
	s.log.Info("rollcall is ready", "version", s.version, "http", s.listener.Addr().String(), "roles", s.cfg.Roles)
	err = tasks.Wait()
	s.log.Info("rollcall stops")
	return err
}

func (s *Service) pipeline(live *assess.Live) (*ingest.Pipeline, error) {
	key, err := hashKey(s.cfg.DataDir)
	if err != nil {
		return nil, err
	}
	deps := ingest.Dependencies{
		Conn: s.conn, Logger: s.log, Registry: s.registry, DecoderVersion: decode.Version,
		Decoder: decode.New(decode.Options{Drop: s.cfg.Ingest.Drop, HashKey: key}),
	}
	switch {
	case s.share != nil:
		deps.Announce = s.announce
	case s.has(config.RoleAssess):
		deps.Stored = live.Stored
	}
	return ingest.New(s.intake, deps)
}

func (s *Service) assessor() (*assess.Live, error) {
	if !s.has(config.RoleAssess) {
		return nil, nil
	}
	metrics, err := assess.NewMetrics(s.registry)
	if err != nil {
		return nil, err
	}
	c := s.live
	c.Poll = s.share == nil && !s.has(config.RoleIngest)
	return assess.NewLive(c, assess.LiveDependencies{
		Conn: s.conn, Terms: s.terms, Frontier: s.frontier(), Clock: s.clock, Logger: s.log, Metrics: metrics,
		Outbox: s.alerts.Outbox, Alerts: s.alerts.Terms, Share: s.share,
	}), nil
}

func (s *Service) frontier() *assess.Frontier {
	return &assess.Frontier{Conn: s.conn, Clock: s.clock, Marks: func(ctx context.Context) ([]kafka.Mark, error) {
		return s.client.Marks(ctx, s.cfg.Kafka.Topics)
	}}
}

// pseudonyms are those that the configuration asks for, or nil.
func (s *Service) pseudonyms() *export.Pseudonyms {
	if !s.cfg.Pseudonyms.Enabled {
		return nil
	}
	return export.NewPseudonyms([]byte(s.cfg.Pseudonyms.Key.Reveal()))
}
