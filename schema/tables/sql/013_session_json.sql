-- What was assembled of a session, with its receipts and signals: the row in
-- calls holds the call without them, so that no value grows with the size of a
-- meeting.
ALTER TABLE {{sharded "sessions"}} ADD COLUMN IF NOT EXISTS json String CODEC(ZSTD(3));
{{aboveShards "sessions" "ADD COLUMN IF NOT EXISTS json String"}}

CREATE OR REPLACE VIEW {{view "sessions_current"}} AS
SELECT call_id, version, session_id, tenant, app, participant_id, raw_id, endpoint_id, identity, join_path, path_evidence,
    display_name, joined_at, left_at, source, left_source, evidence, json
FROM sessions FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);
