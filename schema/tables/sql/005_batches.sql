-- The ledger. A range of offsets is stored when, and only when, a row here says
-- so; the truth is the union of all rows. A range counts the offsets that hold
-- no record too: control records, aborted and compacted ones (dropped).
CREATE TABLE IF NOT EXISTS {{everywhere "batches"}} (
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
) ENGINE = {{engine "batches" ""}}
ORDER BY (topic, epoch, partition, last, first){{settings}};

-- Offsets that will never be read, and why. The lost messages have broker times
-- from after_time, that of the last message before them (NULL: none known), to
-- before_time, when the gap was seen.
CREATE TABLE IF NOT EXISTS {{everywhere "gaps"}} (
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
) ENGINE = {{engine "gaps" "Replacing" "rank"}}
ORDER BY (topic, epoch, partition, first, last, reason){{settings}};

CREATE OR REPLACE VIEW {{view "gaps_one"}} AS
SELECT topic, epoch, partition, first, last, reason, after_time, before_time, writer, stored_at FROM gaps FINAL;
