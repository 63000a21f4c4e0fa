package config

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what the tests get as what they want")

// samples is the folder of the configurations that users start from.
const samples = "../../../testdata/config"

// write puts a configuration into a folder of its own and goes there, so that
// messages name it in the same words everywhere.
func write(t *testing.T, name, text string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSampleStatesTheDefaults(t *testing.T) {
	t.Chdir(samples)
	got, err := Load("rollcall.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	// An empty list in the file and none at all are the same to every reader.
	want.Kafka.Brokers = []string{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the sample gives\n%+v\nthe default is\n%+v", got, want)
	}
	text, err := os.ReadFile("rollcall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range Keys() {
		name := key[strings.LastIndexByte(key, '.')+1:]
		if !strings.Contains(string(text), name+":") {
			t.Errorf("the sample does not show %s", key)
		}
	}
}

func TestDefaultIsValid(t *testing.T) {
	got, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, Default()) {
		t.Errorf("without file and variables: %+v, want the default", got)
	}
}

// secret writes a file that holds a secret and returns the variable that makes
// key name it.
func secret(t *testing.T, key, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return EnvName(key) + "=" + path
}

func TestEventHubsSample(t *testing.T) {
	const connection = "Endpoint=sb://contoso-acs.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=a$b="
	got, err := Load(filepath.Join(samples, "eventhubs.yaml"), []string{
		secret(t, "kafka.sasl.password_file", connection+"\r\n"),
		secret(t, "clickhouse.password_file", "columns"),
	})
	if err != nil {
		t.Fatal(err)
	}
	consumer := got.Intake().Kafka
	if consumer.SASL.Username != "$ConnectionString" || consumer.SASL.Password != connection {
		t.Errorf("user %q, password %q: neither may be touched but for the end of line", consumer.SASL.Username, consumer.SASL.Password)
	}
	if !consumer.TLS.Enabled || consumer.IdleTimeout >= 240*time.Second {
		t.Errorf("Event Hubs needs TLS and cuts connections after 240 s; got tls %v, idle timeout %v", consumer.TLS.Enabled, consumer.IdleTimeout)
	}
	options, err := got.ClickHouse.Options()
	if err != nil {
		t.Fatal(err)
	}
	if options.Auth.Username != "rollcall" || options.Auth.Password != "columns" || options.TLS == nil {
		t.Errorf("ClickHouse is reached as %q with password %q and TLS %v", options.Auth.Username, options.Auth.Password, options.TLS)
	}
}

func TestVariablesOverrideTheFile(t *testing.T) {
	write(t, "rollcall.yaml", "kafka: {brokers: [a:9092], topics: [one]}\nlog: {level: debug}\npolicy: policy.yaml\n")
	got, err := Load("rollcall.yaml", []string{
		"ROLLCALL_KAFKA_TOPICS=two, three",
		"ROLLCALL_KAFKA_BROKERS=[b:1, c:2]",
		"ROLLCALL_KAFKA_MAX_WAIT=2s",
		"ROLLCALL_INGEST_MAX_MESSAGE_BYTES=1MiB",
		"ROLLCALL_CLICKHOUSE_DSN=http://u:p@host:8123/db",
		"ROLLCALL_REPORTS_SCHEDULES=[{name: berlin, kind: usage, cron: '0 6 * * *', zone: Europe/Berlin}]",
		"ROLLCALL_TARIFF=",
		"ROLLCALL_LIBCHDB=/opt/libchdb.so",
		"ROLLCALL_PORT_9464_TCP_ADDR=10.0.0.1",
		"ROLLCALL_SERVICE_HOST=10.0.0.1",
		"HOME=/root",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Kafka.Brokers = []string{"b:1", "c:2"}
	want.Kafka.Topics = []string{"two", "three"}
	want.Kafka.MaxWait = 2 * time.Second
	want.Ingest.MaxMessageBytes = 1 << 20
	want.ClickHouse.DSN = NewDSN("http://u:p@host:8123/db")
	want.Reports.Schedules = []Schedule{{Name: "berlin", Kind: KindUsage, Cron: "0 6 * * *", Zone: "Europe/Berlin"}}
	want.Log.Level = "debug"
	want.Policy = "policy.yaml"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestEveryKeyHasAVariable sets each key alone by its variable and wants that
// key, and no other, to change.
func TestEveryKeyHasAVariable(t *testing.T) {
	if len(Keys()) < 30 {
		t.Errorf("only %d keys were found: %v", len(Keys()), Keys())
	}
	seen := map[string]string{}
	for _, key := range Keys() {
		name := EnvName(key)
		if other := seen[name]; other != "" {
			t.Errorf("%s and %s share the variable %s", key, other, name)
		}
		seen[name] = key
		got, want := Default(), Default()
		text := ""
		eachLeaf(reflect.ValueOf(&want).Elem(), "", func(l leaf) {
			if l.key == key {
				text = other(l.value)
			}
		})
		if problems := override(&got, []string{name + "=" + text}, map[string]string{}); len(problems) > 0 {
			t.Errorf("%s=%s: %v", name, text, problems)
		}
		var changed []string
		wants := map[string]any{}
		eachLeaf(reflect.ValueOf(&want).Elem(), "", func(l leaf) { wants[l.key] = l.value.Interface() })
		eachLeaf(reflect.ValueOf(&got).Elem(), "", func(l leaf) {
			if !reflect.DeepEqual(l.value.Interface(), wants[l.key]) {
				changed = append(changed, l.key)
			}
		})
		if !slices.Equal(changed, []string{key}) {
			t.Errorf("%s=%s changes %v, want %s alone", name, text, changed, key)
		}
	}
}

// other is a text for a value that no default has.
func other(value reflect.Value) string {
	switch v := value.Interface().(type) {
	case bool:
		return strconv.FormatBool(!v)
	case int:
		return "7"
	case time.Duration:
		return "7ms"
	case Size:
		return "7KiB"
	case []AlertTarget, []Webhook:
		return "[{name: other}]"
	case []Team:
		return "[{team: other}]"
	case []Schedule:
		return "[{name: other}]"
	}
	return "other"
}

func TestRelativePaths(t *testing.T) {
	write(t, "unused", "")
	if err := os.Mkdir("etc", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("etc/rollcall.yaml", []byte("policy: policy.yaml\nreports: {dir: ../out}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load("etc/rollcall.yaml", []string{"ROLLCALL_TARIFF=prices.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Policy != "etc/policy.yaml" || got.Reports.Dir != "out" || got.Tariff != "prices.yaml" || got.DataDir != "rollcall-data" {
		t.Errorf("policy %q, reports %q beside the file; tariff %q, data %q in the working directory",
			got.Policy, got.Reports.Dir, got.Tariff, got.DataDir)
	}
}

func TestPseudonymKey(t *testing.T) {
	write(t, "key", "from the file\n")
	for _, c := range []struct {
		name, want string
		environ    []string
	}{
		{"variable", "from the variable", []string{"ROLLCALL_PSEUDONYM_KEY=from the variable", "ROLLCALL_PSEUDONYMS_ENABLED=true"}},
		{"file wins", "from the file", []string{"ROLLCALL_PSEUDONYM_KEY=x", "ROLLCALL_PSEUDONYMS_ENABLED=true", "ROLLCALL_PSEUDONYMS_KEY_FILE=key"}},
		{"for alerts alone", "x", []string{"ROLLCALL_PSEUDONYM_KEY=x"}},
		{"off", "", []string{"ROLLCALL_PSEUDONYM_KEY=x", "ROLLCALL_ALERTS_PERSONS=none"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Load("", c.environ)
			if err != nil {
				t.Fatal(err)
			}
			if got.Pseudonyms.Key.Reveal() != c.want {
				t.Errorf("the key is %q, want %q", got.Pseudonyms.Key.Reveal(), c.want)
			}
		})
	}
}

func TestAnchorsAndEmptySections(t *testing.T) {
	write(t, "rollcall.yaml", "kafka:\n  topics: &t [a, b]\nhttp:\ningest:\n  drop: *t\n")
	got, err := Load("rollcall.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Ingest.Drop, []string{"a", "b"}) || got.HTTP != Default().HTTP {
		t.Errorf("drop %v, http %+v", got.Ingest.Drop, got.HTTP)
	}
}

func TestYAMLReadsBack(t *testing.T) {
	want := Default()
	want.Kafka.Brokers = []string{"a:1"}
	want.Kafka.RebalanceTimeout = 90 * time.Second
	want.ClickHouse.DSN = NewDSN("http://host:8123/db")
	text, err := want.YAML()
	if err != nil {
		t.Fatal(err)
	}
	write(t, "rollcall.yaml", string(text))
	got, err := Load("rollcall.yaml", nil)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v\nfrom\n%s", got, want, text)
	}
}

func TestMissingFile(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load("nowhere.yaml", nil)
	if err == nil || !strings.Contains(err.Error(), "nowhere.yaml") {
		t.Errorf("the error is %v; it should name the file", err)
	}
}

// FuzzLoad wants an answer to every file: a configuration or an error.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"rollcall.yaml", "eventhubs.yaml", "compose.yaml"} {
		text, err := os.ReadFile(filepath.Join(samples, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("a: &a [*a]\nkafka: *a\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(dir, "rollcall.yaml")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := Load(path, nil); err == nil {
			if err := c.Validate(); err != nil {
				t.Errorf("Load lets pass what Validate does not: %v", err)
			}
		}
	})
}
