-- The evidence: one row per topic, epoch, partition and offset.
--
-- Of several physical copies of a key the one that was stored first counts, so
-- that a late insert of a member that had already lost its partition changes
-- neither the salt nor the commitment that the chain may rest on by then. rank
-- is larger the earlier a row came; stored_at is the server's clock at the
-- insert, not the writer's, whose insert may have been on its way for long.
--
-- There is no PARTITION BY: Kafka's times are set by producers, so that one
-- message from the year 2280 would open a partition of its own, and copies of
-- a key are only merged within a partition.
CREATE TABLE IF NOT EXISTS {{sharded "messages"}} (
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
) ENGINE = {{engine "messages" "Replacing" "rank"}}
ORDER BY (topic, epoch, partition, offset){{settings}};
{{distributed "messages" "cityHash64(topic, partition)"}}

CREATE OR REPLACE VIEW {{view "messages_one"}} AS
SELECT topic, epoch, partition, offset, broker_time, stored_at, key, value, headers, length, flags, salt, commitment, batch
FROM messages FINAL;
