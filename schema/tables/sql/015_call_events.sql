-- Where the events of each call lie, in one evaluation of all calls: what the
-- documents of calls look up, in the order in which they are written. Like
-- call_sets, a run is dropped when it is done.
CREATE TABLE IF NOT EXISTS {{everywhere "call_events"}} (
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
) ENGINE = {{engine "call_events" ""}}
PARTITION BY run
ORDER BY (call_id, event_id)
TTL stored_at + INTERVAL 7 DAY{{settings}};
