// Package config is the configuration of "rollcall serve": a YAML file, and
// environment variables that override it key by key.
//
// A key such as kafka.sasl.password_file has the variable
// ROLLCALL_KAFKA_SASL_PASSWORD_FILE: the key in upper case, its dots as
// underscores, ROLLCALL_ before it. Lists of names are written with commas;
// every list can be written as YAML, [a, b]. An empty variable counts as
// absent. A relative path in the file is relative to the file's folder; in a
// variable, or by default, to the working directory.
//
// Nothing unknown is passed over: keys and ROLLCALL_ variables that do not
// exist are errors, and [Load] lists every problem that it finds at once.
package config

import (
	"time"

	"rollcall/ingest"
	"rollcall/ingest/decode"
	"rollcall/ingest/kafka"
)

// Config is everything that "rollcall serve" can be told.
type Config struct {
	// DataDir is the folder of the embedded Kafka and ClickHouse.
	DataDir string `yaml:"data_dir" kind:"path"`
	// Roles are the parts of the service that this process takes on.
	Roles      []string   `yaml:"roles"`
	Kafka      Kafka      `yaml:"kafka"`
	ClickHouse ClickHouse `yaml:"clickhouse"`
	Ingest     Ingest     `yaml:"ingest"`
	// Policy is the policy file; empty stands for the default policy.
	Policy string `yaml:"policy" kind:"path"`
	// Tariff is the price book; without one nothing has a rate.
	Tariff     string     `yaml:"tariff" kind:"path"`
	Reports    Reports    `yaml:"reports"`
	Alerts     Alerts     `yaml:"alerts"`
	HTTP       HTTP       `yaml:"http"`
	Log        Log        `yaml:"log"`
	Pseudonyms Pseudonyms `yaml:"pseudonyms"`
	Signing    Signing    `yaml:"signing"`
}

// The roles of a process; see section 2 of the design, "Beyond one machine".
const (
	RoleIngest = "ingest"
	RoleAssess = "assess"
	RoleReport = "report"
)

// Kafka says where messages come from. Without brokers an embedded broker is
// started.
type Kafka struct {
	// Brokers are the bootstrap addresses, host:port.
	Brokers []string `yaml:"brokers"`
	// Listen is the address of the embedded broker; unused beside Brokers.
	Listen string   `yaml:"listen"`
	Topics []string `yaml:"topics"`
	Group  string   `yaml:"group"`
	// TouchedTopic is the internal topic by which services share out the calls; it
	// is created with TouchedPartitions where there is none. Empty: one process
	// assesses alone.
	TouchedTopic      string `yaml:"touched_topic"`
	TouchedPartitions int    `yaml:"touched_partitions"`
	ClientID          string `yaml:"client_id"`
	SASL              SASL   `yaml:"sasl"`
	TLS               TLS    `yaml:"tls"`
	// StartAt is where a partition is begun that nobody has read yet:
	// "earliest" or "latest".
	StartAt string `yaml:"start_at"`
	// MaxWait is how long the broker may hold back an empty answer.
	MaxWait           time.Duration `yaml:"max_wait"`
	SessionTimeout    time.Duration `yaml:"session_timeout"`
	HeartbeatInterval time.Duration `yaml:"heartbeat_interval"`
	RebalanceTimeout  time.Duration `yaml:"rebalance_timeout"`
	// IdleTimeout closes unused connections before the broker does; Event Hubs
	// cuts them after 240 s.
	IdleTimeout time.Duration `yaml:"idle_timeout"`
}

// SASL is how Rollcall makes itself known to Kafka.
type SASL struct {
	// Mechanism is plain, scram-sha-256, scram-sha-512, or empty for none.
	Mechanism    string `yaml:"mechanism"`
	Username     string `yaml:"username"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file" kind:"path"`
}

// TLS says whether connections to Kafka are encrypted, and with which files.
type TLS struct {
	Enabled  bool   `yaml:"enabled"`
	CAFile   string `yaml:"ca_file" kind:"path"`
	CertFile string `yaml:"cert_file" kind:"path"`
	KeyFile  string `yaml:"key_file" kind:"path"`
}

// ClickHouse says where rows are kept. Without a DSN the embedded ClickHouse
// is used.
type ClickHouse struct {
	// DSN is clickhouse-go's: https://host:8443/database over HTTP, or
	// clickhouse://host:9000/database over the native protocol.
	DSN          DSN    `yaml:"dsn"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file" kind:"path"`
	// Cluster makes the tables replicated and distributed over that cluster.
	Cluster string `yaml:"cluster"`
	// Cloud makes the tables as ClickHouse Cloud wants them.
	Cloud bool `yaml:"cloud"`
}

// Ingest says how messages become rows.
type Ingest struct {
	// FlushMessages, FlushBytes and FlushInterval end a batch, whichever comes
	// first.
	FlushMessages int           `yaml:"flush_messages"`
	FlushBytes    Size          `yaml:"flush_bytes"`
	FlushInterval time.Duration `yaml:"flush_interval"`
	// MaxMessageBytes is the size above which a message is a dead letter.
	MaxMessageBytes Size `yaml:"max_message_bytes"`
	// Drop names the members whose values are left out before anything is
	// stored, a salted hash in their place; see decode.Options.
	Drop []string `yaml:"drop"`
}

// Reports says what is reported by itself, and where to.
type Reports struct {
	Dir       string     `yaml:"dir" kind:"path"`
	Schedules []Schedule `yaml:"schedules"`
}

// Schedule is one recurring report.
type Schedule struct {
	// Name is part of the reports' folder names and of the ledger of periods.
	Name string `yaml:"name"`
	// Kind is KindUsage.
	Kind string `yaml:"kind"`
	// Cron has five fields: minute, hour, day of month, month, day of week.
	Cron string `yaml:"cron"`
	// Zone is the IANA name of the time zone of Cron, by default UTC.
	Zone string `yaml:"zone"`
}

// KindUsage is the daily usage report of the day that closed before the
// scheduled instant.
const KindUsage = "usage"

// HTTP is the operator's endpoint: metrics, liveness and readiness.
type HTTP struct {
	Listen string `yaml:"listen"`
}

// Log says how much is logged to standard error, and how.
type Log struct {
	// Level is debug, info, warn or error.
	Level string `yaml:"level"`
	// Format is text or json.
	Format string `yaml:"format"`
}

// Pseudonyms replace raw ids, names, telephone numbers and user ids in every
// output.
type Pseudonyms struct {
	Enabled bool `yaml:"enabled"`
	// KeyFile holds the key; without it $ROLLCALL_PSEUDONYM_KEY does.
	KeyFile string `yaml:"key_file" kind:"path"`
	// Key is what Load found in KeyFile or in $ROLLCALL_PSEUDONYM_KEY.
	Key Secret `yaml:"-"`
}

// Signing says with what evidence packs are signed.
type Signing struct {
	// KeyFile holds the Ed25519 key (PKCS #8, PEM); it is made on first use.
	KeyFile string `yaml:"key_file" kind:"path"`
}

// defaultTopics are those that the embedded broker has: one for each family of
// formats, as "rollcall simulate" names them. What comes on which does not
// matter.
func defaultTopics() []string {
	return []string{"acs-events", "acs-callbacks", "acs-diagnostics", "app-receipts", "app-insights",
		"graph-notifications", "recording-metadata", "otel-logs"}
}

// Default is the configuration without a file and without variables: all
// roles in one process, embedded Kafka and ClickHouse, a daily usage report.
func Default() Config {
	intake := ingest.DefaultConfig()
	consumer := intake.Kafka
	return Config{
		DataDir: "rollcall-data",
		Roles:   []string{RoleIngest, RoleAssess, RoleReport},
		Kafka: Kafka{
			Listen:            "127.0.0.1:9092",
			Topics:            defaultTopics(),
			Group:             "rollcall",
			TouchedTopic:      "rollcall.touched",
			TouchedPartitions: 12,
			ClientID:          consumer.ClientID,
			StartAt:           consumer.StartAt,
			MaxWait:           consumer.MaxWait,
			SessionTimeout:    consumer.SessionTimeout,
			HeartbeatInterval: consumer.HeartbeatInterval,
			RebalanceTimeout:  consumer.RebalanceTimeout,
			IdleTimeout:       consumer.IdleTimeout,
		},
		Ingest: Ingest{
			FlushMessages:   intake.FlushMessages,
			FlushBytes:      Size(intake.FlushBytes),
			FlushInterval:   intake.FlushInterval,
			MaxMessageBytes: Size(intake.MaxMessageBytes),
			Drop:            decode.DefaultDrop(),
		},
		Reports: Reports{
			Dir: "rollcall-reports",
			Schedules: []Schedule{
				{Name: "daily-usage", Kind: KindUsage, Cron: "15 0 * * *", Zone: "UTC"},
			},
		},
		Alerts:  defaultAlerts(),
		HTTP:    HTTP{Listen: "127.0.0.1:9464"},
		Log:     Log{Level: "info", Format: "text"},
		Signing: Signing{KeyFile: "rollcall-signing-key.pem"},
	}
}

// Embedded says whether the embedded broker is to be started.
func (k Kafka) Embedded() bool { return len(k.Brokers) == 0 }

// Intake is the configuration of package ingest. For an embedded broker it
// names kafka.listen as the broker.
func (c Config) Intake() ingest.Config {
	intake := ingest.DefaultConfig()
	intake.Kafka = c.Kafka.consumer()
	intake.FlushMessages, intake.FlushInterval = c.Ingest.FlushMessages, c.Ingest.FlushInterval
	intake.FlushBytes, intake.MaxMessageBytes = int(c.Ingest.FlushBytes), int(c.Ingest.MaxMessageBytes)
	intake.Replicated = c.ClickHouse.Cluster != "" || c.ClickHouse.Cloud
	return intake
}

// consumer is the consumer's part of Intake.
func (k Kafka) consumer() kafka.Config {
	c := kafka.DefaultConfig()
	c.Brokers = k.Brokers
	if k.Embedded() {
		c.Brokers = []string{k.Listen}
	}
	c.ClientID = k.ClientID
	c.SASL = kafka.SASLConfig{Mechanism: k.SASL.Mechanism, Username: k.SASL.Username, Password: k.SASL.Password.Reveal()}
	c.TLS = kafka.TLSConfig{Enabled: k.TLS.Enabled, CAFile: k.TLS.CAFile, CertFile: k.TLS.CertFile, KeyFile: k.TLS.KeyFile}
	c.Group, c.Topics, c.StartAt = k.Group, k.Topics, k.StartAt
	c.MaxWait, c.IdleTimeout = k.MaxWait, k.IdleTimeout
	c.SessionTimeout, c.HeartbeatInterval, c.RebalanceTimeout = k.SessionTimeout, k.HeartbeatInterval, k.RebalanceTimeout
	return c
}

// Embedded says whether the embedded ClickHouse is to be used.
func (c ClickHouse) Embedded() bool { return c.DSN.Reveal() == "" }
