-- Which client an obligation was about, and how long it held: coverage by client
-- version, and the time that rests on assumed bounds, totalled apart.
ALTER TABLE {{sharded "obligations"}} ADD COLUMN IF NOT EXISTS app_version LowCardinality(String);
{{aboveShards "obligations" "ADD COLUMN IF NOT EXISTS app_version LowCardinality(String)"}}
ALTER TABLE {{sharded "obligations"}} ADD COLUMN IF NOT EXISTS sdk_version LowCardinality(String);
{{aboveShards "obligations" "ADD COLUMN IF NOT EXISTS sdk_version LowCardinality(String)"}}
ALTER TABLE {{sharded "obligations"}} ADD COLUMN IF NOT EXISTS exposure_ms Int64 COMMENT 'up to now where it goes on';
{{aboveShards "obligations" "ADD COLUMN IF NOT EXISTS exposure_ms Int64"}}
ALTER TABLE {{sharded "obligations"}} ADD COLUMN IF NOT EXISTS assumed_ms Int64 COMMENT 'of exposure_ms, what rests on an assumed bound';
{{aboveShards "obligations" "ADD COLUMN IF NOT EXISTS assumed_ms Int64"}}
ALTER TABLE {{sharded "obligations"}} ADD COLUMN IF NOT EXISTS assumed Bool COMMENT 'the exposure lies only in the assumed part of the episode';
{{aboveShards "obligations" "ADD COLUMN IF NOT EXISTS assumed Bool"}}

CREATE OR REPLACE VIEW {{view "obligations_current"}} AS
SELECT call_id, version, session_id, capture, ordinal, tenant, app, participant_id, raw_id, endpoint_id, join_path,
    episode_start, episode_end, episode_end_source, joined_at, left_at, left_source, exposed_at, due_at, signalled_at,
    shown_at, delay_ms, result, reason, receipt_id, receipt_via, surface, clock_basis, evidence,
    app_version, sdk_version, exposure_ms, assumed_ms, assumed
FROM obligations FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);
