// Package results opens the store that a service keeps its results in, for
// commands that read them: the ClickHouse of the configuration, or the embedded
// one, through the service that runs or directly where none does.
package results

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/config"
	"rollcall/schema/chdb"
	"rollcall/schema/tables"
)

// ErrNoData says that no service has left data where the configuration looks.
var ErrNoData = errors.New("no service has kept data here")

// Open opens the store. The function that it returns closes it.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger) (driver.Conn, func() error, error) {
	if !cfg.ClickHouse.Embedded() {
		options, err := cfg.ClickHouse.Options()
		if err != nil {
			return nil, nil, fmt.Errorf("clickhouse.dsn: %w", err)
		}
		conn, err := tables.Connect(ctx, options, tables.OpenOptions{Logger: log})
		if err != nil {
			return nil, nil, err
		}
		return conn, conn.Close, nil
	}
	path := filepath.Join(cfg.DataDir, "clickhouse")
	if _, err := os.Stat(path); err != nil {
		return nil, nil, fmt.Errorf("%w: there is no folder %s", ErrNoData, path)
	}
	dsn, err := chdb.Dial(path)
	if err == nil {
		conn, err := tables.Open(ctx, dsn, tables.OpenOptions{Logger: log})
		if err != nil {
			return nil, nil, err
		}
		return conn, conn.Close, nil
	}
	if !errors.Is(err, chdb.ErrNotRunning) {
		return nil, nil, err
	}
	return openFolder(ctx, path, log)
}

// openFolder opens the data folder of a service that does not run.
func openFolder(ctx context.Context, path string, log *slog.Logger) (driver.Conn, func() error, error) {
	house, err := chdb.Open(chdb.Config{Path: path, Logger: log})
	if err != nil {
		return nil, nil, err
	}
	conn, err := tables.Open(ctx, house.DSN(), tables.OpenOptions{Logger: log})
	if err != nil {
		return nil, nil, errors.Join(err, house.Close())
	}
	stop := func() error { return errors.Join(conn.Close(), house.Close()) }
	// An older program may have left it; the service would do the same.
	if _, err := tables.Migrate(ctx, conn, tables.MigrateOptions{}); err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return conn, stop, nil
}
