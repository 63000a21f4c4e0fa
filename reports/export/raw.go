package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// TenantsOf lists the tenants of the sessions of a call, sorted; what belongs to
// none is the empty one.
func (s Store) TenantsOf(ctx context.Context, call string) ([]string, error) {
	var out []string
	err := query(ctx, s.Conn, "tenants", "SELECT DISTINCT tenant FROM sessions_current WHERE call_id = ? ORDER BY tenant", []any{call}, func(rows driver.Rows) error {
		var name string
		err := rows.Scan(&name)
		out = append(out, name)
		return err
	})
	return out, err
}

// PolicyText is the file of a version of the policy as the store has it; nil
// where it has none.
func (s Store) PolicyText(ctx context.Context, version string) (text []byte, err error) {
	err = query(ctx, s.Conn, "the policy", "SELECT file FROM policy_versions WHERE id = ? AND digest != '' ORDER BY stored_at LIMIT 1", []any{version}, func(rows driver.Rows) error {
		var file string
		err := rows.Scan(&file)
		text = []byte(file)
		return err
	})
	return text, err
}

// A RawMessage is a message as it is stored, with what it is evidence of.
type RawMessage struct {
	// File and Line say where the message was read from, where it was a file.
	File string
	Line int
	// The coordinates in Kafka; for a message of a file those that the audit gave it.
	Topic      string
	Epoch      uint32
	Partition  int32
	Offset     int64
	BrokerTime time.Time // to the millisecond
	Key, Value []byte    // as stored
	Headers    [][2]string
	Length     uint64 // of the value as it came, in bytes
	Flags      uint8  // of package tables
	Salt       [16]byte
	Commitment [32]byte
	// SHA256 is the digest of Value in hex, and SourceSHA256 that of the line of
	// the file, where it was one.
	SHA256, SourceSHA256 string
	// Events are those of the wanted ones that lie in it, sorted.
	Events []string
	// Shared says that the message also tells of calls of another tenant.
	Shared bool
}

// Stored reports whether the message comes from the store, with its commitment;
// of others only what reports and files tell is known.
func (m RawMessage) Stored() bool { return m.Commitment != [32]byte{} }

// messagesAtOnce bounds the messages that are in memory together.
const messagesAtOnce = 4

// RawMessages streams the messages that hold some events, in the order of their
// coordinates, each once. What of them belongs to another than the tenant is
// marked. Events that are not stored are left out.
func (s Store) RawMessages(ctx context.Context, tenant string, events []string) iter.Seq2[RawMessage, error] {
	return func(yield func(RawMessage, error) bool) {
		var n ids
		n.add(events...)
		spots, err := s.elsewhere(ctx, n.sort())
		if err != nil {
			yield(RawMessage{}, err)
			return
		}
		slices.SortFunc(spots, func(a, b spot) int {
			if c := a.at.compare(b.at); c != 0 {
				return c
			}
			return compareIDs(a.id, b.id)
		})
		var at []coordinates
		holds := map[coordinates][]string{}
		for _, v := range spots {
			if len(holds[v.at]) == 0 {
				at = append(at, v.at)
			}
			holds[v.at] = append(holds[v.at], hex.EncodeToString(v.id[:]))
		}
		for some := range slices.Chunk(at, messagesAtOnce) {
			found, err := s.rawMessages(ctx, tenant, some)
			for i := range found {
				m := &found[i]
				m.Events = holds[coordinates{m.Topic, m.Epoch, m.Partition, m.Offset}]
				if !yield(*m, nil) {
					return
				}
			}
			if err == nil && len(found) < len(some) {
				err = fmt.Errorf("%d of %d messages between %s, partition %d, offset %d and %s, partition %d, offset %d are not stored", len(some)-len(found), len(some),
					some[0].topic, some[0].partition, some[0].offset, some[len(some)-1].topic, some[len(some)-1].partition, some[len(some)-1].offset)
			}
			if err != nil {
				yield(RawMessage{}, err)
				return
			}
		}
	}
}

// among is the condition that rows are of some messages.
func among(at []coordinates) (string, []any) {
	var args []any
	for _, c := range at {
		args = append(args, c.topic, c.epoch, c.partition, c.offset)
	}
	return "(topic, epoch, partition, offset) IN (" + strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(at)), ", ") + ")", args
}

func (s Store) rawMessages(ctx context.Context, tenant string, at []coordinates) (found []RawMessage, err error) {
	shared, err := s.shared(ctx, tenant, at)
	if err != nil {
		return nil, err
	}
	where, args := among(at)
	sql := `SELECT topic, epoch, partition, offset, broker_time, key, value, headers.1, headers.2, length, flags, hex(salt), hex(commitment)
FROM messages_one WHERE ` + where + ` ORDER BY topic, epoch, partition, offset`
	err = query(ctx, s.Conn, "messages", sql, args, func(rows driver.Rows) error {
		var m RawMessage
		var key, value, salt, commitment string
		var names, values []string
		if err := rows.Scan(&m.Topic, &m.Epoch, &m.Partition, &m.Offset, &m.BrokerTime, &key, &value, &names, &values, &m.Length, &m.Flags, &salt, &commitment); err != nil {
			return err
		}
		m.BrokerTime, m.Key, m.Value = m.BrokerTime.UTC(), []byte(key), []byte(value)
		for i, name := range names {
			m.Headers = append(m.Headers, [2]string{name, values[i]})
			switch name {
			case HeaderFile:
				m.File = values[i]
			case HeaderLine:
				m.Line, _ = strconv.Atoi(values[i])
			case HeaderSHA256:
				m.SourceSHA256 = values[i]
			}
		}
		if _, err := hex.Decode(m.Salt[:], []byte(salt)); err != nil {
			return err
		}
		if _, err := hex.Decode(m.Commitment[:], []byte(commitment)); err != nil {
			return err
		}
		sum := sha256.Sum256(m.Value)
		m.SHA256 = hex.EncodeToString(sum[:])
		m.Shared = shared[coordinates{m.Topic, m.Epoch, m.Partition, m.Offset}]
		found = append(found, m)
		return nil
	})
	return found, err
}

// shared says which messages hold events of calls in which another tenant has
// sessions.
func (s Store) shared(ctx context.Context, tenant string, at []coordinates) (map[coordinates]bool, error) {
	where, args := among(at)
	keys := map[string][]coordinates{}
	var all []string
	err := query(ctx, s.Conn, "events", "SELECT DISTINCT topic, epoch, partition, offset, alias_key FROM events WHERE "+where+" AND alias_key != ''", args, func(rows driver.Rows) error {
		var c coordinates
		var key string
		if err := rows.Scan(&c.topic, &c.epoch, &c.partition, &c.offset, &key); err != nil {
			return err
		}
		if keys[key] == nil {
			all = append(all, key)
		}
		keys[key] = append(keys[key], c)
		return nil
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	slices.Sort(all)
	out := map[coordinates]bool{}
	sql := `SELECT DISTINCT alias_key FROM (
    SELECT call_id, arrayJoin(alias_keys) AS alias_key FROM calls_current WHERE hasAny(alias_keys, ?)
) WHERE has(?, alias_key) AND call_id GLOBAL IN (SELECT call_id FROM sessions_current WHERE tenant NOT IN ('', ?))`
	err = query(ctx, s.Conn, "tenants", sql, []any{all, all, tenant}, func(rows driver.Rows) error {
		var key string
		err := rows.Scan(&key)
		for _, c := range keys[key] {
			out[c] = true
		}
		return err
	})
	return out, err
}
