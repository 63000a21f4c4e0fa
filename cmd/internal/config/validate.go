package config

import (
	"errors"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/robfig/cron/v3"

	"rollcall/cmd/internal/touched"
	"rollcall/ingest/kafka"
)

// Validate returns a [Problems] with everything that is wrong with the
// configuration, or nil.
func (c Config) Validate() error { return c.problems().err() }

func (c Config) problems() Problems {
	var ps Problems
	c.checkRoles(&ps)
	c.checkIntake(&ps)
	c.ClickHouse.check(&ps)
	c.Reports.check(&ps)
	c.Alerts.check(&ps)
	ps.checkAddress("http.listen", c.HTTP.Listen)
	ps.checkOneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	ps.checkOneOf("log.format", c.Log.Format, "text", "json")
	if c.DataDir == "" && (c.Kafka.Embedded() || c.ClickHouse.Embedded()) {
		ps.add("", "data_dir", "empty; expected the folder of the embedded Kafka and ClickHouse")
	}
	if c.Pseudonyms.Enabled && c.Pseudonyms.Key.Reveal() == "" && c.Pseudonyms.KeyFile == "" {
		ps.add("", "pseudonyms.enabled", "true without a key; expected pseudonyms.key_file or $%s", pseudonymKeyEnv)
	}
	if c.Signing.KeyFile == "" {
		ps.add("", "signing.key_file", "empty; expected the file of the key that signs evidence packs, which is made on first use")
	}
	return ps
}

func (c Config) checkRoles(ps *Problems) {
	all := []string{RoleIngest, RoleAssess, RoleReport}
	if len(c.Roles) == 0 {
		ps.add("", "roles", "empty; expected some of %s", strings.Join(all, ", "))
		return
	}
	for i, role := range c.Roles {
		key := "roles[" + strconv.Itoa(i) + "]"
		if !ps.checkOneOf(key, role, all...) {
			return
		}
		if slices.Contains(c.Roles[:i], role) {
			ps.add("", key, "%q a second time; expected each role once", role)
			return
		}
	}
	if len(c.Roles) == len(all) {
		return
	}
	if c.Kafka.Embedded() {
		ps.add("", "roles", "only %s, with an embedded Kafka, which one process has to itself; expected all roles, or kafka.brokers", strings.Join(c.Roles, ", "))
	}
	if c.ClickHouse.Embedded() {
		ps.add("", "roles", "only %s, with an embedded ClickHouse, which one process has to itself; expected all roles, or clickhouse.dsn", strings.Join(c.Roles, ", "))
	}
}

// checkIntake lets package ingest judge what is its own.
func (c Config) checkIntake(ps *Problems) {
	intake := c.Intake()
	if c.Kafka.Embedded() {
		// What is wrong with listen would be said of brokers, which nobody gave.
		ps.checkAddress("kafka.listen", c.Kafka.Listen)
		intake.Kafka.Brokers = []string{"embedded:9092"}
		if c.Kafka.SASL.Mechanism != "" || c.Kafka.TLS.Enabled {
			ps.add("", "kafka.brokers", "empty, so that an embedded broker is used, which has neither sasl nor tls; expected host:port")
			intake.Kafka.SASL, intake.Kafka.TLS = kafka.SASLConfig{}, kafka.TLSConfig{}
		}
	}
	if c.Kafka.TouchedTopic != "" {
		if slices.Contains(c.Kafka.Topics, c.Kafka.TouchedTopic) {
			ps.add("", "kafka.touched_topic", "%q, which kafka.topics has too; expected a topic of its own", c.Kafka.TouchedTopic)
		}
		if n := c.Kafka.TouchedPartitions; n < 1 || n > touched.MostPartitions {
			ps.add("", "kafka.touched_partitions", "%d; expected 1 to %d", n, touched.MostPartitions)
		}
		own := intake.Kafka
		own.Topics = []string{c.Kafka.TouchedTopic}
		for _, err := range leaves(own.Validate()) {
			if message, found := strings.CutPrefix(err.Error(), "kafka.topics: "); found {
				ps.add("", "kafka.touched_topic", "%s", message)
			}
		}
	}
	for _, err := range leaves(intake.Validate()) {
		key, message, found := strings.Cut(err.Error(), ": ")
		if !found || !strings.HasPrefix(key, "kafka.") && !strings.HasPrefix(key, "ingest.") {
			key, message = "", err.Error()
		}
		ps.add("", key, "%s", message)
	}
	// A larger message is a dead letter wherever it comes from; what could be
	// set here could not be read by audit.
	if c.Ingest.MaxMessageBytes > 16<<20 {
		ps.add("", "ingest.max_message_bytes", "%v; expected at most 16MiB", c.Ingest.MaxMessageBytes)
	}
	if slices.Contains(c.Ingest.Drop, "") {
		ps.add("", "ingest.drop", "an empty name; expected names of members")
	}
}

// leaves takes joined errors apart.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

// Options are clickhouse-go's for the DSN and the password. The error says
// what is wrong with the DSN, without its password.
func (c ClickHouse) Options() (*clickhouse.Options, error) {
	scheme, _, _ := strings.Cut(c.DSN.Reveal(), "://")
	if !slices.Contains([]string{"http", "https", "clickhouse", "tcp"}, scheme) {
		return nil, errors.New("expected https://user@host:8443/database, or http, clickhouse or tcp in place of https")
	}
	dsn := c.DSN.Reveal()
	if scheme == "https" && !strings.Contains(dsn, "secure=") {
		// clickhouse-go refuses https without this word.
		separator := "?"
		if strings.Contains(dsn, "?") {
			separator = "&"
		}
		dsn += separator + "secure=true"
	}
	options, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), dsn, c.DSN.String()))
	}
	if c.Password.Reveal() != "" {
		if options.Auth.Password != "" {
			return nil, errors.New("holds a password, and clickhouse.password or clickhouse.password_file gives another; expected one of them")
		}
		options.Auth.Password = c.Password.Reveal()
	}
	return options, nil
}

func (c ClickHouse) check(ps *Problems) {
	if c.Embedded() {
		if c.Cluster != "" || c.Cloud {
			ps.add("", "clickhouse.dsn", "empty beside clickhouse.cluster or clickhouse.cloud, which the embedded ClickHouse has not; expected the server's address")
		}
		if c.Password.Reveal() != "" || c.PasswordFile != "" {
			ps.add("", "clickhouse.dsn", "empty beside a password, which the embedded ClickHouse does not need; expected the server's address")
		}
		return
	}
	if _, err := c.Options(); err != nil {
		ps.add("", "clickhouse.dsn", "%q: %v", c.DSN.String(), err)
	}
	if c.Cluster != "" && c.Cloud {
		ps.add("", "clickhouse.cloud", "true beside clickhouse.cluster; expected one of the two")
	}
	if c.Cluster != "" && !regexp.MustCompile(`^[A-Za-z0-9_.{}-]+$`).MatchString(c.Cluster) {
		ps.add("", "clickhouse.cluster", "%q; expected the name of a cluster of the server's remote_servers, or a macro such as {cluster}", c.Cluster)
	}
}

func (r Reports) check(ps *Problems) {
	if r.Dir == "" && len(r.Schedules) > 0 {
		ps.add("", "reports.dir", "empty; expected the folder that reports are written to")
	}
	names := map[string]bool{}
	for i, s := range r.Schedules {
		key := "reports.schedules[" + strconv.Itoa(i) + "]"
		if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`).MatchString(s.Name) {
			ps.add("", key+".name", "%q; expected lower-case letters, digits and hyphens, since folders are called so", s.Name)
		}
		if names[s.Name] {
			ps.add("", key+".name", "%q a second time; expected a name of its own, since the ledger of periods goes by it", s.Name)
		}
		names[s.Name] = true
		ps.checkOneOf(key+".kind", s.Kind, KindUsage)
		ps.checkCron(key+".cron", s.Cron)
		if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "Local" || s.Zone == "" {
			ps.add("", key+".zone", "%q; expected a time zone such as UTC or Europe/Berlin", s.Zone)
		}
	}
}

func (ps *Problems) checkCron(key, expression string) {
	const expected = "expected minute, hour, day of month, month and day of week, such as \"15 0 * * *\""
	switch _, err := cron.ParseStandard(expression); {
	case strings.Contains(expression, "TZ="):
		ps.add("", key, "%q holds a time zone; expected it in zone", expression)
	case strings.HasPrefix(expression, "@every"):
		ps.add("", key, "%q has no fixed instants; %s", expression, expected)
	case err != nil:
		ps.add("", key, "%q: %v; %s", expression, err, expected)
	}
}

// checkOneOf reports whether value is one that is allowed.
func (ps *Problems) checkOneOf(key, value string, allowed ...string) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	hint := ""
	if meant := nearest(value, allowed); meant != "" && value != "" {
		hint = "; did you mean " + meant + "?"
	}
	if len(allowed) == 1 {
		ps.add("", key, "%q; expected %s", value, allowed[0])
		return false
	}
	ps.add("", key, "%q; expected one of %s%s", value, strings.Join(allowed, ", "), hint)
	return false
}

// checkAddress wants an address to listen on.
func (ps *Problems) checkAddress(key, address string) {
	_, port, err := net.SplitHostPort(address)
	number, numberErr := strconv.Atoi(port)
	if err != nil || numberErr != nil || number < 0 || number > 65535 {
		ps.add("", key, "%q; expected host:port, such as 127.0.0.1:9464", address)
	}
}
