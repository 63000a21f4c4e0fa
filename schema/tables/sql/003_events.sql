-- What decoders read from messages; can be rebuilt from them. The row of the
-- newest decoder counts; with one decoder all copies of a key are equal. An
-- instant that is not known is NULL, so that min and max pass over it.
CREATE TABLE IF NOT EXISTS {{sharded "events"}} (
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
) ENGINE = {{engine "events" "Replacing" "decoder"}}
ORDER BY (topic, epoch, partition, offset, idx){{settings}};
{{distributed "events" "cityHash64(topic, partition)"}}

CREATE OR REPLACE VIEW {{view "events_one"}} AS
SELECT topic, epoch, partition, offset, idx, event_id, source, kind, via, version, content, time, time_reason, first, last,
    resource, aliases, alias_key, raw_id, facts, decoder, broker_time, stored_at, batch
FROM events FINAL;

CREATE OR REPLACE VIEW {{view "events_current"}} AS
{{eventsCurrent ""}};

CREATE OR REPLACE VIEW {{view "events_of"}} AS
{{eventsCurrent "WHERE event_id GLOBAL IN (SELECT event_id FROM events WHERE alias_key IN {alias_keys:Array(String)})"}};
