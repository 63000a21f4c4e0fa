-- Which alias set belongs to which call in one evaluation of all calls, for the
-- join that brings each call's events together. A run is dropped when it is
-- done; one that was killed leaves rows that nothing reads.
CREATE TABLE IF NOT EXISTS {{everywhere "call_sets"}} (
    run UInt64,
    alias_key String,
    call_id String,
    stored_at DateTime DEFAULT now()
) ENGINE = {{engine "call_sets" ""}}
PARTITION BY run
ORDER BY alias_key
TTL stored_at + INTERVAL 7 DAY{{settings}};

-- Sessions that Azure does not charge and that no meter counts (service bots,
-- server endpoints), so that their time is accounted for too.
CREATE TABLE IF NOT EXISTS {{sharded "free_sessions"}} (
    call_id String,
    version UInt64,
    session_id String,
    reason LowCardinality(String),
    raw Int64 COMMENT 'milliseconds'
) ENGINE = {{engine "free_sessions" "Replacing"}}
ORDER BY (call_id, version, session_id){{settings}};
{{distributed "free_sessions" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "free_sessions_current"}} AS
SELECT call_id, version, session_id, reason, raw
FROM free_sessions FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);
