package tables

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// MigrateOptions says what kind of ClickHouse the tables are made in.
type MigrateOptions struct {
	// Cluster names the cluster to make the tables on, replicated and
	// distributed. Empty: one server. The cluster needs the macros {shard} and
	// {replica}, the latter unique in the whole cluster.
	Cluster string
	// Cloud is true for ClickHouse Cloud, which replicates by itself.
	Cloud bool

	shared map[string]bool // tables of the file being rendered that are not sharded
}

// Migrate brings the connection's database to the newest state and returns how
// many steps it ran. Steps run in order, each is recorded when it is done, and
// each can be repeated, so that an interrupted migration is simply run again,
// and two processes that migrate at once do not harm each other. A database
// that a newer version has migrated is an error.
func Migrate(ctx context.Context, conn driver.Conn, o MigrateOptions) (applied int, err error) {
	if o.Cluster != "" && o.Cloud {
		return 0, errors.New("clickhouse.cluster and clickhouse.cloud: set one of them, ClickHouse Cloud needs no cluster name")
	}
	all, err := steps(o)
	if err != nil {
		return 0, err
	}
	done, err := o.recorded(ctx, conn)
	if err != nil {
		return 0, fmt.Errorf("read which migrations are done: %w", err)
	}
	for number := range done {
		if int(number) > len(all) {
			return 0, fmt.Errorf("the database was migrated to step %d by a newer version, this one knows %d; run the newer version", number, len(all))
		}
	}
	for _, s := range all {
		if done[s.number] {
			continue
		}
		if err := s.run(ctx, conn); err != nil {
			return applied, fmt.Errorf("migration %s: %w", s.name, err)
		}
		applied++
	}
	return applied, nil
}

// recorded returns the numbers of the steps that are done.
func (o MigrateOptions) recorded(ctx context.Context, conn driver.Conn) (map[uint32]bool, error) {
	o.shared = map[string]bool{"migrations": true}
	err := conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS "+o.on("migrations")+
		" (step UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')) ENGINE = "+
		o.engine("migrations", "Replacing")+" ORDER BY (step, name)")
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, "SELECT DISTINCT step FROM migrations")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	done := map[uint32]bool{}
	for rows.Next() {
		var number uint32
		if err := rows.Scan(&number); err != nil {
			return nil, err
		}
		done[number] = true
	}
	return done, rows.Err()
}

func (s step) run(ctx context.Context, conn driver.Conn) error {
	for _, statement := range s.statements {
		if err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return conn.Exec(ctx, "INSERT INTO migrations (step, name) VALUES (?, ?)", s.number, s.name)
}
