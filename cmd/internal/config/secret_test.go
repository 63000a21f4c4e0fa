package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSecretsNeverShow prints a configuration in every way that somebody might
// and looks for the secrets.
func TestSecretsNeverShow(t *testing.T) {
	const hidden = "hunter2"
	c := Default()
	c.Kafka.SASL.Password = NewSecret(hidden)
	c.ClickHouse.DSN = NewDSN("https://me:" + hidden + "@host:8443/db?password=" + hidden + "&compress=lz4")
	c.ClickHouse.Password = NewSecret(hidden)
	c.Pseudonyms.Key = NewSecret(hidden)
	shown := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown[verb] = fmt.Sprintf(verb, c)
	}
	text, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	shown["YAML"] = string(text)
	if text, err = json.Marshal(c); err != nil {
		t.Fatal(err)
	}
	shown["JSON"] = string(text)
	var log bytes.Buffer
	for name, handler := range map[string]slog.Handler{"text log": slog.NewTextHandler(&log, nil), "json log": slog.NewJSONHandler(&log, nil)} {
		log.Reset()
		slog.New(handler).Info("starting", "config", c, "password", c.Kafka.SASL.Password, "dsn", c.ClickHouse.DSN)
		shown[name] = log.String()
	}
	for way, text := range shown {
		if strings.Contains(text, hidden) || strings.Contains(text, fmt.Sprintf("%x", hidden)) {
			t.Errorf("%s shows the secret:\n%s", way, text)
		}
		if !strings.Contains(text, redacted) {
			t.Errorf("%s does not show that there is a secret:\n%s", way, text)
		}
	}
}

func TestDSNShown(t *testing.T) {
	for dsn, want := range map[string]string{
		"":                             "",
		"http://host:8123/db":          "http://host:8123/db",
		"clickhouse://me@host:9000/db": "clickhouse://me@host:9000/db",
		"clickhouse://me:p%40ss@host:9000,other:9000/db?secure=true": "clickhouse://me:***@host:9000,other:9000/db?secure=true",
		"http://host/?password=x":                                    "http://host/?password=***",
		"me:pass@host":                                               "***",
		"http://me:pass word@host":                                   "***",
	} {
		if got := NewDSN(dsn).String(); got != want {
			t.Errorf("%q is shown as %q, want %q", dsn, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{"16MiB": 16 << 20, "64KiB": 64 << 10, "1 GiB": 1 << 30, "1000": 1000, "7B": 7, "0": 0} {
		if got, ok := ParseSize(text); !ok || got != want {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "16MB", "16mib", "1.5MiB", "9999999999GiB", "0x10"} {
		if got, ok := ParseSize(text); ok {
			t.Errorf("ParseSize(%q) = %d; it should be refused", text, got)
		}
	}
	for size, want := range map[Size]string{16 << 20: "16MiB", 1 << 30: "1GiB", 1000: "1000", 0: "0", 1536: "1536"} {
		if got := size.String(); got != want {
			t.Errorf("Size(%d) is written %q, want %q", int64(size), got, want)
		}
	}
}
