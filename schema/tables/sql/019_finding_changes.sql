-- What happened to findings: what persons said of them, and what evaluations
-- closed. Rows are only ever added. record is the change as canonical JSON, and
-- digest its digest, so that a chain can take each as a leaf; the other columns
-- repeat what is looked for. Two evaluations that did the same wrote a change
-- twice, under one id: the copy that was stored first counts.
CREATE TABLE IF NOT EXISTS {{everywhere "finding_changes"}} (
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
) ENGINE = {{engine "finding_changes" ""}}
ORDER BY (call_id, finding_id, at, change_id){{settings}};
