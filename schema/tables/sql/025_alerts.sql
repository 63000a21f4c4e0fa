-- The outbox of alerts: which findings are in which alert and in what state, what
-- each alert was at any time, and each attempt to deliver it. Rows are only ever
-- added; of a finding in an alert, and of an alert, the newest row counts.
CREATE TABLE IF NOT EXISTS {{everywhere "alert_findings"}} (
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
) ENGINE = {{engine "alert_findings" ""}}
ORDER BY (unit, alert_id, finding_id, at){{settings}};

CREATE TABLE IF NOT EXISTS {{everywhere "alerts"}} (
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
) ENGINE = {{engine "alerts" ""}}
ORDER BY (unit, alert_id, at){{settings}};

CREATE TABLE IF NOT EXISTS {{everywhere "alert_deliveries"}} (
    alert_id String,
    revision String,
    target LowCardinality(String),
    at DateTime64(6, 'UTC'),
    attempt UInt32,
    outcome LowCardinality(String),
    reason String,
    late_ms Int64,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = {{engine "alert_deliveries" ""}}
ORDER BY (alert_id, revision, target, at){{settings}};
