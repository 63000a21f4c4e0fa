//go:build !(linux || darwin) || nochdb

package chdb

import "errors"

// open fails: this program was built without the embedded ClickHouse, for a
// system that has no libchdb or with the tag nochdb for a static program.
func open(string, map[string]any) error {
	return errors.New("this program was built without the embedded ClickHouse; give the address of a ClickHouse server (clickhouse.dsn) instead")
}
