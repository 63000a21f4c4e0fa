CREATE TABLE IF NOT EXISTS topics ON CLUSTER `main` (
    topic String,
    epoch UInt32,
    topic_id String,
    reason LowCardinality(String),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/topics', '{replica}')
ORDER BY (topic, epoch, topic_id);

CREATE TABLE IF NOT EXISTS messages_local ON CLUSTER `main` (
    topic LowCardinality(String),
    epoch UInt32,
    partition Int32,
    offset Int64 CODEC(Delta, ZSTD(1)),
    broker_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') CODEC(ZSTD(1)),
    key String CODEC(ZSTD(1)),
    value String CODEC(ZSTD(3)),
    headers Array(Tuple(name String, value String)) CODEC(ZSTD(1)),
    length UInt64 COMMENT 'of the value in Kafka, in bytes' CODEC(ZSTD(1)),
    flags UInt8 COMMENT '1: key is null, 2: value is null, 4: content was dropped, 8: too long, only the beginning is kept',
    salt FixedString(16) CODEC(NONE),
    commitment FixedString(32) CODEC(NONE),
    batch UInt64 CODEC(ZSTD(1)),
    rank UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Micro(stored_at))) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/messages_local', '{replica}', rank)
ORDER BY (topic, epoch, partition, offset);

CREATE TABLE IF NOT EXISTS messages ON CLUSTER `main` AS messages_local ENGINE = Distributed(`main`, currentDatabase(), messages_local, cityHash64(topic, partition));

CREATE OR REPLACE VIEW messages_one ON CLUSTER `main` AS
SELECT topic, epoch, partition, offset, broker_time, stored_at, key, value, headers, length, flags, salt, commitment, batch
FROM messages FINAL;

CREATE TABLE IF NOT EXISTS events_local ON CLUSTER `main` (
    topic LowCardinality(String),
    epoch UInt32,
    partition Int32,
    offset Int64 CODEC(Delta, ZSTD(1)),
    idx UInt32,
    event_id String CODEC(ZSTD(1)),
    source LowCardinality(String),
    kind LowCardinality(String),
    via Array(String) CODEC(ZSTD(1)),
    version Int64 CODEC(ZSTD(1)),
    content String CODEC(ZSTD(1)),
    time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    time_reason LowCardinality(String),
    first Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    last Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    resource LowCardinality(String),
    aliases Array(String) COMMENT 'kind:value, sorted' CODEC(ZSTD(1)),
    alias_key String COMMENT 'hash of the aliases; with the interval where a thread is the only one; empty without any' CODEC(ZSTD(1)),
    raw_id String COMMENT 'of the participant that the event is about' CODEC(ZSTD(1)),
    facts String COMMENT 'JSON' CODEC(ZSTD(3)),
    decoder UInt16,
    broker_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') CODEC(ZSTD(1)),
    batch UInt64 CODEC(ZSTD(1)),
    INDEX by_alias_key alias_key TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_event_id event_id TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/events_local', '{replica}', decoder)
ORDER BY (topic, epoch, partition, offset, idx);

CREATE TABLE IF NOT EXISTS events ON CLUSTER `main` AS events_local ENGINE = Distributed(`main`, currentDatabase(), events_local, cityHash64(topic, partition));

CREATE OR REPLACE VIEW events_one ON CLUSTER `main` AS
SELECT topic, epoch, partition, offset, idx, event_id, source, kind, via, version, content, time, time_reason, first, last,
    resource, aliases, alias_key, raw_id, facts, decoder, broker_time, stored_at, batch
FROM events FINAL;

CREATE OR REPLACE VIEW events_current ON CLUSTER `main` AS
SELECT event_id, row.1 AS source, row.2 AS kind, via, row.3 AS version, row.4 AS content, row.5 AS time, row.6 AS time_reason,
    row.7 AS first, row.8 AS last, row.9 AS resource, row.10 AS aliases, row.11 AS alias_key, row.12 AS raw_id, row.13 AS facts,
    row.14 AS topic, row.15 AS epoch, row.16 AS partition, row.17 AS offset, row.18 AS idx, row.19 AS decoder, row.20 AS broker_time
FROM (
    SELECT event_id,
        arraySort(groupUniqArrayArray(e.via)) AS via,
        argMin(
            (source, kind, e.version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts,
                topic, epoch, partition, offset, idx, decoder, broker_time),
            (-e.version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason,
                topic, epoch, partition, offset, idx)
        ) AS row
    FROM events AS e
    GROUP BY event_id
);

CREATE OR REPLACE VIEW events_of ON CLUSTER `main` AS
SELECT event_id, row.1 AS source, row.2 AS kind, via, row.3 AS version, row.4 AS content, row.5 AS time, row.6 AS time_reason,
    row.7 AS first, row.8 AS last, row.9 AS resource, row.10 AS aliases, row.11 AS alias_key, row.12 AS raw_id, row.13 AS facts,
    row.14 AS topic, row.15 AS epoch, row.16 AS partition, row.17 AS offset, row.18 AS idx, row.19 AS decoder, row.20 AS broker_time
FROM (
    SELECT event_id,
        arraySort(groupUniqArrayArray(e.via)) AS via,
        argMin(
            (source, kind, e.version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts,
                topic, epoch, partition, offset, idx, decoder, broker_time),
            (-e.version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason,
                topic, epoch, partition, offset, idx)
        ) AS row
    FROM events AS e
    WHERE event_id GLOBAL IN (SELECT event_id FROM events WHERE alias_key IN {alias_keys:Array(String)})
    GROUP BY event_id
);

CREATE TABLE IF NOT EXISTS aliases ON CLUSTER `main` (
    alias String CODEC(ZSTD(1)),
    alias_key String CODEC(ZSTD(1)),
    aliases SimpleAggregateFunction(any, Array(String)) CODEC(ZSTD(1)),
    first SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    last SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/all/{database}/aliases', '{replica}')
ORDER BY (alias, alias_key);

CREATE OR REPLACE VIEW aliases_one ON CLUSTER `main` AS
SELECT alias, alias_key, aliases, first, last FROM aliases FINAL;

CREATE TABLE IF NOT EXISTS batches ON CLUSTER `main` (
    topic LowCardinality(String),
    epoch UInt32,
    partition Int32,
    first Int64,
    last Int64 COMMENT 'included',
    messages UInt64,
    events UInt64,
    dead_letters UInt64,
    dropped UInt64,
    bytes UInt64,
    first_time Nullable(DateTime64(3, 'UTC')) COMMENT 'smallest broker time',
    last_time Nullable(DateTime64(3, 'UTC')) COMMENT 'largest broker time',
    decoder UInt16,
    writer String,
    batch UInt64,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'),
    INDEX by_stored_at stored_at TYPE minmax GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/batches', '{replica}')
ORDER BY (topic, epoch, partition, last, first);

CREATE TABLE IF NOT EXISTS gaps ON CLUSTER `main` (
    topic LowCardinality(String),
    epoch UInt32,
    partition Int32,
    first Int64,
    last Int64 COMMENT 'included',
    reason LowCardinality(String),
    after_time Nullable(DateTime64(3, 'UTC')),
    before_time DateTime64(3, 'UTC'),
    writer String,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'),
    rank UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Micro(stored_at)))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/gaps', '{replica}', rank)
ORDER BY (topic, epoch, partition, first, last, reason);

CREATE OR REPLACE VIEW gaps_one ON CLUSTER `main` AS
SELECT topic, epoch, partition, first, last, reason, after_time, before_time, writer, stored_at FROM gaps FINAL;

CREATE TABLE IF NOT EXISTS dead_letters_local ON CLUSTER `main` (
    topic LowCardinality(String),
    epoch UInt32,
    partition Int32,
    offset Int64,
    part UInt32 COMMENT 'of the message, from 0',
    stage LowCardinality(String),
    reason LowCardinality(String),
    detail String,
    raw String COMMENT 'the bytes; the first 64 KiB where length says more' CODEC(ZSTD(3)),
    length UInt64,
    sha256 FixedString(32) COMMENT 'of all the bytes',
    broker_time DateTime64(3, 'UTC'),
    decoder UInt16,
    batch UInt64,
    replayed_at DateTime64(3, 'UTC') COMMENT '1970: not replayed',
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/dead_letters_local', '{replica}', replayed_at)
ORDER BY (topic, epoch, partition, offset, part, stage);

CREATE TABLE IF NOT EXISTS dead_letters ON CLUSTER `main` AS dead_letters_local ENGINE = Distributed(`main`, currentDatabase(), dead_letters_local, cityHash64(topic, partition));

CREATE OR REPLACE VIEW dead_letters_one ON CLUSTER `main` AS
SELECT topic, epoch, partition, offset, part, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, replayed_at, stored_at
FROM dead_letters FINAL;

CREATE TABLE IF NOT EXISTS calls ON CLUSTER `main` (
    call_id String,
    version UInt64,
    superseded_by String,
    tenant LowCardinality(String),
    resource LowCardinality(String),
    teams Bool,
    start Nullable(DateTime64(3, 'UTC')),
    end Nullable(DateTime64(3, 'UTC')),
    alias_keys Array(String) CODEC(ZSTD(1)),
    json String CODEC(ZSTD(3)),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/calls', '{replica}', version)
ORDER BY call_id;

CREATE OR REPLACE VIEW calls_current ON CLUSTER `main` AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at
FROM calls FINAL WHERE superseded_by = '';

CREATE TABLE IF NOT EXISTS sessions_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    session_id String,
    tenant LowCardinality(String),
    app LowCardinality(String),
    participant_id String,
    raw_id String,
    endpoint_id String,
    identity LowCardinality(String),
    join_path LowCardinality(String),
    path_evidence LowCardinality(String),
    display_name String,
    joined_at Nullable(DateTime64(3, 'UTC')),
    left_at Nullable(DateTime64(3, 'UTC')),
    source LowCardinality(String),
    left_source LowCardinality(String),
    evidence Array(String) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/sessions_local', '{replica}')
ORDER BY (call_id, version, session_id);

CREATE TABLE IF NOT EXISTS sessions ON CLUSTER `main` AS sessions_local ENGINE = Distributed(`main`, currentDatabase(), sessions_local, cityHash64(call_id));

CREATE OR REPLACE VIEW sessions_current ON CLUSTER `main` AS
SELECT call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence,
    display_name, joined_at, left_at, source, left_source, evidence
FROM sessions FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS obligations_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    session_id String,
    capture LowCardinality(String),
    ordinal UInt32 COMMENT 'of the episode, within call and capture, from 1',
    tenant LowCardinality(String),
    app LowCardinality(String),
    participant_id String,
    raw_id String,
    endpoint_id String,
    join_path LowCardinality(String),
    episode_start Nullable(DateTime64(3, 'UTC')),
    episode_end Nullable(DateTime64(3, 'UTC')),
    episode_end_source LowCardinality(String),
    joined_at Nullable(DateTime64(3, 'UTC')),
    left_at Nullable(DateTime64(3, 'UTC')),
    left_source LowCardinality(String),
    exposed_at Nullable(DateTime64(3, 'UTC')),
    due_at Nullable(DateTime64(3, 'UTC')),
    signalled_at Nullable(DateTime64(3, 'UTC')),
    shown_at Nullable(DateTime64(3, 'UTC')),
    delay_ms Nullable(Int64),
    result LowCardinality(String),
    reason LowCardinality(String),
    receipt_id String,
    receipt_via Array(String),
    surface LowCardinality(String),
    clock_basis LowCardinality(String),
    evidence Array(String) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/obligations_local', '{replica}')
ORDER BY (call_id, version, session_id, capture, ordinal);

CREATE TABLE IF NOT EXISTS obligations ON CLUSTER `main` AS obligations_local ENGINE = Distributed(`main`, currentDatabase(), obligations_local, cityHash64(call_id));

CREATE OR REPLACE VIEW obligations_current ON CLUSTER `main` AS
SELECT call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path,
    episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at,
    shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence
FROM obligations FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS findings_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    id String,
    rule LowCardinality(String),
    severity LowCardinality(String),
    status LowCardinality(String),
    result LowCardinality(String),
    tenant LowCardinality(String),
    app LowCardinality(String),
    subject String,
    raw_id String,
    capture LowCardinality(String),
    first_at Nullable(DateTime64(3, 'UTC')),
    detected_at Nullable(DateTime64(3, 'UTC')),
    message String,
    evidence Array(String) CODEC(ZSTD(1)),
    policy_version String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/findings_local', '{replica}')
ORDER BY (call_id, version, id);

CREATE TABLE IF NOT EXISTS findings ON CLUSTER `main` AS findings_local ENGINE = Distributed(`main`, currentDatabase(), findings_local, cityHash64(call_id));

CREATE OR REPLACE VIEW findings_current ON CLUSTER `main` AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS usage_lines_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    line_id String,
    day Date,
    tenant LowCardinality(String),
    app LowCardinality(String),
    resource_id LowCardinality(String),
    session_id String,
    participant_id String,
    raw_id String,
    meter LowCardinality(String),
    unit LowCardinality(String),
    raw Int64,
    quantity String,
    rate String,
    currency LowCardinality(String),
    cost String,
    tariff_row String,
    tariff_version String,
    evidence Array(String) CODEC(ZSTD(1)),
    correction_of String,
    note String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/usage_lines_local', '{replica}')
ORDER BY (call_id, version, line_id);

CREATE TABLE IF NOT EXISTS usage_lines ON CLUSTER `main` AS usage_lines_local ENGINE = Distributed(`main`, currentDatabase(), usage_lines_local, cityHash64(call_id));

CREATE OR REPLACE VIEW usage_lines_current ON CLUSTER `main` AS
SELECT call_id, version, line_id, day, tenant, app, resource_id, session_id, participant_id, raw_id, meter, unit, raw,
    quantity, rate, currency, cost, tariff_row, tariff_version, evidence, correction_of, note
FROM usage_lines FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS periods ON CLUSTER `main` (
    schedule String,
    period String,
    start DateTime64(3, 'UTC'),
    end DateTime64(3, 'UTC'),
    due_at DateTime64(3, 'UTC'),
    reported_at DateTime64(3, 'UTC'),
    files Array(Tuple(path String, sha256 String)),
    note String,
    version UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/periods', '{replica}', version)
ORDER BY (schedule, period);

CREATE OR REPLACE VIEW periods_one ON CLUSTER `main` AS
SELECT schedule, period, start, end, due_at, reported_at, files, note, version FROM periods FINAL;

CREATE TABLE IF NOT EXISTS call_sets ON CLUSTER `main` (
    run UInt64,
    alias_key String,
    call_id String,
    stored_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/call_sets', '{replica}')
PARTITION BY run
ORDER BY alias_key
TTL stored_at + INTERVAL 7 DAY;

CREATE TABLE IF NOT EXISTS free_sessions_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    session_id String,
    reason LowCardinality(String),
    raw Int64 COMMENT 'milliseconds'
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/free_sessions_local', '{replica}')
ORDER BY (call_id, version, session_id);

CREATE TABLE IF NOT EXISTS free_sessions ON CLUSTER `main` AS free_sessions_local ENGINE = Distributed(`main`, currentDatabase(), free_sessions_local, cityHash64(call_id));

CREATE OR REPLACE VIEW free_sessions_current ON CLUSTER `main` AS
SELECT call_id, version, session_id, reason, raw
FROM free_sessions FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

ALTER TABLE dead_letters_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS start UInt64 COMMENT 'of raw within the stored value, in bytes' AFTER part;

ALTER TABLE dead_letters ON CLUSTER `main` ADD COLUMN IF NOT EXISTS start UInt64 AFTER part;

CREATE OR REPLACE VIEW dead_letters_one ON CLUSTER `main` AS
SELECT topic, epoch, partition, offset, part, start, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, replayed_at, stored_at
FROM dead_letters FINAL;

ALTER TABLE obligations_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS app_version LowCardinality(String);

ALTER TABLE obligations ON CLUSTER `main` ADD COLUMN IF NOT EXISTS app_version LowCardinality(String);

ALTER TABLE obligations_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS sdk_version LowCardinality(String);

ALTER TABLE obligations ON CLUSTER `main` ADD COLUMN IF NOT EXISTS sdk_version LowCardinality(String);

ALTER TABLE obligations_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS exposure_ms Int64 COMMENT 'up to now where it goes on';

ALTER TABLE obligations ON CLUSTER `main` ADD COLUMN IF NOT EXISTS exposure_ms Int64;

ALTER TABLE obligations_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS assumed_ms Int64 COMMENT 'of exposure_ms, what rests on an assumed bound';

ALTER TABLE obligations ON CLUSTER `main` ADD COLUMN IF NOT EXISTS assumed_ms Int64;

ALTER TABLE obligations_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS assumed Bool COMMENT 'the exposure lies only in the assumed part of the episode';

ALTER TABLE obligations ON CLUSTER `main` ADD COLUMN IF NOT EXISTS assumed Bool;

CREATE OR REPLACE VIEW obligations_current ON CLUSTER `main` AS
SELECT call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path,
    episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at,
    shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence,
    app_version, sdk_version, exposure_ms, assumed_ms, assumed
FROM obligations FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS checks_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    rule LowCardinality(String),
    population UInt64,
    pass UInt64,
    fail UInt64,
    no_evidence UInt64,
    not_applicable UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/checks_local', '{replica}')
ORDER BY (call_id, version, rule);

CREATE TABLE IF NOT EXISTS checks ON CLUSTER `main` AS checks_local ENGINE = Distributed(`main`, currentDatabase(), checks_local, cityHash64(call_id));

CREATE OR REPLACE VIEW checks_current ON CLUSTER `main` AS
SELECT call_id, version, rule, population, pass, fail, no_evidence, not_applicable
FROM checks FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

ALTER TABLE sessions_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS json String CODEC(ZSTD(3));

ALTER TABLE sessions ON CLUSTER `main` ADD COLUMN IF NOT EXISTS json String;

CREATE OR REPLACE VIEW sessions_current ON CLUSTER `main` AS
SELECT call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence,
    display_name, joined_at, left_at, source, left_source, evidence, json
FROM sessions FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS names_local ON CLUSTER `main` (
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
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/names_local', '{replica}')
ORDER BY (call_id, version, raw_id, surface, source, name);

CREATE TABLE IF NOT EXISTS names ON CLUSTER `main` AS names_local ENGINE = Distributed(`main`, currentDatabase(), names_local, cityHash64(call_id));

CREATE OR REPLACE VIEW names_current ON CLUSTER `main` AS
SELECT call_id, version, raw_id, surface, source, name, tenant, kinds, labels, first_at, last_at, event, directory_basis,
    directory_name, directory_from, directory_event, result, reason
FROM names FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

ALTER TABLE events_local ON CLUSTER `main` ADD INDEX IF NOT EXISTS by_kind kind TYPE set(100) GRANULARITY 1;

ALTER TABLE events_local ON CLUSTER `main` MATERIALIZE INDEX by_kind;

CREATE TABLE IF NOT EXISTS call_events ON CLUSTER `main` (
    run UInt64,
    call_id String,
    event_id String,
    version Int64,
    content String,
    source LowCardinality(String),
    kind LowCardinality(String),
    time Nullable(DateTime64(3, 'UTC')),
    topic LowCardinality(String),
    epoch UInt32,
    partition Int32,
    offset Int64,
    idx UInt32,
    stored_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/call_events', '{replica}')
PARTITION BY run
ORDER BY (call_id, event_id)
TTL stored_at + INTERVAL 7 DAY;

ALTER TABLE calls ON CLUSTER `main` ADD COLUMN IF NOT EXISTS chat Bool MATERIALIZED JSONExtractBool(json, 'chat');

CREATE OR REPLACE VIEW calls_current ON CLUSTER `main` AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at, chat
FROM calls FINAL WHERE superseded_by = '';

CREATE OR REPLACE VIEW events_one ON CLUSTER `main` AS
SELECT topic, epoch, partition, offset, idx, event_id, source, kind, via, version, content, time, time_reason, first, last,
    resource, aliases, alias_key, raw_id, facts, decoder, broker_time, stored_at, batch
FROM events FINAL WHERE event_id != '';

CREATE OR REPLACE VIEW events_current ON CLUSTER `main` AS
SELECT event_id, row.1 AS source, row.2 AS kind, via, row.3 AS version, row.4 AS content, row.5 AS time, row.6 AS time_reason,
    row.7 AS first, row.8 AS last, row.9 AS resource, row.10 AS aliases, row.11 AS alias_key, row.12 AS raw_id, row.13 AS facts,
    row.14 AS topic, row.15 AS epoch, row.16 AS partition, row.17 AS offset, row.18 AS idx, row.19 AS decoder, row.20 AS broker_time
FROM (
    SELECT event_id,
        arraySort(groupUniqArrayArray(e.via)) AS via,
        argMin(
            (source, kind, e.version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts,
                topic, epoch, partition, offset, idx, decoder, broker_time),
            (-e.version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason,
                topic, epoch, partition, offset, idx)
        ) AS row
    FROM events_one AS e
    GROUP BY event_id
);

CREATE OR REPLACE VIEW events_of ON CLUSTER `main` AS
SELECT event_id, row.1 AS source, row.2 AS kind, via, row.3 AS version, row.4 AS content, row.5 AS time, row.6 AS time_reason,
    row.7 AS first, row.8 AS last, row.9 AS resource, row.10 AS aliases, row.11 AS alias_key, row.12 AS raw_id, row.13 AS facts,
    row.14 AS topic, row.15 AS epoch, row.16 AS partition, row.17 AS offset, row.18 AS idx, row.19 AS decoder, row.20 AS broker_time
FROM (
    SELECT event_id,
        arraySort(groupUniqArrayArray(e.via)) AS via,
        argMin(
            (source, kind, e.version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts,
                topic, epoch, partition, offset, idx, decoder, broker_time),
            (-e.version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason,
                topic, epoch, partition, offset, idx)
        ) AS row
    FROM events AS e
    WHERE event_id GLOBAL IN (SELECT event_id FROM events WHERE event_id != '' AND alias_key IN {alias_keys:Array(String)})
        AND (topic, epoch, partition, offset, idx, decoder, stored_at) GLOBAL IN (
            SELECT topic, epoch, partition, offset, idx, max((r.decoder, r.stored_at)).1, max((r.decoder, r.stored_at)).2
            FROM events AS r
            WHERE (topic, epoch, partition, offset) GLOBAL IN (
                SELECT topic, epoch, partition, offset FROM events WHERE event_id GLOBAL IN (SELECT event_id FROM events WHERE event_id != '' AND alias_key IN {alias_keys:Array(String)})
            )
            GROUP BY topic, epoch, partition, offset, idx
        )
    GROUP BY event_id
);

CREATE TABLE IF NOT EXISTS app_hours_local ON CLUSTER `main` (
    call_id String,
    version UInt64,
    tenant LowCardinality(String),
    app LowCardinality(String),
    app_version LowCardinality(String),
    hour DateTime64(3, 'UTC') COMMENT 'its beginning',
    ended UInt32 COMMENT 'obligated sessions that ended in it',
    ended_evidence Array(String) CODEC(ZSTD(1)),
    sent Bool COMMENT 'the app sent anything in it',
    signalled UInt32 COMMENT 'obligated sessions that were first signalled in it',
    signalled_evidence Array(String) CODEC(ZSTD(1)),
    showed Bool COMMENT 'any notice was shown in it, or to those who were signalled',
    gap Bool COMMENT 'evidence was lost that may hold what was sent'
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/app_hours_local', '{replica}')
ORDER BY (call_id, version, tenant, app, app_version, hour);

CREATE TABLE IF NOT EXISTS app_hours ON CLUSTER `main` AS app_hours_local ENGINE = Distributed(`main`, currentDatabase(), app_hours_local, cityHash64(call_id));

CREATE OR REPLACE VIEW app_hours_current ON CLUSTER `main` AS
SELECT call_id, version, tenant, app, app_version, hour, ended, ended_evidence, sent, signalled, signalled_evidence, showed, gap
FROM app_hours FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS subjects ON CLUSTER `main` (
    subject_id String,
    version UInt64,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/subjects', '{replica}', version)
ORDER BY subject_id;

CREATE OR REPLACE VIEW findings_current ON CLUSTER `main` AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

CREATE OR REPLACE VIEW checks_current ON CLUSTER `main` AS
SELECT call_id, version, rule, population, pass, fail, no_evidence, not_applicable
FROM checks FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, rule, population, pass, fail, no_evidence, not_applicable
FROM checks AS c FINAL WHERE (c.call_id, c.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

CREATE TABLE IF NOT EXISTS finding_changes ON CLUSTER `main` (
    call_id String,
    finding_id String,
    change_id String,
    tenant LowCardinality(String),
    at DateTime64(6, 'UTC'),
    who String,
    action LowCardinality(String),
    successor String,
    successor_call String,
    record String CODEC(ZSTD(1)),
    digest FixedString(32) CODEC(NONE),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'),
    INDEX finding finding_id TYPE bloom_filter GRANULARITY 1,
    INDEX successor_call successor_call TYPE bloom_filter GRANULARITY 1,
    INDEX successor successor TYPE bloom_filter GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/finding_changes', '{replica}')
ORDER BY (call_id, finding_id, at, change_id);

CREATE TABLE IF NOT EXISTS policy_versions ON CLUSTER `main` (
    id LowCardinality(String) COMMENT 'as findings name it: default, or the first 12 hex digits of the digest',
    digest String COMMENT 'SHA-256 of the file, hex; empty for the default policy',
    effective_from Nullable(DateTime64(3, 'UTC')) COMMENT 'NULL: from the beginning',
    applied Bool COMMENT 'to the history since effective_from',
    file String COMMENT 'the text of the file' CODEC(ZSTD(3)),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/policy_versions', '{replica}')
ORDER BY (stored_at, id);

CREATE OR REPLACE VIEW events_part ON CLUSTER `main` AS
SELECT event_id, row.1 AS source, row.2 AS kind, via, row.3 AS version, row.4 AS content, row.5 AS time, row.6 AS time_reason,
    row.7 AS first, row.8 AS last, row.9 AS resource, row.10 AS aliases, row.11 AS alias_key, row.12 AS raw_id, row.13 AS facts,
    row.14 AS topic, row.15 AS epoch, row.16 AS partition, row.17 AS offset, row.18 AS idx, row.19 AS decoder, row.20 AS broker_time
FROM (
    SELECT event_id,
        arraySort(groupUniqArrayArray(e.via)) AS via,
        argMin(
            (source, kind, e.version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts,
                topic, epoch, partition, offset, idx, decoder, broker_time),
            (-e.version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason,
                topic, epoch, partition, offset, idx)
        ) AS row
    FROM events AS e
    WHERE event_id GLOBAL IN (SELECT event_id FROM events WHERE event_id != '' AND alias_key IN {alias_keys:Array(String)} AND cityHash64(event_id) % {parts:UInt32} = {part:UInt32})
        AND (topic, epoch, partition, offset, idx, decoder, stored_at) GLOBAL IN (
            SELECT topic, epoch, partition, offset, idx, max((r.decoder, r.stored_at)).1, max((r.decoder, r.stored_at)).2
            FROM events AS r
            WHERE (topic, epoch, partition, offset) GLOBAL IN (
                SELECT topic, epoch, partition, offset FROM events WHERE event_id GLOBAL IN (SELECT event_id FROM events WHERE event_id != '' AND alias_key IN {alias_keys:Array(String)} AND cityHash64(event_id) % {parts:UInt32} = {part:UInt32})
            )
            GROUP BY topic, epoch, partition, offset, idx
        )
    GROUP BY event_id
);

CREATE OR REPLACE VIEW findings_current ON CLUSTER `main` AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings FINAL WHERE status NOT IN ('withdrawn', 'superseded') AND (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

CREATE TABLE IF NOT EXISTS listing_checks ON CLUSTER `main` (
    subject_id String,
    version UInt64,
    tenant LowCardinality(String),
    app LowCardinality(String),
    event_id String COMMENT 'that said the listing',
    listed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when it said so',
    position UInt32 COMMENT 'of the check among those of the listing, from 1',
    rule LowCardinality(String),
    field LowCardinality(String) COMMENT 'the member of the listing',
    kind LowCardinality(String) COMMENT 'of a text or asset',
    locale LowCardinality(String) COMMENT 'of a text',
    result LowCardinality(String),
    status LowCardinality(String) COMMENT 'of its finding; empty without one',
    seen String,
    expected String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/listing_checks', '{replica}')
ORDER BY (subject_id, version, position);

CREATE OR REPLACE VIEW listing_checks_current ON CLUSTER `main` AS
SELECT subject_id, version, tenant, app, event_id, listed_at, position, rule, field, kind, locale, result, status, seen, expected
FROM listing_checks FINAL WHERE (subject_id, version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

ALTER TABLE findings_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS rule_version UInt32 COMMENT 'counts changes of what the rule finds, from 1; 0: not known, or a rule of the policy';

ALTER TABLE findings ON CLUSTER `main` ADD COLUMN IF NOT EXISTS rule_version UInt32;

CREATE OR REPLACE VIEW findings_current ON CLUSTER `main` AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version
FROM findings FINAL WHERE status NOT IN ('withdrawn', 'superseded') AND (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

ALTER TABLE names_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS expected String COMMENT 'what should have been seen; empty where no rule fails';

ALTER TABLE names ON CLUSTER `main` ADD COLUMN IF NOT EXISTS expected String;

ALTER TABLE names_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS severity LowCardinality(String) COMMENT 'the gravest of the rules that fail; empty where none does';

ALTER TABLE names ON CLUSTER `main` ADD COLUMN IF NOT EXISTS severity LowCardinality(String);

CREATE OR REPLACE VIEW names_current ON CLUSTER `main` AS
SELECT call_id, version, raw_id, surface, source, name, tenant, kinds, labels, first_at, last_at, event, directory_basis,
    directory_name, directory_from, directory_event, result, reason, expected, severity
FROM names FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS alert_findings ON CLUSTER `main` (
    unit String,
    alert_id String,
    finding_id String,
    at DateTime64(6, 'UTC'),
    call_id String,
    rule LowCardinality(String),
    severity LowCardinality(String),
    learnt LowCardinality(String),
    tenant LowCardinality(String),
    app LowCardinality(String),
    capture LowCardinality(String),
    episode LowCardinality(String),
    subject String,
    raw_id String,
    since Nullable(DateTime64(3, 'UTC')),
    until Nullable(DateTime64(3, 'UTC')),
    app_version LowCardinality(String),
    signalled_at Nullable(DateTime64(3, 'UTC')),
    left_at Nullable(DateTime64(3, 'UTC')),
    state LowCardinality(String),
    reason LowCardinality(String),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'),
    INDEX alert alert_id TYPE bloom_filter GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/alert_findings', '{replica}')
ORDER BY (unit, alert_id, finding_id, at);

CREATE TABLE IF NOT EXISTS alerts ON CLUSTER `main` (
    unit String,
    alert_id String,
    at DateTime64(6, 'UTC'),
    revision String,
    state LowCardinality(String),
    reason LowCardinality(String),
    rule LowCardinality(String),
    severity LowCardinality(String),
    learnt LowCardinality(String),
    tenant LowCardinality(String),
    app LowCardinality(String),
    call_id String,
    capture LowCardinality(String),
    record String CODEC(ZSTD(1)),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'),
    INDEX stored stored_at TYPE minmax GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/alerts', '{replica}')
ORDER BY (unit, alert_id, at);

CREATE TABLE IF NOT EXISTS alert_deliveries ON CLUSTER `main` (
    alert_id String,
    revision String,
    target LowCardinality(String),
    at DateTime64(6, 'UTC'),
    attempt UInt32,
    outcome LowCardinality(String),
    reason String,
    late_ms Int64,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/alert_deliveries', '{replica}')
ORDER BY (alert_id, revision, target, at);

ALTER TABLE calls ON CLUSTER `main` ADD COLUMN IF NOT EXISTS as_of Nullable(DateTime64(3, 'UTC')) COMMENT 'the instant for which it was judged';

ALTER TABLE calls ON CLUSTER `main` ADD COLUMN IF NOT EXISTS policy LowCardinality(String) COMMENT 'the version that judged it';

ALTER TABLE calls ON CLUSTER `main` ADD COLUMN IF NOT EXISTS rules LowCardinality(String) COMMENT 'digest of the ids and versions of the rules of the program that judged it';

CREATE OR REPLACE VIEW calls_current ON CLUSTER `main` AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at, chat, as_of, policy, rules
FROM calls FINAL WHERE superseded_by = '';

ALTER TABLE calls ON CLUSTER `main` ADD COLUMN IF NOT EXISTS due Nullable(DateTime64(3, 'UTC')) COMMENT 'when it is to be looked at again though nothing new comes';

CREATE OR REPLACE VIEW calls_current ON CLUSTER `main` AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at, chat, as_of, policy, rules, due
FROM calls FINAL WHERE superseded_by = '';

ALTER TABLE findings_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS seen String COMMENT 'what was seen; empty of rules that compare nothing', ADD COLUMN IF NOT EXISTS expected String COMMENT 'what was expected instead';

ALTER TABLE findings ON CLUSTER `main` ADD COLUMN IF NOT EXISTS seen String, ADD COLUMN IF NOT EXISTS expected String;

CREATE OR REPLACE VIEW findings_current ON CLUSTER `main` AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version, seen, expected
FROM findings FINAL WHERE status NOT IN ('withdrawn', 'superseded') AND (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version, seen, expected
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

ALTER TABLE alert_findings ON CLUSTER `main` ADD COLUMN IF NOT EXISTS held Nullable(DateTime64(3, 'UTC')) COMMENT 'from when it could have been known';

ALTER TABLE alert_findings ON CLUSTER `main` ADD INDEX IF NOT EXISTS stored stored_at TYPE minmax GRANULARITY 1;
