package assess

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/rules/assemble"
	"rollcall/rules/policy"
	"rollcall/schema"
)

// inForce is the policy that judges what began at an instant.
func (t Terms) inForce(start time.Time) *policy.Policy {
	if p := policy.InForce(t.Versions, start); p != nil {
		return p
	}
	return t.Policy
}

// under returns the terms with the versions that are stored, if there are any:
// the one in force now judges what has no beginning of its own.
func (t Terms) under(versions []*policy.Policy) Terms {
	t.Versions = versions
	t.Policy = t.inForce(t.Now)
	return t
}

// spine assembles a call. How long it may be without evidence is laid down by
// the policy in force at its start, which is known once it is assembled.
func (t Terms) spine(id string, events []schema.Event) *assemble.Spine {
	opt := t.assembling()
	s := assemble.NewSpine(id, events, opt)
	if len(t.Versions) < 2 {
		return s
	}
	if quiet := t.inForce(s.Outline().Start.At).Base().Quiet; quiet != opt.Quiet {
		opt.Quiet = quiet
		return assemble.NewSpine(id, events, opt)
	}
	return s
}

// spineOf is spine for what was gathered.
func (t Terms) spineOf(g *assemble.Gathering) *assemble.Spine {
	s := g.Spine()
	if len(t.Versions) < 2 {
		return s
	}
	if quiet := t.inForce(s.Outline().Start.At).Base().Quiet; quiet != t.assembling().Quiet {
		return g.SpineAfter(quiet)
	}
	return s
}

// StorePolicy stores the file that a service judges by as a version, and reports
// whether it did: one that was the newest of the service's, or the newest of
// all, is there already. The default policy has no text.
func StorePolicy(ctx context.Context, conn driver.Conn, p *policy.Policy, text []byte) (bool, error) {
	stored, err := storedPolicies(ctx, conn)
	if err != nil {
		return false, err
	}
	digest := digestOf(text)
	for i := len(stored) - 1; i >= 0; i-- {
		if stored[i].digest == digest {
			return false, nil
		}
		if !stored[i].applied {
			break
		}
	}
	return true, insertPolicy(ctx, conn, p.ID, digest, null(p.EffectiveFrom), false, text)
}

// ApplyPolicy stores a version that judges all calls which started at since or
// later: a service judges them anew. It returns how many there are.
func ApplyPolicy(ctx context.Context, conn driver.Conn, p *policy.Policy, text []byte, since time.Time) (calls uint64, err error) {
	since = since.UTC().Truncate(time.Millisecond)
	if err := insertPolicy(ctx, conn, p.ID, digestOf(text), &since, true, text); err != nil {
		return 0, err
	}
	err = conn.QueryRow(ctx, "SELECT count() FROM calls_current WHERE start >= fromUnixTimestamp64Milli(toInt64(?))", since.UnixMilli()).Scan(&calls)
	if err != nil {
		err = fmt.Errorf("policy version %s is stored, but the calls that it judges can't be counted: %w", p.ID, err)
	}
	return calls, err
}

// digestOf is the SHA-256 of a policy's file, hex; empty for the default policy.
func digestOf(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func insertPolicy(ctx context.Context, conn driver.Conn, id, digest string, from *time.Time, applied bool, text []byte) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO policy_versions (id, digest, effective_from, applied, file)")
	if err == nil {
		defer batch.Close()
		err = batch.Append(id, digest, from, applied, string(text))
	}
	if err == nil {
		err = batch.Send()
	}
	if err != nil {
		return fmt.Errorf("store policy version %s: %w", id, err)
	}
	return nil
}

// Policies are the stored versions that may judge, in the order of
// policy.InForce; none where no service has stored any.
func Policies(ctx context.Context, conn driver.Conn) ([]*policy.Policy, error) {
	stored, err := storedPolicies(ctx, conn)
	if err != nil {
		return nil, err
	}
	return inOrder(stored)
}

// A storedPolicy is a row of policy_versions.
type storedPolicy struct {
	id, digest string
	from       time.Time
	applied    bool
	file       string
	at         time.Time
}

func storedPolicies(ctx context.Context, conn driver.Conn) ([]storedPolicy, error) {
	var list []storedPolicy
	err := each(ctx, conn, "the policy's versions", `SELECT id, digest, effective_from, applied, file, stored_at FROM policy_versions
ORDER BY stored_at, id`, nil, func(rows driver.Rows) error {
		var p storedPolicy
		var from *time.Time
		if err := rows.Scan(&p.id, &p.digest, &from, &p.applied, &p.file, &p.at); err != nil {
			return err
		}
		p.from = deref(from)
		list = append(list, p)
		return nil
	})
	return list, err
}

// inOrder reads the files of stored versions.
func inOrder(stored []storedPolicy) ([]*policy.Policy, error) {
	var versions []*policy.Policy
	for _, s := range stored {
		p := policy.Default()
		if s.file != "" {
			var err error
			if p, err = policy.Parse("policy version "+s.id, []byte(s.file)); err != nil {
				return nil, fmt.Errorf("a stored version of the policy can't be read by this program, run the one that stored it: %w", err)
			}
		}
		if s.applied {
			versions = policy.Apply(versions, p, s.from)
		} else {
			versions = append(versions, p)
		}
	}
	return versions, nil
}
