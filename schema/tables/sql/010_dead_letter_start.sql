-- Where in its message a dead part begins.
ALTER TABLE {{sharded "dead_letters"}} ADD COLUMN IF NOT EXISTS start UInt64 COMMENT 'of raw within the stored value, in bytes' AFTER part;
{{aboveShards "dead_letters" "ADD COLUMN IF NOT EXISTS start UInt64 AFTER part"}}

CREATE OR REPLACE VIEW {{view "dead_letters_one"}} AS
SELECT topic, epoch, partition, offset, part, start, stage, reason, detail, raw, length, sha256, broker_time, decoder, batch, replayed_at, stored_at
FROM dead_letters FINAL;
