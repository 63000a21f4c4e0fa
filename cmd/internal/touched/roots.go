package touched

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/calls"
)

// Roots finds the calls that alias sets belong to. What it found it remembers; a
// root that is one no more is put right by the assessor that is told under it. The
// zero value with a connection is ready to use.
type Roots struct {
	Conn driver.Conn

	mu         sync.Mutex
	young, old map[string]string
}

// remembered is how many alias sets are remembered at least.
const remembered = 50_000

// atOnce bounds how many alias sets one query names.
const atOnce = 1000

// Of returns the root of each alias set: the id of its call as it was evaluated
// last; of one that no call has yet what its own names, where they are given, make
// its call's id.
func (r *Roots) Of(ctx context.Context, keys []string, names map[string][]string) (map[string]string, error) {
	found := make(map[string]string, len(keys))
	var ask []string
	r.mu.Lock()
	for _, key := range keys {
		if root, is := r.young[key]; is {
			found[key] = root
		} else if root, is := r.old[key]; is {
			found[key] = root
		} else {
			ask = append(ask, key)
		}
	}
	r.mu.Unlock()
	ask = slices.DeleteFunc(ask, func(key string) bool { // they are hexadecimal digits
		if strings.ContainsAny(key, `'\\`) {
			found[key] = key
			return true
		}
		return false
	})
	stored := map[string]string{}
	for some := range slices.Chunk(ask, atOnce) {
		if err := r.stored(ctx, some, stored); err != nil {
			return nil, err
		}
	}
	r.remember(stored)
	for _, key := range ask {
		root, is := stored[key]
		if !is {
			root = calls.NameOf(names[key])
		}
		if root == "" {
			root = key
		}
		found[key] = root
	}
	return found, nil
}

func (r *Roots) stored(ctx context.Context, keys []string, to map[string]string) error {
	// As a parameter, because errors repeat the text of a query.
	list := "['" + strings.Join(keys, "','") + "']"
	rows, err := r.Conn.Query(clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"keys": list})),
		"SELECT call_id, arrayIntersect(alias_keys, {keys:Array(String)}) FROM calls_current WHERE hasAny(alias_keys, {keys:Array(String)}) ORDER BY call_id DESC")
	if err != nil {
		return fmt.Errorf("find the calls that are touched: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var of []string
		if err := rows.Scan(&id, &of); err != nil {
			return fmt.Errorf("find the calls that are touched: %w", err)
		}
		for _, key := range of {
			to[key] = id
		}
	}
	return rows.Err()
}

// remember keeps what was found: of two generations the older is forgotten.
func (r *Roots) remember(found map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, root := range found {
		if r.young == nil || len(r.young) >= remembered {
			r.old, r.young = r.young, make(map[string]string, remembered/8)
		}
		r.young[key] = root
	}
}

// Learn notes where alias sets belong by now.
func (r *Roots) Learn(root string, keys []string) {
	found := make(map[string]string, len(keys))
	for _, key := range keys {
		found[key] = root
	}
	r.remember(found)
}
