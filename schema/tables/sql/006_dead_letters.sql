-- What could not be read (stage decode), was too long (stage size) or was
-- refused by the database (stage store). A replay writes the row again with
-- replayed_at set; the largest counts.
CREATE TABLE IF NOT EXISTS {{sharded "dead_letters"}} (
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
) ENGINE = {{engine "dead_letters" "Replacing" "replayed_at"}}
ORDER BY (topic, epoch, partition, offset, part, stage){{settings}};
{{distributed "dead_letters" "cityHash64(topic, partition)"}}

CREATE OR REPLACE VIEW {{view "dead_letters_one"}} AS
SELECT topic, epoch, partition, offset, part, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, replayed_at, stored_at
FROM dead_letters FINAL;
