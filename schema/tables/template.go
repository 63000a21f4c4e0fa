package tables

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"text/template"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// A step is one migration: the statements of one file, in order.
type step struct {
	number     uint32
	name       string
	statements []string
}

// steps returns all migrations, rendered for the kind of server.
func steps(o MigrateOptions) ([]step, error) {
	names, err := fs.Glob(sqlFiles, "sql/*.sql")
	if err != nil {
		return nil, err
	}
	var all []step
	for i, file := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "sql/"), ".sql")
		number, err := strconv.ParseUint(name[:3], 10, 32)
		if err != nil || int(number) != i+1 {
			return nil, fmt.Errorf("migration %s: files must be numbered from 001 without a hole", name)
		}
		statements, err := o.render(file)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		all = append(all, step{number: uint32(number), name: name, statements: statements})
	}
	return all, nil
}

// render fills in what differs between a server, a cluster and the Cloud, and
// splits a file into its statements.
func (o MigrateOptions) render(file string) ([]string, error) {
	o.shared = map[string]bool{}
	t, err := template.New("").Funcs(template.FuncMap{
		"sharded":       func(table string) string { return o.on(o.local(table)) },
		"everywhere":    func(table string) string { o.shared[table] = true; return o.on(table) },
		"view":          o.on,
		"engine":        o.engine,
		"distributed":   o.distributed,
		"aboveShards":   o.aboveShards,
		"settings":      o.settings,
		"eventsCurrent": eventsCurrent,
		"eventsCounted": eventsCounted,
		"eventsNamed":   eventsNamed,
		"eventsParted":  eventsParted,
	}).ParseFS(sqlFiles, file)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, strings.TrimPrefix(file, "sql/"), nil); err != nil {
		return nil, err
	}
	return split(b.String()), nil
}

// split cuts at semicolons that end a line and drops comment lines.
func split(sql string) []string {
	var kept []string
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(line, "--") {
			kept = append(kept, line)
		}
	}
	var statements []string
	for s := range strings.SplitSeq(strings.Join(kept, ""), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			statements = append(statements, s)
		}
	}
	return statements
}

// on adds the cluster that a statement has to run on.
func (o MigrateOptions) on(name string) string {
	if o.Cluster == "" {
		return name
	}
	return name + " ON CLUSTER " + quote(o.Cluster)
}

// local is the name of the table that holds a sharded table's own rows.
func (o MigrateOptions) local(table string) string {
	if o.Cluster == "" {
		return table
	}
	return table + "_local"
}

// engine returns a MergeTree of the kind ("Replacing", "Aggregating" or "").
// On a cluster a sharded table is replicated within its shard, any other one
// over the whole cluster: there the macro {replica} must be unique.
func (o MigrateOptions) engine(table, kind string, args ...string) string {
	name := kind + "MergeTree"
	if o.Cluster != "" {
		name = "Replicated" + name
		where := "{shard}"
		if o.shared[table] {
			where = "all"
		} else {
			table = o.local(table)
		}
		path := "'/clickhouse/tables/" + where + "/{database}/" + table + "'"
		args = append([]string{path, "'{replica}'"}, args...)
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// distributed returns the statement for the table above the shards, if any.
func (o MigrateOptions) distributed(table, key string) string {
	if o.Cluster == "" {
		return ""
	}
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s AS %s ENGINE = Distributed(%s, currentDatabase(), %s, %s);\n",
		o.on(table), o.local(table), quote(o.Cluster), o.local(table), key)
}

// aboveShards returns the statement that makes the same change to the table
// above the shards, if any.
func (o MigrateOptions) aboveShards(table, change string) string {
	if o.Cluster == "" {
		return ""
	}
	return fmt.Sprintf("ALTER TABLE %s %s;\n", o.on(table), change)
}

// settings keeps the tokens of the last inserts, so that an insert that is
// repeated because its answer was lost leaves no second copy. A plain MergeTree
// keeps none by default; replicated tables and the Cloud do.
func (o MigrateOptions) settings() string {
	if o.Cluster != "" || o.Cloud {
		return ""
	}
	return "\nSETTINGS non_replicated_deduplication_window = 1000"
}

func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "") + "`" }

// Statements returns all statements of all migrations in order, as they are
// sent: what an administrator may want to see before letting Migrate run.
func Statements(o MigrateOptions) ([]string, error) {
	all, err := steps(o)
	if err != nil {
		return nil, err
	}
	var statements []string
	for _, s := range all {
		statements = append(statements, s.statements...)
	}
	return statements, nil
}
