package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/directory"
	"rollcall/rules/names"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/policy"
)

// lookalikes keeps the names of the whole directory ready for finding whom a
// displayed name can be mistaken for, and finds the calls that are to be judged
// again when the directory is known better. The zero value begins with what is
// stored from its since on.
type lookalikes struct {
	index  *lookalike.Index
	policy string    // by whose domains users have their tenants
	since  time.Time // ClickHouse's clock
	print  print
}

// Bounds of what is added to an index before it is made anew.
const (
	deepest      = 6
	indexParts   = 16 // in which the directory is read, so that memory holds one of its histories
	changedShare = 5  // a fifth of the users
)

// refresh brings the index up to what is stored, and returns the alias sets of
// the calls that it judges otherwise by what is new.
func (k *lookalikes) refresh(ctx context.Context, conn driver.Conn, p *policy.Policy) ([][]string, error) {
	now, newest, err := look(ctx, conn, k.since)
	if err != nil || k.index != nil && now == k.print && p.ID == k.policy {
		return nil, err
	}
	next := lookalikes{policy: p.ID, since: k.since}
	if from := newest.Add(-stragglers); from.After(next.since) {
		next.since = from
	}
	if next.print, _, err = look(ctx, conn, next.since); err != nil {
		return nil, err
	}
	changed, err := changedUsers(ctx, conn, k.since)
	if err != nil {
		return nil, err
	}
	var news *lookalike.Index
	switch {
	case k.index == nil, p.ID != k.policy, k.index.Depth() >= deepest, len(changed) > 1000 && len(changed) > k.index.Len()/changedShare:
		if next.index, err = wholeIndex(ctx, conn, p); err != nil {
			return nil, err
		}
		news = next.index
		if k.index != nil && len(changed) == 0 { // the policy alone is another
			*k = next
			return nil, nil
		}
	default:
		d, err := directoryOf(ctx, conn, farFuture, userSet(changed))
		if err != nil {
			return nil, err
		}
		next.index = k.index.With(changed, entriesOf(d, p))
		news = lookalike.New(entriesOf(d, p))
	}
	var again [][]string
	if len(changed) > 0 {
		if again, err = mistakenNow(ctx, conn, k.since, news); err != nil {
			return nil, err
		}
	}
	*k = next
	return again, nil
}

// farFuture is after all that is stored: an entry that is seen later than a name
// was shown is told apart by its own time.
var farFuture = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// userSet is a set of users by raw id.
func userSet(list []string) users {
	out := users{}
	for _, u := range list {
		out[u] = true
	}
	return out
}

// changedUsers lists the users of whom something was stored from an instant on.
func changedUsers(ctx context.Context, conn driver.Conn, since time.Time) (out []string, err error) {
	rows, err := conn.Query(ctx, "SELECT DISTINCT raw_id FROM events WHERE "+aboutUsers+" AND "+storedSince(since)+" ORDER BY raw_id")
	if err != nil {
		return nil, fmt.Errorf("find the users of whom the directory says something new: %w", err)
	}
	all := map[string]bool{}
	if err := scanKeys(rows, all); err != nil {
		return nil, fmt.Errorf("find the users of whom the directory says something new: %w", err)
	}
	return slices.Sorted(maps.Keys(all)), nil
}

// wholeIndex makes an index of the whole directory. Memory holds the index and
// the history of a part of the users.
func wholeIndex(ctx context.Context, conn driver.Conn, p *policy.Policy) (*lookalike.Index, error) {
	var failed error
	index := lookalike.New(func(yield func(lookalike.Entry) bool) {
		for part := range indexParts {
			condition := "cityHash64(lower(raw_id)) % " + strconv.Itoa(indexParts) + " = " + strconv.Itoa(part)
			seen, err := sightings(atNow(ctx, farFuture, nil), conn, condition, nil)
			if err != nil {
				failed = err
				return
			}
			for e := range entriesOf(directory.New(seen), p) {
				if !yield(e) {
					return
				}
			}
		}
	})
	return index, failed
}

// mistakenNow finds the calls with names that are to be judged again, because of
// what was stored of users from an instant on: those that news finds, and those
// that were found before. A name is judged again if it was last shown after that,
// or as long before as a change of name may take to be seen.
func mistakenNow(ctx context.Context, conn driver.Conn, since time.Time, news *lookalike.Index) ([][]string, error) {
	shown := `(last_at IS NULL OR last_at >= (SELECT min(ifNull(at, toDateTime64(0, 3, 'UTC'))) FROM (` + usersAsSeen(storedSince(since)) + `)) - INTERVAL ` +
		strconv.Itoa(int(directory.NearLimit/time.Hour)) + ` HOUR)`
	rows, err := conn.Query(ctx, `SELECT DISTINCT name, tenant, position(reason, '`+names.RuleImpersonation+`') > 0 OR position(reason, '`+names.RuleMismatch+` other-name') > 0 AS before FROM names_current
WHERE name != '' AND `+shown)
	if err != nil {
		return nil, fmt.Errorf("find the names that are judged otherwise: %w", err)
	}
	defer rows.Close()
	again := map[string]bool{}
	for rows.Next() {
		var name, tenant string
		var before bool
		if err := rows.Scan(&name, &tenant, &before); err != nil {
			return nil, fmt.Errorf("find the names that are judged otherwise: %w", err)
		}
		if before || again[name] {
			again[name] = true
			continue
		}
		if f := news.Find(lookalike.Query{Name: name, Tenant: tenant}); len(f.Matches) > 0 {
			again[name] = true
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find the names that are judged otherwise: %w", err)
	}
	var out [][]string
	list := slices.Sorted(maps.Keys(again))
	for part := range slices.Chunk(list, maxList) {
		rows, err := conn.Query(withList(ctx, "list", part), `SELECT alias_keys FROM calls_current WHERE call_id IN (
    SELECT call_id FROM names_current WHERE name IN {list:Array(String)} AND `+shown+`
)`)
		if err != nil {
			return nil, fmt.Errorf("find the calls whose names are judged otherwise: %w", err)
		}
		if out, err = scanLists(rows, out); err != nil {
			return nil, fmt.Errorf("find the calls whose names are judged otherwise: %w", err)
		}
	}
	return out, nil
}

func scanLists(rows driver.Rows, to [][]string) ([][]string, error) {
	defer rows.Close()
	for rows.Next() {
		var keys []string
		if err := rows.Scan(&keys); err != nil {
			return nil, err
		}
		to = append(to, keys)
	}
	return to, rows.Err()
}
