-- The displayed names that a call showed, one row for each identity, surface,
-- source and name, with what the directory said of the identity then.
CREATE TABLE IF NOT EXISTS {{sharded "names"}} (
    call_id String,
    version UInt64,
    raw_id String,
    surface LowCardinality(String),
    source LowCardinality(String),
    name String,
    tenant LowCardinality(String),
    kinds Array(LowCardinality(String)),
    labels Array(String),
    first_at Nullable(DateTime64(3, 'UTC')),
    last_at Nullable(DateTime64(3, 'UTC')),
    event String COMMENT 'that showed it first' CODEC(ZSTD(1)),
    directory_basis LowCardinality(String),
    directory_name String,
    directory_from Nullable(DateTime64(3, 'UTC')),
    directory_event String CODEC(ZSTD(1)),
    result LowCardinality(String),
    reason LowCardinality(String)
) ENGINE = {{engine "names" "Replacing"}}
ORDER BY (call_id, version, raw_id, surface, source, name){{settings}};
{{distributed "names" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "names_current"}} AS
SELECT call_id, version, raw_id, surface, source, name, tenant, kinds, labels, first_at, last_at, event, directory_basis,
    directory_name, directory_from, directory_event, result, reason
FROM names FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

-- Events of one kind that are of no call, such as users of the directory, are
-- found without a look at all others.
ALTER TABLE {{sharded "events"}} ADD INDEX IF NOT EXISTS by_kind kind TYPE set(100) GRANULARITY 1;
ALTER TABLE {{sharded "events"}} MATERIALIZE INDEX by_kind;
