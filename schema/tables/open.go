package tables

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// OpenOptions adjusts a connection. The zero value is usable.
type OpenOptions struct {
	// Settings are ClickHouse settings for every query, above the DSN's.
	Settings map[string]any
	// Wait is how long Open waits for a server that does not answer yet.
	// Default: 10 s.
	Wait time.Duration
	// Logger gets the driver's own messages, at level debug. Default: none.
	Logger *slog.Logger
}

// Open connects to the ClickHouse that the DSN names (http://, https:// or
// clickhouse:// for the native protocol) and asks it for a sign of life. The
// error of a server that does not answer says which one and what to look at; it
// never holds the password.
func Open(ctx context.Context, dsn string, o OpenOptions) (driver.Conn, error) {
	options, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		// The driver's error quotes the DSN, with the password in it.
		return nil, errors.New("clickhouse.dsn is not an address of the form http://user:password@host:8123/database, " +
			"https://…:8443/… or clickhouse://…:9000/…")
	}
	return Connect(ctx, options, o)
}

// Connect is Open for options that were read already.
func Connect(ctx context.Context, options *clickhouse.Options, o OpenOptions) (driver.Conn, error) {
	if options.Settings == nil {
		options.Settings = clickhouse.Settings{}
	}
	for name, value := range o.Settings {
		options.Settings[name] = value
	}
	options.Logger = o.Logger
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("open ClickHouse at %s: %w", strings.Join(options.Addr, ", "), err)
	}
	if o.Wait == 0 {
		o.Wait = 10 * time.Second
	}
	if err := await(ctx, conn, o.Wait); err != nil {
		conn.Close()
		return nil, unreachable(options, err)
	}
	return conn, nil
}

// await pings until the server answers. An answer that is an exception, such as
// a wrong password, does not get better by waiting.
func await(ctx context.Context, conn driver.Conn, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := conn.Ping(ctx)
		if err == nil {
			return nil
		}
		var exception *clickhouse.Exception
		if errors.As(err, &exception) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

func unreachable(o *clickhouse.Options, err error) error {
	var exception *clickhouse.Exception
	address := strings.Join(o.Addr, ", ")
	if errors.As(err, &exception) {
		return fmt.Errorf("ClickHouse at %s refuses user %q and database %q: %w; check both and the password in clickhouse.dsn",
			address, o.Auth.Username, o.Auth.Database, err)
	}
	port := "its HTTP port (8123, or 8443 with TLS)"
	if o.Protocol == clickhouse.Native {
		port = "its native port (9000, or 9440 with TLS)"
	}
	return fmt.Errorf("no ClickHouse answers at %s: %w; check that it runs and that clickhouse.dsn names %s", address, err, port)
}
