-- What assessing derived. Each evaluation of a call writes its rows with one
-- version (the instant of evaluation, in nanoseconds) and its row in calls last,
-- which makes them count; calls that became part of another one are superseded.
CREATE TABLE IF NOT EXISTS {{everywhere "calls"}} (
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
) ENGINE = {{engine "calls" "Replacing" "version"}}
ORDER BY call_id{{settings}};

CREATE OR REPLACE VIEW {{view "calls_current"}} AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at
FROM calls FINAL WHERE superseded_by = '';

CREATE TABLE IF NOT EXISTS {{sharded "sessions"}} (
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
) ENGINE = {{engine "sessions" "Replacing"}}
ORDER BY (call_id, version, session_id){{settings}};
{{distributed "sessions" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "sessions_current"}} AS
SELECT call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence,
    display_name, joined_at, left_at, source, left_source, evidence
FROM sessions FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS {{sharded "obligations"}} (
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
) ENGINE = {{engine "obligations" "Replacing"}}
ORDER BY (call_id, version, session_id, capture, ordinal){{settings}};
{{distributed "obligations" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "obligations_current"}} AS
SELECT call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path,
    episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at,
    shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence
FROM obligations FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS {{sharded "findings"}} (
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
) ENGINE = {{engine "findings" "Replacing"}}
ORDER BY (call_id, version, id){{settings}};
{{distributed "findings" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "findings_current"}} AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

-- Quantities and money are exact: raw in milliseconds or counts, the others as
-- the decimals that are printed, empty where there is no rate.
CREATE TABLE IF NOT EXISTS {{sharded "usage_lines"}} (
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
) ENGINE = {{engine "usage_lines" "Replacing"}}
ORDER BY (call_id, version, line_id){{settings}};
{{distributed "usage_lines" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "usage_lines_current"}} AS
SELECT call_id, version, line_id, day, tenant, app, resource_id, session_id, participant_id, raw_id, meter, unit, raw,
    quantity, rate, currency, cost, tariff_row, tariff_version, evidence, correction_of, note
FROM usage_lines FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);
