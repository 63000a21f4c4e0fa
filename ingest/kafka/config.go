package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// ClientConfig says how to reach a cluster.
type ClientConfig struct {
	// Brokers are the bootstrap addresses, host:port.
	Brokers []string `yaml:"brokers"`
	// ClientID names this program in the broker's logs and quotas.
	ClientID string     `yaml:"client_id"`
	SASL     SASLConfig `yaml:"sasl"`
	TLS      TLSConfig  `yaml:"tls"`
	// DialTimeout bounds connecting, with the TLS and SASL handshakes.
	DialTimeout time.Duration `yaml:"dial_timeout"`
	// RequestTimeout bounds one request, on top of the time it is allowed to
	// wait at the broker.
	RequestTimeout time.Duration `yaml:"request_timeout"`
	// IdleTimeout closes unused connections. Event Hubs cuts them after 240 s,
	// so it has to be shorter.
	IdleTimeout time.Duration `yaml:"idle_timeout"`
}

// SASLConfig holds the credentials. For Event Hubs the mechanism is "plain",
// the user is the literal "$ConnectionString" and the password is the
// connection string.
type SASLConfig struct {
	// Mechanism is "plain", "scram-sha-256", "scram-sha-512", or empty for no
	// authentication.
	Mechanism string `yaml:"mechanism"`
	Username  string `yaml:"username"`
	Password  string `yaml:"password" json:"-"`
}

// LogValue keeps the password out of logs.
func (s SASLConfig) LogValue() slog.Value {
	return slog.GroupValue(slog.String("mechanism", s.Mechanism), slog.String("username", s.Username))
}

// String keeps the password out of messages.
func (s SASLConfig) String() string { return s.Mechanism + ":" + s.Username }

// TLSConfig says whether and how connections are encrypted. Certificates are
// always verified.
type TLSConfig struct {
	Enabled bool `yaml:"enabled"`
	// CAFile is a PEM file of authorities to trust in place of the system's.
	CAFile string `yaml:"ca_file"`
	// CertFile and KeyFile are this client's own certificate, for mutual TLS.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
}

// Where reading begins in a partition that neither the ledger nor the group
// knows.
const (
	StartEarliest = "earliest"
	StartLatest   = "latest"
)

// Config says what to read, and how.
type Config struct {
	ClientConfig `yaml:",inline"`
	// Group is the consumer group. In Event Hubs it is shared by the whole
	// namespace: use one that nothing else uses.
	Group  string   `yaml:"group"`
	Topics []string `yaml:"topics"`
	// StartAt is StartEarliest or StartLatest. Partitions added later are
	// always read from their beginning.
	StartAt string `yaml:"start_at"`

	SessionTimeout    time.Duration `yaml:"session_timeout"`
	HeartbeatInterval time.Duration `yaml:"heartbeat_interval"`
	// RebalanceTimeout is the time the members have to finish and rejoin when
	// the group changes; the handler's Revoked gets most of it.
	RebalanceTimeout time.Duration `yaml:"rebalance_timeout"`
	// JoinBackoff is the pause after a failed attempt to join the group.
	JoinBackoff time.Duration `yaml:"join_backoff"`

	// MaxWait is how long a broker may hold a fetch while less than MinBytes
	// are there.
	MaxWait  time.Duration `yaml:"max_wait"`
	MinBytes int           `yaml:"min_bytes"`
	// MaxBytes bounds one response, PartitionMaxBytes one partition's share of
	// it. A single larger record batch is still delivered.
	MaxBytes          int `yaml:"max_bytes"`
	PartitionMaxBytes int `yaml:"partition_max_bytes"`

	// WatchInterval is how often new partitions and topics are looked for.
	WatchInterval time.Duration `yaml:"watch_interval"`
	// CommitInterval is how often offsets that the handler released are sent.
	CommitInterval time.Duration `yaml:"commit_interval"`
}

// DefaultClientConfig returns settings that suit Kafka and Event Hubs alike.
func DefaultClientConfig() ClientConfig {
	return ClientConfig{
		ClientID:       "rollcall",
		DialTimeout:    10 * time.Second,
		RequestTimeout: 30 * time.Second,
		IdleTimeout:    180 * time.Second,
	}
}

// DefaultConfig returns settings that suit Kafka and Event Hubs alike. Brokers,
// Group and Topics are left for the caller.
func DefaultConfig() Config {
	return Config{
		ClientConfig:      DefaultClientConfig(),
		StartAt:           StartEarliest,
		SessionTimeout:    30 * time.Second,
		HeartbeatInterval: time.Second,
		RebalanceTimeout:  60 * time.Second,
		JoinBackoff:       time.Second,
		MaxWait:           500 * time.Millisecond,
		MinBytes:          1,
		MaxBytes:          8 << 20,
		PartitionMaxBytes: 2 << 20,
		WatchInterval:     5 * time.Second,
		CommitInterval:    time.Second,
	}
}

// problems collects what is wrong with a configuration.
type problems []error

func (p *problems) check(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

// Validate returns every problem at once, each naming its key, or nil.
func (c ClientConfig) Validate() error {
	var p problems
	p.check(len(c.Brokers) > 0, "kafka.brokers: name at least one host:port")
	for _, b := range c.Brokers {
		_, port, err := net.SplitHostPort(b)
		p.check(err == nil && port != "", "kafka.brokers: %q is not host:port", b)
	}
	switch strings.ToLower(c.SASL.Mechanism) {
	case "":
		p.check(c.SASL.Username == "" && c.SASL.Password == "",
			"kafka.sasl.mechanism: missing beside a user or password; use plain, scram-sha-256 or scram-sha-512")
	case "plain", "scram-sha-256", "scram-sha-512":
		p.check(c.SASL.Username != "", "kafka.sasl.username: missing")
		p.check(c.SASL.Password != "", "kafka.sasl.password: missing")
	default:
		p.check(false, "kafka.sasl.mechanism: %q is none of plain, scram-sha-256, scram-sha-512", c.SASL.Mechanism)
	}
	p.check((c.TLS.CertFile == "") == (c.TLS.KeyFile == ""),
		"kafka.tls.cert_file and kafka.tls.key_file: give both or none")
	p.check(c.TLS.Enabled || c.TLS.CAFile == "" && c.TLS.CertFile == "",
		"kafka.tls.enabled: false, yet certificate files are named")
	if c.TLS.Enabled {
		if _, err := c.TLS.load(); err != nil {
			p = append(p, err)
		}
	}
	p.check(c.DialTimeout > 0, "kafka.dial_timeout: %v is not above zero", c.DialTimeout)
	p.check(c.RequestTimeout > 0, "kafka.request_timeout: %v is not above zero", c.RequestTimeout)
	p.check(c.IdleTimeout > 0, "kafka.idle_timeout: %v is not above zero", c.IdleTimeout)
	return errors.Join(p...)
}

// Validate returns every problem at once, each naming its key, or nil.
func (c Config) Validate() error {
	var p problems
	if err := c.ClientConfig.Validate(); err != nil {
		p = append(p, err)
	}
	p.check(c.Group != "" && len(c.Group) <= 256, "kafka.group: needs 1 to 256 characters, has %d", len(c.Group))
	p.check(len(c.Topics) > 0, "kafka.topics: name at least one topic")
	seen := map[string]bool{}
	for _, t := range c.Topics {
		p.check(validTopic(t), "kafka.topics: %q is not a topic name (1 to 249 of a-z A-Z 0-9 . _ -)", t)
		p.check(!seen[t], "kafka.topics: %q is named twice", t)
		seen[t] = true
	}
	p.check(c.StartAt == StartEarliest || c.StartAt == StartLatest,
		"kafka.start_at: %q is neither %s nor %s", c.StartAt, StartEarliest, StartLatest)
	p.check(c.HeartbeatInterval > 0 && c.HeartbeatInterval*3 <= c.SessionTimeout,
		"kafka.heartbeat_interval: %v must be above zero and at most a third of session_timeout (%v)", c.HeartbeatInterval, c.SessionTimeout)
	p.check(c.RebalanceTimeout > 2*c.HeartbeatInterval,
		"kafka.rebalance_timeout: %v must exceed twice heartbeat_interval (%v)", c.RebalanceTimeout, c.HeartbeatInterval)
	p.check(c.JoinBackoff > 0, "kafka.join_backoff: %v is not above zero", c.JoinBackoff)
	p.check(c.MaxWait > 0 && c.MaxWait <= 20*time.Second, "kafka.max_wait: %v is not above zero and at most 20s", c.MaxWait)
	p.check(c.MinBytes >= 1, "kafka.min_bytes: %d is below 1", c.MinBytes)
	p.check(c.MaxBytes >= 1<<16 && c.MaxBytes <= maxResponse/2, "kafka.max_bytes: %d is outside 64 KiB to %d MiB", c.MaxBytes, maxResponse>>21)
	p.check(c.PartitionMaxBytes >= 1<<12 && c.PartitionMaxBytes <= c.MaxBytes,
		"kafka.partition_max_bytes: %d is outside 4 KiB to max_bytes (%d)", c.PartitionMaxBytes, c.MaxBytes)
	p.check(c.WatchInterval > 0, "kafka.watch_interval: %v is not above zero", c.WatchInterval)
	p.check(c.CommitInterval > 0, "kafka.commit_interval: %v is not above zero", c.CommitInterval)
	return errors.Join(p...)
}

// validTopic follows Kafka's rule for topic names (org.apache.kafka.common.internals.Topic).
func validTopic(s string) bool {
	if s == "" || s == "." || s == ".." || len(s) > 249 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-')
	}) < 0
}

// load reads the certificate files.
func (c TLSConfig) load() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("kafka.tls.ca_file: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("kafka.tls.ca_file: %s holds no PEM certificate", c.CAFile)
		}
	}
	if c.CertFile != "" && c.KeyFile != "" {
		cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("kafka.tls.cert_file, kafka.tls.key_file: %w", err)
		}
		t.Certificates = []tls.Certificate{cert}
	}
	return t, nil
}

// mechanism returns the SASL mechanism, nil for none.
func (s SASLConfig) mechanism() (sasl.Mechanism, error) {
	switch strings.ToLower(s.Mechanism) {
	case "plain":
		return plain.Mechanism{Username: s.Username, Password: s.Password}, nil
	case "scram-sha-256":
		return scram.Mechanism(scram.SHA256, s.Username, s.Password)
	case "scram-sha-512":
		return scram.Mechanism(scram.SHA512, s.Username, s.Password)
	}
	return nil, nil
}
